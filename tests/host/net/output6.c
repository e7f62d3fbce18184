/* IPv6 output: ip6_output with IPV6_OUTARGS. What exceeds the MTU is always fragmented: there is no DF. */
#include "header.h"
#include "ipf.h"
#include "net.h"

/* On the wire a link-local address carries no index. */
static void
clear_scope(unsigned char *bytes)
{
	struct address address = address_v6(bytes);

	if (address_is_link_local(&address))
		put16(bytes + 2, 0);
}

static int
fragment_out(const struct route *route, const struct address *destination, const unsigned char *packet,
	     size_t length)
{
	static _Atomic uint32_t identification;
	size_t room = (route->interface->mtu - IPV6_HEADER - IPV6_FRAGMENT_HEADER) & ~(size_t)7;
	uint32_t id = ++identification;
	unsigned char piece[IP_PACKET_MAX];

	for (size_t at = IPV6_HEADER; at < length; at += room) {
		size_t count = length - at < room ? length - at : room;
		unsigned char *fragment = piece + IPV6_HEADER;
		int error;

		memcpy(piece, packet, IPV6_HEADER);
		put16(piece + IPV6_LENGTH_AT, (unsigned)(IPV6_FRAGMENT_HEADER + count));
		piece[IPV6_NEXT_AT] = PROTOCOL_FRAGMENT;
		fragment[0] = packet[IPV6_NEXT_AT];
		fragment[1] = 0;
		put16(fragment + 2, (unsigned)(at - IPV6_HEADER) | (at + count < length));
		put32(fragment + 4, id);
		memcpy(fragment + IPV6_FRAGMENT_HEADER, packet + at, count);
		error = net_transmit(route, destination, piece, IPV6_HEADER + IPV6_FRAGMENT_HEADER + count);
		if (error != 0)
			return error;
	}
	return 0;
}

static int
output(unsigned char *packet, size_t length)
{
	struct address destination, source;
	struct route route;

	if ((size_t)get16(packet + IPV6_LENGTH_AT) + IPV6_HEADER != length)
		xnu_panic("ipf_inject_output: ip6_plen %u, but the packet has %zu bytes",
			  get16(packet + IPV6_LENGTH_AT), length);
	clear_scope(packet + IPV6_SOURCE_AT);
	clear_scope(packet + IPV6_DESTINATION_AT);
	destination = address_v6(packet + IPV6_DESTINATION_AT);
	source = address_v6(packet + IPV6_SOURCE_AT);
	/* Unlike ip_output, ip6_output chooses no source. */
	if (address_is_unspecified(&source) || address_is_multicast(&source))
		return XNU_EOPNOTSUPP;
	if (!route_find(&destination, &route))
		return XNU_EHOSTUNREACH;
	if (length > route.interface->mtu && !(route.interface->flags & IFF_LOOPBACK_))
		return fragment_out(&route, &destination, packet, length);
	return net_transmit(&route, &destination, packet, length);
}

int
net_output6(struct mbuf *packet, struct ipfilter *injected_by)
{
	unsigned char bytes[IP_PACKET_MAX];
	size_t length;
	int error = ipf_run_output(true, injected_by, &packet);

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
