/* How a one-to-one socket comes to its association, on the built kext (RFC 6458 section 4.1). */
#include "connections.h"

static void
blocking(void)
{
	struct sockaddr_in name, wanted;
	socklen_t length = sizeof(name);
	int head = open_head(5), near = open_single();

	NEED(bind_to(near, ADDRESS_2, PORT + 1) == 0);
	NEED(connect_to(near, ADDRESS_1, PORT) == 0);
	int far = accept(head, (struct sockaddr *)&name, &length);
	memcpy(&wanted, addresses_of(LIST(PORT + 1, ADDRESS_2)), sizeof(wanted));
	NEED(far >= 0 && length == sizeof(name) && !memcmp(&name, &wanted, sizeof(name)));
	NEED(is_named(near, getsockname, ADDRESS_2, PORT + 1) &&
	     is_named(near, getpeername, ADDRESS_1, PORT));
	NEED(is_named(far, getsockname, ADDRESS_1, PORT) && is_named(far, getpeername, ADDRESS_2, PORT + 1));
	NEED(socket_error(near) == 0 && socket_error(far) == 0);

	NEED_ERROR(connect_to(near, ADDRESS_1, PORT), EISCONN);
	NEED_ERROR(connect_to(far, ADDRESS_1, PORT), EISCONN);
	NEED_ERROR(connect_to(head, ADDRESS_1, PORT), EOPNOTSUPP);
	NEED_ERROR(listen(near, 1), EINVAL);
	NEED_ERROR(accept(near, NULL, NULL), EINVAL);
	NEED_ERROR(recv(head, &name, 1, 0), ENOTCONN);
}

static void
nonblocking(void)
{
	int head = open_head(5), near = open_single();
	char byte;

	set_blocking(near, false);
	NEED_ERROR(connect_to(near, NOBODYS, PORT), EINPROGRESS);
	NEED_ERROR(connect_to(near, ADDRESS_1, PORT), EALREADY);
	/* Neither end is there yet. */
	NEED_ERROR(getpeername(near, (struct sockaddr *)&(struct sockaddr_in){0}, &(socklen_t){16}),
		   ENOTCONN);
	NEED_ERROR(recv(near, &byte, 1, 0), EAGAIN);
	NEED(close(near) == 0);

	near = open_single();
	set_blocking(near, false);
	NEED_ERROR(connect_to(near, ADDRESS_1, PORT), EINPROGRESS);
	NEED(await_event(near, POLLOUT) == POLLOUT);
	NEED(socket_error(near) == 0);
	NEED_ERROR(connect_to(near, ADDRESS_1, PORT), EISCONN);
	set_blocking(head, false);
	NEED(await_event(head, POLLIN) == POLLIN);
	NEED(accept(head, NULL, NULL) >= 0);
	NEED_ERROR(accept(head, NULL, NULL), EAGAIN);
}

static void
failures(void)
{
	int fd = open_hasty();

	NEED_ERROR(connect_to(fd, ADDRESS_1, PORT), ECONNREFUSED);
	NEED(socket_error(fd) == 0);
	NEED_ERROR(connect_to(fd, NOBODYS, PORT), ETIMEDOUT);
	NEED(socket_error(fd) == 0);
	set_blocking(fd, false);
	NEED_ERROR(connect_to(fd, ADDRESS_1, PORT), EINPROGRESS);
	/* Shut down in both directions, which macOS tells so. */
	NEED(await_event(fd, POLLOUT) & POLLHUP);
	NEED(socket_error(fd) == ECONNREFUSED && socket_error(fd) == 0);
	NEED_ERROR(connect_to(fd, NOBODYS, PORT), EINPROGRESS);
	NEED(await_event(fd, POLLOUT) & POLLHUP);
	NEED(socket_error(fd) == ETIMEDOUT && socket_error(fd) == 0);
	/* After all that it may still be connected. */
	int head = open_head(5);
	set_blocking(fd, true);
	NEED(connect_to(fd, ADDRESS_1, PORT) == 0);
	int far = accept(head, NULL, NULL);
	NEED(far >= 0 && write(far, "x", 1) == 1 && read(fd, &(char){0}, 1) == 1);
}

static void
bad_arguments(void)
{
	struct address_list *list = LIST(PORT, ADDRESS_1);
	struct sockaddr_un {
		sa_family_t family;
		char path[108];
	} local = {AF_UNIX, "/tmp/name"};
	int fd = open_single();

	NEED_ERROR(connect_to(fd, ADDRESS_1, 0), EINVAL);
	NEED_ERROR(connect_to(fd, "0.0.0.0", PORT), EADDRNOTAVAIL);
	NEED_ERROR(connect_to(fd, "224.0.0.1", PORT), EADDRNOTAVAIL);
	NEED_ERROR(connect_to(fd, "255.255.255.255", PORT), EADDRNOTAVAIL);
	NEED_ERROR(connect_to(fd, ADDRESS_6, PORT), EAFNOSUPPORT);
	NEED_ERROR(connect(fd, (struct sockaddr *)&local, sizeof(local)), EAFNOSUPPORT);
	list = LIST(PORT, ADDRESS_1);
	for (socklen_t length = 0; length < list->length; length++)
		NEED(connect(fd, addresses_of(list), length) == -1 && errno != EINPROGRESS);
	NEED_ERROR(connect(-1, addresses_of(list), list->length), EBADF);
	NEED_ERROR(send(fd, "x", 1, 0), ENOTCONN);
	NEED_ERROR(recv(fd, &local, 1, 0), ENOTCONN);
	NEED_ERROR(shutdown(fd, SHUT_WR), ENOTCONN);
	NEED_ERROR(shutdown(fd, SHUT_RD), ENOTCONN);
	NEED_ERROR(accept(fd, NULL, NULL), EINVAL);
	NEED_ERROR(getpeername(fd, (struct sockaddr *)&local, &(socklen_t){16}), ENOTCONN);
	/* Nothing of it has bound the socket. */
	NEED(port_of(fd) == 0);
}

/* What an accepted socket has of its listener, and that it outlives its association. */
static void
accepted(void)
{
	struct sctp_initmsg init = {.sinit_num_ostreams = 3, .sinit_max_instreams = 4};
	struct linger linger = {1, 7}, seen;
	struct sctp_status status;
	socklen_t length = sizeof(seen), size = sizeof(status);
	int head = open_single(), near = open_single(), on = 1;

	NEED(setsockopt(head, IPPROTO_SCTP, SCTP_INITMSG, &init, sizeof(init)) == 0);
	NEED(setsockopt(head, IPPROTO_SCTP, SCTP_NODELAY, &on, sizeof(on)) == 0);
	NEED(setsockopt(head, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)) == 0);
	NEED(bind_to(head, ADDRESS_1, PORT) == 0 && listen(head, 1) == 0);
	NEED(bind_to(near, ADDRESS_1, PORT + 1) == 0 && connect_to(near, ADDRESS_1, PORT) == 0);
	/* Gone before it is accepted. */
	NEED(await_event(head, POLLIN) == POLLIN);
	NEED(write(near, "last", 4) == 4 && close(near) == 0);
	int far = accept(head, NULL, NULL);
	char bytes[8];
	NEED(far >= 0 && read(far, bytes, sizeof(bytes)) == 4 && read(far, bytes, sizeof(bytes)) == 0);
	NEED_ERROR(send(far, "x", 1, MSG_NOSIGNAL), EPIPE);
	NEED(getsockopt(far, SOL_SOCKET, SO_LINGER, &seen, &length) == 0 && seen.l_onoff &&
	     seen.l_linger == 7);
	on = 0, length = sizeof(on);
	NEED(getsockopt(far, IPPROTO_SCTP, SCTP_NODELAY, &on, &length) == 0 && on == 1);

	near = open_single();
	NEED(connect_to(near, ADDRESS_1, PORT) == 0);
	far = accept(head, NULL, NULL);
	memset(&status, 0, sizeof(status));
	NEED(far >= 0 && getsockopt(far, IPPROTO_SCTP, SCTP_STATUS, &status, &size) == 0);
	NEED(status.sstat_state == SCTP_ESTABLISHED && status.sstat_outstrms == 3 &&
	     status.sstat_instrms == 4);
}

PROGRAMS({"blocking", blocking}, {"nonblocking", nonblocking}, {"failures", failures},
	 {"bad_arguments", bad_arguments}, {"accepted", accepted})

TEST(connect_waits_and_both_ends_have_names)
{
	run_on_two_networks("blocking");
}

TEST(connect_does_not_wait_where_it_must_not)
{
	run_on_two_networks("nonblocking");
}

TEST(connect_tells_why_it_failed_and_may_be_tried_again)
{
	run_on_two_networks("failures");
}

TEST(connect_refuses_bad_arguments)
{
	run_on_two_networks("bad_arguments");
}

TEST(accept_gives_what_the_listener_had)
{
	run_on_two_networks("accepted");
}
