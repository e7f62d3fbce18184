/* Options of the level SOL_SOCKET: the kernel keeps them, the extension acts on them. */
#include "options.h"

static int
set_number(int fd, int name, int value)
{
	return bsd_setsockopt(fd, BSD_SOL_SOCKET, name, &value, sizeof(value));
}

static int
get_number(int fd, int name)
{
	int value = -1;
	uint32_t length = sizeof(value);

	EXPECT_EQ(bsd_getsockopt(fd, BSD_SOL_SOCKET, name, &value, &length), 0);
	EXPECT_EQ(length, sizeof(value));
	return value;
}

TEST(option_SO_TYPE)
{
	int one, many;

	start_kext();
	one = open_socket(BSD_SOCK_STREAM);
	many = open_socket(BSD_SOCK_SEQPACKET);
	EXPECT_EQ(get_number(one, BSD_SO_TYPE), BSD_SOCK_STREAM);
	EXPECT_EQ(get_number(many, BSD_SO_TYPE), BSD_SOCK_SEQPACKET);
	EXPECT_EQ(set_number(one, BSD_SO_TYPE, BSD_SOCK_SEQPACKET), -XNU_ENOPROTOOPT);
	EXPECT_EQ(bsd_close(one), 0);
	EXPECT_EQ(bsd_close(many), 0);
	stop_kext();
}

TEST(option_SO_REUSEADDR_and_others_that_are_on_or_off)
{
	static const int names[] = {BSD_SO_REUSEADDR, BSD_SO_REUSEPORT, BSD_SO_KEEPALIVE,
				    BSD_SO_BROADCAST, BSD_SO_DEBUG,     BSD_SO_NOSIGPIPE};
	int fd;

	start_kext();
	fd = open_socket(BSD_SOCK_SEQPACKET);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		EXPECT_EQ(set_number(fd, names[i], 1), 0);
		EXPECT(get_number(fd, names[i]) != 0);
		EXPECT_EQ(set_number(fd, names[i], 0), 0);
		EXPECT_EQ(get_number(fd, names[i]), 0);
		EXPECT_EQ(bsd_setsockopt(fd, BSD_SOL_SOCKET, names[i], "", 1), -XNU_EINVAL);
	}
	EXPECT_EQ(set_number(fd, 0x7777, 1), -XNU_ENOPROTOOPT);
	EXPECT_EQ(bsd_close(fd), 0);
	stop_kext();
}

/* The answer of a host that listens on no such port; given once. */
TEST(option_SO_ERROR)
{
	struct xnu_sockaddr_in name = name_of(SERVER_PORT);
	struct bsd_pollfd wanted;
	int fd;

	start_kext();
	fd = open_socket(BSD_SOCK_STREAM);
	EXPECT_EQ(get_number(fd, BSD_SO_ERROR), 0);
	EXPECT_EQ(bsd_fcntl(fd, BSD_F_SETFL, BSD_O_NONBLOCK), 0);
	EXPECT_EQ(bsd_connect(fd, (struct xnu_sockaddr *)&name, sizeof(name)), -XNU_EINPROGRESS);
	wanted = (struct bsd_pollfd){fd, BSD_POLLOUT, 0};
	EXPECT_EQ(bsd_poll(&wanted, 1, 10000), 1);
	EXPECT_EQ(get_number(fd, BSD_SO_ERROR), XNU_ECONNREFUSED);
	EXPECT_EQ(get_number(fd, BSD_SO_ERROR), 0);
	EXPECT_EQ(bsd_close(fd), 0);
	stop_kext();
}

/* It bounds a message, and what waits for acknowledgement. */
TEST(option_SO_SNDBUF)
{
	static char bytes[20001];
	struct pair pair;

	start_kext();
	pair = open_pair();
	EXPECT_EQ(set_number(pair.near, BSD_SO_SNDBUF, 0), -XNU_EINVAL);
	EXPECT_EQ(set_number(pair.near, BSD_SO_SNDBUF, -1), -XNU_EINVAL);
	EXPECT_EQ(set_number(pair.near, BSD_SO_SNDBUF, 20000), 0);
	EXPECT_EQ(get_number(pair.near, BSD_SO_SNDBUF), 20000);
	EXPECT_EQ(bsd_write(pair.near, bytes, 20001), -XNU_EMSGSIZE);
	EXPECT_EQ(bsd_write(pair.near, bytes, 20000), 20000);
	expect_message(pair.far, bytes, 20000);
	close_pair(pair);
	stop_kext();
}

/* It is the window that is offered to peers. */
TEST(option_SO_RCVBUF)
{
	struct sctp_assocparams value = {0};
	uint32_t length = sizeof(value);
	int head, fd, far;

	start_kext();
	head = open_listener(BSD_SOCK_STREAM, SERVER_PORT);
	EXPECT_EQ(set_number(head, BSD_SO_RCVBUF, 0), -XNU_EINVAL);
	EXPECT_EQ(set_number(head, BSD_SO_RCVBUF, 30000), 0);
	EXPECT_EQ(get_number(head, BSD_SO_RCVBUF), 30000);
	fd = open_socket(BSD_SOCK_STREAM);
	connect_to(fd, SERVER_PORT);
	EXPECT_EQ(get_option(fd, SCTP_ASSOCINFO, &value, &length), 0);
	EXPECT_EQ(value.sasoc_peer_rwnd, 30000);
	far = bsd_accept(head, NULL, NULL);
	EXPECT_EQ(get_number(far, BSD_SO_RCVBUF), 30000);
	EXPECT_EQ(bsd_close(far), 0);
	EXPECT_EQ(bsd_close(fd), 0);
	EXPECT_EQ(bsd_close(head), 0);
	stop_kext();
}

TEST(option_SO_SNDLOWAT_and_SO_RCVLOWAT)
{
	static const int names[] = {BSD_SO_SNDLOWAT, BSD_SO_RCVLOWAT};
	struct bsd_pollfd wanted;
	struct pair pair;

	start_kext();
	pair = open_pair();
	for (unsigned i = 0; i < 2; i++) {
		EXPECT_EQ(set_number(pair.far, names[i], 0), -XNU_EINVAL);
		EXPECT_EQ(set_number(pair.far, names[i], 10), 0);
		EXPECT_EQ(get_number(pair.far, names[i]), 10);
	}
	/* Nine bytes are not enough to be readable, ten are. */
	EXPECT_EQ(bsd_write(pair.near, "123456789", 9), 9);
	while (get_number(pair.far, BSD_SO_NREAD) < 9)
		usleep(1000);
	wanted = (struct bsd_pollfd){pair.far, BSD_POLLIN, 0};
	EXPECT_EQ(bsd_poll(&wanted, 1, 0), 0);
	EXPECT_EQ(bsd_write(pair.near, "0", 1), 1);
	EXPECT_EQ(bsd_poll(&wanted, 1, 10000), 1);
	close_pair(pair);
	stop_kext();
}

TEST(option_SO_NREAD_and_SO_NWRITE)
{
	static char bytes[3000];
	struct pair pair;

	start_kext();
	pair = open_pair();
	EXPECT_EQ(get_number(pair.far, BSD_SO_NREAD), 0);
	EXPECT_EQ(bsd_write(pair.near, bytes, 700), 700);
	await_data(pair.far);
	EXPECT_EQ(get_number(pair.far, BSD_SO_NREAD), 700);
	expect_message(pair.far, bytes, 700);
	EXPECT_EQ(get_number(pair.far, BSD_SO_NREAD), 0);
	while (bsd_sendto(pair.near, bytes, sizeof(bytes), BSD_MSG_DONTWAIT, NULL, 0) > 0)
		;
	EXPECT(get_number(pair.near, BSD_SO_NWRITE) >= (int)sizeof(bytes));
	close_pair(pair);
	stop_kext();
}

TEST(option_SO_RCVTIMEO_and_SO_SNDTIMEO)
{
	static char bytes[3000];
	struct bsd_timeval wrong = {0, 1000000}, limit = {0, 20000}, value = {0, 0};
	uint32_t length = sizeof(value);
	struct pair pair;

	start_kext();
	pair = open_pair();
	EXPECT_EQ(bsd_setsockopt(pair.near, BSD_SOL_SOCKET, BSD_SO_SNDTIMEO, &wrong, sizeof(wrong)),
		  -XNU_EDOM);
	EXPECT_EQ(bsd_setsockopt(pair.near, BSD_SOL_SOCKET, BSD_SO_SNDTIMEO, &limit, 4), -XNU_EINVAL);
	EXPECT_EQ(bsd_setsockopt(pair.near, BSD_SOL_SOCKET, BSD_SO_SNDTIMEO, &limit, sizeof(limit)), 0);
	EXPECT_EQ(bsd_setsockopt(pair.near, BSD_SOL_SOCKET, BSD_SO_RCVTIMEO, &limit, sizeof(limit)), 0);
	EXPECT_EQ(bsd_getsockopt(pair.near, BSD_SOL_SOCKET, BSD_SO_RCVTIMEO, &value, &length), 0);
	EXPECT_EQ(value.tv_usec, 20000);
	EXPECT_EQ(bsd_read(pair.near, bytes, 1), -XNU_EWOULDBLOCK);
	int64_t sent;
	do
		sent = bsd_write(pair.near, bytes, sizeof(bytes));
	while (sent > 0);
	EXPECT_EQ(sent, -XNU_EWOULDBLOCK);
	close_pair(pair);
	stop_kext();
}

static struct pair
open_pair_with_linger(int seconds)
{
	struct bsd_linger linger = {1, seconds}, got = {0, 0};
	uint32_t length = sizeof(got);
	struct pair pair = open_pair();

	EXPECT_EQ(bsd_setsockopt(pair.near, BSD_SOL_SOCKET, BSD_SO_LINGER_SEC, &linger, 7), -XNU_EINVAL);
	EXPECT_EQ(bsd_setsockopt(pair.near, BSD_SOL_SOCKET, BSD_SO_LINGER_SEC, &linger, sizeof(linger)), 0);
	EXPECT_EQ(bsd_getsockopt(pair.near, BSD_SOL_SOCKET, BSD_SO_LINGER_SEC, &got, &length), 0);
	EXPECT(got.l_onoff != 0);
	EXPECT_EQ(got.l_linger, seconds);
	return pair;
}

/* RFC 6458 section 4.1.8: with a time of 0 close is an abort. */
TEST(option_SO_LINGER_of_0_aborts)
{
	struct pair pair;
	char byte;

	start_kext();
	pair = open_pair_with_linger(0);
	EXPECT_EQ(bsd_close(pair.near), 0);
	EXPECT_EQ(bsd_read(pair.far, &byte, 1), -XNU_ECONNRESET);
	EXPECT_EQ(bsd_close(pair.far), 0);
	stop_kext();
}

/* And otherwise returns once all was acknowledged. */
TEST(option_SO_LINGER_waits)
{
	static char bytes[3000];
	struct pair pair;

	start_kext();
	pair = open_pair_with_linger(10);
	EXPECT_EQ(bsd_write(pair.near, bytes, sizeof(bytes)), sizeof(bytes));
	EXPECT_EQ(bsd_close(pair.near), 0);
	expect_message(pair.far, bytes, sizeof(bytes));
	EXPECT_EQ(bsd_read(pair.far, bytes, 1), 0);
	EXPECT_EQ(bsd_close(pair.far), 0);
	stop_kext();
}
