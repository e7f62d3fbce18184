/* mbuf chains: trimming, growing, copying, with the results of xnu-7195's functions. */
#include "mbuf.h"

#include <string.h>

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static size_t
chain_length(struct mbuf *chain)
{
	size_t length = 0;

	for (struct mbuf *mbuf = chain; mbuf != NULL; mbuf = mbuf->next)
		length += mbuf_live(mbuf)->length;
	return length;
}

static void
trim_head(struct mbuf *chain, size_t length)
{
	size_t left = length;

	for (struct mbuf *mbuf = chain; mbuf != NULL && left > 0; mbuf = mbuf->next) {
		size_t count = least(left, mbuf_live(mbuf)->length);

		mbuf->length -= count;
		/* XNU leaves the data pointer of an emptied mbuf alone. */
		if (mbuf->length > 0)
			mbuf->data += count;
		left -= count;
	}
	if (chain->flags & XNU_MBUF_PKTHDR)
		chain->packet_length -= length - left;
}

static void
trim_tail(struct mbuf *chain, size_t length)
{
	size_t total = chain_length(chain);
	size_t keep = length < total ? total - length : 0;

	if (chain->flags & XNU_MBUF_PKTHDR)
		chain->packet_length = keep;
	for (struct mbuf *mbuf = chain; mbuf != NULL; mbuf = mbuf->next) {
		mbuf->length = least(mbuf->length, keep);
		keep -= mbuf->length;
	}
}

/* length > 0: bytes off the head; < 0: off the tail. Empty mbufs stay in the chain. */
void
xnu_mbuf_adj(struct mbuf *chain, int length)
{
	if (chain == NULL)
		return;
	mbuf_live(chain);
	if (length >= 0)
		trim_head(chain, (size_t)length);
	else
		trim_tail(chain, (size_t)-(ssize_t)length);
}
KPI(mbuf_adj, xnu_mbuf_adj);

static void
move_header(struct mbuf *to, struct mbuf *from)
{
	to->packet_length = from->packet_length;
	to->interface = from->interface;
	to->checksum_flags = from->checksum_flags;
	to->checksum_data = from->checksum_data;
	to->flags |= XNU_MBUF_PKTHDR | (from->flags & (XNU_MBUF_BCAST | XNU_MBUF_MCAST | XNU_MBUF_EOR));
	from->flags &= ~(uint32_t)XNU_MBUF_PKTHDR;
	to->data = mbuf_start(to);
}

/* Frees the chain and clears *chain when there is no mbuf. length: at most MHLEN (MLEN without a packet
 * header). */
int
xnu_mbuf_prepend(struct mbuf **chain, size_t length, uint32_t how)
{
	struct mbuf *first = mbuf_live(*chain);

	(void)how;
	if (xnu_mbuf_leadingspace(first) >= length) {
		first->data -= length;
		first->length += length;
	} else {
		bool has_header = first->flags & XNU_MBUF_PKTHDR;
		struct mbuf *mbuf = mbuf_make(first->type, false, 0);

		if (mbuf == NULL) {
			xnu_mbuf_freem(first);
			*chain = NULL;
			return XNU_ENOMEM;
		}
		if (length > (size_t)(has_header ? MHLEN : MLEN))
			xnu_panic("mbuf_prepend of %zu bytes, more than an mbuf holds", length);
		if (has_header)
			move_header(mbuf, first);
		mbuf->next = first;
		mbuf->data += (mbuf_capacity(mbuf) - length) & ~(size_t)3;
		mbuf->length = length;
		*chain = mbuf;
	}
	if ((*chain)->flags & XNU_MBUF_PKTHDR)
		(*chain)->packet_length += length;
	return 0;
}
KPI(mbuf_prepend, xnu_mbuf_prepend);

/* Appends up to want bytes of the chain behind mbuf to mbuf and frees what gets empty. Bytes moved. */
static size_t
pull(struct mbuf *mbuf, struct mbuf *from, size_t want)
{
	size_t moved = 0;

	while (moved < want && from != NULL) {
		size_t count = least(want - moved, mbuf_live(from)->length);

		memcpy(mbuf->data + mbuf->length, from->data, count);
		mbuf->length += count;
		from->length -= count;
		from->data += count;
		moved += count;
		if (from->length == 0)
			from = xnu_mbuf_free(from);
	}
	mbuf->next = from;
	return moved;
}

/*
 * Makes the first length bytes contiguous. The first mbuf stays if it has no cluster, has room and is not the
 * only one; otherwise a new one takes its place, so that *chain changes. On failure the chain is freed,
 * *chain is NULL.
 */
int
xnu_mbuf_pullup(struct mbuf **chain, size_t length)
{
	struct mbuf *first = mbuf_live(*chain);
	struct mbuf *target = first, *rest = first;
	size_t have = 0;
	bool in_place = first->cluster == NULL && first->next != NULL &&
			length < (size_t)(first->inner + MLEN - first->data);

	if (in_place && first->length >= length)
		return 0;
	if (in_place) {
		rest = first->next;
		have = first->length;
	} else {
		target = length <= MHLEN ? mbuf_make(first->type, false, 0) : NULL;
		if (target == NULL) {
			xnu_mbuf_freem(first);
			*chain = NULL;
			return XNU_ENOMEM;
		}
		if (first->flags & XNU_MBUF_PKTHDR)
			move_header(target, first);
	}
	if (have + pull(target, rest, length - have) < length) {
		xnu_mbuf_freem(target);
		*chain = NULL;
		return XNU_ENOMEM;
	}
	*chain = target;
	return 0;
}
KPI(mbuf_pullup, xnu_mbuf_pullup);

/* EINVAL if the chain ends before offset + length. */
int
xnu_mbuf_copydata(struct mbuf *chain, size_t offset, size_t length, void *out)
{
	unsigned char *to = out;
	struct mbuf *mbuf = chain;

	while (mbuf != NULL && offset > 0 && offset >= mbuf_live(mbuf)->length) {
		offset -= mbuf->length;
		mbuf = mbuf->next;
	}
	if (mbuf == NULL && offset > 0)
		return XNU_EINVAL;
	for (; length > 0; mbuf = mbuf->next) {
		if (mbuf == NULL)
			return XNU_EINVAL;
		size_t count = least(mbuf_live(mbuf)->length - offset, length);

		memcpy(to, mbuf->data + offset, count);
		to += count;
		length -= count;
		offset = 0;
	}
	return 0;
}
KPI(mbuf_copydata, xnu_mbuf_copydata);

/* The mbuf behind mbuf, a new one of length bytes if there is none; NULL when refused. */
static struct mbuf *
next_or_new(struct mbuf *mbuf, size_t length, bool cluster_allowed)
{
	if (mbuf->next == NULL) {
		struct mbuf *made =
		    mbuf_make(mbuf->type, false, cluster_allowed && length > MINCLSIZE ? MCLBYTES : 0);

		if (made == NULL)
			return NULL;
		made->length = least(mbuf_capacity(made), length);
		mbuf->next = made;
	}
	return mbuf->next;
}

/*
 * Overwrites bytes of the chain and lets its last mbuf grow; mbufs before the last never do, however much
 * room they have. ENOBUFS leaves what was written.
 */
int
xnu_mbuf_copyback(struct mbuf *chain, size_t offset, size_t length, const void *data, uint32_t how)
{
	const unsigned char *from = data;
	struct mbuf *mbuf = chain;
	size_t total = 0;
	int error = 0;

	(void)how;
	if (chain == NULL || length == 0 || data == NULL)
		return XNU_EINVAL;
	while (offset > mbuf_live(mbuf)->length) {
		bool fresh = mbuf->next == NULL;

		offset -= mbuf->length;
		total += mbuf->length;
		mbuf = next_or_new(mbuf, length + offset, false);
		if (mbuf == NULL) {
			error = XNU_ENOBUFS;
			goto done;
		}
		if (fresh)
			memset(mbuf->data, 0, mbuf->length);
	}
	for (;;) {
		size_t count = least(mbuf->length - offset, length);

		if (count < length && mbuf->next == NULL) {
			size_t grow = least(xnu_mbuf_trailingspace(mbuf), length - count);

			mbuf->length += grow;
			count += grow;
		}
		memcpy(mbuf->data + offset, from, count);
		from += count;
		length -= count;
		total += offset + count;
		offset = 0;
		if (length == 0)
			break;
		mbuf = next_or_new(mbuf, length, true);
		if (mbuf == NULL) {
			error = XNU_ENOBUFS;
			break;
		}
	}
done:
	if ((chain->flags & XNU_MBUF_PKTHDR) && chain->packet_length < total)
		chain->packet_length = total;
	return error;
}
KPI(mbuf_copyback, xnu_mbuf_copyback);

enum { M_COPYALL = 1000000000 };

/* Copies; clusters are shared, and then no longer writable (leading and trailing space 0). */
static struct mbuf *
copy_one(const struct mbuf *mbuf, size_t offset, size_t length, bool share)
{
	bool has_header = mbuf->flags & XNU_MBUF_PKTHDR;
	size_t room = mbuf->cluster != NULL && !share ? mbuf->cluster->size : 0;
	struct mbuf *copy = mbuf_make(mbuf->type, has_header, room);

	if (copy == NULL)
		return NULL;
	copy->flags |= mbuf->flags & ~(uint32_t)XNU_MBUF_EXT;
	copy->interface = mbuf->interface;
	copy->length = length;
	if (mbuf->cluster != NULL && share) {
		mbuf->cluster->references++;
		copy->cluster = mbuf->cluster;
		copy->flags |= XNU_MBUF_EXT;
		copy->data = mbuf->data + offset;
	} else {
		/* The copy keeps the place in the buffer, and so leading space and alignment. */
		copy->data += mbuf->data - mbuf_start(mbuf);
		memcpy(copy->data, mbuf->data + offset, length);
	}
	return copy;
}

static int
copy_chain(struct mbuf *chain, size_t offset, size_t length, bool share, struct mbuf **out)
{
	struct mbuf *mbuf = chain, *first = NULL, **link = &first;
	size_t total = 0;

	*out = NULL;
	while (mbuf != NULL && offset > 0 && offset >= mbuf_live(mbuf)->length) {
		offset -= mbuf->length;
		mbuf = mbuf->next;
	}
	for (; length > 0 && mbuf != NULL; mbuf = mbuf->next) {
		size_t count = least(mbuf_live(mbuf)->length - offset, length);

		*link = copy_one(mbuf, offset, count, share);
		if (*link == NULL) {
			xnu_mbuf_freem(first);
			return XNU_ENOMEM;
		}
		link = &(*link)->next;
		total += count;
		if (length != M_COPYALL)
			length -= count;
		offset = 0;
	}
	if (first != NULL && (first->flags & XNU_MBUF_PKTHDR))
		first->packet_length = total;
	*out = first;
	return first != NULL ? 0 : XNU_ENOMEM;
}

int
xnu_mbuf_copym(struct mbuf *chain, size_t offset, size_t length, uint32_t how, struct mbuf **out)
{
	(void)how;
	return copy_chain(chain, offset, length, true, out);
}
KPI(mbuf_copym, xnu_mbuf_copym);

int
xnu_mbuf_dup(struct mbuf *chain, uint32_t how, struct mbuf **out)
{
	(void)how;
	return copy_chain(chain, 0, M_COPYALL, false, out);
}
KPI(mbuf_dup, xnu_mbuf_dup);

static struct mbuf *
xnu_mbuf_concatenate(struct mbuf *chain, struct mbuf *tail)
{
	struct mbuf *mbuf = chain;

	if (chain == NULL)
		return NULL;
	while (mbuf_live(mbuf)->next != NULL)
		mbuf = mbuf->next;
	mbuf->next = tail;
	return chain;
}
KPI(mbuf_concatenate, xnu_mbuf_concatenate);
