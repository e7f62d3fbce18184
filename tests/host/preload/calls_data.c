/* Calls that move data: all become sendmsg or recvmsg, whose flags tell notifications from data. */
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <time.h>

#include <netinet/sctp.h>

#include "control.h"
#include "convert.h"
#include "descriptor.h"
#include "payload.h"
#include "real.h"

static ssize_t
fail(int error)
{
	errno = error;
	return -1;
}

static ssize_t
send_message(int host, const struct msghdr *message, int flags)
{
	struct xnu_sockaddr_storage name;
	struct bsd_msghdr darwin = {.msg_iov = message->msg_iov, .msg_iovlen = (int)message->msg_iovlen};
	void *control = NULL;
	if (message->msg_iovlen > UIO_MAXIOV)
		return fail(EMSGSIZE);
	if (message->msg_name) {
		if (to_darwin_name(message->msg_name, message->msg_namelen, &name))
			return -1;
		darwin.msg_name = &name;
		darwin.msg_namelen = message->msg_namelen;
	}
	if (message->msg_control && message->msg_controllen) {
		control = malloc(message->msg_controllen);
		int64_t length = control ? control_to_darwin(message, control) : -1;
		if (length <= 0) {
			free(control);
			return fail(EINVAL);
		}
		darwin.msg_control = control;
		darwin.msg_controllen = (uint32_t)length;
	}
	int64_t result = bsd_sendmsg(host, &darwin, to_darwin_send_flags(flags));
	free(control);
	return give(result);
}

static ssize_t
receive_message(int host, struct msghdr *message, int flags)
{
	struct xnu_sockaddr_storage name;
	struct bsd_msghdr darwin = {.msg_iov = message->msg_iov, .msg_iovlen = (int)message->msg_iovlen};
	void *control = NULL;
	if (message->msg_iovlen > UIO_MAXIOV)
		return fail(EMSGSIZE);
	if (message->msg_name) {
		darwin.msg_name = &name;
		darwin.msg_namelen = sizeof(name);
	}
	if (message->msg_control && message->msg_controllen) {
		control = malloc(message->msg_controllen);
		if (!control)
			return fail(ENOMEM);
		darwin.msg_control = control;
		darwin.msg_controllen = (uint32_t)message->msg_controllen;
	}
	int64_t result = bsd_recvmsg(host, &darwin, to_darwin_receive_flags(flags));
	if (result >= 0) {
		message->msg_flags = to_linux_flags(darwin.msg_flags);
		if (message->msg_name)
			to_linux_name(&name, darwin.msg_namelen, message->msg_name, &message->msg_namelen);
		if (control)
			control_to_linux(control, darwin.msg_controllen, message);
		if (message->msg_flags & MSG_NOTIFICATION)
			notification_to_linux(message->msg_iov, message->msg_iovlen, (size_t)result);
	}
	free(control);
	return give(result);
}

HOST_API ssize_t
sendmsg(int fd, const struct msghdr *message, int flags)
{
	int host = host_fd(fd);
	return host < 0 ? real()->sendmsg(fd, message, flags) : send_message(host, message, flags);
}

HOST_API ssize_t
sendto(int fd, const void *data, size_t length, int flags, __CONST_SOCKADDR_ARG name, socklen_t name_length)
{
	int host = host_fd(fd);
	if (host < 0)
		return real()->sendto(fd, data, length, flags, name.__sockaddr__, name_length);
	struct iovec part = {(void *)(uintptr_t)data, length};
	struct msghdr message = {.msg_name = (void *)(uintptr_t)name.__sockaddr__,
				 .msg_namelen = name_length,
				 .msg_iov = &part,
				 .msg_iovlen = 1};
	return send_message(host, &message, flags);
}

HOST_API ssize_t
send(int fd, const void *data, size_t length, int flags)
{
	return sendto(fd, data, length, flags, NULL, 0);
}

HOST_API ssize_t
writev(int fd, const struct iovec *parts, int count)
{
	int host = host_fd(fd);
	if (host < 0)
		return real()->writev(fd, parts, count);
	struct msghdr message = {.msg_iov = (struct iovec *)(uintptr_t)parts, .msg_iovlen = (size_t)count};
	return send_message(host, &message, 0);
}

HOST_API ssize_t
write(int fd, const void *data, size_t length)
{
	int host = host_fd(fd);
	return host < 0 ? real()->write(fd, data, length) : sendto(fd, data, length, 0, NULL, 0);
}

HOST_API ssize_t
recvmsg(int fd, struct msghdr *message, int flags)
{
	int host = host_fd(fd);
	return host < 0 ? real()->recvmsg(fd, message, flags) : receive_message(host, message, flags);
}

HOST_API ssize_t
recvfrom(int fd, void *data, size_t length, int flags, __SOCKADDR_ARG name, socklen_t *name_length)
{
	int host = host_fd(fd);
	if (host < 0)
		return real()->recvfrom(fd, data, length, flags, name.__sockaddr__, name_length);
	struct iovec part = {data, length};
	struct msghdr message = {.msg_name = name_length ? name.__sockaddr__ : NULL,
				 .msg_namelen = name_length ? *name_length : 0,
				 .msg_iov = &part,
				 .msg_iovlen = 1};
	ssize_t result = receive_message(host, &message, flags);
	if (result >= 0 && message.msg_name)
		*name_length = message.msg_namelen;
	return result;
}

HOST_API ssize_t
recv(int fd, void *data, size_t length, int flags)
{
	return recvfrom(fd, data, length, flags, NULL, NULL);
}

HOST_API ssize_t
readv(int fd, const struct iovec *parts, int count)
{
	int host = host_fd(fd);
	if (host < 0)
		return real()->readv(fd, parts, count);
	struct msghdr message = {.msg_iov = (struct iovec *)(uintptr_t)parts, .msg_iovlen = (size_t)count};
	return receive_message(host, &message, 0);
}

HOST_API ssize_t
read(int fd, void *data, size_t length)
{
	int host = host_fd(fd);
	return host < 0 ? real()->read(fd, data, length) : recvfrom(fd, data, length, 0, NULL, NULL);
}

/* ---- several at once: an error is told only if it is the first one's ---- */

HOST_API int
sendmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags)
{
	int host = host_fd(fd);
	if (host < 0)
		return real()->sendmmsg(fd, messages, count, flags);
	unsigned done = 0;
	for (; done < count && done < UIO_MAXIOV; done++) {
		ssize_t sent = send_message(host, &messages[done].msg_hdr, flags);
		if (sent < 0)
			return done ? (int)done : -1;
		messages[done].msg_len = (unsigned)sent;
	}
	return (int)done;
}

static bool
is_over(const struct timespec *deadline)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec > deadline->tv_sec ||
	       (now.tv_sec == deadline->tv_sec && now.tv_nsec >= deadline->tv_nsec);
}

/* As on Linux the time is looked at after each message: the first one is waited for without limit. */
HOST_API int
recvmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags, struct timespec *timeout)
{
	int host = host_fd(fd);
	struct timespec deadline;
	if (host < 0)
		return real()->recvmmsg(fd, messages, count, flags, timeout);
	if (timeout) {
		clock_gettime(CLOCK_MONOTONIC, &deadline);
		deadline.tv_sec += timeout->tv_sec + (deadline.tv_nsec + timeout->tv_nsec) / 1000000000;
		deadline.tv_nsec = (deadline.tv_nsec + timeout->tv_nsec) % 1000000000;
	}
	unsigned done = 0;
	while (done < count && done < UIO_MAXIOV) {
		ssize_t length = receive_message(host, &messages[done].msg_hdr, flags & ~MSG_WAITFORONE);
		if (length < 0)
			return done ? (int)done : -1;
		messages[done++].msg_len = (unsigned)length;
		if (flags & MSG_WAITFORONE)
			flags |= MSG_DONTWAIT;
		if (timeout && is_over(&deadline))
			break;
	}
	return (int)done;
}

/* ---- what _FORTIFY_SOURCE makes of them ---- */

ssize_t __read_chk(int fd, void *data, size_t length, size_t room);
ssize_t __recv_chk(int fd, void *data, size_t length, size_t room, int flags);
ssize_t __recvfrom_chk(int fd, void *data, size_t length, size_t room, int flags, __SOCKADDR_ARG name,
		       socklen_t *name_length);

static void
check_room(size_t length, size_t room)
{
	if (length > room)
		abort();
}

HOST_API ssize_t
__read_chk(int fd, void *data, size_t length, size_t room)
{
	check_room(length, room);
	return read(fd, data, length);
}

HOST_API ssize_t
__recv_chk(int fd, void *data, size_t length, size_t room, int flags)
{
	check_room(length, room);
	return recv(fd, data, length, flags);
}

HOST_API ssize_t
__recvfrom_chk(int fd, void *data, size_t length, size_t room, int flags, __SOCKADDR_ARG name,
	       socklen_t *name_length)
{
	check_room(length, room);
	return recvfrom(fd, data, length, flags, name, name_length);
}
