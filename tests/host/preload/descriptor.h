/*
 * Which Linux descriptors are SCTP sockets, and how programs come to the kernel: it is in the process, or in
 * sctphostd if SCTP_HOST_SOCKET is set.
 */
#ifndef PRELOAD_DESCRIPTOR_H
#define PRELOAD_DESCRIPTOR_H

#include <stdbool.h>

struct way {
	/* Brings the kernel up, at the first socket. false, with a sentence on standard error, if that fails.
	 */
	bool (*up)(void);
	/* The kernel's descriptor behind a Linux one; -1 if it is none of its. */
	int (*host_fd)(int fd);
	/* A Linux descriptor for the kernel's, just made, which it owns from now on; -1 and errno on failure,
	 * with the kernel's closed. */
	int (*make)(int host, bool close_on_exec);
	/* A close is in two parts, as the number stays taken until calls on it have ended. Around Linux's:
	 * results of bsd_ calls. */
	int (*closing)(int fd, int host);
	int (*closed)(int host);
	/* Linux has just made fd a copy of the descriptor of host: fd; -1 and errno, with fd closed, if the
	 * kernel has no copy. */
	int (*copied)(int fd, int host);
};

extern const struct way way_own, way_daemon;

/* Chosen at the first use. */
const struct way *way(void);

static inline int
host_fd(int fd)
{
	return way()->host_fd(fd);
}

#endif
