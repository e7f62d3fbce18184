#include "file.h"

#include <string.h>

static struct lck_grp *file_group;
static struct lck_mtx *fdlock;
static struct fileproc **table;
static int table_size, drain_channel;

void
file_init(void)
{
	file_group = xnu_lck_grp_alloc_init("file", NULL);
	fdlock = xnu_lck_mtx_alloc_init(file_group, NULL);
}

void
file_fini(void)
{
	for (int fd = 0; fd < table_size; fd++)
		if (table[fd])
			file_close(fd);
	if (table)
		host_kernel_free(table, XNU_M_TEMP);
	table = NULL;
	table_size = 0;
	xnu_lck_mtx_free(fdlock, file_group);
	xnu_lck_grp_free(file_group);
}

struct fileglob *
fileglob_new(struct socket *socket, struct kqueue *kqueue)
{
	struct fileglob *glob = host_kernel_malloc(sizeof(*glob), XNU_M_TEMP, XNU_M_WAITOK | XNU_M_ZERO);
	if (!glob)
		return NULL;
	glob->references = 1;
	glob->socket = socket;
	glob->kqueue = kqueue;
	return glob;
}

/* Without fdlock: closing a socket may wait. */
static int
fileglob_release(struct fileglob *glob)
{
	int error = 0;
	xnu_lck_mtx_lock(fdlock);
	bool last = --glob->references == 0;
	xnu_lck_mtx_unlock(fdlock);
	if (!last)
		return 0;
	if (glob->socket)
		error = soclose(glob->socket);
	if (glob->kqueue)
		kqueue_free(glob->kqueue);
	host_kernel_free(glob, XNU_M_TEMP);
	return error;
}

void
fileglob_drop(struct fileglob *glob)
{
	fileglob_release(glob);
}

static int
grow_table(int fd)
{
	if (fd >= FILE_MAX_COUNT)
		return XNU_EMFILE;
	if (fd < table_size)
		return 0;
	int size = fd < 64 ? 128 : fd * 2;
	struct fileproc **larger =
	    host_kernel_malloc((size_t)size * sizeof(*larger), XNU_M_TEMP, XNU_M_WAITOK | XNU_M_ZERO);
	if (!larger)
		return XNU_EMFILE;
	if (table) {
		memcpy(larger, table, (size_t)table_size * sizeof(*table));
		host_kernel_free(table, XNU_M_TEMP);
	}
	table = larger;
	table_size = size;
	return 0;
}

/* With fdlock held. */
static int
install_locked(struct fileglob *glob, int fd)
{
	int error = grow_table(fd);
	if (error)
		return error;
	struct fileproc *file = host_kernel_malloc(sizeof(*file), XNU_M_TEMP, XNU_M_WAITOK | XNU_M_ZERO);
	if (!file)
		return XNU_EMFILE;
	file->glob = glob;
	file->fd = fd;
	file->iocount = 1;
	table[fd] = file;
	return 0;
}

int
file_install(struct fileglob *glob, int least, int *out)
{
	int fd = least < FIRST_FD ? FIRST_FD : least;
	xnu_lck_mtx_lock(fdlock);
	while (fd < table_size && table[fd])
		fd++;
	int error = install_locked(glob, fd);
	xnu_lck_mtx_unlock(fdlock);
	*out = fd;
	return error;
}

/* With fdlock held. */
static struct fileproc *
find(int fd)
{
	struct fileproc *file = fd >= 0 && fd < table_size ? table[fd] : NULL;
	return file && !file->closing ? file : NULL;
}

int
fp_lookup(int fd, struct fileproc **out)
{
	xnu_lck_mtx_lock(fdlock);
	struct fileproc *file = find(fd);
	if (file)
		file->iocount++;
	xnu_lck_mtx_unlock(fdlock);
	*out = file;
	return file ? 0 : XNU_EBADF;
}

void
fp_drop(struct fileproc *file)
{
	xnu_lck_mtx_lock(fdlock);
	file->iocount--;
	if (file->closing && file->iocount == 1)
		xnu_wakeup(&drain_channel);
	xnu_lck_mtx_unlock(fdlock);
}

int
fp_socket(int fd, struct fileproc **file, struct socket **socket)
{
	int error = fp_lookup(fd, file);
	if (error)
		return error;
	*socket = (*file)->glob->socket;
	if (*socket)
		return 0;
	fp_drop(*file);
	return XNU_ENOTSOCK;
}

bool
fp_closing(struct fileproc *file)
{
	xnu_lck_mtx_lock(fdlock);
	bool closing = file->closing;
	xnu_lck_mtx_unlock(fdlock);
	return closing;
}

int
file_close(int fd)
{
	xnu_lck_mtx_lock(fdlock);
	struct fileproc *file = find(fd);
	if (!file) {
		xnu_lck_mtx_unlock(fdlock);
		return XNU_EBADF;
	}
	file->closing = true;
	/* Threads that are in a call on the descriptor leave first; they are told, again and again. */
	while (file->iocount > 1) {
		xnu_lck_mtx_unlock(fdlock);
		if (file->glob->socket)
			soo_drain(file->glob->socket);
		else
			kqueue_drain(file->glob->kqueue);
		xnu_lck_mtx_lock(fdlock);
		if (file->iocount > 1)
			xnu_msleep(&drain_channel, fdlock, XNU_PSOCK, "fpdrain", NULL);
	}
	xnu_lck_mtx_unlock(fdlock);
	knote_fdclose(file);
	xnu_lck_mtx_lock(fdlock);
	table[fd] = NULL;
	xnu_lck_mtx_unlock(fdlock);
	struct fileglob *glob = file->glob;
	host_kernel_free(file, XNU_M_TEMP);
	return fileglob_release(glob);
}

int
file_dup(int fd, int least, int *out)
{
	struct fileproc *file;
	int error = fp_lookup(fd, &file);
	if (error)
		return error;
	xnu_lck_mtx_lock(fdlock);
	file->glob->references++;
	xnu_lck_mtx_unlock(fdlock);
	error = file_install(file->glob, least, out);
	if (error)
		fileglob_release(file->glob);
	fp_drop(file);
	return error;
}

int
file_dup2(int fd, int wanted)
{
	struct fileproc *file;
	int error = fp_lookup(fd, &file);
	if (error)
		return error;
	if (fd == wanted || wanted < 0 || wanted >= FILE_MAX_COUNT) {
		fp_drop(file);
		return fd == wanted ? 0 : XNU_EBADF;
	}
	do {
		file_close(wanted);
		xnu_lck_mtx_lock(fdlock);
		error = wanted < table_size && table[wanted] ? XNU_EBUSY : install_locked(file->glob, wanted);
		if (!error)
			file->glob->references++;
		xnu_lck_mtx_unlock(fdlock);
	} while (error == XNU_EBUSY);
	fp_drop(file);
	return error;
}

unsigned
file_count(void)
{
	unsigned count = 0;
	xnu_lck_mtx_lock(fdlock);
	for (int fd = 0; fd < table_size; fd++)
		count += table[fd] != NULL;
	xnu_lck_mtx_unlock(fdlock);
	return count;
}

struct socket *
file_peek(int fd)
{
	xnu_lck_mtx_lock(fdlock);
	struct fileproc *file = find(fd);
	struct socket *socket = file ? file->glob->socket : NULL;
	xnu_lck_mtx_unlock(fdlock);
	return socket;
}

/* ---- for kexts ---- */

/* By number, as a kext has no fileproc: the count that file_drop takes back. */
static int
file_socket(int fd, struct socket **out)
{
	struct fileproc *file;
	struct socket *socket;
	int error = fp_socket(fd, &file, &socket);
	if (!error && out)
		*out = socket;
	return error;
}

/* A descriptor that is being closed is still found: its close waits for this. */
static int
file_drop(int fd)
{
	xnu_lck_mtx_lock(fdlock);
	struct fileproc *file = fd >= 0 && fd < table_size ? table[fd] : NULL;
	xnu_lck_mtx_unlock(fdlock);
	if (!file)
		return XNU_EBADF;
	fp_drop(file);
	return 0;
}

KPI(file_socket, file_socket);
KPI(file_drop, file_drop);
