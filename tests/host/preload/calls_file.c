/* close, dup, fcntl and ioctl. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/ioctl.h>

#include "convert.h"
#include "descriptor.h"
#include "epoll_set.h"
#include "real.h"

HOST_API int
close(int fd)
{
	/* The number stays taken until calls on it have ended, or another thread could be given it meanwhile.
	 */
	int host = host_fd(fd);
	if (host < 0) {
		epoll_set_forget(fd);
		return real()->close(fd);
	}
	int result = way()->closing(fd, host);
	real()->close(fd);
	int last = way()->closed(host);
	return (int)give(result ? result : last);
}

static int
follow(int fd, int host)
{
	return fd < 0 ? fd : way()->copied(fd, host);
}

HOST_API int
dup(int fd)
{
	int host = host_fd(fd);
	return host < 0 ? real()->dup(fd) : follow(real()->dup(fd), host);
}

HOST_API int
dup3(int fd, int wanted, int flags)
{
	int host = host_fd(fd);
	int old = fd != wanted && real()->fcntl(fd, F_GETFD) >= 0 ? host_fd(wanted) : -1;
	if (old >= 0)
		way()->closing(wanted, old);
	else if (fd != wanted)
		epoll_set_forget(wanted);
	int made = real()->dup3(fd, wanted, flags);
	if (old >= 0)
		way()->closed(old);
	return host < 0 ? made : follow(made, host);
}

HOST_API int
dup2(int fd, int wanted)
{
	if (fd == wanted)
		return real()->dup2(fd, wanted);
	return dup3(fd, wanted, 0);
}

static int
set_status_flags(int host, int flags)
{
	return (int)give(bsd_fcntl(host, BSD_F_SETFL, flags & O_NONBLOCK ? BSD_O_NONBLOCK : 0));
}

static int
get_status_flags(int host)
{
	int flags = bsd_fcntl(host, BSD_F_GETFL, 0);
	return flags < 0 ? (int)give(flags) : O_RDWR | (flags & BSD_O_NONBLOCK ? O_NONBLOCK : 0);
}

static int
do_fcntl(int fd, int command, long argument)
{
	int host = host_fd(fd);
	if (host < 0)
		return real()->fcntl(fd, command, argument);
	switch (command) {
	case F_GETFL:
		return get_status_flags(host);
	case F_SETFL:
		return set_status_flags(host, (int)argument);
	case F_DUPFD:
	case F_DUPFD_CLOEXEC:
		return follow(real()->fcntl(fd, command, argument), host);
	default:
		return real()->fcntl(fd, command, argument);
	}
}

HOST_API int
fcntl(int fd, int command, ...)
{
	va_list arguments;
	va_start(arguments, command);
	long argument = va_arg(arguments, long);
	va_end(arguments);
	return do_fcntl(fd, command, argument);
}

HOST_API int
fcntl64(int fd, int command, ...)
{
	va_list arguments;
	va_start(arguments, command);
	long argument = va_arg(arguments, long);
	va_end(arguments);
	return do_fcntl(fd, command, argument);
}

static int
get_number(int host, int option, void *out)
{
	uint32_t length = sizeof(int);
	return (int)give(bsd_getsockopt(host, BSD_SOL_SOCKET, option, out, &length));
}

HOST_API int
ioctl(int fd, unsigned long command, ...)
{
	int host = host_fd(fd);
	va_list arguments;
	va_start(arguments, command);
	void *argument = va_arg(arguments, void *);
	va_end(arguments);
	if (host >= 0 && command == FIONREAD)
		return (int)give(bsd_ioctl(host, BSD_FIONREAD, argument));
	if (host >= 0 && command == FIONBIO)
		return (int)give(bsd_ioctl(host, (uint32_t)BSD_FIONBIO, argument));
	if (host >= 0 && command == TIOCOUTQ)
		return get_number(host, BSD_SO_NWRITE, argument);
	/* Interfaces and the like are Linux's. */
	return real()->ioctl(fd, command, argument);
}
