/* Packets out, through ipf_inject_output. */
#ifndef SCTP_OUTPUT_H
#define SCTP_OUTPUT_H

#include "sctp_engine.h"

int sctp_output_start(void);

/* Sends all that the engine has; false when mbufs ran out before that. Domain mutex. */
bool sctp_output(void);

/* After false: when to try again, or deadline if that is earlier. */
sctp_nanoseconds sctp_output_retry(sctp_nanoseconds deadline);

#endif
