/* Options of stream schedulers (RFC 8260 section 4.3). */
#include "options.h"

OPTION(SCTP_STREAM_SCHEDULER, OF(sctp_assoc_value, assoc_id), .directions = GET | SET,
       .whom = FUTURE | ONE | MANY,
       .outcomes = {
	   {V(sctp_assoc_value, 0, SCTP_SS_ROUND_ROBIN)},
	   {V(sctp_assoc_value, 0, SCTP_SS_FIRST_COME)},
	   {V(sctp_assoc_value, 0, SCTP_SS_ROUND_ROBIN_PACKET)},
	   {V(sctp_assoc_value, 0, SCTP_SS_PRIORITY)},
	   {V(sctp_assoc_value, 0, SCTP_SS_FAIR_BANDWITH)},
	   {V(sctp_assoc_value, 0, SCTP_SS_DEFAULT)},
	   {V(sctp_assoc_value, 0, SCTP_SS_FIRST_COME + 1), XNU_EINVAL},
	   {V(sctp_assoc_value, 0, UINT32_MAX), XNU_EINVAL},
       })

TEST(option_SCTP_STREAM_SCHEDULER_VALUE)
{
	static const sctp_assoc_t many[] = {SCTP_FUTURE_ASSOC, SCTP_CURRENT_ASSOC, SCTP_ALL_ASSOC};
	struct sctp_stream_value value = {0, 1, 7};
	uint32_t length = sizeof(value);
	struct scene scene;

	start_kext();
	scene = open_scene();
	for (unsigned i = 0; i < 3; i++) {
		value.assoc_id = many[i];
		EXPECT_EQ(set_option(scene.many, SCTP_STREAM_SCHEDULER_VALUE, &value, length), -XNU_EINVAL);
		EXPECT_EQ(get_option(scene.many, SCTP_STREAM_SCHEDULER_VALUE, &value, &length), -XNU_EINVAL);
	}
	value.assoc_id = NOBODY;
	EXPECT_EQ(set_option(scene.many, SCTP_STREAM_SCHEDULER_VALUE, &value, length), -XNU_ENOENT);
	EXPECT_EQ(get_option(scene.many, SCTP_STREAM_SCHEDULER_VALUE, &value, &length), -XNU_ENOENT);
	value.assoc_id = scene.id[0];
	EXPECT_EQ(set_option(scene.many, SCTP_STREAM_SCHEDULER_VALUE, &value, length), 0);
	value.stream_value = 0;
	EXPECT_EQ(get_option(scene.many, SCTP_STREAM_SCHEDULER_VALUE, &value, &length), 0);
	EXPECT_EQ(value.stream_value, 7);
	/* Of that stream and association alone. */
	value.stream_id = 2;
	EXPECT_EQ(get_option(scene.many, SCTP_STREAM_SCHEDULER_VALUE, &value, &length), 0);
	EXPECT_EQ(value.stream_value, 0);
	value = (struct sctp_stream_value){scene.id[1], 1, 9};
	EXPECT_EQ(get_option(scene.many, SCTP_STREAM_SCHEDULER_VALUE, &value, &length), 0);
	EXPECT_EQ(value.stream_value, 0);
	value.stream_id = 65535;
	EXPECT_EQ(set_option(scene.many, SCTP_STREAM_SCHEDULER_VALUE, &value, length), -XNU_EINVAL);
	EXPECT_EQ(get_option(scene.many, SCTP_STREAM_SCHEDULER_VALUE, &value, &length), -XNU_EINVAL);
	EXPECT_EQ(set_option(scene.many, SCTP_STREAM_SCHEDULER_VALUE, &value, length - 1), -XNU_EINVAL);
	length--;
	EXPECT_EQ(get_option(scene.many, SCTP_STREAM_SCHEDULER_VALUE, &value, &length), -XNU_EINVAL);
	close_scene(&scene);
	stop_kext();
}

static void
send_on(int fd, const char *bytes, size_t length, uint16_t stream)
{
	struct sctp_sndinfo info = {.snd_sid = stream};
	struct item item = {SCTP_SNDINFO, &info, sizeof(info)};

	EXPECT_EQ(send_items(fd, bytes, length, 0, &item, 1), length);
}

/* The one that was accepted has so large a window only. */
static struct pair
open_pair_with_buffer(int room)
{
	int head = open_listener(BSD_SOCK_STREAM, SERVER_PORT);
	struct pair pair = {open_socket(BSD_SOCK_STREAM), -1};

	EXPECT_EQ(bsd_setsockopt(head, BSD_SOL_SOCKET, BSD_SO_RCVBUF, &room, sizeof(room)), 0);
	connect_to(pair.near, SERVER_PORT);
	pair.far = bsd_accept(head, NULL, NULL);
	EXPECT(pair.far >= 0);
	limit_waiting(pair.far);
	EXPECT_EQ(bsd_close(head), 0);
	return pair;
}

/* What waits for the peer's window goes by priority, however it came. */
TEST(option_SCTP_STREAM_SCHEDULER_of_priorities_chooses_what_goes_next)
{
	static char bytes[10000];
	struct sctp_assoc_value scheduler = {0, SCTP_SS_PRIORITY};
	struct sctp_stream_value low = {0, 1, 9}, high = {0, 2, 1};
	struct pair pair;

	start_kext();
	pair = open_pair_with_buffer(20000);
	EXPECT_EQ(set_option(pair.near, SCTP_STREAM_SCHEDULER, &scheduler, sizeof(scheduler)), 0);
	EXPECT_EQ(set_option(pair.near, SCTP_STREAM_SCHEDULER_VALUE, &low, sizeof(low)), 0);
	EXPECT_EQ(set_option(pair.near, SCTP_STREAM_SCHEDULER_VALUE, &high, sizeof(high)), 0);
	for (unsigned i = 0; i < 4; i++)
		send_on(pair.near, bytes, sizeof(bytes), 0);
	send_on(pair.near, "low", 3, 1);
	send_on(pair.near, "high", 4, 2);
	for (unsigned i = 0; i < 4; i++)
		expect_message(pair.far, bytes, sizeof(bytes));
	expect_message(pair.far, "high", 4);
	expect_message(pair.far, "low", 3);
	close_pair(pair);
	stop_kext();
}
