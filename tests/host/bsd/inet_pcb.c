#include "inet_pcb.h"

#include <arpa/inet.h>
#include <string.h>

#include "socketvar.h"

enum {
	UDP_SENDSPACE = 9216,
	UDP_RECVSPACE = 786896,
	TCP_SPACE = 131072,
	RIP_SPACE = 8192,
	FIRST_EPHEMERAL = 49152
};

struct pcb {
	uint8_t inpcb[INPCB_SIZE]; /* flags that generic code reads; none is ever set */
	struct lck_mtx mutex;
	struct xnu_sockaddr_in6 local, foreign; /* or sockaddr_in, by sin6_family */
};

static struct lck_grp *pcb_group;
static uint16_t next_port = FIRST_EPHEMERAL;

void
pcb_init(void)
{
	pcb_group = xnu_lck_grp_alloc_init("inpcb", NULL);
}

void
pcb_fini(void)
{
	xnu_lck_grp_free(pcb_group);
}

static struct pcb *
pcb_of(struct socket *socket)
{
	struct pcb *pcb = socket->so_pcb;
	if (!pcb)
		xnu_panic("inet socket so=%p NO PCB!", (void *)socket);
	return pcb;
}

static int
is_inet6(const struct socket *socket)
{
	return socket->so_proto->pr_domain == &inet6domain;
}

static void
clear_address(struct socket *socket, struct xnu_sockaddr_in6 *address)
{
	memset(address, 0, sizeof(*address));
	address->sin6_family = is_inet6(socket) ? XNU_AF_INET6 : XNU_AF_INET;
	address->sin6_len =
	    is_inet6(socket) ? sizeof(struct xnu_sockaddr_in6) : sizeof(struct xnu_sockaddr_in);
}

static int
pcb_attach(struct socket *socket, uint32_t send, uint32_t receive)
{
	if (socket->so_pcb)
		xnu_panic("attach so=%p inp=%p", (void *)socket, socket->so_pcb);
	int error = soreserve(socket, send, receive);
	if (error)
		return error;
	struct pcb *pcb = host_kernel_malloc(sizeof(*pcb), XNU_M_PCB, XNU_M_WAITOK | XNU_M_ZERO);
	if (!pcb)
		return XNU_ENOBUFS;
	xnu_lck_mtx_init(&pcb->mutex, pcb_group, NULL);
	clear_address(socket, &pcb->local);
	clear_address(socket, &pcb->foreign);
	socket->so_pcb = pcb;
	return 0;
}

static void
pcb_free(struct pcb *pcb)
{
	xnu_lck_mtx_destroy(&pcb->mutex, pcb_group);
	host_kernel_free(pcb, XNU_M_PCB);
}

int
pcb_lock(struct socket *socket, int reference, void *caller)
{
	xnu_lck_mtx_lock(&pcb_of(socket)->mutex);
	if (reference)
		socket->so_usecount++;
	socket->lock_lr[socket->next_lock_lr] = caller;
	socket->next_lock_lr = (uint8_t)((socket->next_lock_lr + 1) % SO_LCKDBG_MAX);
	return 0;
}

int
pcb_unlock(struct socket *socket, int reference, void *caller)
{
	struct pcb *pcb = pcb_of(socket);
	host_mutex_assert(&pcb->mutex, true);
	socket->unlock_lr[socket->next_unlock_lr] = caller;
	socket->next_unlock_lr = (uint8_t)((socket->next_unlock_lr + 1) % SO_LCKDBG_MAX);
	if (reference && --socket->so_usecount < 0)
		xnu_panic("pcb_unlock: bad refcount so=%p", (void *)socket);
	bool last = reference && socket->so_usecount == 0 && (socket->so_flags & SOF_PCBCLEARING) &&
		    (socket->so_state & SS_NOFDREF);
	xnu_lck_mtx_unlock(&pcb->mutex);
	if (last) {
		sofreelastref(socket, true);
		pcb_free(pcb);
	}
	return 0;
}

struct lck_mtx *
pcb_getlock(struct socket *socket, int flags)
{
	(void)flags;
	return &pcb_of(socket)->mutex;
}

/* ---- requests ---- */

static int
udp_attach(struct socket *socket, int protocol, struct proc *process)
{
	(void)protocol, (void)process;
	return pcb_attach(socket, UDP_SENDSPACE, UDP_RECVSPACE);
}

static int
tcp_attach(struct socket *socket, int protocol, struct proc *process)
{
	(void)protocol, (void)process;
	return pcb_attach(socket, TCP_SPACE, TCP_SPACE);
}

static int
rip_attach(struct socket *socket, int protocol, struct proc *process)
{
	(void)process;
	if (!(socket->so_state & SS_PRIV))
		return XNU_EPERM;
	return protocol > UINT8_MAX ? XNU_EINVAL : pcb_attach(socket, RIP_SPACE, RIP_SPACE);
}

static int
pcb_detach(struct socket *socket)
{
	socket->so_flags |= SOF_PCBCLEARING;
	/* The pcb holds the lock of those that have their own; pcb_unlock frees it. */
	if (!socket->so_proto->pr_unlock) {
		pcb_free(pcb_of(socket));
		socket->so_pcb = NULL;
	}
	return 0;
}

static int
take_name(struct socket *socket, const struct xnu_sockaddr *name, struct xnu_sockaddr_in6 *out)
{
	clear_address(socket, out);
	if (name->sa_family != out->sin6_family)
		return XNU_EAFNOSUPPORT;
	if (name->sa_len < out->sin6_len)
		return XNU_EINVAL;
	uint8_t length = out->sin6_len;
	memcpy(out, name, length);
	out->sin6_len = length;
	return 0;
}

static int
pcb_bind(struct socket *socket, struct xnu_sockaddr *name, struct proc *process)
{
	(void)process;
	struct pcb *pcb = pcb_of(socket);
	struct xnu_sockaddr_in6 wanted;
	int error = take_name(socket, name, &wanted);
	if (error)
		return error;
	if (pcb->local.sin6_port)
		return XNU_EINVAL;
	if (!wanted.sin6_port) {
		wanted.sin6_port = htons(next_port);
		next_port = next_port == UINT16_MAX ? FIRST_EPHEMERAL : (uint16_t)(next_port + 1);
	}
	pcb->local = wanted;
	return 0;
}

static int
udp_connect(struct socket *socket, struct xnu_sockaddr *name, struct proc *process)
{
	(void)process;
	struct pcb *pcb = pcb_of(socket);
	int error = take_name(socket, name, &pcb->foreign);
	if (!error)
		socket->so_state |= SS_ISCONNECTED;
	return error;
}

static int
udp_disconnect(struct socket *socket)
{
	clear_address(socket, &pcb_of(socket)->foreign);
	socket->so_state &= ~SS_ISCONNECTED;
	return 0;
}

static int
give_name(const struct xnu_sockaddr_in6 *address, struct xnu_sockaddr **out)
{
	struct xnu_sockaddr *name = host_kernel_malloc(address->sin6_len, XNU_M_SONAME, XNU_M_WAITOK);
	if (!name)
		return XNU_ENOBUFS;
	memcpy(name, address, address->sin6_len);
	*out = name;
	return 0;
}

static int
in_getsockaddr(struct socket *socket, struct xnu_sockaddr **name)
{
	return socket->so_pcb ? give_name(&pcb_of(socket)->local, name) : XNU_EINVAL;
}

static int
in_getpeeraddr(struct socket *socket, struct xnu_sockaddr **name)
{
	return socket->so_pcb ? give_name(&pcb_of(socket)->foreign, name) : XNU_EINVAL;
}

static int
inet_shutdown(struct socket *socket)
{
	socket->so_state |= SS_CANTSENDMORE;
	sowakeup(&socket->so_snd);
	return 0;
}

/* Data through the kernel's own protocols would need all of its stack; nothing the host is for sends any. */
static int
inet_sosend(struct socket *socket, struct xnu_sockaddr *to, struct uio *uio, struct mbuf *top,
	    struct mbuf *control, int flags)
{
	(void)to, (void)uio, (void)top, (void)control, (void)flags;
	xnu_panic("sosend: the host carries no data of protocol %d", socket->so_proto->pr_protocol);
}

static int
inet_soreceive(struct socket *socket, struct xnu_sockaddr **from, struct uio *uio, struct mbuf **chain,
	       struct mbuf **control, int *flags)
{
	(void)from, (void)uio, (void)chain, (void)control, (void)flags;
	xnu_panic("soreceive: the host carries no data of protocol %d", socket->so_proto->pr_protocol);
}

int
inet_ctloutput(struct socket *socket, struct sockopt *option)
{
	(void)socket, (void)option;
	return XNU_ENOPROTOOPT;
}

#define COMMON_REQUESTS                                                                                      \
	.pru_detach = pcb_detach, .pru_bind = pcb_bind, .pru_shutdown = inet_shutdown,                       \
	.pru_sockaddr = in_getsockaddr, .pru_peeraddr = in_getpeeraddr, .pru_sosend = inet_sosend,           \
	.pru_soreceive = inet_soreceive
#define DATAGRAM_REQUESTS COMMON_REQUESTS, .pru_connect = udp_connect, .pru_disconnect = udp_disconnect

struct pr_usrreqs udp_usrreqs = {.pru_attach = udp_attach, DATAGRAM_REQUESTS};
struct pr_usrreqs udp6_usrreqs = {.pru_attach = udp_attach, DATAGRAM_REQUESTS};
struct pr_usrreqs tcp_usrreqs = {.pru_attach = tcp_attach, COMMON_REQUESTS};
struct pr_usrreqs tcp6_usrreqs = {.pru_attach = tcp_attach, COMMON_REQUESTS};
struct pr_usrreqs rip_usrreqs = {.pru_attach = rip_attach, DATAGRAM_REQUESTS};
struct pr_usrreqs rip6_usrreqs = {.pru_attach = rip_attach, DATAGRAM_REQUESTS};
struct pr_usrreqs icmp_dgram_usrreqs = {.pru_attach = udp_attach, DATAGRAM_REQUESTS};
struct pr_usrreqs icmp6_dgram_usrreqs = {.pru_attach = udp_attach, DATAGRAM_REQUESTS};
struct pr_usrreqs inet_nousrreqs;
