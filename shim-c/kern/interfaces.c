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
	union {
		struct sockaddr any;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
	} to;
	struct ifaddr *found;
	uint32_t index;

	memset(&to, 0, sizeof(to));
	if (destination->family == 4) {
		to.in.sin_len = sizeof(to.in);
		to.in.sin_family = AF_INET;
		memcpy(&to.in.sin_addr, destination->bytes, sizeof(to.in.sin_addr));
	} else {
		to.in6.sin6_len = sizeof(to.in6);
		to.in6.sin6_family = AF_INET6;
		sctp_address_to_kernel(destination, to.in6.sin6_addr.s6_addr);
	}
	found = ifaddr_withroute(0, &to.any, &to.any);
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

/* How good a source is, 0: not at all. An address of another interface is used only if it was asked for. */
static unsigned
quality(const struct sctp_transmit *transmit, size_t index, uint32_t interface)
{
	const struct sctp_address *candidate = &known.list[index], *destination = &transmit->destination;
	unsigned on_interface = 8 * IPV6_ADDRESS + 1;

	/* Both have scope 0 unless they are link-local, of one interface then. */
	if (candidate->family != destination->family || candidate->scope != destination->scope)
		return 0;
	if (transmit->restricted && !sctp_engine_may_send_from(engine(), transmit, candidate))
		return 0;
	if (sctp_address_same_host(candidate, destination) || known.interface[index] == interface)
		return 1 + on_interface + common_prefix(candidate, destination);
	return transmit->restricted ? 1 + common_prefix(candidate, destination) : 0;
}

bool
sctp_interfaces_source(struct sctp_transmit *transmit)
{
	uint32_t interface = route_to(&transmit->destination);
	const struct sctp_address *chosen = NULL;
	unsigned best = 0;

	for (size_t i = 0; i < known.count; i++) {
		unsigned good = quality(transmit, i, interface);

		if (good > best) {
			best = good;
			chosen = &known.list[i];
		}
	}
	if (chosen == NULL)
		return false;
	transmit->source.family = chosen->family;
	transmit->source.scope = chosen->scope;
	memcpy(transmit->source.bytes, chosen->bytes, sizeof(chosen->bytes));
	return true;
}
