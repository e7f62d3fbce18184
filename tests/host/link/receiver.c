#include "link.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/eventfd.h>
#include <unistd.h>

static struct pollfd waiting[RECEIVER_MAX + 1]; /* the first one ends the thread */
static unsigned count;
static receiver_ready call_ready;
static pthread_t thread;
/* Packets come in one after the other, whoever takes them in. */
static pthread_mutex_t taking = PTHREAD_MUTEX_INITIALIZER;

static bool
is_ready(const struct pollfd *descriptor)
{
	return (descriptor->revents & (POLLIN | POLLERR)) != 0;
}

static void *
receive(void *unused)
{
	(void)unused;
	while (poll(waiting, count, -1) >= 0 || errno == EINTR) {
		if (waiting[0].revents != 0)
			break;
		pthread_mutex_lock(&taking);
		for (unsigned i = 1; i < count; i++)
			if (is_ready(&waiting[i]))
				call_ready(waiting[i].fd);
		pthread_mutex_unlock(&taking);
	}
	return NULL;
}

/* The most that one call takes in: a flood must not keep it from its own work. */
enum { ROUNDS = 64 };

bool
receiver_take_in(void)
{
	struct pollfd now[RECEIVER_MAX];
	unsigned number;

	/* Also waits for what the thread has in its hands. */
	pthread_mutex_lock(&taking);
	number = count > 0 ? count - 1 : 0;
	for (unsigned i = 0; i < number; i++)
		now[i] = (struct pollfd){.fd = waiting[i + 1].fd, .events = POLLIN};
	for (int round = 0; number > 0 && round < ROUNDS && poll(now, number, 0) > 0; round++)
		for (unsigned i = 0; i < number; i++)
			if (is_ready(&now[i]))
				call_ready(now[i].fd);
	pthread_mutex_unlock(&taking);
	return number > 0;
}

int
receiver_start(const int *fds, unsigned number, receiver_ready ready)
{
	sigset_t all, before;
	int error;

	if (number > RECEIVER_MAX)
		return -1;
	waiting[0] = (struct pollfd){.fd = eventfd(0, EFD_CLOEXEC), .events = POLLIN};
	for (unsigned i = 0; i < number; i++)
		waiting[i + 1] = (struct pollfd){.fd = fds[i], .events = POLLIN};
	count = number + 1;
	call_ready = ready;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&thread, NULL, receive, NULL);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (error != 0)
		close(waiting[0].fd);
	return error == 0 ? 0 : -1;
}

void
receiver_stop(void)
{
	uint64_t one = 1;

	if (write(waiting[0].fd, &one, sizeof(one)) != (ssize_t)sizeof(one))
		xnu_panic("the host cannot stop its receiver: errno %d", errno);
	pthread_join(thread, NULL);
	pthread_mutex_lock(&taking);
	close(waiting[0].fd);
	count = 0;
	pthread_mutex_unlock(&taking);
}
