/*
 * Between a program and the daemon that has the kernel. Every thread of the program has a connection of its
 * own (SOCK_SEQPACKET), on which it sends a request and gets one reply. The daemon reads and writes the
 * program's memory itself, so requests are a number and words.
 *
 * A socket of the kernel is, in programs, one end of a pair of local sockets whose other end the daemon has;
 * it arrives with the reply to the call that made it. Linux counts its copies in all processes: when the last
 * one is closed, in whatever way, the daemon's end hangs up. Nothing is ever sent over it. The name of the
 * daemon's end, which a program asks its own end for, tells which open file it is.
 */
#ifndef DAEMON_BORDER_H
#define DAEMON_BORDER_H

#include <stdint.h>

#include "../bsd/syscall.h"

/* Requests beyond the system calls. */
enum {
	/* Ends the sleep of the call that runs; arguments: EINTR or ERESTART. The only one without a reply.
	 */
	BORDER_INTERRUPT = SYSCALL_COUNT,
	/* The descriptor is about to be closed: calls on it by this program end. Then, once it is closed: the
	 * result of the close, which waits for SO_LINGER if the copy was the last. */
	BORDER_CLOSING,
	BORDER_CLOSED,
};

struct border_request {
	uint64_t number;
	uint64_t arguments[SYSCALL_ARGUMENTS];
};

struct border_reply {
	int32_t error;  /* Darwin's, or ERESTART */
	int32_t signal; /* for the thread; 0: none */
	int64_t result;
};

/*
 * Descriptors in calls: the open file's number and the program's own, so that a close ends the calls on one
 * descriptor of one program. In a result the program's is not known yet and stands as BORDER_NO_NUMBER.
 */
enum { BORDER_OPEN_FILES = 32768, BORDER_NO_NUMBER = 0xffff };

static inline int
border_fd(unsigned file, unsigned number)
{
	return (int)(file << 16 | number);
}

static inline unsigned
border_file(int fd)
{
	return (unsigned)fd >> 16;
}

/* Abstract, so without the zero in front: then the daemon's random number and the open file's. */
#define BORDER_NAME "sctphostd/"
#define BORDER_NAME_FORMAT BORDER_NAME "%08x%08x/%u"

#endif
