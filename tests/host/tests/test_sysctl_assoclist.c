/* net.sctp.assoclist of the built kext: sockets, associations, addresses, in several states. */
#include "harness.h"
#include "../bsd/syscalls.h"

#include <netinet/sctp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SCTP = 132, ROOM = 1 << 20 };

static char error[256];
static char list[ROOM];
static size_t list_length, at;

static void
start(void)
{
	const char *built = getenv("SCTP_TEST_KEXT");

	if (built == NULL || *built == '\0')
		SKIP("no KEXT= given");
	host_memory_link_addresses("192.0.2.1", 1500);
	if (host_start(built, error, sizeof(error)) != 0)
		FAIL("%s", error);
}

static struct xnu_sockaddr_in
own(uint16_t port)
{
	return (struct xnu_sockaddr_in){sizeof(struct xnu_sockaddr_in), XNU_AF_INET,
					(uint16_t)(port << 8 | port >> 8), 0x010200c0, ""};
}

static int
listener(int type, uint16_t port)
{
	struct xnu_sockaddr_in name = own(port);
	int fd = bsd_socket(XNU_AF_INET, type, SCTP);

	EXPECT(fd >= 0);
	EXPECT_EQ(bsd_bind(fd, (struct xnu_sockaddr *)&name, sizeof(name)), 0);
	EXPECT_EQ(bsd_listen(fd, 3), 0);
	return fd;
}

static int64_t
send_to(int fd, uint16_t port, size_t length)
{
	static char data[65536];
	struct xnu_sockaddr_in name = own(port);

	return bsd_sendto(fd, data, length, BSD_MSG_DONTWAIT, (struct xnu_sockaddr *)&name, sizeof(name));
}

static void
read_list(void)
{
	list_length = sizeof(list);
	at = 0;
	EXPECT_EQ(host_sysctl("net.sctp.assoclist", list, &list_length, NULL, 0), 0);
}

/* The next record. */
static const void *
take(size_t length)
{
	const void *record = list + at;

	EXPECT(at + length <= list_length);
	at += length;
	return record;
}

static const struct xsctp_inpcb *
take_socket(void)
{
	return take(sizeof(struct xsctp_inpcb));
}

static const struct xsctp_tcb *
take_association(void)
{
	return take(sizeof(struct xsctp_tcb));
}

static unsigned
take_locals(void)
{
	unsigned count = 0;

	for (;; count++) {
		const struct xsctp_laddr *record = take(sizeof(*record));

		if (record->last != 0)
			return count;
		/* As Darwin has it: the length, the family. */
		EXPECT(memcmp(&record->address, "\x10\x02", 2) == 0);
	}
}

/* The only path; the end of the list of paths is taken as well. */
static const struct xsctp_raddr *
take_path(void)
{
	const struct xsctp_raddr *record = take(sizeof(*record)), *end;

	EXPECT_EQ(record->last, 0);
	end = take(sizeof(*end));
	EXPECT_EQ(end->last, 1);
	return record;
}

static void
expect_end(void)
{
	EXPECT_EQ(take_socket()->last, 1);
	EXPECT_EQ(at, list_length);
}

TEST(assoclist_of_nothing_is_its_end)
{
	start();
	read_list();
	expect_end();
	EXPECT_EQ(host_stop(), 0);
}

TEST(assoclist_shows_sockets)
{
	const struct xsctp_inpcb *socket;

	start();
	int unbound = bsd_socket(XNU_AF_INET6, BSD_SOCK_STREAM, SCTP), fd = listener(BSD_SOCK_STREAM, 5000);
	read_list();
	socket = take_socket();
	EXPECT_EQ(socket->flags, SCTP_PCB_FLAGS_TCPTYPE | SCTP_PCB_FLAGS_BOUNDALL | SCTP_PCB_FLAGS_UNBOUND |
				     SCTP_PCB_FLAGS_BOUND_V6);
	EXPECT_EQ(socket->local_port, 0);
	EXPECT_EQ(take_locals(), 0);
	EXPECT_EQ(take_association()->last, 1);
	socket = take_socket();
	EXPECT_EQ(socket->flags, SCTP_PCB_FLAGS_TCPTYPE | SCTP_PCB_FLAGS_ACCEPTING);
	EXPECT_EQ(socket->local_port, 5000);
	EXPECT_EQ(socket->qlen + socket->qlen_old, 0);
	EXPECT_EQ(socket->maxqlen, socket->maxqlen_old);
	EXPECT(socket->maxqlen >= 3);
	EXPECT_EQ(take_locals(), 1);
	EXPECT_EQ(take_association()->last, 1);
	expect_end();
	EXPECT_EQ(bsd_close(unbound), 0);
	EXPECT_EQ(bsd_close(fd), 0);
	EXPECT_EQ(host_stop(), 0);
}

TEST(assoclist_shows_both_ends_of_an_association)
{
	uint32_t tags[2][2], tsns[2][2];
	uint16_t ports[2];

	start();
	int server = listener(BSD_SOCK_SEQPACKET, 5000),
	    client = bsd_socket(XNU_AF_INET, BSD_SOCK_SEQPACKET, SCTP);
	EXPECT_EQ(send_to(client, 5000, 3000), 3000);
	host_settle();
	read_list();
	for (int i = 0; i < 2; i++) {
		const struct xsctp_inpcb *socket = take_socket();
		EXPECT_EQ(socket->last, 0);
		EXPECT((socket->flags & SCTP_PCB_FLAGS_UDPTYPE) != 0);
		EXPECT_EQ((socket->flags & SCTP_PCB_FLAGS_ACCEPTING) != 0, socket->local_port == 5000);
		EXPECT(take_locals() >= 1);
		const struct xsctp_tcb *association = take_association();
		EXPECT_EQ(association->last, 0);
		EXPECT_EQ(association->state, SCTP_ESTABLISHED);
		EXPECT_EQ(association->local_port, socket->local_port);
		EXPECT(association->local_port == 5000 || association->remote_port == 5000);
		EXPECT(association->assoc_id >= 3 && association->peers_rwnd > 0);
		EXPECT(association->in_streams > 0 && association->out_streams > 0);
		EXPECT_EQ(association->heartbeat_interval, 30000);
		EXPECT(association->start_time.tv_sec + association->start_time.tv_usec > 0);
		ports[i] = association->local_port;
		tags[i][0] = association->local_tag;
		tags[i][1] = association->remote_tag;
		tsns[i][0] = association->cumulative_tsn;
		tsns[i][1] = association->cumulative_tsn_ack;
		EXPECT_EQ(association->highest_tsn - association->initial_tsn,
			  (uint32_t)(ports[i] == 5000 ? -1 : 2));
		EXPECT(take_locals() >= 1);
		const struct xsctp_raddr *path = take_path();
		EXPECT_EQ(path->state, SCTP_ACTIVE);
		EXPECT(path->active && path->confirmed && path->heartbeat_enabled &&
		       !path->potentially_failed);
		EXPECT(path->mtu == association->mtu && path->cwnd > 0 && path->ssthresh > 0 &&
		       path->rto > 0);
		EXPECT_EQ(path->flight_size + path->error_counter + path->rtx, 0);
		EXPECT_EQ(take_association()->last, 1);
	}
	expect_end();
	EXPECT(ports[0] != ports[1]);
	for (int i = 0; i < 2; i++) {
		EXPECT(tags[i][0] != 0 && tags[i][0] == tags[1 - i][1]);
		EXPECT_EQ(tsns[i][0], tsns[1 - i][1]);
	}
	EXPECT_EQ(bsd_close(client), 0);
	EXPECT_EQ(bsd_close(server), 0);
	EXPECT_EQ(host_stop(), 0);
}

TEST(assoclist_shows_associations_of_closed_sockets)
{
	const struct xsctp_inpcb *socket;
	const struct xsctp_tcb *association;

	start();
	int server = listener(BSD_SOCK_SEQPACKET, 5000),
	    client = bsd_socket(XNU_AF_INET, BSD_SOCK_SEQPACKET, SCTP);
	/* More than the server takes that nobody reads. */
	while (send_to(client, 5000, 20000) == 20000)
		host_settle();
	EXPECT_EQ(bsd_close(client), 0);
	host_settle();
	read_list();
	EXPECT_EQ(take_socket()->local_port, 5000);
	EXPECT_EQ(take_locals(), 1);
	EXPECT_EQ(take_association()->state, SCTP_ESTABLISHED);
	EXPECT_EQ(take_locals(), 1);
	(void)take_path();
	EXPECT_EQ(take_association()->last, 1);
	socket = take_socket();
	EXPECT_EQ(socket->last, 0);
	EXPECT_EQ(socket->flags, SCTP_PCB_FLAGS_SOCKET_GONE);
	EXPECT_EQ(take_locals(), 0);
	association = take_association();
	EXPECT_EQ(association->state, SCTP_SHUTDOWN_PENDING);
	EXPECT_EQ(association->remote_port, 5000);
	EXPECT_EQ(take_locals(), 1);
	(void)take_path();
	EXPECT_EQ(take_association()->last, 1);
	expect_end();
	EXPECT_EQ(bsd_close(server), 0);
	host_settle();
	EXPECT_EQ(host_stop(), 0);
}

TEST(assoclist_shows_set_up_and_hides_tags_from_others_than_root)
{
	const struct xsctp_tcb *association;
	struct xnu_sockaddr_in nobody = own(7);

	start();
	nobody.sin_addr = 0x090200c0;
	int fd = bsd_socket(XNU_AF_INET, BSD_SOCK_SEQPACKET, SCTP);
	EXPECT_EQ(bsd_fcntl(fd, BSD_F_SETFL, BSD_O_NONBLOCK), 0);
	EXPECT_EQ(bsd_connect(fd, (struct xnu_sockaddr *)&nobody, sizeof(nobody)), 0);
	for (int root = 1; root >= 0; root--) {
		if (root == 0 && (geteuid() != 0 || seteuid(65534) != 0))
			break;
		read_list();
		(void)take_socket();
		(void)take_locals();
		association = take_association();
		EXPECT_EQ(association->state, SCTP_COOKIE_WAIT);
		EXPECT_EQ(association->start_time.tv_sec + association->start_time.tv_usec, 0);
		if (root == 0) {
			EXPECT_EQ(association->local_tag | association->initial_tsn |
				      association->highest_tsn | association->cumulative_tsn |
				      association->cumulative_tsn_ack,
				  0);
			EXPECT_EQ(seteuid(0), 0);
		} else {
			EXPECT(association->local_tag != 0);
		}
		EXPECT_EQ(association->remote_port, 7);
		(void)take_locals();
		/* The user named it (RFC 9260 section 5.4 rule 1). */
		EXPECT_EQ(take_path()->confirmed, 1);
		EXPECT_EQ(take_association()->last, 1);
		expect_end();
	}
	EXPECT_EQ(bsd_close(fd), 0);
	EXPECT_EQ(host_stop(), 0);
}

/* More than is made at a time. */
TEST(assoclist_of_many_comes_whole_or_not_at_all)
{
	enum { SOCKETS = 100 };
	int fds[SOCKETS], server;
	size_t asked = 0, whole;
	struct sctpstat zeros = {0};
	unsigned associations = 0;

	start();
	server = listener(BSD_SOCK_SEQPACKET, 5000);
	for (int i = 0; i < SOCKETS; i++) {
		fds[i] = bsd_socket(XNU_AF_INET, BSD_SOCK_SEQPACKET, SCTP);
		EXPECT_EQ(send_to(fds[i], 5000, 10), 10);
	}
	host_settle();
	read_list();
	for (const struct xsctp_inpcb *socket; (socket = take_socket())->last == 0;) {
		EXPECT(take_locals() >= 1);
		for (const struct xsctp_tcb *association; (association = take_association())->last == 0;) {
			EXPECT_EQ(association->state, SCTP_ESTABLISHED);
			EXPECT(take_locals() >= 1);
			(void)take_path();
			associations++;
		}
	}
	EXPECT_EQ(at, list_length);
	EXPECT_EQ(associations, 2 * SOCKETS);
	EXPECT_EQ(host_sysctl("net.sctp.assoclist", NULL, &asked, NULL, 0), 0);
	EXPECT_EQ(asked, list_length + list_length / 8);
	/* What fits exactly, and one byte less. */
	whole = list_length;
	EXPECT_EQ(host_sysctl("net.sctp.assoclist", list, &whole, NULL, 0), 0);
	EXPECT_EQ(whole, list_length);
	whole = list_length - 1;
	EXPECT_EQ(host_sysctl("net.sctp.assoclist", list, &whole, NULL, 0), XNU_ENOMEM);
	EXPECT(whole < list_length);
	EXPECT_EQ(host_sysctl("net.sctp.assoclist", NULL, NULL, &zeros, sizeof(zeros)), XNU_EPERM);
	for (int i = 0; i < SOCKETS; i++)
		EXPECT_EQ(bsd_close(fds[i]), 0);
	EXPECT_EQ(bsd_close(server), 0);
	EXPECT_EQ(host_stop(), 0);
}
