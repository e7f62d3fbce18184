/*
 * The client of an exchange on SCTP sockets: sends messages to an echo server, checks what comes back, and
 * shuts the association down. One-to-many by default; waits with poll, so that readiness is tested too.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "exchange_run.h"
#include "sctp_socket.h"

struct client {
	int sd;
	bool one_to_one;
	struct sockaddr_storage peer;
	sctp_assoc_t assoc_id; /* 0: not known yet, or one-to-one */
};

static bool
wait_for(const struct client *client, short events)
{
	struct pollfd entry = {.fd = client->sd, .events = events};

	return poll(&entry, 1, -1) == 1;
}

/* A one-to-many socket is told the peer until the association is known: the first message sets it up. */
static bool
send_info(struct client *client, struct sctp_sndinfo *info, const void *bytes, size_t size)
{
	struct iovec iov = {.iov_base = (void *)bytes, .iov_len = size};
	bool by_address = !client->one_to_one && client->assoc_id == 0;
	ssize_t sent;

	info->snd_assoc_id = client->assoc_id;
	do {
		sent = sctp_sendv(client->sd, &iov, 1, by_address ? (struct sockaddr *)&client->peer : NULL,
				  by_address, info, sizeof(*info), SCTP_SENDV_SNDINFO, 0);
	} while (sent < 0 && (errno == EAGAIN || errno == EINTR) && wait_for(client, POLLOUT));
	return sent == (ssize_t)size;
}

static bool
send_message(void *context, const struct exchange_message *message, const void *bytes)
{
	struct sctp_sndinfo info = {
	    .snd_sid = message->stream,
	    .snd_flags = message->unordered ? SCTP_UNORDERED : 0,
	    .snd_ppid = message->ppid,
	};

	return send_info(context, &info, bytes, message->size);
}

static bool
shut_down(void *context)
{
	struct client *client = context;
	struct sctp_sndinfo info = {.snd_flags = SCTP_EOF};

	if (client->one_to_one)
		return shutdown(client->sd, SHUT_WR) == 0;
	return send_info(client, &info, NULL, 0);
}

static void
read_notification(struct client *client, const void *bytes, ssize_t size, struct exchange_event *event)
{
	struct sctp_socket_change change = sctp_socket_change(bytes, size);

	switch (change.state) {
	case SCTP_COMM_UP:
		if (!client->one_to_one)
			client->assoc_id = change.assoc_id;
		event->kind = EXCHANGE_UP;
		event->message.stream = change.streams;
		break;
	case SCTP_SHUTDOWN_COMP:
		event->kind = EXCHANGE_CLOSED;
		break;
	case SCTP_COMM_LOST:
	case SCTP_CANT_STR_ASSOC:
		event->kind = EXCHANGE_ABORTED;
		break;
	default:
		event->kind = EXCHANGE_OTHER;
		break;
	}
}

static bool
receive_event(void *context, void *bytes, size_t size, struct exchange_event *event)
{
	struct client *client = context;
	struct sctp_socket_piece piece;

	do {
		if (!wait_for(client, POLLIN))
			return false;
		piece = sctp_socket_receive(client->sd, bytes, size);
	} while (piece.size < 0 && (errno == EAGAIN || errno == EINTR));
	if (piece.size < 0)
		return false;
	if (piece.notification) {
		read_notification(client, bytes, piece.size, event);
		return true;
	}
	event->kind = piece.size == 0 ? EXCHANGE_CLOSED : EXCHANGE_DATA;
	event->more = !piece.end;
	event->message = (struct exchange_message){
	    .size = (uint32_t)piece.size,
	    .ppid = piece.info.rcv_ppid,
	    .stream = piece.info.rcv_sid,
	    .unordered = (piece.info.rcv_flags & SCTP_UNORDERED) != 0,
	};
	return true;
}

int
main(int argc, char **argv)
{
	struct exchange_options options;
	struct client client = {0};
	struct exchange_peer peer = {send_message, receive_event, shut_down, &client};
	socklen_t length;
	int result;

	exchange_options_read(&options, argc, argv);
	exchange_time_limit(options.time_limit);
	length = sctp_socket_address(options.peer, options.port, &client.peer);
	if (length == 0) {
		fprintf(stderr, "%s: %s is not an address\n", argv[0], options.peer);
		return EXCHANGE_USAGE;
	}
	client.one_to_one = options.one_to_one;
	client.sd = sctp_socket_open(client.peer.ss_family, client.one_to_one ? SOCK_STREAM : SOCK_SEQPACKET,
				     options.plan.streams);
	if (client.sd < 0)
		return EXCHANGE_SETUP;
	if (!sctp_socket_set_up(client.sd, options.own, 0, options.fast_timers))
		return sctp_socket_set_up_failure();
	if (client.one_to_one && connect(client.sd, (struct sockaddr *)&client.peer, length) != 0) {
		perror("connect");
		return EXCHANGE_SETUP;
	}
	if (fcntl(client.sd, F_SETFL, O_NONBLOCK) != 0) {
		perror("fcntl");
		return EXCHANGE_SETUP;
	}
	result = exchange_run(&options, &peer);
	if (close(client.sd) != 0 && result == EXCHANGE_OK) {
		perror("close");
		return EXCHANGE_SETUP;
	}
	return result;
}
