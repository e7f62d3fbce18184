/*
 * Packets out. Each is one mbuf with one cluster: the IP header must be in the first mbuf, for
 * ipf_inject_output goes on using a first mbuf that it had to pull up and free. The engine writes its packet
 * into the cluster, and the IP header goes in front of it.
 */
#include "output.h"
#include "address.h"
#include "core.h"
#include "interfaces.h"
#include "ip.h"
#include "log.h"

/* A cluster. What the headers leave of it is more than the 1500 bytes that sctp_engine_transmit needs. */
#define PACKET_ROOM 2048
/* Left free in front, so that the link's header needs no further mbuf. */
#define LINK_ROOM 64
/* How long to wait for mbufs to be freed. */
#define RETRY_AFTER (SCTP_SECOND / 100)

/* Datagrams that may be fragmented need an identification of their own (RFC 6864 section 4.1). */
static uint16_t identification;

int
sctp_output_start(void)
{
	read_random(&identification, sizeof(identification));
	return 0;
}

static void
write_ipv4(uint8_t *header, const struct sctp_transmit *transmit, size_t length)
{
	memset(header, 0, IPV4_HEADER);
	header[IPV4_VERSION] = 0x45;
	header[IPV4_TOS] = transmit->tos;
	write_be16(header + IPV4_LENGTH, (uint16_t)(IPV4_HEADER + length));
	if (transmit->dont_fragment)
		write_be16(header + IPV4_FRAGMENT, IPV4_DONT_FRAGMENT);
	else
		write_be16(header + IPV4_IDENTIFICATION, identification++);
	header[IPV4_TTL] = transmit->hops;
	header[IPV4_PROTOCOL] = IPPROTO_SCTP;
	if (transmit->source.family == 4)
		memcpy(header + IPV4_SOURCE, transmit->source.bytes, 4);
	memcpy(header + IPV4_DESTINATION, transmit->destination.bytes, 4);
}

/* The kernel chooses no source and there is no DF bit: what is longer than the path's MTU leaves in
 * fragments. */
static void
write_ipv6(uint8_t *header, const struct sctp_transmit *transmit, size_t length)
{
	write_ipv6_flow(header, transmit->tos, transmit->flow_label);
	write_be16(header + IPV6_LENGTH, (uint16_t)length);
	header[IPV6_NEXT] = IPPROTO_SCTP;
	header[IPV6_HOPS] = transmit->hops;
	sctp_address_to_kernel(&transmit->source, header + IPV6_SOURCE);
	sctp_address_to_kernel(&transmit->destination, header + IPV6_DESTINATION);
}

/* The kernel replaces an IPv4 source of 0.0.0.0 by the address of the interface that the route takes. */
static bool
needs_source(const struct sctp_transmit *transmit)
{
	bool open = transmit->source.family == 0 || sctp_address_is_any(&transmit->source);

	return open && (transmit->restricted || transmit->destination.family == 6);
}

/*
 * Writes the IP header that ends where the packet begins, and returns its length; 0 if there is no family or
 * no address to send from.
 */
static size_t
write_header(uint8_t *packet, struct sctp_transmit *transmit, size_t length)
{
	if (needs_source(transmit) && !sctp_interfaces_source(transmit))
		return 0;
	switch (transmit->destination.family) {
	case 4:
		write_ipv4(packet - IPV4_HEADER, transmit, length);
		return IPV4_HEADER;
	case 6:
		write_ipv6(packet - IPV6_HEADER, transmit, length);
		return IPV6_HEADER;
	default:
		return 0;
	}
}

/* Whether an error of ipf_inject_output tells something of the path; a full queue is a loss like any other.
 */
static bool
is_of_the_path(int error)
{
	static const int errors[] = {EMSGSIZE, EADDRNOTAVAIL, ENETDOWN, ENETUNREACH, EHOSTDOWN, EHOSTUNREACH};

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		if (errors[i] == error)
			return true;
	}
	return false;
}

/* False when there is no mbuf. A packet that cannot leave is lost, as any packet may be. */
static bool
send_next(void)
{
	struct sctp_transmit transmit;
	unsigned int chunks = 1;
	struct mbuf *m;
	uint8_t *packet;
	size_t length, header;
	int error;

	if (mbuf_allocpacket(MBUF_DONTWAIT, PACKET_ROOM, &chunks, &m) != 0)
		return false;
	packet = (uint8_t *)mbuf_datastart(m) + LINK_ROOM + IP_HEADER_ROOM;
	length = sctp_engine_transmit(engine(), sctp_now(), packet,
				      mbuf_maxlen(m) - LINK_ROOM - IP_HEADER_ROOM, &transmit);
	if (length == 0) {
		mbuf_freem(m);
		return true;
	}
	header = write_header(packet, &transmit, length);
	if (header == 0) {
		mbuf_freem(m);
		sctp_engine_transmit_failed(engine(), sctp_now(), &transmit, EHOSTUNREACH);
		return true;
	}
	if (mbuf_setdata(m, packet - header, header + length) != 0) {
		mbuf_freem(m);
		return true;
	}
	mbuf_pkthdr_setlen(m, header + length);
	error = ipf_inject_output(m, NULL, NULL);
	if (is_of_the_path(error))
		sctp_engine_transmit_failed(engine(), sctp_now(), &transmit, error);
	return true;
}

bool
sctp_output(void)
{
	while (sctp_engine_has_transmit(engine())) {
		if (!send_next())
			return false;
	}
	return true;
}

sctp_nanoseconds
sctp_output_retry(sctp_nanoseconds deadline)
{
	sctp_nanoseconds retry = sctp_now() + RETRY_AFTER;

	return retry < deadline ? retry : deadline;
}
