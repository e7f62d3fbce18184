/* select, poll and epoll of programs over sockets of sctphostd and descriptors of Linux's together. */
#include "daemon.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/select.h>

/* Writes a byte to one of them a moment later. */
static void *
write_later(void *fd)
{
	usleep(50000);
	NEED(write(*(int *)fd, "x", 1) == 1);
	return NULL;
}

static pthread_t
later(int *fd)
{
	pthread_t thread;
	NEED(pthread_create(&thread, NULL, write_later, fd) == 0);
	return thread;
}

static void
need_byte(int fd)
{
	char byte;
	NEED(read(fd, &byte, 1) == 1 && byte == 'x');
}

static void
poll_both(void)
{
	int pipes[2];
	struct connection made = connection();
	NEED(pipe(pipes) == 0);
	struct pollfd fds[3] = {{pipes[0], POLLIN, 0}, {-1, POLLIN, 9}, {made.far, POLLIN, 0}};
	NEED(poll(fds, 3, 0) == 0 && poll(fds, 3, 20) == 0 && fds[1].revents == 0);
	pthread_t thread = later(&made.near);
	NEED(poll(fds, 3, -1) == 1 && fds[0].revents == 0 && fds[2].revents == POLLIN);
	NEED(pthread_join(thread, NULL) == 0);
	need_byte(made.far);
	thread = later(&pipes[1]);
	NEED(poll(fds, 3, -1) == 1 && fds[0].revents == POLLIN && fds[2].revents == 0);
	NEED(pthread_join(thread, NULL) == 0);
	/* Both; the way out; the end. */
	NEED(write(made.near, "x", 1) == 1);
	NEED(poll(&fds[2], 1, -1) == 1);
	NEED(poll(fds, 3, -1) == 2 && fds[0].revents == POLLIN && fds[2].revents == POLLIN);
	struct pollfd out[2] = {{made.near, POLLOUT, 0}, {pipes[1], POLLOUT, 0}};
	NEED(poll(out, 2, -1) == 2 && out[0].revents == POLLOUT && out[1].revents == POLLOUT);
	need_byte(made.far);
	NEED(close(made.near) == 0);
	NEED(poll(&fds[2], 1, -1) == 1 && fds[2].revents == (POLLIN | POLLHUP));
	NEED(close(made.far) == 0);
	NEED(poll(fds, 3, -1) == 2 && fds[2].revents == POLLNVAL);
}

TEST(poll_over_both_kinds)
{
	run_on_daemon("poll_both");
}

static void
on_signal(int number)
{
	(void)number;
}

static void
poll_with_mask(void)
{
	int pipes[2];
	sigset_t blocked, none;
	struct sigaction action = {.sa_handler = on_signal};
	struct connection made = connection();
	struct timespec limit = {5, 0};
	NEED(pipe(pipes) == 0);
	sigemptyset(&none);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGUSR1);
	NEED(sigaction(SIGUSR1, &action, NULL) == 0);
	NEED(pthread_sigmask(SIG_BLOCK, &blocked, NULL) == 0);
	NEED(kill(getpid(), SIGUSR1) == 0);
	struct pollfd fds[2] = {{made.far, POLLIN, 0}, {pipes[0], POLLIN, 0}};
	/* Blocked, it ends nothing; let in for the call, it ends that. */
	NEED(poll(fds, 2, 20) == 0);
	NEED(ppoll(fds, 2, &limit, &none) == -1 && errno == EINTR);
	NEED(ppoll(fds, 2, &(struct timespec){0, 1000000}, &none) == 0);
	NEED(kill(getpid(), SIGUSR1) == 0);
	NEED(ppoll(fds, 1, &limit, &none) == -1 && errno == EINTR);
	NEED(pthread_sigmask(SIG_BLOCK, NULL, &none) == 0 && sigismember(&none, SIGUSR1) == 1);
}

TEST(poll_lets_a_signal_in)
{
	run_on_daemon("poll_with_mask");
}

static void
select_both(void)
{
	int pipes[2];
	fd_set reads, writes;
	struct timeval soon = {0, 20000};
	struct connection made = connection();
	NEED(pipe(pipes) == 0);
	FD_ZERO(&reads);
	FD_SET(made.far, &reads);
	FD_SET(pipes[0], &reads);
	NEED(select(FD_SETSIZE, &reads, NULL, NULL, &soon) == 0);
	NEED(!FD_ISSET(made.far, &reads) && !FD_ISSET(pipes[0], &reads));
	FD_ZERO(&writes);
	FD_SET(made.near, &writes);
	FD_SET(made.far, &reads);
	FD_SET(pipes[0], &reads);
	NEED(write(pipes[1], "x", 1) == 1);
	NEED(select(FD_SETSIZE, &reads, &writes, NULL, NULL) == 2);
	NEED(FD_ISSET(pipes[0], &reads) && !FD_ISSET(made.far, &reads) && FD_ISSET(made.near, &writes));
}

TEST(select_over_both_kinds)
{
	run_on_daemon("select_both");
}

static void
watch(int queue, int fd, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.fd = fd};
	NEED(epoll_ctl(queue, EPOLL_CTL_ADD, fd, &event) == 0);
}

static void
need_event(int queue, int fd, uint32_t events)
{
	struct epoll_event event;
	NEED(epoll_wait(queue, &event, 1, -1) == 1);
	NEED(event.data.fd == fd && event.events == events);
}

static void
epoll_both(void)
{
	int pipes[2], queue = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event event;
	struct connection made = connection();
	NEED(pipe(pipes) == 0);
	watch(queue, made.far, EPOLLIN);
	watch(queue, pipes[0], EPOLLIN);
	NEED(epoll_wait(queue, &event, 1, 0) == 0 && epoll_wait(queue, &event, 1, 20) == 0);
	pthread_t thread = later(&made.near);
	need_event(queue, made.far, EPOLLIN);
	NEED(pthread_join(thread, NULL) == 0);
	need_event(queue, made.far, EPOLLIN);
	need_byte(made.far);
	thread = later(&pipes[1]);
	need_event(queue, pipes[0], EPOLLIN);
	NEED(pthread_join(thread, NULL) == 0);
	need_byte(pipes[0]);
	watch(queue, made.near, EPOLLOUT | EPOLLET);
	need_event(queue, made.near, EPOLLOUT);
	NEED(epoll_wait(queue, &event, 1, 20) == 0);
	/* A listener, and the end of a connection whose descriptor goes away. */
	watch(queue, made.head, EPOLLIN);
	int other = connected(HOST_ADDRESS, PORT);
	need_event(queue, made.head, EPOLLIN);
	NEED(close(accepted(made.head)) == 0);
	NEED(close(other) == 0 && close(made.near) == 0);
	need_event(queue, made.far, EPOLLIN | EPOLLHUP);
	NEED(close(made.far) == 0);
	NEED(epoll_wait(queue, &event, 1, 20) == 0);
	NEED(close(queue) == 0);
}

TEST(epoll_over_both_kinds)
{
	run_on_daemon("epoll_both");
}

/* Child and parent have a descriptor each, and an epoll descriptor each. */
static void
epoll_and_fork(void)
{
	struct connection made = connection();
	pid_t child = fork();
	if (child == 0) {
		int queue = epoll_create1(0);
		NEED(close(made.near) == 0);
		watch(queue, made.far, EPOLLIN);
		need_event(queue, made.far, EPOLLIN);
		echo_until_end(made.far);
		exit(0);
	}
	int queue = epoll_create1(0);
	NEED(close(made.far) == 0);
	watch(queue, made.near, EPOLLIN);
	NEED(write(made.near, "x", 1) == 1);
	need_event(queue, made.near, EPOLLIN);
	need_byte(made.near);
	NEED(close(made.near) == 0);
	need_status(child, 0);
}

TEST(epoll_after_fork)
{
	run_on_daemon("epoll_and_fork");
}

PROGRAMS({"poll_both", poll_both}, {"poll_with_mask", poll_with_mask}, {"select_both", select_both},
	 {"epoll_both", epoll_both}, {"epoll_and_fork", epoll_and_fork})
