/* The last step out: onto the link, or into the input queue for what is for this host itself. */
#include "host.h"
#include "link.h"

#include <pthread.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned lose_one_in;
static uint64_t loss_state;

void
host_lose_packets(unsigned n, uint64_t seed)
{
	pthread_mutex_lock(&lock);
	lose_one_in = n;
	loss_state = seed;
	pthread_mutex_unlock(&lock);
}

static bool
is_lost(void)
{
	bool lost = false;

	pthread_mutex_lock(&lock);
	if (lose_one_in > 0) {
		/* A linear congruential generator: its upper bits are good enough to lose packets by. */
		loss_state = loss_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		lost = (loss_state >> 33) % lose_one_in == 0;
	}
	pthread_mutex_unlock(&lock);
	return lost;
}

int
net_transmit(const struct route *route, const struct address *destination, const void *packet, size_t length)
{
	const struct link *link = link_current();
	int error;

	if (is_lost())
		return 0;
	if (route->loops_back) {
		net_input(route->interface, packet, length);
		return 0;
	}
	if (link == NULL)
		return XNU_ENETDOWN;
	error = link->send(destination, packet, length);
	if (error != 0)
		net_counters.output_errors++;
	return error;
}
