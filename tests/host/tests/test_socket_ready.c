/* Readiness: select, poll, kevent and the counts, all from so_state and the two sockbufs (row C and recipe
 * 1). */
#include "test_socket_stub.h"

static int
pending(int fd)
{
	int count = -1;
	EXPECT_EQ(bsd_ioctl(fd, BSD_FIONREAD, &count), 0);
	return count;
}

TEST(counts_are_those_of_the_buffers)
{
	char byte;
	stub_start();
	struct stub_pair pair = stub_pair();
	EXPECT_EQ(pending(pair.server), 0);
	EXPECT_EQ(bsd_write(pair.client, "abcd", 4), 4);
	EXPECT_EQ(pending(pair.server), 4);
	EXPECT_EQ(stub_number(pair.server, BSD_SO_NREAD), 4);
	EXPECT_EQ(stub_number(pair.client, BSD_SO_NWRITE), 4);
	EXPECT_EQ(bsd_read(pair.server, &byte, 1), 1);
	EXPECT_EQ(pending(pair.server), 3);
	EXPECT_EQ(stub_number(pair.client, BSD_SO_NWRITE), 3);
}

TEST(low_water_marks_rule)
{
	stub_start();
	struct stub_pair pair = stub_pair();
	EXPECT_EQ(stub_ready(pair.server, BSD_POLLIN | BSD_POLLOUT), BSD_POLLOUT);
	EXPECT_EQ(stub_set_number(pair.server, BSD_SO_RCVLOWAT, 4), 0);
	EXPECT_EQ(bsd_write(pair.client, "abc", 3), 3);
	EXPECT_EQ(stub_ready(pair.server, BSD_POLLIN), 0);
	EXPECT_EQ(bsd_write(pair.client, "d", 1), 1);
	EXPECT_EQ(stub_ready(pair.server, BSD_POLLIN), BSD_POLLIN);
	EXPECT_EQ(stub_set_number(pair.client, BSD_SO_SNDLOWAT, STUB_ROOM - 4), 0);
	EXPECT_EQ(stub_ready(pair.client, BSD_POLLOUT), BSD_POLLOUT);
	EXPECT_EQ(bsd_write(pair.client, "e", 1), 1);
	EXPECT_EQ(stub_ready(pair.client, BSD_POLLOUT), 0);
	/* A larger buffer makes room without a word from the protocol. */
	EXPECT_EQ(stub_set_number(pair.client, BSD_SO_SNDBUF, 2 * STUB_ROOM), 0);
	EXPECT_EQ(stub_ready(pair.client, BSD_POLLOUT), BSD_POLLOUT);
}

TEST(empty_message_is_readable)
{
	char byte;
	struct iovec none = {NULL, 0};
	stub_start();
	struct stub_pair pair = stub_pair();
	EXPECT_EQ(bsd_writev(pair.client, &none, 1), 0);
	EXPECT_EQ(pending(pair.server), 1);
	EXPECT_EQ(stub_ready(pair.server, BSD_POLLIN), BSD_POLLIN);
	EXPECT_EQ(bsd_read(pair.server, &byte, 1), 0);
	EXPECT_EQ(stub_ready(pair.server, BSD_POLLIN), 0);
}

TEST(unconnected_socket_is_not_writable)
{
	stub_start();
	int fd = bsd_socket(XNU_AF_INET, BSD_SOCK_STREAM, STUB);
	EXPECT_EQ(stub_ready(fd, BSD_POLLIN | BSD_POLLOUT), 0);
	EXPECT_EQ(stub_connect_to(fd, 5000), -61);
}

TEST(end_and_error_are_ready)
{
	stub_start();
	struct stub_pair pair = stub_pair();
	EXPECT_EQ(bsd_shutdown(pair.client, BSD_SHUT_WR), 0);
	EXPECT_EQ(stub_ready(pair.server, BSD_POLLIN), BSD_POLLIN | BSD_POLLHUP);
	EXPECT_EQ(stub_ready(pair.client, BSD_POLLOUT), BSD_POLLHUP);
	int fd = bsd_socket(XNU_AF_INET, BSD_SOCK_STREAM, STUB);
	bsd_socket_of(fd)->so_error = XNU_ECONNRESET;
	EXPECT_EQ(stub_ready(fd, BSD_POLLIN | BSD_POLLOUT), BSD_POLLIN | BSD_POLLOUT);
}

static int64_t
poll_for_reading(int fd)
{
	struct bsd_pollfd poll = {fd, BSD_POLLIN, 0};
	int result = bsd_poll(&poll, 1, -1);
	return result < 0 ? result : poll.revents;
}

TEST(poll_wakes)
{
	struct stub_call call;
	stub_start();
	struct stub_pair pair = stub_pair();
	stub_call_start(&call, poll_for_reading, pair.server);
	EXPECT_EQ(bsd_write(pair.client, "x", 1), 1);
	EXPECT_EQ(stub_call_end(&call), BSD_POLLIN);
}

TEST(poll_of_a_listener_wakes)
{
	struct stub_call call;
	stub_start();
	int listener = stub_listener(5000, 5);
	stub_call_start(&call, poll_for_reading, listener);
	stub_client(5000);
	EXPECT_EQ(stub_call_end(&call), BSD_POLLIN);
}

TEST(close_wakes_poll)
{
	struct stub_call call;
	stub_start();
	struct stub_pair pair = stub_pair();
	stub_call_start(&call, poll_for_reading, pair.server);
	EXPECT_EQ(bsd_close(pair.server), 0);
	EXPECT_EQ(stub_call_end(&call), BSD_POLLNVAL);
}

static void
ignore_signal(int number)
{
	(void)number;
}

TEST(signal_ends_poll_even_with_restart)
{
	struct sigaction action = {.sa_handler = ignore_signal, .sa_flags = SA_RESTART};
	struct stub_call call;
	stub_start();
	struct stub_pair pair = stub_pair();
	sigaction(SIGUSR1, &action, NULL);
	stub_call_start(&call, poll_for_reading, pair.server);
	pthread_kill(call.thread, SIGUSR1);
	EXPECT_EQ(stub_call_end(&call), -4);
}

TEST(poll_times_out_and_knows_bad_descriptors)
{
	stub_start();
	struct stub_pair pair = stub_pair();
	struct bsd_pollfd polls[3] = {{pair.server, BSD_POLLIN, 0}, {-1, BSD_POLLIN, 7}, {77, BSD_POLLIN, 0}};
	uint64_t start = host_clock_now();
	EXPECT_EQ(bsd_poll(polls, 2, 100), 0);
	EXPECT(host_clock_now() - start > 90000000);
	EXPECT_EQ(polls[1].revents, 0);
	EXPECT_EQ(bsd_poll(polls, 3, 100), 1);
	EXPECT_EQ(polls[2].revents, BSD_POLLNVAL);
}

static void
set_bit_of(struct bsd_fd_set *set, int fd)
{
	set->fds_bits[fd / 32] |= 1u << (fd % 32);
}

TEST(select_gives_bits)
{
	struct bsd_fd_set reads = {{0}}, writes = {{0}};
	struct bsd_timeval soon = {0, 50000};
	stub_start();
	struct stub_pair pair = stub_pair();
	set_bit_of(&reads, pair.server);
	EXPECT_EQ(bsd_select(pair.server + 1, &reads, NULL, NULL, &soon), 0);
	EXPECT_EQ(reads.fds_bits[0], 0);
	set_bit_of(&reads, pair.server);
	set_bit_of(&writes, pair.server);
	set_bit_of(&writes, pair.client);
	EXPECT_EQ(bsd_write(pair.client, "x", 1), 1);
	EXPECT_EQ(bsd_select(pair.server + 1, &reads, &writes, NULL, NULL), 3);
	EXPECT_EQ(reads.fds_bits[0], 1u << pair.server);
	set_bit_of(&reads, 60);
	EXPECT_EQ(bsd_select(61, &reads, NULL, NULL, NULL), -9);
	soon.tv_usec = -1;
	EXPECT_EQ(bsd_select(0, NULL, NULL, NULL, &soon), -22);
}

TEST(no_waiter_stays_behind)
{
	stub_start();
	struct stub_pair pair = stub_pair();
	EXPECT_EQ(stub_ready(pair.server, BSD_POLLIN), 0);
	EXPECT(bsd_socket_of(pair.server)->so_rcv.sb_sel.si_links == NULL);
}

static int company_pipe[2];

/* In company of the pipe. */
static int64_t
poll_in_company(int fd)
{
	struct bsd_pollfd poll = {fd, BSD_POLLIN, 0};
	struct pollfd others[3] = {{company_pipe[0], POLLIN, 0}};
	int result = bsd_poll_in_company(&poll, 1, -1, &(struct company){others, 1, NULL});
	return result < 0 ? result : result * 1000 + poll.revents;
}

TEST(poll_ends_when_its_company_is_ready)
{
	struct stub_call call;
	char byte;
	stub_start();
	struct stub_pair pair = stub_pair();
	EXPECT_EQ(pipe(company_pipe), 0);
	stub_call_start(&call, poll_in_company, pair.server);
	EXPECT_EQ(write(company_pipe[1], "x", 1), 1);
	EXPECT_EQ(stub_call_end(&call), -XNU_EINTR);
	/* It is the company of one call only. */
	EXPECT_EQ(read(company_pipe[0], &byte, 1), 1);
	stub_call_start(&call, poll_in_company, pair.server);
	EXPECT_EQ(bsd_write(pair.client, "x", 1), 1);
	EXPECT_EQ(stub_call_end(&call), 1000 + BSD_POLLIN);
	stub_call_start(&call, poll_in_company, pair.client);
	EXPECT_EQ(bsd_close(pair.client), 0);
	EXPECT_EQ(stub_call_end(&call), 1000 + BSD_POLLNVAL);
}

/* ---- kevent ---- */

static int
kevent_change(int queue, int fd, int filter, int flags, uint32_t fflags, int64_t data)
{
	struct bsd_kevent change = {(uint64_t)fd, (int16_t)filter, (uint16_t)flags, fflags, data, NULL};
	return bsd_kevent(queue, &change, 1, NULL, 0, NULL);
}

static int
kevent_take(int queue, struct bsd_kevent *event, long milliseconds)
{
	struct timespec limit = {milliseconds / 1000, milliseconds % 1000 * 1000000};
	return bsd_kevent(queue, NULL, 0, event, 1, &limit);
}

TEST(kevent_data_is_bytes)
{
	struct bsd_kevent event;
	stub_start();
	struct stub_pair pair = stub_pair();
	int queue = bsd_kqueue();
	EXPECT_EQ(kevent_change(queue, pair.server, BSD_EVFILT_READ, BSD_EV_ADD, 0, 0), 0);
	EXPECT_EQ(kevent_take(queue, &event, 0), 0);
	EXPECT_EQ(bsd_write(pair.client, "abc", 3), 3);
	EXPECT_EQ(kevent_take(queue, &event, 1000), 1);
	EXPECT_EQ(event.ident, pair.server);
	EXPECT_EQ(event.data, 3);
	EXPECT_EQ(kevent_take(queue, &event, 0), 1);
	EXPECT_EQ(kevent_change(queue, pair.server, BSD_EVFILT_READ, BSD_EV_DELETE, 0, 0), 0);
	EXPECT_EQ(kevent_take(queue, &event, 0), 0);
	EXPECT_EQ(kevent_change(queue, pair.server, BSD_EVFILT_READ, BSD_EV_DELETE, 0, 0), -2);
	EXPECT_EQ(bsd_socket_of(pair.server)->so_rcv.sb_flags & SB_KNOTE, 0);
	EXPECT_EQ(kevent_change(queue, pair.client, BSD_EVFILT_WRITE, BSD_EV_ADD, 0, 0), 0);
	EXPECT_EQ(kevent_take(queue, &event, 0), 1);
	EXPECT_EQ(event.data, STUB_ROOM - 3);
}

TEST(kevent_note_lowat_and_clear)
{
	struct bsd_kevent event;
	stub_start();
	struct stub_pair pair = stub_pair();
	int queue = bsd_kqueue();
	EXPECT_EQ(
	    kevent_change(queue, pair.server, BSD_EVFILT_READ, BSD_EV_ADD | BSD_EV_CLEAR, BSD_NOTE_LOWAT, 3),
	    0);
	EXPECT_EQ(bsd_write(pair.client, "ab", 2), 2);
	EXPECT_EQ(kevent_take(queue, &event, 0), 0);
	EXPECT_EQ(bsd_write(pair.client, "c", 1), 1);
	EXPECT_EQ(kevent_take(queue, &event, 0), 1);
	EXPECT_EQ(kevent_take(queue, &event, 0), 0);
	EXPECT_EQ(bsd_write(pair.client, "d", 1), 1);
	EXPECT_EQ(kevent_take(queue, &event, 0), 1);
	EXPECT_EQ(event.data, 4);
}

TEST(kevent_end_and_listener)
{
	struct bsd_kevent event;
	stub_start();
	struct stub_pair pair = stub_pair();
	int queue = bsd_kqueue();
	EXPECT_EQ(kevent_change(queue, pair.listener, BSD_EVFILT_READ, BSD_EV_ADD, 0, 0), 0);
	EXPECT_EQ(kevent_take(queue, &event, 0), 0);
	stub_client(5000);
	stub_client(5000);
	EXPECT_EQ(kevent_take(queue, &event, 1000), 1);
	EXPECT_EQ(event.data, 2);
	EXPECT_EQ(bsd_close(pair.listener), 0);
	EXPECT_EQ(kevent_take(queue, &event, 0), 0);
	EXPECT_EQ(kevent_change(queue, pair.server, BSD_EVFILT_READ, BSD_EV_ADD | BSD_EV_ONESHOT, 0, 0), 0);
	EXPECT_EQ(bsd_shutdown(pair.client, BSD_SHUT_WR), 0);
	EXPECT_EQ(kevent_take(queue, &event, 0), 1);
	EXPECT(event.flags & BSD_EV_EOF);
	EXPECT_EQ(kevent_take(queue, &event, 0), 0);
}

static int64_t
wait_for_event(int queue)
{
	struct bsd_kevent event;
	int result = bsd_kevent(queue, NULL, 0, &event, 1, NULL);
	return result == 1 ? event.data : result;
}

TEST(kevent_sleeps_and_wakes)
{
	struct stub_call call;
	stub_start();
	struct stub_pair pair = stub_pair();
	int queue = bsd_kqueue();
	EXPECT_EQ(kevent_change(queue, pair.server, BSD_EVFILT_READ, BSD_EV_ADD, 0, 0), 0);
	stub_call_start(&call, wait_for_event, queue);
	EXPECT_EQ(bsd_write(pair.client, "abcde", 5), 5);
	EXPECT_EQ(stub_call_end(&call), 5);
	char bytes[8];
	EXPECT_EQ(bsd_read(pair.server, bytes, sizeof(bytes)), 5);
	stub_call_start(&call, wait_for_event, queue);
	EXPECT_EQ(bsd_close(queue), 0);
	EXPECT_EQ(stub_call_end(&call), -9);
}
