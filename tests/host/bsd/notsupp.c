/*
 * What a protocol's user request does when the protocol has none of its own. Each is a function of its own,
 * since kernel code compares against their addresses.
 */
#include "socketvar.h"

/* EOPNOTSUPP whatever the arguments: the calling convention leaves them to the caller. */
#define REFUSE(name)                                                                                         \
	static int pru_##name##_notsupp(void)                                                                \
	{                                                                                                    \
		return XNU_EOPNOTSUPP;                                                                       \
	}

REFUSE(abort)
REFUSE(accept)
REFUSE(attach)
REFUSE(bind)
REFUSE(connect)
REFUSE(connect2)
REFUSE(connectx)
REFUSE(control)
REFUSE(detach)
REFUSE(disconnect)
REFUSE(disconnectx)
REFUSE(listen)
REFUSE(peeraddr)
REFUSE(rcvd)
REFUSE(rcvoob)
REFUSE(shutdown)
REFUSE(sockaddr)
REFUSE(sopoll)
REFUSE(soreceive)
REFUSE(soreceive_list)
REFUSE(sosend)
REFUSE(sosend_list)

static int
pru_send_notsupp(struct socket *socket, int flags, struct mbuf *mbuf, struct xnu_sockaddr *name,
		 struct mbuf *control, struct proc *process)
{
	(void)socket, (void)flags, (void)name, (void)process;
	if (mbuf)
		xnu_mbuf_freem(mbuf);
	if (control)
		xnu_mbuf_freem(control);
	return XNU_EOPNOTSUPP;
}

static int
pru_send_list_notsupp(struct socket *socket, int flags, struct mbuf *mbuf, struct xnu_sockaddr *name,
		      struct mbuf *control, struct proc *process)
{
	return pru_send_notsupp(socket, flags, mbuf, name, control, process);
}

static int
pru_sense_null(struct socket *socket, void *stat, int is_stat64)
{
	(void)socket, (void)stat, (void)is_stat64;
	return 0;
}

static int
pru_socheckopt_null(struct socket *socket, struct sockopt *option)
{
	(void)socket, (void)option;
	return 0;
}

static int
pru_preconnect_null(struct socket *socket)
{
	(void)socket;
	return 0;
}

void
pru_sanitize(struct pr_usrreqs *requests)
{
#define REFUSED(name)                                                                                        \
	if (!requests->pru_##name)                                                                           \
	requests->pru_##name = (__typeof__(requests->pru_##name))(void (*)(void))pru_##name##_notsupp
#define HARMLESS(name)                                                                                       \
	if (!requests->pru_##name)                                                                           \
	requests->pru_##name = pru_##name##_null
	REFUSED(abort);
	REFUSED(accept);
	REFUSED(attach);
	REFUSED(bind);
	REFUSED(connect);
	REFUSED(connect2);
	REFUSED(connectx);
	REFUSED(control);
	REFUSED(detach);
	REFUSED(disconnect);
	REFUSED(disconnectx);
	REFUSED(listen);
	REFUSED(peeraddr);
	REFUSED(rcvd);
	REFUSED(rcvoob);
	REFUSED(send);
	REFUSED(send_list);
	HARMLESS(sense);
	REFUSED(shutdown);
	REFUSED(sockaddr);
	REFUSED(sopoll);
	REFUSED(soreceive);
	REFUSED(soreceive_list);
	REFUSED(sosend);
	REFUSED(sosend_list);
	HARMLESS(socheckopt);
	HARMLESS(preconnect);
#undef REFUSED
#undef HARMLESS
}
