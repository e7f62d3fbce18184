/* The requests of a socket's life, from attach to detach. */
#include "usrreq.h"
#include "accept.h"
#include "address.h"
#include "core.h"
#include "interfaces.h"
#include "proto.h"
#include "socket.h"
#include "worker.h"

static int
open_endpoint(struct sctp_pcb *pcb)
{
	struct socket *so = pcb->so;
	uint32_t send, receive;
	int error;

	if (sctp_proto_withdrawn())
		return EPROTONOSUPPORT;
	error = sctp_engine_open(engine(), pcb->one_to_many ? SCTP_ONE_TO_MANY : SCTP_ONE_TO_ONE,
				 pcb->family->engine_family, pcb, &pcb->endpoint);
	if (error != 0)
		return error;
	*so_pcb(so) = pcb;
	/*
	 * The kernel would take a defunct socket's buffers away without asking us, and no option of a socket
	 * that is shut down in both directions, as one is whose set-up failed: sctp_connectx is an option.
	 */
	*so_flags(so) |= SOF_NODEFUNCT | SOF_NPX_SETOPTSHUT;
	sctp_engine_socket_buffers(engine(), &send, &receive);
	sctp_socket_reserve(so, send, receive);
	sctp_socket_follow_buffers(pcb);
	sctp_socket_show_room(pcb);
	return 0;
}

int
sctp_attach(struct socket *so, int protocol, struct proc *proc)
{
	struct sctp_pcb *pcb;
	int error;

	(void)protocol;
	(void)proc;
	sctp_interfaces_refresh_if_old();
	pcb = sctp_pcb_create(so);
	if (pcb == NULL) {
		*so_flags(so) |= SOF_PCBCLEARING;
		return ENOBUFS;
	}
	sctp_lock();
	error = open_endpoint(pcb);
	if (error != 0) {
		/* The kernel frees the socket of a failed attach only with this flag. */
		*so_flags(so) |= SOF_PCBCLEARING;
		sctp_pcb_release(pcb);
	}
	sctp_unlock();
	return error;
}

/* Parts socket and endpoint. The pcb lives on if the worker has work for it. */
static void
part(struct sctp_pcb *pcb, int how)
{
	struct socket *so = pcb->so;

	/* Nobody can be reading when the last descriptor goes; a kernel thread that closes too early waits
	 * here. */
	while (pcb->reading)
		sctp_sleep(&pcb->reading, PSOCK, NULL);
	/* A listener may be the one to be read. */
	sctp_backlog_read();
	*so_pcb(so) = NULL;
	pcb->so = NULL;
	sctp_socket_clear_counts(so);
	sctp_engine_close(engine(), sctp_now(), pcb->endpoint, how);
	sctp_core_drain();
}

/*
 * RFC 6458 section 4.1.8: SO_LINGER with a time of 0 makes close() an ABORT. So does unread data on a
 * one-to-one socket, for the peer must not believe that it was read.
 */
static bool
aborts_on_close(struct sctp_pcb *pcb)
{
	struct socket *so = pcb->so;

	if (pcb->abort_on_close || ((*so_options(so) & SO_LINGER) != 0 && *so_linger(so) == 0))
		return true;
	return !pcb->one_to_many && *sb_cc(so_rcv(so)) != 0;
}

int
sctp_detach(struct socket *so)
{
	struct sctp_pcb *pcb = sctp_pcb_of(so);

	if (pcb != NULL) {
		part(pcb, aborts_on_close(pcb) ? SCTP_CLOSE_ABORT : SCTP_CLOSE_GRACEFUL);
		sctp_pcb_release(pcb);
	}
	*so_flags(so) |= SOF_PCBCLEARING;
	return 0;
}

/*
 * The listener was closed before accept() took this socket. Its one reference is that of sock_socket, and
 * only sock_close drops it, which takes the mutex: hence the worker.
 */
int
sctp_abort(struct socket *so)
{
	struct sctp_pcb *pcb = sctp_pcb_of(so);

	if (pcb == NULL)
		return EINVAL;
	part(pcb, SCTP_CLOSE_ABORT);
	pcb->aborted = so;
	sctp_worker_close(pcb);
	sctp_pcb_release(pcb);
	return 0;
}

int
sctp_listen(struct socket *so, struct proc *proc)
{
	struct sctp_pcb *pcb = sctp_pcb_of(so);
	int error;

	(void)proc;
	if (pcb == NULL)
		return EINVAL;
	error = sctp_engine_listen(engine(), pcb->endpoint, SOMAXCONN);
	sctp_core_drain();
	if (error != 0)
		return error;
	/* solisten takes this for success, but leaves SO_ACCEPTCONN clear, with which no connect works. */
	if (pcb->one_to_many)
		return EJUSTRETURN;
	pcb->listening = true;
	sctp_backlog_changes(pcb);
	return 0;
}

int
sctp_accepted(struct socket *so, struct sockaddr **address)
{
	struct sctp_pcb *pcb = sctp_pcb_of(so);

	if (pcb == NULL)
		return EINVAL;
	sctp_engine_taken(engine(), pcb->listener);
	return sctp_address_give(pcb->family, &pcb->peer, address);
}

/* close() of a connected socket comes here first, and then waits for SS_ISCONNECTED to go if SO_LINGER is on.
 */
int
sctp_disconnect(struct socket *so)
{
	struct sctp_pcb *pcb = sctp_pcb_of(so);
	uint16_t *state = so_state(so);

	if (pcb == NULL)
		return EINVAL;
	if (aborts_on_close(pcb)) {
		pcb->abort_on_close = true;
		*state = (uint16_t)((*state & ~(SS_ISCONNECTED | SS_ISCONNECTING)) | SS_ISDISCONNECTED);
		return 0;
	}
	*state |= SS_ISDISCONNECTING | SS_CANTSENDMORE;
	/* Fails only if there is no association any more, and then there is nothing to wait for. */
	if (sctp_engine_shutdown(engine(), sctp_now(), pcb->endpoint) != 0 || *sb_cc(so_snd(so)) == 0)
		*state = (uint16_t)((*state & ~(SS_ISCONNECTED | SS_ISDISCONNECTING)) | SS_ISDISCONNECTED);
	sctp_core_drain();
	sctp_socket_wake(so_snd(so));
	wakeup(so_timeo(so));
	return 0;
}

int
sctp_shutdown(struct socket *so)
{
	struct sctp_pcb *pcb = sctp_pcb_of(so);
	int error;

	if (pcb == NULL)
		return EINVAL;
	error = sctp_engine_shutdown(engine(), sctp_now(), pcb->endpoint);
	if (error != 0)
		return error;
	*so_state(so) |= SS_CANTSENDMORE;
	sctp_core_drain();
	sctp_socket_wake(so_snd(so));
	wakeup(so_timeo(so));
	return 0;
}

int
sctp_sockaddr(struct socket *so, struct sockaddr **address)
{
	struct sctp_pcb *pcb = sctp_pcb_of(so);
	struct sctp_address local;
	int error;

	if (pcb == NULL)
		return EINVAL;
	error = sctp_engine_local_address(engine(), pcb->endpoint, &local);
	return error != 0 ? error : sctp_address_give(pcb->family, &local, address);
}

int
sctp_peeraddr(struct socket *so, struct sockaddr **address)
{
	struct sctp_pcb *pcb = sctp_pcb_of(so);
	struct sctp_address peer;
	int error;

	if (pcb == NULL)
		return EINVAL;
	error = sctp_engine_peer_address(engine(), pcb->endpoint, &peer);
	return error != 0 ? error : sctp_address_give(pcb->family, &peer, address);
}

/* All options of level SOL_SOCKET are the kernel's own affair. */
int
sctp_socheckopt(struct socket *so, struct sockopt *option)
{
	(void)so;
	(void)option;
	return 0;
}

/* The engine hears of what was read from receive.c. */
int
sctp_rcvd(struct socket *so, int flags)
{
	(void)so;
	(void)flags;
	return 0;
}

int
sctp_unsupported(struct socket *so)
{
	(void)so;
	return EOPNOTSUPP;
}
