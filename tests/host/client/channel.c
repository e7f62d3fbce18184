/* A connection for each thread. It ends with the thread; a forked child makes its own. */
#include "channel.h"

#include "host.h"
#include "scheduler.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct channel {
	int fd;
	struct channel *next;
};

static struct sockaddr_un daemon_name = {.sun_family = AF_UNIX};
static struct channel *channels; /* of all threads */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static _Thread_local struct channel *mine;
static pthread_key_t end_key;
static pthread_once_t once = PTHREAD_ONCE_INIT;

void
channel_set_path(const char *path)
{
	strncpy(daemon_name.sun_path, path, sizeof(daemon_name.sun_path) - 1);
}

static void
thread_ended(void *argument)
{
	struct channel *channel = argument, **link = &channels;
	pthread_mutex_lock(&lock);
	while (*link != channel)
		link = &(*link)->next;
	*link = channel->next;
	pthread_mutex_unlock(&lock);
	close(channel->fd);
	free(channel);
	mine = NULL;
}

/* ---- fork ---- */

static void
before_fork(void)
{
	pthread_mutex_lock(&lock);
	scheduler_enter();
}

static void
after_fork(void)
{
	scheduler_leave();
	pthread_mutex_unlock(&lock);
}

/* The parent's connections would not end with it as long as the child had them too. */
static void
in_child(void)
{
	while (channels) {
		struct channel *next = channels->next;
		close(channels->fd);
		free(channels);
		channels = next;
	}
	mine = NULL;
	pthread_setspecific(end_key, NULL);
	after_fork();
	signal_forked();
}

static void
prepare(void)
{
	pthread_key_create(&end_key, thread_ended);
	pthread_atfork(before_fork, after_fork, in_child);
}

/* ---- connect ---- */

/* Where Linux's Yama allows it to relatives only, the daemon is to read and write this process's memory. */
static void
admit(int fd)
{
	struct ucred peer;
	socklen_t length = sizeof(peer);
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0)
		prctl(PR_SET_PTRACER, (unsigned long)peer.pid, 0, 0, 0);
}

static int
connect_to_daemon(void)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	fd = host_move_descriptor(fd);
	if (connect(fd, (struct sockaddr *)&daemon_name, sizeof(daemon_name)) != 0) {
		int error = errno;
		close(fd);
		errno = error;
		return -1;
	}
	admit(fd);
	return fd;
}

int
channel_of_thread(void)
{
	if (mine)
		return mine->fd;
	pthread_once(&once, prepare);
	struct channel *channel = malloc(sizeof(*channel));
	if (!channel)
		return -1;
	channel->fd = connect_to_daemon();
	if (channel->fd < 0) {
		free(channel);
		return -1;
	}
	pthread_mutex_lock(&lock);
	channel->next = channels;
	channels = channel;
	pthread_mutex_unlock(&lock);
	pthread_setspecific(end_key, channel);
	mine = channel;
	return channel->fd;
}
