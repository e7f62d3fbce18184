/* What every function that sends comes down to: one sendmsg. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "libsctp.h"

/* All addresses of a peer share the port of the first. */
static in_port_t
port_of(const struct sockaddr *address)
{
	struct sockaddr_in sin;
	struct sockaddr_in6 sin6;

	if (address->sa_family == AF_INET) {
		memcpy(&sin, address, sizeof(sin));
		return sin.sin_port;
	}
	memcpy(&sin6, address, sizeof(sin6));
	return sin6.sin6_port;
}

static void
append(struct msghdr *header, int type, const void *data, size_t size)
{
	struct cmsghdr *cmsg = (void *)((char *)header->msg_control + header->msg_controllen);

	cmsg->cmsg_level = IPPROTO_SCTP;
	cmsg->cmsg_type = type;
	cmsg->cmsg_len = CMSG_LEN(size);
	memcpy(CMSG_DATA(cmsg), data, size);
	header->msg_controllen += CMSG_SPACE(size);
}

/* False: an address has another port than the first. */
static int
append_addresses(struct msghdr *header, const struct sockaddr *addrs, int addrcnt)
{
	const char *next = (const char *)addrs + sctp_getaddrlen(addrs->sa_family);

	for (int i = 1; i < addrcnt; i++) {
		const struct sockaddr *address = (const void *)next;

		if (port_of(address) != port_of(addrs))
			return 0;
		if (address->sa_family == AF_INET)
			append(header, SCTP_DSTADDRV4, next + offsetof(struct sockaddr_in, sin_addr),
			       sizeof(struct in_addr));
		else
			append(header, SCTP_DSTADDRV6, next + offsetof(struct sockaddr_in6, sin6_addr),
			       sizeof(struct in6_addr));
		next += sctp_getaddrlen(address->sa_family);
	}
	return 1;
}

ssize_t
sctp_lib_send(int sd, const struct sctp_lib_message *message)
{
	struct msghdr header = {0};
	size_t room = 0;
	ssize_t result = -1;
	int error = EINVAL;

	if (message->addrcnt < 0 || message->iovcnt < 0 ||
	    (message->addrcnt > 0 && sctp_lib_addresses_size(message->addrs, message->addrcnt) == 0)) {
		errno = EINVAL;
		return -1;
	}
	header.msg_iov = (struct iovec *)message->iov;
	header.msg_iovlen = (unsigned int)message->iovcnt;
	for (size_t i = 0; i < message->control_count; i++)
		room += CMSG_SPACE(message->controls[i].size);
	if (message->addrcnt > 0) {
		header.msg_name = (void *)message->addrs;
		header.msg_namelen = (socklen_t)sctp_getaddrlen(message->addrs->sa_family);
		room += (size_t)(message->addrcnt - 1) * CMSG_SPACE(sizeof(struct in6_addr));
	}
	if (room == 0)
		return sendmsg(sd, &header, message->flags);

	header.msg_control = calloc(1, room);
	if (header.msg_control == NULL) {
		errno = ENOMEM;
		return -1;
	}
	for (size_t i = 0; i < message->control_count; i++)
		append(&header, message->controls[i].type, message->controls[i].data,
		       message->controls[i].size);
	if (message->addrcnt <= 1 || append_addresses(&header, message->addrs, message->addrcnt)) {
		result = sendmsg(sd, &header, message->flags);
		error = errno;
	}
	free(header.msg_control);
	errno = error;
	return result;
}
