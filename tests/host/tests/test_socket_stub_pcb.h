/* The stub protocol's sockets, what tests may set and look at, and the thread that makes and closes sockets
 * for it. */
#ifndef TEST_SOCKET_STUB_PCB_H
#define TEST_SOCKET_STUB_PCB_H

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
	int family;
};

/* ---- knobs, set by a test before the call they change ---- */
static int stub_attach_error, stub_listen_result, stub_abort_error, stub_checkopt_error;
static bool stub_no_pcb, stub_dirty_pcb, stub_zero_mbcnt, stub_short_control, stub_never_answer,
    stub_keep_nofdref;
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
		socket->so_rcv.sb_cc = socket->so_rcv.sb_mbcnt = socket->so_snd.sb_cc =
		    socket->so_snd.sb_mbcnt = 0;
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
stub_make_child(struct stub_pcb *client, int family)
{
	struct socket *socket;
	struct stub_pcb *living;
	if (kpi_sock_socket(family, BSD_SOCK_STREAM, STUB, NULL, NULL, &socket))
		return;
	xnu_lck_mtx_lock(stub_mutex);
	LIST_FOREACH(living, &stub_pcbs, entry)
	if (living == client && (client->socket->so_state & SS_ISCONNECTING))
		break;
	if (!living) {
		/* Closed since. */
		xnu_lck_mtx_unlock(stub_mutex);
		kpi_sock_close(socket);
		return;
	}
	struct stub_pcb *listener = stub_find_listener(client->family, client->foreign),
			*child = pcb_of(socket);
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
			stub_make_child(work->connect, work->family);
		free(work);
		xnu_lck_mtx_lock(stub_work_mutex);
	}
	stub_stopped = true;
	xnu_wakeup(&stub_stopped);
	xnu_lck_mtx_unlock(stub_work_mutex);
	xnu_thread_terminate(xnu_current_thread());
}

#endif
