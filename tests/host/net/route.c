/*
 * Routes. A destination that is one of this host's addresses loops back over lo0. Otherwise the link is
 * asked, whose answer is kept for a second; links without an opinion route by prefix: an address given with a
 * prefix reaches only that network, one without is a default route.
 */
#include "host.h"
#include "link.h"

#include <pthread.h>
#include <string.h>

enum { CACHE = 64 };
#define CACHE_TIME UINT64_C(1000000000)

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
	struct address destination;
	struct route route;
	uint64_t expires;
} cache[CACHE];

void
routes_clear(void)
{
	pthread_mutex_lock(&lock);
	memset(cache, 0, sizeof(cache));
	pthread_mutex_unlock(&lock);
}

static bool
prefix_matches(const struct ifaddr *entry, const struct address *destination)
{
	unsigned whole = entry->prefix / 8, rest = entry->prefix % 8;
	unsigned mask = 0xff00u >> rest & 0xff;

	if (memcmp(entry->address.bytes, destination->bytes, whole) != 0)
		return false;
	return rest == 0 || ((entry->address.bytes[whole] ^ destination->bytes[whole]) & mask) == 0;
}

static bool
route_by_prefix(const struct address *destination, struct route *out)
{
	unsigned whole = destination->family == XNU_AF_INET ? 32 : 128;
	int best = -1;

	interfaces_lock();
	for (struct ifnet *interface = interfaces_first(); interface != NULL; interface = interface->next) {
		for (const struct ifaddr *entry = interface->addresses; entry != NULL; entry = entry->next) {
			int quality = -1;

			if (entry->address.family != destination->family)
				continue;
			if (entry->prefix < whole && prefix_matches(entry, destination))
				quality = (int)entry->prefix;
			else if (entry->prefix == whole && !address_is_loopback(&entry->address))
				quality = 0;
			if (quality <= best)
				continue;
			best = quality;
			*out = (struct route){.interface = interface, .source = entry->address};
		}
	}
	interfaces_unlock();
	return best >= 0;
}

static bool
route_by_link(const struct link *link, const struct address *destination, struct route *out)
{
	unsigned slot = (destination->bytes[3] + destination->bytes[15]) % CACHE;
	uint64_t now = host_clock_now();
	bool known;

	pthread_mutex_lock(&lock);
	known = cache[slot].expires > now && address_equal(&cache[slot].destination, destination);
	if (known)
		*out = cache[slot].route;
	pthread_mutex_unlock(&lock);
	if (known)
		return true;
	if (!link->route(destination, out))
		return false;
	pthread_mutex_lock(&lock);
	cache[slot].destination = *destination;
	cache[slot].route = *out;
	cache[slot].expires = now + CACHE_TIME;
	pthread_mutex_unlock(&lock);
	return true;
}

bool
route_find(const struct address *destination, struct route *out)
{
	const struct link *link = link_current();

	if (link == NULL)
		return false;
	if (!link->carries_local && interface_of(destination) != NULL) {
		*out = (struct route){
		    .interface = interface_loopback(), .source = *destination, .loops_back = true};
		return true;
	}
	return link->route != NULL ? route_by_link(link, destination, out)
				   : route_by_prefix(destination, out);
}
