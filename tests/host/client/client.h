/*
 * Programs whose kernel is in sctphostd: the system calls of bsd/syscalls.h go there, and their descriptors
 * are Linux's. Threads, signals and fork are as with a kernel.
 */
#ifndef CLIENT_H
#define CLIENT_H

#include "host.h"

/* From now on system calls go to the daemon at path. false and errno if it does not answer. */
HOST_API bool client_start(const char *path);
/* The host's number of a descriptor of Linux's; -1 if it is none of the daemon's sockets. Keeps errno. */
HOST_API int client_number(int fd);
/* The descriptor that came with the last call of this thread, close-on-exec; -1 and errno EMFILE if none
 * could. */
HOST_API int client_arrived(void);
/* Around the close of a descriptor, by whatever call: a system call's result each. */
HOST_API int client_closing(int number);
HOST_API int client_closed(int number);

#endif
