/* sctp_connectx (RFC 6458 section 9.9). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "libsctp.h"

int
sctp_connectx(int sd, const struct sockaddr *addrs, int addrcnt, sctp_assoc_t *assoc_id)
{
	size_t size = sctp_lib_addresses_size(addrs, addrcnt);
	int count = addrcnt;
	char *value;
	int result, error;

	if (size == 0)
		return -1;
	value = malloc(sizeof(count) + size);
	if (value == NULL) {
		errno = ENOMEM;
		return -1;
	}
	memcpy(value, &count, sizeof(count));
	memcpy(value + sizeof(count), addrs, size);
	result = setsockopt(sd, IPPROTO_SCTP, SCTP_CONNECT_X, value, (socklen_t)(sizeof(count) + size));
	error = errno;
	/* The kernel gives the association's id where the count was. */
	if (assoc_id != NULL && result == 0)
		memcpy(assoc_id, value, sizeof(*assoc_id));
	free(value);
	errno = error;
	return result;
}
