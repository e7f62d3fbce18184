/* The functions of libsctp that send (RFC 6458 sections 9.7, 9.10 to 9.12): what each of their arguments
 * does, and wrong ones. */
#include <arpa/inet.h>
#include <sys/socket.h>

#include <netinet/sctp.h>

#include "program.h"

enum { PORT = 7000, STREAM = 3, PPID = 0x01020304 };

static struct sockaddr_in
name_at(const char *address, uint16_t port)
{
	return (struct sockaddr_in){
	    .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {inet_addr(address)}};
}

/* A one-to-many socket without an association, its peer, and where that is. */
static struct ends {
	int near, far;
	struct sockaddr_in name;
} ends;

static struct sockaddr *
there(void)
{
	return (struct sockaddr *)&ends.name;
}

static void
open_ends(void)
{
	struct timeval limit = {10, 0};
	int on = 1;

	ends.near = socket(AF_INET, SOCK_SEQPACKET, IPPROTO_SCTP);
	ends.far = socket(AF_INET, SOCK_SEQPACKET, IPPROTO_SCTP);
	ends.name = name_at("127.0.0.1", PORT);
	NEED(ends.near >= 0 && ends.far >= 0);
	NEED(setsockopt(ends.far, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) == 0);
	NEED(setsockopt(ends.far, IPPROTO_SCTP, SCTP_RECVRCVINFO, &on, sizeof(on)) == 0);
	NEED(bind(ends.far, there(), sizeof(ends.name)) == 0 && listen(ends.far, 5) == 0);
}

/* The next message is this text, on STREAM if such with PPID, else on stream 0. */
static void
expect_text(const char *text, bool with_info)
{
	char data[64];
	struct iovec in = {data, sizeof(data)};
	struct sctp_rcvinfo info;
	socklen_t length = sizeof(info);
	unsigned int type = 0;
	int flags = 0;

	NEED(sctp_recvv(ends.far, &in, 1, NULL, NULL, &info, &length, &type, &flags) ==
	     (ssize_t)strlen(text));
	NEED(memcmp(data, text, strlen(text)) == 0);
	NEED(type == SCTP_RECVV_RCVINFO && info.rcv_sid == (with_info ? STREAM : 0));
	NEED(info.rcv_ppid == (with_info ? (uint32_t)PPID : 0));
}

static struct iovec
part_of(const char *text)
{
	return (struct iovec){(void *)(uintptr_t)text, strlen(text)};
}

/* Until no association is left. */
static void
await_end(void)
{
	uint32_t number = 1;
	socklen_t length = sizeof(number);

	while (number != 0) {
		NEED(getsockopt(ends.near, IPPROTO_SCTP, SCTP_GET_ASSOC_NUMBER, &number, &length) == 0);
		usleep(1000);
	}
}

#define FAILS(call, number) NEED((call) == -1 && errno == (number))

static void
sendv(void)
{
	struct iovec parts[2] = {part_of("mess"), part_of("age")};
	struct sctp_sendv_spa all = {
	    .sendv_flags = SCTP_SEND_SNDINFO_VALID | SCTP_SEND_PRINFO_VALID | SCTP_SEND_AUTHINFO_VALID,
	    .sendv_sndinfo = {STREAM, 0, PPID, 0, 0},
	    .sendv_prinfo = {SCTP_PR_SCTP_NONE, 0},
	};
	struct sctp_sndinfo sndinfo = all.sendv_sndinfo;
	struct sctp_prinfo prinfo = {SCTP_PR_SCTP_TTL, 60000};
	struct sctp_authinfo authinfo = {0};

	open_ends();
	NEED(sctp_sendv(ends.near, parts, 2, there(), 1, NULL, 0, SCTP_SENDV_NOINFO, 0) == 7);
	expect_text("message", false);
	NEED(sctp_sendv(ends.near, parts, 2, there(), 1, &sndinfo, sizeof(sndinfo), SCTP_SENDV_SNDINFO, 0) ==
	     7);
	expect_text("message", true);
	NEED(sndinfo.snd_assoc_id == sctp_getassocid(ends.near, there()) && sndinfo.snd_assoc_id != 0);
	/* By the association's name alone. */
	NEED(sctp_sendv(ends.near, parts, 2, NULL, 0, &sndinfo, sizeof(sndinfo), SCTP_SENDV_SNDINFO, 0) == 7);
	expect_text("message", true);
	NEED(sctp_sendv(ends.near, parts, 2, there(), 1, &prinfo, sizeof(prinfo), SCTP_SENDV_PRINFO, 0) == 7);
	expect_text("message", false);
	NEED(sctp_sendv(ends.near, parts, 2, there(), 1, &authinfo, sizeof(authinfo), SCTP_SENDV_AUTHINFO,
			0) == 7);
	expect_text("message", false);
	NEED(sctp_sendv(ends.near, parts, 2, there(), 1, &all, sizeof(all), SCTP_SENDV_SPA, 0) == 7);
	expect_text("message", true);
	/* What is not said to be there is not looked at. */
	all.sendv_flags = SCTP_SEND_PRINFO_VALID;
	all.sendv_sndinfo.snd_sid = 65535;
	NEED(sctp_sendv(ends.near, parts, 2, there(), 1, &all, sizeof(all), SCTP_SENDV_SPA, 0) == 7);
	expect_text("message", false);
	all.sendv_flags = 0;
	NEED(sctp_sendv(ends.near, parts, 2, there(), 1, &all, sizeof(all), SCTP_SENDV_SPA, 0) == 7);
	expect_text("message", false);
}

static void
sendv_refuses(void)
{
	struct iovec part = part_of("x");
	struct sctp_sndinfo sndinfo = {0};
	struct sctp_prinfo prinfo = {SCTP_PR_SCTP_RTX + 1, 0};
	struct sctp_authinfo authinfo = {7};
	struct sctp_sendv_spa all = {.sendv_flags = SCTP_SEND_SNDINFO_VALID};
	struct sockaddr_in two[2] = {name_at("127.0.0.1", PORT), name_at("127.0.0.2", PORT + 1)};

	open_ends();
	FAILS(sctp_sendv(ends.near, &part, 1, NULL, 0, NULL, 0, SCTP_SENDV_NOINFO, 0), EDESTADDRREQ);
	FAILS(sctp_sendv(ends.near, &part, 1, there(), 1, NULL, 0, SCTP_SENDV_SPA + 1, 0), EINVAL);
	FAILS(sctp_sendv(ends.near, &part, 1, there(), 1, &sndinfo, sizeof(sndinfo), SCTP_SENDV_NOINFO, 0),
	      EINVAL);
	FAILS(sctp_sendv(ends.near, &part, 1, there(), 1, NULL, sizeof(sndinfo), SCTP_SENDV_SNDINFO, 0),
	      EINVAL);
	FAILS(
	    sctp_sendv(ends.near, &part, 1, there(), 1, &sndinfo, sizeof(sndinfo) - 1, SCTP_SENDV_SNDINFO, 0),
	    EINVAL);
	FAILS(sctp_sendv(ends.near, &part, 1, there(), 1, &prinfo, sizeof(prinfo) - 1, SCTP_SENDV_PRINFO, 0),
	      EINVAL);
	FAILS(sctp_sendv(ends.near, &part, 1, there(), 1, &prinfo, sizeof(prinfo), SCTP_SENDV_PRINFO, 0),
	      EINVAL);
	FAILS(sctp_sendv(ends.near, &part, 1, there(), 1, &authinfo, 1, SCTP_SENDV_AUTHINFO, 0), EINVAL);
	FAILS(
	    sctp_sendv(ends.near, &part, 1, there(), 1, &authinfo, sizeof(authinfo), SCTP_SENDV_AUTHINFO, 0),
	    EOPNOTSUPP);
	FAILS(sctp_sendv(ends.near, &part, 1, there(), 1, &all, sizeof(all) - 1, SCTP_SENDV_SPA, 0), EINVAL);
	FAILS(sctp_sendv(ends.near, &part, -1, there(), 1, NULL, 0, SCTP_SENDV_NOINFO, 0), EINVAL);
	FAILS(sctp_sendv(ends.near, &part, 1, there(), -1, NULL, 0, SCTP_SENDV_NOINFO, 0), EINVAL);
	FAILS(sctp_sendv(ends.near, &part, 1, NULL, 1, NULL, 0, SCTP_SENDV_NOINFO, 0), EINVAL);
	/* All addresses of a peer have one port. */
	FAILS(sctp_sendv(ends.near, &part, 1, (struct sockaddr *)two, 2, NULL, 0, SCTP_SENDV_NOINFO, 0),
	      EINVAL);
	two[1].sin_family = AF_UNIX;
	FAILS(sctp_sendv(ends.near, &part, 1, (struct sockaddr *)two, 2, NULL, 0, SCTP_SENDV_NOINFO, 0),
	      EINVAL);
	FAILS(sctp_sendv(-1, &part, 1, there(), 1, NULL, 0, SCTP_SENDV_NOINFO, 0), EBADF);
	sndinfo.snd_assoc_id = 0x7fffffff;
	FAILS(sctp_sendv(ends.near, &part, 1, NULL, 0, &sndinfo, sizeof(sndinfo), SCTP_SENDV_SNDINFO, 0),
	      ENOENT);
	sndinfo = (struct sctp_sndinfo){.snd_sid = 65535};
	FAILS(sctp_sendv(ends.near, &part, 1, there(), 1, &sndinfo, sizeof(sndinfo), SCTP_SENDV_SNDINFO, 0),
	      EINVAL);
}

/* Of the addresses that are given one has nobody: the peer is found at the other. */
static void
sendv_to_many(void)
{
	struct sockaddr_in two[2] = {name_at("127.0.0.1", PORT), name_at("192.0.2.1", PORT)};
	struct sctp_sndrcvinfo sinfo = {.sinfo_stream = STREAM, .sinfo_ppid = PPID};
	struct iovec part = part_of("first");

	open_ends();
	NEED(sctp_sendv(ends.near, &part, 1, (struct sockaddr *)two, 2, NULL, 0, SCTP_SENDV_NOINFO, 0) == 5);
	expect_text("first", false);
	/* The association is there by now, and has both. */
	NEED(sctp_sendx(ends.near, "second", 6, (struct sockaddr *)two, 2, &sinfo, 0) == 6);
	expect_text("second", true);
	NEED(sinfo.sinfo_assoc_id == sctp_getassocid(ends.near, there()) && sinfo.sinfo_assoc_id != 0);
	NEED(sctp_sendmsgx(ends.near, "third", 5, (struct sockaddr *)two, 2, PPID, 0, STREAM, 0, 0) == 5);
	expect_text("third", true);
	FAILS(sctp_sendx(ends.near, "x", 1, (struct sockaddr *)two, 2, NULL, 0), EINVAL);
	FAILS(sctp_sendx(ends.near, "x", 1, NULL, 2, &sinfo, 0), EINVAL);
	FAILS(sctp_sendmsgx(ends.near, "x", 1, (struct sockaddr *)two, -1, PPID, 0, STREAM, 0, 0), EINVAL);
}

static void
older(void)
{
	struct sctp_sndrcvinfo sinfo = {.sinfo_stream = STREAM, .sinfo_ppid = PPID};
	socklen_t length = sizeof(ends.name);

	open_ends();
	NEED(sctp_sendmsg(ends.near, "sendmsg", 7, there(), length, PPID, 0, STREAM, 0, 0) == 7);
	expect_text("sendmsg", true);
	/* The only association there is. */
	NEED(sctp_sendmsg(ends.near, "sendmsg", 7, NULL, 0, PPID, 0, STREAM, 0, 0) == 7);
	expect_text("sendmsg", true);
	sinfo.sinfo_assoc_id = sctp_getassocid(ends.near, there());
	NEED(sctp_send(ends.near, "send", 4, &sinfo, 0) == 4);
	expect_text("send", true);
	FAILS(sctp_sendmsg(ends.near, "x", 1, there(), length - 1, PPID, 0, STREAM, 0, 0), EINVAL);
	FAILS(sctp_sendmsg(ends.near, "x", 1, there(), length, PPID, 0, 65535, 0, 0), EINVAL);
	FAILS(sctp_sendmsg(ends.near, "", 0, there(), length, PPID, 0, STREAM, 0, 0), EINVAL);
	FAILS(sctp_sendmsg(ends.near, "x", 1, there(), length, PPID, 0x8000, STREAM, 0, 0), EINVAL);
	sinfo.sinfo_assoc_id = 0x7fffffff;
	FAILS(sctp_send(ends.near, "x", 1, &sinfo, 0), ENOENT);
	FAILS(sctp_send(-1, "x", 1, &sinfo, 0), EBADF);
	FAILS(sctp_send(ends.near, NULL, 1, NULL, 0), EFAULT);
	NEED(sctp_sendmsg(ends.near, NULL, 0, there(), length, 0, SCTP_EOF, 0, 0, 0) == 0);
	await_end();
	NEED(sctp_sendmsg(ends.near, "again", 5, there(), length, PPID, 0, STREAM, 0, 0) == 5);
	expect_text("again", true);
	NEED(sctp_sendmsg(ends.near, "why", 3, there(), length, 0, SCTP_ABORT, 0, 0, 0) == 3);
	FAILS(sctp_sendmsg(ends.near, "why", 3, there(), length, 0, SCTP_ABORT, 0, 0, 0), ENOENT);
}

PROGRAMS({"sendv", sendv}, {"sendv refuses", sendv_refuses}, {"sendv to many", sendv_to_many},
	 {"older", older})

TEST(sendv_takes_every_kind_of_attributes)
{
	run_program("sendv");
}

TEST(sendv_refuses_bad_values)
{
	run_program("sendv refuses");
}

TEST(sendv_and_sendx_take_many_addresses)
{
	run_program("sendv to many");
}

TEST(sendmsg_and_send_are_older)
{
	run_program("older");
}
