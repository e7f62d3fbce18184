#include "icmp.h"
#include "address.h"
#include "ip.h"

/* RFC 792, RFC 1191 section 4 and RFC 4443: both versions have type, code, checksum and 4 bytes more. */
enum {
	TYPE = 0,
	CODE = 1,
	MTU_IPV4 = 6,
	MTU_IPV6 = 4,
	QUOTED = 8,
	/* Ports and verification tag: without these it cannot be told whose packet it was. */
	QUOTED_LEAST = 8,
};

enum { ICMP_UNREACHABLE = 3, ICMPV6_UNREACHABLE = 1, ICMPV6_TOO_BIG = 2, ICMPV6_PARAMETER_PROBLEM = 4 };

/* ANY_CODE ends the search: a type's other codes. */
#define ANY_CODE 0xff

/* RFC 9260 section 10, rules ICMP2 to ICMP4: all other types and codes are not looked at. */
static const struct {
	uint8_t version, type, code, kind;
} kinds[] = {
    {4, ICMP_UNREACHABLE, 2, SCTP_ICMP_PROTOCOL_UNREACHABLE},
    {4, ICMP_UNREACHABLE, 3, SCTP_ICMP_PORT_UNREACHABLE},
    {4, ICMP_UNREACHABLE, 4, SCTP_ICMP_TOO_BIG},
    {4, ICMP_UNREACHABLE, ANY_CODE, SCTP_ICMP_UNREACHABLE},
    {6, ICMPV6_UNREACHABLE, 4, SCTP_ICMP_PORT_UNREACHABLE},
    {6, ICMPV6_UNREACHABLE, ANY_CODE, SCTP_ICMP_UNREACHABLE},
    {6, ICMPV6_TOO_BIG, ANY_CODE, SCTP_ICMP_TOO_BIG},
    /* An unrecognized next header: SCTP itself. */
    {6, ICMPV6_PARAMETER_PROBLEM, 1, SCTP_ICMP_PROTOCOL_UNREACHABLE},
};

/* 0 for a message that is of no use. */
static uint8_t
kind_of(uint8_t version, const uint8_t *message)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (kinds[i].version == version && kinds[i].type == message[TYPE] &&
		    (kinds[i].code == message[CODE] || kinds[i].code == ANY_CODE))
			return kinds[i].kind;
	}
	return 0;
}

bool
sctp_icmp_wants(uint8_t version, uint8_t type)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (kinds[i].version == version && kinds[i].type == type)
			return true;
	}
	return false;
}

/* The one's complement sum so far and of these bytes (RFC 1071). */
static uint32_t
add(uint32_t sum, const uint8_t *bytes, size_t length)
{
	for (; length >= 2; bytes += 2, length -= 2)
		sum += read_be16(bytes);
	if (length != 0)
		sum += (uint32_t)bytes[0] << 8;
	return (sum & 0xffff) + (sum >> 16);
}

/* The kernel looks at the checksum only after the filters. ICMPv6 has a pseudo header (RFC 8200 section 8.1).
 */
static bool
sum_is_good(const struct sctp_address *source, const struct sctp_address *destination, const uint8_t *message,
	    size_t length)
{
	uint32_t sum = 0;

	if (source->family == 6) {
		sum = add(sum, source->bytes, IPV6_ADDRESS);
		sum = add(sum, destination->bytes, IPV6_ADDRESS);
		sum += (uint32_t)length + IPPROTO_ICMPV6;
	}
	sum = add(sum, message, length);
	while (sum > 0xffff)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum == 0xffff;
}

/* The length of the quoted header, 0 if it is not in front of an SCTP packet. */
static size_t
quoted_ipv4(const uint8_t *quoted, size_t length, struct sctp_icmp *icmp)
{
	size_t header;

	if (length < IPV4_HEADER || quoted[IPV4_VERSION] >> 4 != 4)
		return 0;
	header = (size_t)(quoted[IPV4_VERSION] & 0xf) * 4;
	if (header < IPV4_HEADER || quoted[IPV4_PROTOCOL] != IPPROTO_SCTP ||
	    (read_be16(quoted + IPV4_FRAGMENT) & IPV4_OFFSET_MASK) != 0)
		return 0;
	sctp_address_from_ipv4(quoted + IPV4_SOURCE, &icmp->local);
	sctp_address_from_ipv4(quoted + IPV4_DESTINATION, &icmp->peer);
	return header;
}

/* The same. Of the extension headers only that of a fragment is ever in front of our packets. */
static size_t
quoted_ipv6(const uint8_t *quoted, size_t length, uint32_t interface, struct sctp_icmp *icmp)
{
	size_t header = IPV6_HEADER;
	uint8_t next;

	if (length < IPV6_HEADER + IPV6_FRAGMENT_HEADER || quoted[0] >> 4 != 6)
		return 0;
	next = quoted[IPV6_NEXT];
	if (next == IPPROTO_FRAGMENT) {
		const uint8_t *fragment = quoted + IPV6_HEADER;

		if ((read_be16(fragment + IPV6_FRAGMENT_OFFSET) & IPV6_FRAGMENT_OFFSET_MASK) != 0)
			return 0;
		next = fragment[0];
		header += IPV6_FRAGMENT_HEADER;
	}
	if (next != IPPROTO_SCTP)
		return 0;
	sctp_address_from_kernel(quoted + IPV6_SOURCE, interface, &icmp->local);
	sctp_address_from_kernel(quoted + IPV6_DESTINATION, interface, &icmp->peer);
	return header;
}

bool
sctp_icmp_parse(const struct sctp_address *source, const struct sctp_address *destination, uint32_t interface,
		const uint8_t *message, size_t length, struct sctp_icmp *icmp)
{
	bool ipv4 = source->family == 4;
	size_t header;

	memset(icmp, 0, sizeof(*icmp));
	if (length < QUOTED || !sum_is_good(source, destination, message, length))
		return false;
	icmp->kind = kind_of(source->family, message);
	if (icmp->kind == 0)
		return false;
	if (icmp->kind == SCTP_ICMP_TOO_BIG)
		icmp->mtu = ipv4 ? read_be16(message + MTU_IPV4) : read_be32(message + MTU_IPV6);
	message += QUOTED;
	length -= QUOTED;
	header = ipv4 ? quoted_ipv4(message, length, icmp) : quoted_ipv6(message, length, interface, icmp);
	if (header == 0 || length < header + QUOTED_LEAST)
		return false;
	icmp->quoted = message + header;
	icmp->quoted_length = length - header;
	return true;
}
