/* Reassembly of IPv4 (RFC 791) and IPv6 (RFC 8200 section 4.5) datagrams. Overlapping fragments drop the
 * datagram. */
#include "host.h"
#include "net.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { DATAGRAMS_MAX = 64 };
#define LIFETIME UINT64_C(30000000000)

struct datagram {
	struct datagram *next;
	struct address source, destination;
	uint32_t identification;
	uint8_t protocol;
	uint64_t expires;
	size_t total;    /* 0 until the last fragment came */
	size_t received; /* bytes */
	unsigned char header[256];
	unsigned char have[IP_PACKET_MAX / 8 / 8 + 1]; /* one bit for every 8 bytes */
	unsigned char data[IP_PACKET_MAX + 8];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct datagram *datagrams;

static bool
matches(const struct datagram *datagram, const struct fragment *fragment)
{
	/* RFC 8200 leaves the protocol out, and it may differ between IPv6 fragments of one datagram. */
	bool protocol_matters = fragment->source.family == XNU_AF_INET;

	return datagram->identification == fragment->identification &&
	       (!protocol_matters || datagram->protocol == fragment->protocol) &&
	       address_equal(&datagram->source, &fragment->source) &&
	       address_equal(&datagram->destination, &fragment->destination);
}

static void
drop(struct datagram *datagram)
{
	struct datagram **link = &datagrams;

	while (*link != datagram)
		link = &(*link)->next;
	*link = datagram->next;
	free(datagram);
	net_counters.fragments_bad++;
}

/* Those that waited too long, and the oldest when there are too many. */
static void
expire(void)
{
	uint64_t now = host_clock_now();
	unsigned count = 0;

	for (struct datagram *datagram = datagrams, *next; datagram != NULL; datagram = next) {
		next = datagram->next;
		if (datagram->expires <= now || ++count >= DATAGRAMS_MAX)
			drop(datagram);
	}
}

static struct datagram *
find_or_make(const struct fragment *fragment)
{
	struct datagram *datagram;

	for (datagram = datagrams; datagram != NULL; datagram = datagram->next)
		if (matches(datagram, fragment))
			return datagram;
	datagram = calloc(1, sizeof(*datagram));
	if (datagram == NULL)
		xnu_panic("the host has no memory for reassembly");
	datagram->source = fragment->source;
	datagram->destination = fragment->destination;
	datagram->identification = fragment->identification;
	datagram->protocol = fragment->protocol;
	datagram->expires = host_clock_now() + LIFETIME;
	datagram->next = datagrams;
	datagrams = datagram;
	return datagram;
}

static bool
add(struct datagram *datagram, const struct fragment *fragment)
{
	size_t end = fragment->offset + fragment->length;
	size_t units = (fragment->length + 7) / 8;

	if (end > IP_PACKET_MAX || fragment->length == 0 || (fragment->more && fragment->length % 8 != 0))
		return false;
	if (datagram->total != 0 && (end > datagram->total || !fragment->more))
		return false;
	for (size_t unit = fragment->offset / 8; units-- > 0; unit++) {
		unsigned char bit = (unsigned char)(1u << unit % 8);

		if (datagram->have[unit / 8] & bit)
			return false;
		datagram->have[unit / 8] |= bit;
	}
	memcpy(datagram->data + fragment->offset, fragment->data, fragment->length);
	datagram->received += fragment->length;
	if (!fragment->more)
		datagram->total = end;
	return datagram->total == 0 || datagram->received <= datagram->total;
}

static unsigned char *
take_out(struct datagram *datagram, unsigned char *header, size_t *length)
{
	struct datagram **link = &datagrams;
	unsigned char *payload = malloc(datagram->total);

	if (payload == NULL)
		xnu_panic("the host has no memory for reassembly");
	memcpy(payload, datagram->data, datagram->total);
	memcpy(header, datagram->header,
	       (datagram->header[0] >> 4) == 4 ? (datagram->header[0] & 0xf) * 4u : IPV6_HEADER);
	*length = datagram->total;
	while (*link != datagram)
		link = &(*link)->next;
	*link = datagram->next;
	free(datagram);
	return payload;
}

unsigned char *
reassemble(const struct fragment *fragment, const void *header, size_t header_length,
	   unsigned char *whole_header, size_t *length)
{
	unsigned char *payload = NULL;

	pthread_mutex_lock(&lock);
	expire();
	struct datagram *datagram = find_or_make(fragment);

	if (fragment->offset == 0)
		memcpy(datagram->header, header, header_length);
	if (!add(datagram, fragment))
		drop(datagram);
	else if (datagram->total != 0 && datagram->received == datagram->total)
		payload = take_out(datagram, whole_header, length);
	pthread_mutex_unlock(&lock);
	return payload;
}

void
reassemble_clear(void)
{
	pthread_mutex_lock(&lock);
	while (datagrams != NULL)
		drop(datagrams);
	pthread_mutex_unlock(&lock);
}
