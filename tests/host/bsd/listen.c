/* bind() and listen(). */
#include "socketvar.h"

enum { SOMAXCONN_DEFAULT = 128 };

int
sobind(struct socket *socket, struct xnu_sockaddr *name)
{
	socket_lock(socket, 1);
	sflt_check(socket);
	int error = XNU_EINVAL;
	if (!(socket->so_flags & SOF_DEFUNCT))
		error = socket->so_proto->pr_usrreqs->pru_bind(socket, name, xnu_current_proc());
	socket_unlock(socket, 1);
	return error == XNU_EJUSTRETURN ? 0 : error;
}

static int
solisten_locked(struct socket *socket, int backlog)
{
	if (!(socket->so_proto->pr_flags & PR_CONNREQUIRED))
		return XNU_EOPNOTSUPP;
	if ((socket->so_state & (SS_ISCONNECTED | SS_ISCONNECTING | SS_ISDISCONNECTING)) ||
	    (socket->so_flags & SOF_DEFUNCT))
		return XNU_EINVAL;
	int error = socket->so_proto->pr_usrreqs->pru_listen(socket, xnu_current_proc());
	/* A protocol may take the rest upon itself: no SO_ACCEPTCONN and no queue then. */
	if (error)
		return error == XNU_EJUSTRETURN ? 0 : error;
	if (TAILQ_EMPTY(&socket->so_comp))
		socket->so_options |= BSD_SO_ACCEPTCONN;
	if (backlog <= 0 || backlog > SOMAXCONN_DEFAULT)
		backlog = SOMAXCONN_DEFAULT;
	socket->so_qlimit = (int16_t)backlog;
	return 0;
}

int
solisten(struct socket *socket, int backlog)
{
	socket_lock(socket, 1);
	sflt_check(socket);
	int error = solisten_locked(socket, backlog);
	socket_unlock(socket, 1);
	return error;
}
