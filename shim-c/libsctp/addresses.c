/* Lists of addresses (RFC 6458 sections 9.3 to 9.6). */
#include <errno.h>
#include <stdlib.h>
#include "libsctp.h"

int
sctp_getaddrlen(sa_family_t family)
{
	switch (family) {
	case AF_INET:
		return (int)sizeof(struct sockaddr_in);
	case AF_INET6:
		return (int)sizeof(struct sockaddr_in6);
	default:
		errno = EINVAL;
		return -1;
	}
}

size_t
sctp_lib_addresses_size(const struct sockaddr *addrs, int addrcnt)
{
	size_t size = 0;

	if (addrs == NULL || addrcnt <= 0) {
		errno = EINVAL;
		return 0;
	}
	for (int i = 0; i < addrcnt; i++) {
		const struct sockaddr *address = (const void *)((const char *)addrs + size);
		int length = sctp_getaddrlen(address->sa_family);

		if (length < 0)
			return 0;
		size += (size_t)length;
	}
	return size;
}

static int
count_addresses(const struct sockaddr *addrs, size_t size)
{
	size_t offset = 0;
	int count = 0;

	while (offset + sizeof(struct sockaddr_in) <= size) {
		const struct sockaddr *address = (const void *)((const char *)addrs + offset);
		int length = sctp_getaddrlen(address->sa_family);

		if (length < 0 || (size_t)length > size - offset)
			break;
		offset += (size_t)length;
		count++;
	}
	return count;
}

/* The kernel says first how much there may be, then what there is. */
static int
get_addresses(int sd, int size_option, int list_option, sctp_assoc_t assoc_id, struct sockaddr **addrs)
{
	uint32_t room = assoc_id;
	socklen_t length = sizeof(room);
	struct sctp_getaddresses *list;
	int count;

	if (addrs == NULL) {
		errno = EINVAL;
		return -1;
	}
	*addrs = NULL;
	if (getsockopt(sd, IPPROTO_SCTP, size_option, &room, &length) != 0)
		return -1;
	if (room == 0)
		return 0;
	list = calloc(1, sizeof(*list) + room);
	if (list == NULL) {
		errno = ENOMEM;
		return -1;
	}
	list->sget_assoc_id = assoc_id;
	length = (socklen_t)(sizeof(*list) + room);
	if (getsockopt(sd, IPPROTO_SCTP, list_option, list, &length) != 0) {
		int error = errno;

		free(list);
		errno = error;
		return -1;
	}
	count = length > sizeof(*list) ? count_addresses(list->addr, length - sizeof(*list)) : 0;
	if (count == 0) {
		free(list);
		return 0;
	}
	*addrs = list->addr;
	return count;
}

static void
free_addresses(struct sockaddr *addrs)
{
	if (addrs != NULL)
		free((char *)addrs - offsetof(struct sctp_getaddresses, addr));
}

int
sctp_getpaddrs(int sd, sctp_assoc_t assoc_id, struct sockaddr **addrs)
{
	return get_addresses(sd, SCTP_GET_REMOTE_ADDR_SIZE, SCTP_GET_PEER_ADDRESSES, assoc_id, addrs);
}

void
sctp_freepaddrs(struct sockaddr *addrs)
{
	free_addresses(addrs);
}

int
sctp_getladdrs(int sd, sctp_assoc_t assoc_id, struct sockaddr **addrs)
{
	return get_addresses(sd, SCTP_GET_LOCAL_ADDR_SIZE, SCTP_GET_LOCAL_ADDRESSES, assoc_id, addrs);
}

void
sctp_freeladdrs(struct sockaddr *addrs)
{
	free_addresses(addrs);
}
