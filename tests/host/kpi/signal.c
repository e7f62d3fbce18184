/*
 * Signals of the program during a PCATCH sleep. They are blocked since host_syscall_enter; a signalfd tells
 * that one is pending without taking it, so that the handler runs when the system call is left, as in a
 * kernel. A thread that serves one of another process is told of that one's signals.
 */
#include "host.h"
#include "scheduler.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

/* The program must not trip over the host's descriptors: they live in the upper half of the table. */
int
host_move_descriptor(int fd)
{
	struct rlimit limit;
	int moved = -1;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
		moved = fcntl(fd, F_DUPFD_CLOEXEC, (int)(limit.rlim_cur / 2));
	if (moved < 0)
		return fd;
	close(fd);
	return moved;
}

static void
open_wakeup(struct thread *self)
{
	if (self->wakeup_fd < 0)
		self->wakeup_fd = host_move_descriptor(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
	if (self->wakeup_fd < 0)
		xnu_panic("the host has no descriptor left for a sleeping thread");
}

/* Readable when a signal is pending that the system call does not block. */
static int
signal_descriptor(struct thread *self)
{
	sigset_t wanted;

	if (self->service != NULL)
		return self->service->fd;
	sigfillset(&wanted);
	for (int signal = 1; signal <= SIGRTMAX; signal++)
		if (sigismember(&self->program_mask, signal) == 1)
			sigdelset(&wanted, signal);
	if (self->signal_fd < 0)
		self->signal_fd = host_move_descriptor(signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK));
	else
		signalfd(self->signal_fd, &wanted, 0);
	if (self->signal_fd < 0)
		xnu_panic("the host has no descriptor left for the signals of a thread");
	return self->signal_fd;
}

static bool
is_ignored(int signal, const struct sigaction *action)
{
	if (action->sa_flags & SA_SIGINFO)
		return false;
	if (action->sa_handler == SIG_IGN)
		return true;
	return action->sa_handler == SIG_DFL &&
	       (signal == SIGCHLD || signal == SIGURG || signal == SIGWINCH || signal == SIGCONT);
}

/* Takes an ignored signal away, so that it does not end the sleep again. */
static void
discard(int signal)
{
	sigset_t one;

	sigemptyset(&one);
	sigaddset(&one, signal);
	sigtimedwait(&one, NULL, &(struct timespec){0});
}

/* Of the program's thread that is this thread itself. */
static int
own_signal_pending(struct thread *self)
{
	sigset_t pending;
	int result = 0;

	if (sigpending(&pending) != 0)
		return 0;
	for (int signal = 1; signal <= SIGRTMAX && result != XNU_EINTR; signal++) {
		struct sigaction action;

		if (sigismember(&pending, signal) != 1 || sigismember(&self->program_mask, signal) == 1 ||
		    sigaction(signal, NULL, &action) != 0)
			continue;
		if (is_ignored(signal, &action))
			discard(signal);
		else
			result = action.sa_flags & SA_RESTART ? XNU_ERESTART : XNU_EINTR;
	}
	return result;
}

int
signal_pending(struct thread *self)
{
	if (self->syscall_depth == 0)
		return 0;
	if (self->service != NULL)
		return self->service->interrupted(self->service);
	return self->company_ready ? XNU_EINTR : own_signal_pending(self);
}

void
signal_wait(struct thread *self, int fd, const struct timespec *timeout)
{
	struct pollfd alone[2], *fds = self->company.count != 0 ? self->company.fds : alone;
	unsigned count = self->company.count;

	fds[count] = (struct pollfd){.fd = fd, .events = POLLIN};
	fds[count + 1] = (struct pollfd){.fd = signal_descriptor(self), .events = POLLIN};
	if (ppoll(fds, count + 2, timeout, NULL) <= 0)
		return;
	for (unsigned i = 0; i < count; i++)
		if (fds[i].revents != 0)
			self->company_ready = true;
}

void
signal_sleep(struct thread *self, uint64_t deadline)
{
	struct timespec left, *timeout = NULL;
	uint64_t now = host_clock_now();
	uint64_t written;

	open_wakeup(self);
	if (deadline != WAIT_FOREVER && !host_clock_is_virtual()) {
		uint64_t rest = deadline > now ? deadline - now : 0;

		left.tv_sec = (time_t)(rest / 1000000000);
		left.tv_nsec = (long)(rest % 1000000000);
		timeout = &left;
	}
	self->polling = true;
	scheduler_leave();
	signal_wait(self, self->wakeup_fd, timeout);
	scheduler_enter();
	self->polling = false;
	while (read(self->wakeup_fd, &written, sizeof(written)) > 0)
		continue;
}

void
signal_wake(struct thread *thread)
{
	uint64_t one = 1;

	if (write(thread->wakeup_fd, &one, sizeof(one)) != (ssize_t)sizeof(one))
		xnu_panic("the host cannot wake a thread: errno %d", errno);
}

void
signal_thread_end(struct thread *thread)
{
	if (thread->wakeup_fd >= 0)
		close(thread->wakeup_fd);
	if (thread->signal_fd >= 0)
		close(thread->signal_fd);
	thread->wakeup_fd = thread->signal_fd = -1;
}

void
signal_forked(void)
{
	signal_thread_end(xnu_current_thread());
}

void
host_signal_raise(int signal)
{
	struct thread *self = xnu_current_thread();

	if (self->service != NULL)
		self->service->raise(self->service, signal);
	else
		pthread_kill(pthread_self(), signal);
}
