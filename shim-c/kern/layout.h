/*
 * Where XNU keeps the fields of its socket structures that this extension reads or writes.
 *
 * Offsets differ from kernel to kernel; layout.c has them all in one table, keyed by the xnu tag in the
 * exported `version` string. calibrate.c then checks them on live sockets before anything is built on them.
 * Every accessor gives the address of the field, so that it can be read and written.
 */
#ifndef SCTP_LAYOUT_H
#define SCTP_LAYOUT_H

#include "xnu.h"

/* An xnu tag, "7195.141.2" or "7195.50.7.100.1"; parts that are absent are 0. */
struct xnu_tag {
	uint16_t part[5];
};

/* Offsets in bytes from the start of the structure that the prefix names. */
struct xnu_layout {
	uint16_t so_type, so_error, so_options, so_linger, so_state, so_pcb, so_proto, so_head, so_incomp,
	    so_comp;
	uint16_t so_list, so_qlen, so_qlimit, so_timeo, so_rcv, so_snd, so_cred, so_flags, so_flags1;
	uint16_t sb_cc, sb_hiwat, sb_mbcnt, sb_mbmax, sb_lowat, sb_so, sb_sel, sb_timeo, sb_flags, sb_waiters;
	uint16_t si_note;
	uint16_t pru_sosend, pru_socheckopt, usrreqs_size;
};

/* Written once by xnu_layout_choose, before any other thread of this extension runs. */
extern struct xnu_layout xnu_layout;
extern struct xnu_tag xnu_running;

/* Fills xnu_layout for the running kernel; NULL, or the reason why it is not supported. */
const char *xnu_layout_choose(void);

/* Offsets in struct pr_usrreqs that no kernel moved. */
enum {
	PRU_ABORT = 8,
	PRU_ACCEPT = 16,
	PRU_ATTACH = 24,
	PRU_BIND = 32,
	PRU_CONNECT = 40,
	PRU_CONNECTX = 56,
	PRU_CONTROL = 64,
	PRU_DETACH = 72,
	PRU_DISCONNECT = 80,
	PRU_DISCONNECTX = 88,
	PRU_LISTEN = 96,
	PRU_PEERADDR = 104,
	PRU_RCVD = 112,
	PRU_SEND = 128,
	PRU_SHUTDOWN = 152,
	PRU_SOCKADDR = 160,
	PRU_SORECEIVE = 176,
	PRU_LARGEST = 232,
};

/* struct pr_usrreqs of any kernel; entries are reached by offset. */
struct pr_usrreqs {
	uint8_t bytes[PRU_LARGEST] __attribute__((aligned(8)));
};

struct domain;

/* Equal in all kernels but for the last two members, which came with xnu-6153.11.26. */
struct protosw {
	struct protosw *next;
	struct protosw **previous;
	struct domain *pr_domain;
	struct protosw *pr_protosw;
	uint16_t pr_type;
	uint16_t pr_protocol;
	uint32_t pr_flags;
	void *pr_input, *pr_output, *pr_ctlinput;
	int (*pr_ctloutput)(struct socket *so, struct sockopt *option);
	struct pr_usrreqs *pr_usrreqs;
	void *pr_init, *pr_drain, *pr_sysctl;
	void *pr_lock, *pr_unlock, *pr_getlock;
	void *pr_filter_first, *pr_filter_last;
	void *pr_old;
	void *pr_update_last_owner, *pr_copy_last_owner;
};
_Static_assert(sizeof(struct protosw) == 168 && offsetof(struct protosw, pr_usrreqs) == 72 &&
		   offsetof(struct protosw, pr_filter_first) == 128,
	       "struct protosw");

/* Equal in all kernels. */
struct domain {
	int32_t dom_family;
	uint32_t dom_flags;
	uint32_t dom_refs;
	uint32_t reserved;
	lck_mtx_t *dom_mtx;
	uint64_t dom_mtx_s[2];
	void *dom_entry[2];
	struct protosw *dom_protosw_first;
	struct protosw **dom_protosw_last;
	void *dom_functions[4];
	uint8_t dom_numbers[16];
	const char *dom_name;
	void *dom_old;
};
_Static_assert(sizeof(struct domain) == 136 && offsetof(struct domain, dom_protosw_first) == 56 &&
		   offsetof(struct domain, dom_name) == 120,
	       "struct domain");

struct sockbuf;

struct socket_queue {
	struct socket *first;
	struct socket **last;
};

struct socket_link {
	struct socket *next;
	struct socket **previous;
};

#define XNU_FIELD(structure, field, type)                                                                    \
	static inline type *field(struct structure *of)                                                      \
	{                                                                                                    \
		return (type *)(void *)((uint8_t *)of + xnu_layout.field);                                   \
	}

XNU_FIELD(socket, so_type, int16_t)
XNU_FIELD(socket, so_error, uint16_t)
XNU_FIELD(socket, so_options, uint32_t)
XNU_FIELD(socket, so_linger, int16_t)
XNU_FIELD(socket, so_state, uint16_t)
XNU_FIELD(socket, so_pcb, void *)
XNU_FIELD(socket, so_proto, struct protosw *)
XNU_FIELD(socket, so_head, struct socket *)
XNU_FIELD(socket, so_incomp, struct socket_queue)
XNU_FIELD(socket, so_comp, struct socket_queue)
XNU_FIELD(socket, so_list, struct socket_link)
XNU_FIELD(socket, so_qlen, int16_t)
XNU_FIELD(socket, so_qlimit, int16_t)
XNU_FIELD(socket, so_timeo, int16_t)
XNU_FIELD(socket, so_rcv, struct sockbuf)
XNU_FIELD(socket, so_snd, struct sockbuf)
XNU_FIELD(socket, so_cred, struct ucred *)
XNU_FIELD(socket, so_flags, uint32_t)
XNU_FIELD(socket, so_flags1, uint32_t)
XNU_FIELD(sockbuf, sb_cc, uint32_t)
XNU_FIELD(sockbuf, sb_hiwat, uint32_t)
XNU_FIELD(sockbuf, sb_mbcnt, uint32_t)
XNU_FIELD(sockbuf, sb_mbmax, uint32_t)
XNU_FIELD(sockbuf, sb_lowat, uint32_t)
XNU_FIELD(sockbuf, sb_so, struct socket *)
XNU_FIELD(sockbuf, sb_sel, struct selinfo)
XNU_FIELD(sockbuf, sb_timeo, struct timeval)
XNU_FIELD(sockbuf, sb_flags, uint32_t)
XNU_FIELD(sockbuf, sb_waiters, uint32_t)
XNU_FIELD(selinfo, si_note, struct klist)

static inline void **
usrreqs_entry(struct pr_usrreqs *table, uint16_t offset)
{
	return (void **)(void *)(table->bytes + offset);
}

#endif
