/* sctp_bindx (RFC 6458 section 9.1). */
#include <errno.h>
#include "libsctp.h"

/* The option takes one address at a time. The bytes of those that the kernel took. */
static size_t
set_each(int sd, int option, const struct sockaddr *addrs, size_t size)
{
	size_t done = 0;

	while (done < size) {
		const struct sockaddr *address = (const void *)((const char *)addrs + done);
		socklen_t length = (socklen_t)sctp_getaddrlen(address->sa_family);

		if (setsockopt(sd, IPPROTO_SCTP, option, address, length) != 0)
			break;
		done += length;
	}
	return done;
}

/* All or nothing: when an address is refused, what was done with those before it is undone. */
int
sctp_bindx(int sd, struct sockaddr *addrs, int addrcnt, int flags)
{
	size_t size = sctp_lib_addresses_size(addrs, addrcnt);
	size_t done;
	int error;

	if (size == 0)
		return -1;
	if (flags != SCTP_BINDX_ADD_ADDR && flags != SCTP_BINDX_REM_ADDR) {
		errno = EINVAL;
		return -1;
	}
	done = set_each(sd, flags, addrs, size);
	if (done == size)
		return 0;
	error = errno;
	(void)set_each(sd, flags == SCTP_BINDX_ADD_ADDR ? SCTP_BINDX_REM_ADDR : SCTP_BINDX_ADD_ADDR, addrs,
		       done);
	errno = error;
	return -1;
}
