/* The engine: made, asked for what it has to say, ended. */
#ifndef SCTP_CORE_H
#define SCTP_CORE_H

#include "lock.h"
#include "sctp_engine.h"

#define SCTP_SECOND 1000000000ull

int sctp_core_start(void);
void sctp_core_stop(void);

extern struct sctp_engine *sctp_core_engine;

/* The only way to the engine: every call of it takes what this returns, and so has checked the lock. */
static inline struct sctp_engine *
engine(void)
{
	sctp_assert_locked();
	return sctp_core_engine;
}

/* Monotonic time. */
sctp_nanoseconds sctp_now(void);

/*
 * Sends what the engine has to send, shows on the sockets what changed in it, and sets the timer to its next
 * deadline. To be called after every engine call that may have caused any of these. Domain mutex.
 */
void sctp_core_drain(void);

#endif
