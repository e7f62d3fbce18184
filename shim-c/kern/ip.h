/* The IP headers, as bytes: offsets and the few values used (RFC 791 section 3.1, RFC 8200 sections 3
 * and 4.5). */
#ifndef SCTP_IP_H
#define SCTP_IP_H

#include "user_abi.h"

enum {
	IPV4_VERSION = 0,
	IPV4_TOS = 1,
	IPV4_LENGTH = 2,
	IPV4_IDENTIFICATION = 4,
	IPV4_FRAGMENT = 6,
	IPV4_TTL = 8,
	IPV4_PROTOCOL = 9,
	IPV4_SOURCE = 12,
	IPV4_DESTINATION = 16,
	IPV4_HEADER = 20,
	IPV4_DONT_FRAGMENT = 0x4000,
	IPV4_OFFSET_MASK = 0x1fff,
};

enum {
	IPV6_CLASS = 0, /* the traffic class lies across the first two bytes */
	IPV6_LENGTH = 4,
	IPV6_NEXT = 6,
	IPV6_HOPS = 7,
	IPV6_SOURCE = 8,
	IPV6_DESTINATION = 24,
	IPV6_HEADER = 40,
	IPV6_FRAGMENT_HEADER = 8,
	IPV6_FRAGMENT_OFFSET = 2,
	IPV6_FRAGMENT_OFFSET_MASK = 0xfff8,
	IPV6_ADDRESS = 16,
};

/* The longest header put in front of a packet: that of IPv6. */
#define IP_HEADER_ROOM 40

/* The bits of the TOS octet that are ECN's (RFC 3168 section 5). */
#define IP_ECN_MASK 3

static inline uint16_t
read_be16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static inline void
write_be16(uint8_t *bytes, uint16_t value)
{
	bytes[0] = (uint8_t)(value >> 8);
	bytes[1] = (uint8_t)value;
}

static inline uint32_t
read_be32(const uint8_t *bytes)
{
	return (uint32_t)read_be16(bytes) << 16 | read_be16(bytes + 2);
}

static inline uint8_t
read_traffic_class(const uint8_t *header)
{
	return (uint8_t)(read_be16(header + IPV6_CLASS) >> 4);
}

/* Version, traffic class and flow label. */
static inline void
write_ipv6_flow(uint8_t *header, uint8_t traffic_class, uint32_t label)
{
	write_be16(header + IPV6_CLASS, (uint16_t)(0x6000 | traffic_class << 4 | (label >> 16 & 0xf)));
	write_be16(header + IPV6_CLASS + 2, (uint16_t)label);
}

#endif
