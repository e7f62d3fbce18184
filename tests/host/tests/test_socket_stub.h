/*
 * A small protocol of number 132 that lives in the test: it registers as a kext does, in a domain of its own, and
 * connects sockets of this process with each other. It is there to exercise the socket layer, not to be a protocol.
 * What a socket has sent and its peer has not read counts as unacknowledged.
 */
#ifndef TEST_SOCKET_STUB_H
#define TEST_SOCKET_STUB_H

#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../bsd/socketvar.h"
#include "../bsd/syscalls.h"
#include "harness.h"

enum { STUB = 132, STUB_FAMILY = 254, STUB_LEVEL = 132, STUB_ECHO = 1, STUB_ROOM = 4096 };

struct stub_message {
	TAILQ_ENTRY(stub_message) entry;
	uint32_t length, taken;
	uint16_t from;
	char data[];
};

struct stub_pcb {
	uint8_t inpcb[1024]; /* must stay zero */
	LIST_ENTRY(stub_pcb) entry;
	struct socket *socket;
	struct stub_pcb *peer;
	int family;
	uint16_t local, foreign;
	bool listening;
	TAILQ_HEAD(, stub_message) queue;
	uint32_t queued, unacknowledged;
	int option;
};

struct stub_work {
	struct stub_work *next;
	struct socket *close;     /* to be closed, or */
	struct stub_pcb *connect; /* to be given a child of the listener at its foreign port */
};

/* ---- knobs, set by a test before the call they change ---- */
static int stub_attach_error, stub_listen_result, stub_abort_error, stub_checkopt_error;
static bool stub_no_pcb, stub_dirty_pcb, stub_zero_mbcnt, stub_short_control, stub_never_answer, stub_keep_nofdref;
static bool stub_hold_disconnect; /* pru_disconnect waits for stub_release */

/* ---- what a test looks at ---- */
static int stub_aborts, stub_detaches, stub_shutdowns, stub_accepts;
static bool stub_attach_locked, stub_send_locked, stub_receive_locked, stub_option_locked;

static LIST_HEAD(, stub_pcb) stub_pcbs = LIST_HEAD_INITIALIZER(stub_pcbs);
static struct lck_grp *stub_group;
static struct lck_mtx *stub_mutex, *stub_work_mutex;
static struct domain stub_domain;
static struct pr_usrreqs stub_usrreqs;
static struct protosw stub_stream[2], stub_seqpacket[2], stub_many[2];
static struct socket *stub_udp[2];
static struct stub_work *stub_works;
static bool stub_stopping, stub_stopped;
static uint16_t stub_next_port = 40000;

/* ---- KPIs, looked up as the loader does ---- */
static int (*kpi_sock_socket)(int, int, int, void *, void *, struct socket **);
static void (*kpi_sock_close)(struct socket *);
static uint8_t (*kpi_sockopt_direction)(struct sockopt *);
static int (*kpi_sockopt_name)(struct sockopt *);
static int (*kpi_sockopt_copyin)(struct sockopt *, void *, size_t);
static int (*kpi_sockopt_copyout)(struct sockopt *, const void *, size_t);
static int (*kpi_uiomove)(const char *, int, struct uio *);
static int64_t (*kpi_uio_resid)(struct uio *);

#define FIND_KPI(name) (kpi_##name = (__typeof__(kpi_##name))stub_find("_" #name))

static void *
stub_find(const char *name)
{
	bool listed;
	const void *address = host_kpi_find(name, &listed);
	if (!address)
		FAIL("%s is not offered", name);
	return (void *)(uintptr_t)address;
}

static struct stub_pcb *
pcb_of(struct socket *socket)
{
	return socket->so_pcb;
}

/* ---- readiness ---- */

static void
stub_poke(struct sockbuf *buffer)
{
	if (buffer->sb_waiters)
		xnu_wakeup(&buffer->sb_cc);
	buffer->sb_flags &= ~(uint32_t)SB_SEL;
	xnu_selwakeup(&buffer->sb_sel);
	if (buffer->sb_flags & SB_KNOTE)
		xnu_knote(&buffer->sb_sel.si_note, SO_FILT_HINT_LOCKED, false);
}

/* True counts without mbufs; sb_mbcnt says that there is something to flush. */
static void
stub_update(struct stub_pcb *pcb)
{
	struct sockbuf *receive = &pcb->socket->so_rcv, *send = &pcb->socket->so_snd;
	if (!(receive->sb_flags & SB_DROP)) {
		receive->sb_cc = TAILQ_EMPTY(&pcb->queue) ? 0 : pcb->queued ? pcb->queued : 1;
		receive->sb_mbcnt = !stub_zero_mbcnt && receive->sb_cc != 0;
	}
	if (!(send->sb_flags & SB_DROP)) {
		send->sb_cc = pcb->unacknowledged;
		send->sb_mbcnt = !stub_zero_mbcnt && send->sb_cc != 0;
	}
	stub_poke(receive);
	stub_poke(send);
	xnu_wakeup(&pcb->socket->so_timeo);
}

static int
stub_sleep(struct socket *socket, struct sockbuf *buffer)
{
	struct timespec limit = {buffer->sb_timeo.tv_sec, buffer->sb_timeo.tv_usec * 1000l};
	buffer->sb_waiters++;
	int error = xnu_msleep(&buffer->sb_cc, stub_mutex, XNU_PSOCK | XNU_PCATCH, "stub", &limit);
	buffer->sb_waiters--;
	return socket->so_state & SS_DRAINING ? XNU_EBADF : error;
}

/* ---- pcbs ---- */

static struct stub_pcb *
stub_find_listener(int family, uint16_t port)
{
	struct stub_pcb *pcb;
	LIST_FOREACH(pcb, &stub_pcbs, entry)
	if (pcb->family == family && pcb->local == port && !pcb->foreign)
		return pcb;
	return NULL;
}

static void
stub_purge(struct stub_pcb *pcb)
{
	struct stub_message *message;
	while ((message = TAILQ_FIRST(&pcb->queue))) {
		TAILQ_REMOVE(&pcb->queue, message, entry);
		free(message);
	}
	pcb->queued = 0;
}

static void
stub_drop(struct socket *socket)
{
	struct stub_pcb *pcb = pcb_of(socket);
	if (!pcb)
		return;
	if (!stub_zero_mbcnt)
		socket->so_rcv.sb_cc = socket->so_rcv.sb_mbcnt = socket->so_snd.sb_cc = socket->so_snd.sb_mbcnt = 0;
	if (pcb->peer) {
		pcb->peer->peer = NULL;
		pcb->peer->socket->so_state |= SS_CANTRCVMORE;
		stub_update(pcb->peer);
	}
	LIST_REMOVE(pcb, entry);
	stub_purge(pcb);
	free(pcb);
	socket->so_pcb = NULL;
}

static int
stub_name(int family, uint16_t port, struct xnu_sockaddr **name)
{
	struct protosw *udp = stub_udp[family == XNU_AF_INET6]->so_proto;
	int error = udp->pr_usrreqs->pru_sockaddr(stub_udp[family == XNU_AF_INET6], name);
	if (error)
		return error;
	((struct xnu_sockaddr_in *)*name)->sin_port = htons(port);
	if (family == XNU_AF_INET)
		((struct xnu_sockaddr_in *)*name)->sin_addr = htonl(INADDR_LOOPBACK);
	else
		((struct xnu_sockaddr_in6 *)*name)->sin6_addr[15] = 1;
	return 0;
}

static void
stub_autobind(struct stub_pcb *pcb)
{
	if (!pcb->local)
		pcb->local = stub_next_port++;
}

/* ---- worker ---- */

static void
stub_later(struct stub_work work)
{
	struct stub_work *copy = malloc(sizeof(*copy));
	*copy = work;
	xnu_lck_mtx_lock(stub_work_mutex);
	struct stub_work **last = &stub_works;
	while (*last)
		last = &(*last)->next;
	*last = copy;
	xnu_wakeup(&stub_works);
	xnu_lck_mtx_unlock(stub_work_mutex);
}

static void
stub_refuse(struct stub_pcb *client)
{
	client->socket->so_error = XNU_ECONNREFUSED;
	client->socket->so_state &= ~SS_ISCONNECTING;
	stub_update(client);
}

/* The new socket is made without any lock, then hung into the listener's queue by hand. */
static void
stub_make_child(struct stub_pcb *client)
{
	struct socket *socket;
	if (kpi_sock_socket(client->family, BSD_SOCK_STREAM, STUB, NULL, NULL, &socket))
		return;
	xnu_lck_mtx_lock(stub_mutex);
	struct stub_pcb *listener = stub_find_listener(client->family, client->foreign), *child = pcb_of(socket);
	if (!listener || listener->socket->so_qlen >= listener->socket->so_qlimit) {
		stub_refuse(client);
		xnu_lck_mtx_unlock(stub_mutex);
		kpi_sock_close(socket);
		return;
	}
	struct socket *head = listener->socket;
	child->local = client->foreign;
	child->foreign = client->local;
	child->peer = client;
	client->peer = child;
	if (!stub_keep_nofdref)
		socket->so_state |= SS_NOFDREF;
	socket->so_state |= SS_COMP | SS_ISCONNECTED;
	socket->so_state &= ~SS_PRIV;
	socket->so_head = head;
	TAILQ_INSERT_TAIL(&head->so_comp, socket, so_list);
	head->so_qlen++;
	client->socket->so_state &= ~SS_ISCONNECTING;
	client->socket->so_state |= SS_ISCONNECTED;
	stub_update(client);
	stub_poke(&head->so_rcv);
	xnu_wakeup_one(&head->so_timeo);
	xnu_lck_mtx_unlock(stub_mutex);
}

static void
stub_worker(void *parameter, int result)
{
	(void)parameter, (void)result;
	xnu_lck_mtx_lock(stub_work_mutex);
	while (stub_works || !stub_stopping) {
		struct stub_work *work = stub_works;
		if (!work) {
			xnu_msleep(&stub_works, stub_work_mutex, XNU_PSOCK, "stubwork", NULL);
			continue;
		}
		stub_works = work->next;
		xnu_lck_mtx_unlock(stub_work_mutex);
		if (work->close)
			kpi_sock_close(work->close);
		else
			stub_make_child(work->connect);
		free(work);
		xnu_lck_mtx_lock(stub_work_mutex);
	}
	stub_stopped = true;
	xnu_wakeup(&stub_stopped);
	xnu_lck_mtx_unlock(stub_work_mutex);
	xnu_thread_terminate(xnu_current_thread());
}

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
	pcb->family = socket->so_proto == &stub_stream[1] || socket->so_proto == &stub_seqpacket[1] ? XNU_AF_INET6
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
		stub_later((struct stub_work){.connect = pcb});
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
stub_sosend(struct socket *socket, struct xnu_sockaddr *to, struct uio *uio, struct mbuf *top, struct mbuf *control,
	    int flags)
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

/* ---- registration ---- */

static void
stub_fill(struct protosw *protocol, int type, uint32_t flags)
{
	memset(protocol, 0, sizeof(*protocol));
	protocol->pr_domain = &stub_domain;
	protocol->pr_protosw = protocol;
	protocol->pr_type = (uint16_t)type;
	protocol->pr_protocol = STUB;
	protocol->pr_flags = flags | PR_ATTACHED | PR_INITIALIZED;
	protocol->pr_ctloutput = stub_ctloutput;
	protocol->pr_usrreqs = &stub_usrreqs;
	TAILQ_INIT(&protocol->pr_filter_head);
}

static void
stub_append(struct domain *domain, struct protosw *protocol)
{
	protocol->pr_entry.tqe_next = NULL;
	protocol->pr_entry.tqe_prev = domain->dom_protosw.tqh_last;
	__atomic_store_n(domain->dom_protosw.tqh_last, protocol, __ATOMIC_RELEASE);
	domain->dom_protosw.tqh_last = &protocol->pr_entry.tqe_next;
}

static void
stub_fill_requests(const struct pr_usrreqs *raw)
{
	stub_usrreqs = *raw;
	stub_usrreqs.pru_attach = stub_attach;
	stub_usrreqs.pru_detach = stub_detach;
	stub_usrreqs.pru_abort = stub_abort;
	stub_usrreqs.pru_bind = stub_bind;
	stub_usrreqs.pru_listen = stub_listen;
	stub_usrreqs.pru_connect = stub_connect;
	stub_usrreqs.pru_disconnect = stub_disconnect;
	stub_usrreqs.pru_accept = stub_accept;
	stub_usrreqs.pru_sockaddr = stub_sockaddr;
	stub_usrreqs.pru_peeraddr = stub_peeraddr;
	stub_usrreqs.pru_shutdown = stub_shutdown;
	stub_usrreqs.pru_sosend = stub_sosend;
	stub_usrreqs.pru_soreceive = stub_soreceive;
	stub_usrreqs.pru_socheckopt = stub_checkopt;
}

static struct domain *
stub_inet(int which)
{
	return stub_udp[which]->so_proto->pr_domain;
}

/* Brings the bare host up and registers the stub, all by what the scratch sockets lead to. */
static inline void
stub_start(void)
{
	static const int families[2] = {XNU_AF_INET, XNU_AF_INET6};
	char error[256];
	struct thread *thread;
	struct protosw *raw;
	signal(SIGPIPE, SIG_IGN);
	if (host_start(NULL, error, sizeof(error)))
		FAIL("%s", error);
	FIND_KPI(sock_socket);
	FIND_KPI(sock_close);
	FIND_KPI(sockopt_direction);
	FIND_KPI(sockopt_name);
	FIND_KPI(sockopt_copyin);
	FIND_KPI(sockopt_copyout);
	FIND_KPI(uiomove);
	FIND_KPI(uio_resid);
	host_syscall_enter();
	stub_group = xnu_lck_grp_alloc_init("stub", NULL);
	stub_mutex = xnu_lck_mtx_alloc_init(stub_group, NULL);
	stub_work_mutex = xnu_lck_mtx_alloc_init(stub_group, NULL);
	stub_domain.dom_family = STUB_FAMILY;
	stub_domain.dom_name = "stub";
	stub_domain.dom_mtx = stub_mutex;
	for (int i = 0; i < 2; i++) {
		EXPECT_EQ(kpi_sock_socket(families[i], BSD_SOCK_DGRAM, 17, NULL, NULL, &stub_udp[i]), 0);
		EXPECT_EQ(stub_inet(i)->dom_family, families[i]);
		stub_fill(&stub_stream[i], BSD_SOCK_STREAM, PR_CONNREQUIRED);
		stub_fill(&stub_seqpacket[i], BSD_SOCK_SEQPACKET, PR_ATOMIC | PR_ADDR | PR_CONNREQUIRED);
		stub_fill(&stub_many[i], BSD_SOCK_SEQPACKET, PR_ATOMIC | PR_ADDR);
	}
	TAILQ_FOREACH(raw, &stub_inet(0)->dom_protosw, pr_entry)
	if (raw->pr_type == BSD_SOCK_RAW && raw->pr_protocol == 255)
		stub_fill_requests(raw->pr_usrreqs);
	EXPECT_EQ(xnu_kernel_thread_start(stub_worker, NULL, &thread), 0);
	xnu_thread_deallocate(thread);
	for (int i = 0; i < 2; i++) {
		stub_append(stub_inet(i), &stub_stream[i]);
		stub_append(stub_inet(i), &stub_seqpacket[i]);
	}
	host_syscall_exit();
}

/* EBUSY while sockets exist, as a kext refuses to be unloaded. */
static inline int
stub_stop(void)
{
	if (stub_domain.dom_refs)
		return XNU_EBUSY;
	host_syscall_enter();
	for (int i = 0; i < 2; i++) {
		TAILQ_REMOVE(&stub_inet(i)->dom_protosw, &stub_stream[i], pr_entry);
		TAILQ_REMOVE(&stub_inet(i)->dom_protosw, &stub_seqpacket[i], pr_entry);
	}
	xnu_lck_mtx_lock(stub_work_mutex);
	stub_stopping = true;
	xnu_wakeup(&stub_works);
	while (!stub_stopped)
		xnu_msleep(&stub_stopped, stub_work_mutex, XNU_PSOCK, "stubstop", NULL);
	xnu_lck_mtx_unlock(stub_work_mutex);
	host_syscall_exit();
	return 0;
}

/* ---- what tests do over and over ---- */

static inline struct xnu_sockaddr_in
stub_address(uint16_t port)
{
	return (struct xnu_sockaddr_in){.sin_family = XNU_AF_INET, .sin_port = htons(port), .sin_addr = htonl(0x7f000001)};
}

static inline int
stub_bind_to(int fd, uint16_t port)
{
	struct xnu_sockaddr_in name = stub_address(port);
	return bsd_bind(fd, (struct xnu_sockaddr *)&name, sizeof(name));
}

static inline int
stub_connect_to(int fd, uint16_t port)
{
	struct xnu_sockaddr_in name = stub_address(port);
	return bsd_connect(fd, (struct xnu_sockaddr *)&name, sizeof(name));
}

static inline int
stub_listener(uint16_t port, int backlog)
{
	int fd = bsd_socket(XNU_AF_INET, BSD_SOCK_STREAM, STUB);
	EXPECT(fd >= 0);
	EXPECT_EQ(stub_bind_to(fd, port), 0);
	EXPECT_EQ(bsd_listen(fd, backlog), 0);
	return fd;
}

static inline int
stub_client(uint16_t port)
{
	int fd = bsd_socket(XNU_AF_INET, BSD_SOCK_STREAM, STUB);
	EXPECT(fd >= 0);
	EXPECT_EQ(stub_connect_to(fd, port), 0);
	return fd;
}

/* Two connected sockets and the listener they came by. */
struct stub_pair {
	int listener, client, server;
};

static inline struct stub_pair
stub_pair(void)
{
	struct stub_pair pair = {.listener = stub_listener(5000, 5)};
	pair.client = stub_client(5000);
	pair.server = bsd_accept(pair.listener, NULL, NULL);
	EXPECT(pair.server >= 0);
	return pair;
}

static inline void
stub_close_pair(struct stub_pair pair)
{
	EXPECT_EQ(bsd_close(pair.client), 0);
	EXPECT_EQ(bsd_close(pair.server), 0);
	EXPECT_EQ(bsd_close(pair.listener), 0);
}

static inline int
stub_number(int fd, int option)
{
	int value = -1;
	uint32_t length = sizeof(value);
	EXPECT_EQ(bsd_getsockopt(fd, BSD_SOL_SOCKET, option, &value, &length), 0);
	return value;
}

static inline int
stub_set_number(int fd, int option, int value)
{
	return bsd_setsockopt(fd, BSD_SOL_SOCKET, option, &value, sizeof(value));
}

static inline void
stub_set_timeout(int fd, int option, int milliseconds)
{
	struct bsd_timeval limit = {milliseconds / 1000, milliseconds % 1000 * 1000};
	EXPECT_EQ(bsd_setsockopt(fd, BSD_SOL_SOCKET, option, &limit, sizeof(limit)), 0);
}

static inline int
stub_ready(int fd, int events)
{
	struct bsd_pollfd poll = {fd, (int16_t)events, 0};
	EXPECT(bsd_poll(&poll, 1, 0) >= 0);
	return poll.revents;
}

/* Runs a call in a thread of its own, given time to fall asleep in it. */
struct stub_call {
	pthread_t thread;
	int64_t (*function)(int fd);
	int fd;
	int64_t result;
	bool done;
};

static inline void *
stub_run_call(void *argument)
{
	struct stub_call *call = argument;
	call->result = call->function(call->fd);
	__atomic_store_n(&call->done, true, __ATOMIC_SEQ_CST);
	return NULL;
}

static inline void
stub_call_start(struct stub_call *call, int64_t (*function)(int), int fd)
{
	*call = (struct stub_call){.function = function, .fd = fd};
	EXPECT_EQ(pthread_create(&call->thread, NULL, stub_run_call, call), 0);
	usleep(50000);
	EXPECT(!__atomic_load_n(&call->done, __ATOMIC_SEQ_CST));
}

static inline int64_t
stub_call_end(struct stub_call *call)
{
	pthread_join(call->thread, NULL);
	return call->result;
}

#endif
