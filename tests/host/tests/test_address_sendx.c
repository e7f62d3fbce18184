/* Messages that set an association up with a peer of several addresses, on the built kext (RFC 6458
 * section 9.11). */
#include "connections.h"

enum { STREAM = 2, PPID = 46 };

static int
open_hasty_many(int family)
{
	struct sctp_rtoinfo rto = {.srto_initial = 50, .srto_min = 50, .srto_max = 100};
	int fd = open_sctp(family, SOCK_SEQPACKET);

	NEED(setsockopt(fd, IPPROTO_SCTP, SCTP_RTOINFO, &rto, sizeof(rto)) == 0);
	return fd;
}

static int
open_receiver(int family, const char *text)
{
	int fd = open_sctp(family, SOCK_SEQPACKET), on = 1;

	NEED(setsockopt(fd, IPPROTO_SCTP, SCTP_RECVRCVINFO, &on, sizeof(on)) == 0);
	NEED(bind_to(fd, text, PORT) == 0 && listen(fd, 5) == 0);
	return fd;
}

static void
need_message(int fd, const char *text)
{
	char bytes[64];
	struct iovec iov = {bytes, sizeof(bytes)};
	struct sctp_rcvinfo info;
	socklen_t from = 0, length = sizeof(info);
	unsigned int type = 0;
	int flags = 0;
	ssize_t size = sctp_recvv(fd, &iov, 1, NULL, &from, &info, &length, &type, &flags);

	NEED(size == (ssize_t)strlen(text) && !memcmp(bytes, text, (size_t)size) && (flags & MSG_EOR));
	NEED(type == SCTP_RECVV_RCVINFO && info.rcv_sid == STREAM && info.rcv_ppid == PPID);
}

static ssize_t
sendx(int fd, const char *text, struct address_list *list, struct sctp_sndrcvinfo *info)
{
	return sctp_sendx(fd, text, strlen(text), addresses_of(list), list->count, info, 0);
}

static ssize_t
sendmsgx(int fd, const char *text, struct address_list *list)
{
	return sctp_sendmsgx(fd, text, strlen(text), addresses_of(list), list->count, PPID, 0, STREAM, 0, 0);
}

static ssize_t
sendv(int fd, const char *text, struct address_list *list, struct sctp_sndinfo *info)
{
	struct iovec iov = {(void *)(uintptr_t)text, strlen(text)};

	return sctp_sendv(fd, &iov, 1, addresses_of(list), list->count, info, sizeof(*info),
			  SCTP_SENDV_SNDINFO, 0);
}

/* Each function finds the peer at the last address, and then its association by any it has. */
static void
finds_the_peer(void)
{
	struct sctp_sndrcvinfo older = {.sinfo_stream = STREAM, .sinfo_ppid = PPID};
	struct sctp_sndinfo newer = {.snd_sid = STREAM, .snd_ppid = PPID};
	int peer = open_receiver(AF_INET, ADDRESS_2);

	int fd = open_hasty_many(AF_INET);
	NEED(sendx(fd, "first", LIST(PORT, NOBODYS, ADDRESS_2), &older) == 5);
	NEED(older.sinfo_assoc_id > SCTP_ALL_ASSOC);
	need_message(peer, "first");
	sctp_assoc_t id = older.sinfo_assoc_id;
	older.sinfo_assoc_id = 0;
	NEED(sendx(fd, "second", LIST(PORT, ADDRESS_2), &older) == 6 && older.sinfo_assoc_id == id);
	need_message(peer, "second");
	need_peer(fd, id, LIST(PORT, ADDRESS_2));
	NEED(close(fd) == 0);

	fd = open_hasty_many(AF_INET);
	NEED(sendmsgx(fd, "third", LIST(PORT, NOBODYS, "198.51.100.99", ADDRESS_2)) == 5);
	need_message(peer, "third");
	NEED(close(fd) == 0);

	fd = open_hasty_many(AF_INET);
	NEED(sendv(fd, "fourth", LIST(PORT, NOBODYS, ADDRESS_2), &newer) == 6);
	NEED(newer.snd_assoc_id > SCTP_ALL_ASSOC);
	need_message(peer, "fourth");
	NEED(close(fd) == 0 && close(peer) == 0);
}

static void
mixed_families(void)
{
	struct sctp_sndrcvinfo info = {.sinfo_stream = STREAM, .sinfo_ppid = PPID};
	int peer = open_receiver(AF_INET6, "::"), fd = open_hasty_many(AF_INET6);

	NEED(sendx(fd, "six", LIST(PORT, "2001:db8::99", ADDRESS_1, ADDRESS_6), &info) == 3);
	need_message(peer, "six");
	need_peer(fd, info.sinfo_assoc_id, LIST(PORT, ADDRESS_1, ADDRESS_2, ADDRESS_6));
}

static void
bad_arguments(void)
{
	struct sctp_sndrcvinfo info = {.sinfo_stream = STREAM, .sinfo_ppid = PPID};
	struct sctp_sndinfo newer = {.snd_sid = STREAM, .snd_ppid = PPID};
	uint32_t number = 1;
	socklen_t length = sizeof(number);
	int fd = open_hasty_many(AF_INET);

	struct address_list *list = LIST(PORT, ADDRESS_1);
	address_add(list, ADDRESS_2, PORT + 1);
	NEED_ERROR(sendx(fd, "x", list, &info), EINVAL);
	NEED_ERROR(sendmsgx(fd, "x", list), EINVAL);
	NEED_ERROR(sendv(fd, "x", list, &newer), EINVAL);
	list = LIST(0, ADDRESS_1, ADDRESS_2);
	NEED_ERROR(sendx(fd, "x", list, &info), EINVAL);
	list = LIST(PORT, ADDRESS_1, "224.0.0.1");
	NEED_ERROR(sendx(fd, "x", list, &info), EADDRNOTAVAIL);
	list = LIST(PORT, ADDRESS_1, ADDRESS_6);
	NEED_ERROR(sendx(fd, "x", list, &info), EAFNOSUPPORT);
	list = LIST(PORT, ADDRESS_1, ADDRESS_2);
	NEED_ERROR(sendx(fd, "", list, &info), EINVAL);
	NEED_ERROR(sendx(fd, "x", list, NULL), EINVAL);
	NEED_ERROR(sendx(-1, "x", list, &info), EBADF);
	NEED_ERROR(sctp_sendx(fd, "x", 1, addresses_of(list), -1, &info, 0), EINVAL);
	NEED_ERROR(sctp_sendx(fd, "x", 1, NULL, 1, &info, 0), EINVAL);
	addresses_of(list)->sa_family = AF_UNIX;
	NEED_ERROR(sendx(fd, "x", list, &info), EINVAL);
	info.sinfo_stream = 65535;
	NEED_ERROR(sendx(fd, "x", LIST(PORT, ADDRESS_1, ADDRESS_2), &info), EINVAL);
	/* No association has begun. */
	NEED(getsockopt(fd, IPPROTO_SCTP, SCTP_GET_ASSOC_NUMBER, &number, &length) == 0 && number == 0);
}

PROGRAMS({"finds_the_peer", finds_the_peer}, {"mixed_families", mixed_families},
	 {"bad_arguments", bad_arguments})

TEST(sendx_finds_the_peer_at_any_of_its_addresses)
{
	run_on_two_networks("finds_the_peer");
}

TEST(sendx_takes_both_families_on_ipv6_sockets)
{
	run_on_two_networks("mixed_families");
}

TEST(sendx_refuses_bad_arguments)
{
	run_on_two_networks("bad_arguments");
}
