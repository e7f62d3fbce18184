/* kqueue: knotes hang at socket buffers and at their queue. */
#ifndef BSD_KQUEUE_H
#define BSD_KQUEUE_H

#include "file.h"
#include "select.h"

struct knote {
	SLIST_ENTRY(knote) kn_selnext; /* at the socket buffer; guarded by the socket's lock */
	LIST_ENTRY(knote) kn_link;     /* at the queue; guarded by the queue's change lock */
	struct kqueue *kn_kq;
	struct fileproc *kn_fp;
	struct bsd_kevent kn_kevent; /* ident, filter, udata as registered; flags and fflags as reported */
	uint32_t kn_sfflags;         /* fflags and data as registered */
	int64_t kn_sdata;
	bool active, disabled; /* guarded by the queue's lock */
};

/* Is the event there? With the socket locked. Fills out, if not NULL, with what is reported. */
bool filt_soread(struct knote *note, struct socket *socket, struct bsd_kevent *out);
bool filt_sowrite(struct knote *note, struct socket *socket, struct bsd_kevent *out);

/* deadline: host clock, UINT64_MAX none. 0 and how many events in found, or an errno. */
int kqueue_kevent(struct kqueue *queue, const struct bsd_kevent *changes, int change_count,
		  struct bsd_kevent *events, int event_count, uint64_t deadline, int *found);
/* Are there events? If not, the waiter is recorded. */
bool kqueue_select(struct kqueue *queue, struct select_waiter *waiter);

#endif
