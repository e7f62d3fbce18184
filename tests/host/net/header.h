/* IP headers as bytes on the wire: fields in network order at fixed offsets. */
#ifndef HEADER_H
#define HEADER_H

#include <stdint.h>
#include <string.h>

static inline uint16_t
get16(const unsigned char *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static inline void
put16(unsigned char *bytes, unsigned value)
{
	bytes[0] = (unsigned char)(value >> 8);
	bytes[1] = (unsigned char)value;
}

static inline uint32_t
get32(const unsigned char *bytes)
{
	return (uint32_t)get16(bytes) << 16 | get16(bytes + 2);
}

static inline void
put32(unsigned char *bytes, uint32_t value)
{
	put16(bytes, value >> 16);
	put16(bytes + 2, value);
}

/* RFC 791 section 3.1 */
enum {
	IPV4_TOS_AT = 1,
	IPV4_LENGTH_AT = 2,
	IPV4_ID_AT = 4,
	IPV4_OFFSET_AT = 6,
	IPV4_TTL_AT = 8,
	IPV4_PROTOCOL_AT = 9,
	IPV4_CHECKSUM_AT = 10,
	IPV4_SOURCE_AT = 12,
	IPV4_DESTINATION_AT = 16,
};

/* RFC 8200 section 3, and 4.5 for the fragment header */
enum {
	IPV6_LENGTH_AT = 4,
	IPV6_NEXT_AT = 6,
	IPV6_HOPS_AT = 7,
	IPV6_SOURCE_AT = 8,
	IPV6_DESTINATION_AT = 24,
	IPV6_FRAGMENT_HEADER = 8,
};

static inline size_t
ipv4_header_length(const unsigned char *packet)
{
	return (size_t)(packet[0] & 0xf) * 4;
}

#endif
