/* Messages larger than every buffer, through the built kext (RFC 9260 section 6.9). */
#include "peers.h"

enum { LONG = 1500000 };

static char sent[LONG], got[LONG];

struct sender {
	pthread_t thread;
	int fd;
};

static void *
send_long(void *context)
{
	struct sender *sender = context;

	EXPECT_EQ(bsd_sendto(sender->fd, sent, LONG, 0, NULL, 0), LONG);
	return NULL;
}

/* A pair of which one end is sending a long message. */
static struct pair
open_pair_with_sender(struct sender *sender)
{
	struct pair pair = open_pair();
	int room = 2 * LONG;

	fill(sent, LONG, 1);
	EXPECT_EQ(bsd_setsockopt(pair.near, BSD_SOL_SOCKET, BSD_SO_SNDBUF, &room, sizeof(room)), 0);
	sender->fd = pair.near;
	EXPECT_EQ(pthread_create(&sender->thread, NULL, send_long, sender), 0);
	return pair;
}

/* Reads with so much room until a message ends; every read is looked at before. */
static size_t
read_long(int fd, size_t room)
{
	static struct reading peeked, reading;
	size_t total = 0;

	do {
		read_into(fd, &peeked, 100, BSD_MSG_PEEK, 0);
		EXPECT(peeked.length > 0);
		read_into(fd, &reading, room, 0, sizeof(reading.control));
		EXPECT(reading.length > 0 && total + (size_t)reading.length <= LONG);
		EXPECT((reading.flags & ~BSD_MSG_EOR) == 0);
		if (peeked.length > reading.length)
			peeked.length = reading.length;
		EXPECT(memcmp(peeked.bytes, reading.bytes, (size_t)peeked.length) == 0);
		memcpy(got + total, reading.bytes, (size_t)reading.length);
		total += (size_t)reading.length;
	} while ((reading.flags & BSD_MSG_EOR) == 0);
	return total;
}

static void
expect_long_message(size_t room)
{
	struct sender sender;
	struct pair pair;

	start_kext();
	pair = open_pair_with_sender(&sender);
	EXPECT_EQ(read_long(pair.far, room), LONG);
	EXPECT(memcmp(sent, got, LONG) == 0);
	pthread_join(sender.thread, NULL);
	close_pair(pair);
	stop_kext();
}

TEST(a_long_message_is_read_in_large_pieces)
{
	expect_long_message(ROOM);
}

TEST(a_long_message_is_read_in_small_pieces)
{
	expect_long_message(1009);
}

TEST(all_parts_of_a_message_have_the_same_control_data)
{
	struct sender sender;
	struct sctp_rcvinfo first, info;
	const void *item;
	struct reading *reading;
	struct pair pair;
	uint32_t size;

	start_kext();
	pair = open_pair_with_sender(&sender);
	turn_on(pair.far, SCTP_RECVRCVINFO, 1);
	for (unsigned part = 0;; part++) {
		reading = read_next(pair.far);
		item = find_item(reading, SCTP_RCVINFO, &size);
		EXPECT(item != NULL && size == sizeof(info));
		memcpy(&info, item, sizeof(info));
		if (part == 0)
			first = info;
		EXPECT_EQ(info.rcv_sid, first.rcv_sid);
		EXPECT_EQ(info.rcv_ssn, first.rcv_ssn);
		EXPECT_EQ(info.rcv_tsn, first.rcv_tsn);
		EXPECT_EQ(info.rcv_assoc_id, first.rcv_assoc_id);
		if (reading->flags & BSD_MSG_EOR) {
			EXPECT(part > 0);
			break;
		}
	}
	pthread_join(sender.thread, NULL);
	close_pair(pair);
	stop_kext();
}

TEST(an_abort_in_the_middle_of_a_message_is_told)
{
	struct bsd_linger abort = {1, 0};
	const struct sctp_pdapi_event *event;
	struct sender sender;
	struct reading *reading;
	struct pair pair;
	size_t total = 0;

	start_kext();
	pair = open_pair_with_sender(&sender);
	subscribe(pair.far, SCTP_PARTIAL_DELIVERY_EVENT);
	reading = read_next(pair.far);
	EXPECT(reading->length > 0 && reading->flags == 0);
	pthread_join(sender.thread, NULL);
	EXPECT_EQ(bsd_setsockopt(pair.near, BSD_SOL_SOCKET, BSD_SO_LINGER, &abort, sizeof(abort)), 0);
	EXPECT_EQ(bsd_close(pair.near), 0);
	for (;;) {
		total += (size_t)reading->length;
		reading = read_next(pair.far);
		EXPECT(reading->length > 0);
		if (reading->flags != 0)
			break;
	}
	EXPECT(total < LONG);
	EXPECT_EQ(reading->flags, BSD_MSG_NOTIFICATION | BSD_MSG_EOR);
	EXPECT_EQ(reading->length, sizeof(*event));
	event = (const void *)reading->bytes;
	EXPECT_EQ(event->pdapi_type, SCTP_PARTIAL_DELIVERY_EVENT);
	EXPECT_EQ(event->pdapi_flags, 0);
	EXPECT_EQ(event->pdapi_length, sizeof(*event));
	EXPECT_EQ(event->pdapi_indication, SCTP_PARTIAL_DELIVERY_ABORTED);
	EXPECT_EQ(event->pdapi_stream, 0);
	EXPECT_EQ(event->pdapi_seq, 0);
	EXPECT(event->pdapi_assoc_id > SCTP_ALL_ASSOC);
	EXPECT_EQ(read_next(pair.far)->length, -XNU_ECONNRESET);
	EXPECT_EQ(read_next(pair.far)->length, 0);
	EXPECT_EQ(bsd_close(pair.far), 0);
	stop_kext();
}

TEST(fragment_interleave_takes_three_levels)
{
	static const uint32_t refused[] = {3, UINT32_MAX};
	uint32_t level, length = sizeof(level);
	int fd;

	start_kext();
	fd = open_socket(BSD_SOCK_SEQPACKET);
	EXPECT_EQ(bsd_getsockopt(fd, IPPROTO_SCTP, SCTP_FRAGMENT_INTERLEAVE, &level, &length), 0);
	EXPECT_EQ(level, SCTP_FRAG_LEVEL_1);
	EXPECT_EQ(length, sizeof(level));
	for (uint32_t wanted = 0; wanted <= SCTP_FRAG_LEVEL_2; wanted++) {
		turn_on(fd, SCTP_FRAGMENT_INTERLEAVE, (int)wanted);
		EXPECT_EQ(bsd_getsockopt(fd, IPPROTO_SCTP, SCTP_FRAGMENT_INTERLEAVE, &level, &length), 0);
		EXPECT_EQ(level, wanted);
	}
	for (unsigned i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		EXPECT_EQ(set_option(fd, SCTP_FRAGMENT_INTERLEAVE, &refused[i], sizeof(refused[i])),
			  -XNU_EINVAL);
	EXPECT_EQ(set_option(fd, SCTP_FRAGMENT_INTERLEAVE, &level, sizeof(level) - 1), -XNU_EINVAL);
	EXPECT_EQ(bsd_close(fd), 0);
	stop_kext();
}

TEST(the_partial_delivery_point_is_within_the_receive_buffer)
{
	uint32_t point, buffer, length = sizeof(point);
	int fd;

	start_kext();
	fd = open_socket(BSD_SOCK_SEQPACKET);
	EXPECT_EQ(bsd_getsockopt(fd, BSD_SOL_SOCKET, BSD_SO_RCVBUF, &buffer, &length), 0);
	EXPECT_EQ(bsd_getsockopt(fd, IPPROTO_SCTP, SCTP_PARTIAL_DELIVERY_POINT, &point, &length), 0);
	EXPECT_EQ(point, buffer / 2);
	turn_on(fd, SCTP_PARTIAL_DELIVERY_POINT, (int)buffer);
	point = buffer + 1;
	EXPECT_EQ(set_option(fd, SCTP_PARTIAL_DELIVERY_POINT, &point, sizeof(point)), -XNU_EINVAL);
	EXPECT_EQ(set_option(fd, SCTP_PARTIAL_DELIVERY_POINT, &point, 3), -XNU_EINVAL);
	EXPECT_EQ(bsd_getsockopt(fd, IPPROTO_SCTP, SCTP_PARTIAL_DELIVERY_POINT, &point, &length), 0);
	EXPECT_EQ(point, buffer);
	EXPECT_EQ(bsd_close(fd), 0);
	stop_kext();
}
