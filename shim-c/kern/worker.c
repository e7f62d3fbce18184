#include "worker.h"
#include "accept.h"
#include "interfaces.h"
#include "lock.h"

/* The queue holds a reference of each pcb in it. */
static struct sctp_pcb *first, **last;
static bool stopping, gone;

static void
enqueue(struct sctp_pcb *pcb, enum sctp_work work)
{
	if (pcb->work == WORK_NONE) {
		pcb->next_work = NULL;
		sctp_pcb_retain(pcb);
		*last = pcb;
		last = &pcb->next_work;
		wakeup(&first);
	}
	if (work > pcb->work)
		pcb->work = work;
}

void
sctp_worker_accept(struct sctp_pcb *pcb)
{
	enqueue(pcb, WORK_ACCEPT);
}

void
sctp_worker_close(struct sctp_pcb *pcb)
{
	enqueue(pcb, WORK_CLOSE);
}

static void
do_work(struct sctp_pcb *pcb)
{
	enum sctp_work work = pcb->work;

	pcb->work = WORK_NONE;
	if (work == WORK_ACCEPT) {
		sctp_accept(pcb);
	} else {
		struct socket *aborted = pcb->aborted;

		sctp_unlock();
		sock_close(aborted);
		sctp_lock();
	}
	sctp_pcb_release(pcb);
}

static void
worker(void *argument, int result)
{
	struct timespec interval = {SCTP_INTERFACES_SECONDS, 0};

	(void)argument;
	(void)result;
	sctp_lock();
	for (;;) {
		struct sctp_pcb *pcb = first;

		if (pcb != NULL) {
			first = pcb->next_work;
			if (first == NULL)
				last = &first;
			do_work(pcb);
		} else if (stopping) {
			break;
		} else if (sctp_sleep(&first, PSOCK, &interval) == EWOULDBLOCK) {
			sctp_unlock();
			sctp_interfaces_refresh();
			sctp_lock();
		}
	}
	gone = true;
	wakeup(&gone);
	sctp_unlock();
	thread_terminate(current_thread());
}

int
sctp_worker_start(void)
{
	struct thread *thread;

	first = NULL;
	last = &first;
	stopping = gone = false;
	if (kernel_thread_start(worker, NULL, &thread) != KERN_SUCCESS)
		return ENOMEM;
	thread_deallocate(thread);
	return 0;
}

void
sctp_worker_stop(void)
{
	sctp_lock();
	stopping = true;
	wakeup(&first);
	while (!gone)
		sctp_sleep(&gone, PSOCK, NULL);
	sctp_unlock();
}
