#include "serve.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "border.h"
#include "open.h"
#include "program.h"
#include "scheduler.h"

struct client {
	struct service service; /* first: one is found from the other */
	struct program *program;
	int channel;
	int closing; /* the descriptor between BORDER_CLOSING and BORDER_CLOSED; -1 */
	/* of the call that runs */
	int gift; /* a descriptor for the reply; -1 */
	int signal;
	int interruption;
	struct client *next;
};

static struct client *clients;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t ended = PTHREAD_COND_INITIALIZER;

/* ---- what the kernel asks of a thread that serves ---- */

/* The end of the connection is the death of the thread: it ends this sleep and all others. */
static int
interrupted(struct service *service)
{
	struct client *client = (struct client *)service;
	struct border_request request;
	ssize_t length = recv(client->channel, &request, sizeof(request), MSG_DONTWAIT);
	if (length == (ssize_t)sizeof(request) && request.number == BORDER_INTERRUPT)
		client->interruption = (int)request.arguments[0];
	else if (length >= 0 || errno != EAGAIN)
		client->interruption = XNU_EINTR;
	return client->interruption;
}

static void
raise_later(struct service *service, int signal)
{
	((struct client *)service)->signal = signal;
}

void
serve_give(int fd)
{
	struct client *client = (struct client *)xnu_current_thread()->service;
	if (client->gift >= 0)
		close(client->gift);
	client->gift = fd;
}

/* ---- requests ---- */

static int
closing(struct client *client, int fd)
{
	if (client->closing >= 0)
		return XNU_EINVAL;
	if (fd < 0)
		return XNU_EBADF;
	client->closing = fd;
	return open_closing(fd);
}

static int
closed(struct client *client, int fd)
{
	if (client->closing != fd)
		return XNU_EINVAL;
	client->closing = -1;
	return open_closed(fd);
}

static int
run(struct client *client, uint64_t number, struct syscall *call)
{
	if (number < SYSCALL_COUNT)
		return syscall_run((unsigned)number, call);
	if (number != BORDER_CLOSING && number != BORDER_CLOSED)
		return XNU_ENOSYS;
	host_syscall_enter();
	int fd = (int)call->arguments[0];
	int error = number == BORDER_CLOSING ? closing(client, fd) : closed(client, fd);
	host_syscall_exit();
	return error;
}

static void
send_reply(struct client *client, struct border_reply *reply)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))];
	struct iovec part = {reply, sizeof(*reply)};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	if (client->gift >= 0 && reply->error == 0) {
		message.msg_control = control;
		message.msg_controllen = sizeof(control);
		struct cmsghdr *header = CMSG_FIRSTHDR(&message);
		*header = (struct cmsghdr){CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS};
		memcpy(CMSG_DATA(header), &client->gift, sizeof(int));
	}
	sendmsg(client->channel, &message, MSG_NOSIGNAL);
	if (client->gift >= 0)
		close(client->gift);
	client->gift = -1;
}

static void
answer(struct client *client, const struct border_request *request)
{
	struct syscall call = {.result = 0};
	struct border_reply reply = {0};
	memcpy(call.arguments, request->arguments, sizeof(call.arguments));
	client->signal = client->interruption = 0;
	reply.error = run(client, request->number, &call);
	reply.signal = client->signal;
	reply.result = call.result;
	send_reply(client, &reply);
}

static void
end(struct client *client)
{
	struct client **link = &clients;
	if (client->closing >= 0)
		open_never_closed(client->closing);
	xnu_current_thread()->service = NULL;
	program_leave(client->program);
	pthread_mutex_lock(&lock);
	while (*link != client)
		link = &(*link)->next;
	*link = client->next;
	close(client->channel);
	pthread_cond_broadcast(&ended);
	pthread_mutex_unlock(&lock);
	free(client);
}

static void *
run_thread(void *argument)
{
	struct client *client = argument;
	struct border_request request;
	xnu_current_thread()->service = &client->service;
	while (recv(client->channel, &request, sizeof(request), 0) == (ssize_t)sizeof(request))
		/* An interruption that came too late for its call. */
		if (request.number != BORDER_INTERRUPT)
			answer(client, &request);
	end(client);
	return NULL;
}

/* ---- from and to the others ---- */

static struct client *
make(int channel)
{
	struct ucred peer;
	socklen_t length = sizeof(peer);
	struct client *client = calloc(1, sizeof(*client));
	if (!client)
		return NULL;
	client->channel = channel;
	client->closing = client->gift = -1;
	if (getsockopt(channel, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 && peer.pid != 0)
		client->program = program_enter(peer.pid, peer.uid);
	if (client->program) {
		client->service =
		    (struct service){&client->program->process, channel, interrupted, raise_later};
		return client;
	}
	free(client);
	return NULL;
}

void
serve(int channel)
{
	struct client *client = make(channel);
	pthread_t thread;
	if (!client) {
		close(channel);
		return;
	}
	pthread_mutex_lock(&lock);
	client->next = clients;
	clients = client;
	pthread_mutex_unlock(&lock);
	if (pthread_create(&thread, NULL, run_thread, client) == 0)
		pthread_detach(thread);
	else
		end(client);
}

void
serve_stop(void)
{
	pthread_mutex_lock(&lock);
	for (struct client *client = clients; client; client = client->next)
		shutdown(client->channel, SHUT_RDWR);
	while (clients)
		pthread_cond_wait(&ended, &lock);
	pthread_mutex_unlock(&lock);
}
