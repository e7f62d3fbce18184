/* Flags of messages (RFC 6458 sections 5.3.2 and 5.3.4), through the built kext. */
#include "options.h"
#include "raw_peer.h"

static int64_t
send_flagged(int fd, const void *data, size_t length, uint16_t flags, int call_flags)
{
	struct sctp_sndinfo info = {0, flags, 0, 0, 0};
	struct item item = {SCTP_SNDINFO, &info, sizeof(info)};

	return send_items(fd, data, length, call_flags, &item, 1);
}

static uint32_t
associations(int fd)
{
	uint32_t number, length = sizeof(number);

	EXPECT_EQ(bsd_getsockopt(fd, IPPROTO_SCTP, SCTP_GET_ASSOC_NUMBER, &number, &length), 0);
	return number;
}

/* ---- SCTP_EOF ---- */

TEST(send_SCTP_EOF_shuts_down_after_the_message)
{
	struct pair pair;

	start_kext();
	pair = open_pair();
	EXPECT_EQ(send_flagged(pair.near, "last", 4, SCTP_EOF, 0), 4);
	EXPECT_EQ(bsd_write(pair.near, "x", 1), -XNU_EPIPE);
	EXPECT_EQ(bsd_sendto(pair.near, "x", 1, BSD_MSG_NOSIGNAL, NULL, 0), -XNU_EPIPE);
	expect_message(pair.far, "last", 4);
	EXPECT_EQ(read_next(pair.far)->length, 0);
	close_pair(pair);
	stop_kext();
}

TEST(send_SCTP_EOF_needs_no_message)
{
	struct scene scene;

	start_kext();
	scene = open_scene();
	EXPECT_EQ(send_flagged(scene.one[0], "", 0, SCTP_EOF, 0), 0);
	EXPECT_EQ(read_next(scene.one[0])->length, 0);
	/* MSG_EOF says the same. */
	EXPECT_EQ(bsd_sendto(scene.one[1], "x", 1, BSD_MSG_EOF, NULL, 0), 1);
	expect_message(scene.many, "x", 1);
	EXPECT_EQ(read_next(scene.one[1])->length, 0);
	EXPECT_EQ(associations(scene.many), 0);
	close_scene(&scene);
	stop_kext();
}

TEST(send_SCTP_EOF_and_SCTP_ABORT_want_an_association)
{
	int one, many;

	start_kext();
	one = open_socket(BSD_SOCK_STREAM);
	many = open_socket(BSD_SOCK_SEQPACKET);
	EXPECT_EQ(send_flagged(one, "", 0, SCTP_EOF, 0), -XNU_ENOTCONN);
	EXPECT_EQ(send_flagged(one, "x", 1, SCTP_ABORT, 0), -XNU_ENOTCONN);
	EXPECT_EQ(send_flagged(many, "", 0, SCTP_EOF, ~0), -XNU_ENOENT);
	EXPECT_EQ(send_flagged(many, "x", 1, SCTP_ABORT, ~0), -XNU_ENOENT);
	EXPECT_EQ(associations(many), 0);
	EXPECT_EQ(bsd_close(one), 0);
	EXPECT_EQ(bsd_close(many), 0);
	stop_kext();
}

/* ---- SCTP_ABORT ---- */

/* Sets an association up with the raw peer and aborts it; the outcome of that. */
static int64_t
abort_with(int fd, const void *reason, size_t length)
{
	struct sctp_sndinfo info = {0, SCTP_ABORT, 0, 0, 0};

	return send_to_raw_peer(fd, reason, length, &info);
}

/* RFC 9260 section 3.3.10.12. */
TEST(send_SCTP_ABORT_tells_the_reason)
{
	static const unsigned char wanted[] = {6,   0,   0,   17,  0,   12,  0,   13, 'I', ' ',
					       'a', 'm', ' ', 'o', 'f', 'f', '.', 0,  0,   0};
	static char reason[1500];
	int fd;

	start_with_raw_peer();
	fd = open_towards_raw_peer();
	EXPECT_EQ(send_to_raw_peer(fd, "hello", 5, NULL), 5);
	expect_change(fd, SCTP_COMM_UP);
	/* It must fit a packet. */
	EXPECT_EQ(abort_with(fd, reason, sizeof(reason)), -XNU_EMSGSIZE);
	EXPECT_EQ(associations(fd), 1);
	EXPECT_EQ(abort_with(fd, "I am off.", 9), 9);
	expect_change(fd, SCTP_COMM_LOST);
	host_settle();
	EXPECT_EQ(raw.aborted_size, sizeof(wanted));
	EXPECT(memcmp(raw.aborted, wanted, sizeof(wanted)) == 0);
	EXPECT_EQ(bsd_close(fd), 0);
	stop_kext();
}

TEST(send_SCTP_ABORT_needs_no_reason)
{
	static const unsigned char wanted[] = {6, 0, 0, 8, 0, 12, 0, 4};
	int fd;

	start_with_raw_peer();
	fd = open_towards_raw_peer();
	EXPECT_EQ(send_to_raw_peer(fd, "hello", 5, NULL), 5);
	expect_change(fd, SCTP_COMM_UP);
	EXPECT_EQ(abort_with(fd, "", 0), 0);
	expect_change(fd, SCTP_COMM_LOST);
	host_settle();
	EXPECT_EQ(raw.aborted_size, sizeof(wanted));
	EXPECT(memcmp(raw.aborted, wanted, sizeof(wanted)) == 0);
	EXPECT_EQ(bsd_close(fd), 0);
	stop_kext();
}

/* ---- SCTP_SENDALL ---- */

TEST(send_SCTP_SENDALL_reaches_every_association)
{
	static char bytes[300000];
	struct scene scene;

	start_kext();
	scene = open_scene();
	EXPECT_EQ(send_flagged(scene.many, bytes, sizeof(bytes), SCTP_SENDALL, 0), -XNU_EMSGSIZE);
	EXPECT_EQ(send_flagged(scene.many, "all", 3, SCTP_SENDALL, 0), 3);
	for (unsigned i = 0; i < 2; i++)
		expect_message(scene.one[i], "all", 3);
	/* To a one-to-one socket there is but one. */
	EXPECT_EQ(send_flagged(scene.one[0], "one", 3, SCTP_SENDALL, 0), 3);
	expect_message(scene.many, "one", 3);
	EXPECT_EQ(send_flagged(scene.many, "end", 3, SCTP_SENDALL | SCTP_EOF, 0), 3);
	for (unsigned i = 0; i < 2; i++) {
		expect_message(scene.one[i], "end", 3);
		EXPECT_EQ(read_next(scene.one[i])->length, 0);
	}
	close_scene(&scene);
	stop_kext();
}

TEST(send_SCTP_SENDALL_and_SCTP_ABORT_end_every_association)
{
	struct scene scene;

	start_kext();
	scene = open_scene();
	EXPECT_EQ(send_flagged(scene.many, "why", 3, SCTP_SENDALL | SCTP_ABORT, 0), 3);
	for (unsigned i = 0; i < 2; i++)
		EXPECT_EQ(read_next(scene.one[i])->length, -XNU_ECONNRESET);
	EXPECT_EQ(associations(scene.many), 0);
	close_scene(&scene);
	stop_kext();
}

/* ---- SCTP_ADDR_OVER, SCTP_SACK_IMMEDIATELY, the others ---- */

TEST(send_SCTP_ADDR_OVER_wants_an_address_of_the_peer)
{
	struct sctp_sndinfo info = {0, SCTP_ADDR_OVER, 0, 0, 0};
	struct scene scene;

	start_with_raw_peer();
	scene = open_scene();
	EXPECT_EQ(send_flagged(scene.one[0], "x", 1, SCTP_ADDR_OVER, 0), -XNU_EINVAL);
	EXPECT_EQ(send_flagged(scene.one[0], "x", 1, SCTP_ADDR_OVER, ~0), 1);
	expect_message(scene.many, "x", 1);
	/* A one-to-one socket has its peer; this is another's address. */
	EXPECT_EQ(send_to_raw_peer(scene.one[0], "x", 1, &info), -XNU_EINVAL);
	expect_nothing(scene.many);
	close_scene(&scene);
	stop_kext();
}

TEST(send_SCTP_SACK_IMMEDIATELY_sets_the_bit)
{
	static const uint16_t flags[] = {0, SCTP_SACK_IMMEDIATELY, SCTP_UNORDERED};
	static const unsigned char bits[] = {0x03, 0x0b, 0x07};
	int fd;

	start_with_raw_peer();
	fd = open_towards_raw_peer();
	turn_on(fd, SCTP_NODELAY, 1);
	EXPECT_EQ(send_to_raw_peer(fd, "hello", 5, NULL), 5);
	expect_change(fd, SCTP_COMM_UP);
	for (unsigned i = 0; i < 3; i++) {
		struct sctp_sndinfo info = {0, flags[i], 0, 0, 0};
		unsigned before = raw.data_chunks;

		EXPECT_EQ(send_to_raw_peer(fd, "hello", 5, &info), 5);
		while (raw.data_chunks == before)
			usleep(1000);
		EXPECT_EQ(raw.data_flags, bits[i]);
	}
	EXPECT_EQ(abort_with(fd, "", 0), 0);
	EXPECT_EQ(bsd_close(fd), 0);
	stop_kext();
}

TEST(send_refuses_unknown_flags)
{
	static const uint16_t flags[] = {SCTP_NOTIFICATION, SCTP_COMPLETE, 0x0040, 0x0080, 0x8000, 0x000f};
	struct pair pair;

	start_kext();
	pair = open_pair();
	for (unsigned i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		EXPECT_EQ(send_flagged(pair.near, "x", 1, flags[i], 0), -XNU_EINVAL);
	expect_nothing(pair.far);
	close_pair(pair);
	stop_kext();
}
