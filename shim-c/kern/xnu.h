/*
 * What this extension uses of XNU: functions and data of com.apple.kpi.bsd, .libkern and .mach that every
 * kernel from 4570 (macOS 10.13) to 11417 (macOS 15) exports on both architectures, declared here because the
 * build has no SDK, and the constants that go with them. Nothing else of the kernel is linked.
 *
 * Structures whose layout moves between kernels are in layout.h.
 */
#ifndef SCTP_XNU_H
#define SCTP_XNU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct socket;
struct sockopt;
struct mbuf;
struct uio;
struct proc;
struct ucred;
struct ifnet;
struct ifaddr;
struct selinfo;
struct sysctl_oid;
struct klist;
struct thread;
struct thread_call;
struct opaque_ipfilter;
struct OSMallocTag;
typedef struct __lck_mtx_t__ lck_mtx_t;
typedef struct __lck_grp__ lck_grp_t;

struct timespec {
	int64_t tv_sec;
	int64_t tv_nsec;
};

struct timeval {
	int64_t tv_sec;
	int32_t tv_usec;
};

struct sockaddr {
	uint8_t sa_len;
	uint8_t sa_family;
	uint8_t sa_data[14];
};

struct in_addr {
	uint32_t s_addr;
};

struct in6_addr {
	uint8_t s6_addr[16];
};

struct sockaddr_in {
	uint8_t sin_len;
	uint8_t sin_family;
	uint16_t sin_port;
	struct in_addr sin_addr;
	uint8_t sin_zero[8];
};

struct sockaddr_in6 {
	uint8_t sin6_len;
	uint8_t sin6_family;
	uint16_t sin6_port;
	uint32_t sin6_flowinfo;
	struct in6_addr sin6_addr;
	uint32_t sin6_scope_id;
};

struct sockaddr_storage {
	uint8_t ss_len;
	uint8_t ss_family;
	uint8_t ss_pad[6];
	uint64_t ss_align;
	uint8_t ss_rest[112];
};

struct cmsghdr {
	uint32_t cmsg_len;
	int32_t cmsg_level;
	int32_t cmsg_type;
};

/* clang-format off */
enum {
	AF_UNSPEC = 0, AF_INET = 2, AF_INET6 = 30,
	SOCK_STREAM = 1, SOCK_DGRAM = 2, SOCK_RAW = 3, SOCK_SEQPACKET = 5,
	IPPROTO_IP = 0, IPPROTO_ICMP = 1, IPPROTO_UDP = 17, IPPROTO_IPV6 = 41, IPPROTO_FRAGMENT = 44, IPPROTO_ICMPV6 = 58,
	IPPROTO_RAW = 255,
	IPPORT_RESERVED = 1024, SOMAXCONN = 128,
};

enum {
	ENOENT = 2, EINTR = 4, EBADF = 9, ENOMEM = 12, EACCES = 13, EBUSY = 16, EINVAL = 22, EPIPE = 32,
	EWOULDBLOCK = 35, EINPROGRESS = 36, EMSGSIZE = 40, ENOPROTOOPT = 42, EPROTONOSUPPORT = 43, EAFNOSUPPORT = 47,
	EADDRNOTAVAIL = 49, ENETDOWN = 50, ENETUNREACH = 51, ECONNABORTED = 53, ECONNRESET = 54, ENOBUFS = 55,
	ENOTCONN = 57, EHOSTDOWN = 64, EHOSTUNREACH = 65, EOPNOTSUPP = 102,
	ERESTART = -1, EJUSTRETURN = -2,
};

/* SOL_SOCKET options; the values of so_options are among them. */
enum {
	SOL_SOCKET = 0xffff,
	SO_ACCEPTCONN = 0x0002, SO_KEEPALIVE = 0x0008, SO_LINGER = 0x0080,
	SO_SNDBUF = 0x1001, SO_RCVBUF = 0x1002, SO_SNDLOWAT = 0x1003, SO_RCVLOWAT = 0x1004, SO_RCVTIMEO = 0x1006,
	SO_NOSIGPIPE = 0x1022, SO_TRAFFIC_CLASS = 0x1086, SO_NET_SERVICE_TYPE = 0x1116,
};

/* so_state */
enum {
	SS_NOFDREF = 0x0001, SS_ISCONNECTED = 0x0002, SS_ISCONNECTING = 0x0004, SS_ISDISCONNECTING = 0x0008,
	SS_CANTSENDMORE = 0x0010, SS_CANTRCVMORE = 0x0020, SS_PRIV = 0x0080, SS_NBIO = 0x0100, SS_COMP = 0x1000,
	SS_ISDISCONNECTED = 0x2000, SS_DRAINING = 0x4000,
};

/* so_flags */
enum {
	SOF_NOSIGPIPE = 0x0001, SOF_NOADDRAVAIL = 0x0002, SOF_PCBCLEARING = 0x0004, SOF_DEFUNCT = 0x0008,
	SOF_NPX_SETOPTSHUT = 0x2000, SOF_NODEFUNCT = 0x8000,
};

/* so_flags1; what the first means for us is in socket.c */
enum { SOF1_PRECONNECT_DATA = 0x20, SOF1_TC_NET_SERV_TYPE = 0x1000 };

/* sb_flags */
enum { SB_SEL = 0x08, SB_KNOTE = 0x40, SB_DROP = 0x80, SB_USRSIZE = 0x200 };

/* pr_flags and dom_flags */
enum {
	PR_ATOMIC = 0x01, PR_ADDR = 0x02, PR_CONNREQUIRED = 0x04, PR_INITIALIZED = 0x400, PR_ATTACHED = 0x800,
	DOM_INITIALIZED = 0x2, DOM_ATTACHED = 0x4,
};

/* Flags of send and receive calls; MSG_NOTIFICATION is in netinet/sctp_uio.h. */
enum {
	MSG_OOB = 0x1, MSG_PEEK = 0x2, MSG_EOR = 0x8, MSG_DONTWAIT = 0x80, MSG_EOF = 0x100,
	MSG_NBIO = 0x20000,
};

/* IPPROTO_IP and IPPROTO_IPV6 options */
enum { IP_TOS = 3, IP_TTL = 4 };
enum { IPV6_UNICAST_HOPS = 4, IPV6_V6ONLY = 27, IPV6_TCLASS = 36 };

/* Variables: type and flags in oid_kind. */
enum {
	CTLTYPE_NODE = 1, CTLTYPE_INT = 2, CTLTYPE_STRING = 3, CTLTYPE_OPAQUE = 5,
	CTLFLAG_OID2 = 0x00400000, CTLFLAG_LOCKED = 0x00800000, CTLFLAG_WR = 0x40000000,
};
#define CTLFLAG_RD 0x80000000u
enum { OID_AUTO = -1, SYSCTL_OID_VERSION = 1 };

enum { SOPT_GET = 1, SOPT_SET = 2 };
enum { PSOCK = 24, PCATCH = 0x100 };
enum { SO_FILT_HINT_LOCKED = 1 };
enum { KERN_SUCCESS = 0, KERN_FAILURE = 5 };
enum { MBUF_WAITOK = 0, MBUF_DONTWAIT = 1, MBUF_TYPE_CONTROL = 14, MBUF_BCAST = 0x100, MBUF_MCAST = 0x200 };

/* com.apple.kpi.bsd: sockets */
int sock_socket(int domain, int type, int protocol, void *upcall, void *context, struct socket **so);
void sock_close(struct socket *so);
int sock_setsockopt(struct socket *so, int level, int name, const void *value, int length);
uint8_t sockopt_direction(struct sockopt *option);
int sockopt_level(struct sockopt *option);
int sockopt_name(struct sockopt *option);
size_t sockopt_valsize(struct sockopt *option);
int sockopt_copyin(struct sockopt *option, void *data, size_t length);
int sockopt_copyout(struct sockopt *option, void *data, size_t length);
/* Each success is ended by file_drop. Both take the lock of the calling process' descriptor table. */
int file_socket(int fd, struct socket **so);
int file_drop(int fd);
int uiomove(const char *data, int length, struct uio *uio);
int64_t uio_resid(struct uio *uio);
void uio_setresid(struct uio *uio, int64_t resid);
void selwakeup(struct selinfo *selinfo);
/* The third argument is there from xnu-8796.121.2 on; older kernels do not look at it. */
void knote(struct klist *list, long hint, int autodetach);
void wakeup(void *channel);
void wakeup_one(void *channel);
int msleep(void *channel, lck_mtx_t *mutex, int priority, const char *message, struct timespec *timeout);
void kauth_cred_ref(struct ucred *cred);
void kauth_cred_unref(struct ucred **cred);
/* 0 if it is root's. */
int proc_suser(struct proc *process);

/* com.apple.kpi.bsd: variables */
struct sysctl_req {
	struct proc *p;
	int lock;
	uint64_t oldptr; /* 0: how much would it be? */
	size_t oldlen, oldidx;
	int (*oldfunc)(struct sysctl_req *request, const void *from, size_t length);
	uint64_t newptr; /* 0: nothing is set */
	size_t newlen, newidx;
	int (*newfunc)(struct sysctl_req *request, void *to, size_t length);
};
_Static_assert(sizeof(struct sysctl_req) == 80, "struct sysctl_req");

struct sysctl_oid_list {
	struct sysctl_oid *first;
};

#ifdef __arm64e__
#define OID_PARENT_SIGNED                                                                                    \
	__ptrauth(2 /* DA */, 1, __builtin_ptrauth_string_discriminator("sysctl_oid.oid_parent"))
#else
#define OID_PARENT_SIGNED
#endif

struct sysctl_oid {
	struct sysctl_oid_list *OID_PARENT_SIGNED oid_parent;
	struct sysctl_oid *oid_next;
	int oid_number;
	int oid_kind;
	void *oid_arg1;
	int oid_arg2;
	const char *oid_name;
	int (*oid_handler)(struct sysctl_oid *oid, void *arg1, int arg2, struct sysctl_req *request);
	const char *oid_fmt;
	const char *oid_descr;
	int oid_version;
	int oid_refcnt;
};
_Static_assert(sizeof(struct sysctl_oid) == 80, "struct sysctl_oid");

extern struct sysctl_oid_list sysctl__net_children;
void sysctl_register_oid(struct sysctl_oid *oid);
/* Waits until no handler of it runs any more. */
void sysctl_unregister_oid(struct sysctl_oid *oid);
int sysctl_handle_int(struct sysctl_oid *oid, void *arg1, int arg2, struct sysctl_req *request);

/* com.apple.kpi.bsd: packets and interfaces */
struct ipf_filter {
	void *cookie;
	const char *name;
	int (*ipf_input)(void *cookie, struct mbuf **data, int offset, uint8_t protocol);
	int (*ipf_output)(void *cookie, struct mbuf **data, void *options);
	void (*ipf_detach)(void *cookie);
};
int ipf_addv4(const struct ipf_filter *filter, struct opaque_ipfilter **reference);
int ipf_addv6(const struct ipf_filter *filter, struct opaque_ipfilter **reference);
int ipf_remove(struct opaque_ipfilter *reference);
int ipf_inject_output(struct mbuf *packet, struct opaque_ipfilter *reference, void *options);
int mbuf_allocpacket(uint32_t how, size_t length, unsigned int *max_chunks, struct mbuf **packet);
int mbuf_get(uint32_t how, uint32_t type, struct mbuf **m);
void mbuf_freem(struct mbuf *m);
void *mbuf_data(struct mbuf *m);
void *mbuf_datastart(struct mbuf *m);
size_t mbuf_len(struct mbuf *m);
size_t mbuf_maxlen(struct mbuf *m);
struct mbuf *mbuf_next(struct mbuf *m);
int mbuf_setnext(struct mbuf *m, struct mbuf *next);
uint32_t mbuf_flags(struct mbuf *m);
void mbuf_setlen(struct mbuf *m, size_t length);
int mbuf_setdata(struct mbuf *m, void *data, size_t length);
size_t mbuf_pkthdr_len(struct mbuf *m);
struct ifnet *mbuf_pkthdr_rcvif(struct mbuf *m);
void mbuf_pkthdr_setlen(struct mbuf *m, size_t length);
int mbuf_copydata(struct mbuf *m, size_t offset, size_t length, void *out);
/* interface NULL: the addresses of all interfaces. The list ends with NULL; ENXIO when it would be empty. */
int ifnet_get_address_list_family(struct ifnet *interface, struct ifaddr ***addresses, uint8_t family);
void ifnet_free_address_list(struct ifaddr **addresses);
uint32_t ifnet_index(struct ifnet *interface);
/* No reference is taken. */
struct ifnet *ifaddr_ifnet(struct ifaddr *address);
/* An address of the interface that the route takes, with a reference; NULL without a route. */
struct ifaddr *ifaddr_withroute(int flags, const struct sockaddr *destination, const struct sockaddr *gateway);
int ifaddr_release(struct ifaddr *address);
int ifaddr_address(struct ifaddr *address, struct sockaddr *out, uint32_t size);

/* com.apple.kpi.libkern */
extern const char version[];
int printf(const char *format, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void panic(const char *format, ...) __attribute__((format(printf, 1, 2)));
void *memcpy(void *to, const void *from, size_t length);
void *memset(void *to, int byte, size_t length);
int memcmp(const void *a, const void *b, size_t length);
struct OSMallocTag *OSMalloc_Tagalloc(const char *name, uint32_t flags);
void OSMalloc_Tagfree(struct OSMallocTag *tag);
void *OSMalloc(uint32_t size, struct OSMallocTag *tag);
void *OSMalloc_noblock(uint32_t size, struct OSMallocTag *tag);
void OSFree(void *memory, uint32_t size, struct OSMallocTag *tag);
lck_grp_t *lck_grp_alloc_init(const char *name, void *attributes);
void lck_grp_free(lck_grp_t *group);
lck_mtx_t *lck_mtx_alloc_init(lck_grp_t *group, void *attributes);
void lck_mtx_free(lck_mtx_t *mutex, lck_grp_t *group);
void lck_mtx_lock(lck_mtx_t *mutex);
int lck_mtx_try_lock(lck_mtx_t *mutex);
void lck_mtx_unlock(lck_mtx_t *mutex);

/* com.apple.kpi.mach */
uint64_t mach_absolute_time(void);
void absolutetime_to_nanoseconds(uint64_t absolute, uint64_t *nanoseconds);
void nanoseconds_to_absolutetime(uint64_t nanoseconds, uint64_t *absolute);
void read_random(void *buffer, uint32_t length);
int kernel_thread_start(void (*function)(void *argument, int result), void *argument, struct thread **thread);
struct thread *current_thread(void);
int thread_terminate(struct thread *thread);
void thread_deallocate(struct thread *thread);
struct thread_call *thread_call_allocate(void (*function)(void *, void *), void *argument);
int thread_call_enter_delayed(struct thread_call *call, uint64_t deadline);
int thread_call_cancel(struct thread_call *call);
int thread_call_free(struct thread_call *call);
/* clang-format on */

#endif
