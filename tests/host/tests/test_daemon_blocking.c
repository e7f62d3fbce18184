/* Calls that sleep in sctphostd: what ends them is what would end them in a kernel of the program's own. */
#include "daemon.h"

#include <sys/ioctl.h>
#include <sys/time.h>

/* A call in a thread of its own, given time to fall asleep in it. */
struct call {
	pthread_t thread;
	ssize_t (*function)(int fd);
	int fd;
	ssize_t result;
	int error;
};

static void *
run_call(void *argument)
{
	struct call *call = argument;
	call->result = call->function(call->fd);
	call->error = errno;
	return NULL;
}

static void
start_call(struct call *call, ssize_t (*function)(int), int fd)
{
	*call = (struct call){.function = function, .fd = fd};
	NEED(pthread_create(&call->thread, NULL, run_call, call) == 0);
	usleep(100000);
}

static int
end_call(struct call *call)
{
	NEED(pthread_join(call->thread, NULL) == 0);
	return call->result < 0 ? call->error : 0;
}

static ssize_t
receive_message(int fd)
{
	char data[64];
	struct iovec part = {data, sizeof(data)};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	return recvmsg(fd, &message, 0);
}

static ssize_t
accept_one(int fd)
{
	return accept(fd, NULL, NULL);
}

/* An address that nobody has: the link takes the packets, and there is never an answer. */
static ssize_t
connect_to_nobody(int fd)
{
	struct sockaddr_in name = name_of(0xc6336401, PORT);
	return connect(fd, (struct sockaddr *)&name, sizeof(name));
}

static ssize_t
send_until_full(int fd)
{
	static char data[10000];
	struct iovec part = {data, sizeof(data)};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	ssize_t sent;
	do
		sent = sendmsg(fd, &message, 0);
	while (sent > 0);
	return sent;
}

static ssize_t
poll_one(int fd)
{
	struct pollfd fds[1] = {{fd, POLLIN, 0}};
	return poll(fds, 1, -1) == 1 && fds[0].revents == POLLNVAL ? 0 : -1;
}

/* ---- close ---- */

static void
close_under_calls(void)
{
	struct call call;
	struct connection made = connection();
	start_call(&call, receive_message, made.far);
	NEED(close(made.far) == 0);
	NEED(end_call(&call) == EBADF);
	start_call(&call, accept_one, made.head);
	NEED(close(made.head) == 0);
	NEED(end_call(&call) == ECONNABORTED);
	made.head = open_socket(SOCK_STREAM);
	start_call(&call, connect_to_nobody, made.head);
	NEED(close(made.head) == 0);
	NEED(end_call(&call) == ECONNABORTED);
	NEED(close(made.near) == 0);
	made = connection();
	start_call(&call, send_until_full, made.near);
	NEED(close(made.near) == 0);
	NEED(end_call(&call) == EBADF);
	start_call(&call, poll_one, made.far);
	NEED(close(made.far) == 0);
	NEED(end_call(&call) == 0);
}

TEST(close_ends_blocked_calls)
{
	run_on_daemon("close_under_calls");
}

/* Of two descriptors of one socket, in two processes: only its own calls end. */
static void
close_of_another_process(void)
{
	struct call call;
	struct connection made = connection();
	start_call(&call, receive_message, made.far);
	pid_t child = fork();
	if (child == 0) {
		NEED(close(made.far) == 0);
		exit(0);
	}
	need_status(child, 0);
	NEED(write(made.near, "x", 1) == 1);
	NEED(end_call(&call) == 0 && call.result == 1);
}

TEST(close_in_another_process_ends_nothing_here)
{
	run_on_daemon("close_of_another_process");
}

static void
lingering(void)
{
	struct linger linger = {1, 5};
	char byte;
	struct connection made = connection();
	NEED(setsockopt(made.near, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)) == 0);
	NEED(write(made.near, "x", 1) == 1);
	int copy = dup(made.near);
	NEED(close(made.near) == 0);
	NEED(read(made.far, &byte, 1) == 1);
	NEED(recv(made.far, &byte, 1, MSG_DONTWAIT) == -1 && errno == EAGAIN);
	/* The last close is the one that waits: the association has ended when it returns. */
	NEED(close(copy) == 0);
	NEED(read(made.far, &byte, 1) == 0);
	NEED(close(made.far) == 0);
}

TEST(last_close_lingers)
{
	run_on_daemon("lingering");
}

/* ---- signals ---- */

static _Atomic int signals;
static int used_by_handler = -1;

static void
count_signal(int number)
{
	char byte;
	(void)number;
	signals++;
	/* A handler may make calls of its own, also while it interrupts one. */
	if (used_by_handler >= 0)
		NEED(recv(used_by_handler, &byte, 1, MSG_DONTWAIT) == -1 && errno == EAGAIN);
}

static void
handle(int flags)
{
	struct sigaction action = {.sa_handler = count_signal, .sa_flags = flags};
	signals = 0;
	NEED(sigaction(SIGUSR1, &action, NULL) == 0);
}

static void
send_signal(struct call *call, int wanted)
{
	NEED(pthread_kill(call->thread, SIGUSR1) == 0);
	while (signals < wanted)
		usleep(1000);
}

static void
interrupt(void)
{
	struct call call;
	struct connection made = connection();
	used_by_handler = made.near;
	handle(0);
	start_call(&call, receive_message, made.far);
	send_signal(&call, 1);
	NEED(end_call(&call) == EINTR);
	start_call(&call, accept_one, made.head);
	send_signal(&call, 2);
	NEED(end_call(&call) == EINTR);
	start_call(&call, poll_one, made.far);
	send_signal(&call, 3);
	NEED(end_call(&call) == EINTR);
	int other = open_socket(SOCK_STREAM);
	start_call(&call, connect_to_nobody, other);
	send_signal(&call, 4);
	NEED(end_call(&call) == EINTR);
	used_by_handler = -1;
	start_call(&call, send_until_full, made.near);
	send_signal(&call, 5);
	NEED(end_call(&call) == EINTR);
	const struct linger at_once = {1, 0};
	NEED(setsockopt(made.near, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)) == 0);
}

TEST(signal_ends_blocked_calls)
{
	run_on_daemon("interrupt");
}

static void
restart(void)
{
	struct call call;
	struct connection made = connection();
	used_by_handler = made.near;
	handle(SA_RESTART);
	start_call(&call, receive_message, made.far);
	send_signal(&call, 1);
	send_signal(&call, 2);
	NEED(write(made.near, "abc", 3) == 3);
	NEED(end_call(&call) == 0 && call.result == 3);
	/* poll never starts anew. */
	start_call(&call, poll_one, made.far);
	send_signal(&call, 3);
	NEED(end_call(&call) == EINTR);
	/* What is ignored does not end it. */
	NEED(signal(SIGUSR1, SIG_IGN) != SIG_ERR);
	start_call(&call, receive_message, made.far);
	NEED(pthread_kill(call.thread, SIGUSR1) == 0);
	usleep(50000);
	NEED(write(made.near, "abc", 3) == 3);
	NEED(end_call(&call) == 0 && call.result == 3);
}

TEST(restarted_calls_go_on)
{
	run_on_daemon("restart");
}

static void
broken_pipe(void)
{
	struct connection made = connection();
	NEED(shutdown(made.near, SHUT_WR) == 0);
	NEED(send(made.near, "x", 1, MSG_NOSIGNAL) == -1 && errno == EPIPE);
	struct sigaction action = {.sa_handler = count_signal};
	NEED(sigaction(SIGPIPE, &action, NULL) == 0);
	NEED(write(made.near, "x", 1) == -1 && errno == EPIPE && signals == 1);
}

TEST(broken_pipe_is_a_signal_of_the_program)
{
	run_on_daemon("broken_pipe");
}

static void
timeouts(void)
{
	char byte;
	int waiting = -1, on = 1;
	struct timeval limit = {0, 50000};
	struct connection made = connection();
	NEED(setsockopt(made.far, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) == 0);
	NEED(read(made.far, &byte, 1) == -1 && errno == EAGAIN);
	NEED(write(made.near, "abc", 3) == 3);
	NEED(write(made.near, (void *)8192, 3) == -1 && errno == EFAULT);
	struct pollfd fds[1] = {{made.far, POLLIN, 0}};
	NEED(poll(fds, 1, 5000) == 1 && fds[0].revents == POLLIN);
	NEED(ioctl(made.far, FIONREAD, &waiting) == 0 && waiting == 3);
	NEED(recv(made.far, &byte, 1, MSG_PEEK) == 1 && byte == 'a');
	NEED(ioctl(made.far, FIONBIO, &on) == 0);
	NEED(read(made.far, &byte, 1) == 1 && read(made.far, &byte, 1) == 1 && read(made.far, &byte, 1) == 1);
	NEED(read(made.far, &byte, 1) == -1 && errno == EAGAIN);
}

TEST(calls_keep_their_time_and_their_memory)
{
	run_on_daemon("timeouts");
}

/* ---- threads ---- */

enum { THREADS = 8, MESSAGES = 200 };

static void *
send_many(void *fd)
{
	char data[100];
	memset(data, 'x', sizeof(data));
	for (int i = 0; i < MESSAGES; i++)
		NEED(write(*(int *)fd, data, sizeof(data)) == sizeof(data));
	return NULL;
}

static _Atomic int received;

static void *
receive_many(void *fd)
{
	char data[100];
	ssize_t length;
	while ((length = read(*(int *)fd, data, sizeof(data))) > 0)
		received += (int)length;
	NEED(length == 0);
	return NULL;
}

static void
many_threads(void)
{
	pthread_t senders[THREADS], receivers[THREADS];
	struct connection made = connection();
	for (int i = 0; i < THREADS; i++) {
		NEED(pthread_create(&receivers[i], NULL, receive_many, &made.far) == 0);
		NEED(pthread_create(&senders[i], NULL, send_many, &made.near) == 0);
	}
	for (int i = 0; i < THREADS; i++)
		NEED(pthread_join(senders[i], NULL) == 0);
	NEED(shutdown(made.near, SHUT_WR) == 0);
	for (int i = 0; i < THREADS; i++)
		NEED(pthread_join(receivers[i], NULL) == 0);
	NEED(received == THREADS * MESSAGES * 100);
}

TEST(eight_threads_share_a_socket)
{
	run_on_daemon("many_threads");
}

PROGRAMS({"close_under_calls", close_under_calls}, {"close_of_another_process", close_of_another_process},
	 {"lingering", lingering}, {"interrupt", interrupt}, {"restart", restart},
	 {"broken_pipe", broken_pipe}, {"timeouts", timeouts}, {"many_threads", many_threads})
