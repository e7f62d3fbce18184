/*
 * The allocator below OSMalloc and _MALLOC. Fresh memory is full of 0xA5, freed memory of 0xDE and kept for a
 * while, so that a use after free or a write past the end is found when the block is freed or leaves the
 * quarantine.
 */
#include "memory.h"
#include "kpi.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FRESH = 0xA5, FREED = 0xDE, GUARD = 0x9C, GUARD_SIZE = 16 };
enum { QUARANTINE_BYTES = 4 << 20 };

#define LIVE_MARK UINT64_C(0x6c69766562c0ffee)
#define FREED_MARK UINT64_C(0x6672656562c0ffee)

struct block {
	uint64_t mark;
	size_t size;
	struct memory_tag *tag;
	const void *caller;
	struct block *next, *previous; /* live blocks, or the quarantine's queue through next */
	enum memory_heap heap;
	char padding[12];
};
/* What the kext gets must be aligned to 16, as zones give it. */
_Static_assert(sizeof(struct block) % 16 == 0, "blocks keep the alignment");

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct block *live;
static struct memory_tag *tags;
static struct block *quarantine, **quarantine_end = &quarantine;
static size_t quarantined;
static uint64_t fail_every, fail_countdown;

struct memory_tag *
memory_tag(const char *name)
{
	struct memory_tag *tag;

	pthread_mutex_lock(&lock);
	for (tag = tags; tag != NULL && strncmp(tag->name, name, sizeof(tag->name) - 1) != 0;)
		tag = tag->next;
	if (tag == NULL) {
		tag = calloc(1, sizeof(*tag));
		if (tag == NULL)
			xnu_panic("the host has no memory for a tag");
		snprintf(tag->name, sizeof(tag->name), "%s", name);
		tag->next = tags;
		tags = tag;
	}
	pthread_mutex_unlock(&lock);
	return tag;
}

static bool
must_fail(void)
{
	static uint64_t count;

	if (fail_countdown != 0 && --fail_countdown == 0)
		return true;
	return fail_every != 0 && ++count % fail_every == 0;
}

static unsigned char *
bytes_of(struct block *block)
{
	return (unsigned char *)(block + 1);
}

static bool
is_filled(const unsigned char *bytes, size_t size, unsigned char with)
{
	for (size_t i = 0; i < size; i++)
		if (bytes[i] != with)
			return false;
	return true;
}

void *
memory_allocate(size_t size, struct memory_tag *tag, enum memory_heap heap, const void *caller)
{
	struct block *block = NULL;

	pthread_mutex_lock(&lock);
	if (heap == HEAP_KERNEL || !must_fail())
		block = malloc(sizeof(*block) + size + GUARD_SIZE);
	if (block == NULL) {
		tag->counts.failed++;
		pthread_mutex_unlock(&lock);
		return NULL;
	}
	*block = (struct block){.mark = LIVE_MARK, .size = size, .tag = tag, .caller = caller, .heap = heap};
	block->next = live;
	if (live != NULL)
		live->previous = block;
	live = block;
	tag->counts.live++;
	tag->counts.live_bytes += size;
	tag->counts.total++;
	pthread_mutex_unlock(&lock);
	memset(bytes_of(block), FRESH, size);
	memset(bytes_of(block) + size, GUARD, GUARD_SIZE);
	return bytes_of(block);
}

static void
check_free(struct block *block, size_t size, const struct memory_tag *tag, enum memory_heap heap)
{
	void *address = block + 1;

	if (block->mark == FREED_MARK)
		xnu_panic("memory %p (%zu bytes, %s) is freed twice", address, block->size, block->tag->name);
	if (block->mark != LIVE_MARK)
		xnu_panic("%p is freed, which was never allocated", address);
	if (block->heap != heap)
		xnu_panic("%p belongs to the %s heap and is freed to the other one", address,
			  block->heap == HEAP_KEXT ? "kext" : "kernel");
	if (size != MEMORY_ANY_SIZE && size != block->size)
		xnu_panic("memory %p of %s is freed with size %zu, but was allocated with %zu", address,
			  block->tag->name, size, block->size);
	if (tag != NULL && tag != block->tag)
		xnu_panic("memory %p of tag %s is freed with tag %s", address, block->tag->name, tag->name);
	if (!is_filled(bytes_of(block) + block->size, GUARD_SIZE, GUARD))
		xnu_panic("memory %p (%zu bytes, %s) was written past its end", address, block->size,
			  block->tag->name);
}

static void
drain_quarantine(void)
{
	while (quarantined > QUARANTINE_BYTES) {
		struct block *oldest = quarantine;

		if (!is_filled(bytes_of(oldest), oldest->size, FREED))
			xnu_panic("memory %p (%zu bytes, %s) was written after it was freed",
				  (void *)bytes_of(oldest), oldest->size, oldest->tag->name);
		quarantine = oldest->next;
		if (quarantine == NULL)
			quarantine_end = &quarantine;
		quarantined -= oldest->size;
		free(oldest);
	}
}

void
memory_free(void *address, size_t size, const struct memory_tag *tag, enum memory_heap heap)
{
	struct block *block = (struct block *)address - 1;

	if (address == NULL)
		xnu_panic("NULL is freed");
	pthread_mutex_lock(&lock);
	check_free(block, size, tag, heap);
	if (block->previous != NULL)
		block->previous->next = block->next;
	else
		live = block->next;
	if (block->next != NULL)
		block->next->previous = block->previous;
	block->tag->counts.live--;
	block->tag->counts.live_bytes -= block->size;
	block->mark = FREED_MARK;
	block->next = NULL;
	memset(address, FREED, block->size);
	*quarantine_end = block;
	quarantine_end = &block->next;
	quarantined += block->size;
	drain_quarantine();
	pthread_mutex_unlock(&lock);
}

/* ---- the host's questions ---- */

void
host_memory_count(const char *name, struct host_memory *out)
{
	memset(out, 0, sizeof(*out));
	pthread_mutex_lock(&lock);
	for (const struct memory_tag *tag = tags; tag != NULL; tag = tag->next) {
		if (name != NULL && strcmp(tag->name, name) != 0)
			continue;
		out->live += tag->counts.live;
		out->live_bytes += tag->counts.live_bytes;
		out->total += tag->counts.total;
		out->failed += tag->counts.failed;
	}
	pthread_mutex_unlock(&lock);
}

void
host_memory_fail_every(uint64_t n)
{
	pthread_mutex_lock(&lock);
	fail_every = n;
	pthread_mutex_unlock(&lock);
}

void
host_memory_fail_at(uint64_t k)
{
	pthread_mutex_lock(&lock);
	fail_countdown = k;
	pthread_mutex_unlock(&lock);
}

uint64_t
host_memory_report(void)
{
	uint64_t count = 0;

	pthread_mutex_lock(&lock);
	for (const struct block *block = live; block != NULL; block = block->next) {
		if (block->heap != HEAP_KEXT)
			continue;
		count++;
		xnu_printf("live: %p, %zu bytes, %s, allocated at %p\n", (const void *)(block + 1),
			   block->size, block->tag->name, block->caller);
	}
	pthread_mutex_unlock(&lock);
	return count;
}
