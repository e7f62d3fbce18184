/* epoll over the host's sockets and Linux's descriptors together. */
#include <errno.h>
#include <limits.h>
#include <sys/syscall.h>
#include <time.h>

#include "convert.h"
#include "descriptor.h"
#include "epoll_set.h"
#include "real.h"

HOST_API int
epoll_create1(int flags)
{
	int epoll = real()->epoll_create1(flags);
	/* An older one with this number may have been closed by a call nobody sees. */
	epoll_set_forget(epoll);
	return epoll;
}

HOST_API int
epoll_create(int size)
{
	if (size > 0)
		return epoll_create1(0);
	errno = EINVAL;
	return -1;
}

HOST_API int
epoll_ctl(int epoll, int operation, int fd, struct epoll_event *event)
{
	return host_fd(fd) < 0 ? real()->epoll_ctl(epoll, operation, fd, event)
			       : epoll_set_control(epoll, operation, fd, event);
}

/* Takes turns with who comes first, as the first may fill the room. */
static int
collect(int epoll, struct epoll_event *events, int count)
{
	static _Atomic unsigned turn;
	bool ours_first = turn++ % 2 == 0;
	int found = ours_first ? epoll_set_collect(epoll, events, count)
			       : real()->epoll_pwait(epoll, events, count, 0, NULL);
	if (found < 0 || found == count)
		return found;
	int more = ours_first ? real()->epoll_pwait(epoll, events + found, count - found, 0, NULL)
			      : epoll_set_collect(epoll, events + found, count - found);
	return more > 0 ? found + more : found > 0 ? found : more;
}

static struct timespec
left_until(const struct timespec *deadline)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	int64_t left = (deadline->tv_sec - now.tv_sec) * 1000000000ll + deadline->tv_nsec - now.tv_nsec;
	left = left < 0 ? 0 : left;
	return (struct timespec){left / 1000000000, left % 1000000000};
}

static int
wait_for_both(int epoll, int queue, struct epoll_event *events, int count, const struct timespec *timeout,
	      const sigset_t *mask)
{
	struct timespec deadline, left;
	int ready, found;
	if (count <= 0 || count > INT_MAX / (int)sizeof(*events)) {
		errno = EINVAL;
		return -1;
	}
	if (timeout) {
		clock_gettime(CLOCK_MONOTONIC, &deadline);
		deadline.tv_sec += timeout->tv_sec;
		deadline.tv_nsec += timeout->tv_nsec;
	}
	do {
		struct pollfd fds[2] = {{queue, POLLIN, 0}, {epoll, POLLIN, 0}};
		if (timeout)
			left = left_until(&deadline);
		ready = ppoll(fds, 2, timeout ? &left : NULL, mask);
		if (ready < 0)
			return -1;
		if ((fds[0].revents | fds[1].revents) & POLLNVAL) {
			errno = EBADF;
			return -1;
		}
		found = collect(epoll, events, count);
		/* What was ready may be over. */
	} while (found == 0 && ready > 0);
	return found;
}

HOST_API int
epoll_pwait(int epoll, struct epoll_event *events, int count, int timeout, const sigset_t *mask)
{
	struct timespec limit = {timeout / 1000, timeout % 1000 * 1000000l};
	int queue = epoll_set_descriptor(epoll);
	if (queue < 0)
		return real()->epoll_pwait(epoll, events, count, timeout, mask);
	return wait_for_both(epoll, queue, events, count, timeout < 0 ? NULL : &limit, mask);
}

HOST_API int
epoll_wait(int epoll, struct epoll_event *events, int count, int timeout)
{
	return epoll_pwait(epoll, events, count, timeout, NULL);
}

HOST_API int
epoll_pwait2(int epoll, struct epoll_event *events, int count, const struct timespec *timeout,
	     const sigset_t *mask)
{
	int queue = epoll_set_descriptor(epoll);
	/* libc has had it for a few years only. */
	if (queue < 0)
		return (int)syscall(SYS_epoll_pwait2, epoll, events, count, timeout, mask, _NSIG / 8);
	return wait_for_both(epoll, queue, events, count, timeout, mask);
}
