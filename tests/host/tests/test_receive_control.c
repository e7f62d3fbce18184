/* The control data of received messages, through the built kext (RFC 6458 sections 5.3.2 to 5.3.6). */
#include "peers.h"

enum { STREAM = 3, PPID = 0x11223344, CONTEXT = 77 };

/* Sends two messages, the second unordered, and waits until both can be read. */
static void
send_two(int fd)
{
	struct sctp_sndinfo info = {.snd_sid = STREAM, .snd_ppid = PPID};
	struct sctp_sndinfo second = {
	    .snd_sid = STREAM + 1, .snd_ppid = PPID + 1, .snd_flags = SCTP_UNORDERED};
	struct item items[] = {{SCTP_SNDINFO, &info, sizeof(info)}, {SCTP_SNDINFO, &second, sizeof(second)}};

	EXPECT_EQ(send_items(fd, "first", 5, 0, &items[0], 1), 5);
	EXPECT_EQ(send_items(fd, "second!", 7, 0, &items[1], 1), 7);
	host_settle();
}

/* A pair of which the far end has two messages to read and is called with these options on. */
static struct pair
pair_with(const int *options, size_t count)
{
	struct pair pair;

	start_kext();
	pair = open_pair();
	for (size_t i = 0; i < count; i++)
		turn_on(pair.far, options[i], 1);
	send_two(pair.near);
	return pair;
}

#define PAIR_WITH(...) pair_with((const int[]){__VA_ARGS__}, sizeof((int[]){__VA_ARGS__}) / sizeof(int))

static void
end(struct pair pair)
{
	close_pair(pair);
	stop_kext();
}

static void
subscribe_to_data(int fd)
{
	struct sctp_event_subscribe events = {.sctp_data_io_event = 1};

	EXPECT_EQ(set_option(fd, SCTP_EVENTS, &events, sizeof(events)), 0);
}

/* The type of the control data at a place, 0 behind the last. */
static int
type_at(const struct reading *reading, unsigned place)
{
	struct bsd_cmsghdr header;

	for (uint32_t at = 0; at + sizeof(header) <= reading->control_length;) {
		memcpy(&header, reading->control + at, sizeof(header));
		EXPECT_EQ(header.cmsg_level, IPPROTO_SCTP);
		if (place-- == 0)
			return header.cmsg_type;
		at += BSD_CMSG_ALIGN(header.cmsg_len);
	}
	return 0;
}

TEST(nothing_comes_unasked)
{
	struct pair pair = PAIR_WITH(SCTP_NODELAY);

	EXPECT_EQ(expect_message(pair.far, "first", 5)->control_length, 0);
	end(pair);
}

TEST(receive_SCTP_RCVINFO_says_how_a_message_came)
{
	struct pair pair = PAIR_WITH(SCTP_RECVRCVINFO);
	struct sctp_assoc_value context = {0, CONTEXT};
	struct sctp_rcvinfo first, second;
	uint32_t size;

	memcpy(&first, find_item(expect_message(pair.far, "first", 5), SCTP_RCVINFO, &size), sizeof(first));
	EXPECT_EQ(size, sizeof(first));
	EXPECT_EQ(first.rcv_sid, STREAM);
	EXPECT_EQ(first.rcv_ssn, 0);
	EXPECT_EQ(first.rcv_flags, 0);
	EXPECT_EQ(first.rcv_ppid, PPID);
	EXPECT_EQ(first.rcv_context, 0);
	EXPECT(first.rcv_assoc_id > SCTP_ALL_ASSOC);
	EXPECT_EQ(first.rcv_cumtsn, first.rcv_tsn + 1);
	memcpy(&second, find_item(expect_message(pair.far, "second!", 7), SCTP_RCVINFO, &size),
	       sizeof(second));
	EXPECT_EQ(second.rcv_sid, STREAM + 1);
	EXPECT_EQ(second.rcv_flags, SCTP_UNORDERED);
	EXPECT_EQ(second.rcv_ppid, PPID + 1);
	EXPECT_EQ(second.rcv_tsn, first.rcv_tsn + 1);
	EXPECT_EQ(second.rcv_assoc_id, first.rcv_assoc_id);

	EXPECT_EQ(set_option(pair.far, SCTP_CONTEXT, &context, sizeof(context)), 0);
	send_two(pair.near);
	memcpy(&first, find_item(expect_message(pair.far, "first", 5), SCTP_RCVINFO, &size), sizeof(first));
	EXPECT_EQ(first.rcv_context, CONTEXT);
	EXPECT_EQ(first.rcv_ssn, 1);
	end(pair);
}

TEST(receive_SCTP_NXTINFO_says_what_comes_next)
{
	struct pair pair = PAIR_WITH(SCTP_RECVNXTINFO);
	struct sctp_nxtinfo next;
	uint32_t size;

	memcpy(&next, find_item(expect_message(pair.far, "first", 5), SCTP_NXTINFO, &size), sizeof(next));
	EXPECT_EQ(size, sizeof(next));
	EXPECT_EQ(next.nxt_sid, STREAM + 1);
	EXPECT_EQ(next.nxt_flags, SCTP_UNORDERED | SCTP_COMPLETE);
	EXPECT_EQ(next.nxt_ppid, PPID + 1);
	EXPECT_EQ(next.nxt_length, 7);
	EXPECT(next.nxt_assoc_id > SCTP_ALL_ASSOC);
	/* Behind the last message there is nothing to tell. */
	EXPECT_EQ(expect_message(pair.far, "second!", 7)->control_length, 0);
	end(pair);
}

TEST(receive_SCTP_NXTINFO_knows_notifications)
{
	struct pair pair = PAIR_WITH(SCTP_RECVNXTINFO);
	const struct reading *reading;
	struct sctp_nxtinfo next;
	uint32_t size;

	/* It has nothing to send, and is told so at once. */
	subscribe(pair.far, SCTP_SENDER_DRY_EVENT);
	expect_message(pair.far, "first", 5);
	memcpy(&next, find_item(expect_message(pair.far, "second!", 7), SCTP_NXTINFO, &size), sizeof(next));
	EXPECT_EQ(next.nxt_flags, SCTP_NOTIFICATION | SCTP_COMPLETE);
	EXPECT_EQ(next.nxt_length, sizeof(struct sctp_sender_dry_event));
	/* The notification itself comes without control data (section 6.1). */
	reading = read_next(pair.far);
	EXPECT_EQ(reading->flags, BSD_MSG_NOTIFICATION | BSD_MSG_EOR);
	EXPECT_EQ(reading->length, next.nxt_length);
	EXPECT_EQ(reading->control_length, 0);
	end(pair);
}

TEST(receive_SCTP_NXTINFO_of_a_part_says_how_much_is_there)
{
	static char sent[1000000];
	struct sctp_nxtinfo next;
	struct pair pair = PAIR_WITH(SCTP_RECVNXTINFO);
	int room = 2 * sizeof(sent);
	uint32_t size;

	fill(sent, sizeof(sent), 1);
	turn_on(pair.far, SCTP_PARTIAL_DELIVERY_POINT, 1000);
	EXPECT_EQ(bsd_setsockopt(pair.near, BSD_SOL_SOCKET, BSD_SO_SNDBUF, &room, sizeof(room)), 0);
	EXPECT_EQ(bsd_sendto(pair.near, sent, sizeof(sent), 0, NULL, 0), sizeof(sent));
	host_settle();
	expect_message(pair.far, "first", 5);
	memcpy(&next, find_item(expect_message(pair.far, "second!", 7), SCTP_NXTINFO, &size), sizeof(next));
	EXPECT_EQ(next.nxt_flags, 0);
	EXPECT(next.nxt_length >= 1000 && next.nxt_length < sizeof(sent));
	end(pair);
}

TEST(receive_SCTP_SNDRCV_comes_with_the_data_event)
{
	struct pair pair = PAIR_WITH(SCTP_NODELAY);
	struct sctp_sndrcvinfo info;
	uint32_t size;

	subscribe_to_data(pair.far);
	memcpy(&info, find_item(expect_message(pair.far, "first", 5), SCTP_SNDRCV, &size), sizeof(info));
	EXPECT_EQ(size, sizeof(info));
	EXPECT_EQ(info.sinfo_stream, STREAM);
	EXPECT_EQ(info.sinfo_ssn, 0);
	EXPECT_EQ(info.sinfo_flags, 0);
	EXPECT_EQ(info.sinfo_ppid, PPID);
	EXPECT_EQ(info.sinfo_cumtsn, info.sinfo_tsn + 1);
	EXPECT(info.sinfo_assoc_id > SCTP_ALL_ASSOC);
	EXPECT_EQ(info.sinfo_keynumber_valid, 0);
	end(pair);
}

TEST(receive_SCTP_EXTRCV_takes_the_place_of_SCTP_SNDRCV)
{
	struct pair pair = PAIR_WITH(SCTP_USE_EXT_RCVINFO);
	struct sctp_extrcvinfo info;
	const struct reading *reading;
	uint32_t size;

	subscribe_to_data(pair.far);
	reading = expect_message(pair.far, "first", 5);
	EXPECT(find_item(reading, SCTP_SNDRCV, &size) == NULL);
	memcpy(&info, find_item(reading, SCTP_EXTRCV, &size), sizeof(info));
	EXPECT_EQ(size, sizeof(info));
	EXPECT_EQ(info.sinfo_stream, STREAM);
	EXPECT_EQ(info.sinfo_ppid, PPID);
	EXPECT_EQ(info.serinfo_next_flags,
		  SCTP_NEXT_MSG_AVAIL | SCTP_NEXT_MSG_ISCOMPLETE | SCTP_NEXT_MSG_IS_UNORDERED);
	EXPECT_EQ(info.serinfo_next_stream, STREAM + 1);
	EXPECT_EQ(info.serinfo_next_length, 7);
	EXPECT_EQ(info.serinfo_next_ppid, PPID + 1);
	EXPECT_EQ(info.serinfo_next_aid, info.sinfo_assoc_id);
	memcpy(&info, find_item(expect_message(pair.far, "second!", 7), SCTP_EXTRCV, &size), sizeof(info));
	EXPECT_EQ(info.sinfo_flags, SCTP_UNORDERED);
	EXPECT_EQ(info.serinfo_next_flags, SCTP_NO_NEXT_MSG);
	EXPECT_EQ(info.serinfo_next_length, 0);
	end(pair);
}

TEST(control_data_has_an_order_and_a_short_buffer_keeps_the_first)
{
	struct pair pair = PAIR_WITH(SCTP_RECVRCVINFO, SCTP_RECVNXTINFO, SCTP_USE_EXT_RCVINFO);
	const uint32_t whole = BSD_CMSG_SPACE(sizeof(struct sctp_rcvinfo)) +
			       BSD_CMSG_SPACE(sizeof(struct sctp_nxtinfo)) +
			       BSD_CMSG_SPACE(sizeof(struct sctp_extrcvinfo));
	static struct reading reading;
	uint32_t size;

	subscribe_to_data(pair.far);
	read_into(pair.far, &reading, ROOM, BSD_MSG_PEEK, sizeof(reading.control));
	EXPECT_EQ(reading.flags, BSD_MSG_EOR);
	EXPECT_EQ(reading.control_length, whole);
	EXPECT_EQ(type_at(&reading, 0), SCTP_RCVINFO);
	EXPECT_EQ(type_at(&reading, 1), SCTP_NXTINFO);
	EXPECT_EQ(type_at(&reading, 2), SCTP_EXTRCV);
	EXPECT_EQ(type_at(&reading, 3), 0);

	read_into(pair.far, &reading, ROOM, BSD_MSG_PEEK, whole);
	EXPECT_EQ(reading.flags, BSD_MSG_EOR);
	read_into(pair.far, &reading, ROOM, BSD_MSG_PEEK, whole - 1);
	EXPECT_EQ(reading.flags, BSD_MSG_EOR | BSD_MSG_CTRUNC);
	EXPECT_EQ(reading.control_length, whole - 1);
	EXPECT(find_item(&reading, SCTP_RCVINFO, &size) != NULL);
	EXPECT(find_item(&reading, SCTP_NXTINFO, &size) != NULL);
	/* No buffer at all is no mistake. */
	read_into(pair.far, &reading, ROOM, BSD_MSG_PEEK, 0);
	EXPECT_EQ(reading.length, 5);
	EXPECT_EQ(reading.flags, BSD_MSG_EOR);
	expect_message(pair.far, "first", 5);
	end(pair);
}
