/* What SCTP_PEELOFF refuses, and failing allocations, on the built kext: nothing is lost and nothing is left.
 */
#include "peeloff.h"

/* The association is where it was, and works. */
static void
expect_unchanged(const struct site *site)
{
	EXPECT_EQ(associations_of(site->server), CLIENTS);
	send_text(site->clients[0], "question");
	expect_text(site->server, "question");
	EXPECT_EQ(send_over(site->server, site->ids[0], "answer", 6), 6);
	expect_text(site->clients[0], "answer");
}

TEST(what_cannot_be_peeled_off_is_refused)
{
	struct site site = open_site();
	int fresh = open_socket(BSD_SOCK_STREAM), many = open_socket(BSD_SOCK_SEQPACKET);
	int bound = open_socket(BSD_SOCK_STREAM), listener = open_listener(BSD_SOCK_STREAM, 7001);
	int udp = bsd_socket(XNU_AF_INET, BSD_SOCK_DGRAM, 17), queue = bsd_kqueue();
	int v6 = bsd_socket(XNU_AF_INET6, BSD_SOCK_STREAM, IPPROTO_SCTP);
	struct xnu_sockaddr_in name = name_of(7002), nobody = {.sin_len = sizeof(nobody),
							       .sin_family = XNU_AF_INET,
							       .sin_port = name.sin_port,
							       .sin_addr = 0x016433c6};
	const struct {
		int server;
		sctp_assoc_t id;
		int to, error;
	} rows[] = {
	    {-1, site.ids[0], fresh, XNU_EBADF},
	    {99, site.ids[0], fresh, XNU_EBADF},
	    {INT32_MAX, site.ids[0], fresh, XNU_EBADF},
	    {queue, site.ids[0], fresh, XNU_ENOTSOCK},
	    {udp, site.ids[0], fresh, XNU_EOPNOTSUPP},
	    /* One-to-one: a client, a listener, and the very socket that is to have it. */
	    {site.clients[0], site.ids[0], fresh, XNU_EOPNOTSUPP},
	    {listener, site.ids[0], fresh, XNU_EOPNOTSUPP},
	    {fresh, site.ids[0], fresh, XNU_EOPNOTSUPP},
	    {site.server, SCTP_FUTURE_ASSOC, fresh, XNU_ENOENT},
	    {site.server, SCTP_CURRENT_ASSOC, fresh, XNU_ENOENT},
	    {site.server, SCTP_ALL_ASSOC, fresh, XNU_ENOENT},
	    {site.server, site.ids[0] + 1000, fresh, XNU_ENOENT},
	    {many, site.ids[0], fresh, XNU_ENOENT},
	    /* What is to have it is not fresh, or not one-to-one, or of another family. */
	    {site.server, site.ids[0], many, XNU_EINVAL},
	    {site.server, site.ids[0], site.server, XNU_EINVAL},
	    {site.server, site.ids[0], bound, XNU_EINVAL},
	    {site.server, site.ids[0], listener, XNU_EINVAL},
	    {site.server, site.ids[0], site.clients[1], XNU_EINVAL},
	    {site.server, site.ids[0], v6, XNU_EINVAL},
	};
	struct sctp_peeloff_opt option = {site.server, site.ids[0], fresh};
	uint32_t length = sizeof(option);

	EXPECT_EQ(bsd_bind(bound, (struct xnu_sockaddr *)&name, sizeof(name)), 0);
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int error = -peel_off_to(rows[i].server, rows[i].id, rows[i].to);

		if (error != rows[i].error)
			FAIL("row %u: error %d", i, error);
	}
	EXPECT_EQ(set_option(fresh, SCTP_PEELOFF, &option, sizeof(option) - 1), -XNU_EINVAL);
	EXPECT_EQ(set_option(fresh, SCTP_PEELOFF, &option, 0), -XNU_EINVAL);
	/* As FreeBSD's library asks for it: a kernel extension cannot give a descriptor. */
	EXPECT_EQ(bsd_getsockopt(site.server, IPPROTO_SCTP, SCTP_PEELOFF, &option, &length), -XNU_EOPNOTSUPP);
	/* In set-up, which nobody answers. */
	EXPECT_EQ(bsd_connect(many, (struct xnu_sockaddr *)&nobody, sizeof(nobody)), 0);
	EXPECT_EQ(peel_off_to(many, newest(many), fresh), -XNU_ENOTCONN);
	expect_unchanged(&site);

	EXPECT_EQ(peel_off_to(site.server, site.ids[0], fresh), 0);
	EXPECT_EQ(peel_off(site.server, site.ids[0]), -XNU_ENOENT);
	EXPECT_EQ(peel_off(fresh, site.ids[0]), -XNU_EOPNOTSUPP);
	EXPECT_EQ(peel_off_to(site.server, site.ids[1], fresh), -XNU_EINVAL);
	send_text(site.clients[0], "there");
	expect_text(fresh, "there");
	const int opened[] = {fresh, many, bound, listener, udp, queue, v6};
	for (unsigned i = 0; i < sizeof(opened) / sizeof(opened[0]); i++)
		EXPECT_EQ(bsd_close(opened[i]), 0);
	close_site(&site);
}

TEST(the_old_socket_has_nothing_more_to_do_with_it)
{
	struct xnu_sockaddr_in peer;
	uint32_t length = sizeof(peer);
	struct sctp_assoc_value context = {0, 1};
	struct site site = open_site();
	int fd;

	EXPECT_EQ(bsd_getsockname(site.clients[0], (struct xnu_sockaddr *)&peer, &length), 0);
	fd = need_peel_off(site.server, site.ids[0]);
	EXPECT_EQ(send_over(site.server, site.ids[0], "x", 1), -XNU_ENOENT);
	/* Two hosts have one association between two ports (RFC 9260 section 1.3): no second one begins. */
	EXPECT_EQ(bsd_sendto(site.server, "x", 1, 0, (struct xnu_sockaddr *)&peer, sizeof(peer)),
		  -XNU_EADDRINUSE);
	context.assoc_id = site.ids[0];
	EXPECT_EQ(set_option(site.server, SCTP_CONTEXT, &context, sizeof(context)), -XNU_ENOENT);
	expect_nothing(site.clients[0]);
	EXPECT_EQ(associations_of(site.server), 1);
	EXPECT_EQ(bsd_close(fd), 0);
	close_site(&site);
}

TEST(a_peel_off_without_memory_changes_nothing)
{
	struct site site = open_site();
	unsigned failures = 0;
	int fd;

	/* Enough that wait for the queue of the new socket to need memory. */
	for (unsigned i = 0; i < 20; i++)
		send_text(site.clients[0], "waiting");
	await_readable(site.server, 20 * 7);
	fd = open_socket(BSD_SOCK_STREAM);
	for (;; failures++) {
		int error;

		EXPECT(failures < 50);
		host_memory_fail_at(failures + 1);
		error = peel_off_to(site.server, site.ids[0], fd);
		host_memory_fail_at(0);
		if (error == 0)
			break;
		EXPECT_EQ(error, -XNU_ENOMEM);
		EXPECT_EQ(associations_of(site.server), CLIENTS);
		EXPECT_EQ(readable(site.server), 20 * 7);
		EXPECT_EQ(readable(fd), 0);
	}
	EXPECT(failures >= 2);
	for (unsigned i = 0; i < 20; i++)
		expect_text(fd, "waiting");
	send_text(fd, "answer");
	expect_text(site.clients[0], "answer");
	EXPECT_EQ(bsd_close(fd), 0);
	close_site(&site);
}
