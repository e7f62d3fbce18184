/* Descriptor tables: that of the program the host runs in, and those of programs of other processes. */
#ifndef BSD_FILE_H
#define BSD_FILE_H

#include "socketvar.h"

enum { FIRST_FD = 3, FILE_MAX_COUNT = 65536 };

struct kqueue;

/* What descriptors made by dup share. */
struct fileglob {
	unsigned references;
	int flags; /* BSD_O_* */
	struct socket *socket;
	struct kqueue *kqueue; /* one of the two */
};

/* One descriptor; iocount: calls that use it, the descriptor itself included. */
struct fileproc {
	struct fileglob *glob;
	int fd;
	unsigned iocount;
	bool closing;
	struct fileproc *next; /* in a table by remainder */
};

/*
 * A table. The host's own is indexed by the descriptor and gives the lowest free number. One with foreign
 * functions is that of another process, whose descriptors are made, copied and counted elsewhere: it is
 * filled as calls on them come, and indexed by the remainder.
 */
struct filedesc {
	struct fileproc **table;
	int size;
	const struct foreign_files *foreign; /* NULL: the host's own */
};
struct foreign_files {
	/* The open file behind a number that the table does not have; NULL if there is none. Under the lock
	 * of all tables. */
	struct fileglob *(*find)(int fd);
	/* A number for a new open file, whose reference it takes. */
	int (*install)(struct fileglob *glob, int *fd);
};

void file_init(void);
/* Closes all that is open. */
void file_fini(void);
/* A table of a program of another process; NULL without memory. */
struct filedesc *filedesc_new(const struct foreign_files *foreign);
/* Closes what the table has. */
void filedesc_free(struct filedesc *files);
/* Closes the table's descriptors of the open file; NULL: all. Calls on them end as by close(). */
void filedesc_close(struct filedesc *files, const struct fileglob *glob);

/* A descriptor for the glob, whose reference it takes; 0 or EMFILE. */
int file_install(struct fileglob *glob, int least, int *fd);
struct fileglob *fileglob_new(struct socket *socket, struct kqueue *kqueue);
/* The error of the socket's close, if this was the last reference. */
int fileglob_drop(struct fileglob *glob);

/* EBADF if it is not open or being closed. Every success is ended by fp_drop. */
int fp_lookup(int fd, struct fileproc **out);
void fp_drop(struct fileproc *file);
/* As fp_lookup; ENOTSOCK if it is no socket. */
int fp_socket(int fd, struct fileproc **file, struct socket **socket);
bool fp_closing(struct fileproc *file);

/* Of the calling thread's process. */
int file_close(int fd);
int file_dup(int fd, int least, int *out);
int file_dup2(int fd, int wanted);
unsigned file_count(void);
/* The socket at fd, without a reference; NULL if there is none. */
struct socket *file_peek(int fd);

/* kqueue.c */
int kqueue_create(struct kqueue **out);
void kqueue_free(struct kqueue *queue);
/* Its descriptor is being closed: threads in kevent are to leave, with EBADF. */
void kqueue_drain(struct kqueue *queue);
/* Takes all knotes of a descriptor that is being closed away. */
void knote_fdclose(struct fileproc *file);
void kqueue_init(void);
void kqueue_fini(void);

#endif
