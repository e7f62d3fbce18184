/*
 * Packets in. An IP filter sees every datagram for this host, reassembled, with its header in network order,
 * and no lock held. Ours takes those of protocol 132 away and normalises them: the rest of the extension sees
 * an SCTP packet in one piece, and two addresses.
 */
#include "input.h"
#include "core.h"
#include "ip.h"
#include "log.h"
#include "mem.h"

/* The longest datagram. */
#define DATAGRAM_MAX 65535

static struct opaque_ipfilter *filter;
static bool attached;
/* Where a packet is put together that is spread over mbufs; under the domain mutex. */
static uint8_t *linear;

/* A datagram as the filter of its IP version found it. */
struct datagram {
	struct mbuf *m;
	size_t offset; /* of the SCTP packet */
	size_t length; /* of the SCTP packet */
	struct sctp_address source, destination;
	uint8_t ecn;
};

/* The SCTP packet as one piece, without a copy when it lies in one mbuf. Domain mutex. */
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

static void
input(const struct datagram *datagram)
{
	const uint8_t *packet;

	sctp_lock();
	packet = contiguous(datagram);
	if (packet != NULL) {
		sctp_engine_input(engine(), sctp_now(), &datagram->source, &datagram->destination,
				  datagram->ecn, packet, datagram->length);
		sctp_core_drain();
	}
	sctp_unlock();
}

static void
read_ipv4_address(const uint8_t *bytes, struct sctp_address *address)
{
	memset(address, 0, sizeof(*address));
	address->family = 4;
	memcpy(address->bytes, bytes, 4);
}

/* False for what is to be dropped. offset: the length of the IP header. */
static bool
parse_ipv4(struct mbuf *m, int offset, struct datagram *datagram)
{
	uint8_t header[IPV4_HEADER];
	size_t total;

	if (offset < IPV4_HEADER || mbuf_copydata(m, 0, sizeof(header), header) != 0)
		return false;
	total = read_be16(header + IPV4_LENGTH);
	/* The mbuf may be longer: short frames are padded by the link. */
	if (total < (size_t)offset + SCTP_COMMON_HEADER || total > mbuf_pkthdr_len(m))
		return false;
	datagram->m = m;
	datagram->offset = (size_t)offset;
	datagram->length = total - (size_t)offset;
	datagram->ecn = header[IPV4_TOS] & IP_ECN_MASK;
	read_ipv4_address(header + IPV4_SOURCE, &datagram->source);
	read_ipv4_address(header + IPV4_DESTINATION, &datagram->destination);
	return true;
}

static int
filter_ipv4(void *cookie, struct mbuf **data, int offset, uint8_t protocol)
{
	struct datagram datagram;

	(void)cookie;
	if (protocol != IPPROTO_SCTP)
		return 0;
	/* SCTP is never sent to many: an answer to such a packet would be an amplifier (RFC 9260
	 * section 8.4). */
	if ((mbuf_flags(*data) & (MBUF_BCAST | MBUF_MCAST)) == 0 && parse_ipv4(*data, offset, &datagram))
		input(&datagram);
	mbuf_freem(*data);
	*data = NULL;
	return EJUSTRETURN;
}

static void
detached(void *cookie)
{
	(void)cookie;
	sctp_lock();
	attached = false;
	wakeup(&attached);
	sctp_unlock();
}

int
sctp_input_start(void)
{
	struct ipf_filter ipv4;
	int error;

	linear = sctp_mem_alloc(DATAGRAM_MAX);
	if (linear == NULL)
		return ENOMEM;
	memset(&ipv4, 0, sizeof(ipv4));
	ipv4.name = "org.sctp.SCTP";
	ipv4.ipf_input = filter_ipv4;
	ipv4.ipf_detach = detached;
	attached = true;
	error = ipf_addv4(&ipv4, &filter);
	if (error != 0)
		sctp_kern_free(linear, DATAGRAM_MAX);
	return error;
}

void
sctp_input_stop(void)
{
	(void)ipf_remove(filter);
	sctp_lock();
	while (attached)
		sctp_sleep(&attached, PSOCK, NULL);
	sctp_unlock();
	sctp_kern_free(linear, DATAGRAM_MAX);
}
