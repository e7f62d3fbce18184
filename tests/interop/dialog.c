/*
 * An SCTP socket at the end of a line: reads one command a line, does it, answers with one line, "ok ..." or
 * "no
 * ...". So a script tells two peers in turn what to do and never has to guess how far they are. Built with
 * the headers and the library of the system it runs on. The commands are in the table at the end.
 */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "sctp_socket.h"

enum { WORDS = 8, STREAMS = 100, MAX_SIZE = 65536, PATIENCE = 20000 /* ms */ };

static struct {
	int sd, listener; /* -1: none; listener of a one-to-one socket that has accepted */
	bool one_to_one;
	sctp_assoc_t assoc_id; /* of the last association reported; one-to-one: 0 */
} peer = {.sd = -1, .listener = -1};

static uint8_t bytes[MAX_SIZE + 1];

/* A size and a stream say what must be in a message. */
static void
fill(uint8_t *to, uint32_t size, uint16_t stream)
{
	for (uint32_t i = 0; i < size; i++)
		to[i] = (uint8_t)(i * 31 + (i >> 8) + stream);
}

static void
answer_no(const char *why)
{
	printf("no %s\n", why);
}

static void
answer(bool is_done)
{
	if (is_done)
		printf("ok\n");
	else
		answer_no(strerror(errno));
}

static bool
wait_readable(int sd)
{
	struct pollfd entry = {.fd = sd, .events = POLLIN};
	int ready = poll(&entry, 1, PATIENCE);

	if (ready == 0)
		errno = ETIMEDOUT;
	return ready == 1;
}

/* Addresses one behind the other without gaps, as sctp_bindx and sctp_connectx take them. Their number, or 0.
 */
static int
read_addresses(char **words, uint16_t port, uint8_t *packed)
{
	int count = 0;

	for (; *words != NULL; words++, count++) {
		struct sockaddr_storage address;
		socklen_t length = sctp_socket_address(*words, port, &address);

		if (length == 0) {
			errno = EINVAL;
			return 0;
		}
		memcpy(packed, &address, length);
		packed += length;
	}
	return count;
}

static void
command_open(char **words)
{
	peer.one_to_one = strcmp(words[0], "one") == 0;
	peer.sd = sctp_socket_open(strcmp(words[1], "6") == 0 ? AF_INET6 : AF_INET,
				   peer.one_to_one ? SOCK_STREAM : SOCK_SEQPACKET, STREAMS);
	peer.assoc_id = 0;
	answer(peer.sd >= 0);
}

static socklen_t
length_of(const void *address)
{
	return ((const struct sockaddr *)address)->sa_family == AF_INET ? sizeof(struct sockaddr_in)
									: sizeof(struct sockaddr_in6);
}

static void
command_bind(char **words)
{
	uint8_t packed[WORDS * sizeof(struct sockaddr_storage)];
	int count = read_addresses(words + 1, (uint16_t)atoi(words[0]), packed);
	socklen_t first = length_of(packed);

	answer(count > 0 && bind(peer.sd, (struct sockaddr *)packed, first) == 0 &&
	       (count == 1 || sctp_bindx(peer.sd, (struct sockaddr *)(packed + first), count - 1,
					 SCTP_BINDX_ADD_ADDR) == 0));
}

static void
command_heartbeats(char **words)
{
	(void)words;
	answer(sctp_socket_fast_heartbeats(peer.sd));
}

static void
command_listen(char **words)
{
	(void)words;
	answer(listen(peer.sd, 4) == 0);
}

static void
command_connect(char **words)
{
	uint8_t packed[WORDS * sizeof(struct sockaddr_storage)];
	int count = read_addresses(words + 1, (uint16_t)atoi(words[0]), packed);

	if (count > 1)
		answer(sctp_connectx(peer.sd, (struct sockaddr *)packed, count, NULL) == 0);
	else
		answer(count == 1 && connect(peer.sd, (struct sockaddr *)packed, length_of(packed)) == 0);
}

static void
command_accept(char **words)
{
	(void)words;
	peer.listener = peer.sd;
	peer.sd = wait_readable(peer.listener) ? accept(peer.listener, NULL, NULL) : -1;
	answer(peer.sd >= 0 && sctp_socket_reports(peer.sd));
}

static bool
send_with(const void *message, size_t size, uint16_t stream, uint16_t flags)
{
	struct iovec iov = {.iov_base = (void *)message, .iov_len = size};
	struct sctp_sndinfo info = {.snd_sid = stream, .snd_flags = flags, .snd_assoc_id = peer.assoc_id};

	return sctp_sendv(peer.sd, &iov, 1, NULL, 0, &info, sizeof(info), SCTP_SENDV_SNDINFO, 0) ==
	       (ssize_t)size;
}

static void
command_send(char **words)
{
	uint16_t stream = (uint16_t)atoi(words[0]);
	uint32_t size = (uint32_t)atoi(words[1]);

	if (size > MAX_SIZE) {
		answer_no("too large");
		return;
	}
	fill(bytes, size, stream);
	answer(send_with(bytes, size, stream, 0));
}

static void
command_shutdown(char **words)
{
	(void)words;
	answer(peer.one_to_one ? shutdown(peer.sd, SHUT_WR) == 0 : send_with(NULL, 0, 0, SCTP_EOF));
}

static void
command_abort(char **words)
{
	struct linger linger = {.l_onoff = 1, .l_linger = 0};

	(void)words;
	if (!peer.one_to_one) {
		answer(send_with(NULL, 0, 0, SCTP_ABORT));
		return;
	}
	answer(setsockopt(peer.sd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)) == 0 &&
	       close(peer.sd) == 0);
	peer.sd = -1;
}

static const char *
state_name(const void *notification, ssize_t size)
{
	struct sctp_socket_change change = sctp_socket_change(notification, size);

	switch (change.state) {
	case SCTP_COMM_UP:
	case SCTP_RESTART:
		if (!peer.one_to_one)
			peer.assoc_id = change.assoc_id;
		return change.state == SCTP_RESTART ? "restart" : "up";
	case SCTP_COMM_LOST:
		return "lost";
	case SCTP_SHUTDOWN_COMP:
		return "closed";
	case SCTP_CANT_STR_ASSOC:
		return "refused";
	default:
		return NULL; /* no change of an association */
	}
}

/* The rest of a message that comes in pieces, then whether it is what its size and stream say. */
static void
read_message(struct sctp_socket_piece piece)
{
	static uint8_t expected[MAX_SIZE];
	size_t size = (size_t)piece.size;

	while (!piece.end && size < sizeof(bytes)) {
		piece = sctp_socket_receive(peer.sd, bytes + size, sizeof(bytes) - size);
		if (piece.size <= 0) {
			answer_no("the message ends in the middle");
			return;
		}
		size += (size_t)piece.size;
	}
	if (size <= MAX_SIZE) {
		fill(expected, (uint32_t)size, piece.info.rcv_sid);
		if (memcmp(expected, bytes, size) == 0) {
			printf("ok data %u %zu\n", piece.info.rcv_sid, size);
			return;
		}
	}
	answer_no("the message has changed");
}

/* Waits for the next thing of note; "ok" if it is the one that is wanted. */
static void
command_wait(char **words)
{
	const char *seen = NULL;

	while (seen == NULL) {
		struct sctp_socket_piece piece;

		if (!wait_readable(peer.sd)) {
			answer_no(strerror(errno));
			return;
		}
		piece = sctp_socket_receive(peer.sd, bytes, sizeof(bytes));
		if (piece.notification)
			seen = state_name(bytes, piece.size);
		else if (piece.size > 0 && strcmp(words[0], "data") == 0) {
			read_message(piece);
			return;
		} else
			seen = piece.size > 0 ? "data" : piece.size == 0 ? "end" : strerror(errno);
	}
	printf("%s %s\n", strcmp(seen, words[0]) == 0 ? "ok" : "no", seen);
}

static void
command_close(char **words)
{
	bool is_closed = peer.sd < 0 || close(peer.sd) == 0;

	(void)words;
	if (peer.listener >= 0)
		close(peer.listener);
	peer.sd = peer.listener = -1;
	answer(is_closed);
}

static void
command_quit(char **words)
{
	(void)words;
	exit(0);
}

static const struct command {
	const char *name;
	int arguments; /* at least */
	void (*run)(char **words);
} commands[] = {
    {"open", 2, command_open},             /* one|many 4|6 */
    {"bind", 2, command_bind},             /* PORT ADDRESS... */
    {"heartbeats", 0, command_heartbeats}, /* fast ones */
    {"listen", 0, command_listen},
    {"connect", 2, command_connect}, /* PORT ADDRESS... */
    {"accept", 0, command_accept},   /* and go on with the new socket */
    {"send", 2, command_send},       /* STREAM SIZE */
    {"wait", 1, command_wait},       /* up|restart|lost|closed|refused|end|data: the next must be this */
    {"shutdown", 0, command_shutdown},
    {"abort", 0, command_abort},
    {"close", 0, command_close},
    {"quit", 0, command_quit},
};

static void
run(char *line)
{
	char *words[WORDS + 1] = {NULL};
	int count = 0;

	for (char *word = strtok(line, " \r\n"); word != NULL && count < WORDS; word = strtok(NULL, " \r\n"))
		words[count++] = word;
	for (size_t i = 0; count > 0 && i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(words[0], commands[i].name) == 0 && count > commands[i].arguments) {
			commands[i].run(words + 1);
			return;
		}
	answer_no("such command");
}

int
main(void)
{
	char line[256];

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("ok\n");
	while (fgets(line, sizeof(line), stdin) != NULL)
		run(line);
	return 0;
}
