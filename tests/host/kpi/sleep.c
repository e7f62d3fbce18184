/* msleep and wakeup with the results of XNU's _sleep. */
#include "host.h"
#include "scheduler.h"

static int
sleep_result(enum wait_result result, bool catches)
{
	int signalled = catches ? signal_pending(xnu_current_thread()) : 0;

	if (result == WAIT_TIMED_OUT)
		return XNU_EWOULDBLOCK;
	/* A signal goes first even if the thread was woken as well. */
	if (signalled != 0)
		return signalled;
	return result == WAIT_INTERRUPTED ? XNU_EINTR : 0;
}

int
xnu_msleep(void *channel, struct lck_mtx *lock, int priority, const char *message, struct timespec *timeout)
{
	bool catches = priority & XNU_PCATCH;
	uint64_t deadline = WAIT_FOREVER;

	if (channel == NULL)
		xnu_panic("msleep(%s) on no channel", message != NULL ? message : "");
	if (timeout != NULL && (timeout->tv_sec != 0 || timeout->tv_nsec != 0))
		deadline =
		    host_clock_now() + (uint64_t)timeout->tv_sec * 1000000000 + (uint64_t)timeout->tv_nsec;
	if (lock != NULL)
		host_mutex_assert(lock, true);

	/* The scheduler lock is taken first: a wakeup cannot come between the unlock and the sleep. */
	scheduler_enter();
	if (lock != NULL)
		xnu_lck_mtx_unlock(lock);
	lock_check_may_block("msleep");
	enum wait_result result = scheduler_sleep(channel, deadline, catches);
	scheduler_leave();

	if (lock != NULL && !(priority & XNU_PDROP))
		xnu_lck_mtx_lock(lock);
	return sleep_result(result, catches);
}
KPI(msleep, xnu_msleep);

static void
wake(void *channel, bool only_one)
{
	if (channel == NULL)
		xnu_panic("wakeup of no channel");
	scheduler_enter();
	scheduler_wake(channel, only_one);
	scheduler_leave();
}

void
xnu_wakeup(void *channel)
{
	wake(channel, false);
}
KPI(wakeup, xnu_wakeup);

void
xnu_wakeup_one(void *channel)
{
	wake(channel, true);
}
KPI(wakeup_one, xnu_wakeup_one);
