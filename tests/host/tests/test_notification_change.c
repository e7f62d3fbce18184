/* SCTP_ASSOC_CHANGE and SCTP_SHUTDOWN_EVENT, through the built kext (RFC 6458 sections 6.1.1 and 6.1.5). */
#include "raw_peer.h"

enum { USER_INITIATED_ABORT = 12, INFO_AT = sizeof(struct sctp_assoc_change) };

TEST(notification_SCTP_COMM_UP_says_streams_and_features)
{
	struct sctp_initmsg streams = {5, 7, 0, 0};
	const struct sctp_assoc_change *change;
	int client, server;

	start_kext();
	server = open_listener(BSD_SOCK_SEQPACKET, SERVER_PORT);
	client = open_socket(BSD_SOCK_SEQPACKET);
	EXPECT_EQ(set_option(client, SCTP_INITMSG, &streams, sizeof(streams)), 0);
	subscribe(client, SCTP_ASSOC_CHANGE);
	connect_to(client, SERVER_PORT);
	change = expect_change(client, SCTP_COMM_UP);
	EXPECT_EQ(change->sac_flags, 0);
	EXPECT_EQ(change->sac_error, 0);
	EXPECT_EQ(change->sac_outbound_streams, 5);
	EXPECT_EQ(change->sac_inbound_streams, 7);
	EXPECT_EQ(change->sac_length, INFO_AT + 1);
	EXPECT_EQ(change->sac_info[0], SCTP_ASSOC_SUPPORTS_MULTIBUF);
	EXPECT_EQ(bsd_close(client), 0);
	EXPECT_EQ(bsd_close(server), 0);
	stop_kext();
}

TEST(notification_SCTP_COMM_LOST_has_the_peers_ABORT)
{
	static const unsigned char abort[] = {
	    6, 0, 0, 16, 0, USER_INITIATED_ABORT, 0, 10, 'b', 'o', 'r', 'i', 'n', 'g', 0, 0};
	static const unsigned char bare[] = {6, 0, 0, 4};
	const struct sctp_assoc_change *change;
	int fd;

	start_with_raw_peer();
	fd = open_towards_raw_peer();
	for (unsigned round = 0; round < 2; round++) {
		EXPECT_EQ(send_to_raw_peer(fd, "hello", 5, NULL), 5);
		expect_change(fd, SCTP_COMM_UP);
		if (round == 0)
			raw_send(abort, sizeof(abort));
		else
			raw_send(bare, sizeof(bare));
		change = expect_change(fd, SCTP_COMM_LOST);
		EXPECT_EQ(change->sac_error, round == 0 ? USER_INITIATED_ABORT : 0);
		EXPECT_EQ(change->sac_length, INFO_AT + (round == 0 ? sizeof(abort) : sizeof(bare)));
		EXPECT_EQ(memcmp(change->sac_info, round == 0 ? abort : bare, change->sac_length - INFO_AT),
			  0);
	}
	EXPECT_EQ(bsd_close(fd), 0);
	stop_kext();
}

TEST(notification_SCTP_COMM_LOST_has_the_cause_of_an_ABORT_from_this_side)
{
	/* A SHUTDOWN that acknowledges what was never sent: half of all TSNs lie behind the first. */
	unsigned char shutdown[] = {7, 0, 0, 8, 0, 0, 0, 0};
	const struct sctp_assoc_change *change;
	int fd;

	start_with_raw_peer();
	fd = open_towards_raw_peer();
	EXPECT_EQ(send_to_raw_peer(fd, "hello", 5, NULL), 5);
	expect_change(fd, SCTP_COMM_UP);
	memcpy(shutdown + 4, raw.tsn, sizeof(raw.tsn));
	shutdown[4] += 0x40;
	raw_send(shutdown, sizeof(shutdown));
	change = expect_change(fd, SCTP_COMM_LOST);
	EXPECT_EQ(change->sac_error, 13);
	EXPECT_EQ(change->sac_length, INFO_AT);
	EXPECT_EQ(bsd_close(fd), 0);
	stop_kext();
}

TEST(notification_SCTP_CANT_STR_ASSOC_has_the_peers_ABORT)
{
	static const unsigned char abort[] = {6, 0, 0, 8, 0, 4, 0, 4};
	const struct sctp_assoc_change *change;
	int fd;

	raw.abort = abort;
	raw.abort_size = sizeof(abort);
	start_with_raw_peer();
	fd = open_towards_raw_peer();
	EXPECT_EQ(send_to_raw_peer(fd, "hello", 5, NULL), 5);
	change = expect_change(fd, SCTP_CANT_STR_ASSOC);
	EXPECT_EQ(change->sac_error, 4);
	EXPECT_EQ(change->sac_length, INFO_AT + sizeof(abort));
	EXPECT_EQ(memcmp(change->sac_info, abort, sizeof(abort)), 0);
	EXPECT_EQ(bsd_close(fd), 0);
	stop_kext();
}

TEST(notification_SCTP_SHUTDOWN_EVENT_and_SCTP_SHUTDOWN_COMP_end_an_association)
{
	struct sctp_sndinfo end = {.snd_flags = SCTP_EOF};
	struct item item = {SCTP_SNDINFO, &end, sizeof(end)};
	const struct sctp_shutdown_event *event;
	const struct sctp_assoc_change *change;
	int client, server;
	uint32_t id;

	start_kext();
	server = open_listener(BSD_SOCK_SEQPACKET, SERVER_PORT);
	client = open_socket(BSD_SOCK_SEQPACKET);
	subscribe(server, SCTP_ASSOC_CHANGE);
	subscribe(server, SCTP_SHUTDOWN_EVENT);
	EXPECT_EQ(send_items(client, "bye", 3, ~0, &item, 1), 3);
	id = expect_change(server, SCTP_COMM_UP)->sac_assoc_id;
	expect_message(server, "bye", 3);
	event = &expect_notification(server, SCTP_SHUTDOWN_EVENT)->sn_shutdown_event;
	EXPECT_EQ(event->sse_length, sizeof(*event));
	EXPECT_EQ(event->sse_assoc_id, id);
	change = expect_change(server, SCTP_SHUTDOWN_COMP);
	EXPECT_EQ(change->sac_error, 0);
	EXPECT_EQ(change->sac_length, INFO_AT);
	EXPECT_EQ(change->sac_assoc_id, id);
	EXPECT_EQ(bsd_close(client), 0);
	EXPECT_EQ(bsd_close(server), 0);
	stop_kext();
}
