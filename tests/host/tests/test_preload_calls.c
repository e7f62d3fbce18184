/*
 * The preload library's calls on sockets of the stub protocol: its files are part of this program, so that a
 * plain socket() here is what a preloaded program's is.
 */
#include "test_socket_stub.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "../preload/real.c"

#include "../preload/convert.c"
#include "../preload/descriptor.c"
#include "../preload/own.c"
#include "../preload/daemon.c"
#include "../preload/control.c"
#include "../preload/payload.c"
#include "../preload/option.c"
#include "../preload/calls_socket.c"
#include "../preload/calls_data.c"
#include "../preload/calls_file.c"
#include "../preload/epoll_set.c"
#include "../preload/calls_poll.c"
#include "../preload/calls_epoll.c"

static void
already_up(void)
{
	up = true;
	pthread_atfork(NULL, NULL, forget);
}

/* The stub in place of a kext. */
static void
preload_start(void)
{
	stub_start();
	pthread_once(&start_once, already_up);
}

static struct sockaddr_in
address_of(uint16_t port)
{
	return (struct sockaddr_in){
	    .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
}

static int
new_socket(int type)
{
	int fd = socket(AF_INET, type, IPPROTO_SCTP);
	EXPECT(fd >= 0);
	return fd;
}

static int
new_listener(uint16_t port)
{
	struct sockaddr_in name = address_of(port);
	int fd = new_socket(SOCK_STREAM);
	EXPECT_EQ(bind(fd, (struct sockaddr *)&name, sizeof(name)), 0);
	EXPECT_EQ(listen(fd, 5), 0);
	return fd;
}

static int
new_client(uint16_t port)
{
	struct sockaddr_in name = address_of(port);
	int fd = new_socket(SOCK_STREAM);
	EXPECT_EQ(connect(fd, (struct sockaddr *)&name, sizeof(name)), 0);
	return fd;
}

struct connection {
	int listener, client, server;
};

static struct connection
new_connection(void)
{
	struct connection made = {.listener = new_listener(5000)};
	made.client = new_client(5000);
	made.server = accept(made.listener, NULL, NULL);
	EXPECT(made.server >= 0);
	return made;
}

#define EXPECT_ERRNO(call, number)                                                                           \
	do {                                                                                                 \
		errno = 0;                                                                                   \
		EXPECT_EQ(call, -1);                                                                         \
		EXPECT_EQ(errno, number);                                                                    \
	} while (0)

TEST(descriptor_is_a_socket_of_linux_as_well)
{
	struct stat status;
	preload_start();
	int fd = new_socket(SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK);
	EXPECT_EQ(fstat(fd, &status), 0);
	EXPECT(S_ISSOCK(status.st_mode));
	EXPECT_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
	EXPECT_EQ(fcntl(fd, F_GETFL), O_RDWR | O_NONBLOCK);
	EXPECT_EQ(fcntl(fd, F_SETFL, 0), 0);
	EXPECT_EQ(fcntl(fd, F_GETFL), O_RDWR);
	EXPECT_EQ(close(fd), 0);
	EXPECT_ERRNO(close(fd), EBADF);
	EXPECT_EQ(bsd_open_count(), 0);
}

TEST(other_sockets_are_left_alone)
{
	int pair[2];
	char byte = 0;
	preload_start();
	int udp = socket(AF_INET, SOCK_DGRAM, 0);
	EXPECT_EQ(host_fd(udp), -1);
	EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	EXPECT_EQ(write(pair[0], "x", 1), 1);
	EXPECT_EQ(recv(pair[1], &byte, 1, 0), 1);
	EXPECT_EQ(byte, 'x');
	EXPECT_EQ(bsd_open_count(), 0);
}

TEST(names_are_linux_s)
{
	struct sockaddr_in6 name = {.sin6_family = AF_INET6, .sin6_port = htons(5000)};
	struct sockaddr_in peer;
	socklen_t length = sizeof(name);
	preload_start();
	int fd = socket(AF_INET6, SOCK_STREAM, IPPROTO_SCTP);
	EXPECT_EQ(bind(fd, (struct sockaddr *)&name, sizeof(name)), 0);
	memset(&name, 0, sizeof(name));
	EXPECT_EQ(getsockname(fd, (struct sockaddr *)&name, &length), 0);
	EXPECT_EQ(length, sizeof(name));
	EXPECT_EQ(name.sin6_family, AF_INET6);
	EXPECT_EQ(ntohs(name.sin6_port), 5000);
	int listener = new_listener(5001), client = new_client(5001);
	length = sizeof(peer);
	int server = accept4(listener, (struct sockaddr *)&peer, &length, SOCK_NONBLOCK);
	EXPECT_EQ(length, sizeof(peer));
	EXPECT_EQ(peer.sin_family, AF_INET);
	EXPECT_EQ(peer.sin_addr.s_addr, htonl(INADDR_LOOPBACK));
	EXPECT_EQ(fcntl(server, F_GETFL), O_RDWR | O_NONBLOCK);
	EXPECT_EQ(getpeername(client, (struct sockaddr *)&peer, &length), 0);
	EXPECT_EQ(ntohs(peer.sin_port), 5001);
	EXPECT_ERRNO(getpeername(listener, (struct sockaddr *)&peer, &length), ENOTCONN);
}

TEST(errors_are_linux_s)
{
	struct sockaddr_in name = address_of(7);
	char byte;
	preload_start();
	int fd = new_socket(SOCK_STREAM | SOCK_NONBLOCK);
	EXPECT_ERRNO(connect(fd, (struct sockaddr *)&name, 1), EINVAL);
	stub_never_answer = true;
	EXPECT_ERRNO(connect(fd, (struct sockaddr *)&name, sizeof(name)), EINPROGRESS);
	EXPECT_ERRNO(connect(fd, (struct sockaddr *)&name, sizeof(name)), EALREADY);
	EXPECT_ERRNO(recv(fd, &byte, 1, 0), ENOTCONN);
	bsd_socket_of(host_fd(fd))->so_error = XNU_ECONNREFUSED;
	int error;
	socklen_t length = sizeof(error);
	EXPECT_EQ(getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length), 0);
	EXPECT_EQ(error, ECONNREFUSED);
	EXPECT_ERRNO(accept(fd, NULL, NULL), EINVAL);
	name.sin_family = AF_INET6;
	EXPECT_ERRNO(bind(fd, (struct sockaddr *)&name, sizeof(name)), EAFNOSUPPORT);
	EXPECT_ERRNO(socket(AF_INET, SOCK_DGRAM, IPPROTO_SCTP), EPROTONOSUPPORT);
}

static int
number_option(int fd, int level, int name)
{
	int value = -1;
	socklen_t length = sizeof(value);
	EXPECT_EQ(getsockopt(fd, level, name, &value, &length), 0);
	return value;
}

TEST(options_are_linux_s)
{
	int on = 1, size = 12345;
	struct linger linger = {1, 3}, seen;
	struct timeval limit = {1, 500000}, got;
	socklen_t length = sizeof(seen);
	preload_start();
	int fd = new_socket(SOCK_STREAM);
	EXPECT_EQ(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)), 0);
	EXPECT_EQ(number_option(fd, SOL_SOCKET, SO_REUSEADDR), 1);
	EXPECT(bsd_socket_of(host_fd(fd))->so_options & BSD_SO_REUSEADDR);
	EXPECT_EQ(setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)), 0);
	EXPECT_EQ(number_option(fd, SOL_SOCKET, SO_SNDBUF), 12345);
	EXPECT_EQ(number_option(fd, SOL_SOCKET, SO_TYPE), SOCK_STREAM);
	EXPECT_EQ(number_option(fd, SOL_SOCKET, SO_DOMAIN), AF_INET);
	EXPECT_EQ(number_option(fd, SOL_SOCKET, SO_PROTOCOL), IPPROTO_SCTP);
	EXPECT_EQ(number_option(fd, SOL_SOCKET, SO_ACCEPTCONN), 0);
	EXPECT_EQ(number_option(new_listener(5002), SOL_SOCKET, SO_ACCEPTCONN), 1);
	EXPECT_EQ(setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)), 0);
	EXPECT_EQ(bsd_socket_of(host_fd(fd))->so_linger, 300);
	EXPECT_EQ(getsockopt(fd, SOL_SOCKET, SO_LINGER, &seen, &length), 0);
	EXPECT_EQ(seen.l_linger, 3);
	EXPECT_EQ(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)), 0);
	length = sizeof(got);
	EXPECT_EQ(getsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &got, &length), 0);
	EXPECT_EQ(got.tv_usec, 500000);
	EXPECT_ERRNO(setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "x", 1), ENOPROTOOPT);
	EXPECT_EQ(setsockopt(fd, IPPROTO_SCTP, STUB_ECHO, &size, sizeof(size)), 0);
	EXPECT_EQ(number_option(fd, IPPROTO_SCTP, STUB_ECHO), 12345);
}

TEST(data_goes_through_every_call)
{
	char seen[16];
	struct iovec out[2] = {{(char *)"ab", 2}, {(char *)"cd", 2}}, in[2] = {{seen, 1}, {seen + 1, 8}};
	int waiting = -1;
	preload_start();
	struct connection made = new_connection();
	EXPECT_EQ(write(made.client, "one", 3), 3);
	EXPECT_EQ(ioctl(made.server, FIONREAD, &waiting), 0);
	EXPECT_EQ(waiting, 3);
	EXPECT_EQ(read(made.server, seen, sizeof(seen)), 3);
	EXPECT_EQ(send(made.client, "four", 4, 0), 4);
	EXPECT_EQ(ioctl(made.client, TIOCOUTQ, &waiting), 0);
	EXPECT_EQ(waiting, 4);
	EXPECT_EQ(recv(made.server, seen, sizeof(seen), MSG_PEEK), 4);
	EXPECT_EQ(recv(made.server, seen, sizeof(seen), 0), 4);
	EXPECT_EQ(writev(made.client, out, 2), 4);
	EXPECT_EQ(readv(made.server, in, 2), 4);
	EXPECT(!memcmp(seen, "abcd", 4));
	EXPECT_ERRNO(recv(made.server, seen, sizeof(seen), MSG_DONTWAIT), EAGAIN);
	int on = 1;
	EXPECT_EQ(ioctl(made.server, FIONBIO, &on), 0);
	EXPECT_ERRNO(read(made.server, seen, sizeof(seen)), EAGAIN);
	EXPECT_EQ(shutdown(made.client, SHUT_WR), 0);
	EXPECT_EQ(read(made.server, seen, sizeof(seen)), 0);
	EXPECT_ERRNO(send(made.client, "x", 1, MSG_NOSIGNAL), EPIPE);
}

TEST(several_messages_go_at_once)
{
	char seen[4][8];
	struct iovec out[2] = {{(char *)"ab", 2}, {(char *)"cde", 3}}, in[4];
	struct mmsghdr sent[2] = {{.msg_hdr = {.msg_iov = &out[0], .msg_iovlen = 1}},
				  {.msg_hdr = {.msg_iov = &out[1], .msg_iovlen = 1}}};
	struct mmsghdr got[4] = {0};
	preload_start();
	struct connection made = new_connection();
	for (int i = 0; i < 4; i++) {
		in[i] = (struct iovec){seen[i], i == 0 ? 2 : sizeof(seen[i])};
		got[i].msg_hdr = (struct msghdr){.msg_iov = &in[i], .msg_iovlen = 1};
	}
	EXPECT_EQ(sendmmsg(made.client, sent, 2, 0), 2);
	EXPECT_EQ(sent[1].msg_len, 3);
	EXPECT_EQ(recvmmsg(made.server, got, 4, MSG_WAITFORONE, NULL), 2);
	EXPECT_EQ(got[0].msg_len, 2);
	EXPECT_EQ(got[1].msg_len, 3);
	EXPECT(!memcmp(seen[0], "ab", 2) && !memcmp(seen[1], "cde", 3));
	EXPECT_ERRNO(recvmmsg(made.server, got, 4, MSG_DONTWAIT, NULL), EAGAIN);
	EXPECT_EQ(sendmmsg(made.client, sent, 1, 0), 1);
	EXPECT_EQ(recvmmsg(made.server, got, 4, 0, &(struct timespec){0, 0}), 1);
}

TEST(recvmsg_converts_name_control_and_flags)
{
	char data[8];
	char control[CMSG_SPACE(6)];
	struct sockaddr_in from;
	struct iovec part = {data, sizeof(data)};
	struct msghdr message = {.msg_name = &from,
				 .msg_namelen = sizeof(from),
				 .msg_iov = &part,
				 .msg_iovlen = 1,
				 .msg_control = control,
				 .msg_controllen = sizeof(control)};
	preload_start();
	struct connection made = new_connection();
	EXPECT_EQ(write(made.client, "abc", 3), 3);
	EXPECT_EQ(recvmsg(made.server, &message, MSG_NOSIGNAL), 3);
	EXPECT_EQ(message.msg_flags, MSG_EOR);
	EXPECT_EQ(from.sin_family, AF_INET);
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	EXPECT(header != NULL);
	EXPECT_EQ(header->cmsg_len, CMSG_LEN(6));
	EXPECT_EQ(header->cmsg_level, IPPROTO_SCTP);
	EXPECT_EQ(header->cmsg_type, STUB_ECHO);
	EXPECT_EQ(*(uint16_t *)CMSG_DATA(header), 40000);
	EXPECT(CMSG_NXTHDR(&message, header) == NULL);
	/* Darwin's form fits 20 bytes, Linux's does not. */
	EXPECT_EQ(write(made.client, "abc", 3), 3);
	message.msg_controllen = 20;
	EXPECT_EQ(recvmsg(made.server, &message, 0), 3);
	EXPECT_EQ(message.msg_flags, MSG_EOR | MSG_CTRUNC);
	EXPECT_EQ(message.msg_controllen, 20);
}

/* ---- waiting ---- */

static int64_t
blocked_recv(int fd)
{
	char byte;
	errno = 0;
	return recv(fd, &byte, 1, 0) < 0 ? -errno : 1;
}

static int64_t
blocked_accept4(int fd)
{
	return accept4(fd, NULL, NULL, 0) < 0 ? -errno : 1;
}

TEST(close_ends_blocked_calls)
{
	struct stub_call call;
	preload_start();
	struct connection made = new_connection();
	stub_call_start(&call, blocked_recv, made.server);
	EXPECT_EQ(close(made.server), 0);
	EXPECT_EQ(stub_call_end(&call), -EBADF);
	stub_call_start(&call, blocked_accept4, made.listener);
	EXPECT_EQ(close(made.listener), 0);
	EXPECT_EQ(stub_call_end(&call), -ECONNABORTED);
}

static int64_t
poll_with_pipe(int fd)
{
	int pipes[2];
	EXPECT_EQ(pipe(pipes), 0);
	struct pollfd fds[3] = {{pipes[0], POLLIN, 0}, {-1, POLLIN, 9}, {fd, POLLIN, 0}};
	int result = poll(fds, 3, -1);
	EXPECT_EQ(fds[0].revents, 0);
	EXPECT_EQ(fds[1].revents, 0);
	return result * 1000 + fds[2].revents;
}

TEST(poll_over_both_kinds_wakes_for_ours)
{
	struct stub_call call;
	preload_start();
	struct connection made = new_connection();
	stub_call_start(&call, poll_with_pipe, made.server);
	EXPECT_EQ(write(made.client, "x", 1), 1);
	EXPECT_EQ(stub_call_end(&call), 1000 + POLLIN);
}

TEST(poll_over_both_kinds_sees_a_close)
{
	struct stub_call call;
	preload_start();
	struct connection made = new_connection();
	stub_call_start(&call, poll_with_pipe, made.server);
	EXPECT_EQ(close(made.server), 0);
	EXPECT_EQ(stub_call_end(&call), 1000 + POLLNVAL);
}

static int poll_pipe[2];

static int64_t
poll_for_pipe(int fd)
{
	struct pollfd fds[2] = {{fd, POLLIN, 0}, {poll_pipe[0], POLLIN, 0}};
	int result = poll(fds, 2, -1);
	EXPECT_EQ(fds[0].revents, 0);
	return result * 1000 + fds[1].revents;
}

TEST(poll_over_both_kinds_wakes_for_linux_s)
{
	struct stub_call call;
	preload_start();
	struct connection made = new_connection();
	EXPECT_EQ(pipe(poll_pipe), 0);
	stub_call_start(&call, poll_for_pipe, made.server);
	EXPECT_EQ(write(poll_pipe[1], "x", 1), 1);
	EXPECT_EQ(stub_call_end(&call), 1000 + POLLIN);
}

TEST(poll_keeps_its_time)
{
	int pipes[2];
	preload_start();
	struct connection made = new_connection();
	EXPECT_EQ(pipe(pipes), 0);
	struct pollfd fds[2] = {{made.server, POLLIN, 0}, {pipes[0], POLLIN, 0}};
	for (nfds_t count = 1; count <= 2; count++) {
		int64_t start = now();
		EXPECT_EQ(poll(fds, count, 100), 0);
		int64_t took = now() - start;
		EXPECT(took > 90000000 && took < 2000000000);
		EXPECT_EQ(poll(fds, count, 0), 0);
	}
	fds[0].events = POLLOUT | POLLWRNORM;
	EXPECT_EQ(poll(fds, 2, -1), 1);
	EXPECT_EQ(fds[0].revents, POLLOUT | POLLWRNORM);
}

TEST(select_over_both_kinds)
{
	int pipes[2];
	fd_set reads, writes;
	struct timeval soon = {0, 100000};
	preload_start();
	struct connection made = new_connection();
	EXPECT_EQ(pipe(pipes), 0);
	FD_ZERO(&reads);
	FD_ZERO(&writes);
	FD_SET(made.server, &reads);
	FD_SET(pipes[0], &reads);
	EXPECT_EQ(select(FD_SETSIZE, &reads, NULL, NULL, &soon), 0);
	EXPECT(soon.tv_sec == 0 && soon.tv_usec == 0);
	FD_SET(made.server, &reads);
	FD_SET(pipes[0], &reads);
	FD_SET(made.client, &writes);
	FD_SET(pipes[1], &writes);
	EXPECT_EQ(write(made.client, "x", 1), 1);
	EXPECT_EQ(select(FD_SETSIZE, &reads, &writes, NULL, NULL), 3);
	EXPECT(FD_ISSET(made.server, &reads) && !FD_ISSET(pipes[0], &reads));
	EXPECT(FD_ISSET(made.client, &writes) && FD_ISSET(pipes[1], &writes));
	EXPECT_EQ(close(made.server), 0);
	EXPECT_ERRNO(select(FD_SETSIZE, &reads, &writes, NULL, NULL), EBADF);
}

/* ---- epoll ---- */

static uint32_t
epoll_next(int queue, int *which)
{
	struct epoll_event event = {0};
	int found = epoll_wait(queue, &event, 1, 0);
	EXPECT(found == 0 || found == 1);
	*which = found ? event.data.fd : -1;
	return event.events;
}

static void
epoll_change(int queue, int operation, int fd, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.fd = fd};
	EXPECT_EQ(epoll_ctl(queue, operation, fd, &event), 0);
}

TEST(epoll_watches_both_kinds)
{
	struct epoll_event event = {.events = EPOLLIN}, both[2];
	int which, other = eventfd(0, 0);
	uint64_t one = 1;
	char byte;
	preload_start();
	int queue = epoll_create1(0);
	struct connection made = new_connection();
	epoll_change(queue, EPOLL_CTL_ADD, other, EPOLLIN);
	epoll_change(queue, EPOLL_CTL_ADD, made.server, EPOLLIN);
	EXPECT_ERRNO(epoll_ctl(queue, EPOLL_CTL_ADD, made.server, &event), EEXIST);
	EXPECT_ERRNO(epoll_ctl(queue, EPOLL_CTL_MOD, made.client, &event), ENOENT);
	EXPECT_ERRNO(epoll_ctl(other, EPOLL_CTL_ADD, made.client, &event), EINVAL);
	epoll_next(queue, &which);
	EXPECT_EQ(which, -1);
	EXPECT_EQ(write(made.client, "ab", 2), 2);
	for (int i = 0; i < 2; i++) {
		EXPECT_EQ(epoll_next(queue, &which), EPOLLIN);
		EXPECT_EQ(which, made.server);
	}
	EXPECT_EQ(write(other, &one, sizeof(one)), sizeof(one));
	EXPECT_EQ(epoll_wait(queue, both, 2, -1), 2);
	EXPECT_EQ(both[0].data.fd + both[1].data.fd, made.server + other);
	EXPECT_EQ(read(made.server, &byte, 1), 1);
	EXPECT_EQ(read(made.server, &byte, 1), 1);
	EXPECT_EQ(epoll_wait(queue, both, 2, -1), 1);
	EXPECT_EQ(read(other, &one, sizeof(one)), sizeof(one));
	epoll_change(queue, EPOLL_CTL_MOD, made.server, EPOLLIN | EPOLLOUT);
	EXPECT_EQ(epoll_next(queue, &which), EPOLLOUT);
	epoll_change(queue, EPOLL_CTL_DEL, made.server, 0);
	EXPECT_EQ(epoll_wait(queue, both, 2, 20), 0);
	EXPECT_EQ(close(queue), 0);
}

TEST(epoll_tells_of_edges_once)
{
	int which;
	char byte;
	preload_start();
	int queue = epoll_create1(0);
	struct connection made = new_connection();
	epoll_change(queue, EPOLL_CTL_ADD, made.server, EPOLLIN | EPOLLET);
	EXPECT_EQ(write(made.client, "a", 1), 1);
	EXPECT_EQ(epoll_next(queue, &which), EPOLLIN);
	EXPECT_EQ(epoll_next(queue, &which), 0);
	EXPECT_EQ(write(made.client, "b", 1), 1);
	EXPECT_EQ(epoll_next(queue, &which), EPOLLIN);
	epoll_change(queue, EPOLL_CTL_MOD, made.server, EPOLLIN | EPOLLONESHOT);
	EXPECT_EQ(epoll_next(queue, &which), EPOLLIN);
	EXPECT_EQ(epoll_next(queue, &which), 0);
	epoll_change(queue, EPOLL_CTL_MOD, made.server, EPOLLIN | EPOLLRDHUP);
	EXPECT_EQ(epoll_next(queue, &which), EPOLLIN);
	EXPECT_EQ(read(made.server, &byte, 1), 1);
	EXPECT_EQ(read(made.server, &byte, 1), 1);
	EXPECT_EQ(shutdown(made.client, SHUT_WR), 0);
	EXPECT_EQ(epoll_next(queue, &which), EPOLLIN | EPOLLHUP | EPOLLRDHUP);
	/* A number that is closed and used anew is not watched any more. */
	EXPECT_EQ(close(made.server), 0);
	EXPECT_EQ(epoll_next(queue, &which), 0);
	EXPECT_EQ(new_socket(SOCK_STREAM), made.server);
	EXPECT_EQ(epoll_next(queue, &which), 0);
	EXPECT_EQ(close(queue), 0);
	EXPECT_EQ(bsd_open_count(), 3);
}

TEST(forked_child_has_no_host)
{
	int status;
	preload_start();
	struct connection made = new_connection();
	pid_t child = fork();
	if (child == 0) {
		bool refused = socket(AF_INET, SOCK_STREAM, IPPROTO_SCTP) == -1 && errno == EPROTONOSUPPORT;
		_exit(refused && close(made.client) == 0 && write(made.server, "x", 1) == -1 ? 0 : 1);
	}
	EXPECT_EQ(waitpid(child, &status, 0), child);
	EXPECT_EQ(status, 0);
	EXPECT_EQ(write(made.client, "x", 1), 1);
	EXPECT_EQ(stub_detaches, 0);
}

TEST(copies_of_a_descriptor_share_the_socket)
{
	char byte;
	preload_start();
	struct connection made = new_connection();
	int copy = dup(made.server), far = fcntl(made.server, F_DUPFD_CLOEXEC, 100), taken = eventfd(0, 0);
	EXPECT(far >= 100);
	EXPECT_EQ(dup2(made.server, taken), taken);
	EXPECT_EQ(close(made.server), 0);
	EXPECT_EQ(close(far), 0);
	EXPECT_EQ(write(made.client, "ab", 2), 2);
	EXPECT_EQ(read(copy, &byte, 1), 1);
	EXPECT_EQ(read(taken, &byte, 1), 1);
	EXPECT_EQ(byte, 'b');
	EXPECT_EQ(stub_detaches, 0);
	/* An SCTP number taken over by a file of Linux's is given up. */
	EXPECT_EQ(dup2(0, copy), copy);
	EXPECT_EQ(host_fd(copy), -1);
	EXPECT_EQ(close(taken), 0);
	EXPECT_EQ(stub_detaches, 1);
	EXPECT_EQ(dup2(made.client, made.client), made.client);
	EXPECT(host_fd(made.client) >= 0);
}

static _Atomic int signals; /* counted by a handler, maybe on another thread */

static void
count_signal(int number)
{
	(void)number;
	signals++;
}

TEST(signal_ends_blocked_calls)
{
	struct sigaction action = {.sa_handler = count_signal};
	struct stub_call call;
	preload_start();
	struct connection made = new_connection();
	sigaction(SIGUSR1, &action, NULL);
	stub_call_start(&call, blocked_recv, made.server);
	pthread_kill(call.thread, SIGUSR1);
	EXPECT_EQ(stub_call_end(&call), -EINTR);
	EXPECT_EQ(signals, 1);
}
