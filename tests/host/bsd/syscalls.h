/*
 * The BSD system calls of the host, for tests and for the preload library. Arguments are Darwin's (abi.h,
 * sockaddrs with sa_len); the result is the call's value, or a negative Darwin errno.
 *
 * Any thread may call at any time. A signal to a thread that sleeps in one of these ends the sleep: the
 * result is -EINTR, or the call goes on by itself if the handler was installed with SA_RESTART and XNU would
 * restart that call. Descriptors are the host's own numbers, from 3 on, and mean nothing to Linux.
 */
#ifndef BSD_SYSCALLS_H
#define BSD_SYSCALLS_H

#include "abi.h"
#include "host.h"
#include "kpi.h"

HOST_API int bsd_socket(int domain, int type, int protocol);
HOST_API int bsd_bind(int fd, const struct xnu_sockaddr *name, uint32_t length);
HOST_API int bsd_listen(int fd, int backlog);
HOST_API int bsd_accept(int fd, struct xnu_sockaddr *name, uint32_t *length);
HOST_API int bsd_connect(int fd, const struct xnu_sockaddr *name, uint32_t length);
HOST_API int bsd_getsockname(int fd, struct xnu_sockaddr *name, uint32_t *length);
HOST_API int bsd_getpeername(int fd, struct xnu_sockaddr *name, uint32_t *length);
HOST_API int bsd_shutdown(int fd, int how);
HOST_API int bsd_close(int fd);

/* SIGPIPE is raised for the calling thread when the result is -EPIPE, unless SO_NOSIGPIPE or MSG_NOSIGNAL is
 * set. */
HOST_API int64_t bsd_sendmsg(int fd, const struct bsd_msghdr *message, int flags);
HOST_API int64_t bsd_sendto(int fd, const void *data, size_t length, int flags, const struct xnu_sockaddr *to,
			    uint32_t to_length);
HOST_API int64_t bsd_writev(int fd, const struct iovec *parts, int count);
HOST_API int64_t bsd_write(int fd, const void *data, size_t length);
HOST_API int64_t bsd_recvmsg(int fd, struct bsd_msghdr *message, int flags);
HOST_API int64_t bsd_recvfrom(int fd, void *data, size_t length, int flags, struct xnu_sockaddr *from,
			      uint32_t *from_length);
HOST_API int64_t bsd_readv(int fd, const struct iovec *parts, int count);
HOST_API int64_t bsd_read(int fd, void *data, size_t length);

HOST_API int bsd_setsockopt(int fd, int level, int name, const void *value, uint32_t length);
HOST_API int bsd_getsockopt(int fd, int level, int name, void *value, uint32_t *length);
HOST_API int bsd_ioctl(int fd, unsigned long command, void *argument);
HOST_API int bsd_fcntl(int fd, int command, long argument);
HOST_API int bsd_dup(int fd);
HOST_API int bsd_dup2(int fd, int wanted);

/* timeout of select and kevent: NULL waits for ever; of poll: milliseconds, negative waits for ever. */
HOST_API int bsd_select(int count, struct bsd_fd_set *readable, struct bsd_fd_set *writable,
			struct bsd_fd_set *exceptional, const struct bsd_timeval *timeout);
HOST_API int bsd_poll(struct bsd_pollfd *fds, unsigned count, int timeout);
HOST_API int bsd_kqueue(void);
HOST_API int bsd_kevent(int fd, const struct bsd_kevent *changes, int change_count, struct bsd_kevent *events,
			int event_count, const struct timespec *timeout);

/* ---- beyond macOS ---- */

/* poll() that ends, with -EINTR, when a descriptor of the company is ready: its revents say so. */
HOST_API int bsd_poll_in_company(struct bsd_pollfd *fds, unsigned count, int timeout,
				 const struct company *company);

/* SO_ACCEPTCONN, which macOS does not tell: 1 on a socket whose connections wait for accept. */
HOST_API int bsd_listens(int fd);

/* sysctlbyname: -ENOMEM if the old value is longer than *old_length, which is then how much came. */
HOST_API int bsd_sysctl(const char *name, void *old_value, size_t *old_length, const void *new_value,
			size_t new_length);

/* As the system makes a suspended application's socket defunct: -102 if SOF_NODEFUNCT is set on it. */
HOST_API int bsd_defunct(int fd);
/* The socket behind a descriptor, NULL if there is none; it stays valid only as long as the descriptor does.
 */
struct socket;
HOST_API struct socket *bsd_socket_of(int fd);
/* Descriptors that are open. */
HOST_API unsigned bsd_open_count(void);

#endif
