/* sctp_peeloff of libsctp in programs, with the kernel in the program and in a daemon (RFC 6458 section 9.2).
 */
#include <arpa/inet.h>
#include <fcntl.h>

#include "daemon.h"

/* Sockets of either family, and what the server is bound to and called at. */
struct site {
	int server, client;
	sctp_assoc_t id;
};

static void
set_address(struct sockaddr_storage *name, socklen_t *length, const char *text, uint16_t port)
{
	struct sockaddr_in *in = (struct sockaddr_in *)name;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)name;

	memset(name, 0, sizeof(*name));
	if (inet_pton(AF_INET, text, &in->sin_addr) == 1) {
		in->sin_family = AF_INET;
		in->sin_port = htons(port);
		*length = sizeof(*in);
	} else {
		NEED(inet_pton(AF_INET6, text, &in6->sin6_addr) == 1);
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(port);
		*length = sizeof(*in6);
	}
}

static void
want_changes(int server)
{
	struct sctp_event event = {SCTP_FUTURE_ASSOC, SCTP_ASSOC_CHANGE, 1};

	NEED(setsockopt(server, IPPROTO_SCTP, SCTP_EVENT, &event, sizeof(event)) == 0);
}

/* The association that comes up next. */
static sctp_assoc_t
next_association(int server)
{
	union {
		struct sctp_assoc_change change;
		char bytes[256];
	} seen;

	NEED(recv(server, &seen, sizeof(seen), 0) >= (ssize_t)sizeof(seen.change));
	NEED(seen.change.sac_type == SCTP_ASSOC_CHANGE && seen.change.sac_state == SCTP_COMM_UP);
	return seen.change.sac_assoc_id;
}

static struct site
open_site(int family, const char *address)
{
	struct sockaddr_storage name;
	socklen_t length;
	struct site site = {.server = socket(family, SOCK_SEQPACKET, IPPROTO_SCTP)};

	set_address(&name, &length, address, PORT);
	site.client = socket(name.ss_family, SOCK_STREAM, IPPROTO_SCTP);
	NEED(site.server >= 0 && site.client >= 0);
	want_changes(site.server);
	NEED(bind(site.server, (struct sockaddr *)&name, length) == 0 && listen(site.server, 5) == 0);
	NEED(connect(site.client, (struct sockaddr *)&name, length) == 0);
	site.id = next_association(site.server);
	return site;
}

static int
flags_of(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	NEED(flags >= 0);
	return flags & O_NONBLOCK;
}

static void
exchange(int fd, int client)
{
	char bytes[16];

	NEED(write(client, "question", 8) == 8 && read(fd, bytes, sizeof(bytes)) == 8);
	NEED(write(fd, "answer", 6) == 6 && read(client, bytes, sizeof(bytes)) == 6);
	NEED(!memcmp(bytes, "answer", 6));
}

static void
peel_off(int family, const char *address)
{
	struct sockaddr_storage name, wanted;
	socklen_t length = sizeof(name), wanted_length = sizeof(wanted);
	struct site site = open_site(family, address);
	int fd = sctp_peeloff(site.server, site.id), type;

	NEED(fd >= 0 && flags_of(fd) == 0);
	NEED(getpeername(fd, (struct sockaddr *)&name, &length) == 0);
	NEED(getsockname(site.client, (struct sockaddr *)&wanted, &wanted_length) == 0);
	NEED(length == wanted_length && !memcmp(&name, &wanted, length));
	length = sizeof(type);
	NEED(getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) == 0 && type == SOCK_STREAM);
	exchange(fd, site.client);
	NEED(close(site.server) == 0);
	exchange(fd, site.client);
	NEED(close(fd) == 0 && read(site.client, &name, sizeof(name)) == 0);
	NEED(close(site.client) == 0);
}

static void
every_family(void)
{
	peel_off(AF_INET, "192.0.2.1");
	peel_off(AF_INET6, "2001:db8::1");
	/* Its name is of AF_INET, but it is not. */
	peel_off(AF_INET6, "192.0.2.1");
}

static void
without_blocking(void)
{
	struct site site = open_site(AF_INET, "192.0.2.1");
	char byte;
	int fd;

	NEED(fcntl(site.server, F_SETFL, O_NONBLOCK) == 0);
	fd = sctp_peeloff(site.server, site.id);
	NEED(fd >= 0 && flags_of(fd) == O_NONBLOCK);
	NEED(read(fd, &byte, 1) == -1 && errno == EAGAIN);
	NEED(fcntl(fd, F_SETFL, 0) == 0);
	exchange(fd, site.client);
}

/* The descriptor that a new one would get: the same after a refusal, or one was left open. */
static int
next_descriptor(void)
{
	int fd = dup(2);

	NEED(fd >= 0 && close(fd) == 0);
	return fd;
}

static void
refused(void)
{
	struct site site = open_site(AF_INET, "192.0.2.1");
	int many = open_socket(SOCK_SEQPACKET);
	struct sctp_peeloff_opt option = {site.server, site.id, -1};
	socklen_t length = sizeof(option);
	const struct {
		int fd;
		sctp_assoc_t id;
		int error;
	} rows[] = {
	    {-1, site.id, EBADF},
	    {1000, site.id, EBADF},
	    {open("/dev/null", O_RDWR), site.id, ENOTSOCK},
	    {site.client, site.id, EOPNOTSUPP},
	    {site.server, site.id + 1000, ENOENT},
	    {site.server, SCTP_FUTURE_ASSOC, ENOENT},
	    {many, site.id, ENOENT},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int next = next_descriptor();

		errno = 0;
		NEED(sctp_peeloff(rows[i].fd, rows[i].id) == -1 && errno == rows[i].error);
		NEED(next_descriptor() == next);
	}
	/* FreeBSD's way, without its library. */
	NEED(getsockopt(site.server, IPPROTO_SCTP, SCTP_PEELOFF, &option, &length) == -1);
	NEED(errno == EOPNOTSUPP);
	NEED(sctp_peeloff(site.server, site.id) >= 0);
	NEED(sctp_peeloff(site.server, site.id) == -1 && errno == ENOENT);
}

/* What was peeled off goes to a child, which alone goes on with it; the parent peels off the next. */
static void
workers(void)
{
	enum { CLIENTS = 3 };
	pid_t children[2 * CLIENTS];
	int server = listener(SOCK_SEQPACKET, PORT);

	want_changes(server);
	for (int i = 0; i < CLIENTS; i++) {
		children[i] = fork();
		if (children[i] == 0) {
			NEED(close(server) == 0);
			int fd = connected(HOST_ADDRESS, PORT);
			for (int j = 0; j < 10; j++)
				need_echo(fd, "to a worker");
			exit(0);
		}
	}
	for (int i = CLIENTS; i < 2 * CLIENTS; i++) {
		int fd = sctp_peeloff(server, next_association(server));
		NEED(fd >= 0);
		children[i] = fork();
		if (children[i] == 0) {
			struct sctp_event none = {SCTP_FUTURE_ASSOC, SCTP_ASSOC_CHANGE, 0};
			NEED(setsockopt(fd, IPPROTO_SCTP, SCTP_EVENT, &none, sizeof(none)) == 0);
			NEED(close(server) == 0);
			echo_until_end(fd);
			exit(0);
		}
		NEED(close(fd) == 0);
	}
	for (int i = 0; i < 2 * CLIENTS; i++)
		need_status(children[i], 0);
}

PROGRAMS({"every_family", every_family}, {"without_blocking", without_blocking}, {"refused", refused},
	 {"workers", workers})

/* Alone with a kernel of its own, and with a daemon's. */
static void
run_both_ways(const char *name)
{
	static char text[65536];
	const char *skipped;

	skipped = end_program(start_program(name, "memory", "192.0.2.1,2001:db8::1"), text, sizeof(text));
	if (skipped)
		SKIP("%s", skipped);
	run_on_daemon(name);
}

TEST(a_socket_of_any_family_is_peeled_off)
{
	run_both_ways("every_family");
}

TEST(the_new_descriptor_blocks_as_the_old_one)
{
	run_both_ways("without_blocking");
}

TEST(a_refusal_leaves_no_descriptor)
{
	run_both_ways("refused");
}

TEST(workers_have_what_is_peeled_off)
{
	run_on_daemon("workers");
}
