#ifndef DARWIN_STDIO_H
#define DARWIN_STDIO_H

#include <sys/types.h>

typedef struct darwin_file FILE;

extern FILE *__stdoutp, *__stderrp;
#define stdout __stdoutp
#define stderr __stderrp

int printf(const char *format, ...) __attribute__((format(printf, 1, 2)));
int fflush(FILE *stream);
int snprintf(char *text, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));
int fprintf(FILE *stream, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
