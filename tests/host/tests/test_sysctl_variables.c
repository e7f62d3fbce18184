/* net.sctp of the built kext: every variable's default and bounds, who may set it, what it changes. */
#include "harness.h"
#include "internal.h"
#include "../bsd/syscalls.h"

#include <netinet/sctp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
	SCTP = 132,
	SOL_SOCKET_ = 0xffff,
	SO_SNDBUF_ = 0x1001,
	SO_RCVBUF_ = 0x1002,
	F_SETFL_ = 4,
	O_NONBLOCK_ = 4
};
#define STEP UINT64_C(100000000)
#define MOST UINT32_MAX

/* The table once more, as net.sctp is to be. */
static const struct row {
	const char *name;
	uint32_t value, least, greatest;
} rows[] = {
    {"sendspace", 233016, 1, INT32_MAX},
    {"recvspace", 233016, 1500, INT32_MAX},
    {"ecn_enable", 1, 0, 1},
    {"delayed_sack_time", 200, 0, MOST},
    {"sack_freq", 2, 0, MOST},
    {"heartbeat_interval", 30000, 0, MOST},
    {"pmtu_raise_time", 600, 1, MOST},
    {"shutdown_guard_time", 0, 0, MOST},
    {"secret_lifetime", 3600, 60, MOST},
    {"rto_max", 60000, 1, MOST},
    {"rto_min", 1000, 1, MOST},
    {"rto_initial", 1000, 1, MOST},
    {"init_rto_max", 60000, 0, MOST},
    {"valid_cookie_life", 60000, 1000, 3600000},
    {"init_rtx_max", 8, 0, 65535},
    {"assoc_rtx_max", 10, 0, 65535},
    {"path_rtx_max", 5, 0, 65535},
    {"path_pf_threshold", 0, 0, 65535},
    {"incoming_streams", 2048, 1, 65535},
    {"outgoing_streams", 10, 1, 65535},
    {"initial_cwnd", 0, 0, 65535},
    {"abc_l_var", 1, 1, 65535},
    {"maxburst", 4, 0, MOST},
    {"blackhole", 0, 0, 2},
};
enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

/* What is registered besides them: the node, names, stats, assoclist. */
enum { OTHERS = 4 };

static char error[256];

/* The last packet that left for another host, from the SCTP header on, and how many there were. */
static uint8_t packet[1500];
static unsigned packets;

static void
keep(void *context, const void *sent, size_t length)
{
	size_t header = (*(const uint8_t *)sent & 0xf) * 4u;

	(void)context;
	packets++;
	memcpy(packet, (const uint8_t *)sent + header, length - header);
}

static void
start(bool is_virtual)
{
	const char *built = getenv("SCTP_TEST_KEXT");

	if (built == NULL || *built == '\0')
		SKIP("no KEXT= given");
	host_clock_set_virtual(is_virtual);
	host_memory_link_addresses("192.0.2.1", 1500);
	host_memory_link_attach(keep, NULL);
	if (host_start(built, error, sizeof(error)) != 0)
		FAIL("%s", error);
}

static int
set(const char *name, uint32_t value)
{
	char full[64];

	snprintf(full, sizeof(full), "net.sctp.%s", name);
	return host_sysctl(full, NULL, NULL, &value, sizeof(value));
}

static uint32_t
get(const char *name)
{
	char full[64];
	uint32_t value = 0;
	size_t length = sizeof(value);

	snprintf(full, sizeof(full), "net.sctp.%s", name);
	EXPECT_EQ(host_sysctl(full, &value, &length, NULL, 0), 0);
	EXPECT_EQ(length, sizeof(value));
	return value;
}

TEST(variables_have_their_defaults_and_bounds)
{
	start(false);
	EXPECT_EQ(sysctl_registered(), ROWS + OTHERS);
	for (size_t i = 0; i < ROWS; i++) {
		const struct row *row = &rows[i];

		if (get(row->name) != row->value)
			FAIL("%s is %u", row->name, get(row->name));
		if (row->least > 0 && set(row->name, row->least - 1) != XNU_EINVAL)
			FAIL("%s takes less than %u", row->name, row->least);
		if (row->greatest < MOST && set(row->name, row->greatest + 1) != XNU_EINVAL)
			FAIL("%s takes more than %u", row->name, row->greatest);
		EXPECT_EQ(get(row->name), row->value);
		EXPECT_EQ(set(row->name, row->least), 0);
		EXPECT_EQ(get(row->name), row->least);
		EXPECT_EQ(set(row->name, row->greatest), 0);
		EXPECT_EQ(get(row->name), row->greatest);
	}
	EXPECT_EQ(host_stop(), 0);
}

TEST(variables_are_set_by_root_alone)
{
	if (geteuid() != 0)
		SKIP("not root");
	start(false);
	EXPECT_EQ(seteuid(65534), 0);
	for (size_t i = 0; i < ROWS; i++) {
		EXPECT_EQ(set(rows[i].name, rows[i].least), XNU_EPERM);
		EXPECT_EQ(get(rows[i].name), rows[i].value);
	}
	EXPECT_EQ(seteuid(0), 0);
	EXPECT_EQ(host_stop(), 0);
}

TEST(variables_refuse_values_of_another_size)
{
	uint64_t wide = 70000;
	size_t length = 1;
	char byte;

	start(false);
	EXPECT_EQ(host_sysctl("net.sctp.recvspace", NULL, NULL, "x", 1), XNU_EINVAL);
	EXPECT_EQ(host_sysctl("net.sctp.recvspace", &byte, &length, NULL, 0), XNU_ENOMEM);
	EXPECT_EQ(get("recvspace"), 233016);
	EXPECT_EQ(host_sysctl("net.sctp.recvspace", NULL, NULL, &wide, sizeof(wide)), 0);
	EXPECT_EQ(get("recvspace"), 70000);
	EXPECT_EQ(host_stop(), 0);
}

TEST(variables_come_and_go_with_the_kext)
{
	uint32_t value;
	size_t length = sizeof(value);

	for (int round = 0; round < 3; round++) {
		start(false);
		EXPECT_EQ(get("blackhole"), 0);
		EXPECT_EQ(set("blackhole", 1), 0);
		EXPECT_EQ(host_stop(), 0);
		EXPECT_EQ(sysctl_registered(), 0);
		EXPECT_EQ(host_sysctl("net.sctp.blackhole", &value, &length, NULL, 0), XNU_ENOENT);
	}
}

static uint32_t
option(int fd, int level, int name)
{
	uint32_t value = 0, length = sizeof(value);

	EXPECT_EQ(bsd_getsockopt(fd, level, name, &value, &length), 0);
	return value;
}

static int
open_socket(int type)
{
	int fd = bsd_socket(XNU_AF_INET, type, SCTP);

	EXPECT(fd >= 0);
	EXPECT_EQ(bsd_fcntl(fd, F_SETFL_, O_NONBLOCK_), 0);
	return fd;
}

TEST(variables_are_what_a_new_socket_begins_with)
{
	struct sctp_rtoinfo rto = {0};
	struct sctp_initmsg init = {0};
	uint32_t length = sizeof(rto);

	start(false);
	int old = open_socket(BSD_SOCK_STREAM);
	EXPECT_EQ(set("sendspace", 50000), 0);
	EXPECT_EQ(set("recvspace", 60000), 0);
	EXPECT_EQ(set("rto_max", 9000), 0);
	EXPECT_EQ(set("rto_min", 300), 0);
	EXPECT_EQ(set("rto_initial", 700), 0);
	EXPECT_EQ(set("outgoing_streams", 3), 0);
	EXPECT_EQ(set("incoming_streams", 4), 0);
	EXPECT_EQ(set("init_rtx_max", 5), 0);
	EXPECT_EQ(set("init_rto_max", 6000), 0);
	int new = open_socket(BSD_SOCK_SEQPACKET);
	EXPECT_EQ(option(new, SOL_SOCKET_, SO_SNDBUF_), 50000);
	EXPECT_EQ(option(new, SOL_SOCKET_, SO_RCVBUF_), 60000);
	EXPECT_EQ(bsd_getsockopt(new, IPPROTO_SCTP, SCTP_RTOINFO, &rto, &length), 0);
	EXPECT(rto.srto_max == 9000 && rto.srto_min == 300 && rto.srto_initial == 700);
	length = sizeof(init);
	EXPECT_EQ(bsd_getsockopt(new, IPPROTO_SCTP, SCTP_INITMSG, &init, &length), 0);
	EXPECT(init.sinit_num_ostreams == 3 && init.sinit_max_instreams == 4);
	EXPECT(init.sinit_max_attempts == 5 && init.sinit_max_init_timeo == 6000);
	EXPECT_EQ(option(old, SOL_SOCKET_, SO_SNDBUF_), 233016);
	EXPECT_EQ(option(old, SOL_SOCKET_, SO_RCVBUF_), 233016);
	EXPECT_EQ(bsd_close(old), 0);
	EXPECT_EQ(bsd_close(new), 0);
	EXPECT_EQ(host_stop(), 0);
}

static void
connect_to_nobody(int fd)
{
	struct xnu_sockaddr_in peer = {sizeof(peer), XNU_AF_INET, 0x0700, 0x020200c0, ""};

	EXPECT_EQ(bsd_connect(fd, (struct xnu_sockaddr *)&peer, sizeof(peer)), -XNU_EINPROGRESS);
}

static uint32_t
number(size_t at, size_t bytes)
{
	uint32_t value = 0;

	for (size_t i = 0; i < bytes; i++)
		value = value << 8 | packet[at + i];
	return value;
}

/* Whether the INIT has the parameter ECN Capable, 0x8000. */
static bool
init_offers_ecn(void)
{
	size_t end = 12 + number(14, 2);

	for (size_t at = 32; at < end; at += (number(at + 2, 2) + 3) & ~3u)
		if (number(at, 2) == 0x8000)
			return true;
	return false;
}

/* The offsets are those of RFC 9260 section 3.3.2. */
TEST(variables_show_in_the_init)
{
	start(false);
	int fd = open_socket(BSD_SOCK_STREAM);
	connect_to_nobody(fd);
	host_settle();
	EXPECT_EQ(packet[12], 1);
	EXPECT_EQ(number(20, 4), 233016);
	EXPECT_EQ(number(24, 4), 10 << 16 | 2048);
	EXPECT(init_offers_ecn());
	EXPECT_EQ(bsd_close(fd), 0);
	EXPECT_EQ(set("recvspace", 77777), 0);
	EXPECT_EQ(set("outgoing_streams", 20), 0);
	EXPECT_EQ(set("incoming_streams", 30), 0);
	EXPECT_EQ(set("ecn_enable", 0), 0);
	fd = open_socket(BSD_SOCK_STREAM);
	connect_to_nobody(fd);
	host_settle();
	EXPECT_EQ(number(20, 4), 77777);
	EXPECT_EQ(number(24, 4), 20 << 16 | 30);
	EXPECT(!init_offers_ecn());
	EXPECT_EQ(bsd_close(fd), 0);
	EXPECT_EQ(host_stop(), 0);
}

static void *
stop_host(void *result)
{
	*(int *)result = host_stop();
	return NULL;
}

/* The kext sleeps before it stops, so time must go on. */
static void
stop_in_virtual_time(void)
{
	pthread_t thread;
	int result = -2;

	EXPECT_EQ(pthread_create(&thread, NULL, stop_host, &result), 0);
	while (pthread_tryjoin_np(thread, NULL) != 0)
		host_clock_advance(STEP);
	EXPECT_EQ(result, 0);
}

/* INITs 400, 800, 1000, 1000 and 1000 ms after each other, and then no more. */
TEST(variables_time_the_inits)
{
	start(true);
	EXPECT_EQ(set("rto_initial", 400), 0);
	EXPECT_EQ(set("rto_min", 100), 0);
	EXPECT_EQ(set("init_rto_max", 1000), 0);
	EXPECT_EQ(set("init_rtx_max", 4), 0);
	int fd = open_socket(BSD_SOCK_STREAM);
	connect_to_nobody(fd);
	host_settle();
	EXPECT_EQ(packets, 1);
	const unsigned waits[] = {400, 800, 1000, 1000};
	for (unsigned i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
		host_clock_advance(waits[i] * UINT64_C(1000000) - 1000);
		EXPECT_EQ(packets, i + 1);
		host_clock_advance(1000);
		EXPECT_EQ(packets, i + 2);
	}
	host_clock_advance(UINT64_C(60000000000));
	EXPECT_EQ(packets, 5);
	EXPECT_EQ(option(fd, SOL_SOCKET_, 0x1007), XNU_ETIMEDOUT);
	EXPECT_EQ(bsd_close(fd), 0);
	stop_in_virtual_time();
}

/* A read while others set: every value is one that was set. */
static void *
set_for_a_while(void *unused)
{
	(void)unused;
	for (unsigned i = 0; i < 2000; i++)
		EXPECT_EQ(set("sendspace", 1000 + i % 7), 0);
	return NULL;
}

TEST(variables_are_set_and_read_at_the_same_time)
{
	pthread_t threads[3];

	start(false);
	EXPECT_EQ(set("sendspace", 1000), 0);
	for (int i = 0; i < 3; i++)
		EXPECT_EQ(pthread_create(&threads[i], NULL, set_for_a_while, NULL), 0);
	for (int i = 0; i < 2000; i++)
		EXPECT(get("sendspace") - 1000 < 7);
	for (int i = 0; i < 3; i++)
		EXPECT_EQ(pthread_join(threads[i], NULL), 0);
	EXPECT_EQ(host_stop(), 0);
}
