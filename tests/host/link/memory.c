/* The memory link: a wire inside the process. What is not for this host goes to the peer callback, or
 * nowhere. */
#include "link.h"
#include "host.h"

#include <pthread.h>
#include <stdio.h>

enum { LOOPBACK_MTU = 16384 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static host_link_peer peer;
static void *peer_context;
static char addresses[256] = "192.0.2.1,2001:db8::1";
static unsigned mtu = 1500;

void
host_memory_link_attach(host_link_peer callback, void *context)
{
	pthread_mutex_lock(&lock);
	peer = callback;
	peer_context = context;
	pthread_mutex_unlock(&lock);
}

void
host_memory_link_addresses(const char *list, unsigned new_mtu)
{
	snprintf(addresses, sizeof(addresses), "%s", list);
	mtu = new_mtu;
}

static int
memory_open(const char *argument, char *error, size_t size)
{
	struct address loopback4, loopback6;
	struct ifnet *lo;

	if (*argument != '\0') {
		snprintf(error, size, "SCTP_HOST_LINK: memory takes no argument (\"%s\")", argument);
		return -1;
	}
	lo = interface_add("lo0", LOOPBACK_MTU, IFF_LOOPBACK_ | IFF_MULTICAST_);
	address_parse("127.0.0.1", &loopback4, NULL);
	address_parse("::1", &loopback6, NULL);
	interface_add_address(lo, &loopback4, 8);
	interface_add_address(lo, &loopback6, 128);
	return link_add_addresses(interface_add("en0", link_mtu(mtu), IFF_MULTICAST_), addresses, error,
				  size);
}

static void
memory_close(void)
{
}

static int
memory_send(const struct address *destination, const void *packet, size_t length)
{
	host_link_peer callback;
	void *context;

	(void)destination;
	pthread_mutex_lock(&lock);
	callback = peer;
	context = peer_context;
	pthread_mutex_unlock(&lock);
	if (callback != NULL)
		callback(context, packet, length);
	return 0;
}

const struct link link_memory = {
    .name = "memory",
    .open = memory_open,
    .close = memory_close,
    .send = memory_send,
};
