/*
 * The kernel's own way to make a socket for a new connection (sonewconn) is not exported. So a socket is made
 * as any kernel thread may make one, given the listener's options and credentials, and linked by hand into
 * the queue that accept() takes from.
 */
#include "accept.h"
#include "core.h"
#include "log.h"
#include "socket.h"
#include "user_abi.h"

/* The worker that made so is the kernel's; the socket is to be its listener's program's. */
static void
inherit_credential(struct socket *from, struct socket *to)
{
	struct ucred *own = *so_cred(to);

	kauth_cred_ref(*so_cred(from));
	*so_cred(to) = *so_cred(from);
	kauth_cred_unref(&own);
	*so_state(to) = (uint16_t)((*so_state(to) & ~SS_PRIV) | (*so_state(from) & SS_PRIV));
}

/* Appends so to the queue of complete connections of head, as TAILQ_INSERT_TAIL would. */
static void
append(struct socket *head, struct socket *so)
{
	struct socket_queue *queue = so_comp(head);
	struct socket_link *link = so_list(so);

	/* accept() panics on a socket that some descriptor has already: SS_NOFDREF must be set. */
	*so_state(so) |= SS_NOFDREF | SS_COMP | SS_ISCONNECTED;
	*so_head(so) = head;
	link->next = NULL;
	link->previous = queue->last;
	*queue->last = so;
	queue->last = &link->next;
	++*so_qlen(head);
}

static bool
accepts(const struct sctp_pcb *listener)
{
	return listener->so != NULL && (*so_options(listener->so) & SO_ACCEPTCONN) != 0;
}

/* Moves the oldest waiting association of listener to so; false if so is not needed. */
static bool
hand_over(struct sctp_pcb *listener, struct socket *so)
{
	struct sctp_pcb *child = sctp_pcb_of(so);
	struct socket *head = listener->so;

	if (!accepts(listener))
		return false;
	if (sctp_engine_accept(engine(), sctp_now(), listener->endpoint, child->endpoint) != 0) {
		listener->pending_accepts = 0;
		return false;
	}
	(void)sctp_engine_peer_address(engine(), child->endpoint, &child->peer);
	child->listener = listener->endpoint;
	inherit_credential(head, so);
	sctp_socket_inherit(head, child);
	append(head, so);
	sctp_socket_wake(so_rcv(head));
	wakeup_one(so_timeo(head));
	return true;
}

/* The listener whose backlog the engine does not know yet, with a reference. */
static struct sctp_pcb *unread;

void
sctp_backlog_changes(struct sctp_pcb *listener)
{
	sctp_backlog_read();
	sctp_pcb_retain(listener);
	unread = listener;
}

void
sctp_backlog_read(void)
{
	struct sctp_pcb *listener = unread;

	if (listener == NULL)
		return;
	unread = NULL;
	if (accepts(listener) && *so_qlimit(listener->so) > 0)
		(void)sctp_engine_listen(engine(), listener->endpoint, (uint32_t)*so_qlimit(listener->so));
	sctp_pcb_release(listener);
}

static void
accept_one(struct sctp_pcb *listener)
{
	struct socket *so = NULL;
	int error;

	/* The engine sends an update with the true number if there are more. */
	listener->pending_accepts--;
	sctp_unlock();
	error = sock_socket(listener->family->domain_family, SOCK_STREAM, IPPROTO_SCTP, NULL, NULL, &so);
	sctp_lock();
	if (error != 0) {
		sctp_log_limited("an association was refused: error %d", error);
		if (accepts(listener))
			sctp_engine_refuse(engine(), sctp_now(), listener->endpoint);
	} else if (!hand_over(listener, so)) {
		sctp_unlock();
		sock_close(so);
		sctp_lock();
	}
	sctp_core_drain();
}

void
sctp_accept(struct sctp_pcb *listener)
{
	while (listener->pending_accepts != 0 && accepts(listener))
		accept_one(listener);
}
