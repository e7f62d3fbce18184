/* ioctl() on sockets. */
#include <string.h>

#include "socketvar.h"

static int
soioctl_locked(struct socket *socket, unsigned long command, void *data)
{
	int value;
	switch ((int)command) {
	case BSD_FIONBIO:
		memcpy(&value, data, sizeof(value));
		if (value)
			socket->so_state |= SS_NBIO;
		else
			socket->so_state &= ~SS_NBIO;
		return 0;
	case BSD_FIOASYNC:
		memcpy(&value, data, sizeof(value));
		if (value)
			socket->so_state |= SS_ASYNC;
		else
			socket->so_state &= ~SS_ASYNC;
		return 0;
	case BSD_FIONREAD:
		memcpy(data, &socket->so_rcv.sb_cc, sizeof(socket->so_rcv.sb_cc));
		return 0;
	case BSD_SIOCSPGRP:
		memcpy(&socket->so_pgid, data, sizeof(socket->so_pgid));
		return 0;
	case BSD_SIOCGPGRP:
		memcpy(data, &socket->so_pgid, sizeof(socket->so_pgid));
		return 0;
	case BSD_SIOCATMARK:
		value = (socket->so_state & SS_RCVATMARK) != 0;
		memcpy(data, &value, sizeof(value));
		return 0;
	default:
		return socket->so_proto->pr_usrreqs->pru_control(socket, command, data, NULL,
								 xnu_current_proc());
	}
}

int
soioctl(struct socket *socket, unsigned long command, void *data)
{
	socket_lock(socket, 1);
	sflt_check(socket);
	int error = soioctl_locked(socket, command, data);
	socket_unlock(socket, 1);
	return error == XNU_EJUSTRETURN ? 0 : error;
}
