/*
 * The requests that XNU's socket layer makes of a protocol, struct pr_usrreqs. The domain mutex is held by
 * the caller of all but sctp_attach, sctp_sosend and sctp_soreceive. Each returns 0 or an errno.
 */
#ifndef SCTP_USRREQ_H
#define SCTP_USRREQ_H

#include "xnu.h"

int sctp_attach(struct socket *so, int protocol, struct proc *proc);
int sctp_detach(struct socket *so);
int sctp_abort(struct socket *so);
int sctp_listen(struct socket *so, struct proc *proc);
int sctp_accepted(struct socket *so, struct sockaddr **address);
int sctp_disconnect(struct socket *so);
int sctp_shutdown(struct socket *so);
int sctp_sockaddr(struct socket *so, struct sockaddr **address);
int sctp_peeraddr(struct socket *so, struct sockaddr **address);
int sctp_socheckopt(struct socket *so, struct sockopt *option);
int sctp_rcvd(struct socket *so, int flags);
/* For requests that SCTP has no answer to: EOPNOTSUPP. */
int sctp_unsupported(struct socket *so);

/* bind.c, connect.c, send.c, receive.c and ctloutput.c */
int sctp_bind(struct socket *so, struct sockaddr *address, struct proc *proc);
int sctp_connect(struct socket *so, struct sockaddr *address, struct proc *proc);
int sctp_sosend(struct socket *so, struct sockaddr *to, struct uio *uio, struct mbuf *top,
		struct mbuf *control, int flags);
int sctp_soreceive(struct socket *so, struct sockaddr **from, struct uio *uio, struct mbuf **data,
		   struct mbuf **control, int *flags);
int sctp_ctloutput(struct socket *so, struct sockopt *option);

#endif
