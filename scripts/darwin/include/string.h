#ifndef DARWIN_STRING_H
#define DARWIN_STRING_H

#include <sys/types.h>

void *memcpy(void *to, const void *from, size_t length);
void *memset(void *to, int byte, size_t length);
int memcmp(const void *a, const void *b, size_t length);
int strcmp(const char *a, const char *b);
size_t strlen(const char *text);
size_t strcspn(const char *text, const char *end);
char *strerror(int error);

#endif
