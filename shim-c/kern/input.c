/*
 * Packets in. An IP filter sees every datagram for this host, reassembled, with its header in network order,
 * and no lock held. Ours take those of protocol 132 away and look at ICMP errors, and normalise both: the
 * rest of the extension sees an SCTP packet or a message in one piece, and two addresses.
 *
 * An IPv6 filter is called for every header of a chain. Fragments come by as protocol 44 and are let go; the
 * whole comes by again with its own protocol, behind what other headers it has.
 */
#include "input.h"
#include "accept.h"
#include "address.h"
#include "core.h"
#include "icmp.h"
#include "ip.h"
#include "log.h"
#include "mem.h"

/* The longest datagram. */
#define DATAGRAM_MAX 65535

/* IPv4 and IPv6. */
#define FILTERS 2
static struct opaque_ipfilter *filters[FILTERS];
static unsigned attached;
/* Where a packet is put together that is spread over mbufs; under the domain mutex. */
static uint8_t *linear;

/* A datagram as the filter of its IP version found it. */
struct datagram {
	struct mbuf *m;
	size_t offset; /* of what the IP headers carry */
	size_t length; /* of that */
	struct sctp_address source, destination;
	uint32_t interface; /* the index of the one that it came in by */
	uint8_t ecn;
};

/* What the IP headers carry as one piece, without a copy when it lies in one mbuf. Domain mutex. */
static const uint8_t *
contiguous(const struct datagram *datagram)
{
	struct mbuf *m = datagram->m;
	size_t offset = datagram->offset;

	while (m != NULL && offset >= mbuf_len(m)) {
		offset -= mbuf_len(m);
		m = mbuf_next(m);
	}
	if (m != NULL && mbuf_len(m) - offset >= datagram->length)
		return (const uint8_t *)mbuf_data(m) + offset;
	if (mbuf_copydata(datagram->m, datagram->offset, datagram->length, linear) != 0)
		return NULL;
	return linear;
}

/* SCTP is never sent to many: an answer to such a packet would be an amplifier (RFC 9260 section 8.4). */
static bool
is_for_many(struct mbuf *m)
{
	return (mbuf_flags(m) & (MBUF_BCAST | MBUF_MCAST)) != 0;
}

/* NULL: its IP header is not as it should be. */
static void
input_packet(const struct datagram *datagram)
{
	const uint8_t *packet = NULL;

	sctp_lock();
	if (datagram != NULL && !is_for_many(datagram->m))
		packet = contiguous(datagram);
	if (packet != NULL) {
		sctp_backlog_read();
		sctp_engine_input(engine(), sctp_now(), &datagram->source, &datagram->destination,
				  datagram->ecn, packet, datagram->length);
		sctp_core_drain();
	} else {
		sctp_engine_input_refused(engine());
	}
	sctp_unlock();
}

static void
input_error(const struct datagram *datagram)
{
	const uint8_t *message;
	struct sctp_icmp icmp;
	uint8_t type;

	if (datagram->length == 0 || mbuf_copydata(datagram->m, datagram->offset, sizeof(type), &type) != 0 ||
	    !sctp_icmp_wants(datagram->source.family, type))
		return;
	sctp_lock();
	message = contiguous(datagram);
	if (message != NULL && sctp_icmp_parse(&datagram->source, &datagram->destination, datagram->interface,
					       message, datagram->length, &icmp)) {
		sctp_engine_icmp(engine(), sctp_now(), &icmp);
		sctp_core_drain();
	}
	sctp_unlock();
}

/* The part behind the headers, which end at offset; false if it is not all there. */
static bool
find_payload(struct mbuf *m, size_t offset, size_t total, struct datagram *datagram)
{
	/* The mbuf may be longer: short frames are padded by the link. */
	if (total < offset || total > mbuf_pkthdr_len(m))
		return false;
	datagram->m = m;
	datagram->offset = offset;
	datagram->length = total - offset;
	datagram->interface = ifnet_index(mbuf_pkthdr_rcvif(m));
	return true;
}

/* False for what is not as it should be. offset: the length of the IP headers. */
static bool
parse_ipv4(struct mbuf *m, int offset, struct datagram *datagram)
{
	uint8_t header[IPV4_HEADER];

	if (offset < IPV4_HEADER || mbuf_copydata(m, 0, sizeof(header), header) != 0 ||
	    !find_payload(m, (size_t)offset, read_be16(header + IPV4_LENGTH), datagram))
		return false;
	datagram->ecn = header[IPV4_TOS] & IP_ECN_MASK;
	sctp_address_from_ipv4(header + IPV4_SOURCE, &datagram->source);
	sctp_address_from_ipv4(header + IPV4_DESTINATION, &datagram->destination);
	return true;
}

static bool
parse_ipv6(struct mbuf *m, int offset, struct datagram *datagram)
{
	uint8_t header[IPV6_HEADER];

	if (offset < IPV6_HEADER || mbuf_copydata(m, 0, sizeof(header), header) != 0 ||
	    !find_payload(m, (size_t)offset, IPV6_HEADER + (size_t)read_be16(header + IPV6_LENGTH), datagram))
		return false;
	datagram->ecn = read_traffic_class(header) & IP_ECN_MASK;
	sctp_address_from_kernel(header + IPV6_SOURCE, datagram->interface, &datagram->source);
	sctp_address_from_kernel(header + IPV6_DESTINATION, datagram->interface, &datagram->destination);
	return true;
}

/* A datagram that a filter saw, if it is one: EJUSTRETURN if it was taken away. */
static int
take(struct mbuf **data, uint8_t protocol, const struct datagram *datagram)
{
	if (protocol != IPPROTO_SCTP) {
		if (datagram != NULL)
			input_error(datagram);
		return 0;
	}
	input_packet(datagram);
	mbuf_freem(*data);
	*data = NULL;
	return EJUSTRETURN;
}

static int
filter_ipv4(void *cookie, struct mbuf **data, int offset, uint8_t protocol)
{
	struct datagram datagram;

	(void)cookie;
	if (protocol != IPPROTO_SCTP && protocol != IPPROTO_ICMP)
		return 0;
	return take(data, protocol, parse_ipv4(*data, offset, &datagram) ? &datagram : NULL);
}

static int
filter_ipv6(void *cookie, struct mbuf **data, int offset, uint8_t protocol)
{
	struct datagram datagram;

	(void)cookie;
	if (protocol != IPPROTO_SCTP && protocol != IPPROTO_ICMPV6)
		return 0;
	return take(data, protocol, parse_ipv6(*data, offset, &datagram) ? &datagram : NULL);
}

static void
detached(void *cookie)
{
	(void)cookie;
	sctp_lock();
	attached--;
	wakeup(&attached);
	sctp_unlock();
}

static int
attach(unsigned index, int (*add)(const struct ipf_filter *, struct opaque_ipfilter **),
       int (*input)(void *, struct mbuf **, int, uint8_t))
{
	struct ipf_filter filter;
	int error;

	memset(&filter, 0, sizeof(filter));
	filter.name = "org.sctp.SCTP";
	filter.ipf_input = input;
	filter.ipf_detach = detached;
	error = add(&filter, &filters[index]);
	if (error == 0)
		attached++;
	else
		filters[index] = NULL;
	return error;
}

int
sctp_input_start(void)
{
	int error;

	attached = 0;
	linear = sctp_mem_alloc(DATAGRAM_MAX);
	if (linear == NULL)
		return ENOMEM;
	error = attach(0, ipf_addv4, filter_ipv4);
	if (error == 0)
		error = attach(1, ipf_addv6, filter_ipv6);
	if (error != 0)
		sctp_input_stop();
	return error;
}

void
sctp_input_stop(void)
{
	for (unsigned i = 0; i < FILTERS; i++) {
		if (filters[i] != NULL)
			(void)ipf_remove(filters[i]);
		filters[i] = NULL;
	}
	sctp_lock();
	while (attached != 0)
		sctp_sleep(&attached, PSOCK, NULL);
	sctp_unlock();
	sctp_kern_free(linear, DATAGRAM_MAX);
}
