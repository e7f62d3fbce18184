/* The program's side of the system calls: words for the border, and calls that are made of others. */
#include "syscalls.h"

#include "syscall.h"

#include <string.h>

/* Here the kernel is in this process; a handler runs between two rounds. */
static int
trap_here(unsigned number, struct syscall *call)
{
	int error;
	do
		error = syscall_run(number, call);
	while (error == XNU_ERESTART);
	return error;
}

int (*syscall_trap)(unsigned number, struct syscall *call) = trap_here;

static int64_t
trap(unsigned number, struct syscall call)
{
	int error = syscall_trap(number, &call);
	return error ? -error : call.result;
}

#define TRAP(name, ...) trap(CALL_##name, (struct syscall){{__VA_ARGS__}, 0})
#define POINTER(pointer) ((uint64_t)(uintptr_t)(pointer))

int
bsd_socket(int domain, int type, int protocol)
{
	return (int)TRAP(socket, (uint64_t)domain, (uint64_t)type, (uint64_t)protocol);
}

int
bsd_bind(int fd, const struct xnu_sockaddr *name, uint32_t length)
{
	return (int)TRAP(bind, (uint64_t)fd, POINTER(name), length);
}

int
bsd_listen(int fd, int backlog)
{
	return (int)TRAP(listen, (uint64_t)fd, (uint64_t)backlog);
}

int
bsd_accept(int fd, struct xnu_sockaddr *name, uint32_t *length)
{
	return (int)TRAP(accept, (uint64_t)fd, POINTER(name), POINTER(length));
}

int
bsd_connect(int fd, const struct xnu_sockaddr *name, uint32_t length)
{
	return (int)TRAP(connect, (uint64_t)fd, POINTER(name), length);
}

int
bsd_getsockname(int fd, struct xnu_sockaddr *name, uint32_t *length)
{
	return (int)TRAP(getsockname, (uint64_t)fd, POINTER(name), POINTER(length));
}

int
bsd_getpeername(int fd, struct xnu_sockaddr *name, uint32_t *length)
{
	return (int)TRAP(getpeername, (uint64_t)fd, POINTER(name), POINTER(length));
}

int
bsd_shutdown(int fd, int how)
{
	return (int)TRAP(shutdown, (uint64_t)fd, (uint64_t)how);
}

int
bsd_setsockopt(int fd, int level, int name, const void *value, uint32_t length)
{
	return (int)TRAP(setsockopt, (uint64_t)fd, (uint64_t)level, (uint64_t)name, POINTER(value), length);
}

int
bsd_getsockopt(int fd, int level, int name, void *value, uint32_t *length)
{
	return (int)TRAP(getsockopt, (uint64_t)fd, (uint64_t)level, (uint64_t)name, POINTER(value),
			 POINTER(length));
}

int
bsd_sysctl(const char *name, void *old_value, size_t *old_length, const void *new_value, size_t new_length)
{
	return (int)TRAP(sysctl, POINTER(name), strlen(name), POINTER(old_value), POINTER(old_length),
			 POINTER(new_length ? new_value : NULL), new_length);
}

int
bsd_defunct(int fd)
{
	return (int)TRAP(defunct, (uint64_t)fd);
}

int
bsd_listens(int fd)
{
	return (int)TRAP(listens, (uint64_t)fd);
}

/* ---- data ---- */

int64_t
bsd_sendmsg(int fd, const struct bsd_msghdr *message, int flags)
{
	return TRAP(sendmsg, (uint64_t)fd, POINTER(message), (uint64_t)flags);
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

int64_t
bsd_recvmsg(int fd, struct bsd_msghdr *message, int flags)
{
	return TRAP(recvmsg, (uint64_t)fd, POINTER(message), (uint64_t)flags);
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

int64_t
bsd_writev(int fd, const struct iovec *parts, int count)
{
	return TRAP(writev, (uint64_t)fd, POINTER(parts), (uint64_t)count);
}

int64_t
bsd_readv(int fd, const struct iovec *parts, int count)
{
	return TRAP(readv, (uint64_t)fd, POINTER(parts), (uint64_t)count);
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

/* ---- descriptors ---- */

int
bsd_close(int fd)
{
	return (int)TRAP(close, (uint64_t)fd);
}

int
bsd_dup(int fd)
{
	return (int)TRAP(dup, (uint64_t)fd);
}

int
bsd_dup2(int fd, int wanted)
{
	return (int)TRAP(dup2, (uint64_t)fd, (uint64_t)wanted);
}

int
bsd_fcntl(int fd, int command, long argument)
{
	return (int)TRAP(fcntl, (uint64_t)fd, (uint64_t)command, (uint64_t)argument);
}

int
bsd_ioctl(int fd, unsigned long command, void *argument)
{
	return (int)TRAP(ioctl, (uint64_t)fd, command, POINTER(argument));
}

/* ---- readiness ---- */

int
bsd_select(int count, struct bsd_fd_set *readable, struct bsd_fd_set *writable,
	   struct bsd_fd_set *exceptional, const struct bsd_timeval *timeout)
{
	return (int)TRAP(select, (uint64_t)count, POINTER(readable), POINTER(writable), POINTER(exceptional),
			 POINTER(timeout));
}

int
bsd_poll(struct bsd_pollfd *fds, unsigned count, int timeout)
{
	return (int)TRAP(poll, POINTER(fds), count, (uint64_t)timeout);
}

int
bsd_poll_in_company(struct bsd_pollfd *fds, unsigned count, int timeout, const struct company *company)
{
	host_syscall_company(company);
	return bsd_poll(fds, count, timeout);
}

int
bsd_kqueue(void)
{
	return (int)TRAP(kqueue);
}

int
bsd_kevent(int fd, const struct bsd_kevent *changes, int change_count, struct bsd_kevent *events,
	   int event_count, const struct timespec *timeout)
{
	return (int)TRAP(kevent, (uint64_t)fd, POINTER(changes), (uint64_t)change_count, POINTER(events),
			 (uint64_t)event_count, POINTER(timeout));
}
