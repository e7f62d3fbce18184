/* select() and poll(): look at every file; if none is ready, wait at all of them and look again. */
#include "host.h"
#include "select.h"
#include "syscall.h"

/* A descriptor held for the length of the call, so that a close waits for it to be let go. */
struct watched {
	struct fileproc *file; /* NULL: not open */
	bool skipped;          /* poll passes over negative numbers */
	bool hangup;           /* POLLHUP is wanted: poll, not select */
	int16_t events, revents;
};

static int
poll_file(struct watched *watched, struct select_waiter *waiter)
{
	int revents = 0;
	if (watched->skipped)
		return 0;
	if (!watched->file || fp_closing(watched->file))
		return BSD_POLLNVAL;
	if ((watched->events & (BSD_POLLIN | BSD_POLLRDNORM)) &&
	    fo_select(watched->file, SELECT_READ, waiter))
		revents |= watched->events & (BSD_POLLIN | BSD_POLLRDNORM);
	if ((watched->events & (BSD_POLLOUT | BSD_POLLWRBAND)) &&
	    fo_select(watched->file, SELECT_WRITE, waiter))
		revents |= watched->events & (BSD_POLLOUT | BSD_POLLWRBAND);
	if ((watched->events & (BSD_POLLPRI | BSD_POLLRDBAND)) &&
	    fo_select(watched->file, SELECT_EXCEPT, waiter))
		revents |= watched->events & (BSD_POLLPRI | BSD_POLLRDBAND);
	return revents;
}

/*
 * macOS makes poll from kevent filters, of which EV_EOF becomes POLLHUP. POLLHUP excludes POLLOUT there, as
 * POSIX says.
 */
static int
add_hangup(struct watched *watched, int revents)
{
	struct socket *socket = watched->file ? watched->file->glob->socket : NULL;
	if (!watched->hangup || !socket || revents == BSD_POLLNVAL)
		return revents;
	socket_lock(socket, 1);
	int state = socket->so_state;
	socket_unlock(socket, 1);
	bool reads = watched->events & (BSD_POLLIN | BSD_POLLRDNORM), writes = watched->events & BSD_POLLOUT;
	if ((reads && (state & SS_CANTRCVMORE)) || (writes && (state & SS_CANTSENDMORE)))
		revents = (revents | BSD_POLLHUP) & ~BSD_POLLOUT;
	return revents;
}

static int
poll_all(struct watched *watched, unsigned count, struct select_waiter *waiter)
{
	int ready = 0;
	for (unsigned i = 0; i < count; i++) {
		watched[i].revents = (int16_t)add_hangup(&watched[i], poll_file(&watched[i], waiter));
		ready += watched[i].revents != 0;
	}
	return ready;
}

static int
poll_wait(struct watched *watched, unsigned count, uint64_t deadline, int *ready)
{
	struct select_waiter waiter;
	int error = 0;
	do {
		select_waiter_init(&waiter);
		*ready = poll_all(watched, count, &waiter);
		if (!*ready)
			error = select_wait(&waiter, deadline);
		select_cancel(&waiter);
	} while (!*ready && !error);
	return error == XNU_EWOULDBLOCK ? 0 : error;
}

static struct watched *
watched_new(unsigned count)
{
	return host_kernel_malloc((count + 1) * sizeof(struct watched), XNU_M_TEMP,
				  XNU_M_WAITOK | XNU_M_ZERO);
}

static void
watched_free(struct watched *watched, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (watched[i].file)
			fp_drop(watched[i].file);
	host_kernel_free(watched, XNU_M_TEMP);
}

static uint64_t
deadline_after(int64_t nanoseconds)
{
	return nanoseconds < 0 ? UINT64_MAX : host_clock_now() + (uint64_t)nanoseconds;
}

/* ---- poll ---- */

static struct watched *
watch_fds(const struct bsd_pollfd *fds, unsigned count)
{
	struct watched *watched = watched_new(count);
	for (unsigned i = 0; watched && i < count; i++) {
		watched[i].skipped = fds[i].fd < 0;
		watched[i].hangup = true;
		watched[i].events = fds[i].events;
		if (!watched[i].skipped)
			fp_lookup(fds[i].fd, &watched[i].file);
	}
	return watched;
}

static void
give_results(const struct watched *watched, struct bsd_pollfd *fds, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		fds[i].revents = watched[i].revents;
}

/* fds: the kernel's copy. */
static int
do_poll(struct bsd_pollfd *fds, unsigned count, int timeout, int *ready)
{
	struct watched *watched = watch_fds(fds, count);
	if (!watched)
		return XNU_EAGAIN;
	int error = poll_wait(watched, count, deadline_after(timeout < 0 ? -1 : timeout * 1000000ll), ready);
	if (!error)
		give_results(watched, fds, count);
	watched_free(watched, count);
	return error;
}

int
sys_poll(struct syscall *call)
{
	unsigned count = ARGUMENT(unsigned, 1);
	size_t size = count * sizeof(struct bsd_pollfd);
	int ready = 0;
	if (count > FILE_MAX_COUNT)
		return XNU_EINVAL;
	struct bsd_pollfd *fds = host_kernel_malloc(size + 1, XNU_M_TEMP, XNU_M_WAITOK);
	if (!fds)
		return XNU_EAGAIN;
	int error = copyin(call->arguments[0], fds, size);
	if (!error)
		error = do_poll(fds, count, ARGUMENT(int, 2), &ready);
	if (!error)
		error = copyout(fds, call->arguments[0], size);
	host_kernel_free(fds, XNU_M_TEMP);
	call->result = ready;
	return error;
}

/* ---- select ---- */

static bool
is_set(const struct bsd_fd_set *set, int fd)
{
	return set && (set->fds_bits[fd / 32] >> (fd % 32) & 1);
}

static struct watched *
watch_sets(int count, struct bsd_fd_set *const sets[3])
{
	struct watched *watched = watched_new((unsigned)count);
	for (int fd = 0; watched && fd < count; fd++) {
		watched[fd].events = (int16_t)((is_set(sets[0], fd) ? BSD_POLLIN : 0) |
					       (is_set(sets[1], fd) ? BSD_POLLOUT : 0) |
					       (is_set(sets[2], fd) ? BSD_POLLPRI : 0));
		watched[fd].skipped = !watched[fd].events;
		if (!watched[fd].skipped)
			fp_lookup(fd, &watched[fd].file);
	}
	return watched;
}

static int
give_bits(const struct watched *watched, int count, struct bsd_fd_set *const sets[3])
{
	static const int16_t events[3] = {BSD_POLLIN, BSD_POLLOUT, BSD_POLLPRI};
	int bits = 0;
	for (int set = 0; set < 3; set++) {
		if (!sets[set])
			continue;
		*sets[set] = (struct bsd_fd_set){{0}};
		for (int fd = 0; fd < count; fd++) {
			if (!(watched[fd].revents & events[set]))
				continue;
			sets[set]->fds_bits[fd / 32] |= 1u << (fd % 32);
			bits++;
		}
	}
	return bits;
}

static bool
any_bad(const struct watched *watched, int count)
{
	for (int fd = 0; fd < count; fd++)
		if (watched[fd].revents == BSD_POLLNVAL || (!watched[fd].skipped && !watched[fd].file))
			return true;
	return false;
}

static int
do_select(int count, struct bsd_fd_set *const sets[3], const struct bsd_timeval *timeout, int *bits)
{
	int ready;
	if (count < 0 ||
	    (timeout && (timeout->tv_sec < 0 || timeout->tv_usec < 0 || timeout->tv_usec >= 1000000)))
		return XNU_EINVAL;
	count = count > BSD_FD_SETSIZE ? BSD_FD_SETSIZE : count;
	struct watched *watched = watch_sets(count, sets);
	if (!watched)
		return XNU_EAGAIN;
	int64_t limit = timeout ? timeout->tv_sec * 1000000000 + timeout->tv_usec * 1000 : -1;
	int error = any_bad(watched, count) ? XNU_EBADF : 0;
	if (!error)
		error = poll_wait(watched, (unsigned)count, deadline_after(limit), &ready);
	if (!error && any_bad(watched, count))
		error = XNU_EBADF;
	if (!error)
		*bits = give_bits(watched, count, sets);
	watched_free(watched, (unsigned)count);
	return error;
}

static int
copy_sets(struct bsd_fd_set copies[3], struct bsd_fd_set *sets[3], const uint64_t user[3])
{
	int error = 0;
	for (int set = 0; set < 3 && !error; set++) {
		sets[set] = user[set] ? &copies[set] : NULL;
		if (sets[set])
			error = copyin(user[set], sets[set], sizeof(*sets[set]));
	}
	return error;
}

int
sys_select(struct syscall *call)
{
	struct bsd_fd_set copies[3], *sets[3];
	struct bsd_timeval timeout;
	int bits = 0, error = copy_sets(copies, sets, call->arguments + 1);
	if (!error && call->arguments[4])
		error = copyin(call->arguments[4], &timeout, sizeof(timeout));
	if (!error)
		error = do_select(ARGUMENT(int, 0), sets, call->arguments[4] ? &timeout : NULL, &bits);
	for (int set = 0; set < 3 && !error; set++)
		if (sets[set])
			error = copyout(sets[set], call->arguments[1 + set], sizeof(*sets[set]));
	call->result = bits;
	return error;
}
