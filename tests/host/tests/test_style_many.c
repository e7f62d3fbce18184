/* One-to-many sockets on the built kext: each may listen, connect and send, in any order (RFC 6458 section
 * 3). */
#include <fcntl.h>
#include <poll.h>
#include <sys/select.h>

#include "addresses.h"

enum { PORT = 7000 };

static uint32_t
associations(int fd)
{
	uint32_t number;
	socklen_t length = sizeof(number);

	NEED(getsockopt(fd, IPPROTO_SCTP, SCTP_GET_ASSOC_NUMBER, &number, &length) == 0);
	return number;
}

static ssize_t
send_to(int fd, uint16_t port, const char *text)
{
	struct address_list *list = LIST(port, ADDRESS_1);

	return sendto(fd, text, strlen(text), 0, addresses_of(list), list->length);
}

static bool
is_writable(int fd)
{
	struct pollfd entry = {fd, POLLOUT, 0};
	struct timeval now = {0, 0};
	fd_set set;

	FD_ZERO(&set);
	FD_SET(fd, &set);
	int selected = select(fd + 1, NULL, &set, NULL, &now);
	int polled = poll(&entry, 1, 0);
	NEED(selected == polled);
	return polled == 1 && (entry.revents & POLLOUT);
}

/* left connects, sends and listens; right listens and connects to a third. */
static void
any_order(void)
{
	int left = open_many(), right = open_many(), third = open_many();
	char byte;

	NEED(bind_to(right, ADDRESS_1, PORT) == 0 && listen(right, 1) == 0 && listen(right, 5) == 0);
	NEED(is_writable(left) && is_writable(right));
	NEED(connect_to(left, ADDRESS_1, PORT) == 0);
	sctp_assoc_t first = need_change(left, SCTP_COMM_UP);
	NEED(need_change(right, SCTP_COMM_UP) > SCTP_ALL_ASSOC);
	NEED(listen(left, 1) == 0 && port_of(left) >= 49152);

	NEED(connect_to(third, ADDRESS_1, port_of(left)) == 0);
	NEED(need_change(left, SCTP_COMM_UP) != first);
	NEED(need_change(third, SCTP_COMM_UP) > SCTP_ALL_ASSOC && listen(third, 1) == 0);
	/* A listener calls as well, by a message or without one. */
	NEED(send_to(right, port_of(third), "x") == 1);
	NEED(need_change(right, SCTP_COMM_UP) && need_change(third, SCTP_COMM_UP));
	NEED(recv(third, &byte, 1, 0) == 1);
	NEED(associations(left) == 2 && associations(right) == 2 && associations(third) == 2);
	NEED_ERROR(connect_to(right, ADDRESS_1, port_of(third)), EISCONN);
	NEED_ERROR(connect_to(right, ADDRESS_1, port_of(left)), EISCONN);
	NEED(is_writable(left) && is_writable(right) && is_writable(third));
}

/* Nobody listens at the port: a one-to-many socket that does not listen takes no association. */
static void
not_listening(void)
{
	int fd = open_many(), other = open_many(), single = open_sctp(AF_INET, SOCK_STREAM);

	NEED(bind_to(other, ADDRESS_1, PORT) == 0);
	NEED_ERROR(connect_to(single, ADDRESS_1, PORT), ECONNREFUSED);
	/* It does not wait, so that the failure is an event. */
	NEED(connect_to(fd, ADDRESS_1, PORT) == 0);
	NEED(need_change(fd, SCTP_CANT_STR_ASSOC) > SCTP_ALL_ASSOC);
	NEED(associations(fd) == 0 && associations(other) == 0);
	NEED(send_to(fd, PORT, "lost") == 4);
	NEED(need_change(fd, SCTP_CANT_STR_ASSOC) > SCTP_ALL_ASSOC);
	/* That one was no error of the socket, which goes on as before. */
	NEED(listen(other, 1) == 0);
	NEED(send_to(fd, PORT, "kept") == 4);
	NEED(need_change(fd, SCTP_COMM_UP) > SCTP_ALL_ASSOC &&
	     need_change(other, SCTP_COMM_UP) > SCTP_ALL_ASSOC);
}

/* What a socket without connection of its own is not asked for. */
static void
no_connection(void)
{
	struct sockaddr_storage name;
	socklen_t length = sizeof(name);
	char byte;
	int fd = open_many();

	NEED(bind_to(fd, ADDRESS_1, PORT) == 0 && listen(fd, 1) == 0);
	NEED_ERROR(accept(fd, NULL, NULL), EINVAL);
	NEED_ERROR(getpeername(fd, (struct sockaddr *)&name, &length), ENOTCONN);
	NEED_ERROR(shutdown(fd, SHUT_WR), ENOTCONN);
	NEED_ERROR(shutdown(fd, SHUT_RD), ENOTCONN);
	NEED_ERROR(shutdown(fd, 3), EINVAL);
	NEED(fcntl(fd, F_SETFL, O_NONBLOCK) == 0);
	NEED_ERROR(recv(fd, &byte, 1, 0), EAGAIN);
	NEED_ERROR(send(fd, "x", 1, 0), EDESTADDRREQ);
	NEED_ERROR(connect_to(fd, ADDRESS_1, 0), EINVAL);
	NEED_ERROR(connect_to(fd, "0.0.0.0", PORT + 1), EADDRNOTAVAIL);
	NEED_ERROR(connect_to(fd, "224.0.0.1", PORT + 1), EADDRNOTAVAIL);
	NEED_ERROR(connect_to(fd, ADDRESS_6, PORT + 1), EAFNOSUPPORT);
	struct address_list *list = LIST(PORT, ADDRESS_1);
	NEED_ERROR(connect(fd, addresses_of(list), list->length - 1), EINVAL);
	NEED(associations(fd) == 0);
}

/* Not writable while its buffer is full, writable again when there is room. */
static void
room(void)
{
	static char bytes[1000];
	int fd = open_many(), peer = open_many(), size = 4000;

	NEED(bind_to(peer, ADDRESS_1, PORT) == 0 && listen(peer, 1) == 0);
	NEED(setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)) == 0);
	NEED(setsockopt(peer, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)) == 0);
	NEED(fcntl(fd, F_SETFL, O_NONBLOCK) == 0 && is_writable(fd));
	NEED(connect_to(fd, ADDRESS_1, PORT) == 0 && need_change(peer, SCTP_COMM_UP) > SCTP_ALL_ASSOC);
	struct address_list *list = LIST(PORT, ADDRESS_1);
	/* The peer's window closes, then this buffer fills. */
	while (sendto(fd, bytes, sizeof(bytes), 0, addresses_of(list), list->length) == sizeof(bytes) ||
	       is_writable(fd))
		usleep(1000);
	NEED(errno == EAGAIN && !is_writable(fd));
	struct pollfd entry = {fd, POLLOUT, 0};
	do
		NEED(recv(peer, bytes, sizeof(bytes), 0) > 0);
	while (poll(&entry, 1, 100) == 0);
	NEED((entry.revents & POLLOUT) && is_writable(fd));
}

PROGRAMS({"any_order", any_order}, {"not_listening", not_listening}, {"no_connection", no_connection},
	 {"room", room})

TEST(many_listens_connects_and_sends_in_any_order)
{
	run_on_two_networks("any_order");
}

TEST(many_takes_no_association_before_it_listens)
{
	run_on_two_networks("not_listening");
}

TEST(many_refuses_what_is_for_connections)
{
	run_on_two_networks("no_connection");
}

TEST(many_is_writable_while_there_is_room)
{
	run_on_two_networks("room");
}
