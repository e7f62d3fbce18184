#include "convert.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include <netinet/sctp.h>

/* Darwin's errno is the index; 0: EINVAL. */
static const uint8_t errno_table[] = {
    [1] = EPERM,
    [2] = ENOENT,
    [3] = ESRCH,
    [4] = EINTR,
    [5] = EIO,
    [6] = ENXIO,
    [7] = E2BIG,
    [9] = EBADF,
    [11] = EDEADLK,
    [12] = ENOMEM,
    [13] = EACCES,
    [14] = EFAULT,
    [16] = EBUSY,
    [17] = EEXIST,
    [19] = ENODEV,
    [22] = EINVAL,
    [23] = ENFILE,
    [24] = EMFILE,
    [25] = ENOTTY,
    [27] = EFBIG,
    [28] = ENOSPC,
    [30] = EROFS,
    [32] = EPIPE,
    [33] = EDOM,
    [34] = ERANGE,
    [35] = EAGAIN,
    [36] = EINPROGRESS,
    [37] = EALREADY,
    [38] = ENOTSOCK,
    [39] = EDESTADDRREQ,
    [40] = EMSGSIZE,
    [41] = EPROTOTYPE,
    [42] = ENOPROTOOPT,
    [43] = EPROTONOSUPPORT,
    [44] = ESOCKTNOSUPPORT,
    [45] = EOPNOTSUPP,
    [46] = EPFNOSUPPORT,
    [47] = EAFNOSUPPORT,
    [48] = EADDRINUSE,
    [49] = EADDRNOTAVAIL,
    [50] = ENETDOWN,
    [51] = ENETUNREACH,
    [52] = ENETRESET,
    [53] = ECONNABORTED,
    [54] = ECONNRESET,
    [55] = ENOBUFS,
    [56] = EISCONN,
    [57] = ENOTCONN,
    [58] = ESHUTDOWN,
    [60] = ETIMEDOUT,
    [61] = ECONNREFUSED,
    [63] = ENAMETOOLONG,
    [64] = EHOSTDOWN,
    [65] = EHOSTUNREACH,
    [78] = ENOSYS,
    [84] = EOVERFLOW,
    [89] = ECANCELED,
    [92] = EILSEQ,
    [94] = EBADMSG,
    [100] = EPROTO,
    [102] = EOPNOTSUPP,
};

int
linux_errno(int darwin)
{
	if (darwin <= 0)
		return darwin;
	if (darwin >= (int)sizeof(errno_table) || !errno_table[darwin])
		return EINVAL;
	return errno_table[darwin];
}

int64_t
give(int64_t result)
{
	if (result >= 0)
		return result;
	errno = linux_errno((int)-result);
	return -1;
}

/* ---- addresses ---- */

int
darwin_family(int family)
{
	return family == AF_INET6 ? XNU_AF_INET6 : family;
}

int
linux_family(int family)
{
	return family == XNU_AF_INET6 ? AF_INET6 : family;
}

uint32_t
darwin_name_length(const void *name)
{
	switch (((const struct xnu_sockaddr *)name)->sa_family) {
	case XNU_AF_INET:
		return sizeof(struct xnu_sockaddr_in);
	case XNU_AF_INET6:
		return sizeof(struct xnu_sockaddr_in6);
	default:
		return 0;
	}
}

void
name_to_darwin(void *name)
{
	uint16_t family;
	memcpy(&family, name, sizeof(family));
	struct xnu_sockaddr *darwin = name;
	darwin->sa_family = (uint8_t)darwin_family(family);
	/* An address of zeros means "none" in many options and stays one. */
	darwin->sa_len = (uint8_t)darwin_name_length(name);
}

void
name_to_linux(void *name)
{
	uint16_t family = (uint16_t)linux_family(((struct xnu_sockaddr *)name)->sa_family);
	memcpy(name, &family, sizeof(family));
}

int
to_darwin_name(const struct sockaddr *name, socklen_t length, struct xnu_sockaddr_storage *out)
{
	if (!name || length < sizeof(name->sa_family) || length > sizeof(*out)) {
		errno = EINVAL;
		return -1;
	}
	memset(out, 0, sizeof(*out));
	memcpy(out, name, length);
	name_to_darwin(out);
	return 0;
}

void
to_linux_name(const struct xnu_sockaddr_storage *name, uint32_t full, struct sockaddr *out, socklen_t *length)
{
	struct xnu_sockaddr_storage copy = *name;
	name_to_linux(&copy);
	memcpy(out, &copy, *length < full ? *length : full);
	*length = full;
}

/* ---- flags ---- */

static const struct {
	int on_linux, on_darwin;
} flag_table[] = {
    {MSG_OOB, BSD_MSG_OOB}, {MSG_PEEK, BSD_MSG_PEEK},       {MSG_DONTROUTE, BSD_MSG_DONTROUTE},
    {MSG_EOR, BSD_MSG_EOR}, {MSG_WAITALL, BSD_MSG_WAITALL}, {MSG_DONTWAIT, BSD_MSG_DONTWAIT},
    {MSG_FIN, BSD_MSG_EOF},
};

static int
to_darwin_flags(int flags)
{
	int darwin = 0;
	for (size_t i = 0; i < sizeof(flag_table) / sizeof(flag_table[0]); i++)
		if (flags & flag_table[i].on_linux)
			darwin |= flag_table[i].on_darwin;
	return darwin;
}

int
to_darwin_send_flags(int flags)
{
	return to_darwin_flags(flags) | (flags & MSG_NOSIGNAL ? BSD_MSG_NOSIGNAL : 0);
}

int
to_darwin_receive_flags(int flags)
{
	/* MSG_NOSIGNAL would come back as MSG_NOTIFICATION, whose bit it is on Darwin. */
	return to_darwin_flags(flags);
}

int
to_linux_flags(int flags)
{
	/* Those that the call went in with stay set on Darwin; Linux gives only what it found. */
	return (flags & BSD_MSG_EOR ? MSG_EOR : 0) | (flags & BSD_MSG_TRUNC ? MSG_TRUNC : 0) |
	       (flags & BSD_MSG_CTRUNC ? MSG_CTRUNC : 0) | (flags & BSD_MSG_OOB ? MSG_OOB : 0) |
	       (flags & BSD_MSG_NOTIFICATION ? MSG_NOTIFICATION : 0);
}
