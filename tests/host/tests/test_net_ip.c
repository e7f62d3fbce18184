/* IP around the filters, on the memory link: output rules, fragments, reassembly, dispatch. */
#include "harness.h"
#include "header.h"
#include "host.h"
#include "internal.h"
#include "kpi.h"
#include "net.h"

#include <stdlib.h>

enum { HERE = 1, THERE = 2 };

static char error[256];

/* ---- the wire: what left, whole ---- */

static unsigned char wire[64][2000];
static size_t wire_length[64];
static unsigned wire_count;

static void
on_wire(void *context, const void *packet, size_t length)
{
	(void)context;
	EXPECT(length <= sizeof(wire[0]) && wire_count < 64);
	memcpy(wire[wire_count], packet, length);
	wire_length[wire_count++] = length;
}

/* ---- the filter: what came in ---- */

static struct ipfilter *filter4, *filter6;
static int filter_answer = XNU_EJUSTRETURN;
static struct {
	int offset;
	uint8_t protocol;
	size_t length;
	unsigned mbufs;
	unsigned char bytes[20000];
} seen;
static unsigned seen_count, detached;
static uint8_t protocols[16];

static int
input(void *cookie, struct mbuf **packet, int offset, uint8_t protocol)
{
	EXPECT(cookie == &seen);
	seen.offset = offset;
	protocols[seen_count] = seen.protocol = protocol;
	seen.length = xnu_mbuf_pkthdr_len(*packet);
	seen.mbufs = 0;
	for (struct mbuf *mbuf = *packet; mbuf != NULL; mbuf = xnu_mbuf_next(mbuf))
		seen.mbufs++;
	EXPECT(xnu_mbuf_len(*packet) >= (size_t)offset);
	EXPECT_EQ(xnu_mbuf_copydata(*packet, 0, seen.length, seen.bytes), 0);
	seen_count++;
	if (filter_answer == XNU_EJUSTRETURN && protocol == IP_PROTOCOL_SCTP)
		xnu_mbuf_freem(*packet);
	return protocol == IP_PROTOCOL_SCTP ? filter_answer : 0;
}

static void
detach(void *cookie)
{
	EXPECT(cookie == &seen);
	detached++;
}

static void
start(void)
{
	const struct ipf_filter filter = {&seen, "test", input, NULL, detach};

	host_clock_set_virtual(true);
	host_memory_link_attach(on_wire, NULL);
	if (host_start(NULL, error, sizeof(error)) != 0)
		FAIL("%s", error);
	EXPECT_EQ(xnu_ipf_addv4(&filter, &filter4), 0);
	EXPECT_EQ(xnu_ipf_addv6(&filter, &filter6), 0);
}

static void
stop(void)
{
	EXPECT_EQ(xnu_ipf_remove(filter4), 0);
	EXPECT_EQ(xnu_ipf_remove(filter6), 0);
	EXPECT_EQ(detached, 2);
	EXPECT_EQ(xnu_ipf_remove(filter4), XNU_ENOENT);
	EXPECT_EQ(host_stop(), 0);
	EXPECT_EQ(host_mbuf_live(), 0);
}

/* ---- packets ---- */

static unsigned char packet[20000];

static size_t
make4(int source, int destination, size_t payload, unsigned offset_field)
{
	size_t length = IPV4_HEADER + payload;

	memset(packet, 0, IPV4_HEADER);
	packet[0] = 0x45;
	put16(packet + IPV4_LENGTH_AT, (unsigned)length);
	put16(packet + IPV4_ID_AT, 0x1234);
	put16(packet + IPV4_OFFSET_AT, offset_field);
	packet[IPV4_TTL_AT] = 64;
	packet[IPV4_PROTOCOL_AT] = IP_PROTOCOL_SCTP;
	memcpy(packet + IPV4_SOURCE_AT, (unsigned char[]){192, 0, 2, (unsigned char)source}, 4);
	memcpy(packet + IPV4_DESTINATION_AT, (unsigned char[]){192, 0, 2, (unsigned char)destination}, 4);
	for (size_t i = 0; i < payload; i++)
		packet[IPV4_HEADER + i] = (unsigned char)(i * 3 + i / 250);
	return length;
}

static void
sum4(unsigned char *bytes)
{
	uint16_t sum;

	put16(bytes + IPV4_CHECKSUM_AT, 0);
	sum = internet_checksum(bytes, IPV4_HEADER);
	memcpy(bytes + IPV4_CHECKSUM_AT, &sum, 2);
}

static int
inject(size_t length)
{
	return xnu_ipf_inject_output(host_mbuf_packet(packet, length), NULL, NULL);
}

static void
from_wire(size_t length)
{
	sum4(packet);
	host_link_inject(packet, length);
	host_settle();
}

/* ---- IPv4 output ---- */

TEST(output_as_it_is)
{
	size_t length;

	start();
	length = make4(HERE, THERE, 100, IPV4_DF);
	EXPECT_EQ(inject(length), 0);
	EXPECT_EQ(wire_count, 1);
	EXPECT_EQ(wire_length[0], 120);
	EXPECT_EQ(internet_checksum(wire[0], IPV4_HEADER), 0);
	sum4(packet);
	EXPECT_EQ(memcmp(wire[0], packet, 120), 0);
	stop();
}

TEST(source_from_the_route)
{
	start();
	EXPECT_EQ(inject((make4(HERE, THERE, 10, 0), memset(packet + IPV4_SOURCE_AT, 0, 4), 30)), 0);
	EXPECT_EQ(memcmp(wire[0] + IPV4_SOURCE_AT, "\xc0\x00\x02\x01", 4), 0);
	stop();
}

TEST(fragments_of_4000_bytes)
{
	static const unsigned sizes[] = {1500, 1500, 1060};

	start();
	EXPECT_EQ(inject(make4(HERE, THERE, 4000, 0)), 0);
	EXPECT_EQ(wire_count, 3);
	for (unsigned i = 0; i < 3; i++) {
		EXPECT_EQ(wire_length[i], sizes[i]);
		EXPECT_EQ(get16(wire[i] + IPV4_LENGTH_AT), sizes[i]);
		EXPECT_EQ(get16(wire[i] + IPV4_ID_AT), 0x1234);
		EXPECT_EQ(get16(wire[i] + IPV4_OFFSET_AT), i * 185 + (i < 2 ? IPV4_MF : 0));
		EXPECT_EQ(internet_checksum(wire[i], IPV4_HEADER), 0);
		EXPECT_EQ(
		    memcmp(wire[i] + IPV4_HEADER, packet + IPV4_HEADER + i * 1480, sizes[i] - IPV4_HEADER),
		    0);
	}
	stop();
}

TEST(output_errors)
{
	start();
	EXPECT_EQ(inject(make4(HERE, THERE, 1481, IPV4_DF)), XNU_EMSGSIZE);
	EXPECT_EQ(inject((make4(HERE, THERE, 10, 0), packet[IPV4_DESTINATION_AT] = 0, 30)), XNU_EHOSTUNREACH);
	/* RFC 1122: 127/8 stays inside. */
	EXPECT_EQ(inject((make4(HERE, THERE, 10, 0), packet[IPV4_SOURCE_AT] = 127, 30)), XNU_EADDRNOTAVAIL);
	EXPECT_EQ(inject((make4(HERE, THERE, 10, 0), packet[0] = 0x55, 30)), XNU_ENOTSUP);
	EXPECT_EQ(wire_count, 0);
	stop();
}

TEST(no_route)
{
	host_memory_link_addresses("192.0.2.1/24", 1500);
	start();
	EXPECT_EQ(inject(make4(HERE, THERE, 10, 0)), 0);
	EXPECT_EQ(inject((make4(HERE, THERE, 10, 0), packet[IPV4_DESTINATION_AT] = 198, 30)),
		  XNU_EHOSTUNREACH);
	EXPECT_EQ(wire_count, 1);
	stop();
}

TEST(loopback_is_a_queue_and_not_fragmented)
{
	size_t length;

	start();
	length = make4(HERE, HERE, 9000, IPV4_DF);
	host_syscall_enter();
	EXPECT_EQ(inject(length), 0);
	host_syscall_exit();
	host_settle();
	EXPECT_EQ(wire_count, 0);
	EXPECT_EQ(seen_count, 1);
	EXPECT_EQ(seen.length, 9020);
	EXPECT_EQ(memcmp(seen.bytes + IPV4_HEADER, packet + IPV4_HEADER, 9000), 0);
	stop();
}

TEST(losses_repeat_with_their_seed)
{
	unsigned char left[2][32];

	start();
	for (int round = 0; round < 2; round++) {
		host_lose_packets(4, 99);
		for (int i = 0; i < 32; i++) {
			unsigned before = wire_count;

			EXPECT_EQ(inject(make4(HERE, THERE, 10, 0)), 0);
			left[round][i] = (unsigned char)(wire_count - before);
		}
	}
	EXPECT_EQ(memcmp(left[0], left[1], 32), 0);
	EXPECT(wire_count > 32 && wire_count < 60);
	host_lose_packets(0, 0);
	stop();
}

/* ---- IPv4 input ---- */

TEST(input_in_network_order)
{
	start();
	from_wire(make4(THERE, HERE, 50, 0));
	EXPECT_EQ(seen_count, 1);
	EXPECT_EQ(seen.offset, 20);
	EXPECT_EQ(seen.protocol, 132);
	EXPECT_EQ(get16(seen.bytes + IPV4_LENGTH_AT), 70);
	EXPECT_EQ(internet_checksum(seen.bytes, IPV4_HEADER), 0);
	stop();
}

TEST(input_trims_padding)
{
	start();
	make4(THERE, HERE, 10, 0);
	from_wire(46);
	EXPECT_EQ(seen.length, 30);
	stop();
}

TEST(input_drops)
{
	start();
	from_wire((make4(THERE, 9, 10, 0), 30));
	from_wire((make4(THERE, HERE, 10, 0), 29));
	from_wire((make4(THERE, HERE, 10, 0), packet[0] = 0x44, 30));
	from_wire((make4(THERE, HERE, 10, 0), packet[0] = 0x4f, 30));
	from_wire((make4(THERE, HERE, 10, 0), packet[IPV4_SOURCE_AT] = 127, 30));
	from_wire(1);
	make4(THERE, HERE, 10, 0);
	host_link_inject(packet, 30);
	host_settle();
	EXPECT_EQ(seen_count, 0);
	EXPECT_EQ(net_counters.bad_checksum, 1);
	EXPECT_EQ(net_counters.not_ours, 2);
	EXPECT_EQ(net_counters.bad_header, 4);
	stop();
}

TEST(filter_that_refuses_frees)
{
	start();
	filter_answer = XNU_EPERM;
	from_wire(make4(THERE, HERE, 50, 0));
	EXPECT_EQ(seen_count, 1);
	EXPECT_EQ(host_mbuf_live(), 0);
	stop();
}

TEST(filter_that_passes_goes_to_the_raw_entry)
{
	start();
	filter_answer = 0;
	from_wire(make4(THERE, HERE, 50, 0));
	EXPECT_EQ(seen_count, 1);
	EXPECT_EQ(host_mbuf_live(), 0);
	stop();
}

TEST(split_input)
{
	start();
	host_input_split(7);
	from_wire(make4(THERE, HERE, 700, 0));
	EXPECT_EQ(seen.length, 720);
	EXPECT_EQ(seen.mbufs, 101);
	EXPECT_EQ(memcmp(seen.bytes + IPV4_HEADER, packet + IPV4_HEADER, 700), 0);
	stop();
}

/* ---- reassembly ---- */

static void
send_fragments(const unsigned *order, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		host_link_inject(wire[order[i]], wire_length[order[i]]);
		host_settle();
	}
}

/* Fragments to the peer, turned round: as if the peer had sent them here. */
static void
make_fragments(size_t payload)
{
	EXPECT_EQ(inject(make4(HERE, THERE, payload, 0)), 0);
	for (unsigned i = 0; i < wire_count; i++) {
		unsigned char swap[4];

		memcpy(swap, wire[i] + IPV4_SOURCE_AT, 4);
		memcpy(wire[i] + IPV4_SOURCE_AT, wire[i] + IPV4_DESTINATION_AT, 4);
		memcpy(wire[i] + IPV4_DESTINATION_AT, swap, 4);
		sum4(wire[i]);
	}
}

TEST(reassembly_in_any_order)
{
	static const unsigned orders[][3] = {{0, 1, 2}, {2, 1, 0}, {1, 2, 0}, {2, 0, 1}};

	start();
	make_fragments(4000);
	EXPECT_EQ(wire_count, 3);
	for (unsigned i = 0; i < 4; i++) {
		send_fragments(orders[i], 3);
		EXPECT_EQ(seen_count, i + 1);
		EXPECT_EQ(seen.length, 4020);
		EXPECT_EQ(get16(seen.bytes + IPV4_LENGTH_AT), 4020);
		EXPECT_EQ(get16(seen.bytes + IPV4_OFFSET_AT), 0);
		EXPECT_EQ(memcmp(seen.bytes + IPV4_HEADER, packet + IPV4_HEADER, 4000), 0);
	}
	stop();
}

TEST(overlapping_fragments_are_dropped)
{
	start();
	make_fragments(4000);
	send_fragments((const unsigned[]){0, 1, 1, 2}, 4);
	EXPECT_EQ(seen_count, 0);
	EXPECT(net_counters.fragments_bad > 0);
	stop();
}

TEST(a_missing_fragment_expires)
{
	start();
	make_fragments(4000);
	send_fragments((const unsigned[]){0, 2}, 2);
	host_clock_advance(UINT64_C(31000000000));
	send_fragments((const unsigned[]){1}, 1);
	EXPECT_EQ(seen_count, 0);
	stop();
}

/* ---- IPv6 ---- */

static size_t
make6(int source, int destination, size_t payload)
{
	static const unsigned char network[16] = {0x20, 0x01, 0x0d, 0xb8};

	memset(packet, 0, IPV6_HEADER);
	packet[0] = 0x60;
	put16(packet + IPV6_LENGTH_AT, (unsigned)payload);
	packet[IPV6_NEXT_AT] = IP_PROTOCOL_SCTP;
	packet[IPV6_HOPS_AT] = 64;
	memcpy(packet + IPV6_SOURCE_AT, network, 16);
	memcpy(packet + IPV6_DESTINATION_AT, network, 16);
	packet[IPV6_SOURCE_AT + 15] = (unsigned char)source;
	packet[IPV6_DESTINATION_AT + 15] = (unsigned char)destination;
	for (size_t i = 0; i < payload; i++)
		packet[IPV6_HEADER + i] = (unsigned char)(i * 3 + i / 250);
	return IPV6_HEADER + payload;
}

TEST(ipv6_both_ways)
{
	start();
	EXPECT_EQ(inject(make6(HERE, THERE, 30)), 0);
	EXPECT_EQ(wire_length[0], 70);
	EXPECT_EQ(wire[0][IPV6_SOURCE_AT + 15], 1);
	host_link_inject(packet, make6(THERE, HERE, 30));
	host_settle();
	EXPECT_EQ(seen_count, 1);
	EXPECT_EQ(seen.offset, 40);
	EXPECT_EQ(seen.protocol, 132);
	stop();
}

TEST(ipv6_output_chooses_no_source)
{
	start();
	EXPECT_EQ(inject((make6(HERE, THERE, 30), memset(packet + IPV6_SOURCE_AT, 0, 16), 70)),
		  XNU_EOPNOTSUPP);
	EXPECT_EQ(wire_count, 0);
	stop();
}

TEST(ipv6_fragments_show_as_44_first)
{
	start();
	EXPECT_EQ(inject(make6(HERE, THERE, 4000)), 0);
	EXPECT_EQ(wire_count, 3);
	for (unsigned i = 0; i < wire_count; i++) {
		EXPECT(wire_length[i] <= 1500);
		EXPECT_EQ(wire[i][IPV6_NEXT_AT], 44);
		wire[i][IPV6_SOURCE_AT + 15] = THERE;
		wire[i][IPV6_DESTINATION_AT + 15] = HERE;
	}
	send_fragments((const unsigned[]){2, 0, 1}, 3);
	EXPECT_EQ(seen_count, 4);
	EXPECT_EQ(memcmp(protocols, "\x2c\x2c\x2c\x84", 4), 0);
	EXPECT_EQ(seen.length, 4040);
	EXPECT_EQ(memcmp(seen.bytes + IPV6_HEADER, packet + IPV6_HEADER, 4000), 0);
	stop();
}

TEST(ipv6_options_in_front)
{
	start();
	make6(THERE, HERE, 30);
	packet[IPV6_NEXT_AT] = 60;
	memcpy(packet + IPV6_HEADER, (unsigned char[]){132, 1}, 2);
	host_link_inject(packet, 70);
	host_settle();
	EXPECT_EQ(seen_count, 2);
	EXPECT_EQ(seen.offset, 56);
	EXPECT_EQ(seen.protocol, 132);
	stop();
}

/* ---- filters ---- */

static struct ipfilter *self_removed;

static int
removes_itself(void *cookie, struct mbuf **mbuf, int offset, uint8_t protocol)
{
	(void)cookie;
	(void)mbuf;
	(void)offset;
	(void)protocol;
	EXPECT_EQ(xnu_ipf_remove(self_removed), 0);
	EXPECT_EQ(detached, 0);
	return 0;
}

TEST(a_running_filter_is_detached_later)
{
	const struct ipf_filter filter = {&seen, "self", removes_itself, NULL, detach};

	start();
	EXPECT_EQ(xnu_ipf_addv4(&filter, &self_removed), 0);
	EXPECT_EQ(ipf_attached(), 3);
	from_wire(make4(THERE, HERE, 50, 0));
	EXPECT_EQ(detached, 1);
	EXPECT_EQ(seen_count, 1);
	EXPECT_EQ(ipf_attached(), 2);
}
