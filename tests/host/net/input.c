/*
 * The input thread: what dlil does. Packets wait in a queue, those that loop back as well, so that nothing is
 * ever delivered from inside ipf_inject_output.
 */
#include "host.h"
#include "net.h"
#include "scheduler.h"

#include <stdlib.h>
#include <string.h>

enum { QUEUE_MAX = 8192 };

struct queued {
	struct queued *next;
	struct ifnet *interface;
	size_t length;
	unsigned char packet[];
};

struct net_counters net_counters;

/* Under the scheduler lock. */
static struct queued *queue, **queue_end = &queue;
static unsigned queued;
/* Packets that were ever queued, and those of them that were delivered. */
static uint64_t accepted, delivered;
static bool running, stopping;
static atomic_size_t split_size;

void
host_input_split(size_t size)
{
	split_size = size;
}

void
net_input(struct ifnet *interface, const void *packet, size_t length)
{
	struct queued *entry = malloc(sizeof(*entry) + length);

	if (entry == NULL)
		xnu_panic("the host has no memory for a packet");
	entry->next = NULL;
	entry->interface = interface;
	entry->length = length;
	memcpy(entry->packet, packet, length);
	scheduler_enter();
	if (!running || queued == QUEUE_MAX) {
		net_counters.queue_full++;
		free(entry);
	} else {
		*queue_end = entry;
		queue_end = &entry->next;
		queued++;
		accepted++;
		scheduler_wake(&queue, false);
	}
	scheduler_leave();
}

static void
deliver(struct queued *entry)
{
	int version = entry->length > 0 ? entry->packet[0] >> 4 : 0;

	if (version == 4)
		net_input4(entry->interface, entry->packet, entry->length);
	else if (version == 6)
		net_input6(entry->interface, entry->packet, entry->length);
	else
		net_counters.bad_header++;
}

static void
input_thread(void *parameter, int result)
{
	(void)parameter;
	(void)result;
	scheduler_enter();
	while (!stopping) {
		struct queued *entry = queue;

		if (entry == NULL) {
			scheduler_sleep(&queue, WAIT_FOREVER, false);
			continue;
		}
		queue = entry->next;
		if (queue == NULL)
			queue_end = &queue;
		queued--;
		scheduler_leave();
		deliver(entry);
		free(entry);
		scheduler_enter();
		delivered++;
		scheduler_wake(&delivered, false);
	}
	delivered = accepted;
	scheduler_wake(&delivered, false);
	while (queue != NULL) {
		struct queued *entry = queue;

		queue = entry->next;
		free(entry);
	}
	queue_end = &queue;
	queued = 0;
	running = false;
	scheduler_wake(&running, false);
	scheduler_leave();
}

void
net_input_settle(void)
{
	uint64_t wanted;

	scheduler_enter();
	wanted = accepted;
	while (running && delivered < wanted)
		scheduler_sleep(&delivered, WAIT_FOREVER, false);
	scheduler_leave();
	scheduler_settle_kext();
}

int
net_input_start(void)
{
	struct thread *thread;

	scheduler_enter();
	running = true;
	stopping = false;
	scheduler_leave();
	if (xnu_kernel_thread_start(input_thread, NULL, &thread) != 0)
		return XNU_ENOMEM;
	xnu_thread_deallocate(thread);
	return 0;
}

void
net_input_stop(void)
{
	scheduler_enter();
	stopping = true;
	scheduler_wake(&queue, false);
	while (running)
		scheduler_sleep(&running, WAIT_FOREVER, false);
	scheduler_leave();
	reassemble_clear();
}

static struct mbuf *
piece(const unsigned char *bytes, size_t length)
{
	return length > 0 ? host_mbuf_packet(bytes, length) : NULL;
}

/* As host_input_split asks: an mbuf for the header, then one for every so many bytes. */
static struct mbuf *
split_chain(const unsigned char *packet, size_t length, size_t header, size_t size)
{
	struct mbuf *first = piece(packet, header), *last = first;

	for (size_t at = header; last != NULL && at < length;) {
		size_t count = length - at < size ? length - at : size;
		struct mbuf *next = piece(packet + at, count);

		if (next == NULL) {
			xnu_mbuf_freem(first);
			return NULL;
		}
		xnu_mbuf_setnext(last, next);
		while (next != NULL) {
			xnu_mbuf_setflags(next, xnu_mbuf_flags(next) & ~(uint32_t)XNU_MBUF_PKTHDR);
			last = next;
			next = xnu_mbuf_next(next);
		}
		at += count;
	}
	if (first != NULL)
		xnu_mbuf_pkthdr_setlen(first, length);
	return first;
}

struct mbuf *
net_input_chain(struct ifnet *interface, const void *packet, size_t length, size_t header)
{
	size_t size = split_size;
	struct mbuf *chain = size > 0 ? split_chain(packet, length, header, size) : piece(packet, length);

	if (chain == NULL) {
		net_counters.no_mbuf++;
		return NULL;
	}
	if (xnu_mbuf_len(chain) < header && xnu_mbuf_pullup(&chain, header) != 0) {
		net_counters.no_mbuf++;
		return NULL;
	}
	xnu_mbuf_pkthdr_setrcvif(chain, interface);
	return chain;
}
