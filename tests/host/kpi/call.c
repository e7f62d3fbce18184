/*
 * Thread calls and bsd_timeout. Real time: two workers, so that a call armed again while it runs may run
 * beside itself, as in XNU. Virtual time: one, so that calls run one after the other in the order of their
 * deadlines.
 */
#include "host.h"
#include "internal.h"
#include "scheduler.h"

#include <stdlib.h>
#include <string.h>

struct thread_call {
	thread_call_function function;
	void *parameter0, *parameter1;
	uint64_t deadline; /* WAIT_FOREVER: not pending */
	uint64_t order;    /* equal deadlines run in the order of their entry */
	unsigned running;
	bool freed;      /* while running */
	bool once;       /* never runs beside itself */
	bool is_timeout; /* made by bsd_timeout: freed after its run */
	struct thread_call *next;
};

static struct thread_call *calls;
static uint64_t last_order;
static unsigned workers;
static bool stopping;

static void
destroy(struct thread_call *call)
{
	struct thread_call **link = &calls;

	while (*link != call)
		link = &(*link)->next;
	*link = call->next;
	free(call);
}

static struct thread_call *
earliest(void)
{
	struct thread_call *first = NULL;

	for (struct thread_call *call = calls; call != NULL; call = call->next)
		if (call->deadline != WAIT_FOREVER && !(call->once && call->running > 0) &&
		    (first == NULL || call->deadline < first->deadline ||
		     (call->deadline == first->deadline && call->order < first->order)))
			first = call;
	return first;
}

static void
run(struct thread_call *call)
{
	call->deadline = WAIT_FOREVER;
	call->running++;
	scheduler_leave();
	call->function(call->parameter0, call->parameter1);
	if (host_locks_held() != 0)
		xnu_panic("a thread call returned with %u locks held", host_locks_held());
	scheduler_enter();
	if (--call->running == 0 && (call->freed || (call->is_timeout && call->deadline == WAIT_FOREVER)))
		destroy(call);
}

static void
worker(void *parameter, int result)
{
	(void)parameter;
	(void)result;
	scheduler_enter();
	while (!stopping) {
		struct thread_call *call = earliest();

		if (call != NULL && call->deadline <= host_clock_now())
			run(call);
		else
			scheduler_sleep(&calls, call != NULL ? call->deadline : WAIT_FOREVER, false);
	}
	workers--;
	scheduler_leave();
}

/* Scheduler lock held. */
static void
start_workers(void)
{
	unsigned wanted = host_clock_is_virtual() ? 1 : 2;

	stopping = false;
	while (workers < wanted) {
		struct thread *thread;

		workers++;
		scheduler_leave();
		if (xnu_kernel_thread_start(worker, NULL, &thread) != 0)
			xnu_panic("the host cannot start a thread for thread calls");
		xnu_thread_deallocate(thread);
		scheduler_enter();
	}
}

void
thread_calls_stop(void)
{
	scheduler_enter();
	stopping = true;
	scheduler_wake(&calls, false);
	scheduler_leave();
}

unsigned
thread_calls_live(void)
{
	unsigned count = 0;

	scheduler_enter();
	for (const struct thread_call *call = calls; call != NULL; call = call->next)
		count++;
	scheduler_leave();
	return count;
}

struct thread_call *
xnu_thread_call_allocate(thread_call_function function, void *parameter0)
{
	struct thread_call *call = calloc(1, sizeof(*call));

	if (call == NULL)
		return NULL;
	call->function = function;
	call->parameter0 = parameter0;
	call->deadline = WAIT_FOREVER;
	scheduler_enter();
	call->next = calls;
	calls = call;
	start_workers();
	scheduler_leave();
	return call;
}
KPI(thread_call_allocate, xnu_thread_call_allocate);

static struct thread_call *
xnu_thread_call_allocate_with_options(thread_call_function function, void *parameter0, int priority,
				      uint32_t options)
{
	enum { THREAD_CALL_OPTIONS_ONCE = 1 };
	struct thread_call *call = xnu_thread_call_allocate(function, parameter0);

	(void)priority;
	if (call != NULL)
		call->once = options & THREAD_CALL_OPTIONS_ONCE;
	return call;
}
KPI(thread_call_allocate_with_options, xnu_thread_call_allocate_with_options);

/* True if the call was pending already: it is moved to the new deadline. */
static int
enter(struct thread_call *call, void *parameter1, uint64_t deadline)
{
	scheduler_enter();
	if (call->freed)
		xnu_panic("a freed thread call is entered");
	bool was_pending = call->deadline != WAIT_FOREVER;

	call->parameter1 = parameter1;
	call->deadline = deadline == WAIT_FOREVER ? WAIT_FOREVER - 1 : deadline;
	call->order = ++last_order;
	/* In virtual time too: an idle worker must learn of the new deadline. */
	scheduler_wake(&calls, false);
	scheduler_leave();
	return was_pending;
}

int
xnu_thread_call_enter(struct thread_call *call)
{
	return enter(call, NULL, 0);
}
KPI(thread_call_enter, xnu_thread_call_enter);

int
xnu_thread_call_enter1(struct thread_call *call, void *parameter1)
{
	return enter(call, parameter1, 0);
}
KPI(thread_call_enter1, xnu_thread_call_enter1);

int
xnu_thread_call_enter_delayed(struct thread_call *call, uint64_t deadline)
{
	return enter(call, NULL, deadline);
}
KPI(thread_call_enter_delayed, xnu_thread_call_enter_delayed);

int
xnu_thread_call_enter1_delayed(struct thread_call *call, void *parameter1, uint64_t deadline)
{
	return enter(call, parameter1, deadline);
}
KPI(thread_call_enter1_delayed, xnu_thread_call_enter1_delayed);

/* True if it was pending and will not run. False says nothing: it may be running at this moment. */
int
xnu_thread_call_cancel(struct thread_call *call)
{
	scheduler_enter();
	bool was_pending = call->deadline != WAIT_FOREVER;

	call->deadline = WAIT_FOREVER;
	scheduler_leave();
	return was_pending;
}
KPI(thread_call_cancel, xnu_thread_call_cancel);

/* False while it is pending. A running call is freed when it is done. */
int
xnu_thread_call_free(struct thread_call *call)
{
	scheduler_enter();
	if (call->freed)
		xnu_panic("a thread call is freed twice");
	if (call->deadline != WAIT_FOREVER) {
		scheduler_leave();
		return false;
	}
	if (call->running > 0)
		call->freed = true;
	else
		destroy(call);
	scheduler_leave();
	return true;
}
KPI(thread_call_free, xnu_thread_call_free);

static void
xnu_bsd_timeout(void (*function)(void *), void *parameter, struct timespec *delay)
{
	struct thread_call *call =
	    xnu_thread_call_allocate((thread_call_function)(void *)function, parameter);
	uint64_t wait = delay != NULL ? (uint64_t)delay->tv_sec * 1000000000 + (uint64_t)delay->tv_nsec : 0;

	if (call == NULL)
		xnu_panic("no memory for a timeout");
	call->is_timeout = true;
	enter(call, NULL, host_clock_now() + wait);
}
KPI(bsd_timeout, xnu_bsd_timeout);

static void
xnu_bsd_untimeout(void (*function)(void *), void *parameter)
{
	scheduler_enter();
	for (struct thread_call *call = calls; call != NULL; call = call->next) {
		if (!call->is_timeout || call->function != (thread_call_function)(void *)function ||
		    call->parameter0 != parameter || call->deadline == WAIT_FOREVER)
			continue;
		call->deadline = WAIT_FOREVER;
		if (call->running == 0)
			destroy(call);
		break;
	}
	scheduler_leave();
}
KPI(bsd_untimeout, xnu_bsd_untimeout);
