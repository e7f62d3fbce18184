/* The shim's reading of ICMP errors, compiled into the test: what is believed, and that nothing is read too
 * far. */
#include "harness.h"

#include "../../../shim-c/kern/address.c"
#include "../../../shim-c/kern/icmp.c"

/* address.c reads sockaddrs off sockets by this table; there are no sockets here. */
struct xnu_layout xnu_layout;

void *malloc(size_t size);
void free(void *memory);

enum { V4 = 8 + 20, V6 = 8 + 40, TAIL = 20, OUR_INTERFACE = 7 };

static const uint8_t here4[4] = {192, 0, 2, 1}, there4[4] = {198, 51, 100, 9};
static const uint8_t here6[16] = {0x20, 1, 0xd, 0xb8, [15] = 1},
		     there6[16] = {0x20, 1, 0xd, 0xb8, 9, [15] = 2};
static const uint8_t link_local[16] = {0xfe, 0x80, [15] = 3};

static uint8_t message[128];
static struct sctp_address source, destination;
static struct sctp_icmp icmp;

static void
finish(size_t length)
{
	uint32_t sum = 0;

	message[2] = message[3] = 0;
	if (source.family == 6) {
		for (size_t i = 0; i < 16; i += 2)
			sum += read_be16(source.bytes + i) + read_be16(destination.bytes + i);
		sum += (uint32_t)length + 58;
	}
	for (size_t i = 0; i < length; i++)
		sum += (uint32_t)message[i] << (i % 2 == 0 ? 8 : 0);
	while (sum > 0xffff)
		sum = (sum & 0xffff) + (sum >> 16);
	write_be16(message + 2, (uint16_t)~sum);
}

static size_t
make4(uint8_t type, uint8_t code, uint16_t mtu)
{
	uint8_t *quoted = message + 8;

	memset(message, 0, sizeof(message));
	sctp_address_from_ipv4(there4, &source);
	sctp_address_from_ipv4(here4, &destination);
	message[0] = type;
	message[1] = code;
	write_be16(message + 6, mtu);
	quoted[0] = 0x45;
	quoted[9] = 132;
	memcpy(quoted + 12, here4, 4);
	memcpy(quoted + 16, there4, 4);
	memset(message + V4, 0xab, TAIL);
	finish(V4 + TAIL);
	return V4 + TAIL;
}

static size_t
make6(uint8_t type, uint8_t code, uint32_t mtu)
{
	uint8_t *quoted = message + 8;

	memset(message, 0, sizeof(message));
	sctp_address_from_kernel(there6, 0, &source);
	sctp_address_from_kernel(here6, 0, &destination);
	message[0] = type;
	message[1] = code;
	write_be16(message + 4, (uint16_t)(mtu >> 16));
	write_be16(message + 6, (uint16_t)mtu);
	quoted[0] = 0x60;
	quoted[6] = 132;
	memcpy(quoted + 8, here6, 16);
	memcpy(quoted + 24, there6, 16);
	memset(message + V6, 0xab, TAIL);
	finish(V6 + TAIL);
	return V6 + TAIL;
}

/* In memory of just this size, so that a byte too far is seen by the sanitizers. */
static bool
parse(size_t length)
{
	uint8_t *exact = malloc(length);
	bool found;

	memcpy(exact, message, length);
	found = sctp_icmp_parse(&source, &destination, OUR_INTERFACE, exact, length, &icmp);
	if (found)
		EXPECT(icmp.quoted >= exact && icmp.quoted + icmp.quoted_length == exact + length);
	free(exact);
	return found;
}

TEST(icmp_kinds)
{
	static const struct {
		uint8_t type, code, kind;
	} four[] = {{3, 0, 4},  {3, 1, 4},  {3, 2, 2}, {3, 3, 3}, {3, 4, 1},
		    {3, 13, 4}, {11, 0, 0}, {4, 0, 0}, {8, 0, 0}},
	  six[] = {{1, 0, 4}, {1, 4, 3}, {2, 0, 1}, {4, 1, 2}, {4, 0, 0}, {3, 0, 0}, {135, 0, 0}};

	for (size_t i = 0; i < sizeof(four) / sizeof(four[0]); i++) {
		EXPECT_EQ(parse(make4(four[i].type, four[i].code, 1400)), four[i].kind != 0);
		EXPECT_EQ(icmp.kind, four[i].kind);
		EXPECT_EQ(icmp.mtu, four[i].kind == SCTP_ICMP_TOO_BIG ? 1400 : 0);
		if (four[i].kind != 0)
			EXPECT(sctp_icmp_wants(4, four[i].type));
	}
	for (size_t i = 0; i < sizeof(six) / sizeof(six[0]); i++) {
		EXPECT_EQ(parse(make6(six[i].type, six[i].code, 70000)), six[i].kind != 0);
		EXPECT_EQ(icmp.kind, six[i].kind);
		EXPECT_EQ(icmp.mtu, six[i].kind == SCTP_ICMP_TOO_BIG ? 70000 : 0);
		if (six[i].kind != 0)
			EXPECT(sctp_icmp_wants(6, six[i].type));
	}
	EXPECT(!sctp_icmp_wants(4, 8) && !sctp_icmp_wants(4, 0) && !sctp_icmp_wants(6, 135));
}

TEST(icmp_addresses_are_the_quoted_ones)
{
	EXPECT(parse(make4(3, 2, 0)));
	EXPECT_EQ(icmp.local.family, 4);
	EXPECT_EQ(memcmp(icmp.local.bytes, here4, 4), 0);
	EXPECT_EQ(memcmp(icmp.peer.bytes, there4, 4), 0);
	EXPECT_EQ(icmp.local.port, 0);
	EXPECT_EQ(icmp.quoted_length, TAIL);
	EXPECT(parse(make6(1, 0, 0)));
	EXPECT_EQ(icmp.peer.family, 6);
	EXPECT_EQ(memcmp(icmp.local.bytes, here6, 16), 0);
	EXPECT_EQ(memcmp(icmp.peer.bytes, there6, 16), 0);
}

TEST(icmp_quoted_zone_is_that_of_the_interface)
{
	size_t length = make6(1, 0, 0);

	memcpy(message + 8 + 24, link_local, 16);
	finish(length);
	EXPECT(parse(length));
	EXPECT_EQ(icmp.peer.scope, OUR_INTERFACE);
	EXPECT_EQ(icmp.local.scope, 0);
	EXPECT_EQ(memcmp(icmp.peer.bytes, link_local, 16), 0);
}

TEST(icmp_of_every_length)
{
	for (size_t length = make4(3, 4, 1400); length-- > 0;) {
		finish(length > 4 ? length : 4);
		EXPECT_EQ(parse(length), length >= V4 + 8);
	}
	for (size_t length = make6(2, 0, 1400); length-- > 0;) {
		finish(length > 4 ? length : 4);
		EXPECT_EQ(parse(length), length >= V6 + 8);
	}
}

/* Each spoils one byte of a good message. */
TEST(icmp_that_quotes_no_packet_of_ours)
{
	static const struct {
		size_t at;
		uint8_t value;
	} four[] = {{8, 0x44}, {8, 0x65}, {8, 0x4f}, {8 + 9, 6}, {8 + 7, 1}, {8 + 6, 0x1f}},
	  six[] = {{8, 0x40}, {8 + 6, 17}, {8 + 6, 0}};
	size_t length;

	for (size_t i = 0; i < sizeof(four) / sizeof(four[0]); i++) {
		length = make4(3, 2, 0);
		message[four[i].at] = four[i].value;
		finish(length);
		EXPECT(!parse(length));
	}
	for (size_t i = 0; i < sizeof(six) / sizeof(six[0]); i++) {
		length = make6(1, 0, 0);
		message[six[i].at] = six[i].value;
		finish(length);
		EXPECT(!parse(length));
	}
}

TEST(icmp_with_a_bad_checksum)
{
	size_t length = make4(3, 2, 0);

	message[length - 1] ^= 1;
	EXPECT(!parse(length));
	length = make6(1, 0, 0);
	destination.bytes[15]++;
	EXPECT(!parse(length));
}

TEST(icmp_that_quotes_a_fragment)
{
	uint8_t *fragment = message + V6;
	size_t length = make6(2, 0, 1280);

	message[8 + 6] = 44;
	memset(fragment, 0, 8);
	fragment[0] = 132;
	fragment[3] = 1; /* more fragments */
	finish(length);
	EXPECT(parse(length));
	EXPECT_EQ(icmp.quoted_length, TAIL - 8);
	fragment[3] = 8 | 1;
	finish(length);
	EXPECT(!parse(length));
	fragment[3] = 0;
	fragment[0] = 17;
	finish(length);
	EXPECT(!parse(length));
}

TEST(addresses_to_and_from_the_kernel)
{
	struct sctp_address address;
	uint8_t bytes[16], embedded[16];

	memcpy(embedded, link_local, 16);
	embedded[3] = 5;
	sctp_address_from_kernel(embedded, OUR_INTERFACE, &address);
	EXPECT_EQ(address.scope, 5);
	EXPECT_EQ(memcmp(address.bytes, link_local, 16), 0);
	sctp_address_to_kernel(&address, bytes);
	EXPECT_EQ(memcmp(bytes, embedded, 16), 0);
	sctp_address_from_kernel(there6, OUR_INTERFACE, &address);
	EXPECT_EQ(address.scope, 0);
	sctp_address_to_kernel(&address, bytes);
	EXPECT_EQ(memcmp(bytes, there6, 16), 0);
}
