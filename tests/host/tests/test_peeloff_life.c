/* How sockets live on after an sctp_peeloff, on the built kext: names, events, settings, ends. */
#include "peeloff.h"

/* The next thing to read tells of this state. */
static void
expect_state(int fd, uint16_t state, sctp_assoc_t id)
{
	const union sctp_notification *told = expect_notification(fd, SCTP_ASSOC_CHANGE);

	EXPECT_EQ(told->sn_assoc_change.sac_state, state);
	EXPECT_EQ(told->sn_assoc_change.sac_assoc_id, id);
}

static short
events_of(int fd)
{
	struct bsd_pollfd entry = {fd, BSD_POLLIN | BSD_POLLOUT, 0};

	EXPECT(bsd_poll(&entry, 1, 0) >= 0);
	return entry.revents;
}

TEST(the_new_socket_is_connected_and_the_old_one_has_one_association_less)
{
	struct xnu_sockaddr_in name, client;
	uint32_t length = sizeof(client);
	struct site site = open_site();
	int fd = need_peel_off(site.server, site.ids[0]);

	EXPECT_EQ(associations_of(site.server), 1);
	EXPECT_EQ(newest(site.server), site.ids[1]);
	EXPECT_EQ(bsd_getsockname(site.clients[0], (struct xnu_sockaddr *)&client, &length), 0);
	length = sizeof(name);
	EXPECT_EQ(bsd_getpeername(fd, (struct xnu_sockaddr *)&name, &length), 0);
	EXPECT(name.sin_family == client.sin_family && name.sin_port == client.sin_port);
	EXPECT_EQ(bsd_getsockname(fd, (struct xnu_sockaddr *)&name, &length), 0);
	EXPECT_EQ(name.sin_port, name_of(SERVER_PORT).sin_port);
	EXPECT_EQ(events_of(fd), BSD_POLLOUT);
	EXPECT_EQ(bsd_close(fd), 0);
	close_site(&site);
}

TEST(notifications_come_where_the_association_is)
{
	struct site site = open_site();
	sctp_assoc_t id;
	int third, fd;

	subscribe(site.server, SCTP_ASSOC_CHANGE);
	subscribe(site.server, SCTP_SHUTDOWN_EVENT);
	/* One that waits moves. */
	third = open_socket(BSD_SOCK_STREAM);
	connect_to(third, SERVER_PORT);
	while (associations_of(site.server) != CLIENTS + 1)
		usleep(1000);
	id = newest(site.server);
	fd = need_peel_off(site.server, id);
	expect_state(fd, SCTP_COMM_UP, id);
	expect_nothing(site.server);

	EXPECT_EQ(bsd_close(third), 0);
	EXPECT_EQ(expect_notification(fd, SCTP_SHUTDOWN_EVENT)->sn_shutdown_event.sse_assoc_id, id);
	/* The peer sends nothing more, so that a read would find the end of file before this has come. */
	while (readable(fd) == 0)
		usleep(1000);
	expect_state(fd, SCTP_SHUTDOWN_COMP, id);
	EXPECT_EQ(read_next(fd)->length, 0);
	expect_nothing(site.server);
	EXPECT_EQ(bsd_close(site.clients[1]), 0);
	expect_notification(site.server, SCTP_SHUTDOWN_EVENT);
	expect_state(site.server, SCTP_SHUTDOWN_COMP, site.ids[1]);
	EXPECT_EQ(bsd_close(fd), 0);
	site.clients[1] = open_socket(BSD_SOCK_STREAM);
	close_site(&site);
}

TEST(an_abort_is_told_to_the_new_socket)
{
	struct bsd_linger abort = {1, 0};
	struct site site = open_site();
	int fd = need_peel_off(site.server, site.ids[0]);

	EXPECT_EQ(bsd_setsockopt(site.clients[0], BSD_SOL_SOCKET, BSD_SO_LINGER, &abort, sizeof(abort)), 0);
	EXPECT_EQ(bsd_close(site.clients[0]), 0);
	EXPECT_EQ(read_next(fd)->length, -XNU_ECONNRESET);
	EXPECT_EQ(read_next(fd)->length, 0);
	EXPECT_EQ(bsd_write(fd, "x", 1), -XNU_EPIPE);
	expect_nothing(site.server);
	/* And one from here. */
	site.clients[0] = fd;
	fd = need_peel_off(site.server, site.ids[1]);
	EXPECT_EQ(bsd_setsockopt(fd, BSD_SOL_SOCKET, BSD_SO_LINGER, &abort, sizeof(abort)), 0);
	EXPECT_EQ(bsd_close(fd), 0);
	EXPECT_EQ(read_next(site.clients[1])->length, -XNU_ECONNRESET);
	EXPECT_EQ(associations_of(site.server), 0);
	close_site(&site);
}

TEST(either_socket_may_be_closed_before_the_other)
{
	struct site site = open_site();
	int fd = need_peel_off(site.server, site.ids[0]), other;

	EXPECT_EQ(bsd_close(fd), 0);
	EXPECT_EQ(read_next(site.clients[0])->length, 0);
	send_text(site.clients[1], "still here");
	expect_text(site.server, "still here");

	other = open_listener(BSD_SOCK_SEQPACKET, SERVER_PORT + 1);
	EXPECT_EQ(bsd_close(site.clients[0]), 0);
	site.clients[0] = open_socket(BSD_SOCK_STREAM);
	connect_to(site.clients[0], SERVER_PORT + 1);
	while (associations_of(other) == 0)
		usleep(1000);
	fd = need_peel_off(other, newest(other));
	EXPECT_EQ(bsd_close(other), 0);
	send_text(site.clients[0], "question");
	expect_text(fd, "question");
	send_text(fd, "answer");
	expect_text(site.clients[0], "answer");
	EXPECT_EQ(bsd_close(fd), 0);
	close_site(&site);
}

TEST(half_of_the_new_socket_may_be_shut_down)
{
	struct site site = open_site();
	int fd = need_peel_off(site.server, site.ids[0]);

	send_text(fd, "last");
	EXPECT_EQ(bsd_shutdown(fd, 1), 0);
	EXPECT_EQ(bsd_write(fd, "x", 1), -XNU_EPIPE);
	expect_text(site.clients[0], "last");
	EXPECT_EQ(read_next(site.clients[0])->length, 0);
	EXPECT_EQ(read_next(fd)->length, 0);
	EXPECT_EQ(bsd_close(fd), 0);
	close_site(&site);
}

/* ---- settings ---- */

static void
expect_option(int fd, int level, int name, const void *wanted, uint32_t length)
{
	char value[256];
	uint32_t got = sizeof(value);

	memset(value, 0, sizeof(value));
	EXPECT_EQ(bsd_getsockopt(fd, level, name, value, &got), 0);
	EXPECT_EQ(got, length);
	EXPECT(memcmp(value, wanted, length) == 0);
}

TEST(the_new_socket_has_the_settings_of_the_old_one)
{
	static const int switches[] = {SCTP_NODELAY, SCTP_RECVRCVINFO, SCTP_DISABLE_FRAGMENTS};
	struct site site = open_site();
	int fd, on = 1, point = 5000, buffer = 99999, sends = 88888;
	struct sctp_assoc_value context = {site.ids[0], 77};
	struct sctp_sndinfo defaults = {.snd_sid = 3, .snd_ppid = 9, .snd_assoc_id = site.ids[0]};
	struct bsd_linger linger = {1, 300};

	for (unsigned i = 0; i < sizeof(switches) / sizeof(switches[0]); i++)
		turn_on(site.server, switches[i], 1);
	turn_on(site.server, SCTP_FRAGMENT_INTERLEAVE, SCTP_FRAG_LEVEL_2);
	turn_on(site.server, SCTP_PARTIAL_DELIVERY_POINT, point);
	EXPECT_EQ(set_option(site.server, SCTP_CONTEXT, &context, sizeof(context)), 0);
	EXPECT_EQ(set_option(site.server, SCTP_DEFAULT_SNDINFO, &defaults, sizeof(defaults)), 0);
	EXPECT_EQ(bsd_setsockopt(site.server, BSD_SOL_SOCKET, BSD_SO_RCVBUF, &buffer, sizeof(buffer)), 0);
	EXPECT_EQ(bsd_setsockopt(site.server, BSD_SOL_SOCKET, BSD_SO_SNDBUF, &sends, sizeof(sends)), 0);
	EXPECT_EQ(bsd_setsockopt(site.server, BSD_SOL_SOCKET, BSD_SO_LINGER, &linger, sizeof(linger)), 0);

	fd = need_peel_off(site.server, site.ids[0]);
	for (unsigned i = 0; i < sizeof(switches) / sizeof(switches[0]); i++)
		expect_option(fd, IPPROTO_SCTP, switches[i], &on, sizeof(on));
	on = SCTP_FRAG_LEVEL_2;
	/* A one-to-one socket has no use for the name and leaves it as it was given. */
	context.assoc_id = defaults.snd_assoc_id = 0;
	expect_option(fd, IPPROTO_SCTP, SCTP_FRAGMENT_INTERLEAVE, &on, sizeof(on));
	expect_option(fd, IPPROTO_SCTP, SCTP_PARTIAL_DELIVERY_POINT, &point, sizeof(point));
	expect_option(fd, IPPROTO_SCTP, SCTP_CONTEXT, &context, sizeof(context));
	expect_option(fd, IPPROTO_SCTP, SCTP_DEFAULT_SNDINFO, &defaults, sizeof(defaults));
	expect_option(fd, BSD_SOL_SOCKET, BSD_SO_RCVBUF, &buffer, sizeof(buffer));
	expect_option(fd, BSD_SOL_SOCKET, BSD_SO_SNDBUF, &sends, sizeof(sends));
	expect_option(fd, BSD_SOL_SOCKET, BSD_SO_LINGER, &linger, sizeof(linger));

	/* What they do: a message without control data has the default stream, and one that came its context.
	 */
	turn_on(site.clients[0], SCTP_RECVRCVINFO, 1);
	send_text(fd, "x");
	const struct sctp_rcvinfo *info;
	uint32_t size;
	info = find_item(expect_message(site.clients[0], "x", 1), SCTP_RCVINFO, &size);
	EXPECT(info && info->rcv_sid == 3 && info->rcv_ppid == 9);
	send_text(site.clients[0], "y");
	info = find_item(expect_message(fd, "y", 1), SCTP_RCVINFO, &size);
	EXPECT(info && info->rcv_context == 77 && info->rcv_assoc_id == site.ids[0]);
	EXPECT_EQ(bsd_close(fd), 0);
	close_site(&site);
}

TEST(the_new_socket_does_not_block_if_the_old_one_does_not)
{
	struct site site = open_site();
	char byte;
	int fd;

	EXPECT_EQ(bsd_fcntl(site.server, BSD_F_SETFL, BSD_O_NONBLOCK), 0);
	fd = need_peel_off(site.server, site.ids[0]);
	EXPECT_EQ(bsd_read(fd, &byte, 1), -XNU_EWOULDBLOCK);
	EXPECT_EQ(bsd_close(fd), 0);
	close_site(&site);
}
