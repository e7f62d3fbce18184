/* net.sctp.stats of the built kext, counted by real traffic over this host's own address. */
#include "harness.h"
#include "../bsd/syscalls.h"

#include <netinet/sctp.h>
#include <stdlib.h>
#include <unistd.h>

enum { SCTP = 132, MESSAGES = 5 };

static char error[256];

static void
start(void)
{
	const char *built = getenv("SCTP_TEST_KEXT");

	if (built == NULL || *built == '\0')
		SKIP("no KEXT= given");
	host_memory_link_addresses("192.0.2.1", 1500);
	if (host_start(built, error, sizeof(error)) != 0)
		FAIL("%s", error);
}

static struct sctpstat
read_stats(void)
{
	struct sctpstat stats;
	size_t length = sizeof(stats);

	EXPECT_EQ(host_sysctl("net.sctp.stats", &stats, &length, NULL, 0), 0);
	EXPECT_EQ(length, sizeof(stats));
	return stats;
}

static struct xnu_sockaddr_in
own(uint16_t port)
{
	return (struct xnu_sockaddr_in){sizeof(struct xnu_sockaddr_in), XNU_AF_INET,
					(uint16_t)(port << 8 | port >> 8), 0x010200c0, ""};
}

static int
listener(uint16_t port)
{
	struct xnu_sockaddr_in name = own(port);
	int fd = bsd_socket(XNU_AF_INET, BSD_SOCK_SEQPACKET, SCTP);

	EXPECT(fd >= 0);
	EXPECT_EQ(bsd_bind(fd, (struct xnu_sockaddr *)&name, sizeof(name)), 0);
	EXPECT_EQ(bsd_listen(fd, 1), 0);
	return fd;
}

/* Messages of 10, 2010, 4010 ... bytes, which are read. */
static void
exchange(int from, int to, uint16_t port)
{
	static char data[10000];
	struct xnu_sockaddr_in name = own(port);

	for (size_t i = 0; i < MESSAGES; i++) {
		size_t length = 10 + 2000 * i;

		EXPECT_EQ(bsd_sendto(from, data, length, 0, (struct xnu_sockaddr *)&name, sizeof(name)),
			  (int64_t)length);
		EXPECT_EQ(bsd_recvfrom(to, data, sizeof(data), 0, NULL, NULL), (int64_t)length);
	}
	host_settle();
}

TEST(stats_count_an_exchange)
{
	start();
	struct sctpstat before = read_stats();
	EXPECT_EQ(before.sctps_inpackets + before.sctps_outpackets + before.sctps_currestab, 0);
	int server = listener(5000), client = bsd_socket(XNU_AF_INET, BSD_SOCK_SEQPACKET, SCTP);
	exchange(client, server, 5000);
	struct sctpstat stats = read_stats();
	/* Both ends are here: what goes out comes in. */
	EXPECT_EQ(stats.sctps_currestab, 2);
	EXPECT_EQ(stats.sctps_activeestab, 1);
	EXPECT_EQ(stats.sctps_passiveestab, 1);
	EXPECT_EQ(stats.sctps_outpackets, stats.sctps_inpackets);
	EXPECT_EQ(stats.sctps_outcontrolchunks, stats.sctps_incontrolchunks);
	EXPECT_EQ(stats.sctps_sendsacks, stats.sctps_recvsacks);
	EXPECT_EQ(stats.sctps_outorderchunks, stats.sctps_inorderchunks);
	EXPECT_EQ(stats.sctps_recvdata, stats.sctps_inorderchunks);
	EXPECT(stats.sctps_inorderchunks > MESSAGES && stats.sctps_recvsacks > 0);
	EXPECT_EQ(stats.sctps_fragusrmsgs, MESSAGES - 1);
	EXPECT_EQ(stats.sctps_reasmusrmsgs, MESSAGES - 1);
	EXPECT_EQ(stats.sctps_inunorderchunks + stats.sctps_checksumerrors + stats.sctps_outoftheblue, 0);
	EXPECT_EQ(bsd_close(client), 0);
	host_settle();
	stats = read_stats();
	EXPECT_EQ(stats.sctps_currestab, 0);
	EXPECT_EQ(stats.sctps_shutdown, 2);
	EXPECT_EQ(bsd_close(server), 0);
	EXPECT_EQ(host_stop(), 0);
}

TEST(stats_are_set_back_by_zeros_alone)
{
	struct sctpstat stats, zeros = {0}, other = {.sctps_badsum = 1};
	size_t length = sizeof(stats);

	start();
	int server = listener(5000), client = bsd_socket(XNU_AF_INET, BSD_SOCK_SEQPACKET, SCTP);
	exchange(client, server, 5000);
	EXPECT_EQ(host_sysctl("net.sctp.stats", NULL, NULL, &other, sizeof(other)), XNU_EINVAL);
	EXPECT_EQ(host_sysctl("net.sctp.stats", NULL, NULL, &zeros, sizeof(zeros) - 4), XNU_EINVAL);
	EXPECT(read_stats().sctps_inpackets > 0);
	EXPECT_EQ(host_sysctl("net.sctp.stats", &stats, &length, &zeros, sizeof(zeros)), 0);
	EXPECT(stats.sctps_inpackets > 0 && stats.sctps_discontinuitytime.tv_sec == 0);
	stats = read_stats();
	EXPECT_EQ(stats.sctps_inpackets + stats.sctps_activeestab, 0);
	EXPECT_EQ(stats.sctps_currestab, 2);
	EXPECT(stats.sctps_discontinuitytime.tv_sec + stats.sctps_discontinuitytime.tv_usec > 0);
	EXPECT_EQ(bsd_close(client), 0);
	EXPECT_EQ(bsd_close(server), 0);
	EXPECT_EQ(host_stop(), 0);
}

TEST(stats_need_their_room_and_are_set_back_by_root_alone)
{
	struct sctpstat stats, zeros = {0};
	size_t length = sizeof(stats) - 1;

	start();
	EXPECT_EQ(host_sysctl("net.sctp.stats", &stats, &length, NULL, 0), XNU_ENOMEM);
	EXPECT_EQ(length, 0);
	EXPECT_EQ(host_sysctl("net.sctp.stats", NULL, &length, NULL, 0), 0);
	EXPECT_EQ(length, sizeof(stats));
	if (geteuid() == 0) {
		EXPECT_EQ(seteuid(65534), 0);
		EXPECT_EQ(host_sysctl("net.sctp.stats", NULL, NULL, &zeros, sizeof(zeros)), XNU_EPERM);
		(void)read_stats();
		EXPECT_EQ(seteuid(0), 0);
	}
	EXPECT_EQ(host_stop(), 0);
}

/* An IPv4 packet from 192.0.2.2 with this many zeros behind the header. */
static void
inject_zeros(size_t length)
{
	unsigned char packet[100] = {
	    0x45, 0, 0, (unsigned char)(20 + length), 0, 1, 0, 0, 64, SCTP, 0, 0, 192, 0, 2, 2, 192, 0, 2, 1};
	uint32_t sum = 0;

	for (int i = 0; i < 20; i += 2)
		sum += (uint32_t)(packet[i] << 8 | packet[i + 1]);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = ~((sum & 0xffff) + (sum >> 16));
	packet[10] = (unsigned char)(sum >> 8);
	packet[11] = (unsigned char)sum;
	host_link_inject(packet, 20 + length);
	host_settle();
}

TEST(stats_count_what_is_dropped_at_the_door)
{
	start();
	for (size_t length = 0; length < 12; length++) {
		inject_zeros(length);
		EXPECT_EQ(read_stats().sctps_hdrops, length + 1);
	}
	inject_zeros(12);
	EXPECT_EQ(read_stats().sctps_checksumerrors, 1);
	EXPECT_EQ(read_stats().sctps_badsum, 1);
	struct sctpstat stats = read_stats();
	EXPECT_EQ(stats.sctps_inpackets, 13);
	EXPECT_EQ(stats.sctps_outpackets, 0);
	EXPECT_EQ(host_stop(), 0);
}
