/* sctp_peeloff (RFC 6458 section 9.2). */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
#include "libsctp.h"

/* Not by getsockname: a socket of AF_INET6 goes by an IPv4 address if it is bound to no other. */
static int
family_of(int sd)
{
	int value;
	socklen_t length = sizeof(value);

	return getsockopt(sd, IPPROTO_IPV6, IPV6_V6ONLY, &value, &length) == 0 ? AF_INET6 : AF_INET;
}

static int
adopt(const struct sctp_peeloff_opt *option)
{
	int flags = fcntl(option->s, F_GETFL);

	if (flags < 0 || setsockopt(option->new_sd, IPPROTO_SCTP, SCTP_PEELOFF, option, sizeof(*option)) != 0)
		return -1;
	/* The socket does not block if the old one does not, as one from accept(); its descriptor has to say
	 * so. */
	if ((flags & O_NONBLOCK) != 0)
		(void)fcntl(option->new_sd, F_SETFL, O_NONBLOCK);
	return 0;
}

/*
 * A kernel extension cannot make a descriptor in its caller's table. The new socket is opened here, and
 * adopts the association.
 */
int
sctp_peeloff(int sd, sctp_assoc_t assoc_id)
{
	struct sctp_peeloff_opt option = {.s = sd, .assoc_id = assoc_id, .new_sd = -1};
	int type, error;
	socklen_t length = sizeof(type);

	if (getsockopt(sd, SOL_SOCKET, SO_TYPE, &type, &length) != 0)
		return -1;
	option.new_sd = socket(family_of(sd), SOCK_STREAM, IPPROTO_SCTP);
	if (option.new_sd < 0)
		return -1;
	if (adopt(&option) == 0)
		return option.new_sd;
	error = errno;
	(void)close(option.new_sd);
	errno = error;
	return -1;
}
