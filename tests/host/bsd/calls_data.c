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

int
sys_sendmsg(struct syscall *call)
{
	int moved = 0;
	int error = do_sendmsg(ARGUMENT(int, 0), ARGUMENT(void *, 1), ARGUMENT(int, 2), &moved);
	call->result = moved;
	return error;
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

int
sys_recvmsg(struct syscall *call)
{
	int moved = 0;
	int error = do_recvmsg(ARGUMENT(int, 0), ARGUMENT(void *, 1), ARGUMENT(int, 2), &moved);
	call->result = moved;
	return error;
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

int
sys_writev(struct syscall *call)
{
	int moved = 0;
	int error = do_vector(ARGUMENT(int, 0), ARGUMENT(void *, 1), ARGUMENT(int, 2), UIO_WRITE, &moved);
	call->result = moved;
	return error;
}

int
sys_readv(struct syscall *call)
{
	int moved = 0;
	int error = do_vector(ARGUMENT(int, 0), ARGUMENT(void *, 1), ARGUMENT(int, 2), UIO_READ, &moved);
	call->result = moved;
	return error;
}
