/* The engine and its three outputs: packets, updates of sockets, the next deadline. */
#include "core.h"
#include "output.h"
#include "socket.h"
#include "timer.h"

struct sctp_engine *sctp_core_engine;

int
sctp_core_start(void)
{
	uint8_t seed[32];

	read_random(seed, sizeof(seed));
	sctp_core_engine = sctp_engine_create(seed);
	memset(seed, 0, sizeof(seed));
	return sctp_core_engine == NULL ? ENOMEM : 0;
}

void
sctp_core_stop(void)
{
	sctp_lock();
	sctp_engine_destroy(engine());
	sctp_core_engine = NULL;
	sctp_unlock();
}

sctp_nanoseconds
sctp_now(void)
{
	uint64_t nanoseconds;

	absolutetime_to_nanoseconds(mach_absolute_time(), &nanoseconds);
	return nanoseconds;
}

void
sctp_core_drain(void)
{
	sctp_nanoseconds deadline;
	struct sctp_update update;
	bool sent;

	/* Showing an update may free receive buffer, which may make a SACK due: hence the loop. */
	do {
		sent = sctp_output();
		while (sctp_engine_next_update(engine(), &update))
			sctp_socket_update(&update);
	} while (sent && sctp_engine_has_transmit(engine()));

	deadline = sctp_engine_deadline(engine());
	if (!sent)
		deadline = sctp_output_retry(deadline);
	sctp_timer_set(deadline);
}
