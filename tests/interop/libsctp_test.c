/*
 * libsctp against socket calls of this file's own, which note what they were given and answer as told. The
 * library is linked statically, so that its calls end here.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>
#include <netinet/sctp.h>
#include "expect.h"

/* What the last calls were given. */
static struct {
	int option, calls, closed, flags;
	uint8_t value[512];
	socklen_t length;
	struct msghdr header;
	uint8_t control[1024];
	struct sockaddr_storage name;
} seen;

/* What the next calls give. */
static struct {
	int flags;       /* of the descriptor */
	int refuse_call; /* the number of the setsockopt that fails with EADDRNOTAVAIL; 0: none */
	uint8_t value[512];
	socklen_t length;
	uint8_t control[1024];
	size_t control_length;
} answer;

int
setsockopt(int sd, int level, int option, const void *value, socklen_t length)
{
	(void)sd;
	EXPECT(level == IPPROTO_SCTP);
	seen.option = option;
	seen.length = length;
	memcpy(seen.value, value, length);
	if (++seen.calls != answer.refuse_call)
		return 0;
	errno = EADDRNOTAVAIL;
	return -1;
}

int
getsockopt(int sd, int level, int option, void *value, socklen_t *length)
{
	(void)sd;
	/* Of a socket of AF_INET6. */
	if ((level == SOL_SOCKET && option == SO_TYPE) || (level == IPPROTO_IPV6 && option == IPV6_V6ONLY)) {
		memset(value, 0, *length);
		return 0;
	}
	EXPECT(level == IPPROTO_SCTP);
	seen.option = option;
	seen.length = *length;
	memcpy(seen.value, value, *length);
	if (option == SCTP_GET_REMOTE_ADDR_SIZE) {
		uint32_t size = answer.length - (socklen_t)sizeof(struct sctp_getaddresses);

		memcpy(value, &size, sizeof(size));
		return 0;
	}
	if (answer.length > *length) {
		errno = EINVAL;
		return -1;
	}
	memcpy(value, answer.value, answer.length);
	*length = answer.length;
	return 0;
}

ssize_t
sendmsg(int sd, const struct msghdr *header, int flags)
{
	(void)sd;
	(void)flags;
	seen.header = *header;
	if (header->msg_control != NULL)
		memcpy(seen.control, header->msg_control, header->msg_controllen);
	seen.header.msg_control = seen.control;
	if (header->msg_name != NULL)
		memcpy(&seen.name, header->msg_name, header->msg_namelen);
	return (ssize_t)header->msg_iov[0].iov_len;
}

ssize_t
recvmsg(int sd, struct msghdr *header, int flags)
{
	(void)sd;
	memcpy(header->msg_control, answer.control, answer.control_length);
	header->msg_controllen = answer.control_length;
	header->msg_flags = flags | MSG_EOR;
	return 5;
}

int
fcntl(int sd, int command, ...)
{
	va_list list;

	if (command == F_GETFL)
		return answer.flags;
	EXPECT(sd == 77 && command == F_SETFL);
	va_start(list, command);
	seen.flags = va_arg(list, int);
	va_end(list);
	return 0;
}

int
socket(int family, int type, int protocol)
{
	EXPECT(family == AF_INET6 && type == SOCK_STREAM && protocol == IPPROTO_SCTP);
	return 77;
}

int
close(int sd)
{
	seen.closed = sd;
	return 0;
}

static void
begin(void)
{
	memset(&seen, 0, sizeof(seen));
	memset(&answer, 0, sizeof(answer));
}

/* 192.0.2.1, 2001:db8::2 and 192.0.2.3 without gaps; the port of the last as given. */
static struct sockaddr *
three_addresses(uint16_t last_port)
{
	static uint8_t list[sizeof(struct sockaddr_in) * 2 + sizeof(struct sockaddr_in6)];
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(7)};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(7)};

	inet_pton(AF_INET, "192.0.2.1", &v4.sin_addr);
	memcpy(list, &v4, sizeof(v4));
	inet_pton(AF_INET6, "2001:db8::2", &v6.sin6_addr);
	memcpy(list + sizeof(v4), &v6, sizeof(v6));
	inet_pton(AF_INET, "192.0.2.3", &v4.sin_addr);
	v4.sin_port = htons(last_port);
	memcpy(list + sizeof(v4) + sizeof(v6), &v4, sizeof(v4));
	return (struct sockaddr *)list;
}

/* The nth control data that was sent has that type and these bytes. */
static int
control_is(int n, int type, const void *data, size_t size)
{
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&seen.header);

	while (n-- > 0 && cmsg != NULL)
		cmsg = CMSG_NXTHDR(&seen.header, cmsg);
	return cmsg != NULL && cmsg->cmsg_level == IPPROTO_SCTP && cmsg->cmsg_type == type &&
	       cmsg->cmsg_len == CMSG_LEN(size) && memcmp(CMSG_DATA(cmsg), data, size) == 0;
}

static void
test_sendmsg(void)
{
	struct sctp_sndrcvinfo info = {.sinfo_stream = 3,
				       .sinfo_flags = SCTP_UNORDERED,
				       .sinfo_ppid = 4,
				       .sinfo_context = 6,
				       .sinfo_timetolive = 5};
	struct sockaddr *to = three_addresses(7);

	begin();
	EXPECT(sctp_sendmsg(1, "hello", 5, to, sizeof(struct sockaddr_in), 4, SCTP_UNORDERED, 3, 5, 6) == 5);
	EXPECT(control_is(0, SCTP_SNDRCV, &info, sizeof(info)));
	EXPECT(memcmp(&seen.name, to, sizeof(struct sockaddr_in)) == 0);
	EXPECT(sctp_sendmsg(1, "hello", 5, to, 4, 4, 0, 3, 5, 6) == -1 && errno == EINVAL);
	EXPECT(sctp_send(1, "hello", 5, &info, 0) == 5);
	EXPECT(seen.header.msg_name == NULL && control_is(0, SCTP_SNDRCV, &info, sizeof(info)));
}

static void
test_sendv(void)
{
	struct sctp_sendv_spa spa = {
	    .sendv_flags = SCTP_SEND_SNDINFO_VALID | SCTP_SEND_PRINFO_VALID,
	    .sendv_sndinfo = {.snd_sid = 2, .snd_ppid = 9},
	    .sendv_prinfo = {.pr_policy = SCTP_PR_SCTP_TTL, .pr_value = 100},
	};
	struct sctp_sendv_spa sent = spa;
	struct iovec iov = {"hello", 5};
	struct in6_addr second;
	struct in_addr third;

	inet_pton(AF_INET6, "2001:db8::2", &second);
	inet_pton(AF_INET, "192.0.2.3", &third);
	begin();
	answer.length = sizeof(struct sctp_paddrinfo);
	((struct sctp_paddrinfo *)(void *)answer.value)->spinfo_assoc_id = 12;
	EXPECT(sctp_sendv(1, &iov, 1, three_addresses(7), 3, &spa, sizeof(spa), SCTP_SENDV_SPA, 0) == 5);
	EXPECT(control_is(0, SCTP_SNDINFO, &sent.sendv_sndinfo, sizeof(sent.sendv_sndinfo)));
	EXPECT(control_is(1, SCTP_PRINFO, &sent.sendv_prinfo, sizeof(sent.sendv_prinfo)));
	EXPECT(control_is(2, SCTP_DSTADDRV6, &second, sizeof(second)));
	EXPECT(control_is(3, SCTP_DSTADDRV4, &third, sizeof(third)));
	EXPECT(!control_is(4, SCTP_AUTHINFO, &third, 0));
	EXPECT(spa.sendv_sndinfo.snd_assoc_id == 12);
	EXPECT(sctp_sendv(1, &iov, 1, three_addresses(8), 3, &spa, sizeof(spa), SCTP_SENDV_SPA, 0) == -1 &&
	       errno == EINVAL);
	EXPECT(sctp_sendv(1, &iov, 1, NULL, 0, &spa, 3, SCTP_SENDV_PRINFO, 0) == -1 && errno == EINVAL);
	EXPECT(sctp_sendv(1, &iov, 1, NULL, 0, NULL, 0, SCTP_SENDV_NOINFO, 0) == 5);
	EXPECT(seen.header.msg_controllen == 0);
}

static void
give_control(int type, const void *data, size_t size)
{
	struct cmsghdr *cmsg = (void *)(answer.control + answer.control_length);

	cmsg->cmsg_level = IPPROTO_SCTP;
	cmsg->cmsg_type = type;
	cmsg->cmsg_len = CMSG_LEN(size);
	memcpy(CMSG_DATA(cmsg), data, size);
	answer.control_length += CMSG_SPACE(size);
}

static void
test_recv(void)
{
	struct sctp_rcvinfo rcv = {.rcv_sid = 1, .rcv_ppid = 2, .rcv_assoc_id = 3};
	struct sctp_nxtinfo nxt = {.nxt_sid = 4, .nxt_length = 5};
	struct sctp_sndrcvinfo sndrcv = {.sinfo_stream = 6, .sinfo_assoc_id = 7}, got;
	struct sctp_recvv_rn both;
	char bytes[16];
	struct iovec iov = {bytes, sizeof(bytes)};
	socklen_t length = sizeof(both);
	unsigned int type = 99;
	int flags = MSG_PEEK;

	begin();
	give_control(SCTP_NXTINFO, &nxt, sizeof(nxt));
	give_control(SCTP_RCVINFO, &rcv, sizeof(rcv));
	EXPECT(sctp_recvv(1, &iov, 1, NULL, NULL, &both, &length, &type, &flags) == 5);
	EXPECT(type == SCTP_RECVV_RN && length == sizeof(both) && flags == (MSG_PEEK | MSG_EOR));
	EXPECT(memcmp(&both.recvv_rcvinfo, &rcv, sizeof(rcv)) == 0);
	EXPECT(memcmp(&both.recvv_nxtinfo, &nxt, sizeof(nxt)) == 0);
	length = sizeof(rcv);
	EXPECT(sctp_recvv(1, &iov, 1, NULL, NULL, &both, &length, &type, &flags) == 5);
	EXPECT(type == SCTP_RECVV_RCVINFO && length == sizeof(rcv));
	length = 1;
	EXPECT(sctp_recvv(1, &iov, 1, NULL, NULL, &both, &length, &type, &flags) == 5);
	EXPECT(type == SCTP_RECVV_NOINFO && length == 0);
	begin();
	give_control(SCTP_SNDRCV, &sndrcv, sizeof(sndrcv));
	flags = 0;
	EXPECT(sctp_recvmsg(1, bytes, sizeof(bytes), NULL, NULL, &got, &flags) == 5);
	EXPECT(memcmp(&got, &sndrcv, sizeof(got)) == 0 && flags == MSG_EOR);
}

static void
test_addresses(void)
{
	struct sockaddr *list = three_addresses(7), *got = NULL;
	size_t size = 2 * sizeof(struct sockaddr_in) + sizeof(struct sockaddr_in6);
	int count = 3;
	sctp_assoc_t id = 5;

	begin();
	answer.refuse_call = 1;
	EXPECT(sctp_bindx(1, list, 3, SCTP_BINDX_REM_ADDR) == -1 && errno == EADDRNOTAVAIL);
	EXPECT(seen.option == SCTP_BINDX_REM_ADDR);
	EXPECT(sctp_bindx(1, list, 3, SCTP_BINDX_ADD_ADDR) == 0);
	EXPECT(seen.calls == 2 && seen.option == SCTP_BINDX_ADD_ADDR);
	EXPECT(seen.length == size && memcmp(seen.value, list, size) == 0);
	EXPECT(sctp_bindx(1, list, 3, 1) == -1 && errno == EINVAL);
	EXPECT(sctp_bindx(1, list, 3, SCTP_BINDX_ADD_ADDR | SCTP_BINDX_REM_ADDR) == -1 && errno == EINVAL);
	EXPECT(sctp_bindx(1, list, 0, SCTP_BINDX_ADD_ADDR) == -1 && errno == EINVAL);
	EXPECT(sctp_bindx(1, NULL, 1, SCTP_BINDX_ADD_ADDR) == -1 && errno == EINVAL);

	begin();
	EXPECT(sctp_connectx(1, list, 3, NULL) == 0);
	EXPECT(seen.option == SCTP_CONNECT_X && seen.length == sizeof(count) + size);
	EXPECT(memcmp(seen.value, &count, sizeof(count)) == 0 && memcmp(seen.value + 4, list, size) == 0);
	list->sa_family = AF_UNIX;
	EXPECT(sctp_connectx(1, list, 3, NULL) == -1 && errno == EINVAL);

	begin();
	memcpy(answer.value + sizeof(id), three_addresses(7), size);
	answer.length = (socklen_t)(sizeof(id) + size);
	EXPECT(sctp_getpaddrs(1, id, &got) == 3 && memcmp(got, list, size) == 0);
	EXPECT(memcmp(seen.value, &id, sizeof(id)) == 0);
	sctp_freepaddrs(got);
	EXPECT(sctp_getaddrlen(AF_INET6) == 28 && sctp_getaddrlen(AF_UNIX) == -1);
}

static void
test_options(void)
{
	struct sctp_paddrparams params = {0};
	struct sctp_peeloff_opt peeloff;
	socklen_t length = sizeof(params);

	begin();
	EXPECT(sctp_opt_info(1, 9, SCTP_PEER_ADDR_PARAMS, &params, &length) == 0);
	EXPECT(((struct sctp_paddrparams *)(void *)seen.value)->spp_assoc_id == 9);
	length = 3;
	EXPECT(sctp_opt_info(1, 9, SCTP_STATUS, &params, &length) == -1 && errno == EINVAL);

	begin();
	EXPECT(sctp_peeloff(6, 9) == 77 && seen.closed == 0 && seen.flags == 0);
	memcpy(&peeloff, seen.value, sizeof(peeloff));
	EXPECT(seen.option == SCTP_PEELOFF && peeloff.s == 6 && peeloff.assoc_id == 9 &&
	       peeloff.new_sd == 77);
	begin();
	answer.flags = O_RDWR | O_NONBLOCK;
	EXPECT(sctp_peeloff(6, 9) == 77 && seen.flags == O_NONBLOCK);
	begin();
	answer.refuse_call = 1;
	EXPECT(sctp_peeloff(6, 9) == -1 && errno == EADDRNOTAVAIL && seen.closed == 77);
}

int
main(void)
{
	test_sendmsg();
	test_sendv();
	test_recv();
	test_addresses();
	test_options();
	return expect_done("libsctp_test");
}
