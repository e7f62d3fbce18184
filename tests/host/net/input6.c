/*
 * IPv6 input: the header loop of ip6_input. Filters are called for every next header, so that a fragment
 * shows as 44 first and the whole datagram again with its own protocol.
 */
#include "header.h"
#include "ipf.h"
#include "net.h"

#include <stdlib.h>

enum { HOP_BY_HOP = 0, ROUTING = 43, DESTINATION_OPTIONS = 60 };

static bool
is_option_header(int protocol)
{
	return protocol == HOP_BY_HOP || protocol == ROUTING || protocol == DESTINATION_OPTIONS;
}

/*
 * Inside the kernel a link-local address carries its interface's index in its second 16 bits. That of a
 * packet which loops back is the interface that has the address, not lo0.
 */
static void
embed_scope(struct ifnet *interface, unsigned char *bytes)
{
	struct address address = address_v6(bytes);

	if (!address_is_link_local(&address))
		return;
	if ((interface->flags & IFF_LOOPBACK_) && interface_of(&address) != NULL)
		interface = interface_of(&address);
	put16(bytes + 2, interface->index);
}

/* Takes the chain over. */
static void
input_fragment(struct ifnet *interface, struct mbuf *chain, size_t offset)
{
	unsigned char packet[IP_PACKET_MAX], whole_header[256];
	size_t length = xnu_mbuf_pkthdr_len(chain), whole_length;
	int error = xnu_mbuf_copydata(chain, 0, length, packet);

	xnu_mbuf_freem(chain);
	if (error != 0 || length < offset + IPV6_FRAGMENT_HEADER) {
		net_counters.fragments_bad++;
		return;
	}
	uint16_t place = get16(packet + offset + 2);
	struct fragment fragment = {
	    .source = address_v6(packet + IPV6_SOURCE_AT),
	    .destination = address_v6(packet + IPV6_DESTINATION_AT),
	    .identification = get32(packet + offset + 4),
	    .protocol = packet[offset],
	    .offset = place & 0xfff8u,
	    .more = place & 1,
	    .data = packet + offset + IPV6_FRAGMENT_HEADER,
	    .length = length - offset - IPV6_FRAGMENT_HEADER,
	};
	/* What stands in front of the fragment header belongs to the whole; options in front are not kept
	 * here. */
	unsigned char *payload = reassemble(&fragment, packet, IPV6_HEADER, whole_header, &whole_length);

	if (payload == NULL)
		return;
	if (whole_length <= IP_PACKET_MAX - IPV6_HEADER) {
		memcpy(packet, whole_header, IPV6_HEADER);
		packet[IPV6_NEXT_AT] = fragment.protocol;
		put16(packet + IPV6_LENGTH_AT, (unsigned)whole_length);
		memcpy(packet + IPV6_HEADER, payload, whole_length);
		net_input6(interface, packet, IPV6_HEADER + whole_length);
	} else {
		net_counters.fragments_bad++;
	}
	free(payload);
}

static void
header_loop(struct ifnet *interface, struct mbuf *chain)
{
	enum { IPPROTO_DONE_ = 257 };
	int protocol = ((unsigned char *)xnu_mbuf_data(chain))[IPV6_NEXT_AT];
	int offset = IPV6_HEADER;

	while (protocol != IPPROTO_DONE_) {
		unsigned char option[2];
		int result = ipf_run_input(true, &chain, offset, (uint8_t)protocol);

		if (result == XNU_EJUSTRETURN)
			return;
		if (result != 0) {
			break;
		}
		if (protocol == PROTOCOL_FRAGMENT) {
			input_fragment(interface, chain, (size_t)offset);
			return;
		}
		if (protocol == IP_PROTOCOL_SCTP) {
			protocol = bsd_raw6_input(&chain, &offset, protocol);
			if (protocol == IPPROTO_DONE_)
				return;
			break;
		}
		if (!is_option_header(protocol) || xnu_mbuf_copydata(chain, (size_t)offset, 2, option) != 0)
			break;
		protocol = option[0];
		offset += (option[1] + 1) * 8;
		if ((size_t)offset > xnu_mbuf_pkthdr_len(chain))
			break;
	}
	xnu_mbuf_freem(chain);
}

void
net_input6(struct ifnet *interface, unsigned char *packet, size_t length)
{
	struct address destination;
	struct mbuf *chain;

	if (length < IPV6_HEADER || (size_t)get16(packet + IPV6_LENGTH_AT) + IPV6_HEADER > length) {
		net_counters.bad_header++;
		return;
	}
	length = (size_t)get16(packet + IPV6_LENGTH_AT) + IPV6_HEADER;
	destination = address_v6(packet + IPV6_DESTINATION_AT);
	if (!address_is_multicast(&destination) && interface_of(&destination) == NULL) {
		net_counters.not_ours++;
		return;
	}
	embed_scope(interface, packet + IPV6_SOURCE_AT);
	embed_scope(interface, packet + IPV6_DESTINATION_AT);
	chain = net_input_chain(interface, packet, length, IPV6_HEADER);
	if (chain != NULL)
		header_loop(interface, chain);
}
