/* What the options of defaults do to messages (RFC 6458 sections 8.1.13, 8.1.31 and 8.1.32), through the
 * built kext.
 */
#include "options.h"
#include "raw_peer.h"

enum { PPID = 0x0a0b0c0d, BUFFER = 50000, LONG = 200000 };

static void
set_defaults(int fd, struct sctp_sndinfo defaults)
{
	EXPECT_EQ(set_option(fd, SCTP_DEFAULT_SNDINFO, &defaults, sizeof(defaults)), 0);
}

static struct sctp_rcvinfo
info_of(int fd, const char *text)
{
	struct sctp_rcvinfo info;
	uint32_t size;
	const void *item = find_item(expect_message(fd, text, strlen(text)), SCTP_RCVINFO, &size);

	EXPECT(item != NULL && size == sizeof(info));
	memcpy(&info, item, sizeof(info));
	return info;
}

TEST(default_send_param_is_for_messages_without_control_data)
{
	struct sctp_sndrcvinfo defaults = {
	    .sinfo_stream = 3, .sinfo_flags = SCTP_UNORDERED, .sinfo_ppid = PPID};
	struct sctp_sndinfo own = {1, 0, 7, 0, 0};
	struct sctp_prinfo policy = {SCTP_PR_SCTP_NONE, 0};
	struct item with_own = {SCTP_SNDINFO, &own, sizeof(own)};
	struct item without = {SCTP_PRINFO, &policy, sizeof(policy)};
	struct sctp_rcvinfo info;
	struct pair pair;

	start_kext();
	pair = open_pair();
	turn_on(pair.far, SCTP_RECVRCVINFO, 1);
	EXPECT_EQ(set_option(pair.near, SCTP_DEFAULT_SEND_PARAM, &defaults, sizeof(defaults)), 0);
	EXPECT_EQ(bsd_write(pair.near, "plain", 5), 5);
	info = info_of(pair.far, "plain");
	EXPECT_EQ(info.rcv_sid, 3);
	EXPECT_EQ(info.rcv_ppid, PPID);
	EXPECT_EQ(info.rcv_flags & SCTP_UNORDERED, SCTP_UNORDERED);
	EXPECT_EQ(send_items(pair.near, "own", 3, 0, &with_own, 1), 3);
	info = info_of(pair.far, "own");
	EXPECT_EQ(info.rcv_sid, 1);
	EXPECT_EQ(info.rcv_ppid, 7);
	EXPECT_EQ(info.rcv_flags & SCTP_UNORDERED, 0);
	/* Control data of another kind leaves the rest to the defaults. */
	EXPECT_EQ(send_items(pair.near, "policy", 6, 0, &without, 1), 6);
	EXPECT_EQ(info_of(pair.far, "policy").rcv_ppid, PPID);
	close_pair(pair);
	stop_kext();
}

TEST(default_sndinfo_may_be_one_association_s)
{
	struct sctp_sndinfo to = {0, SCTP_SENDALL, 0, 0, 0};
	struct scene scene;

	start_kext();
	scene = open_scene();
	for (unsigned i = 0; i < 2; i++)
		turn_on(scene.one[i], SCTP_RECVRCVINFO, 1);
	set_defaults(scene.many, (struct sctp_sndinfo){2, 0, PPID, 0, scene.id[0]});
	EXPECT_EQ(bsd_write(scene.one[0], "a", 1), 1);
	EXPECT_EQ(bsd_write(scene.one[1], "b", 1), 1);
	for (unsigned i = 0; i < 2; i++) {
		struct reading *reading = read_next(scene.many);

		EXPECT_EQ(reading->length, 1);
		EXPECT_EQ(bsd_sendto(scene.many, "back", 4, 0, (struct xnu_sockaddr *)&reading->from,
				     reading->from_length),
			  4);
	}
	EXPECT_EQ(info_of(scene.one[0], "back").rcv_ppid, PPID);
	EXPECT_EQ(info_of(scene.one[1], "back").rcv_ppid, 0);
	/* An item has no defaults. */
	EXPECT_EQ(send_items(scene.many, "all", 3, 0, &(struct item){SCTP_SNDINFO, &to, sizeof(to)}, 1), 3);
	EXPECT_EQ(info_of(scene.one[0], "all").rcv_ppid, 0);
	EXPECT_EQ(info_of(scene.one[1], "all").rcv_ppid, 0);
	close_scene(&scene);
	stop_kext();
}

TEST(default_eof_ends_with_the_first_message)
{
	struct pair pair;

	start_kext();
	pair = open_pair();
	set_defaults(pair.near, (struct sctp_sndinfo){0, SCTP_EOF, 0, 0, 0});
	EXPECT_EQ(bsd_write(pair.near, "only", 4), 4);
	EXPECT_EQ(bsd_write(pair.near, "x", 1), -XNU_EPIPE);
	expect_message(pair.far, "only", 4);
	EXPECT_EQ(read_next(pair.far)->length, 0);
	close_pair(pair);
	stop_kext();
}

TEST(default_eor_ends_each_call)
{
	struct pair pair;

	start_kext();
	pair = open_pair();
	turn_on(pair.near, SCTP_EXPLICIT_EOR, 1);
	set_defaults(pair.near, (struct sctp_sndinfo){0, SCTP_EOR, 0, 0, 0});
	EXPECT_EQ(bsd_write(pair.near, "one", 3), 3);
	EXPECT_EQ(bsd_write(pair.near, "two", 3), 3);
	expect_message(pair.far, "one", 3);
	expect_message(pair.far, "two", 3);
	close_pair(pair);
	stop_kext();
}

static char bytes[LONG];

static void *
write_long(void *context)
{
	EXPECT_EQ(bsd_write(*(int *)context, bytes, LONG), LONG);
	return NULL;
}

/* A call that goes out in pieces is one message, and the end comes after all of it. */
TEST(default_eof_is_for_the_last_piece_of_a_call)
{
	struct reading *reading;
	struct pair pair;
	int room = BUFFER;
	pthread_t writer;
	size_t total = 0;

	start_kext();
	pair = open_pair();
	EXPECT_EQ(bsd_setsockopt(pair.near, BSD_SOL_SOCKET, BSD_SO_SNDBUF, &room, sizeof(room)), 0);
	turn_on(pair.near, SCTP_EXPLICIT_EOR, 1);
	set_defaults(pair.near, (struct sctp_sndinfo){0, SCTP_EOF, 0, 0, 0});
	EXPECT_EQ(pthread_create(&writer, NULL, write_long, &pair.near), 0);
	do {
		reading = read_next(pair.far);
		EXPECT(reading->length > 0);
		total += (size_t)reading->length;
	} while ((reading->flags & BSD_MSG_EOR) == 0);
	EXPECT_EQ(total, LONG);
	pthread_join(writer, NULL);
	EXPECT_EQ(read_next(pair.far)->length, 0);
	close_pair(pair);
	stop_kext();
}

TEST(default_addr_over_needs_an_address)
{
	struct scene scene;

	start_kext();
	scene = open_scene();
	set_defaults(scene.one[0], (struct sctp_sndinfo){0, SCTP_ADDR_OVER, 0, 0, 0});
	/* Without one, the message goes as any. */
	EXPECT_EQ(bsd_write(scene.one[0], "x", 1), 1);
	expect_message(scene.many, "x", 1);
	EXPECT_EQ(send_items(scene.one[0], "y", 1, ~0, NULL, 0), 1);
	expect_message(scene.many, "y", 1);
	close_scene(&scene);
	stop_kext();
}

/* The context comes back with what was not sent. */
TEST(default_context_comes_back)
{
	static const unsigned char abort[] = {RAW_ABORT, 0, 0, 4};
	const struct sctp_send_failed_event *failed;
	int fd;

	start_with_raw_peer();
	fd = open_towards_raw_peer();
	set_defaults(fd, (struct sctp_sndinfo){4, 0, PPID, 0x1234, 0});
	EXPECT_EQ(send_to_raw_peer(fd, "hello", 5, NULL), 5);
	expect_change(fd, SCTP_COMM_UP);
	subscribe(fd, SCTP_SEND_FAILED_EVENT);
	raw_send(abort, sizeof(abort));
	failed = &expect_notification(fd, SCTP_SEND_FAILED_EVENT)->sn_send_failed_event;
	EXPECT_EQ(failed->ssfe_info.snd_sid, 4);
	EXPECT_EQ(failed->ssfe_info.snd_ppid, PPID);
	EXPECT_EQ(failed->ssfe_info.snd_context, 0x1234);
	expect_change(fd, SCTP_COMM_LOST);
	EXPECT_EQ(bsd_close(fd), 0);
	stop_kext();
}
