/* Locks: misuse must panic, right use must not. */
#include "harness.h"
#include "host.h"
#include "kpi.h"

#include <pthread.h>

static struct lck_grp *group;
static struct lck_mtx *a, *b;

static void
make(void)
{
	group = xnu_lck_grp_alloc_init("test", NULL);
	a = xnu_lck_mtx_alloc_init(group, NULL);
	b = xnu_lck_mtx_alloc_init(group, NULL);
}

TEST(lock_and_unlock)
{
	make();
	EXPECT(!host_mutex_owned(a));
	xnu_lck_mtx_lock(a);
	xnu_lck_mtx_lock(b);
	EXPECT(host_mutex_owned(a));
	EXPECT_EQ(host_locks_held(), 2);
	xnu_lck_mtx_unlock(a);
	xnu_lck_mtx_unlock(b);
	EXPECT_EQ(host_locks_held(), 0);
	xnu_lck_mtx_free(a, group);
	xnu_lck_mtx_free(b, group);
	xnu_lck_grp_free(group);
}

TEST(inline_mutex)
{
	struct lck_mtx lock;

	group = xnu_lck_grp_alloc_init("test", NULL);
	xnu_lck_mtx_init(&lock, group, NULL);
	xnu_lck_mtx_lock(&lock);
	xnu_lck_mtx_unlock(&lock);
	xnu_lck_mtx_destroy(&lock, group);
	xnu_lck_grp_free(group);
}

static void *
try_a(void *unused)
{
	(void)unused;
	return xnu_lck_mtx_try_lock(a) ? a : NULL;
}

TEST(try_lock_of_a_held_mutex)
{
	pthread_t thread;
	void *result;

	make();
	xnu_lck_mtx_lock(a);
	pthread_create(&thread, NULL, try_a, NULL);
	pthread_join(thread, &result);
	EXPECT(result == NULL);
}

TEST_PANICS(lock_twice, "is locked twice by one thread")
{
	make();
	xnu_lck_mtx_lock(a);
	xnu_lck_mtx_lock(a);
}

TEST_PANICS(unlock_unowned, "is unlocked by a thread that does not hold it")
{
	make();
	xnu_lck_mtx_unlock(a);
}

static void *
lock_a(void *unused)
{
	(void)unused;
	xnu_lck_mtx_lock(a);
	return NULL;
}

TEST_PANICS(thread_ends_with_a_lock, "ended with 1 kernel locks held")
{
	pthread_t thread;

	make();
	pthread_create(&thread, NULL, lock_a, NULL);
	pthread_join(thread, NULL);
}

TEST_PANICS(system_call_returns_with_a_lock, "a system call returns with 1 locks held")
{
	make();
	host_syscall_enter();
	xnu_lck_mtx_lock(a);
	host_syscall_exit();
}

/* No other thread is in the way: the order alone is wrong. */
TEST_PANICS(order_reversed, "which was done the other way round before")
{
	make();
	xnu_lck_mtx_lock(a);
	xnu_lck_mtx_lock(b);
	xnu_lck_mtx_unlock(b);
	xnu_lck_mtx_unlock(a);
	xnu_lck_mtx_lock(b);
	xnu_lck_mtx_lock(a);
}

TEST_PANICS(order_reversed_over_a_third, "which was done the other way round before")
{
	struct lck_mtx *c;

	make();
	c = xnu_lck_mtx_alloc_init(group, NULL);
	xnu_lck_mtx_lock(a);
	xnu_lck_mtx_lock(b);
	xnu_lck_mtx_unlock(a);
	xnu_lck_mtx_lock(c);
	xnu_lck_mtx_unlock(b);
	xnu_lck_mtx_lock(a);
}

TEST(try_lock_may_go_against_the_order)
{
	make();
	xnu_lck_mtx_lock(a);
	xnu_lck_mtx_lock(b);
	xnu_lck_mtx_unlock(b);
	xnu_lck_mtx_unlock(a);
	xnu_lck_mtx_lock(b);
	EXPECT(xnu_lck_mtx_try_lock(a));
	xnu_lck_mtx_unlock(a);
	xnu_lck_mtx_unlock(b);
}

TEST(a_freed_lock_leaves_no_order_behind)
{
	make();
	xnu_lck_mtx_lock(a);
	xnu_lck_mtx_lock(b);
	xnu_lck_mtx_unlock(b);
	xnu_lck_mtx_unlock(a);
	xnu_lck_mtx_free(a, group);
	a = xnu_lck_mtx_alloc_init(group, NULL);
	xnu_lck_mtx_lock(b);
	xnu_lck_mtx_lock(a);
	xnu_lck_mtx_unlock(a);
	xnu_lck_mtx_unlock(b);
}

TEST_PANICS(free_of_a_held_lock, "is destroyed while thread")
{
	make();
	xnu_lck_mtx_lock(a);
	xnu_lck_mtx_free(a, group);
}

TEST_PANICS(free_of_a_group_in_use, "is freed while 2 locks use it")
{
	make();
	xnu_lck_grp_free(group);
}

TEST_PANICS(uninitialised_lock, "no initialised lock")
{
	struct lck_mtx lock = {{0, 0}};

	xnu_lck_mtx_lock(&lock);
}

TEST_PANICS(copied_lock, "no initialised lock")
{
	struct lck_mtx copy;

	make();
	copy = *a;
	xnu_lck_mtx_lock(&copy);
}
