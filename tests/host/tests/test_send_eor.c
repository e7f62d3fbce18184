/* SCTP_EXPLICIT_EOR: a message in several calls (RFC 6458 section 8.1.26), through the built kext. */
#include "peers.h"

enum { LONG = 700000, BUFFER = 50000 };

static char sent[LONG], got[LONG];

static int64_t
send_with(int fd, const void *data, size_t length, uint16_t stream, uint16_t flags, int call_flags)
{
	struct sctp_sndinfo info = {stream, flags, 0, 0, 0};
	struct item item = {SCTP_SNDINFO, &info, sizeof(info)};

	return send_items(fd, data, length, call_flags, &item, 1);
}

static struct pair
open_explicit_pair(void)
{
	struct pair pair = open_pair();
	int room = BUFFER;

	EXPECT_EQ(bsd_setsockopt(pair.near, BSD_SOL_SOCKET, BSD_SO_SNDBUF, &room, sizeof(room)), 0);
	turn_on(pair.near, SCTP_EXPLICIT_EOR, 1);
	return pair;
}

TEST(pieces_become_one_message)
{
	struct pair pair;

	start_kext();
	pair = open_explicit_pair();
	EXPECT_EQ(send_with(pair.near, "one ", 4, 3, 0, 0), 4);
	EXPECT_EQ(send_with(pair.near, "two ", 4, 3, 0, 0), 4);
	expect_nothing(pair.far);
	EXPECT_EQ(send_with(pair.near, "three", 5, 3, SCTP_EOR, 0), 5);
	expect_message(pair.far, "one two three", 13);
	close_pair(pair);
	stop_kext();
}

TEST(msg_eor_ends_a_message_too)
{
	struct pair pair;

	start_kext();
	pair = open_explicit_pair();
	EXPECT_EQ(bsd_write(pair.near, "a", 1), 1);
	EXPECT_EQ(bsd_sendto(pair.near, "b", 1, BSD_MSG_EOR, NULL, 0), 1);
	expect_message(pair.far, "ab", 2);
	/* Without the option every call is a message. */
	turn_on(pair.near, SCTP_EXPLICIT_EOR, 0);
	EXPECT_EQ(bsd_write(pair.near, "c", 1), 1);
	EXPECT_EQ(bsd_write(pair.near, "d", 1), 1);
	expect_message(pair.far, "c", 1);
	expect_message(pair.far, "d", 1);
	close_pair(pair);
	stop_kext();
}

TEST(a_message_that_has_begun_is_ended_before_the_next)
{
	struct pair pair;

	start_kext();
	pair = open_explicit_pair();
	EXPECT_EQ(send_with(pair.near, "a", 1, 1, 0, 0), 1);
	EXPECT_EQ(send_with(pair.near, "b", 1, 2, SCTP_EOR, 0), -XNU_EINVAL);
	EXPECT_EQ(send_with(pair.near, "c", 1, 1, SCTP_EOR, 0), 1);
	EXPECT_EQ(send_with(pair.near, "d", 1, 2, SCTP_EOR, 0), 1);
	expect_message(pair.far, "ac", 2);
	expect_message(pair.far, "d", 1);
	/* An end alone is nothing to send. */
	EXPECT_EQ(send_with(pair.near, "", 0, 1, SCTP_EOR, 0), -XNU_EINVAL);
	close_pair(pair);
	stop_kext();
}

static void *
send_long(void *context)
{
	const struct pair *pair = context;

	EXPECT_EQ(send_with(pair->near, sent, LONG, 0, SCTP_EOR, 0), LONG);
	return NULL;
}

TEST(one_call_may_send_more_than_the_send_buffer_holds)
{
	struct reading *reading;
	struct pair pair;
	pthread_t sender;
	size_t total = 0;

	start_kext();
	pair = open_explicit_pair();
	fill(sent, LONG, 1);
	turn_on(pair.near, SCTP_EXPLICIT_EOR, 0);
	EXPECT_EQ(bsd_write(pair.near, sent, BUFFER + 1), -XNU_EMSGSIZE);
	turn_on(pair.near, SCTP_EXPLICIT_EOR, 1);
	EXPECT_EQ(pthread_create(&sender, NULL, send_long, &pair), 0);
	do {
		reading = read_next(pair.far);
		EXPECT(reading->length > 0 && total + (size_t)reading->length <= LONG);
		memcpy(got + total, reading->bytes, (size_t)reading->length);
		total += (size_t)reading->length;
	} while ((reading->flags & BSD_MSG_EOR) == 0);
	pthread_join(sender, NULL);
	EXPECT_EQ(total, LONG);
	EXPECT(memcmp(sent, got, LONG) == 0);
	close_pair(pair);
	stop_kext();
}

TEST(a_call_that_must_not_wait_sends_what_there_is_room_for)
{
	struct reading *reading;
	struct pair pair;
	size_t total = 0;
	int64_t first;

	start_kext();
	pair = open_explicit_pair();
	fill(sent, LONG, 2);
	first = send_with(pair.near, sent, LONG, 0, SCTP_EOR, BSD_MSG_DONTWAIT);
	EXPECT(first >= BUFFER && first < LONG);
	/* What was left out did not end the message. */
	EXPECT_EQ(send_with(pair.near, "end", 3, 0, SCTP_EOR, 0), 3);
	do {
		reading = read_next(pair.far);
		EXPECT(reading->length > 0);
		memcpy(got + total, reading->bytes, (size_t)reading->length);
		total += (size_t)reading->length;
	} while ((reading->flags & BSD_MSG_EOR) == 0);
	EXPECT_EQ(total, first + 3);
	EXPECT(memcmp(got, sent, (size_t)first) == 0);
	EXPECT(memcmp(got + first, "end", 3) == 0);
	close_pair(pair);
	stop_kext();
}

TEST(the_end_of_the_association_ends_a_message)
{
	struct pair pair;

	start_kext();
	pair = open_explicit_pair();
	EXPECT_EQ(send_with(pair.near, "half ", 5, 0, 0, 0), 5);
	EXPECT_EQ(send_with(pair.near, "whole", 5, 0, SCTP_EOF, 0), 5);
	expect_message(pair.far, "half whole", 10);
	EXPECT_EQ(read_next(pair.far)->length, 0);
	close_pair(pair);
	stop_kext();
}

TEST(a_message_that_never_ends_makes_an_abort_of_the_shutdown)
{
	struct pair pair;

	start_kext();
	pair = open_explicit_pair();
	EXPECT_EQ(bsd_write(pair.near, "half", 4), 4);
	EXPECT_EQ(bsd_close(pair.near), 0);
	EXPECT_EQ(read_next(pair.far)->length, -XNU_ECONNRESET);
	EXPECT_EQ(bsd_close(pair.far), 0);
	stop_kext();
}
