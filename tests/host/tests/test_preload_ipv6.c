/* Plain Linux programs on the built kext, over IPv6. */
#include <arpa/inet.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <netinet/sctp.h>

#include "program.h"

enum { PORT = 7000, BYTES = 50000 };

static struct sockaddr_in6
name_of(const char *text)
{
	struct sockaddr_in6 name = {.sin6_family = AF_INET6, .sin6_port = htons(PORT)};
	NEED(inet_pton(AF_INET6, text, &name.sin6_addr) == 1);
	return name;
}

static int
open_socket(int type)
{
	int fd = socket(AF_INET6, type, IPPROTO_SCTP);
	NEED(fd >= 0);
	return fd;
}

static int
listener(int type, const char *text)
{
	struct sockaddr_in6 name = name_of(text);
	int fd = open_socket(type);
	NEED(bind(fd, (struct sockaddr *)&name, sizeof(name)) == 0);
	NEED(listen(fd, 5) == 0);
	return fd;
}

static void
expect_name(const struct sockaddr_in6 *name, socklen_t length, const char *text)
{
	struct sockaddr_in6 wanted = name_of(text);
	NEED(length == sizeof(*name) && name->sin6_family == AF_INET6);
	NEED(!memcmp(&name->sin6_addr, &wanted.sin6_addr, sizeof(wanted.sin6_addr)));
}

static void
need_connect(int fd, const struct sockaddr_in6 *name)
{
	NEED(connect(fd, (const struct sockaddr *)name, sizeof(*name)) == 0);
}

static void
send_all(int fd)
{
	static char sent[BYTES];
	memset(sent, 'x', sizeof(sent));
	NEED(write(fd, sent, sizeof(sent)) == sizeof(sent));
}

static void
receive_all(int fd)
{
	static char seen[BYTES];
	for (size_t got = 0; got < sizeof(seen);) {
		ssize_t now = read(fd, seen, sizeof(seen) - got);
		NEED(now > 0);
		for (ssize_t i = 0; i < now; i++)
			NEED(seen[i] == 'x');
		got += (size_t)now;
	}
}

static void
stream(void)
{
	struct sockaddr_in6 to = name_of("::1"), name;
	socklen_t length = sizeof(name);
	int head = listener(SOCK_STREAM, "::1"), near = open_socket(SOCK_STREAM);
	need_connect(near, &to);
	int far = accept(head, (struct sockaddr *)&name, &length);
	NEED(far >= 0);
	expect_name(&name, length, "::1");
	length = sizeof(name);
	NEED(getpeername(near, (struct sockaddr *)&name, &length) == 0);
	expect_name(&name, length, "::1");
	NEED(name.sin6_port == htons(PORT));
	length = sizeof(name);
	NEED(getsockname(head, (struct sockaddr *)&name, &length) == 0);
	expect_name(&name, length, "::1");
	send_all(near);
	receive_all(far);
	NEED(shutdown(near, SHUT_WR) == 0 && read(far, &(char){0}, 1) == 0);
	NEED(close(far) == 0 && close(near) == 0 && close(head) == 0);
}

static void
one_to_many(void)
{
	char data[16];
	struct sockaddr_in6 to = name_of("::1"), from;
	socklen_t length = sizeof(from);
	int server = listener(SOCK_SEQPACKET, "::"), other = open_socket(SOCK_SEQPACKET);
	need_connect(other, &to);
	NEED(sendto(other, "hello", 5, 0, (struct sockaddr *)&to, sizeof(to)) == 5);
	NEED(recvfrom(server, data, sizeof(data), 0, (struct sockaddr *)&from, &length) == 5);
	NEED(!memcmp(data, "hello", 5));
	expect_name(&from, length, "::1");
}

/* A socket of AF_INET6 and one of AF_INET; the first accepts the second. */
static int
accept_ipv4(bool want_mapped, int *near, struct sockaddr_in6 *peer, socklen_t *length)
{
	struct sockaddr_in to = {
	    .sin_family = AF_INET, .sin_port = htons(PORT), .sin_addr = {htonl(INADDR_LOOPBACK)}};
	int on = want_mapped, head = listener(SOCK_STREAM, "::");
	*near = socket(AF_INET, SOCK_STREAM, IPPROTO_SCTP);
	NEED(setsockopt(head, IPPROTO_SCTP, SCTP_I_WANT_MAPPED_V4_ADDR, &on, sizeof(on)) == 0);
	NEED(connect(*near, (struct sockaddr *)&to, sizeof(to)) == 0);
	int far = accept(head, (struct sockaddr *)peer, length);
	NEED(far >= 0);
	return far;
}

static void
mapped(void)
{
	struct sockaddr_in6 name;
	struct sctp_status status = {0};
	socklen_t length = sizeof(name);
	int near, far = accept_ipv4(true, &near, &name, &length);
	expect_name(&name, length, "::ffff:127.0.0.1");
	length = sizeof(status);
	NEED(getsockopt(far, IPPROTO_SCTP, SCTP_STATUS, &status, &length) == 0);
	NEED(status.sstat_primary.spinfo_address.ss_family == AF_INET6);
	send_all(near);
	receive_all(far);
}

/* RFC 6458 section 8.1.15: the default. */
static void
unmapped(void)
{
	struct sockaddr_in6 name;
	struct sockaddr_in *plain = (struct sockaddr_in *)&name;
	socklen_t length = sizeof(name);
	int near, far = accept_ipv4(false, &near, &name, &length);
	NEED(length == sizeof(*plain) && plain->sin_family == AF_INET);
	NEED(plain->sin_addr.s_addr == htonl(INADDR_LOOPBACK));
	length = sizeof(name);
	NEED(getsockname(far, (struct sockaddr *)&name, &length) == 0);
	NEED(length == sizeof(*plain) && plain->sin_family == AF_INET && plain->sin_port == htons(PORT));
}

static void
refusals(void)
{
	struct sockaddr_in6 nobodys = name_of("2001:db8::77"), mapped_too = name_of("::ffff:192.0.2.77");
	struct sockaddr_in in4 = {.sin_family = AF_INET};
	int on = 1, off = 0, fd = open_socket(SOCK_STREAM), fd4 = socket(AF_INET, SOCK_STREAM, IPPROTO_SCTP);
	socklen_t length = sizeof(on);
	NEED(bind(fd, (struct sockaddr *)&nobodys, sizeof(nobodys)) == -1 && errno == EADDRNOTAVAIL);
	NEED(bind(fd, (struct sockaddr *)&mapped_too, sizeof(mapped_too)) == -1 && errno == EADDRNOTAVAIL);
	NEED(bind(fd, (struct sockaddr *)&nobodys, sizeof(in4)) == -1 && errno == EINVAL);
	NEED(bind(fd4, (struct sockaddr *)&nobodys, sizeof(nobodys)) == -1 && errno == EAFNOSUPPORT);
	in4.sin_addr.s_addr = htonl(0x7f000099);
	NEED(bind(fd4, (struct sockaddr *)&in4, sizeof(in4)) == -1 && errno == EADDRNOTAVAIL);
	NEED(setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off)) == 0);
	NEED(setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) == 0);
	NEED(getsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, &length) == 0 && off == 1);
}

static void
serve(void)
{
	struct sockaddr_in6 name;
	socklen_t length = sizeof(name);
	int head = listener(SOCK_STREAM, "::");
	int far = accept(head, (struct sockaddr *)&name, &length);
	NEED(far >= 0);
	expect_name(&name, length, "2001:db8::2");
	receive_all(far);
	send_all(far);
	NEED(read(far, &(char){0}, 1) == 0);
}

static void
ask(void)
{
	struct sockaddr_in6 to = name_of("2001:db8::1"), name;
	socklen_t length = sizeof(name);
	int fd = open_socket(SOCK_STREAM);
	usleep(300000);
	need_connect(fd, &to);
	NEED(getsockname(fd, (struct sockaddr *)&name, &length) == 0);
	NEED(name.sin6_family == AF_INET6 && name.sin6_port != 0);
	send_all(fd);
	receive_all(fd);
}

static void
link_local(void)
{
	struct sockaddr_in6 to = name_of("fe80::1"), name;
	socklen_t length = sizeof(name);
	int head = listener(SOCK_STREAM, "::"), near = open_socket(SOCK_STREAM), far;
	/* en0 is the second interface. */
	to.sin6_scope_id = 2;
	need_connect(near, &to);
	far = accept(head, (struct sockaddr *)&name, &length);
	NEED(far >= 0);
	expect_name(&name, length, "fe80::1");
	NEED(name.sin6_scope_id == 2);
	send_all(near);
	receive_all(far);
}

PROGRAMS({"stream", stream}, {"one_to_many", one_to_many}, {"mapped", mapped}, {"unmapped", unmapped},
	 {"refusals", refusals}, {"serve", serve}, {"ask", ask}, {"link_local", link_local})

TEST(kext_carries_a_stream_over_ipv6)
{
	run_program("stream");
}

TEST(kext_carries_messages_over_ipv6)
{
	run_program("one_to_many");
}

TEST(kext_shows_ipv4_peers_mapped_on_demand)
{
	run_program("mapped");
}

TEST(kext_shows_ipv4_peers_as_they_are)
{
	run_program("unmapped");
}

TEST(kext_refuses_what_is_not_this_hosts)
{
	run_program("refusals");
}

TEST(kext_carries_ipv6_from_host_to_host)
{
	static char said[2][65536];
	char link[512];
	snprintf(link, sizeof(link), "unix:%s", test_folder());
	struct running server = start_program("serve", link, "2001:db8::1");
	struct running client = start_program("ask", link, "2001:db8::2");
	EXPECT(!end_program(client, said[1], sizeof(said[1])));
	EXPECT(!end_program(server, said[0], sizeof(said[0])));
}

TEST(kext_carries_link_local_ipv6)
{
	static char text[65536];
	EXPECT(!end_program(start_program("link_local", "memory", "fe80::1/64"), text, sizeof(text)));
}

/* In a network of its own: other hosts on this machine's would answer too. */
TEST(kext_carries_ipv6_over_raw_sockets)
{
	static char text[65536];
	struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP};
	if (unshare(CLONE_NEWNET) != 0)
		SKIP("no network namespace without root");
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	EXPECT_EQ(ioctl(fd, SIOCSIFFLAGS, &lo), 0);
	close(fd);
	EXPECT(!end_program(start_program("stream", "raw", NULL), text, sizeof(text)));
}
