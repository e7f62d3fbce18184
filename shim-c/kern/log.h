/* Messages to the system log, all with the same prefix. The format is a string literal without a newline. */
#ifndef SCTP_LOG_H
#define SCTP_LOG_H

#include "xnu.h"

#define sctp_log(...) (printf("SCTP: " __VA_ARGS__), (void)printf("\n"))

/* For what a peer or a program can cause: no more than SCTP_LOG_RATE such lines a second. */
#define sctp_log_limited(...) (sctp_log_allowed() ? sctp_log(__VA_ARGS__) : (void)0)
#define SCTP_LOG_RATE 5

bool sctp_log_allowed(void);

#endif
