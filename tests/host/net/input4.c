/* IPv4 input: the checks of ip_input, reassembly, then ip_proto_dispatch_in. */
#include "header.h"
#include "ipf.h"
#include "net.h"

/* To the raw protocol entry, as after the filters: host order, ip_len less the header. */
static void
to_protocol(struct mbuf *chain, size_t header)
{
	unsigned char *ip = xnu_mbuf_data(chain);
	uint16_t length = get16(ip + IPV4_LENGTH_AT), offset = get16(ip + IPV4_OFFSET_AT);

	if (ip[IPV4_PROTOCOL_AT] != IP_PROTOCOL_SCTP) {
		xnu_mbuf_freem(chain);
		return;
	}
	length = (uint16_t)(length - header);
	memcpy(ip + IPV4_LENGTH_AT, &length, sizeof(length));
	memcpy(ip + IPV4_OFFSET_AT, &offset, sizeof(offset));
	bsd_raw_input(chain, (int)header);
}

static void
dispatch(struct ifnet *interface, unsigned char *packet, size_t length)
{
	size_t header = ipv4_header_length(packet);
	struct mbuf *chain;
	int result;

	if (ipf_any(false)) {
		put16(packet + IPV4_CHECKSUM_AT, 0);
		uint16_t sum = internet_checksum(packet, header);

		memcpy(packet + IPV4_CHECKSUM_AT, &sum, sizeof(sum));
	}
	chain = net_input_chain(interface, packet, length, header);
	if (chain == NULL)
		return;
	result = ipf_run_input(false, &chain, (int)header, packet[IPV4_PROTOCOL_AT]);
	if (result == XNU_EJUSTRETURN)
		return;
	if (result != 0)
		xnu_mbuf_freem(chain);
	else
		to_protocol(chain, header);
}

static bool
has_good_header(const unsigned char *packet, size_t length)
{
	size_t header;

	if (length < IPV4_HEADER)
		return false;
	header = ipv4_header_length(packet);
	return header >= IPV4_HEADER && header <= length && get16(packet + IPV4_LENGTH_AT) >= header &&
	       get16(packet + IPV4_LENGTH_AT) <= length;
}

static bool
is_for_us(struct ifnet *interface, const unsigned char *packet)
{
	struct address source = address_v4(packet + IPV4_SOURCE_AT);
	struct address destination = address_v4(packet + IPV4_DESTINATION_AT);

	/* 127/8 must not come from a wire (RFC 1122 section 3.2.1.3). */
	if ((address_is_loopback(&source) || address_is_loopback(&destination)) &&
	    !(interface->flags & IFF_LOOPBACK_))
		return false;
	return address_is_multicast(&destination) || interface_of(&destination) != NULL;
}

static void
input_fragment(struct ifnet *interface, const unsigned char *packet, size_t length)
{
	size_t header = ipv4_header_length(packet), whole_length;
	uint16_t offset = get16(packet + IPV4_OFFSET_AT);
	struct fragment fragment = {
	    .source = address_v4(packet + IPV4_SOURCE_AT),
	    .destination = address_v4(packet + IPV4_DESTINATION_AT),
	    .identification = get16(packet + IPV4_ID_AT),
	    .protocol = packet[IPV4_PROTOCOL_AT],
	    .offset = (size_t)(offset & IPV4_OFFSET) * 8,
	    .more = offset & IPV4_MF,
	    .data = packet + header,
	    .length = length - header,
	};
	unsigned char whole[IP_PACKET_MAX], first[60];
	unsigned char *payload = reassemble(&fragment, packet, header, first, &whole_length);

	if (payload == NULL)
		return;
	header = ipv4_header_length(first);
	if (header + whole_length <= IP_PACKET_MAX) {
		memcpy(whole, first, header);
		memcpy(whole + header, payload, whole_length);
		put16(whole + IPV4_LENGTH_AT, (unsigned)(header + whole_length));
		put16(whole + IPV4_OFFSET_AT, 0);
		dispatch(interface, whole, header + whole_length);
	} else {
		net_counters.fragments_bad++;
	}
	__builtin_free(payload);
}

void
net_input4(struct ifnet *interface, unsigned char *packet, size_t length)
{
	if (!has_good_header(packet, length)) {
		net_counters.bad_header++;
		return;
	}
	if (internet_checksum(packet, ipv4_header_length(packet)) != 0) {
		net_counters.bad_checksum++;
		return;
	}
	length = get16(packet + IPV4_LENGTH_AT);
	if (!is_for_us(interface, packet)) {
		net_counters.not_ours++;
		return;
	}
	if (get16(packet + IPV4_OFFSET_AT) & (IPV4_MF | IPV4_OFFSET))
		input_fragment(interface, packet, length);
	else
		dispatch(interface, packet, length);
}
