/* One-to-one sockets of programs on the built kext: listeners, connections and how they stand. */
#ifndef CONNECTIONS_H
#define CONNECTIONS_H

#include <fcntl.h>
#include <poll.h>

#include "addresses.h"

enum { PORT = 7000 };

/* The two ends of a connection and what it was accepted from. */
struct connection {
	int head, near, far;
};

static inline int
open_single(void)
{
	return open_sctp(AF_INET, SOCK_STREAM);
}

/* An address that nobody answers at is given up after 100 ms. */
static inline int
open_hasty(void)
{
	struct sctp_rtoinfo rto = {.srto_initial = 50, .srto_min = 50, .srto_max = 100};
	struct sctp_initmsg once = {.sinit_max_attempts = 1};
	int fd = open_single();

	NEED(setsockopt(fd, IPPROTO_SCTP, SCTP_RTOINFO, &rto, sizeof(rto)) == 0);
	NEED(setsockopt(fd, IPPROTO_SCTP, SCTP_INITMSG, &once, sizeof(once)) == 0);
	return fd;
}

static inline void
set_blocking(int fd, bool blocking)
{
	NEED(fcntl(fd, F_SETFL, blocking ? 0 : O_NONBLOCK) == 0);
}

static inline int
open_head(int backlog)
{
	int fd = open_single();

	NEED(bind_to(fd, ADDRESS_1, PORT) == 0 && listen(fd, backlog) == 0);
	return fd;
}

static inline struct connection
open_connection(void)
{
	struct connection made = {.head = open_head(5), .near = open_single()};

	NEED(connect_to(made.near, ADDRESS_1, PORT) == 0);
	made.far = accept(made.head, NULL, NULL);
	NEED(made.far >= 0);
	return made;
}

/* SO_ERROR, which a look at it clears. */
static inline int
socket_error(int fd)
{
	int error = -1;
	socklen_t length = sizeof(error);

	NEED(getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) == 0);
	return error;
}

/* Waits for any of these events, or for what poll always tells. */
static inline short
await_event(int fd, short events)
{
	struct pollfd entry = {fd, events, 0};

	NEED(poll(&entry, 1, 10000) == 1);
	return entry.revents;
}

static inline bool
is_named(int fd, int (*get)(int, struct sockaddr *, socklen_t *), const char *text, uint16_t port)
{
	struct sockaddr_in name, wanted;
	socklen_t length = sizeof(name);

	memcpy(&wanted, addresses_of(LIST(port, text)), sizeof(wanted));
	return get(fd, (struct sockaddr *)&name, &length) == 0 && length == sizeof(name) &&
	       !memcmp(&name, &wanted, sizeof(name));
}

#endif
