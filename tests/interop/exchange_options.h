/* The command line that all clients share. */
#ifndef EXCHANGE_OPTIONS_H
#define EXCHANGE_OPTIONS_H

#include "exchange_plan.h"

/* Of one side, with the NULL at their end. */
#define EXCHANGE_ADDRESSES 5

struct exchange_options {
	struct exchange_plan plan;
	const char *peer;    /* IPv4 or IPv6 address */
	uint16_t port;       /* host order */
	uint32_t window;     /* bytes sent and not yet echoed */
	unsigned time_limit; /* seconds, for everything */
	bool one_to_one;
	const char *own[EXCHANGE_ADDRESSES]; /* to bind; NULL after the last */
	unsigned pace;                       /* milliseconds between two messages */
	bool fast_timers;
};

/* Exits with EXCHANGE_USAGE on a wrong command line. */
void exchange_options_read(struct exchange_options *options, int argc, char **argv);

/* From here on the process ends with EXCHANGE_TIMEOUT when the seconds are over. */
void exchange_time_limit(unsigned seconds);

/* Exit codes. */
enum {
	EXCHANGE_OK = 0,
	EXCHANGE_MISMATCH = 1, /* something came back changed, twice, out of order or not at all */
	EXCHANGE_USAGE = 2,
	EXCHANGE_SETUP = 3, /* no socket, no association */
	EXCHANGE_TIMEOUT = 4,
	EXCHANGE_NO_PATHS = 78, /* a call for several addresses is refused as unknown */
	EXCHANGE_LOST = 5,      /* the association ended before its time */
};

#endif
