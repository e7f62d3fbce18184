/*
 * The built kext when allocations fail: whatever fails, nothing crashes, and when it stops nothing is left.
 * Time is virtual, so that lost packets cost none.
 */
#include "harness.h"
#include "../bsd/syscalls.h"

#include <netinet/sctp.h>
#include <pthread.h>
#include <stdlib.h>

enum {
	SCTP = 132,
	EVENTS = 0xc, /* SCTP_EVENTS */
	CONNECT_X = 0x8007,
	F_SETFL_ = 4,
	O_NONBLOCK_ = 4,
	DONTWAIT = 0x80,
	MESSAGES = 20,
	STEPS = 200
};
#define STEP UINT64_C(100000000)

static char error[256];
static struct sctpstat stats;

static void
start(void)
{
	const char *built = getenv("SCTP_TEST_KEXT");

	if (built == NULL || *built == '\0')
		SKIP("no KEXT= given");
	host_clock_set_virtual(true);
	if (host_start(built, error, sizeof(error)) != 0)
		FAIL("%s", error);
}

static void *
stop_host(void *result)
{
	*(int *)result = host_stop();
	return NULL;
}

/* The kext sleeps before it stops, so time must go on. */
static void
stop(void)
{
	pthread_t thread;
	int result = -2;

	EXPECT_EQ(pthread_create(&thread, NULL, stop_host, &result), 0);
	while (pthread_tryjoin_np(thread, NULL) != 0)
		host_clock_advance(STEP);
	EXPECT_EQ(result, 0);
	EXPECT_EQ(host_memory_report(), 0);
	EXPECT_EQ(host_mbuf_live(), 0);
}

static struct xnu_sockaddr_in
name_of(unsigned port)
{
	return (struct xnu_sockaddr_in){sizeof(struct xnu_sockaddr_in), XNU_AF_INET,
					(uint16_t)(port << 8 | port >> 8), 0x0100007f, ""};
}

/* -1 if memory was short. */
static int
open_socket(int type)
{
	int fd = bsd_socket(XNU_AF_INET, type, SCTP);

	if (fd >= 0)
		EXPECT_EQ(bsd_fcntl(fd, F_SETFL_, O_NONBLOCK_), 0);
	return fd < 0 ? -1 : fd;
}

static int
listener(int type, unsigned port)
{
	struct xnu_sockaddr_in name = name_of(port);
	int fd = open_socket(type);

	if (fd >= 0 && bsd_bind(fd, (struct xnu_sockaddr *)&name, sizeof(name)) == 0 &&
	    bsd_listen(fd, 5) == 0)
		return fd;
	if (fd >= 0)
		EXPECT_EQ(bsd_close(fd), 0);
	return -1;
}

static void
close_all(const int *fds, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (fds[i] >= 0)
			EXPECT_EQ(bsd_close(fds[i]), 0);
}

/* Subscribes to every notification there is, if memory allows. */
static void
hear_of_all(int fd)
{
	char events[11];

	memset(events, 1, sizeof(events));
	if (fd >= 0)
		(void)bsd_setsockopt(fd, SCTP, EVENTS, events, sizeof(events));
}

/* Messages from one socket of many associations to another; how many came. */
static unsigned
exchange_messages(unsigned port)
{
	static char data[3000];
	struct xnu_sockaddr_in name = name_of(port);
	int fds[2] = {listener(BSD_SOCK_SEQPACKET, port), open_socket(BSD_SOCK_SEQPACKET)};
	unsigned sent = 0, came = 0;

	hear_of_all(fds[0]);
	hear_of_all(fds[1]);
	for (unsigned step = 0; step < STEPS && fds[0] >= 0 && fds[1] >= 0 && came < MESSAGES; step++) {
		int64_t length;

		if (sent < MESSAGES && bsd_sendto(fds[1], data, sizeof(data), DONTWAIT,
						  (struct xnu_sockaddr *)&name, sizeof(name)) == sizeof(data))
			sent++;
		host_clock_advance(STEP);
		while ((length = bsd_recvfrom(fds[0], data, sizeof(data), DONTWAIT, NULL, NULL)) > 0)
			came += length == sizeof(data);
		while (bsd_recvfrom(fds[1], data, sizeof(data), DONTWAIT, NULL, NULL) > 0)
			;
	}
	close_all(fds, 2);
	host_clock_advance(10 * STEP);
	return came;
}

/* By connect() or, at even ports, by sctp_connectx with a second address, where nobody is. */
static void
call(int fd, unsigned port)
{
	struct {
		int32_t count;
		struct xnu_sockaddr_in names[2];
	} list = {2, {name_of(port), name_of(port)}};

	list.names[1].sin_addr = 0x0900007f;
	if (port % 2 == 0)
		(void)bsd_setsockopt(fd, SCTP, CONNECT_X, &list, sizeof(list));
	else
		(void)bsd_connect(fd, (struct xnu_sockaddr *)&list.names[0], sizeof(list.names[0]));
}

/* Bytes over a connection that the worker makes a socket for; how many came. */
static unsigned
exchange_bytes(unsigned port)
{
	static char data[1000];
	int fds[3] = {listener(BSD_SOCK_STREAM, port), open_socket(BSD_SOCK_STREAM), -1};
	unsigned sent = 0, came = 0;

	for (unsigned step = 0; step < STEPS && fds[0] >= 0 && fds[1] >= 0 && came < MESSAGES * sizeof(data);
	     step++) {
		int64_t length;

		call(fds[1], port);
		host_clock_advance(STEP);
		if (fds[2] < 0) {
			fds[2] = bsd_accept(fds[0], NULL, NULL);
			continue;
		}
		if (sent < MESSAGES &&
		    bsd_sendto(fds[1], data, sizeof(data), DONTWAIT | 0x80000, NULL, 0) > 0)
			sent++;
		host_clock_advance(STEP);
		while ((length = bsd_recvfrom(fds[2], data, sizeof(data), DONTWAIT, NULL, NULL)) > 0)
			came += (unsigned)length;
	}
	close_all(fds, 3);
	host_clock_advance(10 * STEP);
	return came;
}

/* Every nth fails, for many n: the failures come at ever other places. Where they are rare, data arrives. */
static void
run(void (*fail_every)(uint64_t n))
{
	unsigned arrived = 0;

	start();
	for (unsigned n = 2; n <= 50; n++) {
		unsigned messages, bytes;

		fail_every(n);
		messages = exchange_messages(1000 + n);
		bytes = exchange_bytes(2000 + n);
		fail_every(0);
		arrived += (messages == MESSAGES) + (bytes == MESSAGES * 1000);
	}
	EXPECT(arrived >= 49);
	/* It has taken no harm. */
	EXPECT_EQ(exchange_messages(3000), MESSAGES);
	EXPECT_EQ(exchange_bytes(3001), MESSAGES * 1000);
	EXPECT_EQ(exchange_bytes(3002), MESSAGES * 1000);
	size_t length = sizeof(stats);
	EXPECT_EQ(host_sysctl("net.sctp.stats", &stats, &length, NULL, 0), 0);
	stop();
}

TEST_LIMIT(kext_lives_with_failing_allocations, 120)
{
	struct host_memory memory;

	run(host_memory_fail_every);
	host_memory_count(NULL, &memory);
	/* Each of the 49 rounds has had some, however few allocations the kext makes. */
	EXPECT(memory.failed > 2 * 49);
	/* What was dropped for it is counted. */
	EXPECT(stats.sctps_nomem > 0);
}

TEST_LIMIT(kext_lives_with_failing_mbufs, 120)
{
	run(host_mbuf_fail_every);
}
