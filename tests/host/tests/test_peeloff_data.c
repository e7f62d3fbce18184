/* Data around an sctp_peeloff, on the built kext (RFC 6458 section 9.2). */
#include "peeloff.h"

TEST(data_goes_both_ways_after_a_peel_off)
{
	static char data[60000];
	static const size_t sizes[] = {1, 1000, sizeof(data)};
	struct site site = open_site();
	int fd = need_peel_off(site.server, site.ids[0]);

	fill(data, sizeof(data), 3);
	for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		EXPECT_EQ(bsd_write(site.clients[0], data, sizes[i]), sizes[i]);
		expect_message(fd, data, sizes[i]);
		EXPECT_EQ(bsd_write(fd, data, sizes[i]), sizes[i]);
		expect_message(site.clients[0], data, sizes[i]);
	}
	expect_nothing(site.server);
	/* The others go on where they were. */
	send_text(site.clients[1], "question");
	expect_text(site.server, "question");
	EXPECT_EQ(send_over(site.server, site.ids[1], "answer", 6), 6);
	expect_text(site.clients[1], "answer");
	EXPECT_EQ(bsd_close(fd), 0);
	close_site(&site);
}

TEST(what_waits_to_be_read_moves)
{
	struct site site = open_site();
	char text[] = "message 0";
	int fd;

	for (unsigned i = 0; i < 10; i++) {
		text[8] = (char)('0' + i);
		send_text(site.clients[i % 2], text);
		await_readable(site.server, (int)((i + 1) * strlen(text)));
	}
	fd = need_peel_off(site.server, site.ids[0]);
	EXPECT_EQ(readable(fd), 5 * strlen(text));
	EXPECT_EQ(readable(site.server), 5 * strlen(text));
	for (unsigned i = 0; i < 10; i++) {
		text[8] = (char)('0' + i);
		expect_text(i % 2 ? site.server : fd, text);
	}
	expect_nothing(fd);
	expect_nothing(site.server);
	EXPECT_EQ(bsd_close(fd), 0);
	close_site(&site);
}

TEST(a_message_that_is_read_in_part_goes_on)
{
	static char data[5000];
	static struct reading reading;
	struct site site = open_site();
	int fd;

	fill(data, sizeof(data), 1);
	EXPECT_EQ(bsd_write(site.clients[0], data, sizeof(data)), sizeof(data));
	await_readable(site.server, sizeof(data));
	read_into(site.server, &reading, 1234, 0, 0);
	EXPECT(reading.length == 1234 && reading.flags == 0 && !memcmp(reading.bytes, data, 1234));
	send_text(site.clients[1], "other");
	fd = need_peel_off(site.server, site.ids[0]);
	EXPECT_EQ(readable(fd), sizeof(data) - 1234);
	expect_message(fd, data + 1234, sizeof(data) - 1234);
	expect_text(site.server, "other");
	EXPECT_EQ(bsd_close(fd), 0);
	close_site(&site);
}

/* ---- a message larger than every buffer ---- */

enum { LONG = 1500000 };

static char sent[LONG], got[LONG];

static void *
send_long(void *context)
{
	EXPECT_EQ(bsd_write(*(int *)context, sent, LONG), LONG);
	return NULL;
}

/* Reads parts of the message from a place on until it ends, or until so much was read. Where it is then. */
static size_t
read_parts(int fd, size_t at, size_t enough)
{
	const struct reading *reading;

	do {
		reading = read_next(fd);
		EXPECT(reading->length > 0 && at + (size_t)reading->length <= LONG);
		EXPECT((reading->flags & ~BSD_MSG_EOR) == 0);
		memcpy(got + at, reading->bytes, (size_t)reading->length);
		at += (size_t)reading->length;
		EXPECT_EQ(reading->flags == BSD_MSG_EOR, at == LONG);
	} while (at < enough);
	return at;
}

/* At each level of SCTP_FRAGMENT_INTERLEAVE. */
static void
peel_off_within(int level)
{
	struct site site = open_site();
	int room = 2 * LONG, fd;
	pthread_t sender;
	size_t at;

	turn_on(site.server, SCTP_FRAGMENT_INTERLEAVE, level);
	EXPECT_EQ(bsd_setsockopt(site.clients[0], BSD_SOL_SOCKET, BSD_SO_SNDBUF, &room, sizeof(room)), 0);
	fill(sent, LONG, (unsigned)level);
	EXPECT_EQ(pthread_create(&sender, NULL, send_long, &site.clients[0]), 0);
	at = read_parts(site.server, 0, LONG / 3);
	EXPECT(at < LONG);
	send_text(site.clients[1], "other");
	fd = need_peel_off(site.server, site.ids[0]);
	EXPECT_EQ(read_parts(fd, at, LONG), LONG);
	EXPECT(memcmp(sent, got, LONG) == 0);
	/* Nothing holds it back that is elsewhere now. */
	expect_text(site.server, "other");
	pthread_join(sender, NULL);
	EXPECT_EQ(bsd_close(fd), 0);
	close_site(&site);
}

TEST(a_message_in_parts_goes_on_that_nothing_may_interrupt)
{
	peel_off_within(SCTP_FRAG_LEVEL_0);
}

TEST(a_message_in_parts_goes_on_between_those_of_others)
{
	peel_off_within(SCTP_FRAG_LEVEL_1);
}

TEST(a_message_in_parts_goes_on_between_those_of_other_streams)
{
	peel_off_within(SCTP_FRAG_LEVEL_2);
}

TEST(what_is_under_way_arrives_and_is_counted_at_the_new_socket)
{
	static char data[60000];
	struct site site = open_site();
	int fd;

	fill(data, sizeof(data), 5);
	EXPECT_EQ(send_over(site.server, site.ids[0], data, sizeof(data)), sizeof(data));
	fd = need_peel_off(site.server, site.ids[0]);
	EXPECT_EQ(bsd_write(fd, "end", 3), 3);
	expect_message(site.clients[0], data, sizeof(data));
	expect_text(site.clients[0], "end");
	EXPECT_EQ(bsd_close(fd), 0);
	close_site(&site);
}

TEST(a_message_that_is_not_ended_is_ended_at_the_new_socket)
{
	struct site site = open_site();
	int fd;

	turn_on(site.server, SCTP_EXPLICIT_EOR, 1);
	EXPECT_EQ(send_over(site.server, site.ids[0], "be", 2), 2);
	fd = need_peel_off(site.server, site.ids[0]);
	EXPECT_EQ(bsd_sendto(fd, "gin", 3, BSD_MSG_EOR, NULL, 0), 3);
	expect_text(site.clients[0], "begin");
	EXPECT_EQ(bsd_close(fd), 0);
	close_site(&site);
}
