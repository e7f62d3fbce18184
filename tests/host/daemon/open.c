#include "open.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "border.h"
#include "serve.h"
#include "program.h"
#include "scheduler.h"

struct open_file {
	struct fileglob *glob; /* NULL: not in use */
	int end;
	unsigned closing; /* programs' threads between BORDER_CLOSING and BORDER_CLOSED */
};

/* A leaf below fdlock. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t closed = PTHREAD_COND_INITIALIZER;
static struct open_file files[BORDER_OPEN_FILES];
static unsigned last = 1; /* numbers beyond were never used; 0 is none */
static unsigned closers;  /* threads that close what hung up */
static _Atomic bool stopping;
static int hangups = -1;    /* epoll of all ends */
static int stop_event = -1; /* readable from the stop on */
static uint32_t random_number[2];

/* ---- new ones ---- */

static unsigned
take_number_locked(struct fileglob *glob, int end)
{
	unsigned number = 1;
	while (number < last && files[number].glob)
		number++;
	if (number == BORDER_OPEN_FILES)
		return 0;
	if (number == last)
		last++;
	files[number] = (struct open_file){.glob = glob, .end = end};
	return number;
}

static bool
name_end(int end, unsigned number)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int length = snprintf(name.sun_path + 1, sizeof(name.sun_path) - 1, BORDER_NAME_FORMAT,
			      random_number[0], random_number[1], number);
	return bind(end, (struct sockaddr *)&name,
		    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length)) == 0;
}

static bool
watch_end(int end, unsigned number)
{
	/* Of a hang-up alone. */
	struct epoll_event event = {.events = EPOLLONESHOT, .data.u32 = number};
	return epoll_ctl(hangups, EPOLL_CTL_ADD, end, &event) == 0;
}

static void
drop_number(unsigned number)
{
	pthread_mutex_lock(&lock);
	files[number] = (struct open_file){0};
	pthread_mutex_unlock(&lock);
}

static int
open_install(struct fileglob *glob, int *fd)
{
	int ends[2];
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
		return XNU_ENFILE;
	pthread_mutex_lock(&lock);
	unsigned number = stopping ? 0 : take_number_locked(glob, ends[0]);
	pthread_mutex_unlock(&lock);
	if (number && name_end(ends[0], number) && watch_end(ends[0], number)) {
		serve_give(ends[1]);
		*fd = border_fd(number, BORDER_NO_NUMBER);
		return 0;
	}
	if (number)
		drop_number(number);
	close(ends[0]);
	close(ends[1]);
	return XNU_ENFILE;
}

static struct fileglob *
open_find(int fd)
{
	pthread_mutex_lock(&lock);
	struct fileglob *glob = files[border_file(fd)].glob;
	pthread_mutex_unlock(&lock);
	return glob;
}

const struct foreign_files open_files = {.find = open_find, .install = open_install};

/* ---- the end of one ---- */

static bool
has_hung_up(int end)
{
	struct pollfd poll_end = {.fd = end};
	return poll(&poll_end, 1, 0) == 1 && (poll_end.revents & POLLHUP);
}

/* Takes it out of the table if no program has it any more, or anyway; false if it stays. */
static bool
take(unsigned number, bool anyway, struct fileglob **glob)
{
	pthread_mutex_lock(&lock);
	struct open_file *file = &files[number];
	bool taken = file->glob && (anyway || (file->closing == 0 && has_hung_up(file->end)));
	if (taken) {
		*glob = file->glob;
		/* Now, as its name is that of the next open file with the number. */
		close(file->end);
		*file = (struct open_file){0};
	}
	pthread_mutex_unlock(&lock);
	return taken;
}

static int
close_taken(struct fileglob *glob)
{
	programs_close(glob);
	return fileglob_drop(glob);
}

/* ---- what hung up without a word: a program ended, or closed it by a call nobody sees ---- */

static int
stop_interrupts(struct service *service)
{
	(void)service;
	return stopping ? XNU_EINTR : 0;
}

static void
raise_nothing(struct service *service, int signal)
{
	(void)service;
	(void)signal;
}

struct closer {
	struct fileglob *glob;
	struct service service;
};

static void *
run_closer(void *argument)
{
	struct closer *closer = argument;
	xnu_current_thread()->service = &closer->service;
	host_syscall_enter();
	close_taken(closer->glob);
	host_syscall_exit();
	xnu_current_thread()->service = NULL;
	free(closer);
	pthread_mutex_lock(&lock);
	closers--;
	pthread_cond_broadcast(&closed);
	pthread_mutex_unlock(&lock);
	return NULL;
}

/* In a thread of its own, as SO_LINGER may make it wait. */
static void
close_if_hung_up(unsigned number, bool anyway)
{
	pthread_t thread;
	struct closer *closer = calloc(1, sizeof(*closer));
	if (!closer)
		xnu_panic("the daemon has no memory to close a socket");
	if (!take(number, anyway, &closer->glob)) {
		free(closer);
		return;
	}
	closer->service =
	    (struct service){.fd = stop_event, .interrupted = stop_interrupts, .raise = raise_nothing};
	pthread_mutex_lock(&lock);
	closers++;
	pthread_mutex_unlock(&lock);
	if (pthread_create(&thread, NULL, run_closer, closer) == 0)
		pthread_detach(thread);
	else
		run_closer(closer);
}

static void *
watch(void *unused)
{
	struct epoll_event event;
	(void)unused;
	for (;;)
		if (epoll_wait(hangups, &event, 1, -1) == 1)
			close_if_hung_up(event.data.u32, false);
	return NULL;
}

int
open_start(void)
{
	pthread_t thread;
	hangups = epoll_create1(EPOLL_CLOEXEC);
	stop_event = eventfd(0, EFD_CLOEXEC);
	if (hangups < 0 || stop_event < 0 ||
	    getrandom(random_number, sizeof(random_number), 0) != sizeof(random_number))
		return errno;
	int error = pthread_create(&thread, NULL, watch, NULL);
	if (error == 0)
		pthread_detach(thread);
	return error;
}

void
open_stop(void)
{
	uint64_t one = 1;
	pthread_mutex_lock(&lock);
	stopping = true;
	pthread_mutex_unlock(&lock);
	if (write(stop_event, &one, sizeof(one)) != sizeof(one))
		xnu_panic("the daemon cannot interrupt its threads");
	for (unsigned number = 1; number < last; number++)
		close_if_hung_up(number, true);
	pthread_mutex_lock(&lock);
	while (closers > 0)
		pthread_cond_wait(&closed, &lock);
	pthread_mutex_unlock(&lock);
}

/* ---- close(), as programs call it ---- */

int
open_closing(int fd)
{
	unsigned number = border_file(fd);
	pthread_mutex_lock(&lock);
	bool is_open = files[number].glob != NULL;
	if (is_open)
		files[number].closing++;
	pthread_mutex_unlock(&lock);
	return is_open ? file_close(fd) : XNU_EBADF;
}

static void
count_closing_down(unsigned number)
{
	pthread_mutex_lock(&lock);
	if (files[number].closing > 0)
		files[number].closing--;
	pthread_mutex_unlock(&lock);
}

int
open_closed(int fd)
{
	struct fileglob *glob;
	count_closing_down(border_file(fd));
	return take(border_file(fd), false, &glob) ? close_taken(glob) : 0;
}

void
open_never_closed(int fd)
{
	count_closing_down(border_file(fd));
	close_if_hung_up(border_file(fd), false);
}
