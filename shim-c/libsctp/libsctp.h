/* What the files of libsctp share. */
#ifndef LIBSCTP_H
#define LIBSCTP_H

#include <stddef.h>
#include <netinet/sctp.h>

/* Inside the library only. */
#pragma GCC visibility push(hidden)

/* The bytes of addrcnt addresses without gaps; 0 and errno EINVAL when there are none or a family is unknown.
 */
size_t sctp_lib_addresses_size(const struct sockaddr *addrs, int addrcnt);

/* One piece of control data at level IPPROTO_SCTP. */
struct sctp_lib_control {
	int type;
	const void *data;
	size_t size;
};

struct sctp_lib_message {
	const struct iovec *iov;
	int iovcnt;
	const struct sockaddr *addrs; /* NULL with addrcnt 0: by association id, or the connected peer */
	int addrcnt;
	const struct sctp_lib_control *controls;
	size_t control_count;
	int flags;
};

/*
 * sendmsg. The first address is the destination; the others make an association with a multihomed peer
 * (RFC 6458 sections 5.3.9, 5.3.10).
 */
ssize_t sctp_lib_send(int sd, const struct sctp_lib_message *message);

#pragma GCC visibility pop

#endif
