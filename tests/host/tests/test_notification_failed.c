/* Messages that come back and messages that are all through, through the built kext (RFC 6458
 * sections 6.1.4, 6.1.9, 6.1.11). */
#include "raw_peer.h"

/* Longer than what is joined with the piece before it. */
enum { PIECE = 9000 };

static const unsigned char tired[] = {6, 0, 0, 8, 0, 12, 0, 4};
static const struct sctp_sndinfo how = {3, SCTP_UNORDERED, 0x11223344, 99, 0};

static const struct sctp_send_failed_event *
expect_failed(int fd, uint16_t flags, const char *text)
{
	const struct sctp_send_failed_event *event =
	    &expect_notification(fd, SCTP_SEND_FAILED_EVENT)->sn_send_failed_event;

	EXPECT_EQ(event->ssfe_flags, flags);
	EXPECT_EQ(event->ssfe_length, sizeof(*event) + strlen(text));
	EXPECT_EQ(event->ssfe_info.snd_sid, how.snd_sid);
	EXPECT_EQ(event->ssfe_info.snd_flags, SCTP_UNORDERED | SCTP_DATA_NOT_FRAG);
	EXPECT_EQ(event->ssfe_info.snd_ppid, how.snd_ppid);
	EXPECT_EQ(event->ssfe_info.snd_context, how.snd_context);
	EXPECT_EQ(event->ssfe_info.snd_assoc_id, event->ssfe_assoc_id);
	EXPECT(event->ssfe_assoc_id > SCTP_ALL_ASSOC);
	EXPECT_EQ(memcmp(event->ssfe_data, text, strlen(text)), 0);
	return event;
}

TEST(notification_SCTP_SEND_FAILED_EVENT_of_what_was_sent)
{
	int fd;

	start_with_raw_peer();
	fd = open_towards_raw_peer();
	subscribe(fd, SCTP_SEND_FAILED_EVENT);
	EXPECT_EQ(send_to_raw_peer(fd, "hello", 5, &how), 5);
	expect_change(fd, SCTP_COMM_UP);
	while (raw.data_chunks == 0)
		host_settle();
	raw_send(tired, sizeof(tired));
	EXPECT_EQ(expect_failed(fd, SCTP_DATA_SENT, "hello")->ssfe_error, 12);
	expect_change(fd, SCTP_COMM_LOST);
	EXPECT_EQ(bsd_close(fd), 0);
	stop_kext();
}

TEST(notification_SCTP_SEND_FAILED_EVENT_of_what_never_left)
{
	int fd;

	raw.abort = tired;
	raw.abort_size = sizeof(tired);
	start_with_raw_peer();
	fd = open_towards_raw_peer();
	subscribe(fd, SCTP_SEND_FAILED_EVENT);
	EXPECT_EQ(send_to_raw_peer(fd, "hello", 5, &how), 5);
	EXPECT_EQ(expect_failed(fd, SCTP_DATA_UNSENT, "hello")->ssfe_error, 12);
	expect_change(fd, SCTP_CANT_STR_ASSOC);
	EXPECT_EQ(raw.data_chunks, 0);
	EXPECT_EQ(bsd_close(fd), 0);
	stop_kext();
}

TEST(notification_SCTP_SEND_FAILED_EVENT_of_a_stream_that_the_peer_does_not_take)
{
	int fd;

	raw.streams = 3;
	start_with_raw_peer();
	fd = open_towards_raw_peer();
	subscribe(fd, SCTP_SEND_FAILED_EVENT);
	EXPECT_EQ(send_to_raw_peer(fd, "hello", 5, &how), 5);
	EXPECT_EQ(expect_failed(fd, SCTP_DATA_UNSENT, "hello")->ssfe_error, 1);
	EXPECT_EQ(expect_change(fd, SCTP_COMM_UP)->sac_outbound_streams, 3);
	EXPECT_EQ(bsd_close(fd), 0);
	stop_kext();
}

TEST(notification_SCTP_SEND_FAILED_is_the_older_form)
{
	const struct sctp_send_failed *event;
	int fd;

	raw.abort = tired;
	raw.abort_size = sizeof(tired);
	start_with_raw_peer();
	fd = open_towards_raw_peer();
	subscribe(fd, SCTP_SEND_FAILED);
	EXPECT_EQ(send_to_raw_peer(fd, "hello", 5, &how), 5);
	event = &expect_notification(fd, SCTP_SEND_FAILED)->sn_send_failed;
	EXPECT_EQ(event->ssf_flags, SCTP_DATA_UNSENT);
	EXPECT_EQ(event->ssf_length, offsetof(struct sctp_send_failed, ssf_data) + 5);
	EXPECT_EQ(event->ssf_error, 12);
	EXPECT_EQ(event->ssf_info.sinfo_stream, how.snd_sid);
	EXPECT_EQ(event->ssf_info.sinfo_flags, SCTP_UNORDERED | SCTP_DATA_NOT_FRAG);
	EXPECT_EQ(event->ssf_info.sinfo_ppid, how.snd_ppid);
	EXPECT_EQ(event->ssf_info.sinfo_context, how.snd_context);
	EXPECT_EQ(event->ssf_info.sinfo_assoc_id, event->ssf_assoc_id);
	EXPECT_EQ(memcmp(event->ssf_data, "hello", 5), 0);
	expect_change(fd, SCTP_CANT_STR_ASSOC);
	/* With both only the newer one comes. */
	subscribe(fd, SCTP_SEND_FAILED_EVENT);
	EXPECT_EQ(send_to_raw_peer(fd, "again", 5, &how), 5);
	expect_failed(fd, SCTP_DATA_UNSENT, "again");
	expect_change(fd, SCTP_CANT_STR_ASSOC);
	EXPECT_EQ(bsd_close(fd), 0);
	stop_kext();
}

TEST(notification_SCTP_SEND_FAILED_EVENT_says_which_part_of_a_message_it_is)
{
	static const uint16_t part_of[] = {SCTP_DATA_FIRST_FRAG, SCTP_DATA_MIDDLE_FRAG, SCTP_DATA_LAST_FRAG};
	static char piece[PIECE];
	struct sctp_sndinfo end = {.snd_flags = SCTP_EOR};
	int fd;

	raw.abort = tired;
	raw.abort_size = sizeof(tired);
	start_with_raw_peer();
	fd = open_towards_raw_peer();
	turn_on(fd, SCTP_EXPLICIT_EOR, 1);
	subscribe(fd, SCTP_SEND_FAILED_EVENT);
	/* All pieces are there before the answer to the INIT is taken in. */
	raw.holds_back = true;
	for (unsigned i = 0; i < 3; i++) {
		memset(piece, 'a' + (int)i, sizeof(piece));
		EXPECT_EQ(send_to_raw_peer(fd, piece, sizeof(piece), i < 2 ? NULL : &end), sizeof(piece));
	}
	raw_let_go();
	for (unsigned i = 0; i < 3; i++) {
		const struct sctp_send_failed_event *event =
		    &expect_notification(fd, SCTP_SEND_FAILED_EVENT)->sn_send_failed_event;

		EXPECT_EQ(event->ssfe_flags, SCTP_DATA_UNSENT);
		EXPECT_EQ(event->ssfe_info.snd_flags & SCTP_DATA_NOT_FRAG, part_of[i]);
		EXPECT_EQ(event->ssfe_length, sizeof(*event) + sizeof(piece));
		EXPECT_EQ(event->ssfe_data[0], 'a' + i);
	}
	expect_change(fd, SCTP_CANT_STR_ASSOC);
	EXPECT_EQ(bsd_close(fd), 0);
	stop_kext();
}

TEST(notification_SCTP_SENDER_DRY_EVENT_after_the_last_acknowledgement)
{
	const struct sctp_sender_dry_event *event;
	struct pair pair;

	start_kext();
	pair = open_pair();
	/* At once, for there is nothing to send. */
	subscribe(pair.near, SCTP_SENDER_DRY_EVENT);
	event = &expect_notification(pair.near, SCTP_SENDER_DRY_EVENT)->sn_sender_dry_event;
	EXPECT_EQ(event->sender_dry_flags, 0);
	EXPECT_EQ(event->sender_dry_length, sizeof(*event));
	EXPECT(event->sender_dry_assoc_id > SCTP_ALL_ASSOC);
	expect_nothing(pair.near);
	EXPECT_EQ(bsd_sendto(pair.near, "hello", 5, 0, NULL, 0), 5);
	expect_notification(pair.near, SCTP_SENDER_DRY_EVENT);
	expect_nothing(pair.near);
	close_pair(pair);
	stop_kext();
}

TEST(notification_SCTP_SENDER_DRY_EVENT_by_the_older_option)
{
	struct sctp_event_subscribe events = {.sctp_sender_dry_event = 1};
	struct pair pair;

	start_kext();
	pair = open_pair();
	EXPECT_EQ(set_option(pair.near, SCTP_EVENTS, &events, sizeof(events)), 0);
	expect_notification(pair.near, SCTP_SENDER_DRY_EVENT);
	close_pair(pair);
	stop_kext();
}

TEST(notification_SCTP_SENDER_DRY_EVENT_of_one_association_of_many)
{
	struct sctp_event event = {SCTP_ALL_ASSOC, SCTP_SENDER_DRY_EVENT, 1};
	int fd;

	start_with_raw_peer();
	fd = open_towards_raw_peer();
	EXPECT_EQ(set_option(fd, SCTP_EVENT, &event, sizeof(event)), -XNU_EOPNOTSUPP);
	EXPECT_EQ(send_to_raw_peer(fd, "hello", 5, NULL), 5);
	event.se_assoc_id = expect_change(fd, SCTP_COMM_UP)->sac_assoc_id;
	/* The message is not acknowledged, and never will be. */
	EXPECT_EQ(set_option(fd, SCTP_EVENT, &event, sizeof(event)), 0);
	expect_nothing(fd);
	EXPECT_EQ(bsd_close(fd), 0);
	stop_kext();
}
