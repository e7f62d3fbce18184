/* Linux's numbers and structures to Darwin's and back. */
#ifndef PRELOAD_CONVERT_H
#define PRELOAD_CONVERT_H

#include <stdint.h>
#include <sys/socket.h>

#include "../bsd/syscalls.h"

/* A result of a bsd_* call as libc gives it: the value, or -1 with errno set. */
int64_t give(int64_t result);
int linux_errno(int darwin);

int darwin_family(int linux_family);
int linux_family(int darwin_family);

/* The two bytes in front are all that differs. -1 and errno EINVAL for lengths that no address has. */
int to_darwin_name(const struct sockaddr *name, socklen_t length, struct xnu_sockaddr_storage *out);
/* name: room bytes; *length becomes the full length. */
void to_linux_name(const struct xnu_sockaddr_storage *name, uint32_t full, struct sockaddr *out,
		   socklen_t *length);
/* In place, for addresses inside option values and notifications; family is looked at in each form. */
void name_to_darwin(void *name);
void name_to_linux(void *name);
/* Bytes of an address by its family in Darwin's form, 0 for unknown ones. */
uint32_t darwin_name_length(const void *name);

int to_darwin_send_flags(int flags);
int to_darwin_receive_flags(int flags);
int to_linux_flags(int flags);

#endif
