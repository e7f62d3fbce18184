/* Options of the levels IPPROTO_IP and IPPROTO_IPV6, seen in the packets that leave. */
#include "options.h"

enum { SOL_IP_ = 0, SOL_IPV6_ = 41, TOS = 3, TTL = 4, TCLASS = 36, HOPS = 4, RECVDSTADDR = 7 };
/* Where they stand in a header. */
enum { IPV4_TOS = 1, IPV4_TTL = 8, IPV6_HOP_LIMIT = 7 };

static unsigned char wire[2048];
static unsigned packets;

/* The last packet that left this host. */
static void
keep(void *context, const void *packet, size_t length)
{
	(void)context;
	packets++;
	memcpy(wire, packet, length < sizeof(wire) ? length : sizeof(wire));
}

static void
start_kext_with_a_wire(void)
{
	host_memory_link_addresses("192.0.2.1/24,2001:db8::1/64", 1500);
	host_memory_link_attach(keep, NULL);
	start_kext();
}

struct row {
	int level, name;
	int value, error, got;
};

static int
set_int(int fd, int level, int name, int value)
{
	return bsd_setsockopt(fd, level, name, &value, sizeof(value));
}

static int
get_int(int fd, int level, int name)
{
	int value = -1;
	uint32_t length = sizeof(value);

	EXPECT_EQ(bsd_getsockopt(fd, level, name, &value, &length), 0);
	EXPECT_EQ(length, sizeof(value));
	return value;
}

static void
check_rows(int family, const struct row *rows, size_t count)
{
	int value = 1;
	uint32_t length;
	int fd;

	start_kext();
	fd = bsd_socket(family, BSD_SOCK_SEQPACKET, IPPROTO_SCTP);
	for (size_t i = 0; i < count; i++) {
		int before = get_int(fd, rows[i].level, rows[i].name);

		if (set_int(fd, rows[i].level, rows[i].name, rows[i].value) != -rows[i].error)
			FAIL("level %d option %d value %d", rows[i].level, rows[i].name, rows[i].value);
		EXPECT_EQ(get_int(fd, rows[i].level, rows[i].name), rows[i].error ? before : rows[i].got);
		EXPECT_EQ(bsd_setsockopt(fd, rows[i].level, rows[i].name, &value, 3), -XNU_EINVAL);
		EXPECT_EQ(bsd_setsockopt(fd, rows[i].level, rows[i].name, NULL, 0), -XNU_EINVAL);
		EXPECT_EQ(bsd_setsockopt(fd, rows[i].level, rows[i].name, NULL, 4), -XNU_EFAULT);
		/* As the kernel's own: what there is room for. */
		length = 1;
		EXPECT_EQ(bsd_getsockopt(fd, rows[i].level, rows[i].name, &value, &length), 0);
		EXPECT_EQ(length, 1);
	}
	EXPECT_EQ(bsd_close(fd), 0);
	stop_kext();
}

static const struct row v4_rows[] = {
    {SOL_IP_, TOS, 0xb8, 0, 0xb8},      {SOL_IP_, TOS, 0, 0, 0},           {SOL_IP_, TOS, 255, 0, 255},
    {SOL_IP_, TOS, 256, XNU_EINVAL, 0}, {SOL_IP_, TOS, -1, XNU_EINVAL, 0}, {SOL_IP_, TTL, 1, 0, 1},
    {SOL_IP_, TTL, 255, 0, 255},        {SOL_IP_, TTL, 0, XNU_EINVAL, 0},  {SOL_IP_, TTL, 256, XNU_EINVAL, 0},
    {SOL_IP_, TTL, -1, XNU_EINVAL, 0},
};

/* -1: the usual value (RFC 3493 section 5.1, RFC 3542 section 6.5). */
static const struct row v6_rows[] = {
    {SOL_IPV6_, TCLASS, 0xb8, 0, 0xb8},
    {SOL_IPV6_, TCLASS, -1, 0, 0},
    {SOL_IPV6_, TCLASS, 256, XNU_EINVAL, 0},
    {SOL_IPV6_, TCLASS, -2, XNU_EINVAL, 0},
    {SOL_IPV6_, HOPS, 7, 0, 7},
    {SOL_IPV6_, HOPS, 0, 0, 0},
    {SOL_IPV6_, HOPS, -1, 0, 64},
    {SOL_IPV6_, HOPS, 256, XNU_EINVAL, 0},
    {SOL_IPV6_, HOPS, -2, XNU_EINVAL, 0},
};

TEST(option_IP_TOS_and_IP_TTL)
{
	check_rows(XNU_AF_INET, v4_rows, sizeof(v4_rows) / sizeof(v4_rows[0]));
}

TEST(option_IPV6_TCLASS_and_IPV6_UNICAST_HOPS)
{
	check_rows(XNU_AF_INET6, v6_rows, sizeof(v6_rows) / sizeof(v6_rows[0]));
}

/* It has IPv4 peers. */
TEST(option_IP_TOS_and_IP_TTL_of_an_IPv6_socket)
{
	check_rows(XNU_AF_INET6, v4_rows, sizeof(v4_rows) / sizeof(v4_rows[0]));
}

TEST(options_of_IP_that_are_not_there)
{
	static const int levels[] = {SOL_IP_, SOL_IPV6_, 6, 17, -1};
	uint32_t value = 1, length = sizeof(value);
	int fd;

	start_kext();
	fd = open_socket(BSD_SOCK_STREAM);
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		EXPECT_EQ(set_int(fd, levels[i], RECVDSTADDR, 1), -XNU_ENOPROTOOPT);
		EXPECT_EQ(bsd_getsockopt(fd, levels[i], RECVDSTADDR, &value, &length), -XNU_ENOPROTOOPT);
	}
	EXPECT_EQ(set_int(fd, SOL_IPV6_, TCLASS, 1), -XNU_ENOPROTOOPT);
	EXPECT_EQ(set_int(fd, SOL_IPV6_, 27, 0), -XNU_ENOPROTOOPT);
	EXPECT_EQ(bsd_close(fd), 0);
	stop_kext();
}

/* The INIT to a host that is not there is what leaves. */
static void
send_init(int fd, const void *name, uint32_t length)
{
	unsigned before = packets;

	EXPECT_EQ(bsd_fcntl(fd, BSD_F_SETFL, BSD_O_NONBLOCK), 0);
	EXPECT_EQ(bsd_connect(fd, name, length), -XNU_EINPROGRESS);
	host_settle();
	EXPECT(packets > before);
}

TEST(option_IP_TOS_and_IP_TTL_are_in_packets)
{
	struct xnu_sockaddr_in name = {sizeof(name), XNU_AF_INET, 0x581b, 0x090200c0, ""};
	int fd;

	start_kext_with_a_wire();
	fd = open_socket(BSD_SOCK_STREAM);
	/* The two bits of ECN are not the program's. */
	EXPECT_EQ(set_int(fd, SOL_IP_, TOS, 0xbb), 0);
	EXPECT_EQ(set_int(fd, SOL_IP_, TTL, 9), 0);
	send_init(fd, &name, sizeof(name));
	EXPECT_EQ(wire[0] >> 4, 4);
	EXPECT_EQ(wire[IPV4_TOS] & 0xfc, 0xb8);
	EXPECT_EQ(wire[IPV4_TTL], 9);
	EXPECT_EQ(bsd_close(fd), 0);
	stop_kext();
}

TEST(option_IPV6_TCLASS_and_IPV6_UNICAST_HOPS_are_in_packets)
{
	struct xnu_sockaddr_in6 name = {.sin6_len = sizeof(name),
					.sin6_family = XNU_AF_INET6,
					.sin6_port = 0x581b,
					.sin6_addr = {0x20, 1, 0xd, 0xb8, [15] = 9}};
	int fd;

	start_kext_with_a_wire();
	fd = bsd_socket(XNU_AF_INET6, BSD_SOCK_STREAM, IPPROTO_SCTP);
	EXPECT_EQ(set_int(fd, SOL_IPV6_, TCLASS, 0xb8), 0);
	EXPECT_EQ(set_int(fd, SOL_IPV6_, HOPS, 9), 0);
	send_init(fd, &name, sizeof(name));
	EXPECT_EQ(wire[0] >> 4, 6);
	EXPECT_EQ((wire[0] << 4 | wire[1] >> 4) & 0xfc, 0xb8);
	EXPECT_EQ(wire[IPV6_HOP_LIMIT], 9);
	EXPECT_EQ(bsd_close(fd), 0);
	stop_kext();
}

/* What a listener has, the sockets of its associations have; a later set is theirs alone. */
TEST(option_IP_TOS_is_inherited_by_accepted_sockets)
{
	int head, near, far;

	start_kext();
	head = open_listener(BSD_SOCK_STREAM, SERVER_PORT);
	EXPECT_EQ(set_int(head, SOL_IP_, TOS, 0x40), 0);
	near = open_socket(BSD_SOCK_STREAM);
	connect_to(near, SERVER_PORT);
	far = bsd_accept(head, NULL, NULL);
	EXPECT_EQ(get_int(far, SOL_IP_, TOS), 0x40);
	EXPECT_EQ(set_int(far, SOL_IP_, TOS, 0x20), 0);
	EXPECT_EQ(get_int(far, SOL_IP_, TOS), 0x20);
	EXPECT_EQ(get_int(head, SOL_IP_, TOS), 0x40);
	EXPECT_EQ(bsd_close(far), 0);
	EXPECT_EQ(bsd_close(near), 0);
	EXPECT_EQ(bsd_close(head), 0);
	stop_kext();
}
