/* Memory from OSMalloc, counted: what was handed out and not given back is reported when the extension stops.
 */
#include "mem.h"
#include "log.h"

static struct OSMallocTag *tag;
static uint64_t live_bytes;

int
sctp_mem_start(void)
{
	live_bytes = 0;
	tag = OSMalloc_Tagalloc("org.sctp.SCTP", 0);
	return tag == NULL ? ENOMEM : 0;
}

void
sctp_mem_stop(void)
{
	uint64_t left = __atomic_load_n(&live_bytes, __ATOMIC_RELAXED);

	if (left != 0)
		sctp_log("%llu bytes were not freed", (unsigned long long)left);
	OSMalloc_Tagfree(tag);
}

static void *
counted(void *memory, size_t size)
{
	if (memory != NULL)
		__atomic_fetch_add(&live_bytes, size, __ATOMIC_RELAXED);
	return memory;
}

void *
sctp_kern_alloc(size_t size)
{
	if (size == 0 || size > UINT32_MAX)
		return NULL;
	/* Large sizes come from kernel_map, where an allocation that may not wait always fails. */
	if (size <= SCTP_KERN_NOWAIT)
		return counted(OSMalloc_noblock((uint32_t)size, tag), size);
	return counted(OSMalloc((uint32_t)size, tag), size);
}

void
sctp_kern_free(void *memory, size_t size)
{
	if (memory == NULL)
		return;
	__atomic_fetch_sub(&live_bytes, size, __ATOMIC_RELAXED);
	OSFree(memory, (uint32_t)size, tag);
}

void *
sctp_mem_alloc(size_t size)
{
	void *memory = counted(OSMalloc((uint32_t)size, tag), size);

	if (memory != NULL)
		memset(memory, 0, size);
	return memory;
}
