/* sctp_bindx (RFC 6458 section 9.1). */
#include <errno.h>
#include "libsctp.h"

/* The kernel adds or removes all addresses or none. */
int
sctp_bindx(int sd, struct sockaddr *addrs, int addrcnt, int flags)
{
	size_t size = sctp_lib_addresses_size(addrs, addrcnt);

	if (size == 0)
		return -1;
	if (flags != SCTP_BINDX_ADD_ADDR && flags != SCTP_BINDX_REM_ADDR) {
		errno = EINVAL;
		return -1;
	}
	return setsockopt(sd, IPPROTO_SCTP, flags, addrs, (socklen_t)size);
}
