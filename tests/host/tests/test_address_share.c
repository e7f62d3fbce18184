/* Sockets that share a port: SCTP_REUSE_PORT (RFC 6458 section 8.1.27) and IPV6_V6ONLY (RFC 3493
 * section 5.3), through the built kext. */
#include "peers.h"

/* IPPROTO_IPV6 and IPV6_V6ONLY of macOS. */
enum { IPV6_LEVEL = 41, V6ONLY = 27 };

static int
bind_to(int fd, unsigned port)
{
	struct xnu_sockaddr_in name = name_of(port);

	return bsd_bind(fd, (struct xnu_sockaddr *)&name, sizeof(name));
}

static int
reuse(int fd, int on)
{
	return set_option(fd, SCTP_REUSE_PORT, &on, sizeof(on));
}

static int
reuses(int fd)
{
	int on = -1;
	uint32_t length = sizeof(on);

	EXPECT_EQ(bsd_getsockopt(fd, IPPROTO_SCTP, SCTP_REUSE_PORT, &on, &length), 0);
	EXPECT_EQ(length, sizeof(on));
	return on;
}

TEST(option_SCTP_REUSE_PORT_is_of_one_to_one_sockets_without_a_port)
{
	int one, many, on = 1;
	uint32_t length = sizeof(on);

	start_kext();
	one = open_socket(BSD_SOCK_STREAM);
	many = open_socket(BSD_SOCK_SEQPACKET);
	EXPECT_EQ(reuses(one), 0);
	EXPECT_EQ(reuse(one, 5), 0);
	EXPECT_EQ(reuses(one), 1);
	EXPECT_EQ(set_option(one, SCTP_REUSE_PORT, &on, 3), -XNU_EINVAL);
	EXPECT_EQ(reuse(many, 1), -XNU_EINVAL);
	EXPECT_EQ(bsd_getsockopt(many, IPPROTO_SCTP, SCTP_REUSE_PORT, &on, &length), -XNU_EINVAL);
	EXPECT_EQ(bind_to(one, SERVER_PORT), 0);
	EXPECT_EQ(reuse(one, 0), -XNU_EINVAL);
	EXPECT_EQ(reuses(one), 1);
	EXPECT_EQ(bsd_close(one), 0);
	EXPECT_EQ(bsd_close(many), 0);
	stop_kext();
}

TEST(sockets_share_a_port_if_all_want_to)
{
	int fd[3];

	start_kext();
	for (unsigned i = 0; i < 3; i++)
		fd[i] = open_socket(BSD_SOCK_STREAM);
	EXPECT_EQ(reuse(fd[0], 1), 0);
	EXPECT_EQ(reuse(fd[1], 1), 0);
	EXPECT_EQ(bind_to(fd[0], SERVER_PORT), 0);
	EXPECT_EQ(bind_to(fd[2], SERVER_PORT), -XNU_EADDRINUSE);
	EXPECT_EQ(bind_to(fd[1], SERVER_PORT), 0);
	/* One of them may listen. */
	EXPECT_EQ(bsd_listen(fd[0], 1), 0);
	EXPECT_EQ(bsd_listen(fd[1], 1), -XNU_EADDRINUSE);
	EXPECT_EQ(bsd_listen(fd[0], 2), 0);
	EXPECT_EQ(bsd_close(fd[0]), 0);
	EXPECT_EQ(bsd_listen(fd[1], 1), 0);
	EXPECT_EQ(bsd_close(fd[1]), 0);
	/* Who has the port for itself shares it with nobody. */
	EXPECT_EQ(bind_to(fd[2], SERVER_PORT), 0);
	fd[0] = open_socket(BSD_SOCK_STREAM);
	EXPECT_EQ(reuse(fd[0], 1), 0);
	EXPECT_EQ(bind_to(fd[0], SERVER_PORT), -XNU_EADDRINUSE);
	EXPECT_EQ(bsd_close(fd[0]), 0);
	EXPECT_EQ(bsd_close(fd[2]), 0);
	stop_kext();
}

/* What the option is for: connections from one port to several peers. */
TEST(sockets_of_one_port_have_connections_to_different_peers)
{
	int client[3], server[2], accepted[2];

	start_kext();
	for (unsigned i = 0; i < 3; i++) {
		client[i] = open_socket(BSD_SOCK_STREAM);
		EXPECT_EQ(reuse(client[i], 1), 0);
		EXPECT_EQ(bind_to(client[i], SERVER_PORT), 0);
	}
	for (unsigned i = 0; i < 2; i++) {
		server[i] = open_listener(BSD_SOCK_STREAM, SERVER_PORT + 1 + i);
		connect_to(client[i], SERVER_PORT + 1 + i);
		accepted[i] = bsd_accept(server[i], NULL, NULL);
		EXPECT(accepted[i] >= 0);
		limit_waiting(accepted[i]);
	}
	/* But not twice to the same one. */
	struct xnu_sockaddr_in taken = name_of(SERVER_PORT + 1);

	EXPECT_EQ(bsd_connect(client[2], (struct xnu_sockaddr *)&taken, sizeof(taken)), -XNU_EADDRINUSE);
	for (unsigned i = 0; i < 2; i++) {
		EXPECT_EQ(bsd_sendto(client[i], i == 0 ? "zero" : "one!", 4, 0, NULL, 0), 4);
		expect_message(accepted[i], i == 0 ? "zero" : "one!", 4);
		EXPECT_EQ(bsd_sendto(accepted[i], i == 0 ? "null" : "eins", 4, 0, NULL, 0), 4);
		expect_message(client[i], i == 0 ? "null" : "eins", 4);
		EXPECT_EQ(bsd_close(server[i]), 0);
		EXPECT_EQ(bsd_close(accepted[i]), 0);
	}
	for (unsigned i = 0; i < 3; i++)
		EXPECT_EQ(bsd_close(client[i]), 0);
	stop_kext();
}

static int
open_v6(int only)
{
	int fd = bsd_socket(XNU_AF_INET6, BSD_SOCK_STREAM, IPPROTO_SCTP), seen = -1;
	uint32_t length = sizeof(seen);

	EXPECT(fd >= 0);
	limit_waiting(fd);
	EXPECT_EQ(bsd_setsockopt(fd, IPV6_LEVEL, V6ONLY, &only, sizeof(only)), 0);
	EXPECT_EQ(bsd_getsockopt(fd, IPV6_LEVEL, V6ONLY, &seen, &length), 0);
	EXPECT_EQ(seen, only);
	return fd;
}

static int
bind_v6(int fd)
{
	struct xnu_sockaddr_in6 name = {.sin6_len = sizeof(name),
					.sin6_family = XNU_AF_INET6,
					.sin6_port = name_of(SERVER_PORT).sin_port};

	return bsd_bind(fd, (struct xnu_sockaddr *)&name, sizeof(name));
}

TEST(IPV6_V6ONLY_leaves_the_port_to_IPv4)
{
	int only = 0, v4, v6;

	start_kext();
	v6 = open_v6(1);
	EXPECT_EQ(bind_v6(v6), 0);
	/* It is too late to change it. */
	EXPECT_EQ(bsd_setsockopt(v6, IPV6_LEVEL, V6ONLY, &only, sizeof(only)), -XNU_EINVAL);
	v4 = open_listener(BSD_SOCK_STREAM, SERVER_PORT);
	/* It takes no IPv4 peer, and calls none. */
	struct xnu_sockaddr_in name = name_of(SERVER_PORT);
	EXPECT_EQ(bsd_connect(v6, (struct xnu_sockaddr *)&name, sizeof(name)), -XNU_EAFNOSUPPORT);
	EXPECT_EQ(bsd_close(v6), 0);
	v6 = open_v6(0);
	EXPECT_EQ(bind_v6(v6), -XNU_EADDRINUSE);
	EXPECT_EQ(bsd_close(v6), 0);
	EXPECT_EQ(bsd_setsockopt(v4, IPV6_LEVEL, V6ONLY, &only, sizeof(only)), -XNU_ENOPROTOOPT);
	EXPECT_EQ(bsd_close(v4), 0);
	stop_kext();
}

TEST(IPV6_V6ONLY_refuses_IPv4_peers)
{
	struct xnu_sockaddr_in name = name_of(SERVER_PORT);
	int v4, v6;

	start_kext();
	for (int only = 0; only <= 1; only++) {
		v6 = open_v6(only);
		EXPECT_EQ(bind_v6(v6), 0);
		EXPECT_EQ(bsd_listen(v6, 1), 0);
		v4 = open_socket(BSD_SOCK_STREAM);
		EXPECT_EQ(bsd_connect(v4, (struct xnu_sockaddr *)&name, sizeof(name)),
			  only ? -XNU_ECONNREFUSED : 0);
		EXPECT_EQ(bsd_close(v4), 0);
		EXPECT_EQ(bsd_close(v6), 0);
	}
	stop_kext();
}
