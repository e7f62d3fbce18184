/* The last step out: onto the link, or into the input queue for what is for this host itself. */
#include "link.h"

int
net_transmit(const struct route *route, const struct address *destination, const void *packet, size_t length)
{
	const struct link *link = link_current();
	int error;

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
