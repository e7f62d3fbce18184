/* What receive calls give when there is nothing to read, and the receive buffer, through the built kext. */
#include "peers.h"

enum { SHUT_RD_ = 0, SHUT_WR_ = 1, MILLISECONDS = 1000 };

static void
expect_read(int fd, int flags, int64_t result)
{
	char byte;

	EXPECT_EQ(bsd_recvfrom(fd, &byte, 1, flags, NULL, NULL), result);
}

static int
bytes_to_read(int fd)
{
	int count = -1;

	EXPECT_EQ(bsd_ioctl(fd, BSD_FIONREAD, &count), 0);
	return count;
}

static void
abort_and_close(int fd)
{
	struct bsd_linger abort = {1, 0};

	EXPECT_EQ(bsd_setsockopt(fd, BSD_SOL_SOCKET, BSD_SO_LINGER, &abort, sizeof(abort)), 0);
	EXPECT_EQ(bsd_close(fd), 0);
}

TEST(a_socket_without_a_connection_reads_nothing)
{
	int fresh, listener, many;

	start_kext();
	fresh = open_socket(BSD_SOCK_STREAM);
	expect_read(fresh, 0, -XNU_ENOTCONN);
	listener = open_listener(BSD_SOCK_STREAM, SERVER_PORT);
	expect_read(listener, 0, -XNU_ENOTCONN);
	/* Messages may come to a one-to-many socket from anybody. */
	many = open_socket(BSD_SOCK_SEQPACKET);
	expect_read(many, BSD_MSG_DONTWAIT, -XNU_EWOULDBLOCK);
	EXPECT_EQ(bsd_close(fresh), 0);
	EXPECT_EQ(bsd_close(listener), 0);
	EXPECT_EQ(bsd_close(many), 0);
	stop_kext();
}

TEST(an_ABORT_is_told_once_behind_what_came_before)
{
	struct pair pair;

	start_kext();
	pair = open_pair();
	EXPECT_EQ(bsd_sendto(pair.near, "last", 4, 0, NULL, 0), 4);
	host_settle();
	abort_and_close(pair.near);
	host_settle();
	expect_message(pair.far, "last", 4);
	expect_read(pair.far, 0, -XNU_ECONNRESET);
	expect_read(pair.far, 0, 0);
	expect_read(pair.far, BSD_MSG_DONTWAIT, 0);
	EXPECT_EQ(bsd_sendto(pair.far, "x", 1, BSD_MSG_NOSIGNAL, NULL, 0), -XNU_EPIPE);
	EXPECT_EQ(bsd_close(pair.far), 0);
	stop_kext();
}

TEST(the_end_of_the_peers_messages_reads_as_nothing)
{
	struct pair pair;

	start_kext();
	pair = open_pair();
	EXPECT_EQ(bsd_sendto(pair.near, "last", 4, 0, NULL, 0), 4);
	EXPECT_EQ(bsd_shutdown(pair.near, SHUT_WR_), 0);
	expect_message(pair.far, "last", 4);
	expect_read(pair.far, 0, 0);
	expect_read(pair.far, 0, 0);
	close_pair(pair);
	stop_kext();
}

TEST(SO_RCVTIMEO_ends_a_wait)
{
	struct bsd_timeval limit = {0, 20 * MILLISECONDS};
	struct pair pair;
	int many;

	start_kext();
	pair = open_pair();
	many = open_socket(BSD_SOCK_SEQPACKET);
	for (unsigned i = 0; i < 2; i++) {
		int fd = i == 0 ? pair.near : many;

		EXPECT_EQ(bsd_setsockopt(fd, BSD_SOL_SOCKET, BSD_SO_RCVTIMEO, &limit, sizeof(limit)), 0);
		expect_read(fd, 0, -XNU_EWOULDBLOCK);
	}
	EXPECT_EQ(bsd_close(many), 0);
	close_pair(pair);
	stop_kext();
}

struct blocked {
	pthread_t thread;
	int fd;
	int64_t result;
};

static void *
read_blocked(void *context)
{
	struct blocked *blocked = context;
	char byte;

	blocked->result = bsd_recvfrom(blocked->fd, &byte, 1, 0, NULL, NULL);
	return NULL;
}

/* A thread that waits for a message of the near end. */
static void
start_blocked(struct blocked *blocked, struct pair pair)
{
	blocked->fd = pair.near;
	EXPECT_EQ(pthread_create(&blocked->thread, NULL, read_blocked, blocked), 0);
	usleep(20 * MILLISECONDS);
	host_settle();
}

static int64_t
end_of(struct blocked *blocked)
{
	EXPECT_EQ(pthread_join(blocked->thread, NULL), 0);
	return blocked->result;
}

static void
ignore_signal(int number)
{
	(void)number;
}

TEST(a_signal_ends_a_wait)
{
	struct sigaction action = {.sa_handler = ignore_signal};
	struct blocked blocked;
	struct pair pair;

	start_kext();
	pair = open_pair();
	EXPECT_EQ(sigaction(SIGUSR1, &action, NULL), 0);
	start_blocked(&blocked, pair);
	EXPECT_EQ(pthread_kill(blocked.thread, SIGUSR1), 0);
	EXPECT_EQ(end_of(&blocked), -XNU_EINTR);
	close_pair(pair);
	stop_kext();
}

TEST(an_ABORT_ends_a_wait)
{
	struct blocked blocked;
	struct pair pair;

	start_kext();
	pair = open_pair();
	start_blocked(&blocked, pair);
	abort_and_close(pair.far);
	EXPECT_EQ(end_of(&blocked), -XNU_ECONNRESET);
	EXPECT_EQ(bsd_close(pair.near), 0);
	stop_kext();
}

TEST(a_close_by_the_peer_ends_a_wait)
{
	struct blocked blocked;
	struct pair pair;

	start_kext();
	pair = open_pair();
	start_blocked(&blocked, pair);
	EXPECT_EQ(bsd_close(pair.far), 0);
	EXPECT_EQ(end_of(&blocked), 0);
	EXPECT_EQ(bsd_close(pair.near), 0);
	stop_kext();
}

TEST(SHUT_RD_ends_a_wait_and_all_reading)
{
	struct blocked blocked;
	struct pair pair;

	start_kext();
	pair = open_pair();
	start_blocked(&blocked, pair);
	EXPECT_EQ(bsd_shutdown(pair.near, SHUT_RD_), 0);
	EXPECT_EQ(end_of(&blocked), 0);
	EXPECT_EQ(bsd_sendto(pair.far, "unheard", 7, 0, NULL, 0), 7);
	host_settle();
	expect_read(pair.near, 0, 0);
	EXPECT_EQ(bytes_to_read(pair.near), 0);
	/* The other direction goes on. */
	EXPECT_EQ(bsd_sendto(pair.near, "heard", 5, 0, NULL, 0), 5);
	expect_message(pair.far, "heard", 5);
	close_pair(pair);
	stop_kext();
}

TEST(FIONREAD_counts_all_messages_and_notifications)
{
	struct pair pair;
	char bytes[3];

	start_kext();
	pair = open_pair();
	EXPECT_EQ(bytes_to_read(pair.far), 0);
	EXPECT_EQ(bsd_sendto(pair.near, "abcde", 5, 0, NULL, 0), 5);
	EXPECT_EQ(bsd_sendto(pair.near, "fgh", 3, 0, NULL, 0), 3);
	host_settle();
	EXPECT_EQ(bytes_to_read(pair.far), 8);
	EXPECT_EQ(bsd_read(pair.far, bytes, 3), 3);
	EXPECT_EQ(bytes_to_read(pair.far), 5);
	EXPECT_EQ(bsd_read(pair.far, bytes, 3), 2);
	EXPECT_EQ(bsd_read(pair.far, bytes, 3), 3);
	EXPECT_EQ(bytes_to_read(pair.far), 0);
	subscribe(pair.far, SCTP_SENDER_DRY_EVENT);
	EXPECT_EQ(bytes_to_read(pair.far), sizeof(struct sctp_sender_dry_event));
	EXPECT_EQ(bsd_read(pair.far, bytes, 2), 2);
	EXPECT_EQ(bytes_to_read(pair.far), sizeof(struct sctp_sender_dry_event) - 2);
	expect_read(pair.far, BSD_MSG_PEEK, 1);
	EXPECT_EQ(bytes_to_read(pair.far), sizeof(struct sctp_sender_dry_event) - 2);
	EXPECT_EQ(read_next(pair.far)->length, sizeof(struct sctp_sender_dry_event) - 2);
	EXPECT_EQ(bytes_to_read(pair.far), 0);
	close_pair(pair);
	stop_kext();
}

/* The window that the peer is told with the SACK for two messages, bytes. */
static uint32_t
window_told(struct pair pair)
{
	struct sctp_assocparams parameters = {0};
	uint32_t length = sizeof(parameters);

	for (unsigned i = 0; i < 2; i++) {
		EXPECT_EQ(bsd_sendto(pair.near, "x", 1, 0, NULL, 0), 1);
		host_settle();
		expect_message(pair.far, "x", 1);
	}
	EXPECT_EQ(bsd_getsockopt(pair.far, IPPROTO_SCTP, SCTP_ASSOCINFO, &parameters, &length), 0);
	return parameters.sasoc_local_rwnd;
}

TEST(SO_RCVBUF_is_the_window)
{
	struct sctp_sack_info at_once = {0, 0, 1};
	int large = 400000, small = 50000, none = 0;
	struct pair pair;
	uint32_t before;

	start_kext();
	pair = open_pair();
	EXPECT_EQ(set_option(pair.far, SCTP_DELAYED_SACK, &at_once, sizeof(at_once)), 0);
	EXPECT_EQ(set_option(pair.near, SCTP_NODELAY, &(int){1}, sizeof(int)), 0);
	before = window_told(pair);
	EXPECT(before > 200000);
	EXPECT_EQ(bsd_setsockopt(pair.far, BSD_SOL_SOCKET, BSD_SO_RCVBUF, &large, sizeof(large)), 0);
	EXPECT(window_told(pair) > 390000);
	/* What the peer was told it may send is not taken back (RFC 9260 section 6.2.1). */
	EXPECT_EQ(bsd_setsockopt(pair.far, BSD_SOL_SOCKET, BSD_SO_RCVBUF, &small, sizeof(small)), 0);
	EXPECT(window_told(pair) > 390000);
	EXPECT_EQ(bsd_setsockopt(pair.far, BSD_SOL_SOCKET, BSD_SO_RCVBUF, &none, sizeof(none)), -XNU_EINVAL);
	close_pair(pair);
	stop_kext();
}
