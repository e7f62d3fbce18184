#include "file.h"

#include <string.h>

static struct lck_grp *file_group;
static struct lck_mtx *fdlock; /* of all tables */
static struct filedesc own;
static int drain_channel;

void
file_init(void)
{
	file_group = xnu_lck_grp_alloc_init("file", NULL);
	fdlock = xnu_lck_mtx_alloc_init(file_group, NULL);
}

static void
free_table(struct filedesc *files)
{
	filedesc_close(files, NULL);
	if (files->table)
		host_kernel_free(files->table, XNU_M_TEMP);
	*files = (struct filedesc){0};
}

void
file_fini(void)
{
	free_table(&own);
	xnu_lck_mtx_free(fdlock, file_group);
	xnu_lck_grp_free(file_group);
}

/* ---- open files ---- */

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

int
fileglob_drop(struct fileglob *glob)
{
	int error = 0;
	xnu_lck_mtx_lock(fdlock);
	bool last = --glob->references == 0;
	xnu_lck_mtx_unlock(fdlock);
	if (!last)
		return 0;
	/* Without the lock: it may wait. */
	if (glob->socket)
		error = soclose(glob->socket);
	if (glob->kqueue)
		kqueue_free(glob->kqueue);
	host_kernel_free(glob, XNU_M_TEMP);
	return error;
}

/* ---- tables; with fdlock held unless said otherwise ---- */

static struct filedesc *
current_files(void)
{
	struct filedesc *files = xnu_current_proc()->files;
	return files ? files : &own;
}

/* Where the table has the descriptor, or NULL is to be overwritten to add it; NULL if the table is too small.
 */
static struct fileproc **
place_of(struct filedesc *files, int fd)
{
	if (fd < 0 || (!files->foreign && fd >= files->size))
		return NULL;
	struct fileproc **place = &files->table[fd % files->size];
	while (*place && (*place)->fd != fd)
		place = &(*place)->next;
	return place;
}

static int
grow_table(struct filedesc *files, int fd)
{
	if (files->foreign || fd < files->size)
		return 0;
	if (fd >= FILE_MAX_COUNT)
		return XNU_EMFILE;
	int size = fd < 64 ? 128 : fd * 2;
	struct fileproc **larger =
	    host_kernel_malloc((size_t)size * sizeof(*larger), XNU_M_TEMP, XNU_M_WAITOK | XNU_M_ZERO);
	if (!larger)
		return XNU_EMFILE;
	if (files->table) {
		memcpy(larger, files->table, (size_t)files->size * sizeof(*larger));
		host_kernel_free(files->table, XNU_M_TEMP);
	}
	files->table = larger;
	files->size = size;
	return 0;
}

static int
install_locked(struct filedesc *files, struct fileglob *glob, int fd)
{
	int error = grow_table(files, fd);
	if (error)
		return error;
	struct fileproc *file = host_kernel_malloc(sizeof(*file), XNU_M_TEMP, XNU_M_WAITOK | XNU_M_ZERO);
	if (!file)
		return XNU_EMFILE;
	file->glob = glob;
	file->fd = fd;
	file->iocount = 1;
	*place_of(files, fd) = file;
	return 0;
}

/* Without fdlock. */
int
file_install(struct fileglob *glob, int least, int *out)
{
	struct filedesc *files = current_files();
	int fd = least < FIRST_FD ? FIRST_FD : least;
	if (files->foreign)
		return files->foreign->install(glob, out);
	xnu_lck_mtx_lock(fdlock);
	while (fd < files->size && files->table[fd])
		fd++;
	int error = install_locked(files, glob, fd);
	xnu_lck_mtx_unlock(fdlock);
	*out = fd;
	return error;
}

static struct fileproc *
find(struct filedesc *files, int fd)
{
	struct fileproc **place = place_of(files, fd);
	if (place && !*place && files->foreign) {
		struct fileglob *glob = files->foreign->find(fd);
		if (glob && !install_locked(files, glob, fd))
			glob->references++;
	}
	struct fileproc *file = place ? *place : NULL;
	return file && !file->closing ? file : NULL;
}

/* ---- calls on descriptors ---- */

int
fp_lookup(int fd, struct fileproc **out)
{
	xnu_lck_mtx_lock(fdlock);
	struct fileproc *file = find(current_files(), fd);
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

/* With fdlock held, which it lets go. */
static int
close_locked(struct filedesc *files, struct fileproc *file)
{
	file->closing = true;
	/* Threads that are in a call on the descriptor leave first; they are told, again and again, with the
	 * lock held. */
	while (file->iocount > 1) {
		if (file->glob->socket)
			soo_drain(file->glob->socket);
		else
			kqueue_drain(file->glob->kqueue);
		xnu_msleep(&drain_channel, fdlock, XNU_PSOCK, "fpdrain", NULL);
	}
	xnu_lck_mtx_unlock(fdlock);
	knote_fdclose(file);
	xnu_lck_mtx_lock(fdlock);
	*place_of(files, file->fd) = file->next;
	xnu_lck_mtx_unlock(fdlock);
	struct fileglob *glob = file->glob;
	host_kernel_free(file, XNU_M_TEMP);
	return fileglob_drop(glob);
}

int
file_close(int fd)
{
	struct filedesc *files = current_files();
	xnu_lck_mtx_lock(fdlock);
	struct fileproc *file = find(files, fd);
	if (file)
		return close_locked(files, file);
	xnu_lck_mtx_unlock(fdlock);
	return XNU_EBADF;
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
		fileglob_drop(file->glob);
	fp_drop(file);
	return error;
}

int
file_dup2(int fd, int wanted)
{
	struct filedesc *files = current_files();
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
		struct fileproc **place = place_of(files, wanted);
		error = place && *place ? XNU_EBUSY : install_locked(files, file->glob, wanted);
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
	for (int fd = 0; fd < own.size; fd++)
		count += own.table[fd] != NULL;
	xnu_lck_mtx_unlock(fdlock);
	return count;
}

struct socket *
file_peek(int fd)
{
	xnu_lck_mtx_lock(fdlock);
	struct fileproc *file = find(current_files(), fd);
	struct socket *socket = file ? file->glob->socket : NULL;
	xnu_lck_mtx_unlock(fdlock);
	return socket;
}

/* ---- whole tables ---- */

struct filedesc *
filedesc_new(const struct foreign_files *foreign)
{
	enum { REMAINDERS = 256 };
	struct filedesc *files = host_kernel_malloc(sizeof(*files), XNU_M_TEMP, XNU_M_WAITOK);
	if (!files)
		return NULL;
	*files = (struct filedesc){
	    host_kernel_malloc(REMAINDERS * sizeof(struct fileproc *), XNU_M_TEMP, XNU_M_WAITOK | XNU_M_ZERO),
	    REMAINDERS, foreign};
	if (files->table)
		return files;
	host_kernel_free(files, XNU_M_TEMP);
	return NULL;
}

void
filedesc_free(struct filedesc *files)
{
	free_table(files);
	host_kernel_free(files, XNU_M_TEMP);
}

/* With fdlock held. */
static struct fileproc *
any_of(struct filedesc *files, const struct fileglob *glob)
{
	for (int i = 0; i < files->size; i++)
		for (struct fileproc *file = files->table[i]; file; file = file->next)
			if (!file->closing && (!glob || file->glob == glob))
				return file;
	return NULL;
}

void
filedesc_close(struct filedesc *files, const struct fileglob *glob)
{
	for (;;) {
		xnu_lck_mtx_lock(fdlock);
		struct fileproc *file = any_of(files, glob);
		if (!file)
			break;
		close_locked(files, file);
	}
	xnu_lck_mtx_unlock(fdlock);
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
	struct fileproc **place = place_of(current_files(), fd);
	struct fileproc *file = place ? *place : NULL;
	xnu_lck_mtx_unlock(fdlock);
	if (!file)
		return XNU_EBADF;
	fp_drop(file);
	return 0;
}

KPI(file_socket, file_socket);
KPI(file_drop, file_drop);
