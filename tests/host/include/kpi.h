/*
 * The kernel inside the host: the KPIs a kext may import, under their XNU names with xnu_ in front, so that
 * they do not clash with libc, plus what the host's own families need of each other. Layouts are those of
 * xnu-7195 x86_64.
 *
 * Who implements what: kpi/ everything here but the last section, which bsd/ implements, and the socket,
 * select, knote, uio, copyin/copyout, sockopt and file families, which bsd/ declares and offers with KPI()
 * itself.
 */
#ifndef KPI_H
#define KPI_H

#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

/* ---- the table a kext's imports are resolved in ---- */

struct kpi {
	const char *name; /* with the leading underscore of Mach-O */
	const void *address;
};

/* Offers symbol (a KPI's name, without the underscore) to kexts. Use it at file level beside the
 * implementation. */
#define KPI(symbol, implementation)                                                                          \
	static const struct kpi kpi_##symbol                                                                 \
	    __attribute__((section("kpi_table"), used)) = {"_" #symbol, (const void *)(implementation)}

/* The address of a KPI: NULL if the name is on no list. A listed name without an implementation gives NULL
 * and sets *listed: a call of it must panic with its name. */
const void *host_kpi_find(const char *name, bool *listed);

/* ---- errors: Darwin's numbers ---- */

enum {
	XNU_EJUSTRETURN = -2,
	XNU_ERESTART = -1,
	XNU_EPERM = 1,
	XNU_ENOENT = 2,
	XNU_EINTR = 4,
	XNU_ENXIO = 6,
	XNU_E2BIG = 7,
	XNU_EBADF = 9,
	XNU_ENOMEM = 12,
	XNU_EACCES = 13,
	XNU_EFAULT = 14,
	XNU_EBUSY = 16,
	XNU_EEXIST = 17,
	XNU_ENODEV = 19,
	XNU_EISDIR = 21,
	XNU_EINVAL = 22,
	XNU_ENFILE = 23,
	XNU_EMFILE = 24,
	XNU_ENOTTY = 25,
	XNU_EPIPE = 32,
	XNU_EDOM = 33,
	XNU_ERANGE = 34,
	XNU_EWOULDBLOCK = 35,
	XNU_EAGAIN = 35,
	XNU_EINPROGRESS = 36,
	XNU_EALREADY = 37,
	XNU_ENOTSOCK = 38,
	XNU_EDESTADDRREQ = 39,
	XNU_EMSGSIZE = 40,
	XNU_EPROTOTYPE = 41,
	XNU_ENOPROTOOPT = 42,
	XNU_EPROTONOSUPPORT = 43,
	XNU_ESOCKTNOSUPPORT = 44,
	XNU_ENOTSUP = 45,
	XNU_EPFNOSUPPORT = 46,
	XNU_EAFNOSUPPORT = 47,
	XNU_EADDRINUSE = 48,
	XNU_EADDRNOTAVAIL = 49,
	XNU_ENETDOWN = 50,
	XNU_ENETUNREACH = 51,
	XNU_ECONNABORTED = 53,
	XNU_ECONNRESET = 54,
	XNU_ENOBUFS = 55,
	XNU_EISCONN = 56,
	XNU_ENOTCONN = 57,
	XNU_ESHUTDOWN = 58,
	XNU_ETIMEDOUT = 60,
	XNU_ECONNREFUSED = 61,
	XNU_EHOSTDOWN = 64,
	XNU_EHOSTUNREACH = 65,
	XNU_ENOSYS = 78,
	XNU_EOVERFLOW = 84,
	XNU_ECANCELED = 89,
	XNU_EOPNOTSUPP = 102,
};

/* ---- types of the border ---- */

enum { XNU_AF_UNSPEC = 0, XNU_AF_UNIX = 1, XNU_AF_INET = 2, XNU_AF_LINK = 18, XNU_AF_INET6 = 30 };
enum { IP_PROTOCOL_SCTP = 132 };

struct xnu_timeval {
	int64_t tv_sec;
	int32_t tv_usec;
};

struct xnu_sockaddr {
	uint8_t sa_len;
	uint8_t sa_family;
	char sa_data[14];
};

struct xnu_sockaddr_in {
	uint8_t sin_len;
	uint8_t sin_family;
	uint16_t sin_port;
	uint32_t sin_addr;
	char sin_zero[8];
};

struct xnu_sockaddr_in6 {
	uint8_t sin6_len;
	uint8_t sin6_family;
	uint16_t sin6_port;
	uint32_t sin6_flowinfo;
	uint8_t sin6_addr[16];
	uint32_t sin6_scope_id;
};

struct xnu_sockaddr_storage {
	_Alignas(8) uint8_t ss_len;
	uint8_t ss_family;
	char ss_data[126];
};

struct mbuf;
struct proc;
struct thread;
struct ucred;
struct ifnet;
struct ifaddr;
struct lck_grp;
struct lck_attr;
struct lck_grp_attr;

/* ---- console ---- */

__attribute__((noreturn, format(printf, 1, 2))) void xnu_panic(const char *format, ...);
__attribute__((format(printf, 1, 2))) int xnu_printf(const char *format, ...);
/* Only when verbose. */
__attribute__((format(printf, 1, 2))) void host_trace(const char *format, ...);

/* ---- locks: owner and order are checked, any misuse panics ---- */

struct lck_mtx {
	uint64_t opaque[2];
};
struct lck_spin {
	uint64_t opaque[2];
};
struct lck_rw {
	uint64_t opaque[2];
};

struct lck_grp_attr *xnu_lck_grp_attr_alloc_init(void);
void xnu_lck_grp_attr_free(struct lck_grp_attr *attribute);
struct lck_grp *xnu_lck_grp_alloc_init(const char *name, struct lck_grp_attr *attribute);
void xnu_lck_grp_free(struct lck_grp *group);
struct lck_attr *xnu_lck_attr_alloc_init(void);
void xnu_lck_attr_free(struct lck_attr *attribute);
struct lck_mtx *xnu_lck_mtx_alloc_init(struct lck_grp *group, struct lck_attr *attribute);
void xnu_lck_mtx_free(struct lck_mtx *lock, struct lck_grp *group);
void xnu_lck_mtx_init(struct lck_mtx *lock, struct lck_grp *group, struct lck_attr *attribute);
void xnu_lck_mtx_destroy(struct lck_mtx *lock, struct lck_grp *group);
void xnu_lck_mtx_lock(struct lck_mtx *lock);
void xnu_lck_mtx_unlock(struct lck_mtx *lock);
int xnu_lck_mtx_try_lock(struct lck_mtx *lock);
/* Host only: does the calling thread own it? and the check that XNU's lck_mtx_assert makes. */
bool host_mutex_owned(struct lck_mtx *lock);
void host_mutex_assert(struct lck_mtx *lock, bool owned);
/* How many locks (of any kind) the calling thread holds. */
unsigned host_locks_held(void);

/* ---- sleep: PCATCH sleeps end with EINTR or ERESTART on a signal, timeouts with EWOULDBLOCK ---- */

enum { XNU_PSOCK = 24, XNU_PCATCH = 0x100, XNU_PDROP = 0x400, XNU_PRIMASK = 0xff };

/* timeout: relative; NULL or zero: for ever. lock may be NULL. */
int xnu_msleep(void *channel, struct lck_mtx *lock, int priority, const char *message,
	       struct timespec *timeout);
void xnu_wakeup(void *channel);
void xnu_wakeup_one(void *channel);

/* ---- threads ---- */

typedef void (*thread_continue)(void *parameter, int wait_result);

struct thread *xnu_current_thread(void);
int xnu_kernel_thread_start(thread_continue function, void *parameter, struct thread **out);
int xnu_thread_terminate(struct thread *thread);
void xnu_thread_reference(struct thread *thread);
void xnu_thread_deallocate(struct thread *thread);
uint64_t xnu_thread_tid(struct thread *thread);

/*
 * A system call of a program runs between these two, on the program's own thread: signals are held back in
 * between, so that no handler runs while kernel locks are held, and end a PCATCH sleep instead. They nest.
 */
void host_syscall_enter(void);
void host_syscall_exit(void);
/* What ends the sleeps of a system call besides the signals that the program does not block. */
struct company {
	struct pollfd *fds; /* Linux's; with room for two more */
	unsigned count;
	const sigset_t *mask; /* in place of the program's own; NULL: that one */
};
/* Of the calling thread's next system call. */
void host_syscall_company(const struct company *company);
/* A signal for the program's thread that makes this system call. */
void host_signal_raise(int signal);

/* ---- time ---- */

uint64_t xnu_mach_absolute_time(void);
void xnu_microuptime(struct xnu_timeval *out);
void xnu_nanouptime(struct timespec *out);
void xnu_microtime(struct xnu_timeval *out);
void xnu_nanotime(struct timespec *out);

/* ---- thread calls ---- */

struct thread_call;
typedef void (*thread_call_function)(void *parameter0, void *parameter1);
struct thread_call *xnu_thread_call_allocate(thread_call_function function, void *parameter0);
int xnu_thread_call_enter(struct thread_call *call);
int xnu_thread_call_enter1(struct thread_call *call, void *parameter1);
int xnu_thread_call_enter_delayed(struct thread_call *call, uint64_t deadline);
int xnu_thread_call_enter1_delayed(struct thread_call *call, void *parameter1, uint64_t deadline);
int xnu_thread_call_cancel(struct thread_call *call);
int xnu_thread_call_free(struct thread_call *call);

/* ---- memory ---- */

struct os_malloc_tag;
struct os_malloc_tag *xnu_OSMalloc_Tagalloc(const char *name, uint32_t flags);
void xnu_OSMalloc_Tagfree(struct os_malloc_tag *tag);
void *xnu_OSMalloc(uint32_t size, struct os_malloc_tag *tag);
void *xnu_OSMalloc_nowait(uint32_t size, struct os_malloc_tag *tag);
void *xnu_OSMalloc_noblock(uint32_t size, struct os_malloc_tag *tag);
void xnu_OSFree(void *address, uint32_t size, struct os_malloc_tag *tag);

enum { XNU_M_WAITOK = 0, XNU_M_NOWAIT = 1, XNU_M_ZERO = 4 };
enum { XNU_M_PCB = 4, XNU_M_SOCKET = 3, XNU_M_SONAME = 11, XNU_M_TEMP = 80 };
/* As kexts get it: the kext heap. */
void *xnu__MALLOC(size_t size, int type, int flags);
void xnu__FREE(void *address, int type);
/*
 * The kernel's own heap: for structs of bsd/ and for what pru_sockaddr returns. Freeing memory of the other
 * heap panics as kfree_heap_confusion_panic does (KHEAP_DEFAULT against KHEAP_KEXT in 7195).
 */
void *host_kernel_malloc(size_t size, int type, int flags);
void host_kernel_free(void *address, int type);

/* ---- credentials and processes ---- */

struct filedesc;
/* A program. pid: 0 for the one the host runs in, whose memory is the host's own. */
struct proc {
	struct ucred *credential;
	pid_t pid;
	struct filedesc *files; /* NULL for the host's own program */
};
struct ucred *xnu_kauth_cred_get(void); /* the thread's; no reference */
struct ucred *xnu_kauth_cred_get_with_ref(void);
void xnu_kauth_cred_ref(struct ucred *credential);
void xnu_kauth_cred_unref(struct ucred **credential); /* clears the pointer */
uid_t xnu_kauth_cred_getuid(struct ucred *credential);
/* Host only: of a program of another process, with one reference; NULL without memory. */
struct ucred *host_cred_create(uid_t uid);
/* References on all credentials, to find leaks: 1 is the host's own program's. */
unsigned host_cred_references(void);
struct proc *xnu_current_proc(void);
int xnu_proc_pid(struct proc *process);
int xnu_proc_selfpid(void);
void xnu_proc_selfname(char *buffer, int size);
int xnu_proc_suser(struct proc *process);

/* ---- mbufs ---- */

enum { XNU_MBUF_WAITOK = 0, XNU_MBUF_DONTWAIT = 1 };
enum {
	XNU_MBUF_TYPE_FREE = 0,
	XNU_MBUF_TYPE_DATA = 1,
	XNU_MBUF_TYPE_HEADER = 2,
	XNU_MBUF_TYPE_SONAME = 8,
	XNU_MBUF_TYPE_CONTROL = 14
};
enum {
	XNU_MBUF_EXT = 1,
	XNU_MBUF_PKTHDR = 2,
	XNU_MBUF_EOR = 4,
	XNU_MBUF_LOOP = 0x40,
	XNU_MBUF_BCAST = 0x100,
	XNU_MBUF_MCAST = 0x200
};

int xnu_mbuf_get(uint32_t how, uint32_t type, struct mbuf **out);
int xnu_mbuf_gethdr(uint32_t how, uint32_t type, struct mbuf **out);
int xnu_mbuf_getpacket(uint32_t how, struct mbuf **out);
int xnu_mbuf_mclget(uint32_t how, uint32_t type, struct mbuf **mbuf);
int xnu_mbuf_allocpacket(uint32_t how, size_t length, unsigned *max_chunks, struct mbuf **out);
struct mbuf *xnu_mbuf_free(struct mbuf *mbuf);
void xnu_mbuf_freem(struct mbuf *chain);
void *xnu_mbuf_data(struct mbuf *mbuf);
void *xnu_mbuf_datastart(struct mbuf *mbuf);
int xnu_mbuf_setdata(struct mbuf *mbuf, void *data, size_t length);
size_t xnu_mbuf_len(struct mbuf *mbuf);
void xnu_mbuf_setlen(struct mbuf *mbuf, size_t length);
size_t xnu_mbuf_maxlen(struct mbuf *mbuf);
struct mbuf *xnu_mbuf_next(struct mbuf *mbuf);
int xnu_mbuf_setnext(struct mbuf *mbuf, struct mbuf *next);
struct mbuf *xnu_mbuf_nextpkt(struct mbuf *mbuf);
void xnu_mbuf_setnextpkt(struct mbuf *mbuf, struct mbuf *next);
size_t xnu_mbuf_pkthdr_len(struct mbuf *mbuf);
void xnu_mbuf_pkthdr_setlen(struct mbuf *mbuf, size_t length);
void xnu_mbuf_pkthdr_adjustlen(struct mbuf *mbuf, int amount);
struct ifnet *xnu_mbuf_pkthdr_rcvif(struct mbuf *mbuf);
int xnu_mbuf_pkthdr_setrcvif(struct mbuf *mbuf, struct ifnet *interface);
uint32_t xnu_mbuf_type(struct mbuf *mbuf);
int xnu_mbuf_settype(struct mbuf *mbuf, uint32_t type);
uint32_t xnu_mbuf_flags(struct mbuf *mbuf);
int xnu_mbuf_setflags(struct mbuf *mbuf, uint32_t flags);
size_t xnu_mbuf_leadingspace(struct mbuf *mbuf);
size_t xnu_mbuf_trailingspace(struct mbuf *mbuf);
void xnu_mbuf_adj(struct mbuf *chain, int length);
int xnu_mbuf_prepend(struct mbuf **chain, size_t length, uint32_t how);
int xnu_mbuf_pullup(struct mbuf **chain, size_t length);
int xnu_mbuf_copydata(struct mbuf *chain, size_t offset, size_t length, void *out);
int xnu_mbuf_copyback(struct mbuf *chain, size_t offset, size_t length, const void *data, uint32_t how);
int xnu_mbuf_copym(struct mbuf *chain, size_t offset, size_t length, uint32_t how, struct mbuf **out);
int xnu_mbuf_dup(struct mbuf *chain, uint32_t how, struct mbuf **out);
/* Host only: a packet of these bytes; NULL when mbufs are refused. Panic if a chain is not one of live mbufs.
 */
struct mbuf *host_mbuf_packet(const void *bytes, size_t length);
void host_mbuf_check(struct mbuf *chain);

/* ---- IP filters and packets ---- */

struct ipf_filter {
	void *cookie;
	const char *name;
	int (*ipf_input)(void *cookie, struct mbuf **mbuf, int offset, uint8_t protocol);
	int (*ipf_output)(void *cookie, struct mbuf **mbuf, void *options);
	void (*ipf_detach)(void *cookie);
};
struct ipfilter;
int xnu_ipf_addv4(const struct ipf_filter *filter, struct ipfilter **out);
int xnu_ipf_addv6(const struct ipf_filter *filter, struct ipfilter **out);
int xnu_ipf_remove(struct ipfilter *filter);
int xnu_ipf_inject_output(struct mbuf *packet, struct ipfilter *filter, void *options);

/* ---- sysctl ---- */

struct sysctl_oid;

/* ---- implemented by bsd/ ---- */

/* Domains, protocols and the file table; called by host_start before the kext is loaded. 0 or a Darwin errno.
 */
int bsd_init(void);
/* Called by host_stop after the kext was unloaded: closes what is still open, frees all. */
void bsd_fini(void);
/*
 * A datagram no IP filter kept, for ip_protox[132] or ip6_protox[132], which is the IPPROTO_RAW entry of
 * inetsw or inet6sw: calls that entry's pr_input. Takes the mbuf over. IPv4: ip_len already in host order
 * less the header, as ip_proto_dispatch_in leaves it, and inet_domain_mutex is to be held around the call.
 * IPv6: the return value of pr_input, IPPROTO_DONE (257) ends the header loop.
 */
void bsd_raw_input(struct mbuf *mbuf, int header_length);
int bsd_raw6_input(struct mbuf **mbuf, int *offset, int protocol);
/* ICMP error: calls pr_ctlinput of the same entries. command: PRC_*; destination: the packet's; header: its
 * IP header. */
void bsd_raw_ctlinput(int command, struct xnu_sockaddr *destination, void *header);

#endif
