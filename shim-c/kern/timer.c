/*
 * The timer is one thread call. It is only ever brought forward: firing early is harmless, as the engine then
 * finds nothing due, and it saves setting it anew for each packet that moves a deadline back.
 */
#include "timer.h"
#include "core.h"

/* No conversion of a far deadline may overflow. */
#define LONGEST_WAIT (3600 * SCTP_SECOND)

static struct thread_call *call;
static sctp_nanoseconds armed; /* when it fires, SCTP_NEVER if it is not set */
static unsigned outstanding;   /* calls of fire() that are still to come or to end */
static bool stopping;

static void
fire(void *argument, void *unused)
{
	(void)argument;
	(void)unused;
	sctp_lock();
	if (!stopping) {
		armed = SCTP_NEVER;
		sctp_engine_timer(engine(), sctp_now());
		sctp_core_drain();
	}
	if (--outstanding == 0)
		wakeup(&outstanding);
	sctp_unlock();
}

int
sctp_timer_start(void)
{
	armed = SCTP_NEVER;
	outstanding = 0;
	stopping = false;
	call = thread_call_allocate(fire, NULL);
	return call == NULL ? ENOMEM : 0;
}

void
sctp_timer_stop(void)
{
	sctp_lock();
	stopping = true;
	if (thread_call_cancel(call))
		outstanding--;
	while (outstanding != 0)
		sctp_sleep(&outstanding, PSOCK, NULL);
	sctp_unlock();
	thread_call_free(call);
}

void
sctp_timer_set(sctp_nanoseconds deadline)
{
	sctp_nanoseconds now, wait;
	uint64_t interval;

	if (deadline >= armed || stopping)
		return;
	armed = deadline;
	now = sctp_now();
	wait = deadline > now ? deadline - now : 0;
	nanoseconds_to_absolutetime(wait < LONGEST_WAIT ? wait : LONGEST_WAIT, &interval);
	if (!thread_call_enter_delayed(call, mach_absolute_time() + interval))
		outstanding++;
}
