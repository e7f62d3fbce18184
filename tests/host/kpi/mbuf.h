/* The host's mbufs: sizes and rules of xnu-7195 x86_64, own layout, which no kext may look at. */
#ifndef MBUF_H
#define MBUF_H

#include "kpi.h"

#include <stdatomic.h>

enum {
	MLEN = 224, /* data in an mbuf without a cluster */
	MHLEN = 80, /* the same with a packet header */
	MINCLSIZE = MLEN + MHLEN,
	MCLBYTES = 2048,
	MBIGCLBYTES = 4096,
	M16KCLBYTES = 16384,
};

struct cluster {
	atomic_uint references;
	size_t size;
	unsigned char bytes[];
};

struct mbuf {
	uint64_t mark;
	struct mbuf *next;
	struct mbuf *next_packet;
	unsigned char *data;
	size_t length;
	uint32_t type;
	uint32_t flags;
	struct cluster *cluster;
	/* with MBUF_PKTHDR */
	size_t packet_length;
	struct ifnet *interface;
	uint32_t checksum_flags, checksum_data;
	unsigned char inner[MLEN];
};

/* Panics if mbuf is not live; returns it. */
struct mbuf *mbuf_live(struct mbuf *mbuf);
/* NULL when refused. cluster_size 0: none. */
struct mbuf *mbuf_make(uint32_t type, bool has_header, size_t cluster_size);
unsigned char *mbuf_start(const struct mbuf *mbuf);
size_t mbuf_capacity(const struct mbuf *mbuf);

#endif
