/* The network inside the host: interfaces, routes, IP in and out. Links (link/) lie below it, kpi/ipf.c
 * above. */
#ifndef NET_H
#define NET_H

#include "kpi.h"

#include <stdatomic.h>

enum { IPV4_HEADER = 20, IPV6_HEADER = 40, IP_PACKET_MAX = 65535 };
enum { PROTOCOL_ICMP = 1, PROTOCOL_FRAGMENT = 44, PROTOCOL_ICMPV6 = 58 };
enum { IPV4_DF = 0x4000, IPV4_MF = 0x2000, IPV4_OFFSET = 0x1fff };

/* family: XNU_AF_INET or XNU_AF_INET6; the bytes of an IPv4 address stand in front. Network order. */
struct address {
	uint8_t family;
	uint8_t bytes[16];
};

bool address_equal(const struct address *a, const struct address *b);
bool address_is_loopback(const struct address *address);
bool address_is_unspecified(const struct address *address);
bool address_is_multicast(const struct address *address); /* IPv4 limited broadcast included */
bool address_is_link_local(const struct address *address);
struct address address_v4(const void *bytes);
struct address address_v6(const void *bytes);
/* "192.0.2.1", "2001:db8::1/64": false if it is neither. prefix: 0 without "/". */
bool address_parse(const char *text, struct address *out, unsigned *prefix);
/* text: at least 46 characters. Returns text. */
const char *address_print(const struct address *address, char *text, size_t size);

/* ---- interfaces: interface.c ---- */

enum { IFF_UP_ = 1, IFF_LOOPBACK_ = 8, IFF_RUNNING_ = 0x40, IFF_MULTICAST_ = 0x8000 };

struct ifaddr {
	atomic_uint references; /* the interface's list holds one */
	struct ifnet *interface;
	struct ifaddr *next;
	struct address address; /* family XNU_AF_LINK: the interface's own entry */
	unsigned prefix;
};

struct ifnet {
	atomic_uint references;
	struct ifnet *next;
	char name[12];
	unsigned unit;
	unsigned index;
	unsigned mtu;
	unsigned flags;
	struct ifaddr *addresses;
};

/* Interfaces live until interfaces_clear. name with its unit ("en0"). */
struct ifnet *interface_add(const char *name, unsigned mtu, unsigned flags);
struct ifnet *interface_named(const char *name);
struct ifnet *interface_loopback(void);
void interface_add_address(struct ifnet *interface, const struct address *address, unsigned prefix);
void interface_remove_address(const struct address *address);
/* The interface that has this address, NULL if none has. */
struct ifnet *interface_of(const struct address *address);
/* References beyond the list's own, to find leaks. */
unsigned interface_references(void);
void interfaces_clear(void);
/* Around a walk over interfaces_first. */
void interfaces_lock(void);
void interfaces_unlock(void);
struct ifnet *interfaces_first(void);

/* ---- routes: route.c ---- */

struct route {
	struct ifnet *interface;
	struct address source;
	bool loops_back; /* the destination is this host, and the link does not bring packets back itself */
};
/* False: no route. */
bool route_find(const struct address *destination, struct route *out);
void routes_clear(void);

/* ---- IP ---- */

uint16_t internet_checksum(const void *bytes, size_t length);

/* output4.c, output6.c: take the packet over; Darwin errno. The first mbuf holds the whole header. */
int net_output4(struct mbuf *packet, struct ipfilter *injected_by);
int net_output6(struct mbuf *packet, struct ipfilter *injected_by);
/* A complete packet on its way out, on the wire or back in. */
int net_transmit(const struct route *route, const struct address *destination, const void *packet,
		 size_t length);

/* input.c: queues a packet for the input thread. Drops it when the queue is full. */
void net_input(struct ifnet *interface, const void *packet, size_t length);
/* Returns when all that is queued by now was delivered, and what that set going is done. */
void net_input_settle(void);
int net_input_start(void);
void net_input_stop(void);
/* input4.c, input6.c: on the input thread. bytes may be changed. */
void net_input4(struct ifnet *interface, unsigned char *packet, size_t length);
void net_input6(struct ifnet *interface, unsigned char *packet, size_t length);
/* The packet as an mbuf chain, its header whole in the first mbuf; NULL when mbufs are refused. */
struct mbuf *net_input_chain(struct ifnet *interface, const void *packet, size_t length, size_t header);

/* reassemble.c */
struct fragment {
	struct address source, destination;
	uint32_t identification;
	uint8_t protocol;
	size_t offset;
	bool more;
	const unsigned char *data;
	size_t length;
};
/*
 * The datagram's payload once this fragment makes it whole, else NULL; the caller frees it. *header: what
 * the first fragment brought with reassemble_header.
 */
unsigned char *reassemble(const struct fragment *fragment, const void *header, size_t header_length,
			  unsigned char *whole_header, size_t *length);
void reassemble_clear(void);

/* Counters of what net/ dropped, by reason. */
struct net_counters {
	atomic_ullong queue_full, bad_header, bad_checksum, not_ours, no_mbuf, fragments_bad, output_errors;
};
extern struct net_counters net_counters;

#endif
