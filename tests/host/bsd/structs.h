/*
 * The kernel structures that a protocol of its own has to read and write, at the offsets of xnu-7195.141.2 on
 * x86_64. Fields that the host never uses keep their place as reserved space.
 */
#ifndef BSD_STRUCTS_H
#define BSD_STRUCTS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "kpi.h"

struct socket;
struct protosw;
struct domain;
struct knote;
struct uio;
struct select_link;

SLIST_HEAD(klist, knote);

struct selinfo {
	struct select_link *si_links; /* XNU: a waitq of 48 bytes */
	uint64_t si_reserved[5];
	struct klist si_note;
	uint32_t si_flags;
};

struct sockbuf {
	uint32_t sb_cc;    /* bytes in the buffer */
	uint32_t sb_hiwat; /* most bytes wanted */
	uint32_t sb_mbcnt; /* bytes of mbufs used */
	uint32_t sb_mbmax;
	uint32_t sb_ctl; /* bytes of sb_cc that are no data */
	uint32_t sb_lowat;
	struct mbuf *sb_mb;
	struct mbuf *sb_mbtail;
	struct mbuf *sb_lastrecord;
	struct socket *sb_so;
	struct selinfo sb_sel;
	struct xnu_timeval sb_timeo; /* zero: for ever */
	uint32_t sb_flags;
	uint32_t sb_idealsize;
	void (*sb_upcall)(struct socket *socket, void *argument, int wait);
	void *sb_upcallarg;
	uint32_t sb_wantlock;
	uint32_t sb_waiters; /* threads asleep on sb_cc */
	void *sb_cfil_thread;
	uint32_t sb_cfil_refs;
	uint32_t sb_preconn_hiwat;
};

enum {
	SB_LOCK = 0x1,
	SB_NOINTR = 0x2,
	SB_RECV = 0x4,
	SB_SEL = 0x8,
	SB_ASYNC = 0x10,
	SB_UPCALL = 0x20,
	SB_KNOTE = 0x40,
	SB_DROP = 0x80,
	SB_USRSIZE = 0x200,
	SB_AUTOSIZE = 0x400,
	SB_LIMITED = 0x8000,
};

TAILQ_HEAD(socket_queue, socket);
TAILQ_HEAD(protosw_queue, protosw);

enum { SO_LCKDBG_MAX = 4 };

struct socket {
	int so_zone;
	int16_t so_type;
	uint16_t so_error;
	uint32_t so_options; /* SO_DEBUG ... SO_TIMESTAMP_CONTINUOUS */
	int16_t so_linger;   /* ticks of 10 ms */
	int16_t so_state;
	void *so_pcb;
	struct protosw *so_proto;
	struct socket *so_head; /* the listener this socket waits on */
	struct socket_queue so_incomp;
	struct socket_queue so_comp;
	TAILQ_ENTRY(socket) so_list;
	int16_t so_qlen;
	int16_t so_incqlen;
	int16_t so_qlimit;
	int16_t so_timeo; /* only its address is used: connect, accept and linger sleep on it */
	int32_t so_pgid;
	uint32_t so_oobmark;
	struct sockbuf so_rcv, so_snd;
	char *so_tpcb;
	void (*so_event)(struct socket *socket, void *argument, long hint);
	void *so_eventarg;
	struct ucred *so_cred;
	uint64_t so_gencnt;
	void *so_cache_ent;
	char *so_saved_pcb;
	uint32_t cache_timestamp;
	int32_t last_pid;
	uint64_t last_upid;
	void *so_filt;
	uint32_t so_flags;
	uint32_t so_upcallusecount;
	int so_usecount;
	int so_retaincnt;
	uint32_t so_filteruse;
	uint16_t so_traffic_class;
	int8_t so_netsvctype;
	uint8_t so_restrictions;
	void *so_send_filt_thread;
	void *lock_lr[SO_LCKDBG_MAX]; /* who locked it, newest at next_lock_lr - 1 */
	void *unlock_lr[SO_LCKDBG_MAX];
	uint8_t next_lock_lr;
	uint8_t next_unlock_lr;
	uint16_t so_pktheadroom;
	uint32_t so_ifdenied_notifies;
	void *so_label;
	void *so_peerlabel;
	void *so_background_thread;
	uint64_t so_tc_stats[16];
	struct klist so_klist;
	void *so_fd_pcb;
	void *so_cfil;
	void *so_cfil_db;
	uint32_t so_state_change_cnt;
	uint32_t so_eventmask;
	int32_t e_pid;
	uint64_t e_upid;
	int32_t so_rpid;
	uint8_t last_uuid[16];
	uint8_t e_uuid[16];
	uint8_t so_vuuid[16];
	uint8_t so_ruuid[16];
	int32_t so_policy_gencnt;
	uint32_t so_flags1;
	uint64_t so_extended_bk_start;
	uint8_t so_log_seqn;
	uint8_t so_mpkl_send_uuid[16];
	uint8_t so_mpkl_send_proto;
};

enum {
	SS_NOFDREF = 0x0001,
	SS_ISCONNECTED = 0x0002,
	SS_ISCONNECTING = 0x0004,
	SS_ISDISCONNECTING = 0x0008,
	SS_CANTSENDMORE = 0x0010,
	SS_CANTRCVMORE = 0x0020,
	SS_RCVATMARK = 0x0040,
	SS_PRIV = 0x0080,
	SS_NBIO = 0x0100,
	SS_ASYNC = 0x0200,
	SS_ISCONFIRMING = 0x0400,
	SS_INCOMP = 0x0800,
	SS_COMP = 0x1000,
	SS_ISDISCONNECTED = 0x2000,
	SS_DRAINING = 0x4000,
};

enum {
	SOF_NOSIGPIPE = 0x1,
	SOF_NOADDRAVAIL = 0x2,
	SOF_PCBCLEARING = 0x4,
	SOF_DEFUNCT = 0x8,
	SOF_REUSESHAREUID = 0x40,
	SOF_ABORTED = 0x100,
	SOF_OVERFLOW = 0x200,
	SOF_NOTIFYCONFLICT = 0x400,
	SOF_UPCALLCLOSEWAIT = 0x800,
	SOF_BINDRANDOMPORT = 0x1000,
	SOF_NPX_SETOPTSHUT = 0x2000,
	SOF_RECV_TRAFFIC_CLASS = 0x4000,
	SOF_NODEFUNCT = 0x8000,
};

enum {
	SOF1_PRECONNECT_DATA = 0x00000020,
	SOF1_TC_NET_SERV_TYPE = 0x00001000,
	SOF1_IN_KERNEL_SOCKET = 0x00100000,
};

/* Hint of knote() and soevent(): the socket is locked. */
enum { SO_FILT_HINT_LOCKED = 0x1 };

struct sockopt {
	uint32_t sopt_dir;
	int sopt_level;
	int sopt_name;
	void *sopt_val;
	size_t sopt_valsize;
	struct proc *sopt_p; /* whose memory sopt_val is; the kernel's for sock_setsockopt */
};

enum { SOPT_GET = 1, SOPT_SET = 2 };

struct pr_usrreqs {
	uint32_t pru_flags;
	int (*pru_abort)(struct socket *socket);
	int (*pru_accept)(struct socket *socket, struct xnu_sockaddr **name);
	int (*pru_attach)(struct socket *socket, int protocol, struct proc *process);
	int (*pru_bind)(struct socket *socket, struct xnu_sockaddr *name, struct proc *process);
	int (*pru_connect)(struct socket *socket, struct xnu_sockaddr *name, struct proc *process);
	int (*pru_connect2)(struct socket *first, struct socket *second);
	int (*pru_connectx)(struct socket *socket, struct xnu_sockaddr *source,
			    struct xnu_sockaddr *destination, struct proc *process, uint32_t scope,
			    uint32_t association, uint32_t *connection, uint32_t flags, void *argument,
			    uint32_t length, struct uio *uio, int64_t *written);
	int (*pru_control)(struct socket *socket, unsigned long command, char *data, struct ifnet *interface,
			   struct proc *process);
	int (*pru_detach)(struct socket *socket);
	int (*pru_disconnect)(struct socket *socket);
	int (*pru_disconnectx)(struct socket *socket, uint32_t association, uint32_t connection);
	int (*pru_listen)(struct socket *socket, struct proc *process);
	int (*pru_peeraddr)(struct socket *socket, struct xnu_sockaddr **name);
	int (*pru_rcvd)(struct socket *socket, int flags);
	int (*pru_rcvoob)(struct socket *socket, struct mbuf *mbuf, int flags);
	int (*pru_send)(struct socket *socket, int flags, struct mbuf *mbuf, struct xnu_sockaddr *name,
			struct mbuf *control, struct proc *process);
	int (*pru_send_list)(struct socket *socket, int flags, struct mbuf *mbuf, struct xnu_sockaddr *name,
			     struct mbuf *control, struct proc *process);
	int (*pru_sense)(struct socket *socket, void *stat, int is_stat64);
	int (*pru_shutdown)(struct socket *socket);
	int (*pru_sockaddr)(struct socket *socket, struct xnu_sockaddr **name);
	int (*pru_sopoll)(struct socket *socket, int events, struct ucred *credential, void *waiter);
	int (*pru_soreceive)(struct socket *socket, struct xnu_sockaddr **from, struct uio *uio,
			     struct mbuf **chain, struct mbuf **control, int *flags);
	int (*pru_soreceive_list)(struct socket *socket, void *messages, unsigned count, int *flags);
	int (*pru_sosend)(struct socket *socket, struct xnu_sockaddr *to, struct uio *uio, struct mbuf *top,
			  struct mbuf *control, int flags);
	int (*pru_sosend_list)(struct socket *socket, struct uio **uios, unsigned count, int flags);
	int (*pru_socheckopt)(struct socket *socket, struct sockopt *option);
	int (*pru_preconnect)(struct socket *socket);
};

struct protosw {
	TAILQ_ENTRY(protosw) pr_entry;
	struct domain *pr_domain;
	struct protosw *pr_protosw; /* itself */
	uint16_t pr_type;
	uint16_t pr_protocol;
	uint32_t pr_flags;
	void *pr_input; /* IPv4: void (mbuf, header length); IPv6: int (mbuf **, int *offset, int protocol) */
	int (*pr_output)(struct mbuf *mbuf, struct socket *socket);
	void (*pr_ctlinput)(int command, struct xnu_sockaddr *name, void *header, struct ifnet *interface);
	int (*pr_ctloutput)(struct socket *socket, struct sockopt *option);
	struct pr_usrreqs *pr_usrreqs;
	void (*pr_init)(struct protosw *protocol, struct domain *domain);
	void (*pr_drain)(void);
	int (*pr_sysctl)(int *name, unsigned count, void *old, size_t *old_length, void *value,
			 size_t length);
	int (*pr_lock)(struct socket *socket, int reference, void *caller);
	int (*pr_unlock)(struct socket *socket, int reference, void *caller);
	struct lck_mtx *(*pr_getlock)(struct socket *socket, int flags);
	TAILQ_HEAD(, socket_filter) pr_filter_head;
	void *pr_old;
	void (*pr_update_last_owner)(struct socket *socket, struct proc *process, struct proc *effective);
	void (*pr_copy_last_owner)(struct socket *socket, struct socket *head);
};

enum {
	PR_ATOMIC = 0x1,
	PR_ADDR = 0x2,
	PR_CONNREQUIRED = 0x4,
	PR_WANTRCVD = 0x8,
	PR_LASTHDR = 0x40,
	PR_PROTOLOCK = 0x80,
	PR_PCBLOCK = 0x100,
	PR_DISPOSE = 0x200,
	PR_INITIALIZED = 0x400,
	PR_ATTACHED = 0x800,
	PR_EVCONNINFO = 0x2000,
	PR_PRECONN_WRITE = 0x4000,
	PR_DATA_IDEMPOTENT = 0x8000,
};

struct domain {
	int32_t dom_family;
	uint32_t dom_flags;
	uint32_t dom_refs; /* sockets */
	struct lck_mtx *dom_mtx;
	struct lck_mtx dom_mtx_s;
	TAILQ_ENTRY(domain) dom_entry;
	struct protosw_queue dom_protosw;
	void (*dom_init)(struct domain *domain);
	int (*dom_externalize)(struct mbuf *mbuf);
	void (*dom_dispose)(struct mbuf *mbuf);
	int (*dom_rtattach)(void **head, int offset);
	int dom_rtoffset;
	int dom_maxrtkey;
	int dom_protohdrlen;
	const char *dom_name;
	void *dom_old;
};

/* What generic code takes so_pcb for, whatever the protocol: struct inpcb, of which it reads inp_vflag and
 * others. */
enum { INPCB_SIZE = 736 };

#define AT(type, field, offset) _Static_assert(offsetof(struct type, field) == (offset), #type "." #field)
#define SIZE(type, size) _Static_assert(sizeof(struct type) == (size), "size of " #type)

AT(selinfo, si_note, 48);
SIZE(selinfo, 64);

AT(sockbuf, sb_lowat, 20);
AT(sockbuf, sb_mb, 24);
AT(sockbuf, sb_so, 48);
AT(sockbuf, sb_sel, 56);
AT(sockbuf, sb_timeo, 120);
AT(sockbuf, sb_flags, 136);
AT(sockbuf, sb_upcall, 144);
AT(sockbuf, sb_wantlock, 160);
AT(sockbuf, sb_waiters, 164);
SIZE(sockbuf, 184);

AT(socket, so_type, 4);
AT(socket, so_error, 6);
AT(socket, so_options, 8);
AT(socket, so_linger, 12);
AT(socket, so_state, 14);
AT(socket, so_pcb, 16);
AT(socket, so_proto, 24);
AT(socket, so_head, 32);
AT(socket, so_incomp, 40);
AT(socket, so_comp, 56);
AT(socket, so_list, 72);
AT(socket, so_qlen, 88);
AT(socket, so_incqlen, 90);
AT(socket, so_qlimit, 92);
AT(socket, so_timeo, 94);
AT(socket, so_rcv, 104);
AT(socket, so_snd, 288);
AT(socket, so_tpcb, 472);
AT(socket, so_cred, 496);
AT(socket, last_pid, 532);
AT(socket, so_filt, 544);
AT(socket, so_flags, 552);
AT(socket, so_usecount, 560);
AT(socket, so_retaincnt, 564);
AT(socket, so_traffic_class, 572);
AT(socket, lock_lr, 584);
AT(socket, unlock_lr, 616);
AT(socket, next_lock_lr, 648);
AT(socket, next_unlock_lr, 649);
AT(socket, so_klist, 808);
AT(socket, so_cfil, 824);
AT(socket, e_pid, 848);
AT(socket, so_policy_gencnt, 932);
AT(socket, so_flags1, 936);
SIZE(socket, 976);

AT(sockopt, sopt_val, 16);
AT(sockopt, sopt_valsize, 24);
AT(sockopt, sopt_p, 32);
SIZE(sockopt, 40);

AT(pr_usrreqs, pru_abort, 8);
AT(pr_usrreqs, pru_attach, 24);
AT(pr_usrreqs, pru_connectx, 56);
AT(pr_usrreqs, pru_disconnectx, 88);
AT(pr_usrreqs, pru_send, 128);
AT(pr_usrreqs, pru_sockaddr, 160);
AT(pr_usrreqs, pru_soreceive, 176);
AT(pr_usrreqs, pru_soreceive_list, 184);
AT(pr_usrreqs, pru_sosend, 192);
AT(pr_usrreqs, pru_socheckopt, 208);
AT(pr_usrreqs, pru_preconnect, 216);
SIZE(pr_usrreqs, 224);

AT(protosw, pr_domain, 16);
AT(protosw, pr_protosw, 24);
AT(protosw, pr_type, 32);
AT(protosw, pr_protocol, 34);
AT(protosw, pr_flags, 36);
AT(protosw, pr_input, 40);
AT(protosw, pr_ctloutput, 64);
AT(protosw, pr_usrreqs, 72);
AT(protosw, pr_lock, 104);
AT(protosw, pr_filter_head, 128);
AT(protosw, pr_update_last_owner, 152);
SIZE(protosw, 168);

AT(domain, dom_refs, 8);
AT(domain, dom_mtx, 16);
AT(domain, dom_mtx_s, 24);
AT(domain, dom_entry, 40);
AT(domain, dom_protosw, 56);
AT(domain, dom_init, 72);
AT(domain, dom_name, 120);
SIZE(domain, 136);

#undef AT
#undef SIZE

#endif
