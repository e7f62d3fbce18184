/*
 * The lock of a socket. A protocol without pr_lock has its domain's mutex as the lock of all its sockets, and
 * so_usecount is counted here; the last one to unlock frees the socket.
 */
#include "socketvar.h"

struct lck_mtx *
socket_mutex(struct socket *socket)
{
	if (socket->so_proto->pr_getlock)
		return socket->so_proto->pr_getlock(socket, 0);
	return socket->so_proto->pr_domain->dom_mtx;
}

void
socket_lock(struct socket *socket, int reference)
{
	void *caller = __builtin_return_address(0);
	if (socket->so_proto->pr_lock) {
		socket->so_proto->pr_lock(socket, reference, caller);
		return;
	}
	xnu_lck_mtx_lock(socket->so_proto->pr_domain->dom_mtx);
	if (reference)
		socket->so_usecount++;
	socket->lock_lr[socket->next_lock_lr] = caller;
	socket->next_lock_lr = (uint8_t)((socket->next_lock_lr + 1) % SO_LCKDBG_MAX);
}

void
socket_unlock(struct socket *socket, int reference)
{
	void *caller = __builtin_return_address(0);
	if (!socket || !socket->so_proto)
		xnu_panic("socket_unlock: null so_proto so=%p", (void *)socket);
	if (socket->so_proto->pr_unlock) {
		socket->so_proto->pr_unlock(socket, reference, caller);
		return;
	}
	struct lck_mtx *mutex = socket->so_proto->pr_domain->dom_mtx;
	host_mutex_assert(mutex, true);
	socket->unlock_lr[socket->next_unlock_lr] = caller;
	socket->next_unlock_lr = (uint8_t)((socket->next_unlock_lr + 1) % SO_LCKDBG_MAX);
	if (reference) {
		if (socket->so_usecount <= 0)
			xnu_panic("socket_unlock: bad refcount=%d so=%p (%d, %d, %d)", socket->so_usecount,
				  (void *)socket, socket->so_proto->pr_domain->dom_family, socket->so_type,
				  socket->so_proto->pr_protocol);
		socket->so_usecount--;
		if (socket->so_usecount == 0)
			sofreelastref(socket, true);
	}
	xnu_lck_mtx_unlock(mutex);
}
