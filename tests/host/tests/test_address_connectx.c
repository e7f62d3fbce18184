/* sctp_connectx on the built kext (RFC 6458 section 9.9). */
#include <fcntl.h>
#include <poll.h>

#include "connectx.h"

enum { PORT = 7000 };

/* An address that nobody answers at is given up after 50 ms. */
static int
open_hasty(int type)
{
	struct sctp_rtoinfo rto = {.srto_initial = 50, .srto_min = 50, .srto_max = 100};
	int fd = open_sctp(AF_INET, type);

	NEED(setsockopt(fd, IPPROTO_SCTP, SCTP_RTOINFO, &rto, sizeof(rto)) == 0);
	return fd;
}

static int
listener(int type, const char *text)
{
	int fd = open_sctp(AF_INET, type);

	NEED(bind_to(fd, text, PORT) == 0 && listen(fd, 5) == 0);
	return fd;
}

static void
one_to_many(void)
{
	struct sctp_event event = {SCTP_FUTURE_ASSOC, SCTP_ASSOC_CHANGE, 1};
	sctp_assoc_t assoc_id = 0;
	int server = listener(SOCK_SEQPACKET, ADDRESS_2), fd = open_hasty(SOCK_SEQPACKET);

	NEED(server >= 0);
	NEED(setsockopt(fd, IPPROTO_SCTP, SCTP_EVENT, &event, sizeof(event)) == 0);
	NEED(connectx(fd, LIST(PORT, NOBODYS, ADDRESS_2), &assoc_id) == 0 && assoc_id > SCTP_ALL_ASSOC);
	/* It was not waited for, and either address names it. */
	NEED_ERROR(connectx(fd, LIST(PORT, ADDRESS_2), NULL), EALREADY);
	NEED(sctp_getassocid(fd, addresses_of(LIST(PORT, NOBODYS))) == assoc_id);
	NEED(need_change(fd, SCTP_COMM_UP) == assoc_id);
	/* What the peer has not is forgotten. */
	need_peer(fd, assoc_id, LIST(PORT, ADDRESS_2));
	NEED(sctp_getassocid(fd, addresses_of(LIST(PORT, NOBODYS))) == 0);
	NEED_ERROR(connectx(fd, LIST(PORT, NOBODYS, ADDRESS_2), NULL), EISCONN);
}

static void
blocking(void)
{
	struct sockaddr_in name, wanted;
	socklen_t length = sizeof(name);
	struct sctp_initmsg once = {.sinit_max_attempts = 1};
	sctp_assoc_t assoc_id = 0;
	int head = listener(SOCK_STREAM, ADDRESS_2), fd = open_hasty(SOCK_STREAM);

	memcpy(&wanted, addresses_of(LIST(PORT, ADDRESS_2)), sizeof(wanted));
	NEED(connectx(fd, LIST(PORT, NOBODYS, ADDRESS_2), &assoc_id) == 0 && assoc_id > SCTP_ALL_ASSOC);
	NEED(getpeername(fd, (struct sockaddr *)&name, &length) == 0 &&
	     !memcmp(&name, &wanted, sizeof(name)));
	NEED(sctp_getassocid(fd, addresses_of(LIST(PORT, ADDRESS_2))) == assoc_id);
	NEED_ERROR(connectx(fd, LIST(PORT, ADDRESS_2), NULL), EISCONN);
	NEED(accept(head, NULL, NULL) >= 0);
	NEED_ERROR(connectx(head, LIST(PORT, ADDRESS_1), NULL), EOPNOTSUPP);

	fd = open_hasty(SOCK_STREAM);
	NEED_ERROR(connectx(fd, LIST(PORT + 1, NOBODYS, ADDRESS_1), NULL), ECONNREFUSED);
	fd = open_hasty(SOCK_STREAM);
	NEED(setsockopt(fd, IPPROTO_SCTP, SCTP_INITMSG, &once, sizeof(once)) == 0);
	NEED_ERROR(connectx(fd, LIST(PORT, NOBODYS), NULL), ETIMEDOUT);
}

static int
socket_error(int fd)
{
	int error = -1;
	socklen_t length = sizeof(error);

	NEED(getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) == 0);
	return error;
}

static int
open_nonblocking(void)
{
	int fd = open_hasty(SOCK_STREAM);

	NEED(fcntl(fd, F_SETFL, O_NONBLOCK) == 0);
	return fd;
}

static void
need_event(int fd, short event)
{
	struct pollfd entry = {fd, POLLOUT, 0};

	NEED(poll(&entry, 1, 10000) == 1 && (entry.revents & event));
}

static void
nonblocking(void)
{
	sctp_assoc_t assoc_id = 0;
	int head = listener(SOCK_STREAM, ADDRESS_2), fd = open_nonblocking();

	NEED(head >= 0);
	NEED(connectx(fd, LIST(PORT, NOBODYS, ADDRESS_2), &assoc_id) == 0);
	NEED(assoc_id > SCTP_ALL_ASSOC);
	NEED_ERROR(connectx(fd, LIST(PORT, NOBODYS, ADDRESS_2), NULL), EALREADY);
	need_event(fd, POLLOUT);
	NEED(socket_error(fd) == 0);
	NEED(sctp_getassocid(fd, addresses_of(LIST(PORT, ADDRESS_2))) == assoc_id);
	NEED_ERROR(connectx(fd, LIST(PORT, ADDRESS_2), NULL), EISCONN);

	fd = open_nonblocking();
	NEED(connectx(fd, LIST(PORT + 1, NOBODYS, ADDRESS_1), NULL) == 0);
	/* It is shut down in both directions, which macOS tells so. */
	need_event(fd, POLLHUP);
	NEED(socket_error(fd) == ECONNREFUSED && socket_error(fd) == 0);
	/* The next attempt may go elsewhere. */
	NEED(connectx(fd, LIST(PORT, ADDRESS_2), NULL) == 0);
	need_event(fd, POLLOUT);
	NEED(socket_error(fd) == 0);
}

static void
delayed(void)
{
	char byte;
	struct address_list *list = LIST(PORT, ADDRESS_2);
	int server = listener(SOCK_SEQPACKET, ADDRESS_2), fd = open_sctp(AF_INET, SOCK_SEQPACKET);

	NEED_ERROR(set_complete(fd, list), ENOENT);
	NEED(set_connect(fd, SCTP_CONNECT_X_DELAYED, list, 1) == 0);
	NEED(sctp_getassocid(fd, addresses_of(list)) > SCTP_ALL_ASSOC);
	/* The message goes with the COOKIE ECHO. */
	NEED(sendto(fd, "x", 1, 0, addresses_of(list), list->length) == 1);
	NEED(set_complete(fd, list) == 0);
	NEED(recv(server, &byte, 1, 0) == 1);
	NEED_ERROR(set_complete(fd, list), EALREADY);
	NEED_ERROR(set_complete(fd, LIST(PORT, NOBODYS)), ENOENT);

	fd = open_sctp(AF_INET, SOCK_STREAM);
	list = LIST(PORT, ADDRESS_2);
	NEED(set_connect(fd, SCTP_CONNECT_X_DELAYED, list, 1) == 0);
	NEED(set_complete(fd, list) == 0);
	need_event(fd, POLLOUT);
	NEED(write(fd, "y", 1) == 1 && recv(server, &byte, 1, 0) == 1);
}

static void
mixed_families(void)
{
	sctp_assoc_t assoc_id;
	int server = open_sctp(AF_INET6, SOCK_STREAM), fd = open_sctp(AF_INET6, SOCK_STREAM);

	NEED(bind_to(server, "::", PORT) == 0 && listen(server, 5) == 0);
	NEED(connectx(fd, LIST(PORT, ADDRESS_6, ADDRESS_1, "::ffff:" ADDRESS_1), &assoc_id) == 0);
	need_peer(fd, assoc_id, LIST(PORT, ADDRESS_6, ADDRESS_1, ADDRESS_2));
}

PROGRAMS({"one_to_many", one_to_many}, {"blocking", blocking}, {"nonblocking", nonblocking},
	 {"delayed", delayed}, {"mixed_families", mixed_families})

TEST(connectx_names_the_association_of_a_one_to_many_socket)
{
	run_on_two_networks("one_to_many");
}

TEST(connectx_waits_on_a_blocking_connection)
{
	run_on_two_networks("blocking");
}

TEST(connectx_tells_a_nonblocking_connection_later)
{
	run_on_two_networks("nonblocking");
}

TEST(connectx_may_be_delayed)
{
	run_on_two_networks("delayed");
}

TEST(connectx_takes_both_families_on_ipv6_sockets)
{
	run_on_two_networks("mixed_families");
}
