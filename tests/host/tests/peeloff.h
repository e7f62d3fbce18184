/*
 * A one-to-many socket whose associations are peeled off, by way of the BSD system calls: sctp_peeloff as
 * libsctp makes it of them (RFC 6458 section 9.2).
 */
#ifndef PEELOFF_H
#define PEELOFF_H

#include "peers.h"

enum { CLIENTS = 2 };

/* A server and one-to-one clients, each with an association to it. */
struct site {
	int server, clients[CLIENTS];
	sctp_assoc_t ids[CLIENTS];
};

/* The association that was set up last. */
static inline sctp_assoc_t
newest(int server)
{
	struct {
		uint32_t number;
		sctp_assoc_t ids[2 * CLIENTS];
	} list;
	uint32_t length = sizeof(list);

	EXPECT_EQ(bsd_getsockopt(server, IPPROTO_SCTP, SCTP_GET_ASSOC_ID_LIST, &list, &length), 0);
	EXPECT(list.number >= 1 && list.number <= 2 * CLIENTS);
	return list.ids[list.number - 1];
}

static inline uint32_t
associations_of(int fd)
{
	uint32_t number = 0, length = sizeof(number);

	EXPECT_EQ(bsd_getsockopt(fd, IPPROTO_SCTP, SCTP_GET_ASSOC_NUMBER, &number, &length), 0);
	return number;
}

static inline struct site
open_site_at(unsigned port)
{
	struct site site = {.server = open_listener(BSD_SOCK_SEQPACKET, port)};

	for (unsigned i = 0; i < CLIENTS; i++) {
		site.clients[i] = open_socket(BSD_SOCK_STREAM);
		turn_on(site.clients[i], SCTP_NODELAY, 1);
		connect_to(site.clients[i], port);
		while (associations_of(site.server) == i)
			usleep(1000);
		site.ids[i] = newest(site.server);
	}
	return site;
}

static inline struct site
open_site(void)
{
	start_kext();
	return open_site_at(SERVER_PORT);
}

static inline void
close_site(const struct site *site)
{
	EXPECT_EQ(bsd_close(site->server), 0);
	for (unsigned i = 0; i < CLIENTS; i++)
		EXPECT_EQ(bsd_close(site->clients[i]), 0);
	stop_kext();
}

/* The association goes to socket to. 0 or a negative errno. */
static inline int
peel_off_to(int server, sctp_assoc_t id, int to)
{
	struct sctp_peeloff_opt option = {server, id, to};

	return set_option(to, SCTP_PEELOFF, &option, sizeof(option));
}

/* The new descriptor, or a negative errno. */
static inline int
peel_off(int server, sctp_assoc_t id)
{
	int to = open_socket(BSD_SOCK_STREAM), error = peel_off_to(server, id, to);

	if (error == 0)
		return to;
	EXPECT_EQ(bsd_close(to), 0);
	return error;
}

static inline int
need_peel_off(int server, sctp_assoc_t id)
{
	int fd = peel_off(server, id);

	EXPECT(fd >= 0);
	return fd;
}

/* From a one-to-one socket. */
static inline void
send_text(int fd, const char *text)
{
	EXPECT_EQ(bsd_sendto(fd, text, strlen(text), 0, NULL, 0), strlen(text));
}

/* Over an association of a one-to-many socket. */
static inline int64_t
send_over(int server, sctp_assoc_t id, const char *data, size_t length)
{
	struct sctp_sndinfo info = {.snd_assoc_id = id};
	struct item item = {SCTP_SNDINFO, &info, sizeof(info)};

	return send_items(server, data, length, 0, &item, 1);
}

static inline void
expect_text(int fd, const char *text)
{
	expect_message(fd, text, strlen(text));
}

/* Bytes that can be read. */
static inline int
readable(int fd)
{
	int bytes = -1;

	EXPECT_EQ(bsd_ioctl(fd, (uint32_t)BSD_FIONREAD, &bytes), 0);
	return bytes;
}

static inline void
await_readable(int fd, int bytes)
{
	for (unsigned tries = 0; readable(fd) != bytes; tries++) {
		EXPECT(tries < 10000);
		usleep(1000);
	}
}

#endif
