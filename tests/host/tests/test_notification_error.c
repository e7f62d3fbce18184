/* What the peer says in ERROR chunks and in set-up, through the built kext (RFC 6458
 * sections 6.1.3, 6.1.6, 6.1.8). */
#include "raw_peer.h"

TEST(notification_SCTP_REMOTE_ERROR_has_the_chunk)
{
	/* Invalid Stream Identifier 9, and a cause that nobody knows. */
	static const unsigned char error[] = {9, 0, 0,    17,   0, 1, 0,   8, 0, 9,
					      0, 0, 0x12, 0x34, 0, 5, 'x', 0, 0, 0};
	static const unsigned char bare[] = {9, 0, 0, 4};
	const struct sctp_remote_error *event;
	uint32_t id;
	int fd;

	start_with_raw_peer();
	fd = open_towards_raw_peer();
	subscribe(fd, SCTP_REMOTE_ERROR);
	EXPECT_EQ(send_to_raw_peer(fd, "hello", 5, NULL), 5);
	id = expect_change(fd, SCTP_COMM_UP)->sac_assoc_id;
	raw_send(error, sizeof(error));
	event = &expect_notification(fd, SCTP_REMOTE_ERROR)->sn_remote_error;
	EXPECT_EQ(event->sre_flags, 0);
	/* In network order, and without the padding. */
	EXPECT_EQ(event->sre_error, 0x0100);
	EXPECT_EQ(event->sre_length, offsetof(struct sctp_remote_error, sre_data) + 17);
	EXPECT_EQ(memcmp(event->sre_data, error, 17), 0);
	EXPECT_EQ(event->sre_assoc_id, id);
	raw_send(bare, sizeof(bare));
	event = &expect_notification(fd, SCTP_REMOTE_ERROR)->sn_remote_error;
	EXPECT_EQ(event->sre_error, 0);
	EXPECT_EQ(event->sre_length, offsetof(struct sctp_remote_error, sre_data) + sizeof(bare));
	EXPECT_EQ(bsd_close(fd), 0);
	stop_kext();
}

TEST(notifications_that_nobody_reads_are_stopped)
{
	static const unsigned char error[1000] = {9, 0, 3, 232, 0, 13, 3, 228};
	struct sctp_event asked = {SCTP_FUTURE_ASSOC, SCTP_REMOTE_ERROR, 1};
	uint32_t length = sizeof(asked);
	unsigned count = 0;
	int fd, room = 30000;

	start_with_raw_peer();
	fd = open_towards_raw_peer();
	EXPECT_EQ(bsd_setsockopt(fd, BSD_SOL_SOCKET, BSD_SO_RCVBUF, &room, sizeof(room)), 0);
	subscribe(fd, SCTP_REMOTE_ERROR);
	EXPECT_EQ(send_to_raw_peer(fd, "hello", 5, NULL), 5);
	expect_change(fd, SCTP_COMM_UP);
	for (unsigned i = 0; i < 300; i++)
		raw_send(error, sizeof(error));
	host_settle();
	for (;; count++) {
		const struct reading *reading = read_next(fd);
		const union sctp_notification *told = (const void *)reading->bytes;

		EXPECT_EQ(reading->flags, BSD_MSG_NOTIFICATION | BSD_MSG_EOR);
		if (told->sn_header.sn_type == SCTP_NOTIFICATIONS_STOPPED_EVENT) {
			EXPECT_EQ(told->sn_header.sn_flags, 0);
			EXPECT_EQ(told->sn_header.sn_length, sizeof(struct sctp_tlv));
			EXPECT_EQ(reading->length, sizeof(struct sctp_tlv));
			break;
		}
		EXPECT_EQ(told->sn_header.sn_type, SCTP_REMOTE_ERROR);
	}
	EXPECT(count > 5 && count < 60);
	expect_nothing(fd);
	/* The user has to subscribe again. */
	EXPECT_EQ(bsd_getsockopt(fd, IPPROTO_SCTP, SCTP_EVENT, &asked, &length), 0);
	EXPECT_EQ(asked.se_on, 0);
	raw_send(error, sizeof(error));
	host_settle();
	expect_nothing(fd);
	subscribe(fd, SCTP_REMOTE_ERROR);
	raw_send(error, sizeof(error));
	expect_notification(fd, SCTP_REMOTE_ERROR);
	EXPECT_EQ(bsd_close(fd), 0);
	stop_kext();
}

TEST(notification_SCTP_ADAPTATION_INDICATION_comes_after_set_up)
{
	struct sctp_setadaptation mine = {0xcafe};
	const struct sctp_adaptation_event *event;
	uint32_t length = sizeof(mine), id;
	int client, server;

	start_kext();
	server = open_listener(BSD_SOCK_SEQPACKET, SERVER_PORT);
	client = open_socket(BSD_SOCK_SEQPACKET);
	EXPECT_EQ(bsd_getsockopt(client, IPPROTO_SCTP, SCTP_ADAPTATION_LAYER, &mine, &length), 0);
	EXPECT_EQ(mine.ssb_adaptation_ind, 0);
	mine.ssb_adaptation_ind = 0xcafe;
	EXPECT_EQ(set_option(client, SCTP_ADAPTATION_LAYER, &mine, sizeof(mine)), 0);
	EXPECT_EQ(bsd_getsockopt(client, IPPROTO_SCTP, SCTP_ADAPTATION_LAYER, &mine, &length), 0);
	EXPECT_EQ(mine.ssb_adaptation_ind, 0xcafe);
	EXPECT_EQ(set_option(client, SCTP_ADAPTATION_LAYER, &mine, sizeof(mine) - 1), -XNU_EINVAL);
	subscribe(server, SCTP_ASSOC_CHANGE);
	subscribe(server, SCTP_ADAPTATION_INDICATION);
	subscribe(client, SCTP_ADAPTATION_INDICATION);
	EXPECT_EQ(send_items(client, "hello", 5, ~0, NULL, 0), 5);
	id = expect_change(server, SCTP_COMM_UP)->sac_assoc_id;
	event = &expect_notification(server, SCTP_ADAPTATION_INDICATION)->sn_adaptation_event;
	EXPECT_EQ(event->sai_flags, 0);
	EXPECT_EQ(event->sai_length, sizeof(*event));
	EXPECT_EQ(event->sai_adaptation_ind, 0xcafe);
	EXPECT_EQ(event->sai_assoc_id, id);
	expect_message(server, "hello", 5);
	/* The server has none. */
	expect_nothing(client);
	EXPECT_EQ(bsd_close(client), 0);
	EXPECT_EQ(bsd_close(server), 0);
	stop_kext();
}

TEST(an_adaptation_layer_of_the_INIT_ACK_is_told)
{
	static const unsigned char indication[] = {0xc0, 6, 0, 8, 1, 2, 3, 4};
	const struct sctp_adaptation_event *event;
	int fd;

	raw.parameters = indication;
	raw.parameters_size = sizeof(indication);
	start_with_raw_peer();
	fd = open_towards_raw_peer();
	subscribe(fd, SCTP_ADAPTATION_INDICATION);
	EXPECT_EQ(send_to_raw_peer(fd, "hello", 5, NULL), 5);
	expect_change(fd, SCTP_COMM_UP);
	event = &expect_notification(fd, SCTP_ADAPTATION_INDICATION)->sn_adaptation_event;
	EXPECT_EQ(event->sai_adaptation_ind, 0x01020304);
	EXPECT_EQ(bsd_close(fd), 0);
	stop_kext();
}

TEST(notification_SCTP_AUTHENTICATION_EVENT_says_that_the_peer_does_not)
{
	const struct sctp_authkey_event *event;
	uint32_t id;
	int fd;

	start_with_raw_peer();
	fd = open_towards_raw_peer();
	subscribe(fd, SCTP_AUTHENTICATION_EVENT);
	EXPECT_EQ(send_to_raw_peer(fd, "hello", 5, NULL), 5);
	id = expect_change(fd, SCTP_COMM_UP)->sac_assoc_id;
	event = &expect_notification(fd, SCTP_AUTHENTICATION_EVENT)->sn_auth_event;
	EXPECT_EQ(event->auth_flags, 0);
	EXPECT_EQ(event->auth_length, sizeof(*event));
	EXPECT_EQ(event->auth_keynumber, 0);
	EXPECT_EQ(event->auth_indication, SCTP_AUTH_NO_AUTH);
	EXPECT_EQ(event->auth_assoc_id, id);
	EXPECT_EQ(bsd_close(fd), 0);
	stop_kext();
}
