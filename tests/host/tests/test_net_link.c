/* The links between two processes, or to this one; and what a kext learns of interfaces. */
#include "harness.h"
#include "header.h"
#include "host.h"
#include "kpi.h"
#include "net.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <netinet/in.h>
#include <arpa/inet.h>
#include <time.h>
#include <unistd.h>

static char error[256];
static struct ipfilter *filter;
static atomic_uint received;
static unsigned char first_received[4096];
static size_t first_length;

static int
input(void *cookie, struct mbuf **packet, int offset, uint8_t protocol)
{
	(void)cookie;
	(void)offset;
	if (protocol != IP_PROTOCOL_SCTP)
		return 0;
	if (received == 0) {
		first_length = xnu_mbuf_pkthdr_len(*packet);
		EXPECT(first_length <= sizeof(first_received));
		EXPECT_EQ(xnu_mbuf_copydata(*packet, 0, first_length, first_received), 0);
	}
	xnu_mbuf_freem(*packet);
	received++;
	return XNU_EJUSTRETURN;
}

static void
start(const char *link, const char *address)
{
	const struct ipf_filter description = {NULL, "test", input, NULL, NULL};

	setenv("SCTP_HOST_LINK", link, 1);
	setenv("SCTP_HOST_ADDRESS", address, 1);
	if (host_start(NULL, error, sizeof(error)) != 0)
		FAIL("%s", error);
	EXPECT_EQ(xnu_ipf_addv4(&description, &filter), 0);
}

static void
stop(void)
{
	EXPECT_EQ(xnu_ipf_remove(filter), 0);
	EXPECT_EQ(host_stop(), 0);
}

static int
send_to(const char *source, const char *destination, const char *text, size_t length)
{
	unsigned char packet[4096] = {0x45};

	put16(packet + IPV4_LENGTH_AT, (unsigned)(IPV4_HEADER + length));
	put16(packet + IPV4_ID_AT, 7);
	packet[IPV4_TOS_AT] = 2;
	packet[IPV4_TTL_AT] = 64;
	packet[IPV4_PROTOCOL_AT] = IP_PROTOCOL_SCTP;
	inet_pton(AF_INET, source, packet + IPV4_SOURCE_AT);
	inet_pton(AF_INET, destination, packet + IPV4_DESTINATION_AT);
	memset(packet + IPV4_HEADER, 'x', length);
	memcpy(packet + IPV4_HEADER, text, strlen(text));
	return xnu_ipf_inject_output(host_mbuf_packet(packet, IPV4_HEADER + length), NULL, NULL);
}

static bool
wait_for(unsigned count)
{
	for (int wait = 0; wait < 2000 && received < count; wait++)
		nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
	return received >= count;
}

/* Runs body in a child that must leave with 0 within the test's time. */
static pid_t
other_process(void (*body)(void))
{
	pid_t child = fork();

	EXPECT(child >= 0);
	if (child == 0) {
		body();
		_exit(0);
	}
	return child;
}

static void
expect_success(pid_t child)
{
	int status;

	EXPECT_EQ(waitpid(child, &status, 0), child);
	EXPECT(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* ---- unix ---- */

static char unix_link[128];

/* Children are forked before the host makes threads; the gate lets one side wait for the other. */
static int gate[2];

static void
open_gate(void)
{
	EXPECT_EQ(write(gate[1], "", 1), 1);
}

static void
wait_at_gate(void)
{
	char byte;

	EXPECT_EQ(read(gate[0], &byte, 1), 1);
}

static void
unix_echo(void)
{
	start(unix_link, "192.0.2.2");
	open_gate();
	EXPECT(wait_for(2));
	EXPECT_EQ(send_to("192.0.2.2", "192.0.2.1", "answer", 100), 0);
	stop();
}

TEST(unix_between_two_processes)
{
	pid_t child;

	snprintf(unix_link, sizeof(unix_link), "unix:%s", test_folder());
	EXPECT_EQ(pipe(gate), 0);
	child = other_process(unix_echo);
	start(unix_link, "192.0.2.1");
	wait_at_gate();
	EXPECT_EQ(send_to("192.0.2.1", "192.0.2.2", "question", 100), 0);
	EXPECT_EQ(send_to("192.0.2.1", "192.0.2.2", "fragmented question", 3000), 0);
	EXPECT(wait_for(1));
	EXPECT_EQ(first_length, 120);
	EXPECT_EQ(memcmp(first_received + IPV4_HEADER, "answer", 6), 0);
	expect_success(child);
	stop();
	EXPECT(access((snprintf(error, sizeof(error), "%s/192.0.2.1", test_folder()), error), F_OK) != 0);
}

TEST(unix_to_nobody_is_lost)
{
	snprintf(unix_link, sizeof(unix_link), "unix:%s", test_folder());
	start(unix_link, "192.0.2.3");
	EXPECT_EQ(send_to("192.0.2.3", "192.0.2.99", "", 10), 0);
	EXPECT_EQ(send_to("192.0.2.3", "192.0.2.3", "to myself", 10), 0);
	EXPECT(wait_for(1));
	stop();
}

static void
second_host(void)
{
	wait_at_gate();
	setenv("SCTP_HOST_LINK", unix_link, 1);
	setenv("SCTP_HOST_ADDRESS", "192.0.2.4", 1);
	EXPECT_EQ(host_start(NULL, error, sizeof(error)), -1);
	EXPECT_SAYS(error, "another host has this address");
}

TEST(unix_address_taken)
{
	pid_t child;

	snprintf(unix_link, sizeof(unix_link), "unix:%s", test_folder());
	EXPECT_EQ(pipe(gate), 0);
	child = other_process(second_host);
	start(unix_link, "192.0.2.4");
	open_gate();
	expect_success(child);
	stop();
}

TEST(unix_without_a_folder)
{
	setenv("SCTP_HOST_LINK", "unix:/nowhere", 1);
	EXPECT_EQ(host_start(NULL, error, sizeof(error)), -1);
	EXPECT_SAYS(error, "SCTP_HOST_LINK=unix:/nowhere: no folder");
}

/* ---- udp ---- */

TEST(udp_to_a_plain_udp_program)
{
	struct sockaddr_in name = {.sin_family = AF_INET, .sin_port = htons(29901)};
	struct sockaddr_in host = {.sin_family = AF_INET, .sin_port = htons(29900)};
	int peer = socket(AF_INET, SOCK_DGRAM, 0), tos = 1;
	char bytes[200];

	inet_pton(AF_INET, "127.0.0.1", &host.sin_addr);
	inet_pton(AF_INET, "127.0.0.5", &name.sin_addr);
	EXPECT_EQ(bind(peer, (struct sockaddr *)&name, sizeof(name)), 0);
	start("udp:29900:29901", "127.0.0.1");
	EXPECT_EQ(send_to("127.0.0.1", "127.0.0.5", "encapsulated", 50), 0);
	EXPECT_EQ(recv(peer, bytes, sizeof(bytes), 0), 50);
	EXPECT_EQ(memcmp(bytes, "encapsulated", 12), 0);

	setsockopt(peer, IPPROTO_IP, IP_TOS, &tos, sizeof(tos));
	EXPECT_EQ(sendto(peer, "back", 4, 0, (struct sockaddr *)&host, sizeof(host)), 4);
	EXPECT(wait_for(1));
	EXPECT_EQ(first_length, 24);
	EXPECT_EQ(first_received[IPV4_TOS_AT], 1);
	EXPECT_EQ(memcmp(first_received + IPV4_SOURCE_AT, "\x7f\0\0\x05", 4), 0);
	EXPECT_EQ(memcmp(first_received + IPV4_DESTINATION_AT, "\x7f\0\0\x01", 4), 0);
	EXPECT_EQ(memcmp(first_received + IPV4_HEADER, "back", 4), 0);
	stop();
}

TEST(udp_learns_the_peers_port)
{
	struct sockaddr_in name = {.sin_family = AF_INET, .sin_port = htons(29911)};
	struct sockaddr_in host = {.sin_family = AF_INET, .sin_port = htons(29910)};
	int peer = socket(AF_INET, SOCK_DGRAM, 0);
	char bytes[200];

	inet_pton(AF_INET, "127.0.0.1", &host.sin_addr);
	inet_pton(AF_INET, "127.0.0.5", &name.sin_addr);
	EXPECT_EQ(bind(peer, (struct sockaddr *)&name, sizeof(name)), 0);
	start("udp:29910", "127.0.0.1");
	EXPECT_EQ(sendto(peer, "hello", 5, 0, (struct sockaddr *)&host, sizeof(host)), 5);
	EXPECT(wait_for(1));
	EXPECT_EQ(send_to("127.0.0.1", "127.0.0.5", "heard", 5), 0);
	EXPECT_EQ(recv(peer, bytes, sizeof(bytes), 0), 5);
	stop();
}

TEST(udp_stays_on_loopback)
{
	start("udp:29920", "127.0.0.1");
	EXPECT_EQ(send_to("127.0.0.1", "192.0.2.1", "", 5), XNU_EHOSTUNREACH);
	stop();
	setenv("SCTP_HOST_ADDRESS", "192.0.2.1", 1);
	EXPECT_EQ(host_start(NULL, error, sizeof(error)), -1);
	EXPECT_SAYS(error, "loopback");
}

TEST(wrong_settings)
{
	static const struct {
		const char *link, *address, *says;
	} cases[] = {
	    {"carrier-pigeon", "", "SCTP_HOST_LINK=carrier-pigeon: links are"},
	    {"udp:70000", "127.0.0.1", "udp[:PORT"},
	    {"udp:x", "127.0.0.1", "udp[:PORT"},
	    {"memory", "192.0.2.300", "\"192.0.2.300\" is no address"},
	    {"memory", "192.0.2.1/33", "\"192.0.2.1/33\" is no address"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		setenv("SCTP_HOST_LINK", cases[i].link, 1);
		setenv("SCTP_HOST_ADDRESS", cases[i].address, 1);
		EXPECT_EQ(host_start(NULL, error, sizeof(error)), -1);
		EXPECT_SAYS(error, cases[i].says);
	}
}

/* ---- raw ---- */

static void
need_raw_sockets(void)
{
	int fd = socket(AF_INET, SOCK_RAW, IP_PROTOCOL_SCTP);

	if (fd < 0)
		SKIP("no raw sockets without root");
	close(fd);
}

TEST(raw_to_the_own_address)
{
	need_raw_sockets();
	start("raw", "");
	EXPECT_EQ(send_to("127.0.0.1", "127.0.0.1", "by way of Linux", 3000), 0);
	EXPECT(wait_for(1));
	EXPECT_EQ(first_length, 3020);
	EXPECT_EQ(memcmp(first_received + IPV4_HEADER, "by way of Linux", 15), 0);
	EXPECT_EQ(first_received[IPV4_TOS_AT], 2);
	EXPECT_EQ(internet_checksum(first_received, IPV4_HEADER), 0);
	stop();
}

TEST(raw_without_privilege)
{
	need_raw_sockets();
	if (seteuid(65534) != 0)
		SKIP("cannot drop root");
	setenv("SCTP_HOST_LINK", "raw", 1);
	EXPECT_EQ(host_start(NULL, error, sizeof(error)), -1);
	EXPECT_SAYS(error, "it needs root or CAP_NET_RAW");
}

/* ---- interfaces and addresses, by KPI name ---- */

static void *
kpi(const char *name)
{
	bool listed;
	const void *address = host_kpi_find(name, &listed);

	if (address == NULL)
		FAIL("%s is not offered", name);
	return (void *)(uintptr_t)address;
}

static unsigned
count_addresses(uint8_t family)
{
	int (*get)(void *, void ***, uint8_t) = kpi("_ifnet_get_address_list_family");
	void (*release)(void **) = kpi("_ifnet_free_address_list");
	unsigned count = 0;
	void **list;

	if (get(NULL, &list, family) != 0)
		return 0;
	while (list[count] != NULL)
		count++;
	release(list);
	return count;
}

TEST(addresses_of_the_host)
{
	int (*get)(void *, void ***, uint8_t) = kpi("_ifnet_get_address_list_family");
	int (*address_of)(void *, void *, uint32_t) = kpi("_ifaddr_address");
	int (*mask_of)(void *, void *, uint32_t) = kpi("_ifaddr_netmask");
	void *(*interface_of_)(void *) = kpi("_ifaddr_ifnet");
	uint32_t (*mtu)(void *) = kpi("_ifnet_mtu");
	void (*release)(void **) = kpi("_ifnet_free_address_list");
	struct xnu_sockaddr_in sin;
	void **list;

	start("memory", "192.0.2.1/24,192.0.2.7,2001:db8::1");
	EXPECT_EQ(count_addresses(XNU_AF_INET), 3);
	EXPECT_EQ(count_addresses(XNU_AF_INET6), 2);
	EXPECT_EQ(count_addresses(XNU_AF_LINK), 2);
	EXPECT_EQ(count_addresses(0), 7);
	EXPECT_EQ(count_addresses(77), 0);
	EXPECT_EQ(get(interface_named("en0"), &list, XNU_AF_INET), 0);
	EXPECT_EQ(address_of(list[0], &sin, sizeof(sin)), 0);
	EXPECT_EQ(sin.sin_len, 16);
	EXPECT_EQ(sin.sin_family, XNU_AF_INET);
	EXPECT_EQ(ntohl(sin.sin_addr), 0xc0000201);
	EXPECT_EQ(mask_of(list[0], &sin, sizeof(sin)), 0);
	EXPECT_EQ(ntohl(sin.sin_addr), 0xffffff00);
	EXPECT_EQ(address_of(list[0], &sin, 8), XNU_EMSGSIZE);
	EXPECT_EQ(mtu(interface_of_(list[0])), 1500);
	EXPECT_EQ(interface_references(), 2);
	release(list);
	EXPECT_EQ(interface_references(), 0);
	stop();
}

TEST(addresses_come_and_go)
{
	start("memory", "192.0.2.1");
	EXPECT_EQ(host_address_add("192.0.2.77/24"), 0);
	EXPECT_EQ(count_addresses(XNU_AF_INET), 3);
	EXPECT_EQ(send_to("192.0.2.1", "192.0.2.77", "to myself", 10), 0);
	EXPECT(wait_for(1));
	EXPECT_EQ(host_address_remove("192.0.2.77"), 0);
	EXPECT_EQ(host_address_remove("192.0.2.77"), XNU_EADDRNOTAVAIL);
	EXPECT_EQ(count_addresses(XNU_AF_INET), 2);
	stop();
}
