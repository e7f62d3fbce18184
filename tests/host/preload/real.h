/* libc's own functions, behind those that the preload library stands in front of. */
#ifndef PRELOAD_REAL_H
#define PRELOAD_REAL_H

#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

/* result, name, parameters */
#define REAL_FUNCTIONS(F)                                                                                    \
	F(int, socket, (int, int, int))                                                                      \
	F(int, bind, (int, const struct sockaddr *, socklen_t))                                              \
	F(int, listen, (int, int))                                                                           \
	F(int, accept4, (int, struct sockaddr *, socklen_t *, int))                                          \
	F(int, connect, (int, const struct sockaddr *, socklen_t))                                           \
	F(int, getsockname, (int, struct sockaddr *, socklen_t *))                                           \
	F(int, getpeername, (int, struct sockaddr *, socklen_t *))                                           \
	F(int, shutdown, (int, int))                                                                         \
	F(int, getsockopt, (int, int, int, void *, socklen_t *))                                             \
	F(int, setsockopt, (int, int, int, const void *, socklen_t))                                         \
	F(ssize_t, sendto, (int, const void *, size_t, int, const struct sockaddr *, socklen_t))             \
	F(ssize_t, sendmsg, (int, const struct msghdr *, int))                                               \
	F(ssize_t, recvfrom, (int, void *, size_t, int, struct sockaddr *, socklen_t *))                     \
	F(ssize_t, recvmsg, (int, struct msghdr *, int))                                                     \
	F(int, sendmmsg, (int, struct mmsghdr *, unsigned, int))                                             \
	F(int, recvmmsg, (int, struct mmsghdr *, unsigned, int, struct timespec *))                          \
	F(ssize_t, read, (int, void *, size_t))                                                              \
	F(ssize_t, write, (int, const void *, size_t))                                                       \
	F(ssize_t, readv, (int, const struct iovec *, int))                                                  \
	F(ssize_t, writev, (int, const struct iovec *, int))                                                 \
	F(int, close, (int))                                                                                 \
	F(int, dup, (int))                                                                                   \
	F(int, dup2, (int, int))                                                                             \
	F(int, dup3, (int, int, int))                                                                        \
	F(int, fcntl, (int, int, ...))                                                                       \
	F(int, ioctl, (int, unsigned long, ...))                                                             \
	F(int, poll, (struct pollfd *, nfds_t, int))                                                         \
	F(int, ppoll, (struct pollfd *, nfds_t, const struct timespec *, const sigset_t *))                  \
	F(int, pselect, (int, fd_set *, fd_set *, fd_set *, const struct timespec *, const sigset_t *))      \
	F(int, epoll_create1, (int))                                                                         \
	F(int, epoll_ctl, (int, int, int, struct epoll_event *))                                             \
	F(int, epoll_pwait, (int, struct epoll_event *, int, int, const sigset_t *))

struct real {
#define MEMBER(result, name, parameters) result(*name) parameters;
	REAL_FUNCTIONS(MEMBER)
#undef MEMBER
};

/* Looked up at the first use. */
const struct real *real(void);

#endif
