/*
 * Threads, sleep and time inside the host. One lock, the scheduler lock, covers every field below that is not
 * said to belong to its thread; it is the innermost lock but for the console.
 *
 * A thread is "busy" while it is inside the kernel and not asleep: kernel threads from start to end, program
 * threads between host_syscall_enter and host_syscall_exit. Waking a thread makes it busy at once, so that
 * host_settle and virtual time never look away between a wake-up and its effect.
 */
#ifndef SCHEDULER_H
#define SCHEDULER_H

#include "kpi.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>

enum wait_result { WAIT_AWAKENED = 0, WAIT_TIMED_OUT = 1, WAIT_INTERRUPTED = 2 };

#define WAIT_FOREVER UINT64_MAX
enum { LOCKS_HELD_MAX = 16 };

struct lock_node;

/*
 * What a thread that makes the system calls of another process's thread does instead of looking at its own
 * signals. fd: readable when interrupted may have something new to say.
 */
struct service {
	struct proc *process; /* NULL: the host's own */
	int fd;
	/* As signal_pending. */
	int (*interrupted)(struct service *service);
	/* The calling thread of the other process is to get a signal. */
	void (*raise)(struct service *service, int signal);
};

struct thread {
	uint64_t id;
	bool is_kernel;
	bool of_kext;
	unsigned references;
	struct thread *next; /* all threads */
	/* sleep */
	const void *channel; /* NULL: not asleep */
	uint64_t deadline;
	uint64_t order; /* earlier sleepers are woken first by wakeup_one */
	enum wait_result result;
	pthread_cond_t wakeup;
	int wakeup_fd; /* written instead of wakeup while the thread polls for signals; -1 if never used */
	int signal_fd;
	bool polling;
	/* the thread's own */
	unsigned syscall_depth;
	sigset_t outer_mask;     /* signal mask outside the system call */
	sigset_t program_mask;   /* signals that do not end the system call */
	struct company company;  /* of this or the next system call */
	bool company_ready;      /* one of its descriptors is */
	struct service *service; /* NULL: its system calls are its own */
	struct lock_node *held[LOCKS_HELD_MAX];
	unsigned held_count;
	thread_continue function;
	void *parameter;
	jmp_buf end;
};

extern pthread_mutex_t scheduler_lock;

void scheduler_enter(void);
void scheduler_leave(void);

/*
 * Puts the calling thread to sleep; scheduler lock held. deadline: absolute nanoseconds or WAIT_FOREVER.
 * interruptible: a pending signal of a program's thread ends it with WAIT_INTERRUPTED.
 */
enum wait_result scheduler_sleep(const void *channel, uint64_t deadline, bool interruptible);
/*
 * Waits until no thread of the kext is busy, 20 ms of real time at most: what a packet set going is done
 * then.
 */
void scheduler_settle_kext(void);
/* Wakes the oldest sleeper on channel, or all. Scheduler lock held. */
void scheduler_wake(const void *channel, bool only_one);

/* kpi/signal.c: sleeps with poll, so that a signal ends it. Scheduler lock held. */
void signal_sleep(struct thread *self, uint64_t deadline);
void signal_wake(struct thread *thread);
/* XNU_EINTR or XNU_ERESTART if a signal is pending for the calling program thread or its company is ready,
 * else 0. */
int signal_pending(struct thread *self);
/* Waits until fd, a signal or the company is ready; timeout NULL: for ever. */
void signal_wait(struct thread *self, int fd, const struct timespec *timeout);
void signal_thread_end(struct thread *thread);
/* In a forked child: what the thread waits with is the parent's. */
void signal_forked(void);
/* The program must not trip over descriptors that it knows nothing of: they go to the upper half of the
 * table. Gives the new number, close-on-exec. */
int host_move_descriptor(int fd);

/* clock.c, for scheduler_sleep. clock_set only moves forwards. */
void clock_set(uint64_t now);
struct timespec clock_timespec(uint64_t deadline);
/* lock_order.c: panics if the thread holds a spin lock. */
void lock_check_may_block(const char *what);

#endif
