/*
 * Two SCTP sockets of one process that talk over the built kext, by way of the BSD system calls: what tests
 * of data, control data and notifications have in common. Errors are Darwin's.
 */
#ifndef PEERS_H
#define PEERS_H

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "../bsd/syscalls.h"
#include "harness.h"

/* The ABI of programs on macOS: its structures hold addresses as Darwin has them. */
#define SCTP_KERNEL_BUILD
#define sockaddr xnu_sockaddr
#define sockaddr_in xnu_sockaddr_in
#define sockaddr_in6 xnu_sockaddr_in6
#define sockaddr_storage xnu_sockaddr_storage
#define in_addr xnu_in_addr
#define in6_addr xnu_in6_addr
#include <netinet/sctp.h>
#undef sockaddr
#undef sockaddr_in
#undef sockaddr_in6
#undef sockaddr_storage
#undef in_addr
#undef in6_addr

enum { SERVER_PORT = 7000, ROOM = 70000 };

static inline void
start_kext(void)
{
	const char *built = getenv("SCTP_TEST_KEXT");
	static char error[256];

	if (built == NULL || *built == '\0')
		SKIP("no KEXT= given");
	signal(SIGPIPE, SIG_IGN);
	if (host_start(built, error, sizeof(error)) != 0)
		FAIL("%s", error);
}

/* Nothing is left of anything. */
static inline void
stop_kext(void)
{
	int result = host_stop();

	/* An association that nobody accepted may still be on its way out. */
	for (unsigned tries = 0; result != 0 && tries < 100; tries++) {
		usleep(50000);
		result = host_stop();
	}
	EXPECT_EQ(result, 0);
	EXPECT_EQ(host_memory_report(), 0);
	EXPECT_EQ(host_mbuf_live(), 0);
}

static inline struct xnu_sockaddr_in
name_of(unsigned port)
{
	return (struct xnu_sockaddr_in){sizeof(struct xnu_sockaddr_in), XNU_AF_INET,
					(uint16_t)(port << 8 | port >> 8), 0x0100007f, ""};
}

static inline int
set_option(int fd, int name, const void *value, uint32_t length)
{
	return bsd_setsockopt(fd, IPPROTO_SCTP, name, value, length);
}

static inline void
turn_on(int fd, int name, int value)
{
	EXPECT_EQ(set_option(fd, name, &value, sizeof(value)), 0);
}

static inline void
subscribe(int fd, uint16_t type)
{
	struct sctp_event event = {SCTP_ALL_ASSOC, type, 1};

	EXPECT_EQ(set_option(fd, SCTP_EVENT, &event, sizeof(event)), 0);
}

/* A test that waits for what does not come fails by EWOULDBLOCK. */
static inline void
limit_waiting(int fd)
{
	struct bsd_timeval limit = {10, 0};

	EXPECT_EQ(bsd_setsockopt(fd, BSD_SOL_SOCKET, BSD_SO_RCVTIMEO, &limit, sizeof(limit)), 0);
	EXPECT_EQ(bsd_setsockopt(fd, BSD_SOL_SOCKET, BSD_SO_SNDTIMEO, &limit, sizeof(limit)), 0);
}

static inline int
open_socket(int type)
{
	int fd = bsd_socket(XNU_AF_INET, type, IPPROTO_SCTP);

	EXPECT(fd >= 0);
	limit_waiting(fd);
	return fd;
}

static inline int
open_listener(int type, unsigned port)
{
	struct xnu_sockaddr_in name = name_of(port);
	int fd = open_socket(type);

	EXPECT_EQ(bsd_bind(fd, (struct xnu_sockaddr *)&name, sizeof(name)), 0);
	EXPECT_EQ(bsd_listen(fd, 5), 0);
	return fd;
}

static inline void
connect_to(int fd, unsigned port)
{
	struct xnu_sockaddr_in name = name_of(port);

	EXPECT_EQ(bsd_connect(fd, (struct xnu_sockaddr *)&name, sizeof(name)), 0);
}

/* Two one-to-one sockets with an association: the one that connected and the one that was accepted. */
struct pair {
	int near, far;
};

static inline struct pair
open_pair(void)
{
	int head = open_listener(BSD_SOCK_STREAM, SERVER_PORT);
	struct pair pair = {open_socket(BSD_SOCK_STREAM), -1};

	connect_to(pair.near, SERVER_PORT);
	pair.far = bsd_accept(head, NULL, NULL);
	EXPECT(pair.far >= 0);
	limit_waiting(pair.far);
	EXPECT_EQ(bsd_close(head), 0);
	return pair;
}

static inline void
close_pair(struct pair pair)
{
	EXPECT_EQ(bsd_close(pair.near), 0);
	EXPECT_EQ(bsd_close(pair.far), 0);
}

/* ---- sending ---- */

/* One piece of control data of level IPPROTO_SCTP. */
struct item {
	int type;
	const void *data;
	uint32_t size;
};

static inline int64_t
send_items(int fd, const void *data, size_t length, int flags, const struct item *items, unsigned count)
{
	struct xnu_sockaddr_in name = name_of(SERVER_PORT);
	struct iovec part = {(void *)(uintptr_t)data, length};
	char control[1024] = {0};
	struct bsd_msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control};

	/* A one-to-many socket is not connected: the address names its peer. */
	if (flags < 0) {
		flags = ~flags;
		message.msg_name = &name;
		message.msg_namelen = sizeof(name);
	}
	for (unsigned i = 0; i < count; i++) {
		struct bsd_cmsghdr header = {BSD_CMSG_LEN(items[i].size), IPPROTO_SCTP, items[i].type};
		char *place = control + message.msg_controllen;

		memcpy(place, &header, sizeof(header));
		memcpy(place + sizeof(header), items[i].data, items[i].size);
		message.msg_controllen += BSD_CMSG_SPACE(items[i].size);
	}
	if (count == 0)
		message.msg_control = NULL;
	return bsd_sendmsg(fd, &message, flags);
}

/* ---- receiving ---- */

struct reading {
	int64_t length; /* or a negative errno */
	int flags;
	struct xnu_sockaddr_in from;
	uint32_t from_length;
	uint32_t control_length;
	char control[1024];
	char bytes[ROOM];
};

static inline void
read_into(int fd, struct reading *reading, size_t length, int flags, uint32_t control_room)
{
	struct iovec part = {reading->bytes, length};
	struct bsd_msghdr message = {.msg_name = &reading->from,
				     .msg_namelen = sizeof(reading->from),
				     .msg_iov = &part,
				     .msg_iovlen = 1,
				     .msg_control = control_room ? reading->control : NULL,
				     .msg_controllen = control_room};

	reading->length = bsd_recvmsg(fd, &message, flags);
	reading->flags = message.msg_flags & ~flags;
	reading->from_length = message.msg_namelen;
	reading->control_length = message.msg_controllen;
}

/* The next message or notification, with all its control data. */
static inline struct reading *
read_next(int fd)
{
	static struct reading reading;

	read_into(fd, &reading, ROOM, 0, sizeof(reading.control));
	return &reading;
}

/* The control data of a type, NULL if there is none; *size is how long it is. */
static inline const void *
find_item(const struct reading *reading, int type, uint32_t *size)
{
	for (uint32_t at = 0; at + sizeof(struct bsd_cmsghdr) <= reading->control_length;) {
		struct bsd_cmsghdr header;

		memcpy(&header, reading->control + at, sizeof(header));
		EXPECT(header.cmsg_len >= sizeof(header));
		if (header.cmsg_level == IPPROTO_SCTP && header.cmsg_type == type) {
			*size = header.cmsg_len - (uint32_t)sizeof(header);
			return reading->control + at + sizeof(header);
		}
		at += BSD_CMSG_ALIGN(header.cmsg_len);
	}
	return NULL;
}

/* The next thing to read is a notification of this type, whole. */
static inline const union sctp_notification *
expect_notification(int fd, uint16_t type)
{
	const struct reading *reading = read_next(fd);
	const union sctp_notification *notification = (const void *)reading->bytes;

	EXPECT(reading->length >= (int64_t)sizeof(struct sctp_tlv));
	EXPECT_EQ(reading->flags, BSD_MSG_NOTIFICATION | BSD_MSG_EOR);
	EXPECT_EQ(notification->sn_header.sn_type, type);
	EXPECT_EQ(notification->sn_header.sn_length, reading->length);
	return notification;
}

/* The next thing to read is this message, whole. */
static inline const struct reading *
expect_message(int fd, const void *data, size_t length)
{
	const struct reading *reading = read_next(fd);

	EXPECT_EQ(reading->length, length);
	EXPECT_EQ(reading->flags, BSD_MSG_EOR);
	EXPECT(memcmp(reading->bytes, data, length) == 0);
	return reading;
}

static inline void
expect_nothing(int fd)
{
	struct reading reading;

	read_into(fd, &reading, sizeof(reading.bytes), BSD_MSG_DONTWAIT, 0);
	EXPECT_EQ(reading.length, -XNU_EWOULDBLOCK);
}

/* Bytes that differ from place to place. */
static inline void
fill(char *bytes, size_t length, unsigned seed)
{
	for (size_t i = 0; i < length; i++)
		bytes[i] = (char)(i * 7 + i / 251 + seed);
}

#endif
