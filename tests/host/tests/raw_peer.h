/*
 * A peer of few words at 192.0.2.2: it answers INIT and COOKIE ECHO of the kext at 192.0.2.1, HEARTBEATs to
 * any of its addresses if it is told to, and is silent to all else. Tests send chunks in its name, good and
 * bad ones.
 */
#ifndef RAW_PEER_H
#define RAW_PEER_H

#include "peers.h"

enum {
	RAW_PORT = 7000,
	RAW_TAG = 0x0c0ffee0,
	RAW_TSN = 1000,
	RAW_IP_HEADER = 20,
	RAW_COMMON_HEADER = 12,
	RAW_INIT = 1,
	RAW_INIT_ACK = 2,
	RAW_COOKIE_ECHO = 10,
	RAW_COOKIE_ACK = 11,
	RAW_HEARTBEAT = 4,
	RAW_HEARTBEAT_ACK = 5,
	RAW_DATA = 0,
	RAW_ABORT = 6,
};

static struct raw_peer {
	const void *abort; /* an ABORT chunk that answers the INIT, NULL to let the association come up */
	uint32_t abort_size;
	const void *parameters; /* of the INIT ACK, behind the cookie */
	uint32_t parameters_size;
	uint16_t streams; /* that it takes, 0 for many */
	_Atomic bool answers_heartbeats;
	_Atomic bool holds_back; /* the answer to the INIT, until raw_let_go */
	/* what it saw */
	unsigned char tag[4], tsn[4], port[2];
	_Atomic unsigned data_chunks;
	_Atomic unsigned char data_flags; /* of the last packet's first chunk */
	unsigned char aborted[1500];      /* the last ABORT, whole */
	_Atomic size_t aborted_size;
} raw;

static inline void
raw_put16(unsigned char *at, unsigned value)
{
	at[0] = (unsigned char)(value >> 8);
	at[1] = (unsigned char)value;
}

static inline void
raw_put32(unsigned char *at, uint32_t value)
{
	raw_put16(at, value >> 16);
	raw_put16(at + 2, value & 0xffff);
}

static inline uint32_t
raw_crc32c(const unsigned char *bytes, size_t length)
{
	uint32_t crc = ~0u;

	for (size_t at = 0; at < length; at++) {
		crc ^= bytes[at];
		for (int bit = 0; bit < 8; bit++)
			crc = crc & 1 ? crc >> 1 ^ 0x82f63b78 : crc >> 1;
	}
	return ~crc;
}

/* Sends chunks, each with its header and padding, from 192.0.2.HOST. */
static inline void
raw_send_from(unsigned char host, const void *chunks, size_t size)
{
	unsigned char packet[1500] = {0x45, 0, 0,   0, 0, 1, 0,   0, 64, IPPROTO_SCTP,
				      0,    0, 192, 0, 2, 2, 192, 0, 2,  1};
	unsigned char *sctp = packet + RAW_IP_HEADER;
	size_t length = RAW_COMMON_HEADER + size;
	uint32_t sum = 0, checksum;

	packet[15] = host;
	EXPECT(RAW_IP_HEADER + length <= sizeof(packet));
	raw_put16(packet + 2, (unsigned)(RAW_IP_HEADER + length));
	for (unsigned at = 0; at < RAW_IP_HEADER; at += 2)
		sum += (uint32_t)packet[at] << 8 | packet[at + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	raw_put16(packet + 10, ~sum & 0xffff);
	raw_put16(sctp, RAW_PORT);
	memcpy(sctp + 2, raw.port, sizeof(raw.port));
	memcpy(sctp + 4, raw.tag, sizeof(raw.tag));
	memcpy(sctp + RAW_COMMON_HEADER, chunks, size);
	checksum = raw_crc32c(sctp, length);
	memcpy(sctp + 8, &checksum, sizeof(checksum));
	host_link_inject(packet, RAW_IP_HEADER + length);
}

static inline void
raw_send(const void *chunks, size_t size)
{
	raw_send_from(2, chunks, size);
}

static inline void
raw_accept(void)
{
	unsigned char ack[512] = {RAW_INIT_ACK, 0};
	static const unsigned char cookie[] = {0, 7, 0, 8, 'b', 'a', 'k', 'e'};
	uint32_t length = 20;

	raw_put32(ack + 4, RAW_TAG);
	raw_put32(ack + 8, 100000);
	raw_put16(ack + 12, 10);
	raw_put16(ack + 14, raw.streams ? raw.streams : 2048);
	raw_put32(ack + 16, RAW_TSN);
	memcpy(ack + length, cookie, sizeof(cookie));
	length += sizeof(cookie);
	if (raw.parameters != NULL)
		memcpy(ack + length, raw.parameters, raw.parameters_size);
	length += raw.parameters_size;
	raw_put16(ack + 2, length);
	raw_send(ack, length);
}

static inline void
raw_answer_init(void)
{
	if (raw.abort != NULL)
		raw_send(raw.abort, raw.abort_size);
	else
		raw_accept();
}

/* The INIT has come and is answered now. */
static inline void
raw_let_go(void)
{
	host_settle();
	raw_answer_init();
}

static inline void
raw_answer_heartbeat(const unsigned char *packet, const unsigned char *chunk, size_t size)
{
	unsigned char ack[256];
	size_t length = (size_t)chunk[2] << 8 | chunk[3];

	if (length > size || length > sizeof(ack))
		return;
	memcpy(ack, chunk, length);
	ack[0] = RAW_HEARTBEAT_ACK;
	raw_send_from(packet[19], ack, length);
}

static inline void
raw_take(void *context, const void *bytes, size_t size)
{
	static const unsigned char cookie_ack[] = {RAW_COOKIE_ACK, 0, 0, 4};
	const unsigned char *sctp = (const unsigned char *)bytes + RAW_IP_HEADER;
	const unsigned char *chunk = sctp + RAW_COMMON_HEADER;

	(void)context;
	if (size < RAW_IP_HEADER + RAW_COMMON_HEADER + 4)
		return;
	switch (chunk[0]) {
	case RAW_INIT:
		memcpy(raw.port, sctp, sizeof(raw.port));
		memcpy(raw.tag, chunk + 4, sizeof(raw.tag));
		memcpy(raw.tsn, chunk + 16, sizeof(raw.tsn));
		if (!raw.holds_back)
			raw_answer_init();
		break;
	case RAW_COOKIE_ECHO:
		raw_send(cookie_ack, sizeof(cookie_ack));
		break;
	case RAW_HEARTBEAT:
		if (raw.answers_heartbeats)
			raw_answer_heartbeat(bytes, chunk, size - RAW_IP_HEADER - RAW_COMMON_HEADER);
		break;
	case RAW_DATA:
		raw.data_flags = chunk[1];
		raw.data_chunks++;
		break;
	case RAW_ABORT:
		size -= (size_t)(chunk - (const unsigned char *)bytes);
		memcpy(raw.aborted, chunk, size);
		raw.aborted_size = size;
		break;
	default:
		break;
	}
}

/* Starts the kext with the peer on the wire. */
static inline void
start_with_raw_peer(void)
{
	host_memory_link_addresses("192.0.2.1", 1500);
	host_memory_link_attach(raw_take, NULL);
	start_kext();
}

static inline struct xnu_sockaddr_in
raw_name(void)
{
	struct xnu_sockaddr_in name = name_of(RAW_PORT);
	static const unsigned char host[] = {192, 0, 2, 2};

	memcpy(&name.sin_addr, host, sizeof(host));
	return name;
}

/* A one-to-many socket that hears of set-ups and their ends. */
static inline int
open_towards_raw_peer(void)
{
	int fd = open_socket(BSD_SOCK_SEQPACKET);

	subscribe(fd, SCTP_ASSOC_CHANGE);
	return fd;
}

static inline int64_t
send_to_raw_peer(int fd, const void *data, size_t length, const struct sctp_sndinfo *info)
{
	struct xnu_sockaddr_in name = raw_name();
	struct iovec part = {(void *)(uintptr_t)data, length};
	struct bsd_cmsghdr header = {BSD_CMSG_LEN(sizeof(*info)), IPPROTO_SCTP, SCTP_SNDINFO};
	char control[BSD_CMSG_SPACE(sizeof(*info))];
	struct bsd_msghdr message = {.msg_name = &name,
				     .msg_namelen = sizeof(name),
				     .msg_iov = &part,
				     .msg_iovlen = 1,
				     .msg_control = info ? control : NULL,
				     .msg_controllen = info ? sizeof(control) : 0};

	if (info != NULL) {
		memcpy(control, &header, sizeof(header));
		memcpy(control + sizeof(header), info, sizeof(*info));
	}
	return bsd_sendmsg(fd, &message, 0);
}

/* The next notification is of that change. */
static inline const struct sctp_assoc_change *
expect_change(int fd, uint16_t state)
{
	const struct sctp_assoc_change *change = &expect_notification(fd, SCTP_ASSOC_CHANGE)->sn_assoc_change;

	EXPECT_EQ(change->sac_state, state);
	EXPECT(change->sac_assoc_id > SCTP_ALL_ASSOC);
	return change;
}

#endif
