#ifndef DARWIN_SYS_SYSCTL_H
#define DARWIN_SYS_SYSCTL_H

#include <sys/types.h>

int sysctlbyname(const char *name, void *old_value, size_t *old_length, void *new_value, size_t new_length);

#endif
