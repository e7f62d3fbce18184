/*
 * An echo server on SCTP sockets: every message goes back on its stream, with its ppid and its unordered
 * flag. usage: echo [--port N] [--address ADDRESS]... [--one-to-one] [--once] [--fast-timers]
 * --once: ends with the first association; 0 after SHUTDOWN, 5 after anything else.
 */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "assembly.h"
#include "exchange_options.h"
#include "sctp_socket.h"

#define MAX_CHILDREN 32

struct server {
	struct pollfd sockets[1 + MAX_CHILDREN]; /* the listening one first */
	nfds_t count;
	bool one_to_one;
	struct assembly assembly; /* by association id; one-to-one: by descriptor */
	unsigned long messages;
	unsigned long long bytes;
};

/* What became of one socket or association; GOING: it lives on. */
enum { GOING = -1 };

static bool
echo(struct server *server, int sd, uint32_t key, const struct sctp_socket_piece *piece)
{
	size_t size;
	const void *message = assembly_message(&server->assembly, key, piece->end, &size);
	struct iovec iov = {.iov_base = (void *)message};
	struct sctp_sndinfo to = {
	    .snd_sid = piece->info.rcv_sid,
	    .snd_flags = piece->info.rcv_flags & SCTP_UNORDERED,
	    .snd_ppid = piece->info.rcv_ppid,
	    .snd_assoc_id = server->one_to_one ? 0 : piece->info.rcv_assoc_id,
	};

	if (message == NULL)
		return true;
	iov.iov_len = size;
	server->messages++;
	server->bytes += size;
	return sctp_sendv(sd, &iov, 1, NULL, 0, &to, sizeof(to), SCTP_SENDV_SNDINFO, 0) == (ssize_t)size;
}

static int
read_notification(struct server *server, const void *bytes, ssize_t size)
{
	struct sctp_socket_change change = sctp_socket_change(bytes, size);

	switch (change.state) {
	case SCTP_SHUTDOWN_COMP:
	case SCTP_COMM_LOST:
		/* A one-to-one socket ends with its end of file, so that it is closed once. */
		if (server->one_to_one && change.state == SCTP_SHUTDOWN_COMP)
			return GOING;
		assembly_drop(&server->assembly, change.assoc_id);
		return change.state == SCTP_SHUTDOWN_COMP ? EXCHANGE_OK : EXCHANGE_LOST;
	default:
		return GOING;
	}
}

/* One recvmsg. An exit code when that was the end of an association, or of the socket. */
static int
serve(struct server *server, int sd)
{
	static uint8_t bytes[256 * 1024];
	struct sctp_socket_piece piece = sctp_socket_receive(sd, bytes, sizeof(bytes));
	uint32_t key = server->one_to_one ? (uint32_t)sd : (uint32_t)piece.info.rcv_assoc_id;

	if (piece.size < 0) {
		perror("receive");
		return server->one_to_one || errno == ECONNRESET ? EXCHANGE_LOST : EXCHANGE_SETUP;
	}
	if (piece.notification)
		return read_notification(server, bytes, piece.size);
	if (piece.size == 0)
		return server->one_to_one ? EXCHANGE_OK : EXCHANGE_SETUP;
	if (!assembly_add(&server->assembly, key, bytes, (size_t)piece.size) ||
	    !echo(server, sd, key, &piece)) {
		perror("echo");
		return EXCHANGE_LOST;
	}
	return GOING;
}

static int
accept_one(struct server *server)
{
	/* close waits until the last echo has been acknowledged. */
	struct linger linger = {.l_onoff = 1, .l_linger = 5};
	int sd = accept(server->sockets[0].fd, NULL, NULL);

	if (sd < 0 || server->count == 1 + MAX_CHILDREN || !sctp_socket_reports(sd) ||
	    setsockopt(sd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)) != 0) {
		perror("accept");
		return EXCHANGE_SETUP;
	}
	server->sockets[server->count++] = (struct pollfd){.fd = sd, .events = POLLIN};
	return GOING;
}

static void
close_child(struct server *server, nfds_t child)
{
	assembly_drop(&server->assembly, (uint32_t)server->sockets[child].fd);
	close(server->sockets[child].fd);
	server->sockets[child] = server->sockets[--server->count];
}

/* Waits, then serves what is ready. GOING, or how an association or, with EXCHANGE_SETUP, the server ended.
 */
static int
serve_ready(struct server *server)
{
	int result = GOING;

	if (poll(server->sockets, server->count, -1) < 0) {
		perror("poll");
		return EXCHANGE_SETUP;
	}
	for (nfds_t i = server->count; i-- > 0;) {
		int end;

		if (server->sockets[i].revents == 0)
			continue;
		if (i == 0 && server->one_to_one)
			end = accept_one(server);
		else
			end = serve(server, server->sockets[i].fd);
		if (end != GOING) {
			if (i > 0)
				close_child(server, i);
			result = end;
		}
	}
	return result;
}

int
main(int argc, char **argv)
{
	enum { PORT, ADDRESS, ONE_TO_ONE, ONCE, FAST_TIMERS };
	static const struct option names[] = {
	    {"port", required_argument, NULL, PORT},         {"address", required_argument, NULL, ADDRESS},
	    {"one-to-one", no_argument, NULL, ONE_TO_ONE},   {"once", no_argument, NULL, ONCE},
	    {"fast-timers", no_argument, NULL, FAST_TIMERS}, {NULL, 0, NULL, 0},
	};
	struct server server = {.count = 1};
	struct sockaddr_storage address;
	const char *own[EXCHANGE_ADDRESSES] = {NULL};
	size_t addresses = 0;
	uint16_t port = 7007;
	bool once = false, fast_timers = false;
	int name, sd, result = GOING;

	while ((name = getopt_long(argc, argv, "", names, NULL)) != -1) {
		if (name == PORT)
			port = (uint16_t)atoi(optarg);
		else if (name == ADDRESS && addresses < EXCHANGE_ADDRESSES - 1)
			own[addresses++] = optarg;
		else if (name == FAST_TIMERS)
			fast_timers = true;
		else if (name == ONE_TO_ONE)
			server.one_to_one = true;
		else if (name == ONCE)
			once = true;
		else
			return EXCHANGE_USAGE;
	}
	if (sctp_socket_address(own[0], port, &address) == 0)
		return EXCHANGE_USAGE;
	sd = sctp_socket_open(address.ss_family, server.one_to_one ? SOCK_STREAM : SOCK_SEQPACKET, 2048);
	if (sd < 0)
		return EXCHANGE_SETUP;
	if (!sctp_socket_set_up(sd, own, port, fast_timers))
		return sctp_socket_set_up_failure();
	if (listen(sd, 8) != 0) {
		perror("listen");
		return EXCHANGE_SETUP;
	}
	server.sockets[0] = (struct pollfd){.fd = sd, .events = POLLIN};
	printf("listening\n");
	fflush(stdout);
	while (result == GOING || (!once && result != EXCHANGE_SETUP))
		result = serve_ready(&server);
	printf("%lu messages, %llu bytes echoed\n", server.messages, server.bytes);
	fflush(stdout);
	close(sd);
	return result;
}
