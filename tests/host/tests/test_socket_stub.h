/*
 * A small protocol of number 132 that lives in the test: it registers as a kext does, in a domain of its own,
 * and connects sockets of this process with each other. It is there to exercise the socket layer, not to be a
 * protocol. What a socket has sent and its peer has not read counts as unacknowledged.
 */
#ifndef TEST_SOCKET_STUB_H
#define TEST_SOCKET_STUB_H

#include "test_socket_stub_requests.h"

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
	return (struct xnu_sockaddr_in){
	    .sin_family = XNU_AF_INET, .sin_port = htons(port), .sin_addr = htonl(0x7f000001)};
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
