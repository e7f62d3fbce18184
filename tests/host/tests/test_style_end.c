/* How the association of a one-to-one socket ends, on the built kext (RFC 6458 sections 4.1.7 and 4.1.8). */
#include <pthread.h>

#include "connections.h"

/* SHUT_WR is a SHUTDOWN: there is no half-closed state, but what was sent before arrives. */
static void
shut_write(void)
{
	struct connection made = open_connection();
	char bytes[8];

	NEED(write(made.near, "one", 3) == 3 && write(made.far, "two", 3) == 3);
	NEED(shutdown(made.near, SHUT_WR) == 0);
	NEED_ERROR(send(made.near, "x", 1, MSG_NOSIGNAL), EPIPE);
	NEED(read(made.far, bytes, sizeof(bytes)) == 3 && read(made.far, bytes, sizeof(bytes)) == 0);
	NEED_ERROR(send(made.far, "x", 1, MSG_NOSIGNAL), EPIPE);
	NEED(read(made.near, bytes, sizeof(bytes)) == 3 && read(made.near, bytes, sizeof(bytes)) == 0);
	NEED(socket_error(made.near) == 0 && socket_error(made.far) == 0);
	NEED_ERROR(shutdown(made.near, SHUT_WR), ENOTCONN);
	/* The kernel says so of a socket that is shut down in both directions. */
	NEED_ERROR(getpeername(made.near, (struct sockaddr *)&(struct sockaddr_in){0}, &(socklen_t){16}),
		   EINVAL);
	NEED_ERROR(shutdown(made.near, 3), EINVAL);
}

/* SHUT_RD tells the peer nothing: it may send on, and nobody reads it. */
static void
shut_read(void)
{
	struct connection made = open_connection();
	char bytes[8];

	NEED(write(made.far, "gone", 4) == 4);
	NEED(await_event(made.near, POLLIN) & POLLIN);
	NEED(shutdown(made.near, SHUT_RD) == 0);
	NEED(read(made.near, bytes, sizeof(bytes)) == 0);
	/* More than a receive buffer. */
	for (int i = 0; i < 300; i++) {
		static char large[1000];
		NEED(write(made.far, large, sizeof(large)) == sizeof(large));
	}
	NEED(read(made.near, bytes, sizeof(bytes)) == 0);
	NEED(write(made.near, "kept", 4) == 4 && read(made.far, bytes, sizeof(bytes)) == 4);
	NEED_ERROR(shutdown(made.near, SHUT_RD), ENOTCONN);
	NEED(shutdown(made.near, SHUT_WR) == 0 && read(made.far, bytes, sizeof(bytes)) == 0);
}

static void
shut_both(void)
{
	struct connection made = open_connection();
	char byte;

	NEED(shutdown(made.near, SHUT_RDWR) == 0);
	NEED(read(made.near, &byte, 1) == 0 && read(made.far, &byte, 1) == 0);
	NEED_ERROR(send(made.near, "x", 1, MSG_NOSIGNAL), EPIPE);
	NEED_ERROR(shutdown(made.near, SHUT_RDWR), ENOTCONN);
}

static void
set_linger(int fd, int on, int seconds)
{
	struct linger linger = {on, seconds};

	NEED(setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)) == 0);
}

static void
aborted(void)
{
	struct connection made = open_connection();
	char byte;

	set_linger(made.near, 1, 0);
	NEED(close(made.near) == 0);
	/* The error comes once, wherever it is asked for first. */
	NEED_ERROR(recv(made.far, &byte, 1, 0), ECONNRESET);
	NEED(recv(made.far, &byte, 1, 0) == 0 && socket_error(made.far) == 0);
	NEED_ERROR(send(made.far, "x", 1, MSG_NOSIGNAL), EPIPE);

	NEED(close(made.head) == 0);
	made = open_connection();
	set_linger(made.far, 1, 0);
	NEED(close(made.far) == 0);
	NEED(await_event(made.near, POLLIN) & POLLHUP);
	NEED(socket_error(made.near) == ECONNRESET && socket_error(made.near) == 0);
	NEED(recv(made.near, &byte, 1, 0) == 0);

	/* What was not read must not look as if it was. */
	NEED(close(made.head) == 0);
	made = open_connection();
	NEED(write(made.near, "x", 1) == 1 && (await_event(made.far, POLLIN) & POLLIN));
	NEED(close(made.far) == 0);
	NEED_ERROR(recv(made.near, &byte, 1, 0), ECONNRESET);
}

/* A message that the peer has no room for: near's window closes, then far's buffer has some. */
static void
fill_window(struct connection made)
{
	static char bytes[1000];

	set_blocking(made.far, false);
	while (send(made.far, bytes, sizeof(bytes), 0) == sizeof(bytes))
		;
	NEED(errno == EAGAIN);
	set_blocking(made.far, true);
}

static double
seconds_of_close(int fd)
{
	struct timespec from, to;

	clock_gettime(CLOCK_MONOTONIC, &from);
	NEED(close(fd) == 0);
	clock_gettime(CLOCK_MONOTONIC, &to);
	return (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
}

static void *
read_all(void *argument)
{
	static char bytes[100000];
	int fd = *(int *)argument;
	ssize_t length, total = 0;

	while ((length = read(fd, bytes, sizeof(bytes))) > 0)
		total += length;
	return length == 0 ? (void *)(intptr_t)total : NULL;
}

static void
lingers(void)
{
	pthread_t reader;
	void *total;
	struct connection made = open_connection();

	/* Nobody reads: the time runs out, and the data is sent none the less. */
	fill_window(made);
	set_linger(made.far, 1, 1);
	NEED(seconds_of_close(made.far) >= 1);
	NEED(read_all(&made.near) != NULL);

	/* Somebody does: there is no need to wait for all of the time. */
	NEED(close(made.head) == 0 && close(made.near) == 0);
	made = open_connection();
	fill_window(made);
	set_linger(made.far, 1, 300);
	NEED(pthread_create(&reader, NULL, read_all, &made.near) == 0);
	NEED(close(made.far) == 0);
	NEED(pthread_join(reader, &total) == 0 && total != NULL);

	/* Without the option it is not waited for. */
	NEED(close(made.head) == 0 && close(made.near) == 0);
	made = open_connection();
	fill_window(made);
	NEED(close(made.far) == 0);
	NEED(read_all(&made.near) != NULL);
}

static void *
accept_one(void *argument)
{
	return (void *)(intptr_t)(accept(*(int *)argument, NULL, NULL) == -1 ? errno : 0);
}

static void *
read_one(void *argument)
{
	char byte;

	return (void *)(intptr_t)(read(*(int *)argument, &byte, 1) == -1 ? errno : 0);
}

static void *
connect_nowhere(void *argument)
{
	return (void *)(intptr_t)(connect_to(*(int *)argument, NOBODYS, PORT) == -1 ? errno : 0);
}

static void *
connectx_nowhere(void *argument)
{
	struct address_list list = {0};

	address_add(&list, NOBODYS, PORT);
	int result = sctp_connectx(*(int *)argument, addresses_of(&list), 1, NULL);
	return (void *)(intptr_t)(result == -1 ? errno : 0);
}

/* Whether a call in another thread ends when its socket is closed. It may come after the close, and then
 * finds none. */
static bool
ends_at_close(void *(*call)(void *), int fd)
{
	pthread_t thread;
	void *error;

	NEED(pthread_create(&thread, NULL, call, &fd) == 0);
	usleep(100000);
	NEED(close(fd) == 0);
	NEED(pthread_join(thread, &error) == 0);
	return (intptr_t)error == EBADF || (intptr_t)error == ECONNABORTED;
}

static void
closed_under_a_call(void)
{
	struct connection made = open_connection();

	NEED(ends_at_close(read_one, made.near));
	NEED(ends_at_close(accept_one, made.head));
	NEED(ends_at_close(connect_nowhere, open_single()));
	NEED(ends_at_close(connectx_nowhere, open_single()));
}

PROGRAMS({"shut_write", shut_write}, {"shut_read", shut_read}, {"shut_both", shut_both}, {"aborted", aborted},
	 {"lingers", lingers}, {"closed_under_a_call", closed_under_a_call})

TEST(shut_wr_is_a_shutdown)
{
	run_on_two_networks("shut_write");
}

TEST(shut_rd_is_nothing_to_the_peer)
{
	run_on_two_networks("shut_read");
}

TEST(shut_rdwr_is_both)
{
	run_on_two_networks("shut_both");
}

TEST(an_abort_is_an_error_once)
{
	run_on_two_networks("aborted");
}

TEST(close_waits_for_the_linger_time_or_the_data)
{
	run_on_two_networks("lingers");
}

TEST(close_ends_calls_of_other_threads)
{
	run_on_two_networks("closed_under_a_call");
}
