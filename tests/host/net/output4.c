/* IPv4 output: ip_output with IP_RAWOUTPUT, as ipf_inject_output calls it. The header is the caller's. */
#include "header.h"
#include "ipf.h"
#include "net.h"

/* Flags: DF and MF of the header stay; ip_id is the caller's, 0 included, as ip_output leaves it with
 * IP_RAWOUTPUT. */
static int
check_header(const unsigned char *ip, size_t length, const struct address *destination)
{
	size_t header = ipv4_header_length(ip);

	if (header < IPV4_HEADER || get16(ip + IPV4_LENGTH_AT) != length)
		xnu_panic("ipf_inject_output: ip_hl %zu, ip_len %u, but the packet has %zu bytes", header,
			  get16(ip + IPV4_LENGTH_AT), length);
	/* Network zero (RFC 1122 section 3.2.1.3). */
	return destination->bytes[0] == 0 ? XNU_EHOSTUNREACH : 0;
}

static void
finish_header(unsigned char *ip)
{
	uint16_t sum;

	put16(ip + IPV4_CHECKSUM_AT, 0);
	sum = internet_checksum(ip, ipv4_header_length(ip));
	memcpy(ip + IPV4_CHECKSUM_AT, &sum, sizeof(sum));
}

static int
fragment_out(const struct route *route, const struct address *destination, const unsigned char *packet,
	     size_t length)
{
	size_t header = ipv4_header_length(packet);
	size_t room = (route->interface->mtu - header) & ~(size_t)7;
	unsigned flags = get16(packet + IPV4_OFFSET_AT);
	unsigned char piece[IP_PACKET_MAX];

	if (route->interface->mtu < header + 8)
		return XNU_EMSGSIZE;
	for (size_t at = header; at < length; at += room) {
		size_t count = length - at < room ? length - at : room;
		unsigned offset = (flags & IPV4_OFFSET) + (unsigned)((at - header) / 8);
		bool more = at + count < length || (flags & IPV4_MF);
		int error;

		memcpy(piece, packet, header);
		memcpy(piece + header, packet + at, count);
		put16(piece + IPV4_LENGTH_AT, (unsigned)(header + count));
		put16(piece + IPV4_OFFSET_AT, offset | (more ? IPV4_MF : 0));
		finish_header(piece);
		error = net_transmit(route, destination, piece, header + count);
		if (error != 0)
			return error;
	}
	return 0;
}

static int
output(unsigned char *packet, size_t length)
{
	struct address destination = address_v4(packet + IPV4_DESTINATION_AT);
	struct address source = address_v4(packet + IPV4_SOURCE_AT);
	struct route route;
	int error = check_header(packet, length, &destination);

	if (error != 0)
		return error;
	if (!route_find(&destination, &route))
		return XNU_EHOSTUNREACH;
	if (address_is_unspecified(&source)) {
		source = route.source;
		memcpy(packet + IPV4_SOURCE_AT, source.bytes, 4);
	}
	/* 127/8 must not appear on the wire (RFC 1122 section 3.2.1.3). */
	if ((address_is_loopback(&source) || address_is_loopback(&destination)) &&
	    !(route.interface->flags & IFF_LOOPBACK_))
		return XNU_EADDRNOTAVAIL;
	if (length > route.interface->mtu && !(route.interface->flags & IFF_LOOPBACK_)) {
		if (get16(packet + IPV4_OFFSET_AT) & IPV4_DF)
			return XNU_EMSGSIZE;
		return fragment_out(&route, &destination, packet, length);
	}
	finish_header(packet);
	return net_transmit(&route, &destination, packet, length);
}

int
net_output4(struct mbuf *packet, struct ipfilter *injected_by)
{
	unsigned char bytes[IP_PACKET_MAX];
	size_t length;
	int error = ipf_run_output(false, injected_by, &packet);

	if (error == XNU_EJUSTRETURN)
		return 0;
	if (error == 0) {
		length = xnu_mbuf_pkthdr_len(packet);
		if (length > sizeof(bytes) || xnu_mbuf_copydata(packet, 0, length, bytes) != 0)
			xnu_panic("ipf_inject_output: the packet header says %zu bytes, the mbufs hold fewer",
				  length);
		error = output(bytes, length);
	}
	xnu_mbuf_freem(packet);
	return error;
}
