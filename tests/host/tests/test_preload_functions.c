/* The functions of libsctp (RFC 6458 section 9), each called by a plain program on the built kext. */
#include <arpa/inet.h>
#include <sys/socket.h>

#include <netinet/sctp.h>

#include "program.h"

static struct sockaddr_in
name_at(const char *address, uint16_t port)
{
	return (struct sockaddr_in){
	    .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {inet_addr(address)}};
}

static struct sockaddr *
loopback(uint16_t port)
{
	static struct sockaddr_in name;

	name = name_at("127.0.0.1", port);
	return (struct sockaddr *)&name;
}

static int
make_socket(int type)
{
	struct timeval limit = {10, 0};
	int fd = socket(AF_INET, type, IPPROTO_SCTP);

	NEED(fd >= 0);
	NEED(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) == 0);
	return fd;
}

static int
make_listener(int type, uint16_t port)
{
	int fd = make_socket(type);

	NEED(bind(fd, loopback(port), sizeof(struct sockaddr_in)) == 0);
	NEED(listen(fd, 5) == 0);
	return fd;
}

/* Two one-to-many sockets with an association: the name of it at the one that called. */
struct pair {
	int near, far;
	sctp_assoc_t id;
};

static struct pair
make_pair(void)
{
	struct pair pair = {make_socket(SOCK_SEQPACKET), make_listener(SOCK_SEQPACKET, 7000), 0};
	char byte;

	NEED(sctp_connectx(pair.near, loopback(7000), 1, &pair.id) == 0);
	NEED(pair.id > SCTP_ALL_ASSOC);
	/* Until it stands. */
	NEED(sctp_sendmsg(pair.near, "!", 1, loopback(7000), sizeof(struct sockaddr_in), 0, 0, 0, 0, 0) == 1);
	NEED(recv(pair.far, &byte, 1, 0) == 1);
	return pair;
}

/* ---- 9.1 and 9.3 to 9.6 ---- */

static void
addresses(void)
{
	struct sockaddr_in both[2] = {name_at("127.0.0.1", 7100), name_at("192.0.2.1", 7100)};
	struct sockaddr *list = (struct sockaddr *)both, *got = NULL;
	int fd = make_socket(SOCK_SEQPACKET);
	struct pair pair = make_pair();

	NEED(sctp_bindx(fd, list, 2, SCTP_BINDX_ADD_ADDR) == 0);
	NEED(sctp_getladdrs(fd, 0, &got) == 2 && got->sa_family == AF_INET);
	sctp_freeladdrs(got);
	NEED(sctp_bindx(fd, list + 1, 1, SCTP_BINDX_REM_ADDR) == 0);
	NEED(sctp_getladdrs(fd, 0, &got) == 1);
	NEED(((struct sockaddr_in *)got)->sin_addr.s_addr == both[0].sin_addr.s_addr);
	sctp_freeladdrs(got);
	NEED(sctp_bindx(fd, list, 1, SCTP_BINDX_REM_ADDR) == -1 && errno == EINVAL);
	NEED(sctp_bindx(fd, list, 2, 77) == -1 && errno == EINVAL);
	NEED(sctp_bindx(-1, list, 1, SCTP_BINDX_ADD_ADDR) == -1 && errno == EBADF);

	NEED(sctp_getpaddrs(pair.near, pair.id, &got) >= 1 && got->sa_family == AF_INET);
	NEED(((struct sockaddr_in *)got)->sin_port == htons(7000));
	sctp_freepaddrs(got);
	NEED(sctp_getpaddrs(pair.near, 0x7fffffff, &got) == -1 && errno == ENOENT);
	NEED(sctp_getladdrs(pair.near, 0x7fffffff, &got) == -1 && errno == ENOENT);
	NEED(sctp_getaddrlen(AF_INET) == sizeof(struct sockaddr_in));
	NEED(sctp_getaddrlen(AF_INET6) == sizeof(struct sockaddr_in6));
	NEED(sctp_getaddrlen(AF_UNIX) == -1 && errno == EINVAL);
	NEED(sctp_getassocid(pair.near, loopback(7000)) == pair.id);
	NEED(sctp_getassocid(pair.near, loopback(7999)) == 0);
}

/* ---- 9.9 ---- */

static void
connectx(void)
{
	struct sockaddr_in both[2] = {name_at("127.0.0.1", 7200), name_at("192.0.2.1", 7200)};
	int head = make_listener(SOCK_STREAM, 7201), fd = make_socket(SOCK_STREAM);
	sctp_assoc_t id = 0;

	NEED(sctp_connectx(fd, (struct sockaddr *)both, 0, &id) == -1 && errno == EINVAL);
	NEED(sctp_connectx(fd, (struct sockaddr *)both, 2, &id) == -1 && errno == ECONNREFUSED);
	NEED(sctp_connectx(fd, loopback(7201), 1, NULL) == 0);
	NEED(accept(head, NULL, NULL) >= 0);
}

/* ---- 9.7, 9.8, 9.10, 9.11 ---- */

static void
expect(int fd, const char *text, uint16_t stream, uint32_t ppid)
{
	char data[64];
	struct sctp_sndrcvinfo info = {0};
	struct sockaddr_in from;
	socklen_t length = sizeof(from);
	int flags = 0;
	ssize_t size = sctp_recvmsg(fd, data, sizeof(data), (struct sockaddr *)&from, &length, &info, &flags);

	NEED(size == (ssize_t)strlen(text) && memcmp(data, text, (size_t)size) == 0);
	NEED(flags & MSG_EOR);
	NEED(from.sin_family == AF_INET && length == sizeof(from));
	NEED(info.sinfo_stream == stream && info.sinfo_ppid == ppid && info.sinfo_assoc_id > SCTP_ALL_ASSOC);
}

static void
older_ones(void)
{
	struct pair pair = make_pair();
	struct sctp_event_subscribe events = {.sctp_data_io_event = 1};
	struct sctp_sndrcvinfo info = {.sinfo_stream = 2, .sinfo_ppid = 22, .sinfo_assoc_id = pair.id};
	struct sockaddr_in name = *(struct sockaddr_in *)loopback(7000);
	struct sockaddr *to = (struct sockaddr *)&name;

	NEED(setsockopt(pair.far, IPPROTO_SCTP, SCTP_EVENTS, &events, sizeof(events)) == 0);
	NEED(sctp_sendmsg(pair.near, "sendmsg", 7, to, sizeof(name), 11, 0, 1, 0, 0) == 7);
	expect(pair.far, "sendmsg", 1, 11);
	NEED(sctp_send(pair.near, "send", 4, &info, 0) == 4);
	expect(pair.far, "send", 2, 22);
	info.sinfo_assoc_id = 0;
	NEED(sctp_sendx(pair.near, "sendx", 5, to, 1, &info, 0) == 5);
	expect(pair.far, "sendx", 2, 22);
	NEED(sctp_sendmsgx(pair.near, "sendmsgx", 8, to, 1, 33, 0, 3, 0, 0) == 8);
	expect(pair.far, "sendmsgx", 3, 33);

	NEED(sctp_sendmsg(pair.near, "x", 1, to, sizeof(name), 0, 0, 65535, 0, 0) == -1 && errno == EINVAL);
	info.sinfo_assoc_id = 0x7fffffff;
	NEED(sctp_send(pair.near, "x", 1, &info, 0) == -1 && errno == ENOENT);
	NEED(sctp_sendx(pair.near, "x", 1, to, -1, &info, 0) == -1 && errno == EINVAL);
	NEED(sctp_sendmsgx(pair.near, "x", 1, NULL, 1, 0, 0, 0, 0, 0) == -1 && errno == EINVAL);
	NEED(sctp_recvmsg(-1, &name, 1, NULL, NULL, NULL, NULL) == -1 && errno == EBADF);
}

/* ---- 9.12 and 9.13 ---- */

static void
newer_ones(void)
{
	char data[16];
	struct pair pair = make_pair();
	struct sockaddr_in name = *(struct sockaddr_in *)loopback(7000);
	struct sctp_sndinfo sndinfo = {.snd_sid = 4, .snd_ppid = 44};
	struct sctp_recvv_rn both;
	struct iovec out[2] = {{(char *)"sen", 3}, {(char *)"dv", 2}}, in = {data, sizeof(data)};
	unsigned type = 77;
	socklen_t length = sizeof(both);
	int on = 1, flags = 0;

	NEED(setsockopt(pair.far, IPPROTO_SCTP, SCTP_RECVRCVINFO, &on, sizeof(on)) == 0);
	NEED(sctp_sendv(pair.near, out, 2, (struct sockaddr *)&name, 1, &sndinfo, sizeof(sndinfo),
			SCTP_SENDV_SNDINFO, 0) == 5);
	NEED(sndinfo.snd_assoc_id == pair.id);
	NEED(sctp_recvv(pair.far, &in, 1, NULL, NULL, &both, &length, &type, &flags) == 5);
	NEED(memcmp(data, "sendv", 5) == 0 && (flags & MSG_EOR));
	NEED(type == SCTP_RECVV_RCVINFO && length == sizeof(both.recvv_rcvinfo));
	NEED(both.recvv_rcvinfo.rcv_sid == 4 && both.recvv_rcvinfo.rcv_ppid == 44);

	NEED(sctp_sendv(pair.near, out, 2, NULL, 0, &sndinfo, 3, SCTP_SENDV_SNDINFO, 0) == -1 &&
	     errno == EINVAL);
	NEED(sctp_sendv(pair.near, out, 2, NULL, 0, NULL, 0, 9, 0) == -1 && errno == EINVAL);
	sndinfo.snd_sid = 65535;
	NEED(sctp_sendv(pair.near, out, 2, NULL, 0, &sndinfo, sizeof(sndinfo), SCTP_SENDV_SNDINFO, 0) == -1 &&
	     errno == EINVAL);
	NEED(sctp_recvv(pair.far, &in, 1, NULL, NULL, &both, NULL, &type, &flags) == -1 && errno == EINVAL);
	NEED(sctp_recvv(pair.far, &in, 1, NULL, NULL, NULL, NULL, NULL, NULL) == -1 && errno == EINVAL);
}

/* ---- 9.2 ---- */

static void
peeloff(void)
{
	char byte;
	struct pair pair = make_pair();
	int fd = sctp_peeloff(pair.near, pair.id);

	NEED(fd >= 0);
	NEED(send(fd, "p", 1, 0) == 1 && recv(pair.far, &byte, 1, 0) == 1 && byte == 'p');
	NEED(sctp_peeloff(pair.near, pair.id) == -1 && errno == ENOENT);
	NEED(sctp_peeloff(pair.near, SCTP_FUTURE_ASSOC) == -1 && (errno == ENOENT || errno == EINVAL));
	NEED(sctp_peeloff(-1, pair.id) == -1 && errno == EBADF);
}

/* ---- 8 ---- */

static void
opt_info(void)
{
	struct pair pair = make_pair();
	struct sctp_status status;
	struct sctp_paddrparams path;
	struct sctp_rtoinfo rto;
	socklen_t length = sizeof(status);

	memset(&status, 0x5a, sizeof(status));
	NEED(sctp_opt_info(pair.near, pair.id, SCTP_STATUS, &status, &length) == 0);
	NEED(status.sstat_assoc_id == pair.id && status.sstat_state == SCTP_ESTABLISHED);
	NEED(status.sstat_primary.spinfo_address.ss_family == AF_INET);
	memset(&path, 0, sizeof(path));
	length = sizeof(path);
	NEED(sctp_opt_info(pair.near, pair.id, SCTP_PEER_ADDR_PARAMS, &path, &length) == 0);
	NEED(path.spp_assoc_id == pair.id && path.spp_hbinterval > 0);
	length = sizeof(rto);
	NEED(sctp_opt_info(pair.near, 0x7fffffff, SCTP_RTOINFO, &rto, &length) == -1 && errno == ENOENT);
	length = 1;
	NEED(sctp_opt_info(pair.near, pair.id, SCTP_STATUS, &status, &length) == -1 && errno == EINVAL);
	NEED(sctp_opt_info(pair.near, pair.id, SCTP_STATUS, NULL, &length) == -1 && errno == EINVAL);
	length = sizeof(rto);
	NEED(sctp_opt_info(-1, 0, SCTP_RTOINFO, &rto, &length) == -1 && errno == EBADF);
}

PROGRAMS({"addresses", addresses}, {"connectx", connectx}, {"older", older_ones}, {"newer", newer_ones},
	 {"peeloff", peeloff}, {"opt_info", opt_info})

TEST(functions_on_addresses)
{
	run_program("addresses");
}

TEST(function_sctp_connectx)
{
	run_program("connectx");
}

TEST(functions_that_are_older)
{
	run_program("older");
}

TEST(functions_sctp_sendv_and_sctp_recvv)
{
	run_program("newer");
}

TEST(function_sctp_peeloff)
{
	run_program("peeloff");
}

TEST(function_sctp_opt_info)
{
	run_program("opt_info");
}
