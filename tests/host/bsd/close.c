/* close(), and what becomes of a socket that nothing refers to any more. */
#include "socketvar.h"

void
sofreelastref(struct socket *socket, bool dealloc)
{
	struct socket *head = socket->so_head;
	bool ended = (socket->so_flags & SOF_PCBCLEARING) && (socket->so_state & SS_NOFDREF);
	/* One on the accept queue stays, or accept would hang after select had said that the listener is
	 * ready. */
	if (!ended || (head && (socket->so_state & SS_COMP))) {
		selthreadclear(&socket->so_snd.sb_sel);
		selthreadclear(&socket->so_rcv.sb_sel);
		socket->so_rcv.sb_flags &= ~(uint32_t)(SB_SEL | SB_UPCALL);
		socket->so_snd.sb_flags &= ~(uint32_t)(SB_SEL | SB_UPCALL);
		return;
	}
	if (head && (socket->so_state & SS_INCOMP)) {
		socket->so_state &= ~SS_INCOMP;
		TAILQ_REMOVE(&head->so_incomp, socket, so_list);
		head->so_incqlen--;
		head->so_qlen--;
		socket->so_head = NULL;
	}
	sowflush(socket);
	sorflush(socket);
	if (dealloc)
		sodealloc(socket);
}

static void
sofree(struct socket *socket)
{
	host_mutex_assert(socket_mutex(socket), true);
	sofreelastref(socket, false);
}

static void
soabort(struct socket *socket)
{
	if (socket->so_flags & SOF_ABORTED)
		return;
	socket->so_flags |= SOF_ABORTED;
	if (socket->so_proto->pr_usrreqs->pru_abort(socket))
		sofree(socket);
}

/* Children that nobody accepted go with their listener. */
static void
abort_children(struct socket *head)
{
	struct socket *child, *next;
	head->so_options &= ~(uint32_t)BSD_SO_ACCEPTCONN;
	for (child = TAILQ_FIRST(&head->so_incomp); child; child = next) {
		next = TAILQ_NEXT(child, so_list);
		if (child->so_flags & SOF_OVERFLOW)
			continue;
		if (!(child->so_state & SS_INCOMP))
			xnu_panic("soclose_locked sp %p in so_incomp but !SS_INCOMP", (void *)child);
		child->so_state &= ~SS_INCOMP;
		child->so_head = NULL;
		TAILQ_REMOVE(&head->so_incomp, child, so_list);
		head->so_incqlen--;
		head->so_qlen--;
		soabort(child);
	}
	while ((child = TAILQ_FIRST(&head->so_comp))) {
		if (!(child->so_state & SS_COMP))
			xnu_panic("soclose_locked sp %p in so_comp but !SS_COMP", (void *)child);
		child->so_state &= ~SS_COMP;
		child->so_head = NULL;
		TAILQ_REMOVE(&head->so_comp, child, so_list);
		head->so_qlen--;
		soabort(child);
	}
}

/* SO_LINGER: the protocol keeps SS_ISCONNECTED until all is acknowledged, then clears it and wakes so_timeo.
 */
static int
linger(struct socket *socket)
{
	if ((socket->so_state & SS_ISDISCONNECTING) && (socket->so_state & SS_NBIO))
		return 0;
	while (socket->so_state & SS_ISCONNECTED) {
		struct timespec limit = {socket->so_linger / 100, (socket->so_linger % 100) * 10000000l};
		int error = xnu_msleep(&socket->so_timeo, socket_mutex(socket), XNU_PSOCK | XNU_PCATCH,
				       "soclose", &limit);
		/* Time is up: not an error. */
		if (error)
			return error == XNU_EWOULDBLOCK ? 0 : error;
	}
	return 0;
}

static int
disconnect_for_close(struct socket *socket)
{
	if (!(socket->so_state & SS_ISCONNECTED))
		return 0;
	if (!(socket->so_state & SS_ISDISCONNECTING)) {
		int error = sodisconnect_locked(socket);
		if (error)
			return error;
	}
	return socket->so_options & BSD_SO_LINGER ? linger(socket) : 0;
}

static int
soclose_locked(struct socket *socket)
{
	int error = 0;
	if (socket->so_usecount == 0)
		xnu_panic("soclose: so=%p refcount=0", (void *)socket);
	if (socket->so_options & BSD_SO_ACCEPTCONN)
		abort_children(socket);
	if (!socket->so_pcb) {
		socket->so_flags |= SOF_PCBCLEARING;
	} else {
		error = disconnect_for_close(socket);
		if (socket->so_usecount <= 0)
			xnu_panic("soclose: usecount is zero so=%p", (void *)socket);
		if (socket->so_pcb && !(socket->so_flags & SOF_PCBCLEARING)) {
			int detach_error = socket->so_proto->pr_usrreqs->pru_detach(socket);
			if (!error)
				error = detach_error;
		}
		if (socket->so_usecount <= 0)
			xnu_panic("soclose: usecount is zero so=%p", (void *)socket);
	}
	if (socket->so_pcb && (socket->so_state & SS_NOFDREF))
		xnu_panic("soclose: NOFDREF");
	socket->so_state |= SS_NOFDREF;
	__atomic_fetch_sub(&socket->so_proto->pr_domain->dom_refs, 1, __ATOMIC_SEQ_CST);
	socket->so_usecount--;
	sofree(socket);
	return error;
}

int
soclose(struct socket *socket)
{
	socket_lock(socket, 1);
	int error = soclose_locked(socket);
	socket_unlock(socket, 1);
	return error;
}

/* A descriptor is being closed under threads that are in a call on it: they are to leave. */
void
soo_drain(struct socket *socket)
{
	socket_lock(socket, 1);
	socket->so_state |= SS_DRAINING;
	xnu_wakeup(&socket->so_timeo);
	sowakeup(&socket->so_rcv);
	sowakeup(&socket->so_snd);
	socket_unlock(socket, 1);
}

/* With the socket locked. EOPNOTSUPP where SOF_NODEFUNCT forbids it, as when the system does it unforced. */
int
sosetdefunct(struct socket *socket)
{
	if (socket->so_flags & SOF_DEFUNCT)
		return 0;
	if (socket->so_flags & SOF_NODEFUNCT)
		return XNU_EOPNOTSUPP;
	socket->so_flags |= SOF_DEFUNCT;
	socket->so_snd.sb_flags |= SB_DROP;
	socket->so_rcv.sb_flags |= SB_DROP;
	if (socket->so_rcv.sb_cc)
		sbrelease(&socket->so_rcv);
	if (socket->so_snd.sb_cc)
		sbrelease(&socket->so_snd);
	sowakeup(&socket->so_rcv);
	sowakeup(&socket->so_snd);
	sodisconnect_locked(socket);
	if (socket->so_error == 0)
		socket->so_error = XNU_EBADF;
	return 0;
}
