/*
 * No public KPI reports changes of addresses to an extension, so they are read when a socket is made and
 * every few seconds; the engine gets them only when they differ from the last time.
 */
#include "interfaces.h"
#include "address.h"
#include "core.h"
#include "log.h"
#include "mem.h"
#include "user_abi.h"

/* Addresses beyond this number are not used. */
#define ADDRESSES_MAX 128

struct addresses {
	size_t count;
	struct sctp_address list[ADDRESSES_MAX];
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

		if (ifaddr_address(list[i], address, sizeof(storage)) == 0 &&
		    sctp_address_of_host(address, &out->list[out->count]))
			out->list[out->count++].port = 0;
	}
	ifnet_free_address_list(list);
}

/* Domain mutex. */
static void
publish(const struct addresses *found)
{
	size_t size = offsetof(struct addresses, list) + found->count * sizeof(found->list[0]);
	int error;

	last_refresh = sctp_now();
	if (memcmp(&known, found, size) == 0)
		return;
	error = sctp_engine_set_addresses(engine(), found->list, found->count);
	if (error != 0) {
		sctp_log_limited("the host's addresses could not be used: error %d", error);
		return;
	}
	memcpy(&known, found, size);
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
