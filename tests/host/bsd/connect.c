/* connect() and disconnecting. */
#include "socketvar.h"

int
sodisconnect_locked(struct socket *socket)
{
	if (!(socket->so_state & SS_ISCONNECTED))
		return XNU_ENOTCONN;
	if (socket->so_state & SS_ISDISCONNECTING)
		return XNU_EALREADY;
	return socket->so_proto->pr_usrreqs->pru_disconnect(socket);
}

int
soconnect_locked(struct socket *socket, struct xnu_sockaddr *name)
{
	if ((socket->so_options & BSD_SO_ACCEPTCONN) || (socket->so_flags & SOF_DEFUNCT))
		return XNU_EOPNOTSUPP;
	/* Without connections of its own a protocol may connect anew: the old peer is dropped first. */
	if ((socket->so_state & (SS_ISCONNECTED | SS_ISCONNECTING)) &&
	    ((socket->so_proto->pr_flags & PR_CONNREQUIRED) || sodisconnect_locked(socket)))
		return XNU_EISCONN;
	int error = socket->so_proto->pr_usrreqs->pru_connect(socket, name, xnu_current_proc());
	if (error)
		socket->so_state &= ~SS_ISCONNECTING;
	return error;
}

/* Both connect(2) and sock_connect, of which only the first is woken by a close. */
int
connectit(struct socket *socket, struct xnu_sockaddr *name, bool nowait, bool ends_on_drain)
{
	socket_lock(socket, 1);
	sflt_check(socket);
	int error = 0;
	nowait = nowait || (socket->so_state & SS_NBIO);
	if (nowait && (socket->so_state & SS_ISCONNECTING))
		error = XNU_EALREADY;
	else if (!(error = soconnect_locked(socket, name)) && nowait && (socket->so_state & SS_ISCONNECTING))
		error = XNU_EINPROGRESS;
	if (error)
		goto out;
	while ((socket->so_state & SS_ISCONNECTING) && !socket->so_error && !error) {
		error = xnu_msleep(&socket->so_timeo, socket_mutex(socket), XNU_PSOCK | XNU_PCATCH,
				   "connectit", NULL);
		if (ends_on_drain && (socket->so_state & SS_DRAINING))
			error = XNU_ECONNABORTED;
	}
	if (!error) {
		error = socket->so_error;
		socket->so_error = 0;
	}
out:
	socket_unlock(socket, 1);
	return error;
}
