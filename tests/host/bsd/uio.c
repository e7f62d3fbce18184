#include "uio.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "kpi.h"

static bool
is_user(uint64_t user, size_t length)
{
	return user >= 4096 && user < 1ull << 47 && length <= (1ull << 47) - user;
}

/* Of another process. */
static int
move(pid_t pid, void *kernel, uint64_t user, size_t length,
     ssize_t (*function)(pid_t, const struct iovec *, unsigned long, const struct iovec *, unsigned long,
			 unsigned long))
{
	struct iovec here = {kernel, length}, there = {(void *)user, length};
	if (function(pid, &here, 1, &there, 1, 0) == (ssize_t)length)
		return 0;
	if (errno == EPERM || errno == ENOSYS)
		xnu_printf("host: Linux keeps the memory of process %d from the kernel: %s\n", (int)pid,
			   strerror(errno));
	return XNU_EFAULT;
}

int
copyin(uint64_t user, void *kernel, size_t length)
{
	pid_t pid = xnu_current_proc()->pid;
	if (length == 0)
		return 0;
	if (!is_user(user, length))
		return XNU_EFAULT;
	if (pid)
		return move(pid, kernel, user, length, process_vm_readv);
	memcpy(kernel, (const void *)user, length);
	return 0;
}

int
copyout(const void *kernel, uint64_t user, size_t length)
{
	pid_t pid = xnu_current_proc()->pid;
	if (length == 0)
		return 0;
	if (!is_user(user, length))
		return XNU_EFAULT;
	if (pid)
		return move(pid, (void *)(uintptr_t)kernel, user, length, process_vm_writev);
	memcpy((void *)user, kernel, length);
	return 0;
}

struct uio *
uio_create(int count, int64_t offset, int space, int direction)
{
	if (count < 0 || count > UIO_MAXIOV)
		return NULL;
	struct uio *uio = host_kernel_malloc(sizeof(*uio) + (size_t)count * sizeof(struct iovec), XNU_M_TEMP,
					     XNU_M_WAITOK | XNU_M_ZERO);
	if (!uio)
		return NULL;
	uio->parts = (struct iovec *)(uio + 1);
	uio->offset = offset;
	uio->space = space;
	uio->direction = direction;
	return uio;
}

void
uio_free(struct uio *uio)
{
	host_kernel_free(uio, XNU_M_TEMP);
}

int
uio_addiov(struct uio *uio, uint64_t base, size_t length)
{
	uio->parts[uio->count++] = (struct iovec){(void *)base, length};
	uio->resid += (int64_t)length;
	return 0;
}

int64_t
uio_resid(struct uio *uio)
{
	return uio ? uio->resid : 0;
}

int
uiomove(const char *kernel, int length, struct uio *uio)
{
	while (length > 0 && uio->resid > 0 && uio->first < uio->count) {
		struct iovec *part = &uio->parts[uio->first];
		size_t now = part->iov_len < (size_t)length ? part->iov_len : (size_t)length;
		if (now == 0) {
			uio->first++;
			continue;
		}
		uint64_t other = (uint64_t)part->iov_base;
		int error = 0;
		if (uio->space == UIO_SYSSPACE && uio->direction == UIO_READ)
			memcpy((void *)other, kernel, now);
		else if (uio->space == UIO_SYSSPACE)
			memcpy((void *)(uintptr_t)kernel, (const void *)other, now);
		else if (uio->direction == UIO_READ)
			error = copyout(kernel, other, now);
		else
			error = copyin(other, (void *)(uintptr_t)kernel, now);
		if (error)
			return error;
		part->iov_base = (char *)part->iov_base + now;
		part->iov_len -= now;
		uio->resid -= (int64_t)now;
		uio->offset += (int64_t)now;
		kernel += now;
		length -= (int)now;
	}
	return 0;
}

int
uio_from_user(const struct iovec *parts, int count, int direction, struct uio **out)
{
	struct uio *uio = uio_create(count, 0, UIO_USERSPACE64, direction);
	if (!uio)
		return XNU_ENOMEM;
	int error = copyin((uint64_t)parts, uio->parts, (size_t)count * sizeof(*parts));
	for (; !error && uio->count < count; uio->count++) {
		uint64_t length = uio->parts[uio->count].iov_len;
		if (length > (uint64_t)(INT64_MAX - uio->resid))
			error = XNU_EINVAL;
		else
			uio->resid += (int64_t)length;
	}
	if (error) {
		uio_free(uio);
		return error;
	}
	*out = uio;
	return 0;
}

/* Only the count: the parts stay where they are, as in XNU. */
static void
uio_setresid(struct uio *uio, int64_t resid)
{
	if (uio)
		uio->resid = resid;
}

static int
uio_iovcnt(struct uio *uio)
{
	return uio ? uio->count - uio->first : 0;
}

static int
uio_rw(struct uio *uio)
{
	return uio->direction;
}

KPI(uiomove, uiomove);
KPI(uio_resid, uio_resid);
KPI(uio_setresid, uio_setresid);
KPI(uio_create, uio_create);
KPI(uio_free, uio_free);
KPI(uio_addiov, uio_addiov);
KPI(uio_iovcnt, uio_iovcnt);
KPI(uio_rw, uio_rw);
KPI(copyin, copyin);
KPI(copyout, copyout);
