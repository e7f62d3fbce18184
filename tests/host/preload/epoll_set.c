#include "epoll_set.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "convert.h"
#include "descriptor.h"
#include "real.h"

struct member {
	int fd, host; /* the number may be another socket's by now, or none's */
	struct epoll_event asked;
	struct member *next;
};

struct set {
	int epoll, queue;
	struct member *members;
	struct set *next;
};

enum { DESCRIPTORS_WATCHED = 65536 };

static struct set *sets;
/* By epoll descriptor. Without the lock: the host itself closes descriptors while it holds locks of its own,
 * under which this file's must not be taken. */
static _Atomic bool has_set[DESCRIPTORS_WATCHED];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t fork_once = PTHREAD_ONCE_INIT;

static void
lock_sets(void)
{
	pthread_mutex_lock(&lock);
}

static void
unlock_sets(void)
{
	pthread_mutex_unlock(&lock);
}

static void
prepare_fork(void)
{
	pthread_atfork(lock_sets, unlock_sets, unlock_sets);
}

static bool
may_have_set(int epoll)
{
	return epoll >= 0 && epoll < DESCRIPTORS_WATCHED && has_set[epoll];
}

/* ---- sets; with the lock held ---- */

static struct set *
find_set(int epoll)
{
	struct set *set = sets;
	while (set && set->epoll != epoll)
		set = set->next;
	return set;
}

/* The program must not trip over it, and a kernel's table has no place for larger numbers. */
static int
move_up(int fd)
{
	enum { HALF = 32768 };
	struct rlimit limit;
	int up = getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur / 2 < HALF ? (int)limit.rlim_cur / 2
										    : HALF;
	int moved = fcntl(fd, F_DUPFD_CLOEXEC, up);
	if (moved < 0)
		return fd;
	close(fd);
	return moved;
}

static struct set *
make_set(int epoll)
{
	struct set *set = epoll < DESCRIPTORS_WATCHED ? calloc(1, sizeof(*set)) : NULL;
	int host = set ? bsd_kqueue() : -XNU_ENOMEM;
	int queue = host < 0 ? (int)give(host) : way()->make(host, true);
	if (queue < 0) {
		free(set);
		return NULL;
	}
	*set = (struct set){.epoll = epoll, .queue = move_up(queue), .next = sets};
	sets = set;
	has_set[epoll] = true;
	return set;
}

static struct member **
place_of(struct set *set, int fd)
{
	struct member **place = &set->members;
	while (*place && (*place)->fd != fd)
		place = &(*place)->next;
	return place;
}

static void
remove_member(struct member **place)
{
	struct member *member = *place;
	*place = member->next;
	free(member);
}

/* ---- the kqueue ---- */

enum { READS = EPOLLIN | EPOLLRDNORM | EPOLLRDHUP | EPOLLPRI, WRITES = EPOLLOUT | EPOLLWRNORM };

static int
watch(const struct set *set, const struct member *member, int filter, bool wanted)
{
	int flags = wanted ? BSD_EV_ADD | (member->asked.events & EPOLLET ? BSD_EV_CLEAR : 0) : BSD_EV_DELETE;
	struct bsd_kevent change = {.ident = (uint64_t)member->host,
				    .filter = (int16_t)filter,
				    .flags = (uint16_t)flags,
				    .udata = (void *)(intptr_t)member->fd};
	int result = bsd_kevent(host_fd(set->queue), &change, 1, NULL, 0, NULL);
	return result == -XNU_ENOENT && !wanted ? 0 : result;
}

static int
watch_events(const struct set *set, const struct member *member, uint32_t events)
{
	int result = watch(set, member, BSD_EVFILT_READ, events & READS);
	return result < 0 ? result : watch(set, member, BSD_EVFILT_WRITE, events & WRITES);
}

/* ---- epoll_ctl ---- */

static int
add(struct set *set, int fd, int host, const struct epoll_event *event)
{
	struct member *member = malloc(sizeof(*member));
	if (!member)
		return -XNU_ENOMEM;
	*member = (struct member){fd, host, *event, set->members};
	int result = watch_events(set, member, event->events);
	if (result < 0) {
		watch_events(set, member, 0);
		free(member);
		return result;
	}
	set->members = member;
	return 0;
}

static int
change_locked(int epoll, int operation, int fd, const struct epoll_event *event)
{
	int host = host_fd(fd);
	struct set *set = find_set(epoll);
	if (!set && operation == EPOLL_CTL_ADD)
		set = make_set(epoll);
	if (!set)
		return operation == EPOLL_CTL_ADD ? -XNU_ENOMEM : -XNU_ENOENT;
	struct member **place = place_of(set, fd);
	if (*place && (*place)->host != host)
		remove_member(place);
	struct member *member = *place;
	if (operation == EPOLL_CTL_ADD)
		return member ? -XNU_EEXIST : add(set, fd, host, event);
	if (!member)
		return -XNU_ENOENT;
	if (operation == EPOLL_CTL_MOD) {
		member->asked = *event;
		return watch_events(set, member, event->events);
	}
	watch_events(set, member, 0);
	remove_member(place);
	return 0;
}

int
epoll_set_control(int epoll, int operation, int fd, const struct epoll_event *event)
{
	struct epoll_event nothing = {0};
	pthread_once(&fork_once, prepare_fork);
	/* Linux says whether it is an epoll descriptor; ours it does not know. */
	if (real()->epoll_ctl(epoll, EPOLL_CTL_MOD, fd, &nothing) == 0 || errno != ENOENT)
		return -1;
	if (operation != EPOLL_CTL_DEL && !event) {
		errno = EFAULT;
		return -1;
	}
	if (operation != EPOLL_CTL_ADD && operation != EPOLL_CTL_MOD && operation != EPOLL_CTL_DEL) {
		errno = EINVAL;
		return -1;
	}
	lock_sets();
	int result = change_locked(epoll, operation, fd, event);
	unlock_sets();
	return (int)give(result);
}

/* ---- events ---- */

int
epoll_set_descriptor(int epoll)
{
	if (!may_have_set(epoll))
		return -1;
	lock_sets();
	struct set *set = find_set(epoll);
	int fd = set ? set->queue : -1;
	unlock_sets();
	return fd;
}

/* What is ready of a member that something happened to; false if nothing that was asked for. */
static bool
look(const struct set *set, struct member *member, struct epoll_event *out)
{
	enum { ALWAYS = EPOLLERR | EPOLLHUP };
	uint32_t asked = member->asked.events;
	struct pollfd fds[1] = {{member->fd, (short)(asked & (READS | WRITES) & ~(uint32_t)EPOLLRDHUP), 0}};
	if (asked & EPOLLRDHUP)
		fds[0].events |= POLLIN;
	if (host_fd(member->fd) != member->host || poll(fds, 1, 0) != 1 || (fds[0].revents & POLLNVAL))
		return false;
	uint32_t events = (uint32_t)fds[0].revents & (asked | ALWAYS);
	if (fds[0].revents & POLLHUP)
		events |= asked & EPOLLRDHUP;
	*out = (struct epoll_event){.events = events, .data = member->asked.data};
	if (events && (asked & EPOLLONESHOT))
		watch_events(set, member, 0);
	return events != 0;
}

static bool
was_seen(const struct bsd_kevent *events, int count, const void *udata)
{
	for (int i = 0; i < count; i++)
		if (events[i].udata == udata)
			return true;
	return false;
}

static int
collect_locked(struct set *set, struct epoll_event *out, int room)
{
	enum { AT_ONCE = 64 };
	const struct timespec now = {0, 0};
	struct bsd_kevent events[AT_ONCE];
	int found = 0;
	/* A socket has two filters: no more than there is room for, or an edge would be lost. */
	int count = bsd_kevent(host_fd(set->queue), NULL, 0, events, room < AT_ONCE ? room : AT_ONCE, &now);
	for (int i = 0; i < count; i++) {
		struct member *member = *place_of(set, (int)(intptr_t)events[i].udata);
		if (member && !was_seen(events, i, events[i].udata))
			found += look(set, member, &out[found]);
	}
	return count < 0 ? (int)give(count) : found;
}

int
epoll_set_collect(int epoll, struct epoll_event *events, int count)
{
	lock_sets();
	struct set *set = find_set(epoll);
	int result = set ? collect_locked(set, events, count) : 0;
	unlock_sets();
	return result;
}

void
epoll_set_forget(int epoll)
{
	int error = errno;
	if (!may_have_set(epoll))
		return;
	lock_sets();
	struct set **link = &sets;
	while (*link && (*link)->epoll != epoll)
		link = &(*link)->next;
	struct set *set = *link;
	if (set)
		*link = set->next;
	has_set[epoll] = false;
	unlock_sets();
	if (set) {
		while (set->members)
			remove_member(&set->members);
		close(set->queue);
		free(set);
	}
	errno = error;
}
