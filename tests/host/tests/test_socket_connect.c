/* Connecting, listening, accepting, names: rows D and E. */
#include "test_socket_stub.h"

TEST(accept_gives_the_peer)
{
	struct xnu_sockaddr_in name = {0};
	uint32_t length = sizeof(name);
	stub_start();
	int listener = stub_listener(5000, 5);
	int client = bsd_socket(XNU_AF_INET, BSD_SOCK_STREAM, STUB);
	EXPECT_EQ(stub_bind_to(client, 6000), 0);
	EXPECT_EQ(stub_connect_to(client, 5000), 0);
	int server = bsd_accept(listener, (struct xnu_sockaddr *)&name, &length);
	EXPECT(server >= 0);
	EXPECT_EQ(length, 16);
	EXPECT_EQ(name.sin_len, 16);
	EXPECT_EQ(ntohs(name.sin_port), 6000);
	EXPECT_EQ(ntohl(name.sin_addr), 0x7f000001);
	memset(&name, 0, sizeof(name));
	EXPECT_EQ(bsd_getsockname(server, (struct xnu_sockaddr *)&name, &length), 0);
	EXPECT_EQ(ntohs(name.sin_port), 5000);
	EXPECT_EQ(bsd_getpeername(client, (struct xnu_sockaddr *)&name, &length), 0);
	EXPECT_EQ(ntohs(name.sin_port), 5000);
	EXPECT_EQ(bsd_getpeername(listener, (struct xnu_sockaddr *)&name, &length), -57);
	/* A short buffer gets what fits, and the full length. */
	length = 4;
	EXPECT_EQ(bsd_getpeername(server, (struct xnu_sockaddr *)&name, &length), 0);
	EXPECT_EQ(length, 16);
}

TEST(ipv6_names_are_28_bytes)
{
	struct xnu_sockaddr_in6 name = {.sin6_family = XNU_AF_INET6, .sin6_port = htons(5000)};
	uint32_t length = sizeof(name);
	stub_start();
	int fd = bsd_socket(XNU_AF_INET6, BSD_SOCK_STREAM, STUB);
	EXPECT_EQ(bsd_bind(fd, (struct xnu_sockaddr *)&name, sizeof(name)), 0);
	memset(&name, 0, sizeof(name));
	EXPECT_EQ(bsd_getsockname(fd, (struct xnu_sockaddr *)&name, &length), 0);
	EXPECT_EQ(length, 28);
	EXPECT_EQ(name.sin6_len, 28);
	EXPECT_EQ(name.sin6_family, XNU_AF_INET6);
	EXPECT_EQ(name.sin6_addr[15], 1);
}

TEST(address_arguments_are_checked)
{
	struct xnu_sockaddr_in name = stub_address(5000);
	struct xnu_sockaddr *address = (struct xnu_sockaddr *)&name;
	stub_start();
	int fd = bsd_socket(XNU_AF_INET, BSD_SOCK_STREAM, STUB);
	EXPECT_EQ(bsd_bind(fd, NULL, 16), -39);
	EXPECT_EQ(bsd_bind(fd, address, 1), -22);
	EXPECT_EQ(bsd_bind(fd, address, 129), -63);
	EXPECT_EQ(bsd_bind(fd, (struct xnu_sockaddr *)8, 16), -14);
	EXPECT_EQ(bsd_connect(fd, NULL, 0), -22);
	/* In a foreign domain AF_UNSPEC stays what it is. */
	name.sin_family = XNU_AF_UNSPEC;
	EXPECT_EQ(bsd_bind(fd, address, sizeof(name)), -47);
	int udp = bsd_socket(XNU_AF_INET, BSD_SOCK_DGRAM, 17);
	EXPECT_EQ(bsd_bind(udp, address, sizeof(name)), 0);
}

TEST(connect_to_nobody_is_refused)
{
	stub_start();
	int fd = bsd_socket(XNU_AF_INET, BSD_SOCK_STREAM, STUB);
	EXPECT_EQ(stub_connect_to(fd, 5000), -61);
	EXPECT_EQ(stub_number(fd, BSD_SO_ERROR), 0);
}

TEST(nonblocking_connect_reports_by_state_and_so_error)
{
	stub_start();
	int fd = bsd_socket(XNU_AF_INET, BSD_SOCK_STREAM, STUB);
	EXPECT_EQ(bsd_fcntl(fd, BSD_F_SETFL, BSD_O_NONBLOCK), 0);
	EXPECT_EQ(bsd_fcntl(fd, BSD_F_GETFL, 0), BSD_O_NONBLOCK | 2);
	stub_never_answer = true;
	EXPECT_EQ(stub_connect_to(fd, 5000), -36);
	EXPECT_EQ(stub_connect_to(fd, 5000), -37);
	EXPECT_EQ(stub_ready(fd, BSD_POLLOUT), 0);
	host_syscall_enter();
	xnu_lck_mtx_lock(stub_mutex);
	stub_refuse(pcb_of(bsd_socket_of(fd)));
	xnu_lck_mtx_unlock(stub_mutex);
	host_syscall_exit();
	EXPECT_EQ(stub_ready(fd, BSD_POLLOUT), BSD_POLLOUT);
	EXPECT_EQ(stub_number(fd, BSD_SO_ERROR), 61);
	EXPECT_EQ(stub_number(fd, BSD_SO_ERROR), 0);
}

TEST(connected_socket_connects_once)
{
	stub_start();
	struct stub_pair pair = stub_pair();
	EXPECT_EQ(stub_connect_to(pair.client, 5000), -56);
	EXPECT_EQ(stub_connect_to(pair.listener, 5000), -102);
	EXPECT_EQ(bsd_listen(pair.client, 5), -22);
}

static int64_t
blocked_connect(int fd)
{
	return stub_connect_to(fd, 5000);
}

TEST(close_while_connecting_aborts_it)
{
	struct stub_call call;
	stub_start();
	stub_never_answer = true;
	int fd = bsd_socket(XNU_AF_INET, BSD_SOCK_STREAM, STUB);
	stub_call_start(&call, blocked_connect, fd);
	EXPECT_EQ(bsd_close(fd), 0);
	EXPECT_EQ(stub_call_end(&call), -53);
}

TEST(accept_needs_a_listener)
{
	stub_start();
	int fd = bsd_socket(XNU_AF_INET, BSD_SOCK_STREAM, STUB);
	EXPECT_EQ(bsd_accept(fd, NULL, NULL), -22);
	int many = bsd_socket(XNU_AF_INET, BSD_SOCK_SEQPACKET, STUB);
	EXPECT_EQ(bsd_accept(many, NULL, NULL), -22);
	stub_listen_result = XNU_EJUSTRETURN;
	EXPECT_EQ(bsd_listen(many, 5), 0);
	/* Listening without SO_ACCEPTCONN, by an entry without PR_CONNREQUIRED. */
	EXPECT_EQ(bsd_socket_of(many)->so_options & BSD_SO_ACCEPTCONN, 0);
	EXPECT_EQ(bsd_accept(many, NULL, NULL), -102);
	EXPECT_EQ(bsd_listen(many, 5), -102);
	EXPECT_EQ(stub_ready(many, BSD_POLLOUT), BSD_POLLOUT);
}

TEST(listen_limits_its_queue)
{
	stub_start();
	int fd = stub_listener(5000, 3);
	EXPECT_EQ(bsd_socket_of(fd)->so_qlimit, 3);
	EXPECT_EQ(bsd_listen(fd, 0), 0);
	EXPECT_EQ(bsd_socket_of(fd)->so_qlimit, 128);
	EXPECT_EQ(bsd_listen(fd, 1000), 0);
	EXPECT_EQ(bsd_socket_of(fd)->so_qlimit, 128);
	stub_listen_result = XNU_EADDRINUSE;
	EXPECT_EQ(bsd_listen(fd, 1), -48);
}

TEST(overflow_of_the_queue_refuses)
{
	stub_start();
	int listener = stub_listener(5000, 2);
	stub_client(5000);
	stub_client(5000);
	EXPECT_EQ(stub_ready(listener, BSD_POLLIN), BSD_POLLIN);
	int third = bsd_socket(XNU_AF_INET, BSD_SOCK_STREAM, STUB);
	EXPECT_EQ(stub_connect_to(third, 5000), -61);
	EXPECT(bsd_accept(listener, NULL, NULL) >= 0);
	EXPECT_EQ(stub_connect_to(third, 5000), 0);
}

TEST(closing_a_listener_aborts_its_children)
{
	stub_start();
	unsigned live = sockets_live();
	int listener = stub_listener(5000, 5), clients[3];
	for (int i = 0; i < 3; i++)
		clients[i] = stub_client(5000);
	EXPECT_EQ(bsd_socket_of(listener)->so_qlen, 3);
	EXPECT_EQ(bsd_close(listener), 0);
	EXPECT_EQ(stub_aborts, 3);
	for (int i = 0; i < 3; i++)
		EXPECT_EQ(bsd_close(clients[i]), 0);
	host_settle();
	EXPECT_EQ(stub_stop(), 0);
	EXPECT_EQ(sockets_live(), live);
}

TEST(child_reset_while_queued_is_still_accepted)
{
	char byte;
	stub_start();
	int listener = stub_listener(5000, 5), client = stub_client(5000);
	EXPECT_EQ(bsd_close(client), 0);
	int server = bsd_accept(listener, NULL, NULL);
	EXPECT(server >= 0);
	EXPECT_EQ(bsd_read(server, &byte, 1), 0);
}

static int64_t
blocked_accept(int fd)
{
	return bsd_accept(fd, NULL, NULL);
}

TEST(close_during_accept_aborts_it)
{
	struct stub_call call;
	stub_start();
	int listener = stub_listener(5000, 5);
	stub_call_start(&call, blocked_accept, listener);
	EXPECT_EQ(bsd_close(listener), 0);
	EXPECT_EQ(stub_call_end(&call), -53);
}

TEST(accept_sleeps_until_a_child_comes)
{
	struct stub_call call;
	stub_start();
	int listener = stub_listener(5000, 5);
	stub_call_start(&call, blocked_accept, listener);
	stub_client(5000);
	EXPECT(stub_call_end(&call) > 0);
}

TEST(nonblocking_accept_and_its_child)
{
	stub_start();
	int listener = stub_listener(5000, 5), on = 1;
	EXPECT_EQ(bsd_ioctl(listener, (uint32_t)BSD_FIONBIO, &on), 0);
	EXPECT_EQ(bsd_accept(listener, NULL, NULL), -35);
	stub_client(5000);
	int server = bsd_accept(listener, NULL, NULL);
	EXPECT(server >= 0);
	/* The child is as the listener is. */
	EXPECT(bsd_socket_of(server)->so_state & SS_NBIO);
}

TEST_PANICS(child_without_ss_nofdref_is_found, "soaccept: !NOFDREF")
{
	stub_start();
	int listener = stub_listener(5000, 5);
	stub_keep_nofdref = true;
	stub_client(5000);
	bsd_accept(listener, NULL, NULL);
}

/* ---- the end of a connection ---- */

TEST(shutdown_of_the_read_side_asks_nobody)
{
	char byte;
	stub_start();
	struct stub_pair pair = stub_pair();
	EXPECT_EQ(bsd_write(pair.client, "abc", 3), 3);
	EXPECT_EQ(bsd_shutdown(pair.server, BSD_SHUT_RD), 0);
	EXPECT_EQ(stub_shutdowns, 0);
	EXPECT(bsd_socket_of(pair.server)->so_rcv.sb_flags & SB_DROP);
	EXPECT_EQ(bsd_socket_of(pair.server)->so_rcv.sb_cc, 0);
	EXPECT_EQ(bsd_read(pair.server, &byte, 1), 0);
	EXPECT_EQ(bsd_shutdown(pair.server, BSD_SHUT_RD), -57);
}

TEST(shutdown_of_the_write_side_is_the_protocol_s)
{
	char byte;
	stub_start();
	struct stub_pair pair = stub_pair();
	EXPECT_EQ(bsd_shutdown(pair.client, BSD_SHUT_WR), 0);
	EXPECT_EQ(stub_shutdowns, 1);
	EXPECT_EQ(bsd_read(pair.server, &byte, 1), 0);
	EXPECT_EQ(bsd_write(pair.client, "x", 1), -32);
	EXPECT_EQ(bsd_shutdown(pair.client, 7), -22);
	EXPECT_EQ(bsd_shutdown(pair.listener, BSD_SHUT_WR), -57);
	EXPECT_EQ(bsd_shutdown(pair.client, BSD_SHUT_RDWR), -57);
	/* Both sides down: no options any more. */
	EXPECT_EQ(stub_set_number(pair.client, BSD_SO_KEEPALIVE, 1), -22);
}

static void *
release_later(void *socket)
{
	usleep(100000);
	stub_release(socket);
	return NULL;
}

TEST(linger_waits_for_the_protocol)
{
	struct bsd_linger linger = {1, 5};
	pthread_t thread;
	stub_start();
	struct stub_pair pair = stub_pair();
	EXPECT_EQ(bsd_setsockopt(pair.client, BSD_SOL_SOCKET, BSD_SO_LINGER_SEC, &linger, sizeof(linger)), 0);
	stub_hold_disconnect = true;
	uint64_t start = host_clock_now();
	pthread_create(&thread, NULL, release_later, bsd_socket_of(pair.client));
	EXPECT_EQ(bsd_close(pair.client), 0);
	uint64_t took = host_clock_now() - start;
	EXPECT(took > 80000000 && took < 2000000000);
	pthread_join(thread, NULL);
}

TEST(linger_ends_at_its_time_without_error)
{
	struct bsd_linger linger = {1, 20};
	stub_start();
	struct stub_pair pair = stub_pair();
	EXPECT_EQ(bsd_setsockopt(pair.client, BSD_SOL_SOCKET, BSD_SO_LINGER, &linger, sizeof(linger)), 0);
	stub_hold_disconnect = true;
	uint64_t start = host_clock_now();
	EXPECT_EQ(bsd_close(pair.client), 0);
	uint64_t took = host_clock_now() - start;
	EXPECT(took > 180000000 && took < 2000000000);
	EXPECT_EQ(stub_detaches, 1);
}

TEST(nonblocking_close_does_not_linger)
{
	struct bsd_linger linger = {1, 5};
	stub_start();
	struct stub_pair pair = stub_pair();
	EXPECT_EQ(bsd_setsockopt(pair.client, BSD_SOL_SOCKET, BSD_SO_LINGER_SEC, &linger, sizeof(linger)), 0);
	EXPECT_EQ(bsd_fcntl(pair.client, BSD_F_SETFL, BSD_O_NONBLOCK), 0);
	stub_hold_disconnect = true;
	uint64_t start = host_clock_now();
	EXPECT_EQ(bsd_close(pair.client), 0);
	EXPECT(host_clock_now() - start < 1000000000);
}
