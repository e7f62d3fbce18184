/* inetsw and inet6sw: the protocols of a fresh kernel, in their order, and the raw input that they end in. */
#include "inet_pcb.h"
#include "socketvar.h"

enum {
	ICMP = 1,
	IGMP = 2,
	IPV4 = 4,
	TCP = 6,
	UDP = 17,
	IPV6 = 41,
	ROUTING = 43,
	FRAGMENT = 44,
	GRE = 47,
	ESP = 50,
	AH = 51,
	ICMPV6 = 58,
	DSTOPTS = 60,
	RAW = 255,
	DONE = 257,
};

struct domain inetdomain, inet6domain;

/* No raw socket of the host listens, so a packet that comes this far has no taker. */
static void
rip_input(struct mbuf *mbuf, int header_length)
{
	(void)header_length;
	xnu_mbuf_freem(mbuf);
}

static int
rip6_input(struct mbuf **mbuf, int *offset, int protocol)
{
	(void)offset, (void)protocol;
	xnu_mbuf_freem(*mbuf);
	return DONE;
}

static void
rip_ctlinput(int command, struct xnu_sockaddr *name, void *header, struct ifnet *interface)
{
	(void)command, (void)name, (void)header, (void)interface;
}

#define UDP_FLAGS (PR_ATOMIC | PR_ADDR | PR_PROTOLOCK | PR_PCBLOCK | PR_EVCONNINFO | PR_PRECONN_WRITE)
#define TCP_FLAGS                                                                                            \
	(PR_CONNREQUIRED | PR_WANTRCVD | PR_PCBLOCK | PR_PROTOLOCK | PR_DISPOSE | PR_EVCONNINFO |            \
	 PR_PRECONN_WRITE | PR_DATA_IDEMPOTENT)
#define OWN_LOCK .pr_lock = pcb_lock, .pr_unlock = pcb_unlock, .pr_getlock = pcb_getlock
#define ENTRY(type, protocol, flags, requests)                                                               \
	.pr_type = (type), .pr_protocol = (protocol), .pr_flags = (flags), .pr_usrreqs = &(requests)
#define RAW_ENTRY(protocol, flags) ENTRY(BSD_SOCK_RAW, protocol, PR_ATOMIC | PR_ADDR | (flags), rip_usrreqs)
#define RAW4_ENTRY(protocol, flags)                                                                          \
	RAW_ENTRY(protocol, flags), .pr_input = rip_input, .pr_ctloutput = inet_ctloutput
#define RAW6_ENTRY(protocol, flags)                                                                          \
	ENTRY(BSD_SOCK_RAW, protocol, PR_ATOMIC | PR_ADDR | (flags), rip6_usrreqs), .pr_input = rip6_input,  \
	    .pr_ctloutput = inet_ctloutput

static struct protosw inetsw[] = {
    {ENTRY(0, 0, 0, inet_nousrreqs)},
    {ENTRY(BSD_SOCK_DGRAM, UDP, UDP_FLAGS, udp_usrreqs), .pr_ctloutput = inet_ctloutput, OWN_LOCK},
    {ENTRY(BSD_SOCK_STREAM, TCP, TCP_FLAGS, tcp_usrreqs), .pr_ctloutput = inet_ctloutput, OWN_LOCK},
    {RAW4_ENTRY(RAW, 0), .pr_ctlinput = rip_ctlinput},
    {RAW4_ENTRY(ICMP, PR_LASTHDR)},
    {ENTRY(BSD_SOCK_DGRAM, ICMP, PR_ATOMIC | PR_ADDR | PR_LASTHDR, icmp_dgram_usrreqs),
     .pr_input = rip_input},
    {RAW4_ENTRY(IGMP, PR_LASTHDR)},
    {RAW4_ENTRY(GRE, 0), .pr_ctlinput = rip_ctlinput},
    {ENTRY(BSD_SOCK_RAW, AH, PR_ATOMIC | PR_ADDR | PR_PROTOLOCK, inet_nousrreqs), .pr_input = rip_input},
    {ENTRY(BSD_SOCK_RAW, ESP, PR_ATOMIC | PR_ADDR | PR_PROTOLOCK, inet_nousrreqs), .pr_input = rip_input},
    {RAW4_ENTRY(IPV4, PR_LASTHDR)},
    {RAW4_ENTRY(IPV6, PR_LASTHDR)},
    {RAW4_ENTRY(0, PR_LASTHDR)},
};

static struct protosw inet6sw[] = {
    {ENTRY(0, IPV6, 0, inet_nousrreqs)},
    {ENTRY(BSD_SOCK_DGRAM, UDP, UDP_FLAGS, udp6_usrreqs), .pr_ctloutput = inet_ctloutput, OWN_LOCK},
    {ENTRY(BSD_SOCK_STREAM, TCP, TCP_FLAGS, tcp6_usrreqs), .pr_ctloutput = inet_ctloutput, OWN_LOCK},
    {RAW6_ENTRY(RAW, 0), .pr_ctlinput = rip_ctlinput},
    {RAW6_ENTRY(ICMPV6, PR_LASTHDR), .pr_ctlinput = rip_ctlinput},
    {ENTRY(BSD_SOCK_DGRAM, ICMPV6, PR_ATOMIC | PR_ADDR | PR_LASTHDR, icmp6_dgram_usrreqs),
     .pr_input = rip6_input, .pr_ctlinput = rip_ctlinput},
    {ENTRY(BSD_SOCK_RAW, DSTOPTS, PR_ATOMIC | PR_ADDR, inet_nousrreqs), .pr_input = rip6_input},
    {ENTRY(BSD_SOCK_RAW, ROUTING, PR_ATOMIC | PR_ADDR, inet_nousrreqs), .pr_input = rip6_input},
    {ENTRY(BSD_SOCK_RAW, FRAGMENT, PR_ATOMIC | PR_ADDR | PR_PROTOLOCK, inet_nousrreqs),
     .pr_input = rip6_input},
    {ENTRY(BSD_SOCK_RAW, AH, PR_ATOMIC | PR_ADDR | PR_PROTOLOCK, inet_nousrreqs), .pr_input = rip6_input},
    {ENTRY(BSD_SOCK_RAW, ESP, PR_ATOMIC | PR_ADDR | PR_PROTOLOCK, inet_nousrreqs), .pr_input = rip6_input},
    {RAW6_ENTRY(IPV4, PR_LASTHDR)},
    {RAW6_ENTRY(IPV6, PR_LASTHDR)},
    {RAW6_ENTRY(0, PR_LASTHDR)},
};

void
inet_attach(void)
{
	for (size_t i = 0; i < sizeof(inetsw) / sizeof(inetsw[0]); i++)
		attach_protocol(&inetdomain, &inetsw[i]);
	for (size_t i = 0; i < sizeof(inet6sw) / sizeof(inet6sw[0]); i++)
		attach_protocol(&inet6domain, &inet6sw[i]);
}

/* ip_protox[132] and ip6_protox[132]: numbers with no entry of their own have that of IPPROTO_RAW. */
static struct protosw *const raw4 = &inetsw[3], *const raw6 = &inet6sw[3];

void
bsd_raw_input(struct mbuf *mbuf, int header_length)
{
	/* raw4 has no PR_PROTOLOCK, so its input runs under the domain's mutex. */
	xnu_lck_mtx_lock(inetdomain.dom_mtx);
	((void (*)(struct mbuf *, int))raw4->pr_input)(mbuf, header_length);
	xnu_lck_mtx_unlock(inetdomain.dom_mtx);
}

int
bsd_raw6_input(struct mbuf **mbuf, int *offset, int protocol)
{
	xnu_lck_mtx_lock(inet6domain.dom_mtx);
	int next = ((int (*)(struct mbuf **, int *, int))raw6->pr_input)(mbuf, offset, protocol);
	xnu_lck_mtx_unlock(inet6domain.dom_mtx);
	return next;
}

void
bsd_raw_ctlinput(int command, struct xnu_sockaddr *destination, void *header)
{
	/* icmp_input and icmp6_notify_error let go of the domain's mutex around this. */
	struct protosw *raw = destination->sa_family == XNU_AF_INET6 ? raw6 : raw4;
	if (raw->pr_ctlinput)
		raw->pr_ctlinput(command, destination, header, NULL);
}
