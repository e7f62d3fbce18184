/*
 * An echo server on usrsctp: every message goes back on its stream, with its ppid and its unordered flag.
 * usage: usrsctp_echo [--port N] [--address ADDRESS] [--once]
 * --once: ends with the first association; 0 after SHUTDOWN, 5 after anything else.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "assembly.h"
#include "exchange_options.h"
#include "usrsctp_socket.h"

enum { PORT, ADDRESS, ONCE };

static const struct option names[] = {
    {"port", required_argument, NULL, PORT},
    {"address", required_argument, NULL, ADDRESS},
    {"once", no_argument, NULL, ONCE},
    {NULL, 0, NULL, 0},
};

struct server {
	struct socket *sock;
	struct assembly assembly;
	unsigned long messages;
	unsigned long long bytes;
};

/* The exit code that this end of an association gives; -1: it has not ended. */
static int
read_notification(struct server *server, const void *bytes, size_t size)
{
	struct sctp_assoc_change change;

	if (size < sizeof(change))
		return -1;
	memcpy(&change, bytes, sizeof(change));
	if (change.sac_type != SCTP_ASSOC_CHANGE || change.sac_state == SCTP_COMM_UP)
		return -1;
	assembly_drop(&server->assembly, change.sac_assoc_id);
	if (change.sac_state == SCTP_SHUTDOWN_COMP)
		return EXCHANGE_OK;
	return change.sac_state == SCTP_RESTART ? -1 : EXCHANGE_LOST;
}

static bool
echo(struct server *server, const struct sctp_rcvinfo *from, bool end)
{
	size_t size;
	const void *message = assembly_message(&server->assembly, from->rcv_assoc_id, end, &size);
	struct sctp_sndinfo to = {
	    .snd_sid = from->rcv_sid,
	    .snd_flags = from->rcv_flags & SCTP_UNORDERED,
	    .snd_ppid = from->rcv_ppid,
	    .snd_assoc_id = from->rcv_assoc_id,
	};

	if (message == NULL)
		return true;
	server->messages++;
	server->bytes += size;
	return usrsctp_sendv(server->sock, message, size, NULL, 0, &to, sizeof(to), SCTP_SENDV_SNDINFO, 0) ==
	       (ssize_t)size;
}

/* -1: go on; EXCHANGE_SETUP: the socket failed; else the exit code of an association that has ended. */
static int
serve_one(struct server *server)
{
	static uint8_t piece[256 * 1024];
	struct sctp_rcvinfo info = {0};
	socklen_t infolen = sizeof(info), fromlen;
	unsigned int infotype = SCTP_RECVV_NOINFO;
	struct sockaddr_storage from;
	int flags = 0;
	ssize_t received;

	fromlen = sizeof(from);
	received = usrsctp_recvv(server->sock, piece, sizeof(piece), (struct sockaddr *)&from, &fromlen,
				 &info, &infolen, &infotype, &flags);
	if (received < 0) {
		perror("usrsctp_recvv");
		return EXCHANGE_SETUP;
	}
	if (flags & MSG_NOTIFICATION)
		return read_notification(server, piece, (size_t)received);
	if (!assembly_add(&server->assembly, info.rcv_assoc_id, piece, (size_t)received) ||
	    !echo(server, &info, (flags & MSG_EOR) != 0)) {
		perror("echo");
		return EXCHANGE_SETUP;
	}
	return -1;
}

int
main(int argc, char **argv)
{
	struct server server = {0};
	struct sockaddr_storage address;
	const char *text = NULL;
	uint16_t port = 7007;
	bool once = false;
	socklen_t length;
	int name, result = -1;

	while ((name = getopt_long(argc, argv, "", names, NULL)) != -1) {
		if (name == PORT)
			port = (uint16_t)atoi(optarg);
		else if (name == ADDRESS)
			text = optarg;
		else if (name == ONCE)
			once = true;
		else
			return EXCHANGE_USAGE;
	}
	length = usrsctp_address(text, port, &address);
	if (length == 0)
		return EXCHANGE_USAGE;
	server.sock = usrsctp_open(address.ss_family, 2048);
	if (server.sock == NULL || usrsctp_bind(server.sock, (struct sockaddr *)&address, length) != 0 ||
	    usrsctp_listen(server.sock, 8) != 0) {
		perror("usrsctp");
		return EXCHANGE_SETUP;
	}
	printf("listening\n");
	fflush(stdout);
	while (result == -1 || (!once && result != EXCHANGE_SETUP))
		result = serve_one(&server);
	printf("%lu messages, %llu bytes echoed\n", server.messages, server.bytes);
	fflush(stdout);
	usrsctp_close(server.sock);
	usrsctp_stop();
	return result;
}
