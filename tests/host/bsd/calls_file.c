/* System calls on descriptors of any kind, and the start and end of the whole. */
#include "kqueue.h"
#include "select.h"
#include "syscall.h"

int
bsd_init(void)
{
	select_init();
	kqueue_init();
	file_init();
	domain_init();
	return 0;
}

void
bsd_fini(void)
{
	file_fini();
	if (sockets_live())
		xnu_printf("host: %u sockets were left behind\n", sockets_live());
	domain_fini();
	kqueue_fini();
	select_fini();
}

int
bsd_close(int fd)
{
	return SYSTEM_CALL(0, file_close(fd));
}

int
bsd_dup(int fd)
{
	int new = -1;
	return SYSTEM_CALL(new, file_dup(fd, 0, &new));
}

int
bsd_dup2(int fd, int wanted)
{
	return SYSTEM_CALL(wanted, file_dup2(fd, wanted));
}

static int
do_ioctl(int fd, unsigned long command, void *argument)
{
	struct fileproc *file;
	struct socket *socket;
	int error = fp_socket(fd, &file, &socket);
	if (error)
		return error == XNU_ENOTSOCK ? XNU_ENOTTY : error;
	if (!argument)
		error = XNU_EFAULT;
	if (!error)
		error = soioctl(socket, command, argument);
	if (!error && (int)command == BSD_FIONBIO)
		file->glob->flags = *(int *)argument ? file->glob->flags | BSD_O_NONBLOCK
						     : file->glob->flags & ~BSD_O_NONBLOCK;
	fp_drop(file);
	return error;
}

int
bsd_ioctl(int fd, unsigned long command, void *argument)
{
	return SYSTEM_CALL(0, do_ioctl(fd, command, argument));
}

static int
set_flags(struct fileproc *file, int flags)
{
	int nonblocking = (flags & BSD_O_NONBLOCK) != 0, async = (flags & BSD_O_ASYNC) != 0;
	file->glob->flags = flags & (BSD_O_NONBLOCK | BSD_O_ASYNC);
	if (!file->glob->socket)
		return 0;
	int error = soioctl(file->glob->socket, (uint32_t)BSD_FIONBIO, &nonblocking);
	return error ? error : soioctl(file->glob->socket, (uint32_t)BSD_FIOASYNC, &async);
}

static int
do_fcntl(int fd, int command, long argument, int *result)
{
	struct fileproc *file;
	int error = fp_lookup(fd, &file);
	if (error)
		return error;
	*result = 0;
	switch (command) {
	case BSD_F_DUPFD:
	case BSD_F_DUPFD_CLOEXEC:
		error = file_dup(fd, (int)argument, result);
		break;
	case BSD_F_GETFD:
	case BSD_F_SETFD:
		/* No program is ever executed by the host, so close-on-exec has no meaning. */
		break;
	case BSD_F_GETFL:
		*result = file->glob->flags | 2;
		break;
	case BSD_F_SETFL:
		error = set_flags(file, (int)argument);
		break;
	default:
		error = XNU_EINVAL;
	}
	fp_drop(file);
	return error;
}

int
bsd_fcntl(int fd, int command, long argument)
{
	int result = 0;
	return SYSTEM_CALL(result, do_fcntl(fd, command, argument, &result));
}

static int
do_kqueue(int *fd)
{
	struct kqueue *queue;
	int error = kqueue_create(&queue);
	if (error)
		return error;
	struct fileglob *glob = fileglob_new(NULL, queue);
	error = glob ? file_install(glob, 0, fd) : XNU_ENOMEM;
	if (error && glob)
		fileglob_drop(glob);
	else if (error)
		kqueue_free(queue);
	return error;
}

int
bsd_kqueue(void)
{
	int fd = -1;
	return SYSTEM_CALL(fd, do_kqueue(&fd));
}

static int
do_kevent(int fd, const struct bsd_kevent *changes, int change_count, struct bsd_kevent *events,
	  int event_count, const struct timespec *timeout, int *found)
{
	struct fileproc *file;
	uint64_t deadline = UINT64_MAX;
	int error = fp_lookup(fd, &file);
	if (error)
		return error;
	if (timeout)
		deadline =
		    host_clock_now() + (uint64_t)timeout->tv_sec * 1000000000 + (uint64_t)timeout->tv_nsec;
	if (file->glob->kqueue)
		error = kqueue_kevent(file->glob->kqueue, changes, change_count, events, event_count,
				      deadline, found);
	else
		error = XNU_EBADF;
	fp_drop(file);
	return error;
}

int
bsd_kevent(int fd, const struct bsd_kevent *changes, int change_count, struct bsd_kevent *events,
	   int event_count, const struct timespec *timeout)
{
	int found = 0;
	return SYSTEM_CALL(found, do_kevent(fd, changes, change_count, events, event_count, timeout, &found));
}

struct socket *
bsd_socket_of(int fd)
{
	host_syscall_enter();
	struct socket *socket = file_peek(fd);
	host_syscall_exit();
	return socket;
}

unsigned
bsd_open_count(void)
{
	host_syscall_enter();
	unsigned count = file_count();
	host_syscall_exit();
	return count;
}
