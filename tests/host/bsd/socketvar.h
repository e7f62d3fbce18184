/* The socket layer inside: what its files offer each other. Errors are positive Darwin errnos unless said
 * otherwise. */
#ifndef BSD_SOCKETVAR_H
#define BSD_SOCKETVAR_H

#include "abi.h"
#include "structs.h"
#include "uio.h"

/* ---- domain.c ---- */

void domain_init(void);
void domain_fini(void);
/* Sanitizes pr_usrreqs, initializes it and appends it. */
void attach_protocol(struct domain *domain, struct protosw *protocol);
struct domain *pffinddomain(int family);
struct protosw *pffindproto(int family, int protocol, int type);
struct protosw *pffindtype(int family, int type);
struct protosw *pffindprotonotype(int family, int protocol);

/* ---- inet_proto.c ---- */

extern struct domain inetdomain, inet6domain;
void inet_attach(void);

/* ---- notsupp.c ---- */

/* Gives every request a protocol left out the kernel's own refusal, or its harmless default. */
void pru_sanitize(struct pr_usrreqs *requests);

/* ---- create.c ---- */

int socreate(int family, struct socket **out, int type, int protocol, struct proc *process);
struct socket *soalloc(void);
void sodealloc(struct socket *socket);
unsigned sockets_live(void);
/*
 * What a socket filter does to so_pcb: sflt_attach takes it for a struct inpcb. Panics unless so_pcb of a
 * foreign protocol points at INPCB_SIZE readable bytes of zero.
 */
void sflt_check(struct socket *socket);

/* ---- lock.c ---- */

void socket_lock(struct socket *socket, int reference);
void socket_unlock(struct socket *socket, int reference);
struct lck_mtx *socket_mutex(struct socket *socket);
/* Empties a socket nobody refers to any more, and frees it if dealloc; does neither before SOF_PCBCLEARING
 * and SS_NOFDREF are both set, or while it waits to be accepted. */
void sofreelastref(struct socket *socket, bool dealloc);

/* ---- buffer.c ---- */

int sbspace(const struct sockbuf *buffer);
bool sbreserve(struct sockbuf *buffer, uint32_t size);
int soreserve(struct socket *socket, uint32_t send, uint32_t receive);
void sbrelease(struct sockbuf *buffer);
/* Wakes whoever waits for the buffer: select, kevent, and sleepers on sb_cc if sb_waiters counts any. */
void sowakeup(struct sockbuf *buffer);
bool soreadable(const struct socket *socket);
bool socanwrite(const struct socket *socket);
bool sowriteable(const struct socket *socket);

/* ---- one file each ---- */

int sobind(struct socket *socket, struct xnu_sockaddr *name);
int solisten(struct socket *socket, int backlog);
/* locked: with the socket locked. */
int soconnect_locked(struct socket *socket, struct xnu_sockaddr *name);
int connectit(struct socket *socket, struct xnu_sockaddr *name, bool nowait, bool ends_on_drain);
int sodisconnect_locked(struct socket *socket);
/* The next finished connection of a listener, off its queue; nowait as MSG_DONTWAIT. Locks head and takes a
 * reference; both stay on success only. */
int accept_dequeue(struct socket *head, bool nowait, bool ends_on_drain, struct socket **out);
int soaccept_locked(struct socket *socket, struct xnu_sockaddr **name);
int soclose(struct socket *socket);
void soo_drain(struct socket *socket);
int sosetdefunct(struct socket *socket);
int soshutdown(struct socket *socket, int how);
void sorflush(struct socket *socket);
void sowflush(struct socket *socket);
int sosetopt(struct socket *socket, struct sockopt *option);
int sogetopt(struct socket *socket, struct sockopt *option);
int sooptcopyin(struct sockopt *option, void *out, size_t length, size_t least);
int sooptcopyout(struct sockopt *option, const void *value, size_t length);
int soioctl(struct socket *socket, unsigned long command, void *data);

/* ---- select.c ---- */

void xnu_selrecord(struct proc *process, struct selinfo *info, void *waiter);
void xnu_selwakeup(struct selinfo *info);
/* Wakes and forgets whoever selects. */
void selthreadclear(struct selinfo *info);
void select_init(void);
void select_fini(void);

/* ---- knote.c ---- */

void xnu_knote(struct klist *list, long hint, bool autodetach);

/* The process whose memory sock_setsockopt's arguments are in. */
extern struct proc *const kernproc;

#endif
