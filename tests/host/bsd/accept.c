/* accept(): taking finished connections off a listener's queue. */
#include "socketvar.h"

/* EINVAL on a socket that does not listen though it might; EOPNOTSUPP where nothing listens. */
static int
accept_wait(struct socket *head, bool nowait, bool ends_on_drain)
{
	if (!(head->so_options & BSD_SO_ACCEPTCONN))
		return head->so_proto->pr_flags & PR_CONNREQUIRED ? XNU_EINVAL : XNU_EOPNOTSUPP;
	if ((nowait || (head->so_state & SS_NBIO)) && TAILQ_EMPTY(&head->so_comp))
		return XNU_EWOULDBLOCK;
	while (TAILQ_EMPTY(&head->so_comp) && !head->so_error) {
		if (head->so_state & SS_CANTRCVMORE) {
			head->so_error = XNU_ECONNABORTED;
			break;
		}
		if (head->so_usecount < 1)
			xnu_panic("accept: head=%p refcount=%d", (void *)head, head->so_usecount);
		int error =
		    xnu_msleep(&head->so_timeo, socket_mutex(head), XNU_PSOCK | XNU_PCATCH, "accept", NULL);
		if (head->so_usecount < 1)
			xnu_panic("accept: 2 head=%p refcount=%d", (void *)head, head->so_usecount);
		if (ends_on_drain && (head->so_state & SS_DRAINING))
			error = XNU_ECONNABORTED;
		if (error)
			return error;
	}
	int error = head->so_error;
	head->so_error = 0;
	return error;
}

int
accept_dequeue(struct socket *head, bool nowait, bool ends_on_drain, struct socket **out)
{
	socket_lock(head, 1);
	sflt_check(head);
	int error = accept_wait(head, nowait, ends_on_drain);
	if (error) {
		socket_unlock(head, 1);
		return error;
	}
	struct socket *child = TAILQ_FIRST(&head->so_comp);
	TAILQ_REMOVE(&head->so_comp, child, so_list);
	child->so_head = NULL;
	child->so_state &= ~SS_COMP;
	head->so_qlen--;
	*out = child;
	return 0;
}

int
soaccept_locked(struct socket *socket, struct xnu_sockaddr **name)
{
	if (!(socket->so_state & SS_NOFDREF))
		xnu_panic("soaccept: !NOFDREF");
	socket->so_state &= ~SS_NOFDREF;
	sflt_check(socket);
	return socket->so_proto->pr_usrreqs->pru_accept(socket, name);
}
