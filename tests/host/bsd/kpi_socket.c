/* The socket KPIs: sock_* calls on sockets without a descriptor, and sockopt_* for pr_ctloutput. */
#include <string.h>

#include "names.h"

static int
sock_socket(int family, int type, int protocol, void (*upcall)(struct socket *, void *, int), void *cookie,
	    struct socket **out)
{
	(void)cookie;
	if (!out)
		return XNU_EINVAL;
	if (upcall)
		xnu_panic("sock_socket: the host has no upcalls");
	int error = socreate(family, out, type, protocol, xnu_current_proc());
	if (!error) {
		(*out)->so_flags1 |= SOF1_IN_KERNEL_SOCKET;
		(*out)->last_pid = 0;
		(*out)->last_upid = 0;
	}
	return error;
}

static void
sock_close(struct socket *socket)
{
	if (socket)
		soclose(socket);
}

static struct sockopt
kernel_option(int level, int name, const void *value, size_t length)
{
	return (struct sockopt){0, level, name, (void *)(uintptr_t)value, length, kernproc};
}

static int
sock_setsockopt(struct socket *socket, int level, int name, const void *value, int length)
{
	if (!socket || !value)
		return XNU_EINVAL;
	struct sockopt option = kernel_option(level, name, value, (size_t)length);
	return sosetopt(socket, &option);
}

static int
sock_getsockopt(struct socket *socket, int level, int name, void *value, int *length)
{
	if (!socket || !value || !length)
		return XNU_EINVAL;
	struct sockopt option = kernel_option(level, name, value, (size_t)*length);
	int error = sogetopt(socket, &option);
	if (!error)
		*length = (int)option.sopt_valsize;
	return error;
}

static int
sock_ioctl(struct socket *socket, unsigned long command, void *argument)
{
	return soioctl(socket, command, argument);
}

static int
sock_bind(struct socket *socket, const struct xnu_sockaddr *name)
{
	struct xnu_sockaddr_storage copy;
	if (!socket || !name || name->sa_len > sizeof(copy))
		return XNU_EINVAL;
	memcpy(&copy, name, name->sa_len);
	return sobind(socket, (struct xnu_sockaddr *)&copy);
}

static int
sock_connect(struct socket *socket, const struct xnu_sockaddr *name, int flags)
{
	struct xnu_sockaddr_storage copy;
	if (!socket || !name || name->sa_len > sizeof(copy))
		return XNU_EINVAL;
	memcpy(&copy, name, name->sa_len);
	return connectit(socket, (struct xnu_sockaddr *)&copy, flags & BSD_MSG_DONTWAIT, false);
}

static int
sock_listen(struct socket *socket, int backlog)
{
	return socket ? solisten(socket, backlog) : XNU_EINVAL;
}

static void
take_name(struct xnu_sockaddr *name, struct xnu_sockaddr *out, int room)
{
	if (name && out)
		memcpy(out, name, (size_t)(room < name->sa_len ? room : name->sa_len));
	free_name(name);
}

static int
sock_accept(struct socket *socket, struct xnu_sockaddr *from, int room, int flags,
	    void (*upcall)(struct socket *, void *, int), void *cookie, struct socket **out)
{
	struct xnu_sockaddr *name = NULL;
	(void)cookie;
	if (!socket || !out)
		return XNU_EINVAL;
	if (flags & ~BSD_MSG_DONTWAIT)
		return XNU_ENOTSUP;
	if (upcall)
		xnu_panic("sock_accept: the host has no upcalls");
	int error = accept_dequeue(socket, flags & BSD_MSG_DONTWAIT, false, out);
	if (error)
		return error;
	(*out)->so_flags1 |= SOF1_IN_KERNEL_SOCKET;
	soaccept_locked(*out, &name);
	socket_unlock(socket, 1);
	take_name(name, from, room);
	return 0;
}

static int
sock_getsockname(struct socket *socket, struct xnu_sockaddr *out, int room)
{
	struct xnu_sockaddr *name;
	if (!socket || !out || room < 0)
		return XNU_EINVAL;
	int error = sogetsockname(socket, &name);
	take_name(name, out, room);
	return error;
}

static int
sock_getpeername(struct socket *socket, struct xnu_sockaddr *out, int room)
{
	struct xnu_sockaddr *name = NULL;
	if (!socket || !out || room < 0)
		return XNU_EINVAL;
	/* Unlike getpeername(2) it asks the protocol whatever the state. */
	socket_lock(socket, 1);
	int error = socket->so_proto->pr_usrreqs->pru_peeraddr(socket, &name);
	socket_unlock(socket, 1);
	take_name(name, out, room);
	return error;
}

static int
sock_shutdown(struct socket *socket, int how)
{
	return socket ? soshutdown(socket, how) : XNU_EINVAL;
}

/* ---- sockopt_* ---- */

/* One byte, whatever register the rest of is in: a caller that takes it for an int reads garbage above. */
static uint8_t
sockopt_direction(struct sockopt *option)
{
	return (uint8_t)option->sopt_dir;
}

static int
sockopt_level(struct sockopt *option)
{
	return option->sopt_level;
}

static int
sockopt_name(struct sockopt *option)
{
	return option->sopt_name;
}

static size_t
sockopt_valsize(struct sockopt *option)
{
	return option->sopt_valsize;
}

static int
sockopt_copyin(struct sockopt *option, void *data, size_t length)
{
	return sooptcopyin(option, data, length, length);
}

KPI(sock_socket, sock_socket);
KPI(sock_close, sock_close);
KPI(sock_setsockopt, sock_setsockopt);
KPI(sock_getsockopt, sock_getsockopt);
KPI(sock_ioctl, sock_ioctl);
KPI(sock_bind, sock_bind);
KPI(sock_connect, sock_connect);
KPI(sock_listen, sock_listen);
KPI(sock_accept, sock_accept);
KPI(sock_getsockname, sock_getsockname);
KPI(sock_getpeername, sock_getpeername);
KPI(sock_shutdown, sock_shutdown);
KPI(sockopt_direction, sockopt_direction);
KPI(sockopt_level, sockopt_level);
KPI(sockopt_name, sockopt_name);
KPI(sockopt_valsize, sockopt_valsize);
KPI(sockopt_copyin, sockopt_copyin);
KPI(sockopt_copyout, sooptcopyout);
