/* Plain Linux programs on the built kext. */
#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>

#include <netinet/sctp.h>

#include "program.h"

static struct sockaddr_in
loopback(uint16_t port)
{
	return (struct sockaddr_in){
	    .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
}

static int
listener(int type, uint16_t port)
{
	struct sockaddr_in name = loopback(port);
	int fd = socket(AF_INET, type, IPPROTO_SCTP);
	NEED(fd >= 0);
	NEED(bind(fd, (struct sockaddr *)&name, sizeof(name)) == 0);
	NEED(listen(fd, 5) == 0);
	return fd;
}

static int
client(uint16_t port)
{
	struct sockaddr_in name = loopback(port);
	int fd = socket(AF_INET, SOCK_STREAM, IPPROTO_SCTP);
	NEED(fd >= 0);
	NEED(connect(fd, (struct sockaddr *)&name, sizeof(name)) == 0);
	return fd;
}

static void
stream_echo(void)
{
	static char sent[20000], seen[20000];
	struct sockaddr_in peer;
	socklen_t length = sizeof(peer);
	int head = listener(SOCK_STREAM, 7000), near = client(7000);
	int far = accept(head, (struct sockaddr *)&peer, &length);
	NEED(far >= 0);
	NEED(peer.sin_family == AF_INET && peer.sin_addr.s_addr == htonl(INADDR_LOOPBACK));
	memset(sent, 'x', sizeof(sent));
	NEED(write(near, sent, sizeof(sent)) == sizeof(sent));
	for (size_t got = 0; got < sizeof(seen);) {
		ssize_t now = read(far, seen + got, sizeof(seen) - got);
		NEED(now > 0);
		got += (size_t)now;
	}
	NEED(!memcmp(sent, seen, sizeof(sent)));
	NEED(shutdown(near, SHUT_WR) == 0);
	NEED(read(far, seen, sizeof(seen)) == 0);
	NEED(close(far) == 0 && close(near) == 0 && close(head) == 0);
}

static void
one_to_many_with_notifications(void)
{
	char data[256], control[CMSG_SPACE(sizeof(struct sctp_rcvinfo))];
	struct sockaddr_in to = loopback(7000), from;
	struct iovec part = {data, sizeof(data)};
	int on = 1, server = listener(SOCK_SEQPACKET, 7000),
	    other = socket(AF_INET, SOCK_SEQPACKET, IPPROTO_SCTP);
	struct sctp_event event = {SCTP_FUTURE_ASSOC, SCTP_ASSOC_CHANGE, 1};
	NEED(setsockopt(server, IPPROTO_SCTP, SCTP_RECVRCVINFO, &on, sizeof(on)) == 0);
	NEED(setsockopt(server, IPPROTO_SCTP, SCTP_EVENT, &event, sizeof(event)) == 0);
	NEED(sendto(other, "hello", 5, 0, (struct sockaddr *)&to, sizeof(to)) == 5);
	for (bool is_up = false;;) {
		struct msghdr message = {&from, sizeof(from), &part, 1, control, sizeof(control), 0};
		ssize_t length = recvmsg(server, &message, 0);
		NEED(length > 0);
		if (message.msg_flags & MSG_NOTIFICATION) {
			struct sctp_assoc_change *change = (struct sctp_assoc_change *)data;
			NEED(change->sac_type == SCTP_ASSOC_CHANGE && change->sac_state == SCTP_COMM_UP);
			is_up = true;
			continue;
		}
		struct cmsghdr *header = CMSG_FIRSTHDR(&message);
		NEED(is_up && length == 5 && !memcmp(data, "hello", 5));
		NEED(from.sin_family == AF_INET);
		NEED(header && header->cmsg_level == IPPROTO_SCTP && header->cmsg_type == SCTP_RCVINFO);
		NEED(header->cmsg_len == CMSG_LEN(sizeof(struct sctp_rcvinfo)));
		break;
	}
}

static void
poll_and_connect_without_waiting(void)
{
	struct sockaddr_in name = loopback(7000), nobody = loopback(7001);
	int pipes[2], error = -1, head = listener(SOCK_STREAM, 7000);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, IPPROTO_SCTP);
	socklen_t length = sizeof(error);
	NEED(pipe(pipes) == 0);
	NEED(connect(fd, (struct sockaddr *)&name, sizeof(name)) == 0 || errno == EINPROGRESS);
	struct pollfd polls[3] = {{fd, POLLOUT, 0}, {pipes[0], POLLIN, 0}, {head, 0, 0}};
	NEED(poll(polls, 3, 5000) == 1 && polls[0].revents == POLLOUT);
	NEED(getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) == 0 && error == 0);
	polls[2].events = POLLIN;
	polls[0].events = 0;
	NEED(poll(polls, 3, 5000) == 1 && polls[2].revents == POLLIN);
	int refused = socket(AF_INET, SOCK_STREAM, IPPROTO_SCTP);
	NEED(connect(refused, (struct sockaddr *)&nobody, sizeof(nobody)) == -1 && errno == ECONNREFUSED);
}

static void
addresses_in_options(void)
{
	struct sctp_status status = {0};
	socklen_t length = sizeof(status);
	int head = listener(SOCK_STREAM, 7000), fd = client(7000);
	NEED(head >= 0);
	NEED(getsockopt(fd, IPPROTO_SCTP, SCTP_STATUS, &status, &length) == 0);
	NEED(status.sstat_primary.spinfo_address.ss_family == AF_INET);
	struct sctp_paddrinfo path = {.spinfo_address = status.sstat_primary.spinfo_address};
	length = sizeof(path);
	NEED(getsockopt(fd, IPPROTO_SCTP, SCTP_GET_PEER_ADDR_INFO, &path, &length) == 0);
	NEED(path.spinfo_address.ss_family == AF_INET);
}

static void
leave_with_an_association(void)
{
	int head = listener(SOCK_STREAM, 7000), near = client(7000);
	NEED(accept(head, NULL, NULL) >= 0);
	NEED(write(near, "unread", 6) == 6);
}

static void *
read_for_ever(void *fd)
{
	char byte;
	NEED(read(*(int *)fd, &byte, 1) == -1 && errno == EBADF);
	return NULL;
}

static void
close_under_a_reader(void)
{
	pthread_t thread;
	int head = listener(SOCK_STREAM, 7000), near = client(7000);
	NEED(head >= 0);
	NEED(pthread_create(&thread, NULL, read_for_ever, &near) == 0);
	usleep(100000);
	NEED(close(near) == 0);
	NEED(pthread_join(thread, NULL) == 0);
}

PROGRAMS({"stream_echo", stream_echo}, {"one_to_many_with_notifications", one_to_many_with_notifications},
	 {"poll_and_connect_without_waiting", poll_and_connect_without_waiting},
	 {"addresses_in_options", addresses_in_options},
	 {"leave_with_an_association", leave_with_an_association},
	 {"close_under_a_reader", close_under_a_reader})

TEST(kext_carries_a_stream)
{
	run_program("stream_echo");
}

TEST(kext_carries_messages_and_notifications)
{
	run_program("one_to_many_with_notifications");
}

TEST(kext_is_polled_with_linux_s_descriptors)
{
	run_program("poll_and_connect_without_waiting");
}

TEST(kext_gives_addresses_in_options)
{
	run_program("addresses_in_options");
}

TEST(program_may_leave_with_an_association)
{
	run_program("leave_with_an_association");
}

TEST(close_ends_a_read_on_the_kext)
{
	run_program("close_under_a_reader");
}
