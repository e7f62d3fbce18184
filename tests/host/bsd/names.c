/* Socket addresses across the border to user memory, getsockname() and getpeername(). */
#include "names.h"

#include <string.h>

int
getsockaddr(struct socket *socket, struct xnu_sockaddr_storage *storage, const void *user, uint32_t length,
	    bool translate)
{
	if (!user || length < offsetof(struct xnu_sockaddr, sa_data))
		return XNU_EINVAL;
	if (length > sizeof(*storage))
		return XNU_ENAMETOOLONG;
	memset(storage, 0, sizeof(*storage));
	int error = copyin((uint64_t)user, storage, length);
	if (error)
		return error;
	/* A favour to old programs; sockets of a foreign domain see AF_UNSPEC as it came. */
	if (translate && storage->ss_family == XNU_AF_UNSPEC &&
	    socket->so_proto->pr_domain->dom_family == XNU_AF_INET &&
	    length == sizeof(struct xnu_sockaddr_in))
		storage->ss_family = XNU_AF_INET;
	storage->ss_len = (uint8_t)length;
	return 0;
}

int
copyout_name(struct xnu_sockaddr *name, void *user, uint32_t *length)
{
	uint32_t room, full = name ? name->sa_len : 0;
	int error = copyin((uint64_t)length, &room, sizeof(room));
	if (!error && name)
		error = copyout(name, (uint64_t)user, room < full ? room : full);
	if (!error)
		error = copyout(&full, (uint64_t)length, sizeof(full));
	return error;
}

void
free_name(struct xnu_sockaddr *name)
{
	if (name)
		host_kernel_free(name, XNU_M_SONAME);
}

int
sogetsockname(struct socket *socket, struct xnu_sockaddr **name)
{
	*name = NULL;
	socket_lock(socket, 1);
	sflt_check(socket);
	int error = socket->so_proto->pr_usrreqs->pru_sockaddr(socket, name);
	socket_unlock(socket, 1);
	return error;
}

int
sogetpeername(struct socket *socket, struct xnu_sockaddr **name)
{
	int16_t both = SS_CANTRCVMORE | SS_CANTSENDMORE;
	int error;
	*name = NULL;
	socket_lock(socket, 1);
	sflt_check(socket);
	if ((socket->so_state & both) == both)
		error = XNU_EINVAL;
	else if (!(socket->so_state & (SS_ISCONNECTED | SS_ISCONFIRMING)))
		error = XNU_ENOTCONN;
	else
		error = socket->so_proto->pr_usrreqs->pru_peeraddr(socket, name);
	socket_unlock(socket, 1);
	return error;
}
