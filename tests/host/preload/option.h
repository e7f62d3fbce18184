/* setsockopt and getsockopt of Linux programs on sockets of the host. */
#ifndef PRELOAD_OPTION_H
#define PRELOAD_OPTION_H

#include <sys/socket.h>

/* Results as of libc: 0, or -1 and errno. fd: the host's. */
int option_set(int fd, int level, int name, const void *value, socklen_t length);
int option_get(int fd, int level, int name, void *value, socklen_t *length);

#endif
