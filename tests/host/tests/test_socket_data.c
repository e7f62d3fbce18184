/* Sending and receiving: who does what when pru_sosend and pru_soreceive are the protocol's. */
#include "test_socket_stub.h"

static int64_t
blocked_read(int fd)
{
	char byte;
	return bsd_read(fd, &byte, 1);
}

static int64_t
blocked_write(int fd)
{
	static char bytes[STUB_ROOM];
	return bsd_write(fd, bytes, sizeof(bytes));
}

static void
fill(int fd)
{
	static char bytes[STUB_ROOM];
	EXPECT_EQ(bsd_write(fd, bytes, sizeof(bytes)), sizeof(bytes));
}

TEST(bytes_arrive)
{
	char seen[8] = "";
	stub_start();
	struct stub_pair pair = stub_pair();
	EXPECT_EQ(bsd_write(pair.client, "hello", 5), 5);
	EXPECT_EQ(bsd_read(pair.server, seen, sizeof(seen)), 5);
	EXPECT(!strcmp(seen, "hello"));
	stub_close_pair(pair);
}

TEST(vectors_are_gathered_and_scattered)
{
	char left[2], right[8] = "";
	struct iovec out[3] = {{(char *)"ab", 2}, {NULL, 0}, {(char *)"cde", 3}},
		     in[2] = {{left, 2}, {right, 8}};
	stub_start();
	struct stub_pair pair = stub_pair();
	EXPECT_EQ(bsd_writev(pair.client, out, 3), 5);
	EXPECT_EQ(bsd_readv(pair.server, in, 2), 5);
	EXPECT(!memcmp(left, "ab", 2) && !strcmp(right, "cde"));
	out[1].iov_len = 1;
	EXPECT_EQ(bsd_writev(pair.client, out, 3), -14);
}

TEST(blocked_read_wakes)
{
	struct stub_call call;
	stub_start();
	struct stub_pair pair = stub_pair();
	stub_call_start(&call, blocked_read, pair.server);
	EXPECT_EQ(bsd_socket_of(pair.server)->so_rcv.sb_waiters, 1);
	EXPECT_EQ(bsd_write(pair.client, "x", 1), 1);
	EXPECT_EQ(stub_call_end(&call), 1);
}

TEST(blocked_write_wakes)
{
	struct stub_call call;
	static char bytes[STUB_ROOM];
	stub_start();
	struct stub_pair pair = stub_pair();
	fill(pair.client);
	stub_call_start(&call, blocked_write, pair.client);
	EXPECT_EQ(bsd_read(pair.server, bytes, sizeof(bytes)), sizeof(bytes));
	EXPECT_EQ(stub_call_end(&call), STUB_ROOM);
}

TEST(close_while_blocked_in_read)
{
	struct stub_call call;
	stub_start();
	struct stub_pair pair = stub_pair();
	stub_call_start(&call, blocked_read, pair.server);
	EXPECT_EQ(bsd_close(pair.server), 0);
	EXPECT_EQ(stub_call_end(&call), -9);
}

TEST(close_while_blocked_in_write)
{
	struct stub_call call;
	stub_start();
	struct stub_pair pair = stub_pair();
	fill(pair.client);
	stub_call_start(&call, blocked_write, pair.client);
	EXPECT_EQ(bsd_close(pair.client), 0);
	EXPECT_EQ(stub_call_end(&call), -9);
}

TEST(timeouts_give_35)
{
	char byte;
	stub_start();
	struct stub_pair pair = stub_pair();
	stub_set_timeout(pair.server, BSD_SO_RCVTIMEO, 100);
	uint64_t start = host_clock_now();
	EXPECT_EQ(bsd_read(pair.server, &byte, 1), -35);
	uint64_t took = host_clock_now() - start;
	EXPECT(took > 90000000 && took < 2000000000);
	fill(pair.client);
	stub_set_timeout(pair.client, BSD_SO_SNDTIMEO, 100);
	EXPECT_EQ(blocked_write(pair.client), -35);
}

TEST(nonblocking_calls_do_not_wait)
{
	char byte;
	stub_start();
	struct stub_pair pair = stub_pair();
	EXPECT_EQ(bsd_recvfrom(pair.server, &byte, 1, BSD_MSG_DONTWAIT, NULL, NULL), -35);
	EXPECT_EQ(bsd_fcntl(pair.server, BSD_F_SETFL, BSD_O_NONBLOCK), 0);
	EXPECT_EQ(bsd_read(pair.server, &byte, 1), -35);
	fill(pair.client);
	EXPECT_EQ(bsd_sendto(pair.client, "x", 1, BSD_MSG_DONTWAIT, NULL, 0), -35);
}

static _Atomic int signals; /* counted by a handler, maybe on another thread */

static void
count_signal(int number)
{
	(void)number;
	signals++;
}

static void
install(int number, int flags)
{
	struct sigaction action = {.sa_handler = count_signal, .sa_flags = flags};
	sigaction(number, &action, NULL);
}

TEST(signal_ends_a_sleep)
{
	struct stub_call call;
	stub_start();
	struct stub_pair pair = stub_pair();
	install(SIGUSR1, 0);
	stub_call_start(&call, blocked_read, pair.server);
	pthread_kill(call.thread, SIGUSR1);
	EXPECT_EQ(stub_call_end(&call), -4);
	EXPECT_EQ(signals, 1);
}

TEST(signal_with_restart_does_not)
{
	struct stub_call call;
	stub_start();
	struct stub_pair pair = stub_pair();
	install(SIGUSR1, SA_RESTART);
	stub_call_start(&call, blocked_read, pair.server);
	pthread_kill(call.thread, SIGUSR1);
	usleep(100000);
	EXPECT_EQ(signals, 1);
	EXPECT_EQ(bsd_write(pair.client, "x", 1), 1);
	EXPECT_EQ(stub_call_end(&call), 1);
}

TEST(broken_pipe_raises_sigpipe)
{
	stub_start();
	struct stub_pair pair = stub_pair();
	install(SIGPIPE, 0);
	EXPECT_EQ(bsd_close(pair.server), 0);
	EXPECT_EQ(bsd_write(pair.client, "x", 1), -32);
	EXPECT_EQ(signals, 1);
	EXPECT_EQ(bsd_sendto(pair.client, "x", 1, 0, NULL, 0), -32);
	EXPECT_EQ(signals, 2);
	EXPECT_EQ(bsd_sendto(pair.client, "x", 1, BSD_MSG_NOSIGNAL, NULL, 0), -32);
	EXPECT_EQ(signals, 2);
	EXPECT_EQ(stub_set_number(pair.client, BSD_SO_NOSIGPIPE, 1), 0);
	EXPECT_EQ(bsd_write(pair.client, "x", 1), -32);
	EXPECT_EQ(signals, 2);
}

TEST(so_error_is_given_once)
{
	char byte;
	stub_start();
	struct stub_pair pair = stub_pair();
	bsd_socket_of(pair.server)->so_error = XNU_ECONNRESET;
	EXPECT_EQ(bsd_read(pair.server, &byte, 1), -54);
	EXPECT_EQ(bsd_recvfrom(pair.server, &byte, 1, BSD_MSG_DONTWAIT, NULL, NULL), -35);
}

/* ---- messages with names and control data ---- */

static struct bsd_msghdr
message_of(struct iovec *part, void *name, uint32_t namelen, void *control, uint32_t controllen)
{
	return (struct bsd_msghdr){.msg_name = name,
				   .msg_namelen = namelen,
				   .msg_iov = part,
				   .msg_iovlen = 1,
				   .msg_control = control,
				   .msg_controllen = controllen};
}

TEST(recvmsg_gives_name_control_and_flags)
{
	char data[8], control[64];
	struct xnu_sockaddr_in from;
	struct iovec part = {data, sizeof(data)};
	struct bsd_msghdr message = message_of(&part, &from, sizeof(from), control, sizeof(control));
	struct bsd_cmsghdr *header = (struct bsd_cmsghdr *)control;
	stub_start();
	struct stub_pair pair = stub_pair();
	EXPECT_EQ(bsd_write(pair.client, "abc", 3), 3);
	EXPECT_EQ(bsd_recvmsg(pair.server, &message, 0), 3);
	EXPECT_EQ(message.msg_namelen, 16);
	EXPECT_EQ(from.sin_port, htons(40000));
	EXPECT_EQ(message.msg_flags, BSD_MSG_EOR);
	EXPECT_EQ(message.msg_controllen, BSD_CMSG_SPACE(6));
	EXPECT_EQ(header->cmsg_len, 18);
	EXPECT_EQ(header->cmsg_level, STUB_LEVEL);
	EXPECT_EQ(header->cmsg_type, STUB_ECHO);
}

TEST(short_buffers_are_told)
{
	char data[2], control[8];
	struct xnu_sockaddr_in from;
	struct iovec part = {data, sizeof(data)};
	struct bsd_msghdr message = message_of(&part, &from, 4, control, sizeof(control));
	stub_start();
	struct stub_pair pair = stub_pair();
	EXPECT_EQ(bsd_write(pair.client, "abc", 3), 3);
	EXPECT_EQ(bsd_recvmsg(pair.server, &message, BSD_MSG_PEEK), 2);
	EXPECT_EQ(message.msg_flags, BSD_MSG_PEEK | BSD_MSG_CTRUNC);
	EXPECT_EQ(message.msg_controllen, 8);
	EXPECT_EQ(message.msg_namelen, 16);
	/* Without a buffer the protocol is not asked for control data. */
	message = message_of(&part, NULL, 0, NULL, 0);
	EXPECT_EQ(bsd_recvmsg(pair.server, &message, 0), 2);
	EXPECT_EQ(message.msg_flags, 0);
	EXPECT_EQ(bsd_recvmsg(pair.server, &message, 0), 1);
	EXPECT_EQ(message.msg_flags, BSD_MSG_EOR);
}

TEST_PANICS(control_data_must_be_padded, "something wrong with alignment")
{
	char data[8], control[64];
	struct iovec part = {data, sizeof(data)};
	struct bsd_msghdr message = message_of(&part, NULL, 0, control, sizeof(control));
	stub_start();
	struct stub_pair pair = stub_pair();
	stub_short_control = true;
	EXPECT_EQ(bsd_write(pair.client, "abc", 3), 3);
	bsd_recvmsg(pair.server, &message, 0);
}

TEST(sendmsg_arguments_are_checked)
{
	char control[2048] = {0};
	struct iovec part = {(char *)"x", 1};
	struct bsd_msghdr message = message_of(&part, NULL, 0, control, 11);
	stub_start();
	struct stub_pair pair = stub_pair();
	EXPECT_EQ(bsd_sendmsg(pair.client, &message, 0), -22);
	message.msg_controllen = 12;
	EXPECT_EQ(bsd_sendmsg(pair.client, &message, 0), 1);
	/* A cluster holds half of its size. */
	message.msg_controllen = 1030;
	EXPECT_EQ(bsd_sendmsg(pair.client, &message, 0), 1);
	message.msg_controllen = 1031;
	EXPECT_EQ(bsd_sendmsg(pair.client, &message, 0), -22);
	message.msg_control = NULL;
	message.msg_iovlen = 0;
	EXPECT_EQ(bsd_sendmsg(pair.client, &message, 0), -40);
	message.msg_iovlen = 1025;
	EXPECT_EQ(bsd_sendmsg(pair.client, &message, 0), -40);
	EXPECT_EQ(bsd_sendmsg(pair.client, NULL, 0), -14);
	EXPECT_EQ(bsd_sendmsg(pair.listener, &(struct bsd_msghdr){.msg_iov = &part, .msg_iovlen = 1}, 0),
		  -57);
}

TEST_PANICS(counts_without_sb_mbcnt_panic_at_close, "sbflush")
{
	stub_start();
	struct stub_pair pair = stub_pair();
	stub_zero_mbcnt = true;
	EXPECT_EQ(bsd_write(pair.client, "abc", 3), 3);
	bsd_close(pair.server);
}
