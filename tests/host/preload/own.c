/* The kernel is in the process, and a table says which descriptors are its sockets. */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "../bsd/syscalls.h"
#include "convert.h"
#include "descriptor.h"
#include "real.h"

enum { DESCRIPTORS = 65536 };

static atomic_int table[DESCRIPTORS]; /* the host's number + 1; 0: not ours */
static pthread_once_t start_once = PTHREAD_ONCE_INIT;
static bool up;

static int
own_fd(int fd)
{
	return fd >= 0 && fd < DESCRIPTORS ? atomic_load(&table[fd]) - 1 : -1;
}

static int
take(int fd)
{
	return fd >= 0 && fd < DESCRIPTORS ? atomic_exchange(&table[fd], 0) - 1 : -1;
}

static int
own_make(int host, bool close_on_exec)
{
	/* A socket, so that fstat says so; it is never connected. */
	int fd = real()->socket(AF_UNIX, SOCK_SEQPACKET | (close_on_exec ? SOCK_CLOEXEC : 0), 0);
	if (fd >= DESCRIPTORS) {
		real()->close(fd);
		errno = EMFILE;
		fd = -1;
	}
	if (fd < 0) {
		int error = errno;
		bsd_close(host);
		errno = error;
		return -1;
	}
	atomic_store(&table[fd], host + 1);
	return fd;
}

static int
own_closing(int fd, int host)
{
	/* Another thread may be closing it as well. */
	return take(fd) == host ? bsd_close(host) : -XNU_EBADF;
}

static int
own_closed(int host)
{
	(void)host;
	return 0;
}

static int
own_copied(int fd, int host)
{
	int copy = bsd_dup(host);
	if (copy < 0) {
		real()->close(fd);
		return (int)give(copy);
	}
	atomic_store(&table[fd], copy + 1);
	return fd;
}

/* ---- start and end ---- */

/*
 * The peer of a connection that the program left open or has just closed should see it end: the kext refuses
 * to stop while there is one. Two seconds at most.
 */
static void
finish(void)
{
	enum { ROUNDS = 100 };
	const struct timespec pause = {0, 20000000};
	if (!up)
		return;
	for (int fd = 0; fd < DESCRIPTORS; fd++) {
		int host = take(fd);
		if (host >= 0)
			bsd_close(host);
	}
	for (int i = 0; i < ROUNDS && host_stop() != 0; i++)
		nanosleep(&pause, NULL);
}

/* In a forked child: the host's threads are the parent's, so the descriptors are placeholders and nothing
 * more. */
static void
forget(void)
{
	for (int fd = 0; fd < DESCRIPTORS; fd++)
		atomic_store(&table[fd], 0);
	up = false;
}

static void
start(void)
{
	char error[512];
	const char *kext = getenv("SCTP_KEXT");
	if (!kext || !*kext) {
		fprintf(stderr, "sctphost: SCTP_KEXT names no kext\n");
		return;
	}
	if (host_start(kext, error, sizeof(error))) {
		fprintf(stderr, "sctphost: %s\n", error);
		return;
	}
	up = true;
	pthread_atfork(NULL, NULL, forget);
	atexit(finish);
}

static bool
own_is_up(void)
{
	pthread_once(&start_once, start);
	return up;
}

const struct way way_own = {own_is_up, own_fd, own_make, own_closing, own_closed, own_copied};
