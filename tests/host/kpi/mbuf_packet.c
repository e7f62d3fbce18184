/* Packets made in one go: mbuf_allocpacket and the host's own. */
#include "mbuf.h"

/* The cluster size m_allocpacket_internal takes for a packet; 0: mbufs without clusters. */
static size_t
cluster_for(size_t length)
{
	if (length <= MINCLSIZE)
		return 0;
	if (length <= MCLBYTES)
		return MCLBYTES;
	return length <= MBIGCLBYTES ? MBIGCLBYTES : M16KCLBYTES;
}

static size_t
chunk_count(size_t length, size_t cluster)
{
	if (cluster == 0)
		return length <= MHLEN ? 1 : 2;
	return (length - 1) / cluster + 1;
}

/*
 * A chain with room for length bytes; every mbuf of it is empty, and so is the packet header's length. A
 * caller that writes with mbuf_copyback fills the last mbuf only.
 */
int
xnu_mbuf_allocpacket(uint32_t how, size_t length, unsigned *max_chunks, struct mbuf **out)
{
	size_t cluster = cluster_for(length);
	struct mbuf *first = NULL, **link = &first;

	(void)how;
	if (length == 0)
		return XNU_EINVAL;
	if (cluster == 0 && length > MHLEN && max_chunks != NULL && *max_chunks == 1)
		cluster = MCLBYTES;

	size_t chunks = chunk_count(length, cluster);

	if (max_chunks != NULL && *max_chunks != 0 && chunks > *max_chunks)
		return XNU_ENOBUFS;
	for (size_t i = 0; i < chunks; i++) {
		size_t rest = length - i * cluster;
		/* What is left for the last one goes into the smallest cluster that holds it. */
		size_t size = i > 0 && i == chunks - 1 && cluster != 0 ? (rest > MBIGCLBYTES ? M16KCLBYTES
									  : rest > MCLBYTES  ? MBIGCLBYTES
											     : MCLBYTES)
								       : cluster;

		*link = mbuf_make(XNU_MBUF_TYPE_DATA, i == 0, size);
		if (*link == NULL) {
			xnu_mbuf_freem(first);
			return XNU_ENOMEM;
		}
		link = &(*link)->next;
	}
	if (max_chunks != NULL)
		*max_chunks = (unsigned)chunks;
	*out = first;
	return 0;
}
KPI(mbuf_allocpacket, xnu_mbuf_allocpacket);

struct mbuf *
host_mbuf_packet(const void *bytes, size_t length)
{
	const unsigned char *from = bytes;
	struct mbuf *packet;

	if (xnu_mbuf_allocpacket(XNU_MBUF_DONTWAIT, length, NULL, &packet) != 0)
		return NULL;
	for (struct mbuf *mbuf = packet; mbuf != NULL; mbuf = mbuf->next) {
		size_t room = mbuf_capacity(mbuf);

		mbuf->length = length < room ? length : room;
		__builtin_memcpy(mbuf->data, from, mbuf->length);
		from += mbuf->length;
		length -= mbuf->length;
		packet->packet_length += mbuf->length;
	}
	return packet;
}
