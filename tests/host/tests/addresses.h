/* Addresses for programs on the built kext, and lists of them as libsctp takes them. */
#ifndef ADDRESSES_H
#define ADDRESSES_H

#include <arpa/inet.h>
#include <sys/socket.h>

#include <netinet/sctp.h>

#include "program.h"

/* The addresses of a host with two networks; NOBODYS is on the first. */
#define ADDRESS_1 "192.0.2.1"
#define ADDRESS_2 "198.51.100.1"
#define ADDRESS_6 "2001:db8::1"
#define NOBODYS "192.0.2.99"
#define TWO_NETWORKS ADDRESS_1 "/24," ADDRESS_2 "/24," ADDRESS_6 "/64"

/* The call fails with that error. */
#define NEED_ERROR(call, error) NEED((call) == -1 && errno == (error))

struct address_list {
	int count;
	socklen_t length;
	_Alignas(struct sockaddr_storage) char bytes[65536];
};

static inline struct sockaddr *
addresses_of(struct address_list *list)
{
	return (struct sockaddr *)list->bytes;
}

static inline void
address_add(struct address_list *list, const char *text, uint16_t port)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(port)};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
	char *end = list->bytes + list->length;

	list->count++;
	if (inet_pton(AF_INET, text, &in.sin_addr) == 1) {
		memcpy(end, &in, sizeof(in));
		list->length += sizeof(in);
	} else {
		NEED(inet_pton(AF_INET6, text, &in6.sin6_addr) == 1);
		memcpy(end, &in6, sizeof(in6));
		list->length += sizeof(in6);
	}
}

/* A list of these addresses, which ends with NULL, all with that port. It is good until the next call. */
static inline struct address_list *
address_list(uint16_t port, const char *const *texts)
{
	static struct address_list list;

	list.count = 0;
	list.length = 0;
	for (; *texts; texts++)
		address_add(&list, *texts, port);
	return &list;
}
#define LIST(port, ...) address_list(port, (const char *const[]){__VA_ARGS__, NULL})

static inline int
bindx(int fd, struct address_list *list, int flags)
{
	return sctp_bindx(fd, addresses_of(list), list->count, flags);
}

static inline int
open_sctp(int family, int type)
{
	int fd = socket(family, type, IPPROTO_SCTP);

	NEED(fd >= 0);
	return fd;
}

static inline int
bind_to(int fd, const char *text, uint16_t port)
{
	struct address_list *list = LIST(port, text);

	return bind(fd, addresses_of(list), list->length);
}

static inline int
connect_to(int fd, const char *text, uint16_t port)
{
	struct address_list *list = LIST(port, text);

	return connect(fd, addresses_of(list), list->length);
}

/* The same, as often as it takes until the other program listens. */
static inline void
connect_when_there(int fd, const char *text, uint16_t port)
{
	while (connect_to(fd, text, port) != 0) {
		NEED(errno == ECONNREFUSED);
		usleep(20000);
	}
}

/* The port of a socket's own address, 0 when it is not bound. */
static inline uint16_t
port_of(int fd)
{
	struct sockaddr_storage name;
	socklen_t length = sizeof(name);

	NEED(getsockname(fd, (struct sockaddr *)&name, &length) == 0);
	/* At the same place in both families. */
	return ntohs(((struct sockaddr_in *)&name)->sin_port);
}

/* Whether count addresses are those of the list, in any order. */
static inline bool
same_addresses(const struct sockaddr *seen, int count, struct address_list *list)
{
	const char *at = (const char *)seen;

	if (count != list->count)
		return false;
	for (int i = 0; i < count; i++) {
		size_t length = (size_t)sctp_getaddrlen(((const struct sockaddr *)at)->sa_family);
		bool found = false;

		for (size_t to = 0; to < list->length && !found;) {
			const struct sockaddr *candidate = (const struct sockaddr *)(list->bytes + to);
			size_t size = (size_t)sctp_getaddrlen(candidate->sa_family);

			found = size == length && !memcmp(candidate, at, size);
			to += size;
		}
		if (!found)
			return false;
		at += length;
	}
	return true;
}

static inline void
need_local(int fd, sctp_assoc_t assoc_id, struct address_list *list)
{
	struct sockaddr *seen;
	int count = sctp_getladdrs(fd, assoc_id, &seen);

	NEED(count >= 0 && same_addresses(seen, count, list));
	sctp_freeladdrs(seen);
}

static inline void
need_peer(int fd, sctp_assoc_t assoc_id, struct address_list *list)
{
	struct sockaddr *seen;
	int count = sctp_getpaddrs(fd, assoc_id, &seen);

	NEED(count >= 0 && same_addresses(seen, count, list));
	sctp_freepaddrs(seen);
}

/* A one-to-many socket that is told of changes of its associations. */
static inline int
open_many(void)
{
	struct sctp_event event = {SCTP_FUTURE_ASSOC, SCTP_ASSOC_CHANGE, 1};
	int fd = open_sctp(AF_INET, SOCK_SEQPACKET);

	NEED(setsockopt(fd, IPPROTO_SCTP, SCTP_EVENT, &event, sizeof(event)) == 0);
	return fd;
}

/* The association whose change, to that state, is the next thing that is told. */
static inline sctp_assoc_t
need_change(int fd, uint16_t state)
{
	/* What the peer supports stands behind it. */
	_Alignas(struct sctp_assoc_change) char bytes[sizeof(struct sctp_assoc_change) + 64];
	struct sctp_assoc_change *change = (struct sctp_assoc_change *)bytes;

	NEED(recv(fd, bytes, sizeof(bytes), 0) >= (ssize_t)sizeof(*change));
	NEED(change->sac_type == SCTP_ASSOC_CHANGE && change->sac_state == state);
	return change->sac_assoc_id;
}

/* Runs a program on a host with two networks of its own. */
static inline void
run_on_two_networks(const char *name)
{
	static char text[65536];
	const char *skipped = end_program(start_program(name, "memory", TWO_NETWORKS), text, sizeof(text));

	if (skipped)
		SKIP("%s", skipped);
}

/* Two programs on hosts that share two networks. */
static inline void
run_pair(const char *server, const char *client)
{
	static char said[2][65536];
	char link[512];

	snprintf(link, sizeof(link), "unix:%s", test_folder());
	struct running first = start_program(server, link, TWO_NETWORKS);
	struct running second = start_program(client, link, "192.0.2.2/24,198.51.100.2/24,2001:db8::2/64");
	EXPECT(!end_program(second, said[1], sizeof(said[1])));
	EXPECT(!end_program(first, said[0], sizeof(said[0])));
}

#endif
