/* The kernel is in sctphostd, and Linux itself has and counts the descriptors. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../client/client.h"
#include "descriptor.h"
#include "real.h"

static pthread_once_t connect_once = PTHREAD_ONCE_INIT;
static bool answers;

static void
connect_first(void)
{
	const char *path = getenv("SCTP_HOST_SOCKET");
	answers = client_start(path);
	if (!answers)
		fprintf(stderr, "sctphost: no sctphostd at %s: %s\n", path, strerror(errno));
}

static bool
daemon_is_up(void)
{
	pthread_once(&connect_once, connect_first);
	return answers;
}

/* A descriptor may have come by exec, so that it is the first use. */
static int
daemon_fd(int fd)
{
	int host = client_number(fd);
	return host >= 0 && daemon_is_up() ? host : -1;
}

static int
daemon_make(int host, bool close_on_exec)
{
	int fd = client_arrived();
	(void)host;
	if (fd >= 0 && !close_on_exec)
		real()->fcntl(fd, F_SETFD, 0);
	return fd;
}

static int
daemon_closing(int fd, int host)
{
	(void)fd;
	return client_closing(host);
}

static int
daemon_copied(int fd, int host)
{
	(void)host;
	return fd;
}

const struct way way_daemon = {daemon_is_up,   daemon_fd,     daemon_make,
			       daemon_closing, client_closed, daemon_copied};
