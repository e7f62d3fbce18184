/* System calls on descriptors of any kind, and the start and end of the whole. */
#include <string.h>

#include "kqueue.h"
#include "select.h"
#include "syscall.h"
#include "syscalls.h"

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
sys_close(struct syscall *call)
{
	return file_close(ARGUMENT(int, 0));
}

int
sys_dup(struct syscall *call)
{
	int copy, error = file_dup(ARGUMENT(int, 0), 0, &copy);
	if (!error)
		call->result = copy;
	return error;
}

int
sys_dup2(struct syscall *call)
{
	call->result = ARGUMENT(int, 1);
	return file_dup2(ARGUMENT(int, 0), ARGUMENT(int, 1));
}

/* The length of the argument stands in the command, as do the ways it goes: in and out. */
enum { IOC_OUT = 0x40000000, IOC_LENGTH_AT = 16, IOC_LENGTH_MASK = 0x1fff, IOC_LENGTH_MAX = 128 };
#define IOC_IN 0x80000000u

static int
ioctl_socket(struct fileproc *file, uint32_t command, void *user)
{
	_Alignas(8) char argument[IOC_LENGTH_MAX] = {0};
	size_t length = command >> IOC_LENGTH_AT & IOC_LENGTH_MASK;
	int error = 0, value;
	if (length > sizeof(argument))
		return XNU_ENOTTY;
	if (command & IOC_IN)
		error = copyin((uint64_t)user, argument, length);
	if (!error)
		error = soioctl(file->glob->socket, command, argument);
	memcpy(&value, argument, sizeof(value));
	if (!error && (int)command == BSD_FIONBIO)
		file->glob->flags =
		    value ? file->glob->flags | BSD_O_NONBLOCK : file->glob->flags & ~BSD_O_NONBLOCK;
	if (!error && (command & IOC_OUT))
		error = copyout(argument, (uint64_t)user, length);
	return error;
}

int
sys_ioctl(struct syscall *call)
{
	struct fileproc *file;
	struct socket *socket;
	int error = fp_socket(ARGUMENT(int, 0), &file, &socket);
	if (error)
		return error == XNU_ENOTSOCK ? XNU_ENOTTY : error;
	error = ioctl_socket(file, ARGUMENT(uint32_t, 1), ARGUMENT(void *, 2));
	fp_drop(file);
	return error;
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
sys_fcntl(struct syscall *call)
{
	int result = 0;
	int error = do_fcntl(ARGUMENT(int, 0), ARGUMENT(int, 1), ARGUMENT(long, 2), &result);
	call->result = result;
	return error;
}

int
sys_kqueue(struct syscall *call)
{
	struct kqueue *queue;
	int fd, error = kqueue_create(&queue);
	if (error)
		return error;
	struct fileglob *glob = fileglob_new(NULL, queue);
	error = glob ? file_install(glob, 0, &fd) : XNU_ENOMEM;
	if (error && glob)
		fileglob_drop(glob);
	else if (error)
		kqueue_free(queue);
	else
		call->result = fd;
	return error;
}

enum { KEVENTS_MAX = 4096 };

/* changes and events are the kernel's copies, in one piece of memory. */
static int
kevent_copied(struct kqueue *queue, struct syscall *call, struct bsd_kevent *copies, uint64_t deadline)
{
	int change_count = ARGUMENT(int, 2), event_count = ARGUMENT(int, 4), found = 0;
	struct bsd_kevent *events = copies + change_count;
	int error = copyin(call->arguments[1], copies, (size_t)change_count * sizeof(*copies));
	if (!error)
		error = kqueue_kevent(queue, copies, change_count, events, event_count, deadline, &found);
	if (!error)
		error = copyout(events, call->arguments[3], (size_t)found * sizeof(*events));
	call->result = found;
	return error;
}

static int
kevent_queue(struct kqueue *queue, struct syscall *call)
{
	int change_count = ARGUMENT(int, 2), event_count = ARGUMENT(int, 4), error = 0;
	uint64_t deadline = UINT64_MAX;
	struct timespec timeout;
	if (change_count < 0 || change_count > KEVENTS_MAX || event_count < 0)
		return XNU_EINVAL;
	event_count = event_count > KEVENTS_MAX ? KEVENTS_MAX : event_count;
	call->arguments[4] = (uint64_t)event_count;
	if (call->arguments[5])
		error = copyin(call->arguments[5], &timeout, sizeof(timeout));
	if (error)
		return error;
	if (call->arguments[5])
		deadline =
		    host_clock_now() + (uint64_t)timeout.tv_sec * 1000000000 + (uint64_t)timeout.tv_nsec;
	struct bsd_kevent *copies = host_kernel_malloc(
	    (size_t)(change_count + event_count + 1) * sizeof(*copies), XNU_M_TEMP, XNU_M_WAITOK);
	if (!copies)
		return XNU_ENOMEM;
	error = kevent_copied(queue, call, copies, deadline);
	host_kernel_free(copies, XNU_M_TEMP);
	return error;
}

int
sys_kevent(struct syscall *call)
{
	struct fileproc *file;
	int error = fp_lookup(ARGUMENT(int, 0), &file);
	if (error)
		return error;
	error = file->glob->kqueue ? kevent_queue(file->glob->kqueue, call) : XNU_EBADF;
	fp_drop(file);
	return error;
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
