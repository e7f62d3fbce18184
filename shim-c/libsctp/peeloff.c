/* sctp_peeloff (RFC 6458 section 9.2). */
#include <errno.h>
#include <unistd.h>
#include "libsctp.h"

/*
 * A kernel extension cannot make a descriptor in its caller's table. The new socket is opened here, and
 * adopts the association.
 */
int
sctp_peeloff(int sd, sctp_assoc_t assoc_id)
{
	struct sockaddr_storage address;
	socklen_t length = sizeof(address);
	struct sctp_peeloff_opt option = {.s = sd, .assoc_id = assoc_id, .new_sd = -1};
	int error;

	if (getsockname(sd, (struct sockaddr *)&address, &length) != 0)
		return -1;
	option.new_sd = socket(address.ss_family, SOCK_STREAM, IPPROTO_SCTP);
	if (option.new_sd < 0)
		return -1;
	if (setsockopt(option.new_sd, IPPROTO_SCTP, SCTP_PEELOFF, &option, sizeof(option)) == 0)
		return option.new_sd;
	error = errno;
	(void)close(option.new_sd);
	errno = error;
	return -1;
}
