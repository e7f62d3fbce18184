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

int
sys_socket(struct syscall *call)
{
	struct socket *socket;
	int fd, error = socreate(ARGUMENT(int, 0), &socket, ARGUMENT(int, 1), ARGUMENT(int, 2),
				 xnu_current_proc());
	if (!error)
		error = make_descriptor(socket, &fd);
	if (!error)
		call->result = fd;
	return error;
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
sys_bind(struct syscall *call)
{
	return do_bind(ARGUMENT(int, 0), ARGUMENT(const void *, 1), ARGUMENT(uint32_t, 2));
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
sys_listen(struct syscall *call)
{
	return do_listen(ARGUMENT(int, 0), ARGUMENT(int, 1));
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
sys_connect(struct syscall *call)
{
	return do_connect(ARGUMENT(int, 0), ARGUMENT(const void *, 1), ARGUMENT(uint32_t, 2));
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
sys_accept(struct syscall *call)
{
	int child, error = do_accept(ARGUMENT(int, 0), ARGUMENT(void *, 1), ARGUMENT(uint32_t *, 2), &child);
	if (!error)
		call->result = child;
	return error;
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
sys_getsockname(struct syscall *call)
{
	return do_getname(ARGUMENT(int, 0), ARGUMENT(void *, 1), ARGUMENT(uint32_t *, 2), sogetsockname);
}

int
sys_getpeername(struct syscall *call)
{
	return do_getname(ARGUMENT(int, 0), ARGUMENT(void *, 1), ARGUMENT(uint32_t *, 2), sogetpeername);
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
sys_shutdown(struct syscall *call)
{
	return do_shutdown(ARGUMENT(int, 0), ARGUMENT(int, 1));
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
sys_setsockopt(struct syscall *call)
{
	return do_setsockopt(ARGUMENT(int, 0), ARGUMENT(int, 1), ARGUMENT(int, 2), ARGUMENT(const void *, 3),
			     ARGUMENT(uint32_t, 4));
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
sys_getsockopt(struct syscall *call)
{
	return do_getsockopt(ARGUMENT(int, 0), ARGUMENT(int, 1), ARGUMENT(int, 2), ARGUMENT(void *, 3),
			     ARGUMENT(uint32_t *, 4));
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
sys_defunct(struct syscall *call)
{
	return do_defunct(ARGUMENT(int, 0));
}

int
sys_listens(struct syscall *call)
{
	struct fileproc *file;
	struct socket *socket;
	int error = fp_socket(ARGUMENT(int, 0), &file, &socket);
	if (error)
		return error;
	call->result = (socket->so_options & BSD_SO_ACCEPTCONN) != 0;
	fp_drop(file);
	return 0;
}
