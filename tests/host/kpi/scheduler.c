#include "host.h"
#include "internal.h"
#include "scheduler.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

pthread_mutex_t scheduler_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t idle = PTHREAD_COND_INITIALIZER;
static struct thread *threads;
static unsigned busy;      /* threads inside the kernel and not asleep */
static unsigned kext_busy; /* the kext's own among them */
enum { NANOSECONDS = 1000000000, SETTLE_MAX = 20000000 };

static uint64_t last_id;
static uint64_t last_order;

static __thread struct thread *self_;
static pthread_key_t exit_key;
static pthread_once_t exit_once = PTHREAD_ONCE_INIT;

void
scheduler_enter(void)
{
	pthread_mutex_lock(&scheduler_lock);
}

void
scheduler_leave(void)
{
	pthread_mutex_unlock(&scheduler_lock);
}

static bool
counts(const struct thread *thread)
{
	return thread->is_kernel || thread->syscall_depth > 0;
}

static void
became_busy(const struct thread *thread)
{
	busy++;
	kext_busy += thread->of_kext;
}

static void
became_idle(const struct thread *thread)
{
	busy--;
	kext_busy -= thread->of_kext;
	if (busy == 0 || (thread->of_kext && kext_busy == 0))
		pthread_cond_broadcast(&idle);
}

/* ---- threads ---- */

static void
release(struct thread *thread)
{
	if (--thread->references > 0)
		return;
	signal_thread_end(thread);
	pthread_cond_destroy(&thread->wakeup);
	free(thread);
}

static void
forget(struct thread *thread)
{
	struct thread **link = &threads;

	while (*link != thread)
		link = &(*link)->next;
	*link = thread->next;
	release(thread);
}

static void
program_thread_ended(void *argument)
{
	struct thread *thread = argument;

	if (thread->held_count != 0)
		xnu_panic("a program's thread ended with %u kernel locks held", thread->held_count);
	scheduler_enter();
	forget(thread);
	scheduler_leave();
}

static void
make_exit_key(void)
{
	pthread_key_create(&exit_key, program_thread_ended);
}

static struct thread *
make_thread(bool is_kernel, bool of_kext)
{
	struct thread *thread = calloc(1, sizeof(*thread));
	pthread_condattr_t attributes;

	if (thread == NULL)
		xnu_panic("the host has no memory for a thread");
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&thread->wakeup, &attributes);
	pthread_condattr_destroy(&attributes);
	thread->is_kernel = is_kernel;
	thread->of_kext = of_kext;
	thread->references = 1;
	thread->wakeup_fd = thread->signal_fd = -1;
	scheduler_enter();
	thread->id = ++last_id;
	thread->next = threads;
	threads = thread;
	if (is_kernel)
		became_busy(thread);
	scheduler_leave();
	return thread;
}

struct thread *
xnu_current_thread(void)
{
	if (self_ == NULL) {
		pthread_once(&exit_once, make_exit_key);
		self_ = make_thread(false, false);
		pthread_setspecific(exit_key, self_);
	}
	return self_;
}
KPI(current_thread, xnu_current_thread);

static void *
kernel_thread(void *argument)
{
	struct thread *thread = argument;

	self_ = thread;
	/* Not pthread_exit: it would unwind through frames of the kext, which carry no unwind tables. */
	if (setjmp(thread->end) == 0)
		thread->function(thread->parameter, WAIT_AWAKENED);
	if (thread->held_count != 0)
		xnu_panic("kernel thread %llu ended with %u locks held", (unsigned long long)thread->id,
			  thread->held_count);
	scheduler_enter();
	became_idle(thread);
	forget(thread);
	pthread_cond_broadcast(&idle);
	scheduler_leave();
	return NULL;
}

static int
start_thread(thread_continue function, void *parameter, bool of_kext, struct thread **out)
{
	enum { KERN_SUCCESS = 0, KERN_RESOURCE_SHORTAGE = 6 };
	struct thread *thread = make_thread(true, of_kext);
	pthread_attr_t attributes;
	sigset_t all, before;
	pthread_t unused;

	thread->function = function;
	thread->parameter = parameter;
	thread->references = 2; /* its own and the caller's */
	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	/* Signals are for the program's threads. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int error = pthread_create(&unused, &attributes, kernel_thread, thread);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	if (error != 0) {
		scheduler_enter();
		became_idle(thread);
		thread->references = 1;
		forget(thread);
		scheduler_leave();
		return KERN_RESOURCE_SHORTAGE;
	}
	*out = thread;
	return KERN_SUCCESS;
}

int
xnu_kernel_thread_start(thread_continue function, void *parameter, struct thread **out)
{
	return start_thread(function, parameter, false, out);
}

static int
kext_kernel_thread_start(thread_continue function, void *parameter, struct thread **out)
{
	return start_thread(function, parameter, true, out);
}
KPI(kernel_thread_start, kext_kernel_thread_start);

int
xnu_thread_terminate(struct thread *thread)
{
	if (thread != self_ || !thread->is_kernel)
		xnu_panic("thread_terminate of a thread that is not the calling kernel thread");
	longjmp(thread->end, 1);
}
KPI(thread_terminate, xnu_thread_terminate);

void
xnu_thread_reference(struct thread *thread)
{
	scheduler_enter();
	thread->references++;
	scheduler_leave();
}
KPI(thread_reference, xnu_thread_reference);

void
xnu_thread_deallocate(struct thread *thread)
{
	scheduler_enter();
	release(thread);
	scheduler_leave();
}
KPI(thread_deallocate, xnu_thread_deallocate);

uint64_t
xnu_thread_tid(struct thread *thread)
{
	return thread->id;
}
KPI(thread_tid, xnu_thread_tid);

unsigned
kext_threads(void)
{
	unsigned count = 0;

	scheduler_enter();
	for (const struct thread *thread = threads; thread != NULL; thread = thread->next)
		count += thread->of_kext;
	scheduler_leave();
	return count;
}

void
host_syscall_enter(void)
{
	struct thread *self = xnu_current_thread();
	sigset_t all;

	if (self->is_kernel || self->syscall_depth++ > 0)
		return;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &self->outer_mask);
	self->program_mask = self->company.mask != NULL ? *self->company.mask : self->outer_mask;
	self->company_ready = false;
	scheduler_enter();
	became_busy(self);
	scheduler_leave();
}

void
host_syscall_company(const struct company *company)
{
	xnu_current_thread()->company = *company;
}

void
host_syscall_exit(void)
{
	struct thread *self = xnu_current_thread();

	if (self->is_kernel || --self->syscall_depth > 0)
		return;
	if (self->held_count != 0)
		xnu_panic("a system call returns with %u locks held", self->held_count);
	scheduler_enter();
	became_idle(self);
	scheduler_leave();
	/* Handlers of what ended the call run now, under the mask that let it in. */
	if (self->company.mask != NULL)
		pthread_sigmask(SIG_SETMASK, &self->program_mask, NULL);
	self->company = (struct company){0};
	pthread_sigmask(SIG_SETMASK, &self->outer_mask, NULL);
}

/* ---- sleep ---- */

static void
wake_thread(struct thread *thread, enum wait_result result)
{
	thread->channel = NULL;
	thread->result = result;
	if (counts(thread))
		became_busy(thread);
	if (thread->polling)
		signal_wake(thread);
	else
		pthread_cond_signal(&thread->wakeup);
}

static void
wait_for_wakeup(struct thread *self, uint64_t deadline)
{
	bool timed = deadline != WAIT_FOREVER && !host_clock_is_virtual();
	struct timespec until = clock_timespec(deadline);

	while (self->channel != NULL) {
		int error = timed ? pthread_cond_timedwait(&self->wakeup, &scheduler_lock, &until)
				  : pthread_cond_wait(&self->wakeup, &scheduler_lock);

		if (error == ETIMEDOUT && self->channel != NULL)
			wake_thread(self, WAIT_TIMED_OUT);
	}
}

static void
interrupt(struct thread *self)
{
	if (self->channel != NULL)
		wake_thread(self, WAIT_INTERRUPTED);
}

enum wait_result
scheduler_sleep(const void *channel, uint64_t deadline, bool interruptible)
{
	struct thread *self = xnu_current_thread();

	self->channel = channel;
	self->deadline = deadline;
	self->order = ++last_order;
	if (counts(self))
		became_idle(self);
	if (interruptible && self->syscall_depth > 0) {
		while (self->channel != NULL) {
			if (signal_pending(self) != 0)
				interrupt(self);
			else if (deadline != WAIT_FOREVER && !host_clock_is_virtual() &&
				 host_clock_now() >= deadline)
				wake_thread(self, WAIT_TIMED_OUT);
			else
				signal_sleep(self, deadline);
		}
	} else {
		wait_for_wakeup(self, deadline);
	}
	return self->result;
}

void
scheduler_wake(const void *channel, bool only_one)
{
	for (;;) {
		struct thread *first = NULL;

		for (struct thread *thread = threads; thread != NULL; thread = thread->next)
			if (thread->channel == channel && (first == NULL || thread->order < first->order))
				first = thread;
		if (first == NULL)
			return;
		wake_thread(first, WAIT_AWAKENED);
		if (only_one)
			return;
	}
}

/* ---- virtual time ---- */

static void
settle(void)
{
	while (busy != 0)
		pthread_cond_wait(&idle, &scheduler_lock);
}

void
host_settle(void)
{
	if (self_ != NULL && counts(self_))
		xnu_panic("host_settle from inside the kernel");
	scheduler_enter();
	settle();
	scheduler_leave();
}

void
scheduler_settle_kext(void)
{
	/* Real time: the kext may have more to do than this thread can wait for. */
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += SETTLE_MAX;
	until.tv_sec += until.tv_nsec / NANOSECONDS;
	until.tv_nsec %= NANOSECONDS;
	scheduler_enter();
	while (kext_busy != 0 && pthread_cond_timedwait(&idle, &scheduler_lock, &until) == 0)
		;
	scheduler_leave();
}

static uint64_t
next_deadline(void)
{
	uint64_t next = WAIT_FOREVER;

	for (const struct thread *thread = threads; thread != NULL; thread = thread->next)
		if (thread->channel != NULL && thread->deadline < next)
			next = thread->deadline;
	return next;
}

bool
host_clock_next(uint64_t *deadline)
{
	scheduler_enter();
	*deadline = next_deadline();
	scheduler_leave();
	return *deadline != WAIT_FOREVER;
}

static void
expire(uint64_t now)
{
	for (;;) {
		struct thread *first = NULL;

		for (struct thread *thread = threads; thread != NULL; thread = thread->next)
			if (thread->channel != NULL && thread->deadline <= now &&
			    (first == NULL || thread->deadline < first->deadline ||
			     (thread->deadline == first->deadline && thread->order < first->order)))
				first = thread;
		if (first == NULL)
			return;
		wake_thread(first, WAIT_TIMED_OUT);
	}
}

void
host_clock_advance(uint64_t nanoseconds)
{
	uint64_t end = host_clock_now() + nanoseconds;

	if (!host_clock_is_virtual())
		xnu_panic("host_clock_advance in real time");
	host_settle();
	scheduler_enter();
	for (;;) {
		uint64_t next = next_deadline();

		if (next > end)
			break;
		clock_set(next);
		expire(next);
		settle();
	}
	clock_set(end);
	scheduler_leave();
}
