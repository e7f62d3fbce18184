/* IPv4 peers of IPv6 sockets as programs see them: SCTP_I_WANT_MAPPED_V4_ADDR, through the built kext (RFC
 * 6458 section 8.1.15). */
#include "peers.h"

enum { IPV6_NAME = sizeof(struct xnu_sockaddr_in6), IPV4_NAME = sizeof(struct xnu_sockaddr_in) };

static const uint8_t mapped_loopback[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 0, 0, 1};

/* A name of either family. */
union name {
	struct xnu_sockaddr_in v4;
	struct xnu_sockaddr_in6 v6;
};

/* It is 127.0.0.1, as the socket wants it. */
static void
expect_loopback(const union name *name, uint32_t length, bool mapped)
{
	EXPECT_EQ(length, mapped ? IPV6_NAME : IPV4_NAME);
	EXPECT_EQ(name->v4.sin_len, length);
	if (mapped) {
		EXPECT_EQ(name->v6.sin6_family, XNU_AF_INET6);
		EXPECT_EQ(memcmp(name->v6.sin6_addr, mapped_loopback, sizeof(mapped_loopback)), 0);
	} else {
		EXPECT_EQ(name->v4.sin_family, XNU_AF_INET);
		EXPECT_EQ(name->v4.sin_addr, 0x0100007f);
	}
}

static int
open_v6_listener(int type)
{
	struct xnu_sockaddr_in6 any = {
	    .sin6_len = IPV6_NAME, .sin6_family = XNU_AF_INET6, .sin6_port = name_of(SERVER_PORT).sin_port};
	int fd = bsd_socket(XNU_AF_INET6, type, IPPROTO_SCTP);

	EXPECT(fd >= 0);
	limit_waiting(fd);
	EXPECT_EQ(bsd_bind(fd, (struct xnu_sockaddr *)&any, sizeof(any)), 0);
	EXPECT_EQ(bsd_listen(fd, 1), 0);
	return fd;
}

TEST(receive_calls_name_an_IPv4_peer_as_the_socket_wants_it)
{
	union name name;
	uint32_t length;
	char bytes[8];
	int client, server;

	start_kext();
	server = open_v6_listener(BSD_SOCK_SEQPACKET);
	client = open_socket(BSD_SOCK_STREAM);
	connect_to(client, SERVER_PORT);
	for (int mapped = 0; mapped <= 1; mapped++) {
		turn_on(server, SCTP_I_WANT_MAPPED_V4_ADDR, mapped);
		EXPECT_EQ(bsd_sendto(client, "hello", 5, 0, NULL, 0), 5);
		length = sizeof(name);
		EXPECT_EQ(bsd_recvfrom(server, bytes, 8, 0, (struct xnu_sockaddr *)&name, &length), 5);
		expect_loopback(&name, length, mapped);
		/* The name serves to answer. */
		EXPECT_EQ(bsd_sendto(server, "hi", 2, 0, (struct xnu_sockaddr *)&name, length), 2);
		expect_message(client, "hi", 2);
	}
	EXPECT_EQ(bsd_close(client), 0);
	EXPECT_EQ(bsd_close(server), 0);
	stop_kext();
}

TEST(a_connection_names_its_IPv4_peer_as_the_socket_wants_it)
{
	union name name;
	uint32_t length;
	int client, head, server;

	start_kext();
	head = open_v6_listener(BSD_SOCK_STREAM);
	client = open_socket(BSD_SOCK_STREAM);
	connect_to(client, SERVER_PORT);
	length = sizeof(name);
	server = bsd_accept(head, (struct xnu_sockaddr *)&name, &length);
	EXPECT(server >= 0);
	expect_loopback(&name, length, false);
	for (int mapped = 0; mapped <= 1; mapped++) {
		turn_on(server, SCTP_I_WANT_MAPPED_V4_ADDR, mapped);
		length = sizeof(name);
		EXPECT_EQ(bsd_getpeername(server, (struct xnu_sockaddr *)&name, &length), 0);
		expect_loopback(&name, length, mapped);
		length = sizeof(name);
		EXPECT_EQ(bsd_getsockname(server, (struct xnu_sockaddr *)&name, &length), 0);
		expect_loopback(&name, length, mapped);
	}
	EXPECT_EQ(bsd_close(client), 0);
	EXPECT_EQ(bsd_close(server), 0);
	EXPECT_EQ(bsd_close(head), 0);
	stop_kext();
}
