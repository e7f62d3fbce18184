/* The rate limit of the log. */
#include "log.h"
#include "core.h"

static uint64_t second;
static uint32_t lines;

bool
sctp_log_allowed(void)
{
	uint64_t now = sctp_now() / SCTP_SECOND;

	/* Two threads at a change of second may both reset the count: some lines more, nothing worse. */
	if (__atomic_exchange_n(&second, now, __ATOMIC_RELAXED) != now)
		__atomic_store_n(&lines, 0, __ATOMIC_RELAXED);
	return __atomic_fetch_add(&lines, 1, __ATOMIC_RELAXED) < SCTP_LOG_RATE;
}
