/* Wrong arguments of the calls that move data: a row each, with the errno of RFC 6458 or FreeBSD. Nothing
 * that is refused is sent, and nothing is lost. */
#include "options.h"

enum { SOL_SOCKET_ = 0xffff, NO_STREAM = 65535 };

/* One message of a byte, with one item of control data. */
struct sending {
	const char *what;
	int level, type;
	uint32_t size; /* of the item */
	uint32_t said; /* cmsg_len; 0: what it is */
	const void *item;
	int error;
};

static const struct sending rows[] = {
    {"a stream that is not there", IPPROTO_SCTP, SCTP_SNDINFO, 16, 0, V(sctp_sndinfo, .snd_sid = NO_STREAM),
     XNU_EINVAL},
    {"the same, the older way", IPPROTO_SCTP, SCTP_SNDRCV, 128, 0,
     V(sctp_sndrcvinfo, .sinfo_stream = NO_STREAM), XNU_EINVAL},
    {"a short item", IPPROTO_SCTP, SCTP_SNDINFO, 12, 0, V(sctp_sndinfo, .snd_sid = 0), XNU_EINVAL},
    {"a short older item", IPPROTO_SCTP, SCTP_SNDRCV, 32, 0, V(sctp_sndrcvinfo, .sinfo_stream = 0),
     XNU_EINVAL},
    {"a short SCTP_INIT", IPPROTO_SCTP, SCTP_INIT, 4, 0, V(sctp_initmsg, 1, 1, 1, 1), XNU_EINVAL},
    {"an item longer than the control data", IPPROTO_SCTP, SCTP_SNDINFO, 16, 1000,
     V(sctp_sndinfo, .snd_sid = 0), XNU_EINVAL},
    {"an item shorter than its head", IPPROTO_SCTP, SCTP_SNDINFO, 16, 3, V(sctp_sndinfo, .snd_sid = 0),
     XNU_EINVAL},
    {"no length at all", IPPROTO_SCTP, SCTP_SNDINFO, 16, UINT32_MAX, V(sctp_sndinfo, .snd_sid = 0),
     XNU_EINVAL},
    /* Of another level: none of ours. */
    {"another level", SOL_SOCKET_, SCTP_SNDINFO, 4, 0, N(1), 0},
    {"good", IPPROTO_SCTP, SCTP_SNDINFO, 16, 0, V(sctp_sndinfo, .snd_sid = 1), 0},
};

static int64_t
send_row(int fd, const struct sending *row)
{
	struct iovec part = {(void *)(uintptr_t)"x", 1};
	struct bsd_cmsghdr header = {row->said ? row->said : BSD_CMSG_LEN(row->size), row->level, row->type};
	char control[256] = {0};
	struct bsd_msghdr message = {.msg_iov = &part,
				     .msg_iovlen = 1,
				     .msg_control = control,
				     .msg_controllen = BSD_CMSG_SPACE(row->size)};

	if (row->said == UINT32_MAX)
		header.cmsg_len = 0;
	memcpy(control, &header, sizeof(header));
	memcpy(control + sizeof(header), row->item, row->size);
	return bsd_sendmsg(fd, &message, 0);
}

TEST(control_data_of_sendmsg)
{
	struct pair pair;

	start_kext();
	pair = open_pair();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t result = send_row(pair.near, &rows[i]);

		if (result != (rows[i].error ? -rows[i].error : 1))
			FAIL("%s: %lld, not %d", rows[i].what, (long long)result, -rows[i].error);
		if (rows[i].error == 0)
			expect_message(pair.far, "x", 1);
	}
	expect_nothing(pair.far);
	close_pair(pair);
	stop_kext();
}

TEST(control_data_that_is_cut_short)
{
	static const uint32_t lengths[] = {1, 4, 11};
	struct iovec part = {(void *)(uintptr_t)"x", 1};
	char control[64] = {0};
	struct pair pair;

	start_kext();
	pair = open_pair();
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		struct bsd_msghdr message = {
		    .msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = lengths[i]};

		EXPECT_EQ(bsd_sendmsg(pair.near, &message, 0), -XNU_EINVAL);
	}
	expect_nothing(pair.far);
	close_pair(pair);
	stop_kext();
}

/* Whom a message of a one-to-many socket is for. */
TEST(associations_and_addresses_of_sendmsg)
{
	struct sctp_sndinfo info = {0, 0, 0, 0, NOBODY};
	struct item item = {SCTP_SNDINFO, &info, sizeof(info)};
	struct xnu_sockaddr_in name = name_of(SERVER_PORT);
	struct scene scene;

	start_kext();
	scene = open_scene();
	EXPECT_EQ(send_items(scene.many, "x", 1, 0, &item, 1), -XNU_ENOENT);
	info.snd_assoc_id = scene.id[0];
	EXPECT_EQ(send_items(scene.many, "x", 1, 0, &item, 1), 1);
	expect_message(scene.one[0], "x", 1);
	/* RFC 6458 section 3.1.4: neither a name nor an association. */
	EXPECT(bsd_write(scene.many, "x", 1) < 0);
	name.sin_family = 99;
	EXPECT_EQ(bsd_sendto(scene.many, "x", 1, 0, (struct xnu_sockaddr *)&name, sizeof(name)),
		  -XNU_EAFNOSUPPORT);
	name.sin_family = XNU_AF_INET;
	EXPECT_EQ(bsd_sendto(scene.many, "x", 1, 0, (struct xnu_sockaddr *)&name, 15), -XNU_EINVAL);
	name.sin_port = 0;
	EXPECT_EQ(bsd_sendto(scene.many, "x", 1, 0, (struct xnu_sockaddr *)&name, sizeof(name)), -XNU_EINVAL);
	expect_nothing(scene.one[0]);
	expect_nothing(scene.one[1]);
	close_scene(&scene);
	stop_kext();
}

TEST(lengths_and_flags_of_send)
{
	static char bytes[300000];
	struct iovec many[2] = {{bytes, 1}, {NULL, 1}};
	struct pair pair;
	struct bsd_msghdr message = {.msg_iov = many, .msg_iovlen = 0};

	start_kext();
	pair = open_pair();
	/* A DATA chunk has at least one byte (RFC 9260 section 3.3.1). */
	EXPECT_EQ(bsd_write(pair.near, bytes, 0), -XNU_EINVAL);
	EXPECT_EQ(bsd_write(pair.near, bytes, sizeof(bytes)), -XNU_EMSGSIZE);
	EXPECT_EQ(bsd_sendto(pair.near, bytes, 1, BSD_MSG_OOB, NULL, 0), -XNU_EOPNOTSUPP);
	EXPECT_EQ(bsd_sendmsg(pair.near, &message, 0), -XNU_EMSGSIZE);
	message.msg_iovlen = 1025;
	EXPECT_EQ(bsd_sendmsg(pair.near, &message, 0), -XNU_EMSGSIZE);
	message.msg_iovlen = 2;
	EXPECT_EQ(bsd_sendmsg(pair.near, &message, 0), -XNU_EFAULT);
	EXPECT_EQ(bsd_sendto(-1, "x", 1, 0, NULL, 0), -XNU_EBADF);
	expect_nothing(pair.far);
	close_pair(pair);
	stop_kext();
}

/* Where there is nobody to send to or to read from. */
TEST(send_and_receive_without_an_association)
{
	char byte;
	int one, head, many;

	start_kext();
	one = open_socket(BSD_SOCK_STREAM);
	head = open_listener(BSD_SOCK_STREAM, SERVER_PORT);
	many = open_socket(BSD_SOCK_SEQPACKET);
	EXPECT_EQ(bsd_write(one, "x", 1), -XNU_ENOTCONN);
	EXPECT_EQ(bsd_read(one, &byte, 1), -XNU_ENOTCONN);
	EXPECT(bsd_write(head, "x", 1) < 0);
	EXPECT_EQ(bsd_read(head, &byte, 1), -XNU_ENOTCONN);
	EXPECT(bsd_write(many, "x", 1) < 0);
	EXPECT_EQ(bsd_recvfrom(many, &byte, 1, BSD_MSG_DONTWAIT, NULL, NULL), -XNU_EWOULDBLOCK);
	EXPECT_EQ(bsd_close(one), 0);
	EXPECT_EQ(bsd_close(head), 0);
	EXPECT_EQ(bsd_close(many), 0);
	stop_kext();
}

TEST(arguments_of_recvmsg)
{
	static struct reading reading;
	struct iovec part = {reading.bytes, 10}, bad = {NULL, 10};
	struct bsd_msghdr message = {.msg_iov = &part, .msg_iovlen = 0};
	struct pair pair;

	start_kext();
	pair = open_pair();
	turn_on(pair.far, SCTP_RECVRCVINFO, 1);
	EXPECT_EQ(bsd_write(pair.near, "hello", 5), 5);
	await_data(pair.far);
	EXPECT_EQ(bsd_recvmsg(pair.far, &message, 0), -XNU_EMSGSIZE);
	message.msg_iovlen = 1025;
	EXPECT_EQ(bsd_recvmsg(pair.far, &message, 0), -XNU_EMSGSIZE);
	message = (struct bsd_msghdr){.msg_iov = &part, .msg_iovlen = 1};
	EXPECT_EQ(bsd_recvmsg(-1, &message, 0), -XNU_EBADF);
	EXPECT_EQ(bsd_recvmsg(pair.far, &message, BSD_MSG_OOB), -XNU_EOPNOTSUPP);
	message.msg_iov = &bad;
	EXPECT_EQ(bsd_recvmsg(pair.far, &message, 0), -XNU_EFAULT);
	/* All that was refused left the message there; no room for control data cuts that, and says so. */
	read_into(pair.far, &reading, 5, BSD_MSG_PEEK, 13);
	EXPECT_EQ(reading.length, 5);
	EXPECT(reading.flags & BSD_MSG_CTRUNC);
	expect_message(pair.far, "hello", 5);
	close_pair(pair);
	stop_kext();
}

/* After the end of a connection. */
TEST(send_after_the_end)
{
	struct pair pair;
	char byte;

	start_kext();
	pair = open_pair();
	EXPECT_EQ(bsd_shutdown(pair.near, BSD_SHUT_WR), 0);
	EXPECT_EQ(bsd_write(pair.near, "x", 1), -XNU_EPIPE);
	EXPECT_EQ(bsd_read(pair.far, &byte, 1), 0);
	EXPECT_EQ(bsd_write(pair.far, "x", 1), -XNU_EPIPE);
	close_pair(pair);
	stop_kext();
}
