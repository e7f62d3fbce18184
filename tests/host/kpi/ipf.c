/*
 * IP filters. One that is removed while packets are in filters is detached when the last of them is done, so
 * that its detach callback comes later than ipf_remove returns.
 */
#include "ipf.h"
#include "internal.h"
#include "net.h"

#include <pthread.h>
#include <stdlib.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct ipfilter *filters; /* both families; the youngest first */
static unsigned running;

static int
add(const struct ipf_filter *filter, bool is_v6, struct ipfilter **out)
{
	struct ipfilter *entry;

	if (filter->name == NULL || (filter->ipf_input == NULL && filter->ipf_output == NULL))
		return XNU_EINVAL;
	entry = calloc(1, sizeof(*entry));
	if (entry == NULL)
		return XNU_ENOMEM;
	entry->filter = *filter;
	entry->is_v6 = is_v6;
	pthread_mutex_lock(&lock);
	entry->next = filters;
	filters = entry;
	pthread_mutex_unlock(&lock);
	*out = entry;
	return 0;
}

int
xnu_ipf_addv4(const struct ipf_filter *filter, struct ipfilter **out)
{
	return add(filter, false, out);
}
KPI(ipf_addv4, xnu_ipf_addv4);

int
xnu_ipf_addv6(const struct ipf_filter *filter, struct ipfilter **out)
{
	return add(filter, true, out);
}
KPI(ipf_addv6, xnu_ipf_addv6);

/* Takes every removed filter out, if none runs, and calls its detach function without the lock. */
static void
detach_removed(void)
{
	for (struct ipfilter **link = &filters; running == 0 && *link != NULL;) {
		struct ipfilter *entry = *link;

		if (!entry->removed) {
			link = &entry->next;
			continue;
		}
		*link = entry->next;
		pthread_mutex_unlock(&lock);
		if (entry->filter.ipf_detach != NULL)
			entry->filter.ipf_detach(entry->filter.cookie);
		free(entry);
		pthread_mutex_lock(&lock);
		link = &filters;
	}
}

int
xnu_ipf_remove(struct ipfilter *filter)
{
	struct ipfilter *entry;

	if (filter == NULL)
		return XNU_EINVAL;
	pthread_mutex_lock(&lock);
	for (entry = filters; entry != NULL && entry != filter;)
		entry = entry->next;
	if (entry == NULL || entry->removed) {
		pthread_mutex_unlock(&lock);
		return XNU_ENOENT;
	}
	entry->removed = true;
	detach_removed();
	pthread_mutex_unlock(&lock);
	return 0;
}
KPI(ipf_remove, xnu_ipf_remove);

unsigned
ipf_attached(void)
{
	unsigned count = 0;

	pthread_mutex_lock(&lock);
	for (const struct ipfilter *entry = filters; entry != NULL; entry = entry->next)
		count++;
	pthread_mutex_unlock(&lock);
	return count;
}

bool
ipf_any(bool is_v6)
{
	bool any = false;

	pthread_mutex_lock(&lock);
	for (const struct ipfilter *entry = filters; entry != NULL && !any; entry = entry->next)
		any = entry->is_v6 == is_v6 && !entry->removed;
	pthread_mutex_unlock(&lock);
	return any;
}

static void
done_running(void)
{
	pthread_mutex_lock(&lock);
	running--;
	detach_removed();
	pthread_mutex_unlock(&lock);
}

static struct ipfilter *
first_filter(void)
{
	pthread_mutex_lock(&lock);
	running++;
	struct ipfilter *first = filters;

	pthread_mutex_unlock(&lock);
	return first;
}

int
ipf_run_input(bool is_v6, struct mbuf **packet, int offset, uint8_t protocol)
{
	int result = 0;

	for (struct ipfilter *entry = first_filter(); entry != NULL && result == 0; entry = entry->next) {
		if (entry->is_v6 != is_v6 || entry->removed || entry->filter.ipf_input == NULL)
			continue;
		result = entry->filter.ipf_input(entry->filter.cookie, packet, offset, protocol);
		if (host_locks_held() != 0)
			xnu_panic("IP filter %s returned with %u locks held", entry->filter.name,
				  host_locks_held());
	}
	done_running();
	return result;
}

int
ipf_run_output(bool is_v6, const struct ipfilter *injected_by, struct mbuf **packet)
{
	bool seen = injected_by == NULL;
	int result = 0;

	for (struct ipfilter *entry = first_filter(); entry != NULL && result == 0; entry = entry->next) {
		if (!seen)
			seen = entry == injected_by;
		else if (entry->is_v6 == is_v6 && !entry->removed && entry->filter.ipf_output != NULL)
			result = entry->filter.ipf_output(entry->filter.cookie, packet, NULL);
	}
	done_running();
	return result;
}

/*
 * Takes the packet over whatever it returns. XNU pulls an empty first mbuf up and then goes on with the
 * pointer it was given, which the pull-up may have freed; a kext that gets here double-frees in a real
 * kernel.
 */
int
xnu_ipf_inject_output(struct mbuf *packet, struct ipfilter *filter, void *options)
{
	struct mbuf *pulled = packet;
	size_t header;

	(void)options;
	host_mbuf_check(packet);
	if (xnu_mbuf_len(packet) < 1 && (xnu_mbuf_pullup(&pulled, 1) != 0 || pulled != packet))
		xnu_panic("mbuf trap: ipf_inject_output of a packet whose first mbuf is empty");

	int version = *(unsigned char *)xnu_mbuf_data(packet) >> 4;

	if (version != 4 && version != 6) {
		xnu_mbuf_freem(packet);
		return XNU_ENOTSUP;
	}
	header = version == 4 ? IPV4_HEADER : IPV6_HEADER;
	if (xnu_mbuf_len(packet) < header && xnu_mbuf_pullup(&packet, header) != 0)
		return XNU_ENOMEM;
	return version == 4 ? net_output4(packet, filter) : net_output6(packet, filter);
}
KPI(ipf_inject_output, xnu_ipf_inject_output);
