/* Control data of sendmsg (RFC 6458 section 5.3), through the built kext: what each kind does, and bad ones.
 */
#include "peers.h"

enum { COUNT = 2 };

static int
open_client(void)
{
	return open_socket(BSD_SOCK_SEQPACKET);
}

static int64_t
send_one(int fd, int type, const void *data, uint32_t size)
{
	struct item item = {type, data, size};

	return send_items(fd, "data", 4, ~0, &item, 1);
}

/* What the next message was received with. */
static struct sctp_rcvinfo
next_info(int fd)
{
	struct sctp_rcvinfo info;
	uint32_t size;
	const void *item = find_item(expect_message(fd, "data", 4), SCTP_RCVINFO, &size);

	EXPECT(item != NULL && size == sizeof(info));
	memcpy(&info, item, sizeof(info));
	return info;
}

static int
open_server(void)
{
	int fd = open_listener(BSD_SOCK_SEQPACKET, SERVER_PORT);

	turn_on(fd, SCTP_RECVRCVINFO, 1);
	return fd;
}

TEST(sndinfo_and_sndrcv_say_how)
{
	struct sctp_sndinfo sndinfo = {3, SCTP_UNORDERED | SCTP_SACK_IMMEDIATELY, 0x11223344, 5, 0};
	struct sctp_sndrcvinfo sndrcv = {.sinfo_stream = 4, .sinfo_ppid = 0x55667788};
	struct sctp_rcvinfo info;
	int server, client;

	start_kext();
	server = open_server();
	client = open_client();
	EXPECT_EQ(send_one(client, SCTP_SNDINFO, &sndinfo, sizeof(sndinfo)), 4);
	info = next_info(server);
	EXPECT_EQ(info.rcv_sid, 3);
	EXPECT_EQ(info.rcv_flags & SCTP_UNORDERED, SCTP_UNORDERED);
	EXPECT_EQ(info.rcv_ppid, 0x11223344);
	EXPECT_EQ(send_one(client, SCTP_SNDRCV, &sndrcv, sizeof(sndrcv)), 4);
	info = next_info(server);
	EXPECT_EQ(info.rcv_sid, 4);
	EXPECT_EQ(info.rcv_flags & SCTP_UNORDERED, 0);
	EXPECT_EQ(info.rcv_ppid, 0x55667788);
	EXPECT_EQ(bsd_close(client), 0);
	EXPECT_EQ(bsd_close(server), 0);
	stop_kext();
}

TEST(init_is_for_the_association_that_the_message_sets_up)
{
	struct sctp_initmsg init = {77, 5, 2, 300}, kept;
	struct sctp_sndinfo last = {76, 0, 0, 0, 0}, beyond = {77, 0, 0, 0, 0};
	struct item items[COUNT] = {{SCTP_INIT, &init, sizeof(init)}, {SCTP_SNDINFO, &last, sizeof(last)}};
	uint32_t length = sizeof(kept);
	int server, client;

	start_kext();
	server = open_server();
	client = open_client();
	/* Without it there are fewer streams. */
	EXPECT_EQ(send_one(client, SCTP_SNDINFO, &last, sizeof(last)), -XNU_EINVAL);
	items[1].data = &beyond;
	EXPECT_EQ(send_items(client, "data", 4, ~0, items, COUNT), -XNU_EINVAL);
	items[1].data = &last;
	EXPECT_EQ(send_items(client, "data", 4, ~0, items, COUNT), 4);
	EXPECT_EQ(next_info(server).rcv_sid, 76);
	EXPECT_EQ(bsd_getsockopt(client, IPPROTO_SCTP, SCTP_INITMSG, &kept, &length), 0);
	EXPECT(kept.sinit_num_ostreams < 77 && kept.sinit_max_instreams != 5);
	EXPECT_EQ(bsd_close(client), 0);
	EXPECT_EQ(bsd_close(server), 0);
	stop_kext();
}

TEST(every_policy_of_pr_sctp_is_taken_and_the_message_arrives)
{
	struct sctp_prinfo policy = {SCTP_PR_SCTP_NONE, 0};
	struct sctp_sndinfo sndinfo = {0, SCTP_PR_SCTP_RTX, 0, 0, 0};
	int server, client;

	start_kext();
	server = open_server();
	client = open_client();
	for (uint16_t kind = SCTP_PR_SCTP_NONE; kind <= SCTP_PR_SCTP_RTX; kind++) {
		policy = (struct sctp_prinfo){kind, 100000};
		EXPECT_EQ(send_one(client, SCTP_PRINFO, &policy, sizeof(policy)), 4);
		next_info(server);
	}
	EXPECT_EQ(send_one(client, SCTP_SNDINFO, &sndinfo, sizeof(sndinfo)), 4);
	next_info(server);
	policy.pr_policy = SCTP_PR_SCTP_RTX + 1;
	EXPECT_EQ(send_one(client, SCTP_PRINFO, &policy, sizeof(policy)), -XNU_EINVAL);
	sndinfo.snd_flags = SCTP_PR_SCTP_RTX + 1;
	EXPECT_EQ(send_one(client, SCTP_SNDINFO, &sndinfo, sizeof(sndinfo)), -XNU_EINVAL);
	EXPECT_EQ(bsd_close(client), 0);
	EXPECT_EQ(bsd_close(server), 0);
	stop_kext();
}

TEST(there_is_the_null_key_only)
{
	struct sctp_authinfo key = {0};
	int server, client;

	start_kext();
	server = open_server();
	client = open_client();
	EXPECT_EQ(send_one(client, SCTP_AUTHINFO, &key, sizeof(key)), 4);
	next_info(server);
	key.auth_keynumber = 1;
	EXPECT_EQ(send_one(client, SCTP_AUTHINFO, &key, sizeof(key)), -XNU_EOPNOTSUPP);
	EXPECT_EQ(bsd_close(client), 0);
	EXPECT_EQ(bsd_close(server), 0);
	stop_kext();
}

TEST(sndinfo_and_prinfo_go_together)
{
	struct sctp_prinfo policy = {SCTP_PR_SCTP_NONE, 0};
	struct sctp_sndinfo sndinfo = {2, 0, 0, 0, 0};
	struct item items[COUNT] = {{SCTP_PRINFO, &policy, sizeof(policy)},
				    {SCTP_SNDINFO, &sndinfo, sizeof(sndinfo)}};
	int server, client;

	start_kext();
	server = open_server();
	client = open_client();
	EXPECT_EQ(send_items(client, "data", 4, ~0, items, COUNT), 4);
	EXPECT_EQ(next_info(server).rcv_sid, 2);
	EXPECT_EQ(bsd_close(client), 0);
	EXPECT_EQ(bsd_close(server), 0);
	stop_kext();
}

TEST(dstaddr_names_further_addresses_of_the_peer)
{
	/* 127.0.0.2 in network order: nobody is at the first address that is tried. */
	uint32_t second = 0x0100007f, multicast = 0x010000e0;
	uint8_t six[16] = {0x20, 1, 0xd, 0xb8};
	struct item items[COUNT] = {{SCTP_DSTADDRV4, &second, sizeof(second)},
				    {SCTP_DSTADDRV4, &second, sizeof(second)}};
	int server, client;

	start_kext();
	server = open_server();
	client = open_client();
	EXPECT_EQ(send_one(client, SCTP_DSTADDRV6, six, sizeof(six)), -XNU_EAFNOSUPPORT);
	EXPECT_EQ(send_one(client, SCTP_DSTADDRV4, &multicast, sizeof(multicast)), -XNU_EADDRNOTAVAIL);
	EXPECT_EQ(send_items(client, "data", 4, ~0, items, COUNT), 4);
	next_info(server);
	EXPECT_EQ(bsd_close(client), 0);
	EXPECT_EQ(bsd_close(server), 0);
	stop_kext();
}

/* Nobody is at the address that is called first. */
TEST(send_SCTP_DSTADDRV6_names_a_further_address_of_the_peer)
{
	struct xnu_sockaddr_in6 name = {.sin6_len = sizeof(name),
					.sin6_family = XNU_AF_INET6,
					.sin6_port = (uint16_t)(SERVER_PORT << 8 | SERVER_PORT >> 8)};
	struct sctp_rtoinfo rto = {0, 100, 200, 100};
	uint8_t there[16] = {[15] = 1}, nobody[16] = {0x20, 1, 0xd, 0xb8, [15] = 0x99};
	struct iovec part = {(void *)(uintptr_t)"data", 4};
	struct bsd_cmsghdr header = {BSD_CMSG_LEN(16), IPPROTO_SCTP, SCTP_DSTADDRV6};
	char control[BSD_CMSG_SPACE(16)];
	struct bsd_msghdr message = {.msg_name = &name,
				     .msg_namelen = sizeof(name),
				     .msg_iov = &part,
				     .msg_iovlen = 1,
				     .msg_control = control,
				     .msg_controllen = sizeof(control)};
	struct reading *reading;
	int server, client;

	start_kext();
	server = bsd_socket(XNU_AF_INET6, BSD_SOCK_SEQPACKET, IPPROTO_SCTP);
	client = bsd_socket(XNU_AF_INET6, BSD_SOCK_SEQPACKET, IPPROTO_SCTP);
	limit_waiting(server);
	EXPECT_EQ(bsd_bind(server, (struct xnu_sockaddr *)&name, sizeof(name)), 0);
	EXPECT_EQ(bsd_listen(server, 1), 0);
	EXPECT_EQ(set_option(client, SCTP_RTOINFO, &rto, sizeof(rto)), 0);
	memcpy(name.sin6_addr, nobody, sizeof(nobody));
	memcpy(control, &header, sizeof(header));
	memcpy(control + sizeof(header), there, sizeof(there));
	EXPECT_EQ(bsd_sendmsg(client, &message, 0), 4);
	reading = read_next(server);
	EXPECT_EQ(reading->length, 4);
	EXPECT_EQ(bsd_close(client), 0);
	EXPECT_EQ(bsd_close(server), 0);
	stop_kext();
}

/* ---- what is refused ---- */

static int64_t
send_control(int fd, const void *control, uint32_t length)
{
	struct xnu_sockaddr_in name = name_of(SERVER_PORT);
	struct iovec part = {(char *)"data", 4};
	struct bsd_msghdr message = {.msg_name = &name,
				     .msg_namelen = sizeof(name),
				     .msg_iov = &part,
				     .msg_iovlen = 1,
				     .msg_control = (void *)(uintptr_t)control,
				     .msg_controllen = length};

	return bsd_sendmsg(fd, &message, 0);
}

static const struct refused {
	const char *what;
	struct bsd_cmsghdr header;
	uint32_t given; /* bytes of control data, 0: as the header says */
	int64_t outcome;
} refused[] = {
    {"SNDINFO, short", {12 + 15, 132, SCTP_SNDINFO}, 28, -XNU_EINVAL},
    {"SNDINFO, long", {12 + 20, 132, SCTP_SNDINFO}, 0, -XNU_EINVAL},
    {"SNDINFO, empty", {12, 132, SCTP_SNDINFO}, 0, -XNU_EINVAL},
    {"SNDINFO, cut off", {12 + 16, 132, SCTP_SNDINFO}, 24, -XNU_EINVAL},
    {"SNDRCV as on Linux", {12 + 32, 132, SCTP_SNDRCV}, 0, -XNU_EINVAL},
    {"INIT, short", {12 + 7, 132, SCTP_INIT}, 20, -XNU_EINVAL},
    {"PRINFO, short", {12 + 4, 132, SCTP_PRINFO}, 0, -XNU_EINVAL},
    {"AUTHINFO, long", {12 + 4, 132, SCTP_AUTHINFO}, 0, -XNU_EINVAL},
    {"DSTADDRV4, long", {12 + 16, 132, SCTP_DSTADDRV4}, 0, -XNU_EINVAL},
    {"DSTADDRV6, short", {12 + 4, 132, SCTP_DSTADDRV6}, 0, -XNU_EINVAL},
    {"for receiving only", {12 + 28, 132, SCTP_RCVINFO}, 0, -XNU_EINVAL},
    {"unknown", {12 + 4, 132, 99}, 0, -XNU_EINVAL},
    {"less than a header", {12 + 4, 132, SCTP_SNDINFO}, 8, -XNU_EINVAL},
    {"length less than a header", {4, 132, SCTP_SNDINFO}, 28, -XNU_EINVAL},
    {"length without end", {0xfffffff0, 132, SCTP_SNDINFO}, 28, -XNU_EINVAL},
    /* What is not ours is not looked at. */
    {"another level", {12 + 4, 0, SCTP_SNDINFO}, 0, 4},
};

TEST(bad_control_data_is_refused)
{
	int server, client;

	start_kext();
	server = open_server();
	client = open_client();
	for (unsigned i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		uint32_t control[64] = {0};
		uint32_t length = refused[i].given != 0 ? refused[i].given : refused[i].header.cmsg_len;
		int64_t outcome;

		memcpy(control, &refused[i].header, sizeof(refused[i].header));
		outcome = send_control(client, control, length);
		if (outcome != refused[i].outcome)
			FAIL("%s: %ld", refused[i].what, (long)outcome);
	}
	/* Nothing of it was sent but the last. */
	next_info(server);
	expect_nothing(server);
	EXPECT_EQ(bsd_close(client), 0);
	EXPECT_EQ(bsd_close(server), 0);
	stop_kext();
}

TEST(sndrcv_and_sndinfo_exclude_each_other)
{
	struct sctp_sndinfo sndinfo = {0};
	struct sctp_sndrcvinfo sndrcv = {0};
	struct item items[COUNT] = {{SCTP_SNDINFO, &sndinfo, sizeof(sndinfo)},
				    {SCTP_SNDRCV, &sndrcv, sizeof(sndrcv)}};
	struct item swapped[COUNT] = {items[1], items[0]};
	int client;

	start_kext();
	client = open_client();
	EXPECT_EQ(send_items(client, "data", 4, ~0, items, COUNT), -XNU_EINVAL);
	EXPECT_EQ(send_items(client, "data", 4, ~0, swapped, COUNT), -XNU_EINVAL);
	EXPECT_EQ(bsd_close(client), 0);
	stop_kext();
}

TEST(more_addresses_than_an_association_can_have_are_refused)
{
	uint32_t address = 0x0100007f;
	struct item items[16];
	int client;

	start_kext();
	client = open_client();
	for (unsigned i = 0; i < 16; i++)
		items[i] = (struct item){SCTP_DSTADDRV4, &address, sizeof(address)};
	EXPECT_EQ(send_items(client, "data", 4, ~0, items, 16), -XNU_EINVAL);
	EXPECT_EQ(bsd_close(client), 0);
	stop_kext();
}
