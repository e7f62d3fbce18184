/* System calls that move data. */
#include "message.h"
#include "names.h"
#include "syscall.h"

/* Message and parts are the caller's memory; a bad part is found when the uio is made. */
static int
do_sendmsg(int fd, const struct bsd_msghdr *user, int flags, int *sent)
{
	struct bsd_msghdr message;
	struct fileproc *file;
	struct socket *socket;
	struct uio *uio;
	if (flags & BSD_MSG_SKIPCFIL)
		return XNU_EPERM;
	int error = copyin((uint64_t)user, &message, sizeof(message));
	if (error)
		return error;
	if (message.msg_iovlen <= 0 || message.msg_iovlen > UIO_MAXIOV)
		return XNU_EMSGSIZE;
	error = uio_from_user(message.msg_iov, message.msg_iovlen, UIO_WRITE, &uio);
	if (error)
		return error;
	error = fp_socket(fd, &file, &socket);
	if (!error) {
		error = sendit(socket, &message, uio, flags, sent);
		fp_drop(file);
	}
	uio_free(uio);
	return error;
}

int64_t
bsd_sendmsg(int fd, const struct bsd_msghdr *message, int flags)
{
	int sent = 0;
	return SYSTEM_CALL(sent, do_sendmsg(fd, message, flags, &sent));
}

int64_t
bsd_sendto(int fd, const void *data, size_t length, int flags, const struct xnu_sockaddr *to,
	   uint32_t to_length)
{
	struct iovec part = {(void *)(uintptr_t)data, length};
	struct bsd_msghdr message = {
	    .msg_name = (void *)(uintptr_t)to, .msg_namelen = to_length, .msg_iov = &part, .msg_iovlen = 1};
	return bsd_sendmsg(fd, &message, flags);
}

static int
do_recvmsg(int fd, struct bsd_msghdr *user, int flags, int *received)
{
	struct bsd_msghdr message;
	struct fileproc *file;
	struct socket *socket;
	struct uio *uio;
	int error = copyin((uint64_t)user, &message, sizeof(message));
	if (error)
		return error;
	if (message.msg_iovlen <= 0 || message.msg_iovlen > UIO_MAXIOV)
		return XNU_EMSGSIZE;
	error = uio_from_user(message.msg_iov, message.msg_iovlen, UIO_READ, &uio);
	if (error)
		return error;
	message.msg_flags = flags;
	error = fp_socket(fd, &file, &socket);
	if (!error) {
		error = recvit(socket, &message, uio, received);
		fp_drop(file);
	}
	uio_free(uio);
	return error ? error : copyout(&message, (uint64_t)user, sizeof(message));
}

int64_t
bsd_recvmsg(int fd, struct bsd_msghdr *message, int flags)
{
	int received = 0;
	return SYSTEM_CALL(received, do_recvmsg(fd, message, flags, &received));
}

int64_t
bsd_recvfrom(int fd, void *data, size_t length, int flags, struct xnu_sockaddr *from, uint32_t *from_length)
{
	struct iovec part = {data, length};
	struct bsd_msghdr message = {.msg_name = from,
				     .msg_namelen = from && from_length ? *from_length : 0,
				     .msg_iov = &part,
				     .msg_iovlen = 1};
	int64_t result = bsd_recvmsg(fd, &message, flags);
	if (result >= 0 && from && from_length)
		*from_length = message.msg_namelen;
	return result;
}

static int
do_vector(int fd, const struct iovec *parts, int count, int direction, int *moved)
{
	struct fileproc *file;
	struct socket *socket;
	struct uio *uio;
	if (count < 0 || count > UIO_MAXIOV)
		return XNU_EINVAL;
	int error = fp_socket(fd, &file, &socket);
	/* A kqueue cannot be read or written. */
	if (error)
		return error == XNU_ENOTSOCK ? XNU_ENXIO : error;
	error = uio_from_user(parts, count, direction, &uio);
	if (!error) {
		error = direction == UIO_READ ? soo_read(socket, uio, moved) : soo_write(socket, uio, moved);
		uio_free(uio);
	}
	fp_drop(file);
	return error;
}

int64_t
bsd_writev(int fd, const struct iovec *parts, int count)
{
	int sent = 0;
	return SYSTEM_CALL(sent, do_vector(fd, parts, count, UIO_WRITE, &sent));
}

int64_t
bsd_readv(int fd, const struct iovec *parts, int count)
{
	int received = 0;
	return SYSTEM_CALL(received, do_vector(fd, parts, count, UIO_READ, &received));
}

int64_t
bsd_write(int fd, const void *data, size_t length)
{
	struct iovec part = {(void *)(uintptr_t)data, length};
	return bsd_writev(fd, &part, 1);
}

int64_t
bsd_read(int fd, void *data, size_t length)
{
	struct iovec part = {data, length};
	return bsd_readv(fd, &part, 1);
}
