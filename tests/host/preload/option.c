#include "option.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <netinet/sctp.h>

#include "convert.h"
#include "payload.h"

enum kind { NUMBER, SWITCH, ERROR_NUMBER, PLAIN };

/* What programs set and read outside of IPPROTO_SCTP. */
static const struct known {
	int level, name, darwin_level, darwin_name;
	enum kind kind;
} known_options[] = {
    {SOL_SOCKET, SO_DEBUG, BSD_SOL_SOCKET, BSD_SO_DEBUG, SWITCH},
    {SOL_SOCKET, SO_REUSEADDR, BSD_SOL_SOCKET, BSD_SO_REUSEADDR, SWITCH},
    {SOL_SOCKET, SO_REUSEPORT, BSD_SOL_SOCKET, BSD_SO_REUSEPORT, SWITCH},
    {SOL_SOCKET, SO_KEEPALIVE, BSD_SOL_SOCKET, BSD_SO_KEEPALIVE, SWITCH},
    {SOL_SOCKET, SO_DONTROUTE, BSD_SOL_SOCKET, BSD_SO_DONTROUTE, SWITCH},
    {SOL_SOCKET, SO_BROADCAST, BSD_SOL_SOCKET, BSD_SO_BROADCAST, SWITCH},
    {SOL_SOCKET, SO_OOBINLINE, BSD_SOL_SOCKET, BSD_SO_OOBINLINE, SWITCH},
    {SOL_SOCKET, SO_TYPE, BSD_SOL_SOCKET, BSD_SO_TYPE, NUMBER},
    {SOL_SOCKET, SO_ERROR, BSD_SOL_SOCKET, BSD_SO_ERROR, ERROR_NUMBER},
    {SOL_SOCKET, SO_SNDBUF, BSD_SOL_SOCKET, BSD_SO_SNDBUF, NUMBER},
    {SOL_SOCKET, SO_RCVBUF, BSD_SOL_SOCKET, BSD_SO_RCVBUF, NUMBER},
    {SOL_SOCKET, SO_SNDLOWAT, BSD_SOL_SOCKET, BSD_SO_SNDLOWAT, NUMBER},
    {SOL_SOCKET, SO_RCVLOWAT, BSD_SOL_SOCKET, BSD_SO_RCVLOWAT, NUMBER},
    {SOL_SOCKET, SO_SNDTIMEO, BSD_SOL_SOCKET, BSD_SO_SNDTIMEO, PLAIN},
    {SOL_SOCKET, SO_RCVTIMEO, BSD_SOL_SOCKET, BSD_SO_RCVTIMEO, PLAIN},
    {SOL_SOCKET, SO_LINGER, BSD_SOL_SOCKET, BSD_SO_LINGER_SEC, PLAIN},
    {IPPROTO_IP, IP_TOS, IPPROTO_IP, 3, NUMBER},
    {IPPROTO_IP, IP_TTL, IPPROTO_IP, 4, NUMBER},
    {IPPROTO_IPV6, IPV6_UNICAST_HOPS, IPPROTO_IPV6, 4, NUMBER},
    {IPPROTO_IPV6, IPV6_V6ONLY, IPPROTO_IPV6, 27, SWITCH},
    {IPPROTO_IPV6, IPV6_TCLASS, IPPROTO_IPV6, 36, NUMBER},
};

static const struct known *
find_known(int level, int name)
{
	for (size_t i = 0; i < sizeof(known_options) / sizeof(known_options[0]); i++)
		if (known_options[i].level == level && known_options[i].name == name)
			return &known_options[i];
	errno = ENOPROTOOPT;
	return NULL;
}

static int
set_known(int fd, const struct known *known, const void *value, socklen_t length)
{
	return (int)give(bsd_setsockopt(fd, known->darwin_level, known->darwin_name, value, length));
}

static int
get_known(int fd, const struct known *known, void *value, socklen_t *length)
{
	int number;
	uint32_t size = *length;
	int result = bsd_getsockopt(fd, known->darwin_level, known->darwin_name, value, &size);
	*length = result < 0 ? *length : size;
	if (result < 0 || known->kind == NUMBER || known->kind == PLAIN || size < sizeof(number))
		return (int)give(result);
	/* Darwin gives the bit, Linux 0 or 1. */
	memcpy(&number, value, sizeof(number));
	number = known->kind == SWITCH ? number != 0 : linux_errno(number);
	memcpy(value, &number, sizeof(number));
	return 0;
}

/* What Linux alone can ask for. */
static int
get_own(int fd, int name, void *value, socklen_t *length)
{
	struct xnu_sockaddr_storage local;
	uint32_t local_length = sizeof(local);
	int number = IPPROTO_SCTP;
	if (name == SO_DOMAIN) {
		int result = bsd_getsockname(fd, (struct xnu_sockaddr *)&local, &local_length);
		if (result < 0)
			return (int)give(result);
		number = linux_family(local.ss_family);
	}
	if (name == SO_ACCEPTCONN) {
		number = bsd_listens(fd);
		if (number < 0)
			return (int)give(number);
	}
	if (*length > sizeof(number))
		*length = sizeof(number);
	memcpy(value, &number, *length);
	return 0;
}

/* The value is copied, as the program's own must stay as it is, but for what comes back in it. */
static int
set_sctp(int fd, int name, const void *value, socklen_t length)
{
	char *copy = malloc(length + 1);
	if (!copy) {
		errno = ENOMEM;
		return -1;
	}
	if (value)
		memcpy(copy, value, length);
	payload_to_darwin(name, copy, length);
	int result = bsd_setsockopt(fd, IPPROTO_SCTP, name, value ? copy : NULL, length);
	if (value && (name == SCTP_CONNECT_X || name == SCTP_CONNECT_X_DELAYED) &&
	    length >= sizeof(sctp_assoc_t) && memcmp(value, copy, sizeof(sctp_assoc_t)))
		memcpy((void *)(uintptr_t)value, copy, sizeof(sctp_assoc_t));
	free(copy);
	return (int)give(result);
}

static int
get_sctp(int fd, int name, void *value, socklen_t *length)
{
	uint32_t size = *length;
	char *copy = malloc(size + 1);
	if (!copy) {
		errno = ENOMEM;
		return -1;
	}
	memcpy(copy, value, size);
	payload_to_darwin(name, copy, size);
	int result = bsd_getsockopt(fd, IPPROTO_SCTP, name, copy, &size);
	if (result == 0) {
		payload_to_linux(name, copy, size);
		memcpy(value, copy, size);
		*length = size;
	}
	free(copy);
	return (int)give(result);
}

int
option_set(int fd, int level, int name, const void *value, socklen_t length)
{
	if (level == IPPROTO_SCTP)
		return set_sctp(fd, name, value, length);
	const struct known *known = find_known(level, name);
	return known ? set_known(fd, known, value, length) : -1;
}

int
option_get(int fd, int level, int name, void *value, socklen_t *length)
{
	if (!value || !length) {
		errno = EFAULT;
		return -1;
	}
	if (level == IPPROTO_SCTP)
		return get_sctp(fd, name, value, length);
	if (level == SOL_SOCKET && (name == SO_DOMAIN || name == SO_PROTOCOL || name == SO_ACCEPTCONN))
		return get_own(fd, name, value, length);
	const struct known *known = find_known(level, name);
	return known ? get_known(fd, known, value, length) : -1;
}
