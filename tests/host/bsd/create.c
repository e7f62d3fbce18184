/* socket(): which protocol, and the new socket's life until it belongs to a descriptor. */
#include <string.h>

#include "socketvar.h"

static struct proc kernel_process;
struct proc *const kernproc = &kernel_process;

static unsigned live;

unsigned
sockets_live(void)
{
	return __atomic_load_n(&live, __ATOMIC_RELAXED);
}

struct socket *
soalloc(void)
{
	struct socket *socket = host_kernel_malloc(sizeof(*socket), XNU_M_SOCKET, XNU_M_WAITOK | XNU_M_ZERO);
	if (socket)
		__atomic_fetch_add(&live, 1, __ATOMIC_RELAXED);
	return socket;
}

void
sodealloc(struct socket *socket)
{
	xnu_kauth_cred_unref(&socket->so_cred);
	/* A socket used after this shows at once: none of its fields looks like one. */
	memset(socket, 0xfe, sizeof(*socket));
	host_kernel_free(socket, XNU_M_SOCKET);
	__atomic_fetch_sub(&live, 1, __ATOMIC_RELAXED);
}

void
sflt_check(struct socket *socket)
{
	struct domain *domain = socket->so_proto->pr_domain;
	if (domain == &inetdomain || domain == &inet6domain)
		return;
	const uint8_t *pcb = socket->so_pcb;
	if (!pcb)
		xnu_panic("sflt_attach: so=%p has no so_pcb while a descriptor exists", (void *)socket);
	for (size_t i = 0; i < INPCB_SIZE; i++)
		if (pcb[i])
			xnu_panic(
			    "sflt_attach: so_pcb of so=%p has 0x%02x at %zu, where struct inpcb is read",
			    (void *)socket, pcb[i], i);
}

static int
find_protocol(int family, int type, int protocol, struct protosw **out)
{
	struct protosw *found = protocol ? pffindproto(family, protocol, type) : pffindtype(family, type);
	if (found && found->pr_usrreqs->pru_attach) {
		*out = found;
		return found->pr_type == type ? 0 : XNU_EPROTOTYPE;
	}
	if (!pffinddomain(family))
		return XNU_EAFNOSUPPORT;
	return pffindprotonotype(family, protocol) ? XNU_EPROTOTYPE : XNU_EPROTONOSUPPORT;
}

int
socreate(int family, struct socket **out, int type, int protocol, struct proc *process)
{
	struct protosw *found;
	*out = NULL;
	int error = find_protocol(family, type, protocol, &found);
	if (error)
		return error;
	struct socket *socket = soalloc();
	if (!socket)
		return XNU_ENOBUFS;
	TAILQ_INIT(&socket->so_incomp);
	TAILQ_INIT(&socket->so_comp);
	socket->so_type = (int16_t)type;
	socket->last_pid = xnu_proc_selfpid();
	socket->last_upid = (uint64_t)socket->last_pid;
	socket->so_rpid = -1;
	socket->so_cred = xnu_kauth_cred_get_with_ref();
	if (xnu_kauth_cred_getuid(socket->so_cred) == 0)
		socket->so_state |= SS_PRIV;
	socket->so_proto = found;
	socket->so_rcv.sb_flags |= SB_RECV;
	socket->so_rcv.sb_so = socket->so_snd.sb_so = socket;
	socket->so_usecount++;

	/* No lock is held: a protocol that keeps a list of its pcbs takes its mutex itself. */
	error = found->pr_usrreqs->pru_attach(socket, protocol, process);
	if (error) {
		socket->so_state |= SS_NOFDREF;
		socket->so_usecount--;
		/* A protocol that leaves so_pcb set, or SOF_PCBCLEARING clear, leaks the socket here. */
		sofreelastref(socket, true);
		return error;
	}
	if (found->pr_update_last_owner)
		found->pr_update_last_owner(socket, process, NULL);
	__atomic_fetch_add(&found->pr_domain->dom_refs, 1, __ATOMIC_SEQ_CST);
	sflt_check(socket);
	*out = socket;
	return 0;
}
