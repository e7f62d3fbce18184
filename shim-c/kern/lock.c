/* The domain mutex. */
#include "lock.h"

static lck_grp_t *group;
static lck_mtx_t *mutex;

int
sctp_lock_start(void)
{
	group = lck_grp_alloc_init("SCTP", NULL);
	if (group == NULL)
		return ENOMEM;
	mutex = lck_mtx_alloc_init(group, NULL);
	if (mutex == NULL) {
		lck_grp_free(group);
		return ENOMEM;
	}
	return 0;
}

void
sctp_lock_stop(void)
{
	struct timespec leave = {0, 100 * 1000 * 1000};

	/* The last threads released the mutex, but may not have left this extension's code yet. */
	sctp_lock();
	(void)sctp_sleep(&leave, PSOCK, &leave);
	sctp_unlock();
	lck_mtx_free(mutex, group);
	lck_grp_free(group);
}

lck_mtx_t *
sctp_mutex(void)
{
	return mutex;
}

void
sctp_lock(void)
{
	lck_mtx_lock(mutex);
}

void
sctp_unlock(void)
{
	lck_mtx_unlock(mutex);
}

int
sctp_sleep(void *channel, int priority, struct timespec *timeout)
{
	return msleep(channel, mutex, priority, "sctp", timeout);
}

void
sctp_assert_locked(void)
{
#ifdef SCTP_CHECK_LOCK
	if (lck_mtx_try_lock(mutex)) {
		lck_mtx_unlock(mutex);
		panic("SCTP: the engine was entered without the domain mutex");
	}
#endif
}
