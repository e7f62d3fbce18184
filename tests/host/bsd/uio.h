/* A user's buffers on the way in or out, and the border to user memory. */
#ifndef BSD_UIO_H
#define BSD_UIO_H

#include <stdint.h>
#include <sys/uio.h>

enum { UIO_READ = 0, UIO_WRITE = 1 };
enum { UIO_USERSPACE64 = 5, UIO_SYSSPACE = 2 };

struct uio {
	struct iovec *parts; /* copies: moved on as bytes are taken */
	int count;
	int first; /* the part in use */
	int direction;
	int space;
	int64_t resid;
	int64_t offset;
};

struct uio *uio_create(int count, int64_t offset, int space, int direction);
void uio_free(struct uio *uio);
int uio_addiov(struct uio *uio, uint64_t base, size_t length);
int64_t uio_resid(struct uio *uio);
int uiomove(const char *kernel, int length, struct uio *uio);
/* A uio over parts of user memory; EINVAL if the sum does not fit an int64, EFAULT as copyin. */
int uio_from_user(const struct iovec *parts, int count, int direction, struct uio **out);

/*
 * The memory of the program whose system call the calling thread makes. EFAULT where no program has memory,
 * in the first page and at addresses that are not canonical, and in another process wherever it has none.
 */
int copyin(uint64_t user, void *kernel, size_t length);
int copyout(const void *kernel, uint64_t user, size_t length);

#endif
