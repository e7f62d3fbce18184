/* Waiting for one of many files: who waits, and at which selinfos. */
#ifndef BSD_SELECT_H
#define BSD_SELECT_H

#include "structs.h"

struct select_waiter {
	struct select_link *links; /* one for each selinfo it is recorded at */
	bool woken;
};

void select_waiter_init(struct select_waiter *waiter);
/* Sleeps until woken; 0, EWOULDBLOCK at the deadline (host clock, UINT64_MAX: none), EINTR. Clears woken. */
int select_wait(struct select_waiter *waiter, uint64_t deadline);
/* Forgets all selinfos the waiter is recorded at. */
void select_cancel(struct select_waiter *waiter);

enum { SELECT_READ = 1, SELECT_WRITE = 2, SELECT_EXCEPT = 0 };
/* Is the file ready? If not, the waiter is recorded. */
struct fileproc;
bool fo_select(struct fileproc *file, int which, struct select_waiter *waiter);

#endif
