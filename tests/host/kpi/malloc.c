/* OSMalloc and _MALLOC, which kexts see, over memory.c. */
#include "kpi.h"
#include "memory.h"
#include "scheduler.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Above this size kalloc takes whole pages from the kernel map, which it cannot do without blocking. */
enum { KALLOC_MAX = 32 << 10 };

struct os_malloc_tag {
	struct memory_tag *tag;
};

struct os_malloc_tag *
xnu_OSMalloc_Tagalloc(const char *name, uint32_t flags)
{
	struct os_malloc_tag *tag = calloc(1, sizeof(*tag));

	(void)flags;
	if (tag != NULL)
		tag->tag = memory_tag(name);
	return tag;
}
KPI(OSMalloc_Tagalloc, xnu_OSMalloc_Tagalloc);

void
xnu_OSMalloc_Tagfree(struct os_malloc_tag *tag)
{
	if (tag->tag->counts.live != 0)
		xnu_printf("OSMalloc_Tagfree(%s) with %llu allocations live\n", tag->tag->name,
			   (unsigned long long)tag->tag->counts.live);
	free(tag);
}
KPI(OSMalloc_Tagfree, xnu_OSMalloc_Tagfree);

void *
xnu_OSMalloc(uint32_t size, struct os_malloc_tag *tag)
{
	lock_check_may_block("OSMalloc");
	return memory_allocate(size, tag->tag, HEAP_KEXT, __builtin_return_address(0));
}
KPI(OSMalloc, xnu_OSMalloc);

void *
xnu_OSMalloc_nowait(uint32_t size, struct os_malloc_tag *tag)
{
	if (size > KALLOC_MAX)
		return NULL;
	return memory_allocate(size, tag->tag, HEAP_KEXT, __builtin_return_address(0));
}
KPI(OSMalloc_nowait, xnu_OSMalloc_nowait);

void *
xnu_OSMalloc_noblock(uint32_t size, struct os_malloc_tag *tag)
{
	return xnu_OSMalloc_nowait(size, tag);
}
KPI(OSMalloc_noblock, xnu_OSMalloc_noblock);

void
xnu_OSFree(void *address, uint32_t size, struct os_malloc_tag *tag)
{
	memory_free(address, size, tag->tag, HEAP_KEXT);
}
KPI(OSFree, xnu_OSFree);

static struct memory_tag *
tag_of_type(int type)
{
	static struct memory_tag *_Atomic tags[128];
	char name[16];

	if (type < 0 || type >= 128)
		xnu_panic("memory type %d", type);
	if (tags[type] == NULL) {
		snprintf(name, sizeof(name), "type %d", type);
		tags[type] = memory_tag(name);
	}
	return tags[type];
}

static void *
allocate_of_type(size_t size, int type, int flags, enum memory_heap heap, const void *caller)
{
	void *memory;

	if (size == 0 || ((flags & XNU_M_NOWAIT) && size > KALLOC_MAX))
		return NULL;
	if (!(flags & XNU_M_NOWAIT))
		lock_check_may_block("_MALLOC");
	memory = memory_allocate(size, tag_of_type(type), heap, caller);
	if (memory != NULL && (flags & XNU_M_ZERO))
		memset(memory, 0, size);
	return memory;
}

void *
xnu__MALLOC(size_t size, int type, int flags)
{
	return allocate_of_type(size, type, flags, HEAP_KEXT, __builtin_return_address(0));
}
KPI(_MALLOC, xnu__MALLOC);

void
xnu__FREE(void *address, int type)
{
	if (address != NULL)
		memory_free(address, MEMORY_ANY_SIZE, tag_of_type(type), HEAP_KEXT);
}
KPI(_FREE, xnu__FREE);

void *
host_kernel_malloc(size_t size, int type, int flags)
{
	void *memory = allocate_of_type(size, type, flags, HEAP_KERNEL, __builtin_return_address(0));

	if (memory == NULL && size != 0 && !(flags & XNU_M_NOWAIT))
		xnu_panic("the host has no memory");
	return memory;
}

void
host_kernel_free(void *address, int type)
{
	if (address != NULL)
		memory_free(address, MEMORY_ANY_SIZE, tag_of_type(type), HEAP_KERNEL);
}
