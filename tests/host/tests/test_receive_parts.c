/* Reading a message or a notification in pieces and without taking it out, through the built kext (RFC 6458
 * section 3.1.4, 5.1). */
#include "peers.h"

static struct reading reading;

static struct pair
pair_with_message(const char *text)
{
	struct pair pair;

	start_kext();
	pair = open_pair();
	EXPECT_EQ(bsd_sendto(pair.near, text, strlen(text), 0, NULL, 0), strlen(text));
	host_settle();
	return pair;
}

static void
end(struct pair pair)
{
	close_pair(pair);
	stop_kext();
}

/* Reads so many bytes of room, and gets these with these flags. */
static void
expect_piece(int fd, size_t room, int flags, const char *text, int flags_out)
{
	read_into(fd, &reading, room, flags, sizeof(reading.control));
	EXPECT_EQ(reading.length, strlen(text));
	EXPECT_EQ(memcmp(reading.bytes, text, strlen(text)), 0);
	EXPECT_EQ(reading.flags, flags_out);
}

TEST(what_does_not_fit_is_read_by_the_next_call)
{
	struct pair pair = pair_with_message("abcdefghij");

	/* Nothing is cut off: MSG_TRUNC never comes. The end of the message is told by MSG_EOR. */
	expect_piece(pair.far, 4, 0, "abcd", 0);
	expect_piece(pair.far, 6, 0, "efghij", BSD_MSG_EOR);
	expect_nothing(pair.far);
	end(pair);
}

TEST(a_call_reads_of_one_message_only)
{
	struct pair pair = pair_with_message("abc");

	EXPECT_EQ(bsd_sendto(pair.near, "def", 3, 0, NULL, 0), 3);
	host_settle();
	expect_piece(pair.far, 6, BSD_MSG_WAITALL, "abc", BSD_MSG_EOR);
	expect_piece(pair.far, 6, 0, "def", BSD_MSG_EOR);
	end(pair);
}

TEST(MSG_PEEK_leaves_all_as_it_is)
{
	struct pair pair = pair_with_message("abcdefghij");

	turn_on(pair.far, SCTP_RECVRCVINFO, 1);
	expect_piece(pair.far, ROOM, BSD_MSG_PEEK, "abcdefghij", BSD_MSG_EOR);
	EXPECT_EQ(reading.control_length, BSD_CMSG_SPACE(sizeof(struct sctp_rcvinfo)));
	expect_piece(pair.far, 3, BSD_MSG_PEEK, "abc", 0);
	expect_piece(pair.far, 3, 0, "abc", 0);
	expect_piece(pair.far, ROOM, BSD_MSG_PEEK, "defghij", BSD_MSG_EOR);
	expect_piece(pair.far, ROOM, 0, "defghij", BSD_MSG_EOR);
	end(pair);
}

TEST(a_notification_is_read_in_pieces)
{
	struct sctp_sender_dry_event event;
	struct pair pair = pair_with_message("abc");
	const char *bytes = (const char *)&event;

	subscribe(pair.far, SCTP_SENDER_DRY_EVENT);
	expect_message(pair.far, "abc", 3);
	read_into(pair.far, &reading, 4, BSD_MSG_PEEK, 0);
	EXPECT_EQ(reading.flags, BSD_MSG_NOTIFICATION);
	for (size_t at = 0; at < sizeof(event); at += 4) {
		read_into(pair.far, &reading, 4, 0, 0);
		EXPECT_EQ(reading.length, 4);
		EXPECT_EQ(reading.flags, BSD_MSG_NOTIFICATION | (at + 4 == sizeof(event) ? BSD_MSG_EOR : 0));
		memcpy((char *)&event + at, reading.bytes, 4);
	}
	EXPECT_EQ(event.sender_dry_type, SCTP_SENDER_DRY_EVENT);
	EXPECT_EQ(event.sender_dry_length, sizeof(event));
	EXPECT(bytes != NULL && event.sender_dry_assoc_id > SCTP_ALL_ASSOC);
	expect_nothing(pair.far);
	end(pair);
}

TEST(every_piece_comes_with_the_name_of_the_peer)
{
	struct pair pair = pair_with_message("abcdef");
	struct xnu_sockaddr_in name;
	uint32_t length = sizeof(name);

	EXPECT_EQ(bsd_getsockname(pair.near, (struct xnu_sockaddr *)&name, &length), 0);
	subscribe(pair.far, SCTP_SENDER_DRY_EVENT);
	for (unsigned piece = 0; piece < 3; piece++) {
		read_into(pair.far, &reading, piece < 2 ? 3 : ROOM, 0, 0);
		EXPECT_EQ(reading.from_length, sizeof(name));
		EXPECT_EQ(reading.from.sin_family, XNU_AF_INET);
		EXPECT_EQ(reading.from.sin_port, name.sin_port);
		EXPECT_EQ(reading.from.sin_addr, 0x0100007f);
	}
	EXPECT_EQ(reading.flags, BSD_MSG_NOTIFICATION | BSD_MSG_EOR);
	end(pair);
}

TEST(a_message_survives_a_bad_buffer)
{
	struct pair pair = pair_with_message("abcdef");
	struct iovec bad = {(void *)16, 6};
	struct bsd_msghdr message = {.msg_iov = &bad, .msg_iovlen = 1};

	EXPECT_EQ(bsd_recvmsg(pair.far, &message, 0), -XNU_EFAULT);
	EXPECT_EQ(bsd_recvfrom(pair.far, NULL, 0, 0, NULL, NULL), 0);
	message.msg_iovlen = 0;
	EXPECT_EQ(bsd_recvmsg(pair.far, &message, 0), -XNU_EMSGSIZE);
	EXPECT_EQ(bsd_recvfrom(pair.far, reading.bytes, 6, BSD_MSG_OOB, NULL, NULL), -XNU_EOPNOTSUPP);
	expect_message(pair.far, "abcdef", 6);
	end(pair);
}

TEST(several_buffers_are_filled_one_after_the_other)
{
	struct pair pair = pair_with_message("abcdefgh");
	char first[3], second[10];
	struct iovec parts[] = {{first, sizeof(first)}, {NULL, 0}, {second, sizeof(second)}};
	struct bsd_msghdr message = {.msg_iov = parts, .msg_iovlen = 3};

	EXPECT_EQ(bsd_recvmsg(pair.far, &message, 0), 8);
	EXPECT_EQ(message.msg_flags, BSD_MSG_EOR);
	EXPECT_EQ(memcmp(first, "abc", 3), 0);
	EXPECT_EQ(memcmp(second, "defgh", 5), 0);
	end(pair);
}

TEST(read_and_recvfrom_read_as_recvmsg_does)
{
	struct pair pair = pair_with_message("abcdef");
	struct xnu_sockaddr_in name;
	uint32_t length = sizeof(name);
	char bytes[8];

	EXPECT_EQ(bsd_recvfrom(pair.far, bytes, 2, 0, (struct xnu_sockaddr *)&name, &length), 2);
	EXPECT_EQ(length, sizeof(name));
	EXPECT_EQ(name.sin_addr, 0x0100007f);
	EXPECT_EQ(bsd_read(pair.far, bytes + 2, 6), 4);
	EXPECT_EQ(memcmp(bytes, "abcdef", 6), 0);
	end(pair);
}
