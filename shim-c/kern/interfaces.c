/*
 * No public KPI reports changes of addresses to an extension, so they are read when a socket is made and
 * every few seconds; the engine gets them only when they differ from the last time.
 */
#include "interfaces.h"
#include "address.h"
#include "core.h"
#include "ip.h"
#include "log.h"
#include "mem.h"
#include "user_abi.h"

/* Addresses beyond this number are not used. */
#define ADDRESSES_MAX 128

struct addresses {
	size_t count;
	struct sctp_address list[ADDRESSES_MAX];
	uint32_t interface[ADDRESSES_MAX]; /* the index of the one that has it */
};

static struct addresses known;
static sctp_nanoseconds last_refresh;

static void
collect(const struct sctp_family *family, struct addresses *out)
{
	struct ifaddr **list;

	if (ifnet_get_address_list_family(NULL, &list, family->domain_family) != 0)
		return;
	for (size_t i = 0; list[i] != NULL && out->count < ADDRESSES_MAX; i++) {
		struct sockaddr_storage storage;
		struct sockaddr *address = (struct sockaddr *)(void *)&storage;
		uint32_t interface = ifnet_index(ifaddr_ifnet(list[i]));

		if (ifaddr_address(list[i], address, sizeof(storage)) == 0 &&
		    sctp_address_of_host(address, interface, &out->list[out->count]))
			out->interface[out->count++] = interface;
	}
	ifnet_free_address_list(list);
}

static bool
same(const struct addresses *a, const struct addresses *b)
{
	return a->count == b->count && memcmp(a->list, b->list, a->count * sizeof(a->list[0])) == 0 &&
	       memcmp(a->interface, b->interface, a->count * sizeof(a->interface[0])) == 0;
}

/* Domain mutex. */
static void
publish(const struct addresses *found)
{
	int error;

	last_refresh = sctp_now();
	if (same(&known, found))
		return;
	error = sctp_engine_set_addresses(engine(), found->list, found->count);
	if (error != 0) {
		sctp_log_limited("the host's addresses could not be used: error %d", error);
		return;
	}
	memcpy(&known, found, sizeof(known));
	sctp_core_drain();
}

void
sctp_interfaces_refresh(void)
{
	struct addresses *found = sctp_mem_alloc(sizeof(*found));

	if (found == NULL)
		return;
	for (size_t i = 0; i < SCTP_FAMILIES; i++)
		collect(&sctp_families[i], found);
	sctp_lock();
	publish(found);
	sctp_unlock();
	sctp_kern_free(found, sizeof(*found));
}

int
sctp_interfaces_start(void)
{
	memset(&known, 0, sizeof(known));
	sctp_interfaces_refresh();
	return 0;
}

void
sctp_interfaces_refresh_if_old(void)
{
	/* A torn or stale read costs one refresh too many or a second's delay. */
	if (sctp_now() - __atomic_load_n(&last_refresh, __ATOMIC_RELAXED) >= SCTP_SECOND)
		sctp_interfaces_refresh();
}

bool
sctp_interfaces_have(const struct sctp_address *address)
{
	bool have = sctp_address_is_any(address);

	for (size_t i = 0; i < known.count && !have; i++)
		have = sctp_address_same_host(&known.list[i], address);
	return have;
}

/* The index of the interface that packets to destination leave by, 0 without a route. */
static uint32_t
route_to(const struct sctp_address *destination)
{
	struct sockaddr_in6 to;
	const struct sockaddr *address = (const struct sockaddr *)(const void *)&to;
	struct ifaddr *found;
	uint32_t index;

	memset(&to, 0, sizeof(to));
	to.sin6_len = sizeof(to);
	to.sin6_family = AF_INET6;
	sctp_address_to_kernel(destination, to.sin6_addr.s6_addr);
	found = ifaddr_withroute(0, address, address);
	if (found == NULL)
		return 0;
	index = ifnet_index(ifaddr_ifnet(found));
	(void)ifaddr_release(found);
	return index;
}

static unsigned
common_prefix(const struct sctp_address *a, const struct sctp_address *b)
{
	unsigned bits = 0;

	while (bits < 8 * IPV6_ADDRESS && ((a->bytes[bits / 8] ^ b->bytes[bits / 8]) & 0x80 >> bits % 8) == 0)
		bits++;
	return bits;
}

bool
sctp_interfaces_source(const struct sctp_address *destination, struct sctp_address *source)
{
	uint32_t interface = route_to(destination);
	unsigned best = 0;
	bool found = false;

	for (size_t i = 0; i < known.count; i++) {
		const struct sctp_address *candidate = &known.list[i];
		unsigned common;

		/* Both have scope 0 unless they are link-local, of one interface then. */
		if (candidate->family != 6 || candidate->scope != destination->scope)
			continue;
		if (!sctp_address_same_host(candidate, destination) && known.interface[i] != interface)
			continue;
		common = common_prefix(candidate, destination);
		if (found && common <= best)
			continue;
		best = common;
		*source = *candidate;
		found = true;
	}
	return found;
}
