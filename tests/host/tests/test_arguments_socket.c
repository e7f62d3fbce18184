/* Wrong arguments of the calls on sockets and their names: a row each, with the errno that FreeBSD and macOS
 * give. */
#include "../bsd/names.h"
#include "options.h"

/* A name, and what a call says of it. */
struct naming {
	const char *what;
	struct xnu_sockaddr_in name;
	uint32_t length;
	int error;
};

#define NAME(family, port, address) {16, family, port, address, ""}
enum { PORT_7000 = 0x581b, PORT_80 = 0x5000, LOOPBACK = 0x0100007f, ELSEWHERE = 0x090200c0 };

static void
check_names_of(int (*call)(int, const struct xnu_sockaddr *, uint32_t), int type, const struct naming *rows,
	       size_t count)
{
	start_kext();
	for (size_t i = 0; i < count; i++) {
		int fd = open_socket(type);
		int result = call(fd, (const struct xnu_sockaddr *)&rows[i].name, rows[i].length);

		if (result != -rows[i].error)
			FAIL("%s: %d, not %d", rows[i].what, result, -rows[i].error);
		EXPECT_EQ(bsd_close(fd), 0);
	}
	stop_kext();
}

static const struct naming bind_rows[] = {
    {"short", NAME(XNU_AF_INET, PORT_7000, LOOPBACK), 15, XNU_EINVAL},
    {"nothing", NAME(XNU_AF_INET, PORT_7000, LOOPBACK), 0, XNU_EINVAL},
    {"too long", NAME(XNU_AF_INET, PORT_7000, LOOPBACK), 300, XNU_ENAMETOOLONG},
    {"another family", NAME(99, PORT_7000, LOOPBACK), 16, XNU_EAFNOSUPPORT},
    {"IPv6 on an IPv4 socket", NAME(XNU_AF_INET6, PORT_7000, LOOPBACK), 16, XNU_EAFNOSUPPORT},
    {"another host's address", NAME(XNU_AF_INET, PORT_7000, ELSEWHERE), 16, XNU_EADDRNOTAVAIL},
    {"good", NAME(XNU_AF_INET, PORT_7000, LOOPBACK), 16, 0},
    {"any port", NAME(XNU_AF_INET, 0, 0), 16, 0},
};

TEST(arguments_of_bind)
{
	check_names_of(bsd_bind, BSD_SOCK_STREAM, bind_rows, sizeof(bind_rows) / sizeof(bind_rows[0]));
}

TEST(arguments_of_bind_of_one_to_many_sockets)
{
	check_names_of(bsd_bind, BSD_SOCK_SEQPACKET, bind_rows, sizeof(bind_rows) / sizeof(bind_rows[0]));
}

TEST(bind_twice_and_what_is_taken)
{
	struct xnu_sockaddr_in name = name_of(SERVER_PORT), other = name_of(SERVER_PORT + 1);
	int fd, second;

	start_kext();
	fd = open_listener(BSD_SOCK_STREAM, SERVER_PORT);
	EXPECT_EQ(bsd_bind(fd, (struct xnu_sockaddr *)&other, sizeof(other)), -XNU_EINVAL);
	second = open_socket(BSD_SOCK_SEQPACKET);
	EXPECT_EQ(bsd_bind(second, (struct xnu_sockaddr *)&name, sizeof(name)), -XNU_EADDRINUSE);
	EXPECT_EQ(bsd_bind(second, NULL, 0), -XNU_EDESTADDRREQ);
	EXPECT_EQ(bsd_bind(-1, (struct xnu_sockaddr *)&name, sizeof(name)), -XNU_EBADF);
	EXPECT_EQ(bsd_close(second), 0);
	EXPECT_EQ(bsd_close(fd), 0);
	stop_kext();
}

static const struct naming connect_rows[] = {
    {"short", NAME(XNU_AF_INET, PORT_7000, LOOPBACK), 15, XNU_EINVAL},
    {"nothing", NAME(XNU_AF_INET, PORT_7000, LOOPBACK), 0, XNU_EINVAL},
    {"too long", NAME(XNU_AF_INET, PORT_7000, LOOPBACK), 300, XNU_ENAMETOOLONG},
    {"another family", NAME(99, PORT_7000, LOOPBACK), 16, XNU_EAFNOSUPPORT},
    {"no port", NAME(XNU_AF_INET, 0, LOOPBACK), 16, XNU_EINVAL},
    {"nobody listens", NAME(XNU_AF_INET, PORT_80, LOOPBACK), 16, XNU_ECONNREFUSED},
};

TEST(arguments_of_connect)
{
	check_names_of(bsd_connect, BSD_SOCK_STREAM, connect_rows,
		       sizeof(connect_rows) / sizeof(connect_rows[0]));
}

TEST(connect_where_it_may_not)
{
	struct xnu_sockaddr_in name = name_of(SERVER_PORT);
	int head;
	struct pair pair;

	start_kext();
	pair = open_pair();
	EXPECT_EQ(bsd_connect(pair.near, (struct xnu_sockaddr *)&name, sizeof(name)), -XNU_EISCONN);
	EXPECT_EQ(bsd_connect(pair.far, (struct xnu_sockaddr *)&name, sizeof(name)), -XNU_EISCONN);
	head = open_listener(BSD_SOCK_STREAM, SERVER_PORT + 1);
	EXPECT_EQ(bsd_connect(head, (struct xnu_sockaddr *)&name, sizeof(name)), -XNU_EOPNOTSUPP);
	EXPECT_EQ(bsd_connect(-1, (struct xnu_sockaddr *)&name, sizeof(name)), -XNU_EBADF);
	EXPECT_EQ(bsd_close(head), 0);
	close_pair(pair);
	stop_kext();
}

TEST(arguments_of_listen_and_accept)
{
	struct xnu_sockaddr_in name;
	uint32_t length = sizeof(name);
	struct pair pair;
	int fresh, many, head;

	start_kext();
	pair = open_pair();
	fresh = open_socket(BSD_SOCK_STREAM);
	many = open_listener(BSD_SOCK_SEQPACKET, SERVER_PORT + 1);
	EXPECT_EQ(bsd_listen(pair.near, 1), -XNU_EINVAL);
	EXPECT_EQ(bsd_listen(-1, 1), -XNU_EBADF);
	EXPECT_EQ(bsd_accept(fresh, NULL, NULL), -XNU_EINVAL);
	EXPECT_EQ(bsd_accept(pair.near, NULL, NULL), -XNU_EINVAL);
	/* RFC 6458 section 3.1.3: a one-to-many socket accepts nothing. */
	EXPECT(bsd_accept(many, NULL, NULL) < 0);
	EXPECT_EQ(bsd_accept(-1, NULL, NULL), -XNU_EBADF);
	head = open_listener(BSD_SOCK_STREAM, SERVER_PORT + 2);
	EXPECT_EQ(bsd_fcntl(head, BSD_F_SETFL, BSD_O_NONBLOCK), 0);
	EXPECT_EQ(bsd_accept(head, (struct xnu_sockaddr *)&name, &length), -XNU_EWOULDBLOCK);
	/* A second listen changes the backlog. */
	EXPECT_EQ(bsd_listen(head, 3), 0);
	EXPECT_EQ(bsd_close(head), 0);
	EXPECT_EQ(bsd_close(many), 0);
	EXPECT_EQ(bsd_close(fresh), 0);
	close_pair(pair);
	stop_kext();
}

TEST(arguments_of_getsockname_and_getpeername)
{
	struct xnu_sockaddr_in name;
	uint32_t length = sizeof(name);
	struct pair pair;
	int fresh;

	start_kext();
	pair = open_pair();
	fresh = open_socket(BSD_SOCK_STREAM);
	EXPECT_EQ(bsd_getpeername(fresh, (struct xnu_sockaddr *)&name, &length), -XNU_ENOTCONN);
	EXPECT_EQ(bsd_getsockname(fresh, (struct xnu_sockaddr *)&name, &length), 0);
	EXPECT_EQ(length, sizeof(name));
	/* What there is room for. */
	length = 4;
	memset(&name, 0x5a, sizeof(name));
	EXPECT_EQ(bsd_getpeername(pair.near, (struct xnu_sockaddr *)&name, &length), 0);
	EXPECT_EQ(name.sin_port, PORT_7000);
	EXPECT_EQ(name.sin_addr, 0x5a5a5a5a);
	EXPECT_EQ(bsd_getpeername(-1, (struct xnu_sockaddr *)&name, &length), -XNU_EBADF);
	EXPECT_EQ(bsd_close(fresh), 0);
	close_pair(pair);
	stop_kext();
}

TEST(arguments_of_shutdown)
{
	struct pair pair;
	int fresh, many;

	start_kext();
	pair = open_pair();
	fresh = open_socket(BSD_SOCK_STREAM);
	many = open_socket(BSD_SOCK_SEQPACKET);
	EXPECT_EQ(bsd_shutdown(pair.near, 3), -XNU_EINVAL);
	EXPECT_EQ(bsd_shutdown(pair.near, -1), -XNU_EINVAL);
	EXPECT_EQ(bsd_shutdown(fresh, BSD_SHUT_WR), -XNU_ENOTCONN);
	EXPECT(bsd_shutdown(many, BSD_SHUT_WR) < 0);
	EXPECT_EQ(bsd_shutdown(-1, BSD_SHUT_WR), -XNU_EBADF);
	EXPECT_EQ(bsd_close(many), 0);
	EXPECT_EQ(bsd_close(fresh), 0);
	close_pair(pair);
	stop_kext();
}

TEST(arguments_of_socket)
{
	static const struct {
		int domain, type, error;
	} rows[] = {
	    {XNU_AF_INET, BSD_SOCK_DGRAM, XNU_EPROTOTYPE},
	    {XNU_AF_INET6, BSD_SOCK_DGRAM, XNU_EPROTOTYPE},
	    {XNU_AF_INET, 4, XNU_EPROTOTYPE},
	    {99, BSD_SOCK_STREAM, XNU_EAFNOSUPPORT},
	};

	start_kext();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int result = bsd_socket(rows[i].domain, rows[i].type, IPPROTO_SCTP);

		if (result != -rows[i].error)
			FAIL("row %zu: %d, not %d", i, result, -rows[i].error);
	}
	stop_kext();
}
