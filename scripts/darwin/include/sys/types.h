/* Types of the C library on macOS, 64 bits. */
#ifndef DARWIN_SYS_TYPES_H
#define DARWIN_SYS_TYPES_H

#include <stddef.h>
#include <stdint.h>

typedef long ssize_t;

#endif
