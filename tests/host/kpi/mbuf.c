/* mbufs one by one: making, freeing, fields. Chains are in mbuf_chain.c. */
#include "mbuf.h"
#include "host.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { POISON_FRESH = 0xA5, POISON_FREED = 0xDE, QUARANTINE = 1024 };

#define LIVE_MARK UINT64_C(0x6d6275666c697665)
#define FREED_MARK UINT64_C(0x6d62756664656164)

static atomic_ullong live;
static atomic_ullong fail_every, made;

static pthread_mutex_t quarantine_lock = PTHREAD_MUTEX_INITIALIZER;
static struct mbuf *quarantine[QUARANTINE];
static unsigned quarantine_at;

uint64_t
host_mbuf_live(void)
{
	return live;
}

void
host_mbuf_fail_every(uint64_t n)
{
	fail_every = n;
}

struct mbuf *
mbuf_live(struct mbuf *mbuf)
{
	if (mbuf == NULL)
		xnu_panic("a NULL mbuf is used");
	if (mbuf->mark == FREED_MARK)
		xnu_panic("mbuf %p is used after it was freed", (void *)mbuf);
	if (mbuf->mark != LIVE_MARK)
		xnu_panic("%p is no mbuf", (void *)mbuf);
	return mbuf;
}

void
host_mbuf_check(struct mbuf *chain)
{
	for (struct mbuf *mbuf = chain; mbuf != NULL; mbuf = mbuf->next) {
		mbuf_live(mbuf);
		if (mbuf->data < mbuf_start(mbuf) ||
		    mbuf->data + mbuf->length > mbuf_start(mbuf) + mbuf_capacity(mbuf))
			xnu_panic("mbuf %p: its data lies outside its buffer", (void *)mbuf);
	}
}

unsigned char *
mbuf_start(const struct mbuf *mbuf)
{
	if (mbuf->cluster != NULL)
		return mbuf->cluster->bytes;
	return (unsigned char *)mbuf->inner + (mbuf->flags & XNU_MBUF_PKTHDR ? MLEN - MHLEN : 0);
}

size_t
mbuf_capacity(const struct mbuf *mbuf)
{
	if (mbuf->cluster != NULL)
		return mbuf->cluster->size;
	return mbuf->flags & XNU_MBUF_PKTHDR ? MHLEN : MLEN;
}

static struct cluster *
make_cluster(size_t size)
{
	struct cluster *cluster = malloc(sizeof(*cluster) + size);

	if (cluster != NULL) {
		cluster->references = 1;
		cluster->size = size;
		memset(cluster->bytes, POISON_FRESH, size);
	}
	return cluster;
}

static void
attach_cluster(struct mbuf *mbuf, struct cluster *cluster)
{
	mbuf->cluster = cluster;
	mbuf->flags |= XNU_MBUF_EXT;
	mbuf->data = cluster->bytes;
}

struct mbuf *
mbuf_make(uint32_t type, bool has_header, size_t cluster_size)
{
	struct cluster *cluster = NULL;
	struct mbuf *mbuf;
	uint64_t every = fail_every;

	if (every != 0 && ++made % every == 0)
		return NULL;
	mbuf = malloc(sizeof(*mbuf));
	if (cluster_size != 0)
		cluster = make_cluster(cluster_size);
	if (mbuf == NULL || (cluster_size != 0 && cluster == NULL))
		xnu_panic("the host has no memory for an mbuf");
	memset(mbuf, 0, sizeof(*mbuf));
	memset(mbuf->inner, POISON_FRESH, sizeof(mbuf->inner));
	mbuf->mark = LIVE_MARK;
	mbuf->type = type;
	mbuf->flags = has_header ? XNU_MBUF_PKTHDR : 0;
	mbuf->data = mbuf_start(mbuf);
	if (cluster != NULL)
		attach_cluster(mbuf, cluster);
	live++;
	return mbuf;
}

/* ---- allocation ---- */

static int
give(struct mbuf *made_one, struct mbuf **out)
{
	*out = made_one;
	return made_one != NULL ? 0 : XNU_ENOMEM;
}

int
xnu_mbuf_get(uint32_t how, uint32_t type, struct mbuf **out)
{
	(void)how;
	return give(mbuf_make(type, false, 0), out);
}
KPI(mbuf_get, xnu_mbuf_get);

int
xnu_mbuf_gethdr(uint32_t how, uint32_t type, struct mbuf **out)
{
	(void)how;
	return give(mbuf_make(type, true, 0), out);
}
KPI(mbuf_gethdr, xnu_mbuf_gethdr);

int
xnu_mbuf_getpacket(uint32_t how, struct mbuf **out)
{
	if (give(mbuf_make(XNU_MBUF_TYPE_DATA, true, MCLBYTES), out) == 0)
		return 0;
	return how == XNU_MBUF_WAITOK ? XNU_ENOMEM : XNU_EWOULDBLOCK;
}
KPI(mbuf_getpacket, xnu_mbuf_getpacket);

static int
xnu_mbuf_getcluster(uint32_t how, uint32_t type, size_t size, struct mbuf **mbuf)
{
	(void)how;
	if (size != MCLBYTES && size != MBIGCLBYTES && size != M16KCLBYTES)
		return XNU_EINVAL;
	if (*mbuf == NULL)
		return give(mbuf_make(type, false, size), mbuf);
	if (mbuf_live(*mbuf)->cluster != NULL)
		xnu_panic("mbuf %p has a cluster already", (void *)*mbuf);
	attach_cluster(*mbuf, make_cluster(size));
	return 0;
}
KPI(mbuf_getcluster, xnu_mbuf_getcluster);

int
xnu_mbuf_mclget(uint32_t how, uint32_t type, struct mbuf **mbuf)
{
	return xnu_mbuf_getcluster(how, type, MCLBYTES, mbuf);
}
KPI(mbuf_mclget, xnu_mbuf_mclget);

struct mbuf *
xnu_mbuf_free(struct mbuf *mbuf)
{
	struct mbuf *next = mbuf_live(mbuf)->next;
	struct mbuf *oldest;

	if (mbuf->cluster != NULL && --mbuf->cluster->references == 0) {
		memset(mbuf->cluster->bytes, POISON_FREED, mbuf->cluster->size);
		free(mbuf->cluster);
	}
	memset(mbuf, POISON_FREED, sizeof(*mbuf));
	mbuf->mark = FREED_MARK;
	live--;
	pthread_mutex_lock(&quarantine_lock);
	oldest = quarantine[quarantine_at];
	quarantine[quarantine_at] = mbuf;
	quarantine_at = (quarantine_at + 1) % QUARANTINE;
	pthread_mutex_unlock(&quarantine_lock);
	free(oldest);
	return next;
}
KPI(mbuf_free, xnu_mbuf_free);

void
xnu_mbuf_freem(struct mbuf *chain)
{
	while (chain != NULL)
		chain = xnu_mbuf_free(chain);
}
KPI(mbuf_freem, xnu_mbuf_freem);

/* ---- fields ---- */

void *
xnu_mbuf_data(struct mbuf *mbuf)
{
	return mbuf_live(mbuf)->data;
}
KPI(mbuf_data, xnu_mbuf_data);

void *
xnu_mbuf_datastart(struct mbuf *mbuf)
{
	return mbuf_start(mbuf_live(mbuf));
}
KPI(mbuf_datastart, xnu_mbuf_datastart);

int
xnu_mbuf_setdata(struct mbuf *mbuf, void *data, size_t length)
{
	unsigned char *start = mbuf_start(mbuf_live(mbuf));
	unsigned char *wanted = data;

	if (wanted < start || wanted > start + mbuf_capacity(mbuf) ||
	    length > (size_t)(start + mbuf_capacity(mbuf) - wanted))
		return XNU_EINVAL;
	mbuf->data = wanted;
	mbuf->length = length;
	return 0;
}
KPI(mbuf_setdata, xnu_mbuf_setdata);

size_t
xnu_mbuf_len(struct mbuf *mbuf)
{
	return mbuf_live(mbuf)->length;
}
KPI(mbuf_len, xnu_mbuf_len);

/* XNU stores any length; one that leaves the buffer is a bug of the caller. */
void
xnu_mbuf_setlen(struct mbuf *mbuf, size_t length)
{
	if (length > mbuf_capacity(mbuf_live(mbuf)) - (size_t)(mbuf->data - mbuf_start(mbuf)))
		xnu_panic("mbuf_setlen(%zu) leaves the buffer of %zu bytes", length, mbuf_capacity(mbuf));
	mbuf->length = length;
}
KPI(mbuf_setlen, xnu_mbuf_setlen);

size_t
xnu_mbuf_maxlen(struct mbuf *mbuf)
{
	return mbuf_capacity(mbuf_live(mbuf));
}
KPI(mbuf_maxlen, xnu_mbuf_maxlen);

struct mbuf *
xnu_mbuf_next(struct mbuf *mbuf)
{
	return mbuf_live(mbuf)->next;
}
KPI(mbuf_next, xnu_mbuf_next);

int
xnu_mbuf_setnext(struct mbuf *mbuf, struct mbuf *next)
{
	if (next != NULL && mbuf_live(next)->next_packet != NULL)
		return XNU_EINVAL;
	mbuf_live(mbuf)->next = next;
	return 0;
}
KPI(mbuf_setnext, xnu_mbuf_setnext);

struct mbuf *
xnu_mbuf_nextpkt(struct mbuf *mbuf)
{
	return mbuf_live(mbuf)->next_packet;
}
KPI(mbuf_nextpkt, xnu_mbuf_nextpkt);

void
xnu_mbuf_setnextpkt(struct mbuf *mbuf, struct mbuf *next)
{
	mbuf_live(mbuf)->next_packet = next;
}
KPI(mbuf_setnextpkt, xnu_mbuf_setnextpkt);

/* XNU reads and writes packet header fields of any mbuf; without a header that is data, so the host refuses.
 */
static struct mbuf *
with_header(struct mbuf *mbuf)
{
	if (!(mbuf_live(mbuf)->flags & XNU_MBUF_PKTHDR))
		xnu_panic("mbuf %p has no packet header", (void *)mbuf);
	return mbuf;
}

size_t
xnu_mbuf_pkthdr_len(struct mbuf *mbuf)
{
	return with_header(mbuf)->packet_length;
}
KPI(mbuf_pkthdr_len, xnu_mbuf_pkthdr_len);

void
xnu_mbuf_pkthdr_setlen(struct mbuf *mbuf, size_t length)
{
	with_header(mbuf)->packet_length = length;
}
KPI(mbuf_pkthdr_setlen, xnu_mbuf_pkthdr_setlen);

void
xnu_mbuf_pkthdr_adjustlen(struct mbuf *mbuf, int amount)
{
	with_header(mbuf)->packet_length += (size_t)(ssize_t)amount;
}
KPI(mbuf_pkthdr_adjustlen, xnu_mbuf_pkthdr_adjustlen);

struct ifnet *
xnu_mbuf_pkthdr_rcvif(struct mbuf *mbuf)
{
	return with_header(mbuf)->interface;
}
KPI(mbuf_pkthdr_rcvif, xnu_mbuf_pkthdr_rcvif);

int
xnu_mbuf_pkthdr_setrcvif(struct mbuf *mbuf, struct ifnet *interface)
{
	with_header(mbuf)->interface = interface;
	return 0;
}
KPI(mbuf_pkthdr_setrcvif, xnu_mbuf_pkthdr_setrcvif);

uint32_t
xnu_mbuf_type(struct mbuf *mbuf)
{
	return mbuf_live(mbuf)->type;
}
KPI(mbuf_type, xnu_mbuf_type);

int
xnu_mbuf_settype(struct mbuf *mbuf, uint32_t type)
{
	if (type == XNU_MBUF_TYPE_FREE)
		return XNU_EINVAL;
	mbuf_live(mbuf)->type = type;
	return 0;
}
KPI(mbuf_settype, xnu_mbuf_settype);

uint32_t
xnu_mbuf_flags(struct mbuf *mbuf)
{
	return mbuf_live(mbuf)->flags;
}
KPI(mbuf_flags, xnu_mbuf_flags);

/* Whether there is a cluster cannot be changed this way. */
int
xnu_mbuf_setflags(struct mbuf *mbuf, uint32_t flags)
{
	if ((flags & XNU_MBUF_EXT) != (mbuf_live(mbuf)->flags & XNU_MBUF_EXT))
		return XNU_EINVAL;
	mbuf->flags = flags;
	return 0;
}
KPI(mbuf_setflags, xnu_mbuf_setflags);

size_t
xnu_mbuf_leadingspace(struct mbuf *mbuf)
{
	if (mbuf_live(mbuf)->cluster != NULL && mbuf->cluster->references > 1)
		return 0;
	return (size_t)(mbuf->data - mbuf_start(mbuf));
}
KPI(mbuf_leadingspace, xnu_mbuf_leadingspace);

size_t
xnu_mbuf_trailingspace(struct mbuf *mbuf)
{
	if (mbuf_live(mbuf)->cluster != NULL && mbuf->cluster->references > 1)
		return 0;
	return mbuf_capacity(mbuf) - (size_t)(mbuf->data - mbuf_start(mbuf)) - mbuf->length;
}
KPI(mbuf_trailingspace, xnu_mbuf_trailingspace);

static unsigned
xnu_mbuf_get_mlen(void)
{
	return MLEN;
}
KPI(mbuf_get_mlen, xnu_mbuf_get_mlen);

static unsigned
xnu_mbuf_get_mhlen(void)
{
	return MHLEN;
}
KPI(mbuf_get_mhlen, xnu_mbuf_get_mhlen);

static unsigned
xnu_mbuf_get_minclsize(void)
{
	return MINCLSIZE;
}
KPI(mbuf_get_minclsize, xnu_mbuf_get_minclsize);

static int
xnu_mbuf_set_csum_performed(struct mbuf *mbuf, uint32_t flags, uint32_t value)
{
	with_header(mbuf)->checksum_flags = flags;
	mbuf->checksum_data = value;
	return 0;
}
KPI(mbuf_set_csum_performed, xnu_mbuf_set_csum_performed);
KPI(mbuf_set_csum_requested, xnu_mbuf_set_csum_performed);

static int
xnu_mbuf_get_csum_performed(struct mbuf *mbuf, uint32_t *flags, uint32_t *value)
{
	*flags = with_header(mbuf)->checksum_flags;
	*value = mbuf->checksum_data;
	return 0;
}
KPI(mbuf_get_csum_performed, xnu_mbuf_get_csum_performed);
KPI(mbuf_get_csum_requested, xnu_mbuf_get_csum_performed);

static int
xnu_mbuf_clear_csum_performed(struct mbuf *mbuf)
{
	return xnu_mbuf_set_csum_performed(mbuf, 0, 0);
}
KPI(mbuf_clear_csum_performed, xnu_mbuf_clear_csum_performed);
KPI(mbuf_clear_csum_requested, xnu_mbuf_clear_csum_performed);
