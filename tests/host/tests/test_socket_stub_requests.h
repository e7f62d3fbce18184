/* The stub protocol's user requests. Those that XNU calls with the domain's mutex held assert that it is. */
#ifndef TEST_SOCKET_STUB_REQUESTS_H
#define TEST_SOCKET_STUB_REQUESTS_H

#include "test_socket_stub_pcb.h"

/* ---- requests ---- */

static int
stub_attach(struct socket *socket, int protocol, struct proc *process)
{
	(void)protocol, (void)process;
	stub_attach_locked = host_mutex_owned(stub_mutex);
	if (stub_attach_error)
		return stub_attach_error;
	if (stub_no_pcb)
		return 0;
	struct stub_pcb *pcb = calloc(1, sizeof(*pcb));
	pcb->socket = socket;
	pcb->family = socket->so_proto == &stub_stream[1] || socket->so_proto == &stub_seqpacket[1]
			  ? XNU_AF_INET6
			  : XNU_AF_INET;
	TAILQ_INIT(&pcb->queue);
	if (stub_dirty_pcb)
		pcb->inpcb[735] = 1;
	struct sockbuf *buffers[2] = {&socket->so_rcv, &socket->so_snd};
	for (int i = 0; i < 2; i++) {
		buffers[i]->sb_hiwat = STUB_ROOM;
		buffers[i]->sb_mbmax = INT32_MAX;
		buffers[i]->sb_lowat = 1;
	}
	socket->so_flags |= SOF_NODEFUNCT;
	socket->so_pcb = pcb;
	xnu_lck_mtx_lock(stub_mutex);
	LIST_INSERT_HEAD(&stub_pcbs, pcb, entry);
	xnu_lck_mtx_unlock(stub_mutex);
	return 0;
}

static int
stub_detach(struct socket *socket)
{
	host_mutex_assert(stub_mutex, true);
	stub_detaches++;
	stub_drop(socket);
	socket->so_flags |= SOF_PCBCLEARING;
	return 0;
}

static int
stub_abort(struct socket *socket)
{
	host_mutex_assert(stub_mutex, true);
	stub_aborts++;
	stub_drop(socket);
	stub_later((struct stub_work){.close = socket});
	return stub_abort_error;
}

static int
stub_bind(struct socket *socket, struct xnu_sockaddr *name, struct proc *process)
{
	(void)process;
	host_mutex_assert(stub_mutex, true);
	struct stub_pcb *pcb = pcb_of(socket);
	if (name->sa_family != pcb->family)
		return XNU_EAFNOSUPPORT;
	pcb->local = ntohs(((struct xnu_sockaddr_in *)name)->sin_port);
	stub_autobind(pcb);
	return 0;
}

static int
stub_listen(struct socket *socket, struct proc *process)
{
	(void)process;
	host_mutex_assert(stub_mutex, true);
	stub_autobind(pcb_of(socket));
	if (socket->so_proto == &stub_seqpacket[0])
		socket->so_proto = &stub_many[0];
	if (stub_listen_result)
		return stub_listen_result;
	pcb_of(socket)->listening = true;
	return 0;
}

static int
stub_connect(struct socket *socket, struct xnu_sockaddr *name, struct proc *process)
{
	(void)process;
	host_mutex_assert(stub_mutex, true);
	struct stub_pcb *pcb = pcb_of(socket);
	if (name->sa_family != pcb->family)
		return XNU_EAFNOSUPPORT;
	stub_autobind(pcb);
	pcb->foreign = ntohs(((struct xnu_sockaddr_in *)name)->sin_port);
	socket->so_state |= SS_ISCONNECTING;
	if (stub_never_answer)
		return 0;
	struct stub_pcb *listener = stub_find_listener(pcb->family, pcb->foreign);
	if (listener && listener->listening)
		stub_later((struct stub_work){.connect = pcb, .family = pcb->family});
	else
		stub_refuse(pcb);
	return 0;
}

static int
stub_disconnect(struct socket *socket)
{
	host_mutex_assert(stub_mutex, true);
	if (stub_hold_disconnect) {
		socket->so_state |= SS_ISDISCONNECTING;
		return 0;
	}
	socket->so_state &= ~(SS_ISCONNECTED | SS_ISCONNECTING);
	socket->so_state |= SS_ISDISCONNECTED;
	return 0;
}

/* All that a held disconnect waited for is acknowledged. */
static inline void
stub_release(struct socket *socket)
{
	host_syscall_enter();
	xnu_lck_mtx_lock(stub_mutex);
	socket->so_state &= ~(SS_ISCONNECTED | SS_ISDISCONNECTING);
	xnu_wakeup(&socket->so_timeo);
	xnu_lck_mtx_unlock(stub_mutex);
	host_syscall_exit();
}

static int
stub_accept(struct socket *socket, struct xnu_sockaddr **name)
{
	host_mutex_assert(stub_mutex, true);
	stub_accepts++;
	return stub_name(pcb_of(socket)->family, pcb_of(socket)->foreign, name);
}

static int
stub_sockaddr(struct socket *socket, struct xnu_sockaddr **name)
{
	host_mutex_assert(stub_mutex, true);
	return stub_name(pcb_of(socket)->family, pcb_of(socket)->local, name);
}

static int
stub_peeraddr(struct socket *socket, struct xnu_sockaddr **name)
{
	host_mutex_assert(stub_mutex, true);
	return stub_name(pcb_of(socket)->family, pcb_of(socket)->foreign, name);
}

static int
stub_shutdown(struct socket *socket)
{
	host_mutex_assert(stub_mutex, true);
	stub_shutdowns++;
	socket->so_state |= SS_CANTSENDMORE;
	struct stub_pcb *peer = pcb_of(socket)->peer;
	if (peer) {
		peer->socket->so_state |= SS_CANTRCVMORE;
		stub_update(peer);
	}
	stub_poke(&socket->so_snd);
	return 0;
}

static int
stub_checkopt(struct socket *socket, struct sockopt *option)
{
	(void)socket, (void)option;
	stub_option_locked = host_mutex_owned(stub_mutex);
	return stub_checkopt_error;
}

static int
stub_ctloutput(struct socket *socket, struct sockopt *option)
{
	stub_option_locked = host_mutex_owned(stub_mutex);
	if (kpi_sockopt_name(option) != STUB_ECHO)
		return XNU_ENOPROTOOPT;
	if (kpi_sockopt_direction(option) == SOPT_SET)
		return kpi_sockopt_copyin(option, &pcb_of(socket)->option, sizeof(int));
	return kpi_sockopt_copyout(option, &pcb_of(socket)->option, sizeof(int));
}

/* ---- data ---- */

static bool
stub_nowait(const struct socket *socket, int flags)
{
	return (socket->so_state & SS_NBIO) || (flags & BSD_MSG_DONTWAIT);
}

static int
stub_wait_for_room(struct socket *socket, uint32_t length, int flags)
{
	for (;;) {
		struct stub_pcb *pcb = pcb_of(socket);
		if (socket->so_state & SS_CANTSENDMORE)
			return XNU_EPIPE;
		if (socket->so_error) {
			int error = socket->so_error;
			socket->so_error = 0;
			return error;
		}
		if (!(socket->so_state & SS_ISCONNECTED))
			return XNU_ENOTCONN;
		if (!pcb->peer)
			return XNU_EPIPE;
		if (length > socket->so_snd.sb_hiwat)
			return XNU_EMSGSIZE;
		if (!pcb->unacknowledged || pcb->unacknowledged + length <= socket->so_snd.sb_hiwat)
			return 0;
		if (stub_nowait(socket, flags))
			return XNU_EWOULDBLOCK;
		int error = stub_sleep(socket, &socket->so_snd);
		if (error)
			return error;
	}
}

static int
stub_sosend(struct socket *socket, struct xnu_sockaddr *to, struct uio *uio, struct mbuf *top,
	    struct mbuf *control, int flags)
{
	(void)to, (void)top;
	stub_send_locked = host_mutex_owned(stub_mutex);
	if (control)
		xnu_mbuf_freem(control);
	uint32_t length = (uint32_t)kpi_uio_resid(uio);
	xnu_lck_mtx_lock(stub_mutex);
	int error = stub_wait_for_room(socket, length, flags);
	if (!error) {
		struct stub_pcb *pcb = pcb_of(socket), *peer = pcb->peer;
		struct stub_message *message = calloc(1, sizeof(*message) + length);
		message->length = length;
		message->from = pcb->local;
		error = kpi_uiomove(message->data, (int)length, uio);
		TAILQ_INSERT_TAIL(&peer->queue, message, entry);
		peer->queued += length;
		pcb->unacknowledged += length;
		stub_update(pcb);
		stub_update(peer);
	}
	xnu_lck_mtx_unlock(stub_mutex);
	return error;
}

static int
stub_wait_for_message(struct socket *socket, int flags)
{
	for (;;) {
		struct stub_pcb *pcb = pcb_of(socket);
		if (socket->so_rcv.sb_flags & SB_DROP)
			stub_purge(pcb);
		if (!TAILQ_EMPTY(&pcb->queue) || (socket->so_state & SS_CANTRCVMORE))
			return 0;
		if (socket->so_error) {
			int error = socket->so_error;
			socket->so_error = 0;
			return error;
		}
		if (socket->so_proto == &stub_stream[0] && !(socket->so_state & SS_ISCONNECTED))
			return XNU_ENOTCONN;
		if (stub_nowait(socket, flags))
			return XNU_EWOULDBLOCK;
		int error = stub_sleep(socket, &socket->so_rcv);
		if (error)
			return error;
	}
}

/* One control message of 6 bytes, so that padding matters. */
static struct mbuf *
stub_control(uint16_t port)
{
	struct mbuf *mbuf;
	struct {
		struct bsd_cmsghdr header;
		uint16_t port, pad[3];
	} control = {{BSD_CMSG_LEN(6), STUB_LEVEL, STUB_ECHO}, port, {0}};
	if (xnu_mbuf_get(XNU_MBUF_WAITOK, XNU_MBUF_TYPE_CONTROL, &mbuf))
		return NULL;
	memcpy(xnu_mbuf_data(mbuf), &control, sizeof(control));
	xnu_mbuf_setlen(mbuf, stub_short_control ? control.header.cmsg_len : BSD_CMSG_SPACE(6));
	return mbuf;
}

static int
stub_soreceive(struct socket *socket, struct xnu_sockaddr **from, struct uio *uio, struct mbuf **chain,
	       struct mbuf **control, int *flagsp)
{
	(void)chain;
	int flags = flagsp ? *flagsp : 0;
	stub_receive_locked = host_mutex_owned(stub_mutex);
	xnu_lck_mtx_lock(stub_mutex);
	int error = stub_wait_for_message(socket, flags);
	struct stub_message *message = error ? NULL : TAILQ_FIRST(&pcb_of(socket)->queue);
	if (message) {
		struct stub_pcb *pcb = pcb_of(socket);
		uint32_t left = message->length - message->taken;
		int64_t room = kpi_uio_resid(uio);
		uint32_t now = room < left ? (uint32_t)room : left;
		error = kpi_uiomove(message->data + message->taken, (int)now, uio);
		if (control)
			*control = stub_control(message->from);
		if (from)
			stub_name(pcb->family, message->from, from);
		if (flagsp && now == left)
			*flagsp |= BSD_MSG_EOR;
		if (!(flags & BSD_MSG_PEEK)) {
			message->taken += now;
			pcb->queued -= now;
			if (pcb->peer)
				pcb->peer->unacknowledged -= now;
			if (now == left) {
				TAILQ_REMOVE(&pcb->queue, message, entry);
				free(message);
			}
			stub_update(pcb);
			if (pcb->peer)
				stub_update(pcb->peer);
		}
	}
	xnu_lck_mtx_unlock(stub_mutex);
	return error;
}

#endif
