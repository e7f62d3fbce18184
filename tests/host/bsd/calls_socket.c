/* System calls on one socket, without those that move data. */
#include "names.h"
#include "syscall.h"

static int
make_descriptor(struct socket *socket, int *fd)
{
	struct fileglob *glob = fileglob_new(socket, NULL);
	int error = glob ? file_install(glob, 0, fd) : XNU_ENOMEM;
	if (error && glob)
		fileglob_drop(glob);
	else if (error)
		soclose(socket);
	return error;
}

static int
do_socket(int domain, int type, int protocol, int *fd)
{
	struct socket *socket;
	int error = socreate(domain, &socket, type, protocol, xnu_current_proc());
	return error ? error : make_descriptor(socket, fd);
}

int
bsd_socket(int domain, int type, int protocol)
{
	int fd = -1;
	return SYSTEM_CALL(fd, do_socket(domain, type, protocol, &fd));
}

static int
do_bind(int fd, const struct xnu_sockaddr *name, uint32_t length)
{
	struct fileproc *file;
	struct socket *socket;
	struct xnu_sockaddr_storage storage;
	int error = fp_socket(fd, &file, &socket);
	if (error)
		return error;
	error = name ? getsockaddr(socket, &storage, name, length, true) : XNU_EDESTADDRREQ;
	if (!error)
		error = sobind(socket, (struct xnu_sockaddr *)&storage);
	fp_drop(file);
	return error;
}

int
bsd_bind(int fd, const struct xnu_sockaddr *name, uint32_t length)
{
	return SYSTEM_CALL(0, do_bind(fd, name, length));
}

static int
do_listen(int fd, int backlog)
{
	struct fileproc *file;
	struct socket *socket;
	int error = fp_socket(fd, &file, &socket);
	if (error)
		return error;
	error = solisten(socket, backlog);
	fp_drop(file);
	return error;
}

int
bsd_listen(int fd, int backlog)
{
	return SYSTEM_CALL(0, do_listen(fd, backlog));
}

static int
do_connect(int fd, const struct xnu_sockaddr *name, uint32_t length)
{
	struct fileproc *file;
	struct socket *socket;
	struct xnu_sockaddr_storage storage;
	int error = fp_socket(fd, &file, &socket);
	if (error)
		return error;
	error = getsockaddr(socket, &storage, name, length, socket->so_type != BSD_SOCK_DGRAM);
	if (!error)
		error = connectit(socket, (struct xnu_sockaddr *)&storage, false, true);
	fp_drop(file);
	/* A second connect would find the first one under way. */
	return error == XNU_ERESTART ? XNU_EINTR : error;
}

int
bsd_connect(int fd, const struct xnu_sockaddr *name, uint32_t length)
{
	return SYSTEM_CALL(0, do_connect(fd, name, length));
}

/* head stays referenced but unlocked while the child gets its descriptor, which may fail. */
static int
accept_child(struct socket *head, struct socket *child, int flags, struct xnu_sockaddr **name, int *fd)
{
	socket_unlock(head, 0);
	/* The descriptor is usable as soon as it stands in the table, so the child is finished first. */
	socket_lock(head, 0);
	if (flags & BSD_O_NONBLOCK)
		child->so_state |= SS_NBIO;
	else
		child->so_state &= ~SS_NBIO;
	soaccept_locked(child, name);
	socket_unlock(head, 1);
	int error = make_descriptor(child, fd);
	if (!error)
		return 0;
	free_name(*name);
	*name = NULL;
	return error;
}

static int
do_accept(int fd, struct xnu_sockaddr *name, uint32_t *length, int *child_fd)
{
	struct fileproc *file;
	struct socket *head, *child;
	struct xnu_sockaddr *peer = NULL;
	int error = fp_socket(fd, &file, &head);
	if (error)
		return error;
	error = accept_dequeue(head, false, true, &child);
	if (!error)
		error = accept_child(head, child, file->glob->flags, &peer, child_fd);
	if (!error && name)
		error = copyout_name(peer, name, length);
	free_name(peer);
	fp_drop(file);
	return error;
}

int
bsd_accept(int fd, struct xnu_sockaddr *name, uint32_t *length)
{
	int child = -1;
	return SYSTEM_CALL(child, do_accept(fd, name, length, &child));
}

static int
do_getname(int fd, struct xnu_sockaddr *out, uint32_t *length,
	   int (*get)(struct socket *, struct xnu_sockaddr **))
{
	struct fileproc *file;
	struct socket *socket;
	struct xnu_sockaddr *name;
	int error = fp_socket(fd, &file, &socket);
	if (error)
		return error;
	error = get(socket, &name);
	if (!error)
		error = copyout_name(name, out, length);
	free_name(name);
	fp_drop(file);
	return error;
}

int
bsd_getsockname(int fd, struct xnu_sockaddr *name, uint32_t *length)
{
	return SYSTEM_CALL(0, do_getname(fd, name, length, sogetsockname));
}

int
bsd_getpeername(int fd, struct xnu_sockaddr *name, uint32_t *length)
{
	return SYSTEM_CALL(0, do_getname(fd, name, length, sogetpeername));
}

static int
do_shutdown(int fd, int how)
{
	struct fileproc *file;
	struct socket *socket;
	int error = fp_socket(fd, &file, &socket);
	if (error)
		return error;
	error = soshutdown(socket, how);
	fp_drop(file);
	return error;
}

int
bsd_shutdown(int fd, int how)
{
	return SYSTEM_CALL(0, do_shutdown(fd, how));
}

/* ---- options ---- */

static int
do_setsockopt(int fd, int level, int name, const void *value, uint32_t length)
{
	struct fileproc *file;
	struct socket *socket;
	if (!value && length)
		return XNU_EFAULT;
	int error = fp_socket(fd, &file, &socket);
	if (error)
		return error;
	struct sockopt option = {SOPT_SET, level, name, (void *)(uintptr_t)value, length, xnu_current_proc()};
	error = sosetopt(socket, &option);
	fp_drop(file);
	return error;
}

int
bsd_setsockopt(int fd, int level, int name, const void *value, uint32_t length)
{
	return SYSTEM_CALL(0, do_setsockopt(fd, level, name, value, length));
}

static int
do_getsockopt(int fd, int level, int name, void *value, uint32_t *length)
{
	struct fileproc *file;
	struct socket *socket;
	uint32_t size = 0;
	int error = fp_socket(fd, &file, &socket);
	if (error)
		return error;
	if (value)
		error = copyin((uint64_t)length, &size, sizeof(size));
	struct sockopt option = {SOPT_GET, level, name, value, size, xnu_current_proc()};
	if (!error)
		error = sogetopt(socket, &option);
	size = (uint32_t)option.sopt_valsize;
	if (!error)
		error = copyout(&size, (uint64_t)length, sizeof(size));
	fp_drop(file);
	return error;
}

int
bsd_getsockopt(int fd, int level, int name, void *value, uint32_t *length)
{
	return SYSTEM_CALL(0, do_getsockopt(fd, level, name, value, length));
}

static int
do_defunct(int fd)
{
	struct fileproc *file;
	struct socket *socket;
	int error = fp_socket(fd, &file, &socket);
	if (error)
		return error;
	socket_lock(socket, 1);
	error = sosetdefunct(socket);
	socket_unlock(socket, 1);
	fp_drop(file);
	return error;
}

int
bsd_defunct(int fd)
{
	return SYSTEM_CALL(0, do_defunct(fd));
}
