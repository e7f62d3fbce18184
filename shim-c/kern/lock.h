/*
 * The domain mutex: the one lock of this extension. XNU takes the same mutex as dom_mtx around most socket
 * requests, so that sockets, endpoints and associations are all under it; the order is in shim-c/README.md.
 */
#ifndef SCTP_LOCK_H
#define SCTP_LOCK_H

#include "xnu.h"

int sctp_lock_start(void);
void sctp_lock_stop(void);

lck_mtx_t *sctp_mutex(void);
void sctp_lock(void);
void sctp_unlock(void);

/* Sleeps with the mutex released; timeout NULL: for ever. 0, EWOULDBLOCK, or with PCATCH EINTR and ERESTART.
 */
int sctp_sleep(void *channel, int priority, struct timespec *timeout);

/*
 * Panics if nobody holds the mutex; built with SCTP_CHECK_LOCK only, for no KPI tells who holds a mutex that
 * the kernel itself may have taken for us.
 */
void sctp_assert_locked(void);

#endif
