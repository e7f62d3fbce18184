/* One timer for all of the engine's deadlines. */
#ifndef SCTP_TIMER_H
#define SCTP_TIMER_H

#include "sctp_engine.h"

int sctp_timer_start(void);
/* Returns when no call is pending or under way. */
void sctp_timer_stop(void);

/* Makes the timer fire at deadline or before; SCTP_NEVER: it need not. Domain mutex. */
void sctp_timer_set(sctp_nanoseconds deadline);

#endif
