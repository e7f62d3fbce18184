/* Calls that wait for room in a send buffer, and how they end, through the built kext. The raw peer never
 * acknowledges anything. */
#include "../bsd/socketvar.h"
#include "raw_peer.h"

enum { PIECE = 1000 };

static char bytes[PIECE];

/* A send of a thread of its own. */
struct blocked {
	pthread_t thread;
	int fd;
	int64_t result;
};

static void *
send_blocked(void *context)
{
	struct blocked *blocked = context;

	blocked->result = send_to_raw_peer(blocked->fd, bytes, PIECE, NULL);
	return NULL;
}

/* Returns when it sleeps. */
static void
start_blocked(struct blocked *blocked, int fd)
{
	blocked->fd = fd;
	EXPECT_EQ(pthread_create(&blocked->thread, NULL, send_blocked, blocked), 0);
	while (__atomic_load_n(&bsd_socket_of(fd)->so_snd.sb_waiters, __ATOMIC_RELAXED) == 0)
		usleep(1000);
}

static int64_t
end_blocked(struct blocked *blocked)
{
	EXPECT_EQ(pthread_join(blocked->thread, NULL), 0);
	return blocked->result;
}

/* Sends until there is no room. */
static void
fill_towards(int fd, const struct xnu_sockaddr_in *name)
{
	int64_t sent;

	do {
		sent = bsd_sendto(fd, bytes, PIECE, BSD_MSG_DONTWAIT, (const struct xnu_sockaddr *)name,
				  name != NULL ? sizeof(*name) : 0);
	} while (sent == PIECE);
	EXPECT_EQ(sent, -XNU_EWOULDBLOCK);
}

static int
open_full(int type)
{
	struct xnu_sockaddr_in name = raw_name();
	int fd = open_socket(type);

	if (type == BSD_SOCK_STREAM)
		EXPECT_EQ(bsd_connect(fd, (struct xnu_sockaddr *)&name, sizeof(name)), 0);
	fill_towards(fd, type == BSD_SOCK_STREAM ? NULL : &name);
	return fd;
}

static void
send_abort(void)
{
	static const unsigned char abort[] = {RAW_ABORT, 0, 0, 4};

	raw_send(abort, sizeof(abort));
}

/* Ends what never would. */
static void
close_at_once(int fd)
{
	struct bsd_linger at_once = {1, 0};

	EXPECT_EQ(bsd_setsockopt(fd, BSD_SOL_SOCKET, BSD_SO_LINGER, &at_once, sizeof(at_once)), 0);
	EXPECT_EQ(bsd_close(fd), 0);
}

static const int types[] = {BSD_SOCK_STREAM, BSD_SOCK_SEQPACKET};

TEST(so_sndtimeo_ends_a_blocked_sender)
{
	struct bsd_timeval limit = {0, 50000};

	start_with_raw_peer();
	for (unsigned i = 0; i < 2; i++) {
		int fd = open_full(types[i]);

		EXPECT_EQ(bsd_setsockopt(fd, BSD_SOL_SOCKET, BSD_SO_SNDTIMEO, &limit, sizeof(limit)), 0);
		EXPECT_EQ(send_to_raw_peer(fd, bytes, PIECE, NULL), -XNU_EWOULDBLOCK);
		close_at_once(fd);
	}
	stop_kext();
}

static void
ignore_signal(int number)
{
	(void)number;
}

TEST(a_signal_ends_a_blocked_sender)
{
	struct sigaction action = {.sa_handler = ignore_signal};
	struct blocked blocked;

	start_with_raw_peer();
	sigaction(SIGUSR1, &action, NULL);
	for (unsigned i = 0; i < 2; i++) {
		int fd = open_full(types[i]);

		start_blocked(&blocked, fd);
		pthread_kill(blocked.thread, SIGUSR1);
		EXPECT_EQ(end_blocked(&blocked), -XNU_EINTR);
		close_at_once(fd);
	}
	stop_kext();
}

TEST(an_abort_ends_a_blocked_sender)
{
	struct blocked blocked;

	start_with_raw_peer();
	for (unsigned i = 0; i < 2; i++) {
		int fd = open_full(types[i]);

		start_blocked(&blocked, fd);
		send_abort();
		/* Nor does it set up another association. */
		EXPECT_EQ(end_blocked(&blocked), -XNU_ECONNRESET);
		EXPECT_EQ(bsd_close(fd), 0);
	}
	stop_kext();
}

TEST(a_close_ends_a_blocked_sender)
{
	struct blocked blocked;

	start_with_raw_peer();
	for (unsigned i = 0; i < 2; i++) {
		int fd = open_full(types[i]);

		start_blocked(&blocked, fd);
		close_at_once(fd);
		EXPECT_EQ(end_blocked(&blocked), -XNU_EBADF);
	}
	stop_kext();
}

TEST(a_shutdown_ends_a_blocked_sender)
{
	struct blocked blocked;
	int fd;

	start_with_raw_peer();
	fd = open_full(BSD_SOCK_STREAM);
	start_blocked(&blocked, fd);
	EXPECT_EQ(bsd_shutdown(fd, BSD_SHUT_WR), 0);
	EXPECT_EQ(end_blocked(&blocked), -XNU_EPIPE);
	close_at_once(fd);
	stop_kext();
}

/* RFC 9260 section 9.1, told by this side. */
TEST(an_abort_of_another_thread_ends_a_blocked_sender)
{
	struct sctp_sndinfo info = {0, SCTP_ABORT, 0, 0, 0};
	struct blocked blocked;
	int fd;

	start_with_raw_peer();
	fd = open_full(BSD_SOCK_SEQPACKET);
	start_blocked(&blocked, fd);
	EXPECT_EQ(send_to_raw_peer(fd, "why", 3, &info), 3);
	EXPECT_EQ(end_blocked(&blocked), -XNU_ECONNRESET);
	EXPECT_EQ(bsd_close(fd), 0);
	stop_kext();
}

/* One more association of a one-to-many socket, with a peer that acknowledges, is not in the way of nor
 * slowed down by the other. */
TEST(a_slow_association_does_not_hold_up_the_others)
{
	struct xnu_sockaddr_in name = name_of(SERVER_PORT + 1);
	struct bsd_pollfd entry = {.events = BSD_POLLOUT};
	struct blocked blocked;
	int server, fd;

	start_with_raw_peer();
	server = open_listener(BSD_SOCK_SEQPACKET, SERVER_PORT + 1);
	fd = open_full(BSD_SOCK_SEQPACKET);
	turn_on(fd, SCTP_NODELAY, 1);
	start_blocked(&blocked, fd);
	for (unsigned i = 0; i < 1000; i++) {
		EXPECT_EQ(bsd_sendto(fd, bytes, PIECE, 0, (struct xnu_sockaddr *)&name, sizeof(name)), PIECE);
		expect_message(server, bytes, PIECE);
	}
	entry.fd = fd;
	EXPECT_EQ(bsd_poll(&entry, 1, 0), 1);
	EXPECT_EQ(entry.revents, BSD_POLLOUT);
	send_abort();
	EXPECT_EQ(end_blocked(&blocked), -XNU_ECONNRESET);
	EXPECT_EQ(bsd_close(fd), 0);
	EXPECT_EQ(bsd_close(server), 0);
	stop_kext();
}

TEST(a_socket_is_not_writable_when_no_association_has_room)
{
	struct bsd_pollfd entry = {.events = BSD_POLLOUT};

	start_with_raw_peer();
	for (unsigned i = 0; i < 2; i++) {
		int fd = open_full(types[i]);

		entry.fd = fd;
		EXPECT_EQ(bsd_poll(&entry, 1, 0), 0);
		close_at_once(fd);
	}
	stop_kext();
}
