/* The client of an exchange on usrsctp. The command line is that of exchange.c. */
#include <stdio.h>
#include <string.h>
#include "exchange_run.h"
#include "usrsctp_socket.h"

struct client {
	struct socket *sock;
	struct sockaddr_storage peer;
	sctp_assoc_t assoc_id;
};

static bool
send_message(void *context, const struct exchange_message *message, const void *bytes)
{
	struct client *client = context;
	struct sctp_sndinfo info = {
	    .snd_sid = message->stream,
	    .snd_flags = message->unordered ? SCTP_UNORDERED : 0,
	    .snd_ppid = message->ppid,
	    .snd_assoc_id = client->assoc_id,
	};

	return usrsctp_sendv(client->sock, bytes, message->size, NULL, 0, &info, sizeof(info),
			     SCTP_SENDV_SNDINFO, 0) == (ssize_t)message->size;
}

static void
read_notification(struct client *client, const void *bytes, size_t size, struct exchange_event *event)
{
	struct sctp_assoc_change change;

	event->kind = EXCHANGE_OTHER;
	if (size < sizeof(change))
		return;
	memcpy(&change, bytes, sizeof(change));
	if (change.sac_type != SCTP_ASSOC_CHANGE)
		return;
	switch (change.sac_state) {
	case SCTP_COMM_UP:
		client->assoc_id = change.sac_assoc_id;
		event->kind = EXCHANGE_UP;
		event->message.stream = change.sac_outbound_streams;
		break;
	case SCTP_SHUTDOWN_COMP:
		event->kind = EXCHANGE_CLOSED;
		break;
	case SCTP_COMM_LOST:
	case SCTP_CANT_STR_ASSOC:
		event->kind = EXCHANGE_ABORTED;
		break;
	default:
		break;
	}
}

static bool
receive_event(void *context, void *bytes, size_t size, struct exchange_event *event)
{
	struct client *client = context;
	struct sctp_rcvinfo info = {0};
	socklen_t infolen = sizeof(info);
	unsigned int infotype = SCTP_RECVV_NOINFO;
	int flags = 0;
	struct sockaddr_storage from;
	socklen_t fromlen = sizeof(from);
	ssize_t received = usrsctp_recvv(client->sock, bytes, size, (struct sockaddr *)&from, &fromlen, &info,
					 &infolen, &infotype, &flags);

	if (received < 0)
		return false;
	if (flags & MSG_NOTIFICATION) {
		read_notification(client, bytes, (size_t)received, event);
		return true;
	}
	event->kind = EXCHANGE_DATA;
	event->more = !(flags & MSG_EOR);
	event->message = (struct exchange_message){
	    .size = (uint32_t)received,
	    .ppid = info.rcv_ppid,
	    .stream = info.rcv_sid,
	    .unordered = (info.rcv_flags & SCTP_UNORDERED) != 0,
	};
	return true;
}

static bool
shut_down(void *context)
{
	struct client *client = context;
	struct sctp_sndinfo info = {.snd_flags = SCTP_EOF, .snd_assoc_id = client->assoc_id};

	return usrsctp_sendv(client->sock, "", 0, NULL, 0, &info, sizeof(info), SCTP_SENDV_SNDINFO, 0) >= 0;
}

int
main(int argc, char **argv)
{
	struct exchange_options options;
	struct client client = {0};
	struct exchange_peer peer = {send_message, receive_event, shut_down, &client};
	struct exchange_event event = {.kind = EXCHANGE_OTHER};
	socklen_t length;
	int result;

	exchange_options_read(&options, argc, argv);
	exchange_time_limit(options.time_limit);
	length = usrsctp_address(options.peer, options.port, &client.peer);
	if (length == 0) {
		fprintf(stderr, "%s: %s is not an address\n", argv[0], options.peer);
		return EXCHANGE_USAGE;
	}
	client.sock = usrsctp_open(client.peer.ss_family, options.plan.streams);
	if (client.sock == NULL ||
	    usrsctp_connect(client.sock, (struct sockaddr *)&client.peer, length) != 0) {
		perror("usrsctp");
		return EXCHANGE_SETUP;
	}
	/* usrsctp_connect returns before the association is up on a one-to-many socket. */
	while (client.assoc_id == 0) {
		uint8_t bytes[256];

		if (!receive_event(&client, bytes, sizeof(bytes), &event) || event.kind == EXCHANGE_ABORTED) {
			fprintf(stderr, "no association\n");
			return EXCHANGE_SETUP;
		}
	}
	printf("association up with %u streams\n", event.message.stream);
	fflush(stdout);
	result = exchange_run(&options, &peer);
	usrsctp_close(client.sock);
	usrsctp_stop();
	return result;
}
