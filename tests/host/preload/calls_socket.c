/* Calls on one socket, without those that move data. */
#include <errno.h>
#include <netinet/in.h>

#include "convert.h"
#include "descriptor.h"
#include "option.h"
#include "real.h"

/* glibc declares socket addresses as a union of pointers. */
#define NAME(argument) ((argument).__sockaddr__)

/* flags: SOCK_NONBLOCK and SOCK_CLOEXEC. On Darwin a socket from accept is as the listener is, on Linux as
 * the call says. */
static int
make_descriptor(int host, int flags)
{
	int fd = way()->make(host, flags & SOCK_CLOEXEC);
	if (fd >= 0)
		bsd_fcntl(host_fd(fd), BSD_F_SETFL, flags & SOCK_NONBLOCK ? BSD_O_NONBLOCK : 0);
	return fd;
}

HOST_API int
socket(int domain, int type, int protocol)
{
	int kind = type & ~(SOCK_NONBLOCK | SOCK_CLOEXEC);
	bool ours = protocol == IPPROTO_SCTP && (domain == AF_INET || domain == AF_INET6) &&
		    (kind == SOCK_STREAM || kind == SOCK_SEQPACKET);
	if (!ours)
		return real()->socket(domain, type, protocol);
	if (!way()->up()) {
		errno = EPROTONOSUPPORT;
		return -1;
	}
	int host = bsd_socket(darwin_family(domain), kind, protocol);
	return host < 0 ? (int)give(host) : make_descriptor(host, type);
}

HOST_API int
bind(int fd, __CONST_SOCKADDR_ARG name, socklen_t length)
{
	int host = host_fd(fd);
	struct xnu_sockaddr_storage darwin;
	if (host < 0)
		return real()->bind(fd, NAME(name), length);
	if (to_darwin_name(NAME(name), length, &darwin))
		return -1;
	return (int)give(bsd_bind(host, (struct xnu_sockaddr *)&darwin, length));
}

HOST_API int
connect(int fd, __CONST_SOCKADDR_ARG name, socklen_t length)
{
	int host = host_fd(fd);
	struct xnu_sockaddr_storage darwin;
	if (host < 0)
		return real()->connect(fd, NAME(name), length);
	if (to_darwin_name(NAME(name), length, &darwin))
		return -1;
	return (int)give(bsd_connect(host, (struct xnu_sockaddr *)&darwin, length));
}

HOST_API int
listen(int fd, int backlog)
{
	int host = host_fd(fd);
	return host < 0 ? real()->listen(fd, backlog) : (int)give(bsd_listen(host, backlog));
}

HOST_API int
accept4(int fd, __SOCKADDR_ARG name, socklen_t *length, int flags)
{
	int host = host_fd(fd);
	struct xnu_sockaddr_storage peer;
	uint32_t full = sizeof(peer);
	if (host < 0)
		return real()->accept4(fd, NAME(name), length, flags);
	int child = bsd_accept(host, (struct xnu_sockaddr *)&peer, &full);
	if (child < 0)
		return (int)give(child);
	if (NAME(name) && length)
		to_linux_name(&peer, full, NAME(name), length);
	return make_descriptor(child, flags);
}

HOST_API int
accept(int fd, __SOCKADDR_ARG name, socklen_t *length)
{
	return accept4(fd, name, length, 0);
}

static int
get_name(int result, const struct xnu_sockaddr_storage *darwin, uint32_t full, struct sockaddr *name,
	 socklen_t *length)
{
	if (result == 0)
		to_linux_name(darwin, full, name, length);
	return (int)give(result);
}

HOST_API int
getsockname(int fd, __SOCKADDR_ARG name, socklen_t *length)
{
	int host = host_fd(fd);
	struct xnu_sockaddr_storage darwin;
	uint32_t full = sizeof(darwin);
	if (host < 0)
		return real()->getsockname(fd, NAME(name), length);
	int result = bsd_getsockname(host, (struct xnu_sockaddr *)&darwin, &full);
	return get_name(result, &darwin, full, NAME(name), length);
}

HOST_API int
getpeername(int fd, __SOCKADDR_ARG name, socklen_t *length)
{
	int host = host_fd(fd);
	struct xnu_sockaddr_storage darwin;
	uint32_t full = sizeof(darwin);
	if (host < 0)
		return real()->getpeername(fd, NAME(name), length);
	int result = bsd_getpeername(host, (struct xnu_sockaddr *)&darwin, &full);
	return get_name(result, &darwin, full, NAME(name), length);
}

HOST_API int
shutdown(int fd, int how)
{
	int host = host_fd(fd);
	return host < 0 ? real()->shutdown(fd, how) : (int)give(bsd_shutdown(host, how));
}

HOST_API int
getsockopt(int fd, int level, int name, void *value, socklen_t *length)
{
	int host = host_fd(fd);
	return host < 0 ? real()->getsockopt(fd, level, name, value, length)
			: option_get(host, level, name, value, length);
}

HOST_API int
setsockopt(int fd, int level, int name, const void *value, socklen_t length)
{
	int host = host_fd(fd);
	return host < 0 ? real()->setsockopt(fd, level, name, value, length)
			: option_set(host, level, name, value, length);
}
