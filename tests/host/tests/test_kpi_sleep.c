/* msleep, wakeup, signals, kernel threads, thread calls and virtual time. */
#include "harness.h"
#include "host.h"
#include "internal.h"
#include "kpi.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <time.h>

#define MILLISECOND UINT64_C(1000000)

static struct lck_grp *group;
static struct lck_mtx *lock;
static int channel;
static atomic_int awake, result = -100;

static void
make(void)
{
	group = xnu_lck_grp_alloc_init("test", NULL);
	lock = xnu_lck_mtx_alloc_init(group, NULL);
}

static void
pause_ms(long milliseconds)
{
	nanosleep(&(struct timespec){.tv_nsec = milliseconds * 1000000}, NULL);
}

TEST(timeout_is_ewouldblock)
{
	struct timespec timeout = {.tv_nsec = 20 * (long)MILLISECOND};
	uint64_t before = host_clock_now();

	make();
	xnu_lck_mtx_lock(lock);
	EXPECT_EQ(xnu_msleep(&channel, lock, XNU_PSOCK, "test", &timeout), XNU_EWOULDBLOCK);
	EXPECT(host_mutex_owned(lock));
	EXPECT(host_clock_now() - before >= 20 * MILLISECOND);
}

TEST(pdrop_leaves_the_mutex)
{
	struct timespec timeout = {.tv_nsec = 1};

	make();
	xnu_lck_mtx_lock(lock);
	EXPECT_EQ(xnu_msleep(&channel, lock, XNU_PSOCK | XNU_PDROP, "test", &timeout), XNU_EWOULDBLOCK);
	EXPECT(!host_mutex_owned(lock));
}

TEST_PANICS(msleep_without_its_mutex, "is not held by the thread")
{
	make();
	xnu_msleep(&channel, lock, XNU_PSOCK, "test", NULL);
}

static void
sleeper(void *parameter, int unused)
{
	(void)parameter;
	(void)unused;
	xnu_lck_mtx_lock(lock);
	result = xnu_msleep(&channel, lock, XNU_PSOCK, "test", NULL);
	awake++;
	xnu_lck_mtx_unlock(lock);
}

static void
start_sleepers(int count)
{
	host_clock_set_virtual(true);
	make();
	while (count-- > 0) {
		struct thread *thread;

		EXPECT_EQ(xnu_kernel_thread_start(sleeper, NULL, &thread), 0);
		xnu_thread_deallocate(thread);
	}
	host_settle();
}

TEST(wakeup_wakes_all)
{
	start_sleepers(3);
	EXPECT_EQ(awake, 0);
	xnu_wakeup(&awake);
	host_settle();
	EXPECT_EQ(awake, 0);
	xnu_wakeup(&channel);
	host_settle();
	EXPECT_EQ(awake, 3);
	EXPECT_EQ(result, 0);
}

TEST(wakeup_one_wakes_one)
{
	start_sleepers(3);
	for (int count = 1; count <= 3; count++) {
		xnu_wakeup_one(&channel);
		host_settle();
		EXPECT_EQ(awake, count);
	}
}

/* ---- signals ---- */

static void
handler(int unused)
{
	(void)unused;
	awake++;
}

static void *
program_thread(void *unused)
{
	host_syscall_enter();
	xnu_lck_mtx_lock(lock);
	result = xnu_msleep(&channel, lock, XNU_PSOCK | XNU_PCATCH, "test", NULL);
	/* The handler waits until the system call is left. */
	EXPECT_EQ(awake, 0);
	xnu_lck_mtx_unlock(lock);
	host_syscall_exit();
	return unused;
}

static void
interrupt_with(int flags, int signal, void (*function)(int))
{
	struct sigaction action = {.sa_handler = function, .sa_flags = flags};
	pthread_t thread;

	make();
	sigaction(signal, &action, NULL);
	pthread_create(&thread, NULL, program_thread, NULL);
	pause_ms(50);
	EXPECT_EQ(result, -100);
	pthread_kill(thread, signal);
	if (function == SIG_DFL || function == SIG_IGN) {
		pause_ms(50);
		EXPECT_EQ(result, -100);
		xnu_wakeup(&channel);
	}
	pthread_join(thread, NULL);
}

TEST(signal_interrupts_pcatch)
{
	interrupt_with(0, SIGUSR1, handler);
	EXPECT_EQ(result, XNU_EINTR);
	EXPECT_EQ(awake, 1);
}

TEST(signal_with_sa_restart)
{
	interrupt_with(SA_RESTART, SIGUSR1, handler);
	EXPECT_EQ(result, XNU_ERESTART);
	EXPECT_EQ(awake, 1);
}

TEST(ignored_signals_interrupt_nothing)
{
	interrupt_with(0, SIGUSR1, SIG_IGN);
	EXPECT_EQ(result, 0);
}

TEST(default_ignored_signals_interrupt_nothing)
{
	interrupt_with(0, SIGCHLD, SIG_DFL);
	EXPECT_EQ(result, 0);
}

static void *
uninterruptible_thread(void *unused)
{
	host_syscall_enter();
	xnu_lck_mtx_lock(lock);
	result = xnu_msleep(&channel, lock, XNU_PSOCK, "test", NULL);
	xnu_lck_mtx_unlock(lock);
	host_syscall_exit();
	return unused;
}

TEST(without_pcatch_signals_wait)
{
	struct sigaction action = {.sa_handler = handler};
	pthread_t thread;

	make();
	sigaction(SIGUSR1, &action, NULL);
	pthread_create(&thread, NULL, uninterruptible_thread, NULL);
	pause_ms(50);
	pthread_kill(thread, SIGUSR1);
	pause_ms(50);
	EXPECT_EQ(awake, 0);
	xnu_wakeup(&channel);
	pthread_join(thread, NULL);
	EXPECT_EQ(result, 0);
	EXPECT_EQ(awake, 1);
}

static void *
timed_thread(void *unused)
{
	struct timespec timeout = {.tv_nsec = 30 * (long)MILLISECOND};

	host_syscall_enter();
	result = xnu_msleep(&channel, NULL, XNU_PSOCK | XNU_PCATCH, "test", &timeout);
	host_syscall_exit();
	return unused;
}

TEST(pcatch_sleep_times_out)
{
	pthread_t thread;

	pthread_create(&thread, NULL, timed_thread, NULL);
	pthread_join(thread, NULL);
	EXPECT_EQ(result, XNU_EWOULDBLOCK);
}

/* ---- kernel threads ---- */

static void
ends_early(void *parameter, int unused)
{
	(void)unused;
	awake = 1;
	xnu_thread_terminate(xnu_current_thread());
	awake = *(int *)parameter;
}

TEST(thread_terminate_does_not_return)
{
	struct thread *thread;
	int wrong = 2;

	EXPECT_EQ(xnu_kernel_thread_start(ends_early, &wrong, &thread), 0);
	host_settle();
	EXPECT_EQ(awake, 1);
	xnu_thread_deallocate(thread);
}

TEST_PANICS(thread_terminate_of_another, "is not the calling kernel thread")
{
	xnu_thread_terminate(xnu_current_thread());
}

/* ---- thread calls and virtual time ---- */

static uint64_t ran_at[8];
static void *ran_with[8];
static atomic_uint ran;

static void
called(void *parameter0, void *parameter1)
{
	ran_at[ran] = host_clock_now();
	ran_with[ran++] = parameter0 == &channel ? parameter1 : parameter0;
}

TEST(calls_run_at_their_deadlines)
{
	struct thread_call *first, *second;
	uint64_t start, next;

	host_clock_set_virtual(true);
	start = host_clock_now();
	first = xnu_thread_call_allocate(called, &channel);
	second = xnu_thread_call_allocate(called, &channel);
	EXPECT_EQ(xnu_thread_call_enter1_delayed(first, (void *)1, start + 10 * MILLISECOND), 0);
	EXPECT_EQ(xnu_thread_call_enter1_delayed(second, (void *)2, start + 5 * MILLISECOND), 0);
	host_settle();
	EXPECT(host_clock_next(&next));
	EXPECT_EQ(next, start + 5 * MILLISECOND);
	host_clock_advance(4 * MILLISECOND);
	EXPECT_EQ(ran, 0);
	host_clock_advance(100 * MILLISECOND);
	EXPECT_EQ(ran, 2);
	EXPECT_EQ(ran_at[0], start + 5 * MILLISECOND);
	EXPECT_EQ(ran_at[1], start + 10 * MILLISECOND);
	EXPECT(ran_with[0] == (void *)2 && ran_with[1] == (void *)1);
	EXPECT_EQ(host_clock_now(), start + 104 * MILLISECOND);
	EXPECT(xnu_thread_call_free(first) && xnu_thread_call_free(second));
	EXPECT_EQ(thread_calls_live(), 0);
}

TEST(cancel_and_enter_again)
{
	struct thread_call *call;
	uint64_t start;

	host_clock_set_virtual(true);
	start = host_clock_now();
	call = xnu_thread_call_allocate(called, NULL);
	xnu_thread_call_enter_delayed(call, start + MILLISECOND);
	EXPECT(xnu_thread_call_enter_delayed(call, start + 3 * MILLISECOND));
	EXPECT(!xnu_thread_call_free(call));
	host_clock_advance(2 * MILLISECOND);
	EXPECT_EQ(ran, 0);
	EXPECT(xnu_thread_call_cancel(call));
	EXPECT(!xnu_thread_call_cancel(call));
	host_clock_advance(10 * MILLISECOND);
	EXPECT_EQ(ran, 0);
	xnu_thread_call_enter(call);
	host_settle();
	EXPECT_EQ(ran, 1);
	EXPECT(xnu_thread_call_free(call));
}

static struct thread_call *periodic;

static void
again(void *parameter0, void *parameter1)
{
	called(parameter0, parameter1);
	if (ran < 5)
		xnu_thread_call_enter_delayed(periodic, host_clock_now() + 1000 * MILLISECOND);
}

TEST(a_call_may_enter_itself)
{
	uint64_t start;

	host_clock_set_virtual(true);
	start = host_clock_now();
	periodic = xnu_thread_call_allocate(again, NULL);
	xnu_thread_call_enter_delayed(periodic, start);
	host_clock_advance(UINT64_C(3600000) * MILLISECOND);
	EXPECT_EQ(ran, 5);
	EXPECT_EQ(ran_at[4], start + 4000 * MILLISECOND);
}

static void
sleeps_a_second(void *parameter, int unused)
{
	struct timespec second = {.tv_sec = 1};

	(void)parameter;
	(void)unused;
	result = xnu_msleep(&channel, NULL, XNU_PSOCK, "test", &second);
	ran_at[0] = host_clock_now();
}

TEST(virtual_time_ends_sleeps)
{
	struct thread *thread;
	uint64_t start;

	host_clock_set_virtual(true);
	start = host_clock_now();
	xnu_kernel_thread_start(sleeps_a_second, NULL, &thread);
	host_clock_advance(5000 * MILLISECOND);
	EXPECT_EQ(result, XNU_EWOULDBLOCK);
	EXPECT_EQ(ran_at[0], start + 1000 * MILLISECOND);
	xnu_thread_deallocate(thread);
}

TEST(calls_in_real_time)
{
	struct thread_call *call = xnu_thread_call_allocate(called, NULL);
	uint64_t start = host_clock_now();

	xnu_thread_call_enter_delayed(call, start + 20 * MILLISECOND);
	for (int wait = 0; wait < 1000; wait++) {
		pause_ms(2);
		if (host_clock_now() > start + 100 * MILLISECOND)
			break;
	}
	EXPECT_EQ(ran, 1);
	EXPECT(ran_at[0] >= start + 20 * MILLISECOND);
}
