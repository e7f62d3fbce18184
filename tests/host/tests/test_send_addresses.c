/* Messages that bring several addresses of a peer: SCTP_DSTADDRV4 and SCTP_DSTADDRV6 (RFC 6458 sections 5.3.9
 * and 5.3.10), which sctp_sendv makes of a list. */
#include "addresses.h"

enum { PORT = 7000 };

/* An address that nobody answers at is given up after 50 ms. */
static int
open_hasty(int family, int type)
{
	struct sctp_rtoinfo rto = {.srto_initial = 50, .srto_min = 50, .srto_max = 100};
	int fd = open_sctp(family, type);

	NEED(setsockopt(fd, IPPROTO_SCTP, SCTP_RTOINFO, &rto, sizeof(rto)) == 0);
	return fd;
}

static int
listener(int family, const char *text)
{
	int fd = open_sctp(family, SOCK_SEQPACKET);

	NEED(bind_to(fd, text, PORT) == 0 && listen(fd, 5) == 0);
	return fd;
}

static ssize_t
send_text(int fd, const char *text, struct address_list *list, struct sctp_sndinfo *info)
{
	struct iovec part = {(void *)(uintptr_t)text, strlen(text)};

	return sctp_sendv(fd, &part, 1, addresses_of(list), list->count, info, sizeof(*info),
			  SCTP_SENDV_SNDINFO, 0);
}

static void
need_text(int fd, const char *text)
{
	char seen[64];

	NEED(recv(fd, seen, sizeof(seen), 0) == (ssize_t)strlen(text));
	NEED(memcmp(seen, text, strlen(text)) == 0);
}

/* The first address has nobody. */
static void
further(void)
{
	struct sctp_sndinfo info = {0};
	int server = listener(AF_INET, ADDRESS_2), fd = open_hasty(AF_INET, SOCK_SEQPACKET);

	NEED(send_text(fd, "first", LIST(PORT, NOBODYS, ADDRESS_2), &info) == 5);
	NEED(info.snd_assoc_id > SCTP_ALL_ASSOC);
	need_text(server, "first");
	need_peer(fd, info.snd_assoc_id, LIST(PORT, ADDRESS_2));
	/* Any address that is the peer's finds the association. */
	info.snd_assoc_id = 0;
	NEED(send_text(fd, "second", LIST(PORT, NOBODYS, ADDRESS_2), &info) == 6);
	need_text(server, "second");
	NEED(sctp_getassocid(fd, addresses_of(LIST(PORT, ADDRESS_2))) > SCTP_ALL_ASSOC);
}

static void
both_families(void)
{
	struct sctp_sndinfo info = {0};
	int server = listener(AF_INET6, "::"), fd = open_hasty(AF_INET6, SOCK_SEQPACKET);

	NEED(send_text(fd, "six", LIST(PORT, ADDRESS_6, ADDRESS_1, "::ffff:" ADDRESS_2), &info) == 3);
	need_text(server, "six");
	need_peer(fd, info.snd_assoc_id, LIST(PORT, ADDRESS_6, ADDRESS_1, ADDRESS_2));
	info.snd_assoc_id = 0;
	NEED(send_text(fd, "four", LIST(PORT, ADDRESS_1, ADDRESS_6), &info) == 4);
	need_text(server, "four");
}

/* A one-to-one socket is connected by its first message. */
static void
one_to_one(void)
{
	struct sctp_sndinfo info = {0};
	int server = listener(AF_INET, ADDRESS_2), fd = open_hasty(AF_INET, SOCK_STREAM);

	NEED(send_text(fd, "first", LIST(PORT, NOBODYS, ADDRESS_2), &info) == 5);
	need_text(server, "first");
	NEED(write(fd, "second", 6) == 6);
	need_text(server, "second");
}

static void
refused(void)
{
	struct sctp_sndinfo info = {0};
	uint32_t number = 1;
	socklen_t length = sizeof(number);
	int fd = open_hasty(AF_INET, SOCK_SEQPACKET);

	NEED_ERROR(send_text(fd, "x", LIST(PORT, ADDRESS_1, ADDRESS_6), &info), EAFNOSUPPORT);
	NEED_ERROR(send_text(fd, "x", LIST(PORT, ADDRESS_1, "224.0.0.1"), &info), EADDRNOTAVAIL);
	info.snd_sid = 65535;
	NEED_ERROR(send_text(fd, "x", LIST(PORT, ADDRESS_1, ADDRESS_2), &info), EINVAL);
	/* Nothing was set up for them. */
	NEED(getsockopt(fd, IPPROTO_SCTP, SCTP_GET_ASSOC_NUMBER, &number, &length) == 0 && number == 0);
}

PROGRAMS({"further", further}, {"both families", both_families}, {"one to one", one_to_one},
	 {"refused", refused})

TEST(a_message_finds_its_peer_at_a_further_address)
{
	run_on_two_networks("further");
}

TEST(a_message_brings_addresses_of_both_families)
{
	run_on_two_networks("both families");
}

TEST(a_message_connects_a_one_to_one_socket)
{
	run_on_two_networks("one to one");
}

TEST(a_message_with_a_bad_address_sets_nothing_up)
{
	run_on_two_networks("refused");
}
