/* The built kext and addresses: those of this host, the source of its packets, and ICMP errors about them. */
#include "harness.h"
#include "../bsd/syscalls.h"

#include <arpa/inet.h>
#include <stdlib.h>

enum { SCTP = 132, SO_ERROR_ = 0x1007, F_SETFL_ = 4, O_NONBLOCK_ = 4, IPV4 = 20, IPV6 = 40, EN0 = 2 };

static char error[256];
static unsigned char wire[2048];
static size_t wire_length;

/* The last packet. */
static void
keep(void *context, const void *packet, size_t length)
{
	(void)context;
	wire_length = length;
	memcpy(wire, packet, length < sizeof(wire) ? length : sizeof(wire));
}

static void
start(const char *addresses)
{
	const char *built = getenv("SCTP_TEST_KEXT");

	if (built == NULL || *built == '\0')
		SKIP("no KEXT= given");
	host_memory_link_addresses(addresses, 1500);
	host_memory_link_attach(keep, NULL);
	if (host_start(built, error, sizeof(error)) != 0)
		FAIL("%s", error);
}

static int
open_socket(int family)
{
	int fd = bsd_socket(family, BSD_SOCK_STREAM, SCTP);

	EXPECT(fd >= 0);
	EXPECT_EQ(bsd_fcntl(fd, F_SETFL_, O_NONBLOCK_), 0);
	return fd;
}

static struct xnu_sockaddr_in
name4(const char *text)
{
	struct xnu_sockaddr_in name = {sizeof(name), XNU_AF_INET, htons(7000), inet_addr(text), ""};
	return name;
}

static struct xnu_sockaddr_in6
name6(const char *text, uint32_t scope)
{
	struct xnu_sockaddr_in6 name = {
	    .sin6_len = sizeof(name), .sin6_family = XNU_AF_INET6, .sin6_port = htons(7000)};

	EXPECT_EQ(inet_pton(AF_INET6, text, name.sin6_addr), 1);
	name.sin6_scope_id = scope;
	return name;
}

static int
bind4(const char *text)
{
	struct xnu_sockaddr_in name = name4(text);
	int fd = open_socket(XNU_AF_INET), result = bsd_bind(fd, (struct xnu_sockaddr *)&name, sizeof(name));

	EXPECT_EQ(bsd_close(fd), 0);
	return result;
}

TEST(kext_follows_the_addresses_of_the_host)
{
	start("192.0.2.1/24");
	EXPECT_EQ(bind4("192.0.2.1"), 0);
	EXPECT_EQ(bind4("192.0.2.9"), -49);
	EXPECT_EQ(host_address_add("192.0.2.9/24"), 0);
	EXPECT_EQ(host_address_remove("192.0.2.1"), 0);
	/* A socket that is made looks again if the last time is a second ago. */
	struct timespec second = {1, 100000000};
	EXPECT_EQ(nanosleep(&second, NULL), 0);
	EXPECT_EQ(bind4("192.0.2.9"), 0);
	EXPECT_EQ(bind4("192.0.2.1"), -49);
	EXPECT_EQ(host_stop(), 0);
}

/* An INIT leaves for to; from is its source on the wire. */
static void
expect_source(const char *to, uint32_t scope, const char *from)
{
	struct xnu_sockaddr_in6 name = name6(to, scope), source = name6(from, 0);
	int fd = open_socket(XNU_AF_INET6);

	wire_length = 0;
	(void)bsd_connect(fd, (struct xnu_sockaddr *)&name, sizeof(name));
	host_settle();
	EXPECT(wire_length > IPV6 + 12);
	EXPECT_EQ(wire[0] >> 4, 6);
	EXPECT_EQ(wire[4] << 8 | wire[5], wire_length - IPV6);
	EXPECT_EQ(wire[6], SCTP);
	EXPECT_EQ(memcmp(wire + 8, source.sin6_addr, 16), 0);
	EXPECT_EQ(memcmp(wire + 24, name.sin6_addr, 16), 0);
	EXPECT_EQ(bsd_close(fd), 0);
}

TEST(kext_chooses_the_source_of_ipv6_packets)
{
	start("192.0.2.1/24,fe80::1/64,2001:db8:1::1/64,2001:db8:2::1/64");
	expect_source("2001:db8:1::9", 0, "2001:db8:1::1");
	expect_source("2001:db8:2::9", 0, "2001:db8:2::1");
	/* Within the zone, whose index is not on the wire. */
	expect_source("fe80::9", EN0, "fe80::1");
	EXPECT_EQ(host_stop(), 0);
}

TEST(kext_sends_no_ipv6_without_a_source)
{
	struct xnu_sockaddr_in6 name = name6("2001:db8::9", 0);

	start("192.0.2.1/24");
	int fd = open_socket(XNU_AF_INET6);
	(void)bsd_connect(fd, (struct xnu_sockaddr *)&name, sizeof(name));
	host_settle();
	EXPECT_EQ(wire_length, 0);
	EXPECT_EQ(bsd_close(fd), 0);
	EXPECT_EQ(host_stop(), 0);
}

static uint16_t
checksum(const unsigned char *bytes, size_t length)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < length; i++)
		sum += (uint32_t)bytes[i] << (i % 2 == 0 ? 8 : 0);
	while (sum > 0xffff)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

/* What a router says about the last packet: Protocol Unreachable. */
static void
answer_unreachable(void)
{
	unsigned char packet[IPV4 + 8 + 512] = {0x45, [8] = 64, [9] = 1, [IPV4] = 3, [IPV4 + 1] = 2};
	size_t length = IPV4 + 8 + wire_length;
	uint16_t sum;

	packet[2] = (unsigned char)(length >> 8);
	packet[3] = (unsigned char)length;
	memcpy(packet + 12, wire + 16, 4);
	memcpy(packet + 16, wire + 12, 4);
	sum = htons(checksum(packet, IPV4));
	memcpy(packet + 10, &sum, 2);
	memcpy(packet + IPV4 + 8, wire, wire_length);
	sum = htons(checksum(packet + IPV4, length - IPV4));
	memcpy(packet + IPV4 + 2, &sum, 2);
	host_link_inject(packet, length);
	host_settle();
}

TEST(kext_hears_that_the_peer_has_no_sctp)
{
	struct xnu_sockaddr_in name = name4("192.0.2.2");
	int error_now = 0;
	uint32_t length = sizeof(error_now);

	start("192.0.2.1/24");
	int fd = open_socket(XNU_AF_INET);
	EXPECT_EQ(bsd_connect(fd, (struct xnu_sockaddr *)&name, sizeof(name)), -36);
	host_settle();
	EXPECT(wire_length > IPV4 + 12 && wire_length <= 512);
	answer_unreachable();
	EXPECT_EQ(bsd_getsockopt(fd, 0xffff, SO_ERROR_, &error_now, &length), 0);
	EXPECT_EQ(bsd_close(fd), 0);
	EXPECT_EQ(host_stop(), 0);
	if (error_now == 0)
		SKIP("the engine does not react to ICMP errors");
}
