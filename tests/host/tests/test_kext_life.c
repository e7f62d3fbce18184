/* The built kext as a guest of the kernel: when it starts, when it does not, when it leaves, what it drops.
 */
#include "harness.h"
#include "../bsd/syscalls.h"

#include <stdio.h>
#include <stdlib.h>

enum { SCTP = 132 };
#define ADDRESS 0x010200c0u /* 192.0.2.1 as it stands in memory */
#define PEER 0x020200c0u

static char said[4096], error[256];
static unsigned sent;

static void
listen_to(const char *text, void *context)
{
	size_t used = strlen(said);

	(void)context;
	snprintf(said + used, sizeof(said) - used, "%s", text);
}

static void
count(void *context, const void *packet, size_t length)
{
	(void)context;
	(void)packet;
	(void)length;
	sent++;
}

static const char *
built_kext(void)
{
	const char *built = getenv("SCTP_TEST_KEXT");

	if (built == NULL || *built == '\0')
		SKIP("no KEXT= given");
	return built;
}

static void
start(void)
{
	const char *built = built_kext();

	host_console(listen_to, NULL);
	host_memory_link_addresses("192.0.2.1", 1500);
	host_memory_link_attach(count, NULL);
	if (host_start(built, error, sizeof(error)) != 0)
		FAIL("%s; %s", error, said);
}

static struct xnu_sockaddr_in
address_of(uint32_t address, uint16_t port)
{
	struct xnu_sockaddr_in name = {sizeof(name), XNU_AF_INET, (uint16_t)(port << 8 | port >> 8), address,
				       ""};
	return name;
}

static void
expect_refusal(const char *version, const char *reason)
{
	const char *built = built_kext();

	host_console(listen_to, NULL);
	host_set_version(version);
	EXPECT(host_start(built, error, sizeof(error)) != 0);
	EXPECT_SAYS(said, reason);
	/* Nothing is left of it, and another kext may start. */
	EXPECT_EQ(host_memory_report(), 0);
	EXPECT_EQ(host_start(NULL, error, sizeof(error)), 0);
	EXPECT_EQ(bsd_socket(XNU_AF_INET, BSD_SOCK_SEQPACKET, SCTP), -43);
	EXPECT_EQ(host_stop(), 0);
}

TEST(kext_refuses_a_kernel_that_is_not_in_the_table)
{
	expect_refusal("Darwin Kernel Version 99.0.0: root:xnu-99999.1.1~1/RELEASE_X86_64", "not started");
}

TEST(kext_refuses_a_kernel_that_is_too_old)
{
	expect_refusal("Darwin Kernel Version 16.7.0: root:xnu-3789.73.8~1/RELEASE_X86_64", "not started");
}

TEST(kext_refuses_a_version_that_says_nothing)
{
	expect_refusal("a kernel", "not started");
}

/* The table knows this kernel, but the one that runs has another layout: a probe must notice. */
TEST(kext_refuses_structures_that_are_not_as_the_table_says)
{
	expect_refusal("Darwin Kernel Version 23.6.0: root:xnu-10063.141.2~1/RELEASE_X86_64",
		       "this kernel's structures are not as the table says");
}

TEST(kext_stays_while_a_socket_is_open)
{
	start();
	EXPECT_SAYS(said, "protocol 132 registered on xnu-7195.141.2, layout checked");
	int fd = bsd_socket(XNU_AF_INET, BSD_SOCK_STREAM, SCTP);
	EXPECT(fd >= 0);
	EXPECT(host_stop() != 0);
	EXPECT_SAYS(said, "not stopped: sockets are open");
	EXPECT_EQ(bsd_close(fd), 0);
	EXPECT_EQ(host_stop(), 0);
	EXPECT_SAYS(said, "stopped");
}

TEST(kext_starts_again_after_it_was_stopped)
{
	for (int round = 0; round < 3; round++) {
		start();
		int fd = bsd_socket(XNU_AF_INET, BSD_SOCK_SEQPACKET, SCTP);
		EXPECT(fd >= 0);
		EXPECT_EQ(bsd_close(fd), 0);
		EXPECT_EQ(host_stop(), 0);
	}
	EXPECT_EQ(host_memory_report(), 0);
}

/* An exchange over this host's own address. */
static void
exchange(int from, int to, uint16_t port)
{
	struct xnu_sockaddr_in name = address_of(ADDRESS, port);
	char byte = 0;

	EXPECT_EQ(bsd_sendto(from, "x", 1, 0, (struct xnu_sockaddr *)&name, sizeof(name)), 1);
	EXPECT_EQ(bsd_recvfrom(to, &byte, 1, 0, NULL, NULL), 1);
	EXPECT_EQ(byte, 'x');
}

static uint32_t
draw(uint32_t *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

static void
write_ip_checksum(uint8_t *header)
{
	uint32_t sum = 0;

	for (int at = 0; at < 20; at += 2)
		sum += (uint32_t)(header[at] << 8 | header[at + 1]);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = ~(sum + (sum >> 16));
	header[10] = (uint8_t)(sum >> 8);
	header[11] = (uint8_t)sum;
}

/* An IPv4 packet of protocol 132 with random bytes behind a plausible header; its checksum is wrong or
 * missing. */
static size_t
random_packet(uint8_t packet[1500], uint32_t *state, uint16_t port)
{
	size_t length = 20 + draw(state) % 600;

	for (size_t at = 20; at < length; at++)
		packet[at] = (uint8_t)draw(state);
	memset(packet, 0, 20);
	packet[0] = 0x45;
	packet[2] = (uint8_t)(length >> 8);
	packet[3] = (uint8_t)length;
	packet[8] = 64;
	packet[9] = SCTP;
	memcpy(packet + 12, &(uint32_t){PEER}, 4);
	memcpy(packet + 16, &(uint32_t){ADDRESS}, 4);
	write_ip_checksum(packet);
	if (length > 32 && draw(state) % 2 == 0) {
		packet[22] = (uint8_t)(port >> 8);
		packet[23] = (uint8_t)port;
		/* An ABORT, a SHUTDOWN or an INIT that looks right but for the checksum. */
		packet[32] = (uint8_t)(draw(state) % 15);
	}
	return length;
}

TEST_LIMIT(kext_drops_random_packets_and_nothing_changes, 60)
{
	struct host_memory before, after;
	struct xnu_sockaddr_in name = address_of(0, 5000);
	uint32_t state = 1;
	uint8_t packet[1500];

	start();
	int server = bsd_socket(XNU_AF_INET, BSD_SOCK_SEQPACKET, SCTP),
	    client = bsd_socket(XNU_AF_INET, BSD_SOCK_SEQPACKET, SCTP);
	EXPECT_EQ(bsd_bind(server, (struct xnu_sockaddr *)&name, sizeof(name)), 0);
	EXPECT_EQ(bsd_listen(server, 1), 0);
	exchange(client, server, 5000);
	host_settle();
	host_memory_count(NULL, &before);
	sent = 0;
	for (int round = 0; round < 20000; round++) {
		size_t length = random_packet(packet, &state, 5000);
		/* Some are cut off on the way. */
		host_link_inject(packet, draw(&state) % 4 == 0 ? draw(&state) % (length + 1) : length);
	}
	host_settle();
	host_memory_count(NULL, &after);
	EXPECT_EQ(sent, 0);
	EXPECT_EQ(after.live, before.live);
	exchange(client, server, 5000);
	EXPECT_EQ(bsd_close(client), 0);
	EXPECT_EQ(bsd_close(server), 0);
	EXPECT_EQ(host_stop(), 0);
}

static uint32_t
crc32c(const uint8_t *bytes, size_t length)
{
	uint32_t crc = ~0u;

	for (size_t at = 0; at < length; at++) {
		crc ^= bytes[at];
		for (int bit = 0; bit < 8; bit++)
			crc = crc & 1 ? crc >> 1 ^ 0x82f63b78 : crc >> 1;
	}
	return ~crc;
}

/* The same kind of packet with a good checksum is answered: so the test above could fail. */
TEST(kext_answers_a_good_packet_that_is_nobodys)
{
	/* IPv4 header; ports 7 and 9, tag 1; COOKIE ACK is silent, SHUTDOWN ACK is not (RFC 9260
	 * section 8.4). */
	uint8_t packet[36] = {0x45, 0, 0, 36, 0, 0, 0, 0, 64, SCTP, 0, 0, 192, 0, 2, 2, 192, 0,
			      2,    1, 0, 7,  0, 9, 0, 0, 0,  1,    0, 0, 0,   0, 8, 0, 0,   4};
	uint32_t checksum = crc32c(packet + 20, 16);

	write_ip_checksum(packet);
	start();
	host_link_inject(packet, sizeof(packet));
	host_settle();
	EXPECT_EQ(sent, 0);
	memcpy(packet + 28, &checksum, sizeof(checksum));
	host_link_inject(packet, sizeof(packet));
	host_settle();
	EXPECT_EQ(sent, 1);
	EXPECT_EQ(host_stop(), 0);
}
