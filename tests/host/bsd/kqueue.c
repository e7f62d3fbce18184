#include "kqueue.h"

#include <string.h>

#include "host.h"

struct kqueue {
	LIST_ENTRY(kqueue) all;
	LIST_HEAD(, knote) notes;
	struct lck_mtx *change; /* who adds, deletes or reports; taken before any socket's lock */
	struct lck_mtx *lock;   /* the flags below and the notes' active; taken last */
	bool signalled;         /* a note became active since the last collect */
	struct selinfo readers; /* who selects the queue for reading */
	bool draining;          /* its descriptor is being closed */
};

static LIST_HEAD(, kqueue) queues = LIST_HEAD_INITIALIZER(queues);
static struct lck_grp *kqueue_group;
static struct lck_mtx *queues_lock;

void
kqueue_init(void)
{
	kqueue_group = xnu_lck_grp_alloc_init("kqueue", NULL);
	queues_lock = xnu_lck_mtx_alloc_init(kqueue_group, NULL);
	LIST_INIT(&queues);
}

void
kqueue_fini(void)
{
	xnu_lck_mtx_free(queues_lock, kqueue_group);
	xnu_lck_grp_free(kqueue_group);
}

int
kqueue_create(struct kqueue **out)
{
	struct kqueue *queue = host_kernel_malloc(sizeof(*queue), XNU_M_TEMP, XNU_M_WAITOK | XNU_M_ZERO);
	if (!queue)
		return XNU_ENOMEM;
	LIST_INIT(&queue->notes);
	queue->change = xnu_lck_mtx_alloc_init(kqueue_group, NULL);
	queue->lock = xnu_lck_mtx_alloc_init(kqueue_group, NULL);
	xnu_lck_mtx_lock(queues_lock);
	LIST_INSERT_HEAD(&queues, queue, all);
	xnu_lck_mtx_unlock(queues_lock);
	*out = queue;
	return 0;
}

/* ---- knotes ---- */

static struct sockbuf *
buffer_of(const struct knote *note)
{
	struct socket *socket = note->kn_fp->glob->socket;
	return note->kn_kevent.filter == BSD_EVFILT_READ ? &socket->so_rcv : &socket->so_snd;
}

static bool
run_filter(struct knote *note, struct bsd_kevent *out)
{
	struct socket *socket = note->kn_fp->glob->socket;
	return note->kn_kevent.filter == BSD_EVFILT_READ ? filt_soread(note, socket, out)
							 : filt_sowrite(note, socket, out);
}

static void
activate(struct knote *note)
{
	xnu_lck_mtx_lock(note->kn_kq->lock);
	note->active = true;
	note->kn_kq->signalled = true;
	xnu_wakeup(note->kn_kq);
	xnu_selwakeup(&note->kn_kq->readers);
	xnu_lck_mtx_unlock(note->kn_kq->lock);
}

/* knote(): something happened to what the list's notes watch. hint: SO_FILT_HINT_LOCKED, as every caller here
 * is. */
void
xnu_knote(struct klist *list, long hint, bool autodetach)
{
	struct knote *note;
	(void)autodetach;
	if (!(hint & SO_FILT_HINT_LOCKED) && !SLIST_EMPTY(list))
		xnu_panic("knote: a socket's notes need SO_FILT_HINT_LOCKED");
	SLIST_FOREACH(note, list, kn_selnext)
	if (run_filter(note, NULL))
		activate(note);
}
KPI(knote, xnu_knote);

/* With the change lock held. */
static void
knote_drop(struct knote *note)
{
	struct socket *socket = note->kn_fp->glob->socket;
	struct sockbuf *buffer = buffer_of(note);
	socket_lock(socket, 1);
	SLIST_REMOVE(&buffer->sb_sel.si_note, note, knote, kn_selnext);
	if (SLIST_EMPTY(&buffer->sb_sel.si_note))
		buffer->sb_flags &= ~(uint32_t)SB_KNOTE;
	socket_unlock(socket, 1);
	LIST_REMOVE(note, kn_link);
	host_kernel_free(note, XNU_M_TEMP);
}

void
kqueue_free(struct kqueue *queue)
{
	/* In one step: a socket's close that no longer finds the queue frees what its notes point to. */
	xnu_lck_mtx_lock(queues_lock);
	xnu_lck_mtx_lock(queue->change);
	while (!LIST_EMPTY(&queue->notes))
		knote_drop(LIST_FIRST(&queue->notes));
	xnu_lck_mtx_unlock(queue->change);
	LIST_REMOVE(queue, all);
	xnu_lck_mtx_unlock(queues_lock);
	selthreadclear(&queue->readers);
	xnu_lck_mtx_free(queue->change, kqueue_group);
	xnu_lck_mtx_free(queue->lock, kqueue_group);
	host_kernel_free(queue, XNU_M_TEMP);
}

void
kqueue_drain(struct kqueue *queue)
{
	xnu_lck_mtx_lock(queue->lock);
	queue->draining = true;
	xnu_wakeup(queue);
	xnu_selwakeup(&queue->readers);
	xnu_lck_mtx_unlock(queue->lock);
}

void
knote_fdclose(struct fileproc *file)
{
	struct kqueue *queue;
	xnu_lck_mtx_lock(queues_lock);
	LIST_FOREACH(queue, &queues, all)
	{
		struct knote *note, *next;
		xnu_lck_mtx_lock(queue->change);
		for (note = LIST_FIRST(&queue->notes); note; note = next) {
			next = LIST_NEXT(note, kn_link);
			if (note->kn_fp == file)
				knote_drop(note);
		}
		xnu_lck_mtx_unlock(queue->change);
	}
	xnu_lck_mtx_unlock(queues_lock);
}

/* ---- kevent: changes ---- */

static struct knote *
knote_find(struct kqueue *queue, const struct bsd_kevent *change)
{
	struct knote *note;
	LIST_FOREACH(note, &queue->notes, kn_link)
	if (note->kn_kevent.ident == change->ident && note->kn_kevent.filter == change->filter)
		return note;
	return NULL;
}

static int
knote_add(struct kqueue *queue, struct fileproc *file, const struct bsd_kevent *change, struct knote **out)
{
	struct knote *note = host_kernel_malloc(sizeof(*note), XNU_M_TEMP, XNU_M_WAITOK | XNU_M_ZERO);
	if (!note)
		return XNU_ENOMEM;
	note->kn_kq = queue;
	note->kn_fp = file;
	note->kn_kevent = *change;
	note->kn_kevent.fflags = 0;
	LIST_INSERT_HEAD(&queue->notes, note, kn_link);
	struct sockbuf *buffer = buffer_of(note);
	socket_lock(file->glob->socket, 1);
	SLIST_INSERT_HEAD(&buffer->sb_sel.si_note, note, kn_selnext);
	buffer->sb_flags |= SB_KNOTE;
	socket_unlock(file->glob->socket, 1);
	*out = note;
	return 0;
}

static int
change_locked(struct kqueue *queue, struct fileproc *file, const struct bsd_kevent *change)
{
	struct knote *note = knote_find(queue, change);
	int error = 0;
	if (!note) {
		if (!(change->flags & BSD_EV_ADD))
			return XNU_ENOENT;
		error = knote_add(queue, file, change, &note);
		if (error)
			return error;
	} else if (change->flags & BSD_EV_DELETE) {
		knote_drop(note);
		return 0;
	}
	socket_lock(file->glob->socket, 1);
	if (change->flags & BSD_EV_ADD) {
		note->kn_sfflags = change->fflags;
		note->kn_sdata = change->data;
		note->kn_kevent.udata = change->udata;
		note->kn_kevent.flags = change->flags;
	}
	if (change->flags & BSD_EV_DISABLE)
		note->disabled = true;
	if (change->flags & (BSD_EV_ENABLE | BSD_EV_ADD) && !(change->flags & BSD_EV_DISABLE))
		note->disabled = false;
	bool ready = run_filter(note, NULL);
	socket_unlock(file->glob->socket, 1);
	if (ready)
		activate(note);
	return 0;
}

static int
apply_change(struct kqueue *queue, const struct bsd_kevent *change)
{
	struct fileproc *file;
	struct socket *socket;
	if (change->filter != BSD_EVFILT_READ && change->filter != BSD_EVFILT_WRITE)
		return XNU_EINVAL;
	int error = fp_socket((int)change->ident, &file, &socket);
	if (error)
		return error == XNU_ENOTSOCK ? XNU_EINVAL : error;
	xnu_lck_mtx_lock(queue->change);
	error = change_locked(queue, file, change);
	xnu_lck_mtx_unlock(queue->change);
	fp_drop(file);
	return error;
}

/* ---- kevent: events ---- */

static bool
take_active(struct knote *note)
{
	xnu_lck_mtx_lock(note->kn_kq->lock);
	bool taken = note->active && !note->disabled;
	if (taken)
		note->active = false;
	xnu_lck_mtx_unlock(note->kn_kq->lock);
	return taken;
}

/* An active note is asked again, as its event may be gone; one that stays true stays active unless EV_CLEAR.
 */
static int
collect(struct kqueue *queue, struct bsd_kevent *events, int count)
{
	int found = 0;
	struct knote *note, *next;
	xnu_lck_mtx_lock(queue->lock);
	queue->signalled = false;
	xnu_lck_mtx_unlock(queue->lock);
	xnu_lck_mtx_lock(queue->change);
	for (note = LIST_FIRST(&queue->notes); note && found < count; note = next) {
		struct bsd_kevent event;
		next = LIST_NEXT(note, kn_link);
		if (!take_active(note))
			continue;
		struct socket *socket = note->kn_fp->glob->socket;
		socket_lock(socket, 1);
		bool ready = run_filter(note, &event);
		socket_unlock(socket, 1);
		if (!ready)
			continue;
		events[found++] = event;
		if (event.flags & BSD_EV_ONESHOT)
			knote_drop(note);
		else if (event.flags & BSD_EV_DISPATCH)
			note->disabled = true;
		else if (!(event.flags & BSD_EV_CLEAR))
			activate(note);
	}
	xnu_lck_mtx_unlock(queue->change);
	return found;
}

bool
kqueue_select(struct kqueue *queue, struct select_waiter *waiter)
{
	bool ready = false;
	struct knote *note;
	/* First, or an event between the look and the record would be missed. */
	xnu_lck_mtx_lock(queue->lock);
	xnu_selrecord(NULL, &queue->readers, waiter);
	xnu_lck_mtx_unlock(queue->lock);
	xnu_lck_mtx_lock(queue->change);
	LIST_FOREACH(note, &queue->notes, kn_link)
	{
		/* What was active may be over. */
		if (!take_active(note))
			continue;
		struct socket *socket = note->kn_fp->glob->socket;
		socket_lock(socket, 1);
		bool still = run_filter(note, NULL);
		socket_unlock(socket, 1);
		if (still) {
			activate(note);
			ready = true;
		}
	}
	xnu_lck_mtx_unlock(queue->change);
	return ready;
}

static int
wait_for_event(struct kqueue *queue, uint64_t deadline)
{
	int error = 0;
	xnu_lck_mtx_lock(queue->lock);
	uint64_t now = host_clock_now(), left = deadline - now;
	struct timespec timeout = {(time_t)(left / 1000000000), (long)(left % 1000000000)};
	if (queue->draining)
		error = XNU_EBADF;
	else if (deadline <= now)
		error = XNU_EWOULDBLOCK;
	else if (!queue->signalled)
		error = xnu_msleep(queue, queue->lock, XNU_PSOCK | XNU_PCATCH, "kqread",
				   deadline == UINT64_MAX ? NULL : &timeout);
	xnu_lck_mtx_unlock(queue->lock);
	return error == XNU_ERESTART ? XNU_EINTR : error;
}

int
kqueue_kevent(struct kqueue *queue, const struct bsd_kevent *changes, int change_count,
	      struct bsd_kevent *events, int event_count, uint64_t deadline, int *found)
{
	int reported = 0;
	for (int i = 0; i < change_count; i++) {
		int error = apply_change(queue, &changes[i]);
		if (!error && !(changes[i].flags & BSD_EV_RECEIPT))
			continue;
		/* An error is an event, if there is room for one. */
		if (reported == event_count)
			return error;
		events[reported] = changes[i];
		events[reported].flags = BSD_EV_ERROR;
		events[reported++].data = error;
	}
	*found = reported;
	if (reported || event_count == 0)
		return 0;
	for (;;) {
		*found = collect(queue, events, event_count);
		if (*found)
			return 0;
		int error = wait_for_event(queue, deadline);
		if (error)
			return error == XNU_EWOULDBLOCK ? 0 : error;
	}
}
