/* System calls by way of the daemon. */
#include "channel.h"
#include "client.h"
#include "scheduler.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "../daemon/border.h"

static _Thread_local int arrived = -1;

/* Not by libc's functions, in front of which the preload library stands. */
static bool
send_request(int channel, uint64_t number, const uint64_t *arguments)
{
	struct border_request request = {.number = number};
	memcpy(request.arguments, arguments, sizeof(request.arguments));
	return syscall(SYS_sendto, channel, &request, sizeof(request), MSG_NOSIGNAL, NULL, 0) ==
	       (long)sizeof(request);
}

static void
take_descriptor(struct msghdr *message)
{
	struct cmsghdr *header = CMSG_FIRSTHDR(message);
	if (header && header->cmsg_type == SCM_RIGHTS)
		memcpy(&arrived, CMSG_DATA(header), sizeof(arrived));
}

/* 0, or EAGAIN if there is none yet, or EIO: the daemon is gone. */
static int
receive_reply(int channel, struct border_reply *reply)
{
	char control[CMSG_SPACE(sizeof(int))];
	struct iovec part = {reply, sizeof(*reply)};
	struct msghdr message = {
	    .msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control)};
	long length = syscall(SYS_recvmsg, channel, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	if (length < 0 && errno == EAGAIN)
		return EAGAIN;
	if (length != (long)sizeof(*reply))
		return EIO;
	take_descriptor(&message);
	return 0;
}

/* A signal that the program gets, or company that is ready, ends the sleep of the call in the daemon; then
 * only the reply is waited for. */
static bool
wait_for_reply(struct thread *self, int channel, struct border_reply *reply)
{
	struct pollfd alone = {.fd = channel, .events = POLLIN};
	bool interrupted = false;
	int error;
	while ((error = receive_reply(channel, reply)) == EAGAIN) {
		uint64_t why[SYSCALL_ARGUMENTS] = {0};
		if (interrupted)
			syscall(SYS_poll, &alone, 1, -1);
		else
			signal_wait(self, channel, NULL);
		why[0] = (uint64_t)signal_pending(self);
		if (!interrupted && why[0])
			interrupted = send_request(channel, BORDER_INTERRUPT, why);
	}
	return error == 0;
}

static int
ask(unsigned number, struct syscall *call)
{
	enum { DARWIN_EIO = 5 };
	struct border_reply reply = {.error = DARWIN_EIO};
	int before = errno, channel = channel_of_thread();
	host_syscall_enter();
	arrived = -1;
	if (channel < 0 || !send_request(channel, number, call->arguments) ||
	    !wait_for_reply(xnu_current_thread(), channel, &reply))
		reply = (struct border_reply){.error = DARWIN_EIO};
	if (reply.signal)
		host_signal_raise(reply.signal);
	host_syscall_exit();
	errno = before;
	call->result = reply.result;
	return reply.error;
}

static int
client_trap(unsigned number, struct syscall *call)
{
	int error;
	do
		error = ask(number, call);
	while (error == XNU_ERESTART);
	return error;
}

bool
client_start(const char *path)
{
	channel_set_path(path);
	syscall_trap = client_trap;
	return channel_of_thread() >= 0;
}

int
client_number(int fd)
{
	union {
		struct sockaddr_un local;
		char space[256];
	} name;
	socklen_t length = sizeof(name);
	const char *text = name.local.sun_path + 1;
	int error = errno, number = -1;
	/* The system call, as the preload library's asks here. */
	if (fd >= 0 && fd < BORDER_NO_NUMBER && syscall(SYS_getpeername, fd, &name, &length) == 0 &&
	    name.local.sun_family == AF_UNIX && length > offsetof(struct sockaddr_un, sun_path) + 1 &&
	    length < sizeof(name)) {
		name.space[length] = 0;
		const char *file = strrchr(text, '/');
		if (!strncmp(text, BORDER_NAME, strlen(BORDER_NAME)) && file)
			number = border_fd((unsigned)strtoul(file + 1, NULL, 10), (unsigned)fd);
	}
	errno = error;
	return number;
}

int
client_arrived(void)
{
	int fd = arrived;
	arrived = -1;
	if (fd >= 0 && fd < BORDER_NO_NUMBER)
		return fd;
	if (fd >= 0)
		close(fd);
	errno = EMFILE;
	return -1;
}

static int
on_number(unsigned request, int number)
{
	struct syscall call = {{(uint64_t)number}, 0};
	return -client_trap(request, &call);
}

int
client_closing(int number)
{
	return on_number(BORDER_CLOSING, number);
}

int
client_closed(int number)
{
	return on_number(BORDER_CLOSED, number);
}
