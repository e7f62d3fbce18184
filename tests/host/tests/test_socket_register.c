/* Registration, locking, options: what xnu-shim rows A, B and the option path say of a protocol appended by
 * hand. */
#include "test_socket_stub.h"

TEST(inet_domains_hold_the_protocols_of_a_fresh_kernel)
{
	struct protosw *entry;
	int count[2] = {0};
	stub_start();
	for (int i = 0; i < 2; i++)
		TAILQ_FOREACH(entry, &stub_inet(i)->dom_protosw, pr_entry)
	count[i]++;
	EXPECT_EQ(count[0], 13 + 2);
	EXPECT_EQ(count[1], 14 + 2);
	EXPECT(!strcmp(stub_inet(0)->dom_name, "internet"));
}

static int
errno_of_socket(int domain, int type, int protocol)
{
	int fd = bsd_socket(domain, type, protocol);
	if (fd < 0)
		return -fd;
	EXPECT_EQ(bsd_close(fd), 0);
	return 0;
}

TEST(socket_finds_the_appended_entries)
{
	stub_start();
	EXPECT_EQ(errno_of_socket(XNU_AF_INET, BSD_SOCK_STREAM, STUB), 0);
	EXPECT_EQ(errno_of_socket(XNU_AF_INET, BSD_SOCK_SEQPACKET, STUB), 0);
	EXPECT_EQ(errno_of_socket(XNU_AF_INET6, BSD_SOCK_STREAM, STUB), 0);
	EXPECT_EQ(errno_of_socket(XNU_AF_INET6, BSD_SOCK_SEQPACKET, STUB), 0);
	EXPECT_EQ(errno_of_socket(XNU_AF_INET, BSD_SOCK_DGRAM, STUB), 41);
	EXPECT_EQ(errno_of_socket(XNU_AF_INET, BSD_SOCK_STREAM, 131), 43);
	EXPECT_EQ(errno_of_socket(STUB_FAMILY, BSD_SOCK_STREAM, STUB), 47);
}

TEST(raw_wildcard_still_serves_the_number)
{
	stub_start();
	int fd = bsd_socket(XNU_AF_INET, BSD_SOCK_RAW, STUB);
	EXPECT_EQ(fd >= 0, geteuid() == 0);
	if (fd >= 0) {
		EXPECT_EQ(bsd_socket_of(fd)->so_proto->pr_protocol, 0);
		EXPECT_EQ(bsd_close(fd), 0);
	}
}

TEST(seqpacket_without_a_number_becomes_ours)
{
	stub_start();
	int fd = bsd_socket(XNU_AF_INET, BSD_SOCK_SEQPACKET, 0);
	EXPECT(fd >= 0);
	EXPECT(bsd_socket_of(fd)->so_proto == &stub_seqpacket[0]);
	int tcp = bsd_socket(XNU_AF_INET, BSD_SOCK_STREAM, 0);
	EXPECT_EQ(bsd_socket_of(tcp)->so_proto->pr_protocol, 6);
}

TEST(unloading_is_refused_while_sockets_exist)
{
	stub_start();
	int fd = bsd_socket(XNU_AF_INET, BSD_SOCK_STREAM, STUB);
	EXPECT_EQ(stub_domain.dom_refs, 1);
	EXPECT_EQ(stub_stop(), XNU_EBUSY);
	EXPECT_EQ(bsd_close(fd), 0);
	EXPECT_EQ(stub_domain.dom_refs, 0);
	EXPECT_EQ(stub_stop(), 0);
	EXPECT_EQ(errno_of_socket(XNU_AF_INET, BSD_SOCK_STREAM, STUB), 43);
}

TEST(sockets_come_and_go_without_a_trace)
{
	stub_start();
	unsigned live = sockets_live();
	for (int i = 0; i < 1000; i++)
		EXPECT_EQ(errno_of_socket(XNU_AF_INET, BSD_SOCK_STREAM, STUB), 0);
	struct stub_pair pair = stub_pair();
	stub_close_pair(pair);
	EXPECT_EQ(sockets_live(), live);
	EXPECT_EQ(stub_detaches, 1003);
	EXPECT_EQ(bsd_open_count(), 0);
}

TEST(host_starts_again_after_a_stop)
{
	char error[256];
	for (int i = 0; i < 2; i++) {
		EXPECT_EQ(host_start(NULL, error, sizeof(error)), 0);
		EXPECT_EQ(bsd_socket(XNU_AF_INET, BSD_SOCK_DGRAM, 17), 3);
		EXPECT_EQ(bsd_socket(XNU_AF_INET6, BSD_SOCK_STREAM, 6), 4);
		EXPECT_EQ(bsd_kqueue(), 5);
		EXPECT_EQ(host_stop(), 0);
		EXPECT_EQ(sockets_live(), 0);
	}
}

TEST(failed_attach_gives_its_error)
{
	stub_start();
	stub_attach_error = XNU_ENOBUFS;
	EXPECT_EQ(errno_of_socket(XNU_AF_INET, BSD_SOCK_STREAM, STUB), 55);
	EXPECT_EQ(stub_domain.dom_refs, 0);
}

TEST_PANICS(socket_without_pcb_is_found, "has no so_pcb")
{
	stub_start();
	stub_no_pcb = true;
	bsd_socket(XNU_AF_INET, BSD_SOCK_STREAM, STUB);
}

TEST_PANICS(pcb_that_is_no_zero_inpcb_is_found, "at 735, where struct inpcb is read")
{
	stub_start();
	stub_dirty_pcb = true;
	bsd_socket(XNU_AF_INET, BSD_SOCK_STREAM, STUB);
}

/* Row B. The stub itself asserts the lock in the calls that have it. */
TEST(mutex_is_held_where_xnu_holds_it)
{
	char byte = 'x';
	int value = 7;
	stub_start();
	struct stub_pair pair = stub_pair();
	EXPECT(!stub_attach_locked);
	EXPECT_EQ(bsd_write(pair.client, &byte, 1), 1);
	EXPECT_EQ(bsd_read(pair.server, &byte, 1), 1);
	EXPECT(!stub_send_locked);
	EXPECT(!stub_receive_locked);
	EXPECT_EQ(stub_set_number(pair.client, BSD_SO_KEEPALIVE, 1), 0);
	EXPECT(stub_option_locked);
	stub_option_locked = false;
	EXPECT_EQ(bsd_setsockopt(pair.client, STUB_LEVEL, STUB_ECHO, &value, sizeof(value)), 0);
	EXPECT(stub_option_locked);
}

TEST(protocol_options_reach_pr_ctloutput)
{
	int value = 0x1234, seen = 0;
	uint32_t length = sizeof(seen);
	stub_start();
	int fd = bsd_socket(XNU_AF_INET, BSD_SOCK_STREAM, STUB);
	EXPECT_EQ(bsd_setsockopt(fd, STUB_LEVEL, STUB_ECHO, &value, 2), -22);
	EXPECT_EQ(bsd_setsockopt(fd, STUB_LEVEL, STUB_ECHO, &value, 4), 0);
	EXPECT_EQ(bsd_getsockopt(fd, STUB_LEVEL, STUB_ECHO, &seen, &length), 0);
	EXPECT_EQ(seen, value);
	EXPECT_EQ(bsd_setsockopt(fd, STUB_LEVEL, 99, &value, 4), -42);
	EXPECT_EQ(bsd_setsockopt(fd, STUB_LEVEL, STUB_ECHO, NULL, 4), -14);
	EXPECT_EQ(bsd_setsockopt(fd, STUB_LEVEL, STUB_ECHO, (void *)8, 4), -14);
	length = 2;
	EXPECT_EQ(bsd_getsockopt(fd, STUB_LEVEL, STUB_ECHO, &seen, &length), 0);
	EXPECT_EQ(length, 2);
}

TEST(socket_options_are_the_generic_code_s)
{
	struct bsd_linger linger = {1, 3}, seen;
	struct bsd_timeval limit = {2, 500000}, got;
	uint32_t length = sizeof(seen);
	stub_start();
	int fd = bsd_socket(XNU_AF_INET, BSD_SOCK_STREAM, STUB);
	EXPECT_EQ(bsd_setsockopt(fd, BSD_SOL_SOCKET, BSD_SO_LINGER_SEC, &linger, sizeof(linger)), 0);
	EXPECT_EQ(bsd_socket_of(fd)->so_linger, 300);
	EXPECT_EQ(bsd_getsockopt(fd, BSD_SOL_SOCKET, BSD_SO_LINGER_SEC, &seen, &length), 0);
	EXPECT_EQ(seen.l_onoff, 1);
	EXPECT_EQ(seen.l_linger, 3);
	EXPECT_EQ(bsd_setsockopt(fd, BSD_SOL_SOCKET, BSD_SO_RCVTIMEO, &limit, sizeof(limit)), 0);
	length = sizeof(got);
	EXPECT_EQ(bsd_getsockopt(fd, BSD_SOL_SOCKET, BSD_SO_RCVTIMEO, &got, &length), 0);
	EXPECT_EQ(got.tv_sec, 2);
	EXPECT_EQ(got.tv_usec, 500000);
	limit.tv_usec = 1000000;
	EXPECT_EQ(bsd_setsockopt(fd, BSD_SOL_SOCKET, BSD_SO_RCVTIMEO, &limit, sizeof(limit)), -33);
	EXPECT_EQ(stub_set_number(fd, BSD_SO_SNDBUF, 0), -22);
	EXPECT_EQ(stub_set_number(fd, BSD_SO_SNDBUF, 9000), 0);
	EXPECT_EQ(stub_number(fd, BSD_SO_SNDBUF), 9000);
	EXPECT_EQ(stub_set_number(fd, BSD_SO_SNDBUF, 8 << 20), -55);
	EXPECT_EQ(stub_set_number(fd, BSD_SO_SNDLOWAT, 10000), 0);
	EXPECT_EQ(stub_number(fd, BSD_SO_SNDLOWAT), 9000);
	EXPECT_EQ(stub_number(fd, BSD_SO_TYPE), BSD_SOCK_STREAM);
	EXPECT_EQ(stub_set_number(fd, 0x7777, 1), -42);
	stub_checkopt_error = XNU_ENOPROTOOPT;
	EXPECT_EQ(stub_set_number(fd, BSD_SO_KEEPALIVE, 1), -42);
}

/* Row H: what a kext's calibration probes see change. */
TEST(options_change_the_fields_that_probes_look_for)
{
	stub_start();
	int fd = bsd_socket(XNU_AF_INET, BSD_SOCK_DGRAM, 17);
	struct socket *socket = bsd_socket_of(fd);
	EXPECT_EQ(stub_set_number(fd, BSD_SO_NOSIGPIPE, 1), 0);
	EXPECT_EQ(*(uint32_t *)((char *)socket + 552) & 1, 1);
	EXPECT_EQ(stub_set_number(fd, BSD_SO_RCVLOWAT, 0x77), 0);
	EXPECT_EQ(*(uint32_t *)((char *)socket + 104 + 20), 0x77);
	EXPECT_EQ(stub_set_number(fd, BSD_SO_SNDLOWAT, 0x77), 0);
	EXPECT_EQ(*(uint32_t *)((char *)socket + 288 + 20), 0x77);
	EXPECT_EQ(stub_set_number(fd, BSD_SO_SNDBUF, 0x3300), 0);
	EXPECT_EQ(*(uint32_t *)((char *)socket + 288 + 4), 0x3300);
	uint8_t before[976];
	memcpy(before, socket, sizeof(before));
	EXPECT_EQ(stub_set_number(fd, BSD_SO_KEEPALIVE, 1), 0);
	int changed = 0;
	for (size_t i = 0; i < sizeof(before); i++)
		changed += before[i] != ((uint8_t *)socket)[i];
	/* The option's byte, and the history of who locked. */
	EXPECT(changed >= 3);
	EXPECT_EQ(*(uint32_t *)((char *)socket + 8) & 8, 8);
	EXPECT(socket->so_rcv.sb_so == socket && socket->so_snd.sb_so == socket);
}

TEST(defunct_is_refused_with_sof_nodefunct)
{
	stub_start();
	int fd = bsd_socket(XNU_AF_INET, BSD_SOCK_STREAM, STUB);
	EXPECT_EQ(bsd_defunct(fd), -102);
	bsd_socket_of(fd)->so_flags &= ~(uint32_t)SOF_NODEFUNCT;
	EXPECT_EQ(bsd_defunct(fd), 0);
	EXPECT_EQ(stub_connect_to(fd, 5000), -102);
	EXPECT_EQ(stub_bind_to(fd, 5000), -22);
	EXPECT_EQ(bsd_close(fd), 0);
}

TEST(descriptors_are_those_of_a_process)
{
	stub_start();
	EXPECT_EQ(bsd_close(3), -9);
	EXPECT_EQ(bsd_listen(3, 1), -9);
	int fd = bsd_socket(XNU_AF_INET, BSD_SOCK_STREAM, STUB), queue = bsd_kqueue();
	EXPECT_EQ(fd, 3);
	EXPECT_EQ(queue, 4);
	EXPECT_EQ(bsd_listen(queue, 1), -38);
	int other = bsd_dup(fd);
	EXPECT(bsd_socket_of(other) == bsd_socket_of(fd));
	EXPECT_EQ(bsd_close(fd), 0);
	EXPECT_EQ(stub_detaches, 0);
	EXPECT_EQ(bsd_dup2(other, queue), queue);
	EXPECT_EQ(bsd_close(other), 0);
	EXPECT_EQ(stub_detaches, 0);
	EXPECT_EQ(bsd_close(queue), 0);
	EXPECT_EQ(stub_detaches, 1);
}

TEST(kext_reaches_sockets_by_descriptor)
{
	int (*file_socket)(int, struct socket **), (*file_drop)(int);
	struct socket *socket = NULL;
	stub_start();
	file_socket = (int (*)(int, struct socket **))stub_find("_file_socket");
	file_drop = (int (*)(int))stub_find("_file_drop");
	int fd = bsd_socket(XNU_AF_INET, BSD_SOCK_STREAM, STUB), queue = bsd_kqueue();
	host_syscall_enter();
	EXPECT_EQ(file_socket(fd, &socket), 0);
	EXPECT(socket == bsd_socket_of(fd));
	EXPECT_EQ(file_drop(fd), 0);
	EXPECT_EQ(file_socket(queue, &socket), 38);
	EXPECT_EQ(file_socket(99, &socket), 9);
	host_syscall_exit();
}
