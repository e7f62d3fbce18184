/* Kernel memory: see memory.c. */
#ifndef MEMORY_H
#define MEMORY_H

#include "host.h"

struct memory_tag {
	char name[64];
	struct host_memory counts;
	struct memory_tag *next;
};

enum memory_heap { HEAP_KERNEL, HEAP_KEXT };

/* The tag with this name, made on first use; never freed. */
struct memory_tag *memory_tag(const char *name);
/* caller: for the report of what is still live. NULL when refused. */
void *memory_allocate(size_t size, struct memory_tag *tag, enum memory_heap heap, const void *caller);
/* size: as it was asked for, or MEMORY_ANY_SIZE. Panics on any mismatch, on a double free and on an overrun.
 */
#define MEMORY_ANY_SIZE SIZE_MAX
void memory_free(void *address, size_t size, const struct memory_tag *tag, enum memory_heap heap);

#endif
