/* sysctl, which Linux' libc has none of: variables of the kernel of the sockets. */
#include <errno.h>

#include "convert.h"
#include "descriptor.h"

HOST_API int sysctlbyname(const char *name, void *old_value, size_t *old_length, void *new_value,
			  size_t new_length);

HOST_API int
sysctlbyname(const char *name, void *old_value, size_t *old_length, void *new_value, size_t new_length)
{
	if (!way()->up()) {
		errno = ENOENT;
		return -1;
	}
	return (int)give(bsd_sysctl(name, old_value, old_length, new_value, new_length));
}
