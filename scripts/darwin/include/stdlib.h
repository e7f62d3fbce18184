#ifndef DARWIN_STDLIB_H
#define DARWIN_STDLIB_H

#include <sys/types.h>

void *malloc(size_t size);
void *calloc(size_t count, size_t size);
void *realloc(void *memory, size_t size);
void free(void *memory);
_Noreturn void exit(int status);

#endif
