/* sctp_bindx and the options it is made of, on the built kext (RFC 6458 section 9.1). */
#include "addresses.h"

enum { PORT = 7000, MANY = 1000, ADD = SCTP_BINDX_ADD_ADDR, REM = SCTP_BINDX_REM_ADDR };

static void
on_unbound_sockets(void)
{
	int fd = open_sctp(AF_INET, SOCK_SEQPACKET);

	/* All or none: what is refused leaves the socket unbound. */
	NEED_ERROR(bindx(fd, LIST(0, ADDRESS_1, NOBODYS), ADD), EADDRNOTAVAIL);
	NEED_ERROR(bindx(fd, LIST(0, ADDRESS_1, "0.0.0.0"), ADD), EINVAL);
	NEED_ERROR(bindx(fd, LIST(0, ADDRESS_1), REM), EADDRNOTAVAIL);
	NEED(port_of(fd) == 0);
	need_local(fd, 0, &(struct address_list){0});
	NEED(bindx(fd, LIST(0, ADDRESS_1, ADDRESS_2), ADD) == 0);
	NEED(port_of(fd) >= 49152);
	need_local(fd, 0, LIST(port_of(fd), ADDRESS_1, ADDRESS_2));

	fd = open_sctp(AF_INET, SOCK_STREAM);
	NEED(bindx(fd, LIST(PORT, "0.0.0.0"), ADD) == 0);
	need_local(fd, 0, LIST(PORT, ADDRESS_1, ADDRESS_2, "127.0.0.1"));
	NEED_ERROR(bindx(fd, LIST(PORT, ADDRESS_1), ADD), EINVAL);
	NEED_ERROR(bindx(fd, LIST(PORT, ADDRESS_1), REM), EINVAL);
}

static void
on_bound_sockets(void)
{
	int fd = open_sctp(AF_INET, SOCK_SEQPACKET);

	NEED(bind_to(fd, ADDRESS_2, PORT) == 0);
	NEED(bindx(fd, LIST(0, ADDRESS_1), ADD) == 0);
	NEED(bindx(fd, LIST(PORT, ADDRESS_1, ADDRESS_2, ADDRESS_1), ADD) == 0);
	need_local(fd, 0, LIST(PORT, ADDRESS_1, ADDRESS_2));
	NEED_ERROR(bindx(fd, LIST(PORT + 1, "127.0.0.1"), ADD), EINVAL);
	NEED_ERROR(bindx(fd, LIST(0, "0.0.0.0"), ADD), EINVAL);
	NEED_ERROR(bindx(fd, LIST(0, "127.0.0.1", NOBODYS), ADD), EADDRNOTAVAIL);
	NEED_ERROR(bindx(fd, LIST(0, "224.0.0.1"), ADD), EADDRNOTAVAIL);
	NEED_ERROR(bindx(fd, LIST(0, ADDRESS_6), ADD), EAFNOSUPPORT);
	NEED_ERROR(bind_to(fd, "127.0.0.1", PORT), EINVAL);

	NEED_ERROR(bindx(fd, LIST(0, "127.0.0.1"), REM), EADDRNOTAVAIL);
	NEED_ERROR(bindx(fd, LIST(0, ADDRESS_1, NOBODYS), REM), EADDRNOTAVAIL);
	NEED_ERROR(bindx(fd, LIST(PORT + 1, ADDRESS_1), REM), EINVAL);
	NEED_ERROR(bindx(fd, LIST(0, ADDRESS_1, ADDRESS_2), REM), EINVAL);
	need_local(fd, 0, LIST(PORT, ADDRESS_1, ADDRESS_2));
	NEED(bindx(fd, LIST(PORT, ADDRESS_2), REM) == 0);
	need_local(fd, 0, LIST(PORT, ADDRESS_1));
	NEED_ERROR(bindx(fd, LIST(PORT, ADDRESS_1), REM), EINVAL);
}

static void
mixed_families(void)
{
	int fd = open_sctp(AF_INET6, SOCK_SEQPACKET);

	NEED(bindx(fd, LIST(PORT, ADDRESS_6, ADDRESS_1, "::ffff:" ADDRESS_2), ADD) == 0);
	need_local(fd, 0, LIST(PORT, ADDRESS_6, ADDRESS_1, ADDRESS_2));
	/* Mapped or not it is the same address. */
	NEED(bindx(fd, LIST(PORT, "::ffff:" ADDRESS_1), REM) == 0);
	need_local(fd, 0, LIST(PORT, ADDRESS_6, ADDRESS_2));
}

static void
ports_are_shared(void)
{
	int left = open_sctp(AF_INET, SOCK_SEQPACKET), right = open_sctp(AF_INET, SOCK_STREAM);

	NEED(bindx(left, LIST(PORT, ADDRESS_1), ADD) == 0);
	NEED_ERROR(bindx(right, LIST(PORT, ADDRESS_2, ADDRESS_1), ADD), EADDRINUSE);
	NEED_ERROR(bindx(right, LIST(PORT, "0.0.0.0"), ADD), EADDRINUSE);
	NEED(bindx(right, LIST(PORT, ADDRESS_2), ADD) == 0);
	NEED_ERROR(bindx(left, LIST(PORT, ADDRESS_2), ADD), EADDRINUSE);
	NEED(bindx(left, LIST(0, "127.0.0.1"), ADD) == 0);
	NEED(bindx(left, LIST(0, ADDRESS_1), REM) == 0);
	NEED(bindx(right, LIST(0, ADDRESS_1), ADD) == 0);
	NEED(close(left) == 0);
	NEED(bindx(right, LIST(0, "127.0.0.1"), ADD) == 0);
}

static void
bad_values(void)
{
	static struct address_list many;
	struct address_list *list = LIST(PORT, ADDRESS_1);
	struct sockaddr_un {
		sa_family_t family;
		char path[108];
	} local = {AF_UNIX, "/tmp/name"};
	int fd = open_sctp(AF_INET, SOCK_SEQPACKET);

	for (int option = ADD; option <= REM; option++) {
		for (socklen_t length = 0; length < list->length; length++)
			NEED_ERROR(setsockopt(fd, IPPROTO_SCTP, option, list->bytes, length), EINVAL);
		/* Cut off in the second address. */
		list = LIST(PORT, ADDRESS_1, ADDRESS_1);
		NEED_ERROR(setsockopt(fd, IPPROTO_SCTP, option, list->bytes, list->length - 1), EINVAL);
		list = LIST(PORT, ADDRESS_1);
		NEED_ERROR(setsockopt(fd, IPPROTO_SCTP, option, &local, sizeof(local)), EAFNOSUPPORT);
		NEED_ERROR(setsockopt(fd, IPPROTO_SCTP, option, NULL, list->length), EFAULT);
		socklen_t length = list->length;
		NEED_ERROR(getsockopt(fd, IPPROTO_SCTP, option, list->bytes, &length), EOPNOTSUPP);
	}
	NEED(port_of(fd) == 0);
	NEED_ERROR(sctp_bindx(fd, NULL, 1, ADD), EINVAL);
	NEED_ERROR(sctp_bindx(fd, addresses_of(list), 0, ADD), EINVAL);
	NEED_ERROR(sctp_bindx(fd, addresses_of(list), -1, ADD), EINVAL);
	NEED_ERROR(sctp_bindx(fd, addresses_of(list), 1, 0), EINVAL);
	NEED_ERROR(sctp_bindx(fd, addresses_of(list), 1, ADD | REM), EINVAL);
	NEED_ERROR(sctp_bindx(-1, addresses_of(list), 1, ADD), EBADF);

	for (int i = 0; i < MANY; i++)
		address_add(&many, i % 2 ? ADDRESS_1 : ADDRESS_2, PORT);
	NEED(bindx(fd, &many, ADD) == 0);
	need_local(fd, 0, LIST(PORT, ADDRESS_1, ADDRESS_2));
	NEED_ERROR(bindx(fd, &many, REM), EINVAL);
	/* More than the longest value of any option. */
	for (int i = 0; i < 2 * MANY; i++)
		address_add(&many, ADDRESS_1, PORT);
	NEED_ERROR(bindx(fd, &many, ADD), EINVAL);
}

static void
without_privilege(void)
{
	NEED(setegid(65534) == 0 && seteuid(65534) == 0);
	int fd = open_sctp(AF_INET, SOCK_STREAM);
	NEED_ERROR(bind_to(fd, ADDRESS_1, 1023), EACCES);
	NEED_ERROR(bindx(fd, LIST(1023, ADDRESS_1), ADD), EACCES);
	NEED(bindx(fd, LIST(1024, ADDRESS_1), ADD) == 0);
	NEED(seteuid(0) == 0 && setegid(0) == 0);
}

static void
unprivileged(void)
{
	if (geteuid() != 0)
		SKIP_PROGRAM("only root can become somebody else and come back\n");
	without_privilege();
	int fd = open_sctp(AF_INET, SOCK_STREAM);
	NEED(bindx(fd, LIST(1023, ADDRESS_1), ADD) == 0);
}

/* The server lists two of its three addresses and takes one of them back. */
static void
server(void)
{
	struct sockaddr_in6 from;
	socklen_t length = sizeof(from);
	struct sctp_event event = {SCTP_FUTURE_ASSOC, SCTP_ASSOC_CHANGE, 1};
	struct sctp_assoc_change change;
	char bytes[256];
	int fd = open_sctp(AF_INET6, SOCK_SEQPACKET);

	NEED(bindx(fd, LIST(PORT, ADDRESS_6, ADDRESS_1, ADDRESS_2), ADD) == 0);
	NEED(bindx(fd, LIST(PORT, ADDRESS_6), REM) == 0);
	NEED(setsockopt(fd, IPPROTO_SCTP, SCTP_EVENT, &event, sizeof(event)) == 0);
	NEED(listen(fd, 1) == 0);
	/* With room for what comes behind the structure. */
	NEED(recvfrom(fd, bytes, sizeof(bytes), 0, (struct sockaddr *)&from, &length) >=
	     (ssize_t)sizeof(change));
	memcpy(&change, bytes, sizeof(change));
	NEED(change.sac_state == SCTP_COMM_UP);
	need_local(fd, change.sac_assoc_id, LIST(PORT, ADDRESS_1, ADDRESS_2));
	/* Later associations only: this one goes on with what its peer was told. */
	NEED(bindx(fd, LIST(0, ADDRESS_1), REM) == 0);
	need_local(fd, 0, LIST(PORT, ADDRESS_2));
	need_local(fd, change.sac_assoc_id, LIST(PORT, ADDRESS_1, ADDRESS_2));
	NEED(sctp_sendmsg(fd, "x", 1, (struct sockaddr *)&from, length, 0, 0, 0, 0, 0) == 1);
	NEED(recv(fd, bytes, sizeof(bytes), 0) >= (ssize_t)sizeof(change));
	memcpy(&change, bytes, sizeof(change));
	NEED(change.sac_state == SCTP_SHUTDOWN_COMP);
}

static void
client(void)
{
	int fd = open_sctp(AF_INET, SOCK_STREAM), other = open_sctp(AF_INET, SOCK_STREAM);

	char byte;

	NEED(bindx(fd, LIST(0, "192.0.2.2"), ADD) == 0);
	connect_when_there(fd, ADDRESS_1, PORT);
	need_local(fd, 0, LIST(port_of(fd), "192.0.2.2"));
	need_peer(fd, 0, LIST(PORT, ADDRESS_1, ADDRESS_2));
	/* A connection's addresses do not change without ASCONF. */
	NEED_ERROR(bindx(fd, LIST(0, "198.51.100.2"), ADD), EOPNOTSUPP);
	NEED_ERROR(bindx(fd, LIST(0, "192.0.2.2"), REM), EOPNOTSUPP);
	/* The server has taken the address back. */
	NEED(read(fd, &byte, 1) == 1);
	NEED_ERROR(connect_to(other, ADDRESS_1, PORT), ECONNREFUSED);
	NEED(close(fd) == 0);
}

PROGRAMS({"on_unbound_sockets", on_unbound_sockets}, {"on_bound_sockets", on_bound_sockets},
	 {"mixed_families", mixed_families}, {"ports_are_shared", ports_are_shared},
	 {"bad_values", bad_values}, {"unprivileged", unprivileged}, {"server", server}, {"client", client})

TEST(bindx_binds_an_unbound_socket_or_leaves_it)
{
	run_on_two_networks("on_unbound_sockets");
}

TEST(bindx_changes_a_bound_socket_as_a_whole)
{
	run_on_two_networks("on_bound_sockets");
}

TEST(bindx_takes_both_families_on_ipv6_sockets)
{
	run_on_two_networks("mixed_families");
}

TEST(bindx_lets_sockets_share_a_port_without_sharing_an_address)
{
	run_on_two_networks("ports_are_shared");
}

TEST(bindx_refuses_bad_values)
{
	run_on_two_networks("bad_values");
}

TEST(bindx_gives_reserved_ports_to_the_privileged)
{
	run_on_two_networks("unprivileged");
}

TEST(bindx_decides_which_addresses_later_peers_see)
{
	run_pair("server", "client");
}
