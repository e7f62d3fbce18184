/* select and poll over the host's sockets and Linux's descriptors together: the host waits for both. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "convert.h"
#include "descriptor.h"
#include "real.h"

/* A set of descriptors parted in two; place: where each came from. */
struct parted {
	struct bsd_pollfd *host;
	unsigned host_count;
	nfds_t *host_place;
	struct pollfd *linux;
	nfds_t linux_count;
	nfds_t *linux_place;
};

static int
to_darwin_events(int events)
{
	/* POLLIN, POLLPRI, POLLOUT, POLLRDNORM and POLLRDBAND have the same bits. */
	int darwin = events & (POLLIN | POLLPRI | POLLOUT | POLLRDNORM | POLLRDBAND);
	if (events & POLLWRNORM)
		darwin |= BSD_POLLOUT;
	if (events & POLLWRBAND)
		darwin |= BSD_POLLWRBAND;
	return darwin;
}

static int
to_linux_events(int wanted, int darwin)
{
	int events = darwin & (POLLIN | POLLPRI | POLLERR | POLLHUP | POLLNVAL | POLLRDNORM | POLLRDBAND);
	if (darwin & BSD_POLLOUT)
		events |= wanted & (POLLOUT | POLLWRNORM);
	if (darwin & BSD_POLLWRBAND)
		events |= POLLWRBAND;
	return events;
}

static void
parted_free(struct parted *parted)
{
	free(parted->host);
	free(parted->host_place);
	free(parted->linux);
	free(parted->linux_place);
}

/* Two more of Linux's have room for what the host waits for beside them. */
static bool
part(struct pollfd *fds, nfds_t count, struct parted *parted)
{
	*parted = (struct parted){
	    .host = calloc(count + 1, sizeof(struct bsd_pollfd)),
	    .host_place = calloc(count + 1, sizeof(nfds_t)),
	    .linux = calloc(count + 2, sizeof(struct pollfd)),
	    .linux_place = calloc(count + 1, sizeof(nfds_t)),
	};
	if (!parted->host || !parted->host_place || !parted->linux || !parted->linux_place) {
		parted_free(parted);
		errno = ENOMEM;
		return false;
	}
	for (nfds_t i = 0; i < count; i++) {
		int host = host_fd(fds[i].fd);
		if (host >= 0) {
			parted->host_place[parted->host_count] = i;
			parted->host[parted->host_count++] =
			    (struct bsd_pollfd){host, (int16_t)to_darwin_events(fds[i].events), 0};
		} else {
			parted->linux_place[parted->linux_count] = i;
			parted->linux[parted->linux_count++] = fds[i];
		}
	}
	return true;
}

static int
join(const struct parted *parted, struct pollfd *fds)
{
	int ready = 0;
	for (unsigned i = 0; i < parted->host_count; i++) {
		struct pollfd *to = &fds[parted->host_place[i]];
		to->revents = (short)to_linux_events(to->events, parted->host[i].revents);
		ready += to->revents != 0;
	}
	for (nfds_t i = 0; i < parted->linux_count; i++) {
		fds[parted->linux_place[i]].revents = parted->linux[i].revents;
		ready += parted->linux[i].revents != 0;
	}
	return ready;
}

static nfds_t
count_ours(const struct pollfd *fds, nfds_t count)
{
	nfds_t ours = 0;
	for (nfds_t i = 0; i < count; i++)
		ours += host_fd(fds[i].fd) >= 0;
	return ours;
}

/* Milliseconds, rounded up; -1 for ever. */
static int
milliseconds(const struct timespec *timeout)
{
	if (!timeout)
		return -1;
	if (timeout->tv_sec > INT32_MAX / 1000 - 1)
		return INT32_MAX;
	return (int)(timeout->tv_sec * 1000 + (timeout->tv_nsec + 999999) / 1000000);
}

static int
poll_linux(struct parted *parted)
{
	return parted->linux_count ? real()->poll(parted->linux, parted->linux_count, 0) : 0;
}

/* Both kinds are looked at without waiting, before and after the host has waited for both. */
static int
poll_parted(struct parted *parted, const struct timespec *timeout, const sigset_t *mask)
{
	struct company company = {parted->linux, (unsigned)parted->linux_count, mask};
	int limit = poll_linux(parted) != 0 ? 0 : milliseconds(timeout);
	int ready = bsd_poll_in_company(parted->host, parted->host_count, limit, &company);
	int others = poll_linux(parted);
	if (ready == -XNU_EINTR && others > 0)
		ready = bsd_poll(parted->host, parted->host_count, 0);
	return ready < 0 ? (int)give(ready) : others < 0 ? -1 : 0;
}

HOST_API int
ppoll(struct pollfd *fds, nfds_t count, const struct timespec *timeout, const sigset_t *mask)
{
	struct parted parted;
	if (count_ours(fds, count) == 0)
		return real()->ppoll(fds, count, timeout, mask);
	if (timeout && (timeout->tv_sec < 0 || timeout->tv_nsec < 0 || timeout->tv_nsec >= 1000000000)) {
		errno = EINVAL;
		return -1;
	}
	if (!part(fds, count, &parted))
		return -1;
	int result = poll_parted(&parted, timeout, mask);
	if (result == 0)
		result = join(&parted, fds);
	int error = errno;
	parted_free(&parted);
	errno = error;
	return result;
}

HOST_API int
poll(struct pollfd *fds, nfds_t count, int timeout)
{
	struct timespec limit = {timeout / 1000, timeout % 1000 * 1000000l};
	return ppoll(fds, count, timeout < 0 ? NULL : &limit, NULL);
}

/* ---- select ---- */

static int64_t
now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000ll + time.tv_nsec;
}

static nfds_t
from_sets(int count, fd_set *const sets[3], struct pollfd *fds)
{
	nfds_t used = 0;
	for (int fd = 0; fd < count; fd++) {
		int events = (sets[0] && FD_ISSET(fd, sets[0]) ? POLLIN : 0) |
			     (sets[1] && FD_ISSET(fd, sets[1]) ? POLLOUT : 0) |
			     (sets[2] && FD_ISSET(fd, sets[2]) ? POLLPRI : 0);
		if (events)
			fds[used++] = (struct pollfd){fd, (short)events, 0};
	}
	return used;
}

static int
to_sets(const struct pollfd *fds, nfds_t used, fd_set *const sets[3])
{
	static const int ready[3] = {POLLIN | POLLHUP | POLLERR, POLLOUT | POLLERR, POLLPRI};
	static const int asked[3] = {POLLIN, POLLOUT, POLLPRI};
	int bits = 0;
	for (nfds_t i = 0; i < used; i++)
		if (fds[i].revents & POLLNVAL) {
			errno = EBADF;
			return -1;
		}
	for (int set = 0; set < 3; set++) {
		if (sets[set])
			FD_ZERO(sets[set]);
		for (nfds_t i = 0; sets[set] && i < used; i++) {
			/* The write side of Darwin ends with POLLHUP alone, which makes it writable for
			 * select. */
			int hangup = set == 1 && host_fd(fds[i].fd) >= 0 ? POLLHUP : 0;
			if ((fds[i].events & asked[set]) && (fds[i].revents & (ready[set] | hangup))) {
				FD_SET(fds[i].fd, sets[set]);
				bits++;
			}
		}
	}
	return bits;
}

HOST_API int
pselect(int count, fd_set *reads, fd_set *writes, fd_set *excepts, const struct timespec *timeout,
	const sigset_t *mask)
{
	struct pollfd fds[FD_SETSIZE] = {{0}};
	fd_set *const sets[3] = {reads, writes, excepts};
	nfds_t used = from_sets(count < FD_SETSIZE ? count : FD_SETSIZE, sets, fds);
	if (!count_ours(fds, used))
		return real()->pselect(count, reads, writes, excepts, timeout, mask);
	int result = ppoll(fds, used, timeout, mask);
	return result < 0 ? result : to_sets(fds, used, sets);
}

HOST_API int
select(int count, fd_set *reads, fd_set *writes, fd_set *excepts, struct timeval *timeout)
{
	struct timespec limit;
	int64_t start = now();
	if (timeout && (timeout->tv_sec < 0 || timeout->tv_usec < 0)) {
		errno = EINVAL;
		return -1;
	}
	if (timeout)
		limit = (struct timespec){timeout->tv_sec + timeout->tv_usec / 1000000,
					  timeout->tv_usec % 1000000 * 1000};
	int result = pselect(count, reads, writes, excepts, timeout ? &limit : NULL, NULL);
	if (timeout) {
		/* Linux leaves what was not slept. */
		int64_t left = limit.tv_sec * 1000000000ll + limit.tv_nsec - (now() - start);
		left = left < 0 ? 0 : left;
		*timeout = (struct timeval){left / 1000000000, left % 1000000000 / 1000};
	}
	return result;
}

/* ---- what _FORTIFY_SOURCE makes of them ---- */

int __poll_chk(struct pollfd *fds, nfds_t count, int timeout, size_t room);
int __ppoll_chk(struct pollfd *fds, nfds_t count, const struct timespec *timeout, const sigset_t *mask,
		size_t room);

HOST_API int
__poll_chk(struct pollfd *fds, nfds_t count, int timeout, size_t room)
{
	if (count > room / sizeof(*fds))
		abort();
	return poll(fds, count, timeout);
}

HOST_API int
__ppoll_chk(struct pollfd *fds, nfds_t count, const struct timespec *timeout, const sigset_t *mask,
	    size_t room)
{
	if (count > room / sizeof(*fds))
		abort();
	return ppoll(fds, count, timeout, mask);
}
