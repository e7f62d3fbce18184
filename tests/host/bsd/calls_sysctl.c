/* The system call sysctl, by name. */
#include "names.h"
#include "syscall.h"
#include "uio.h"

#include "../kpi/sysctl.h"

enum { NAME_MAX_LENGTH = 128 };

static int
copy_out(struct sysctl_req *request, const void *from, size_t length)
{
	int error = 0;
	if (request->old && request->old_length - request->old_at < length)
		return XNU_ENOMEM;
	if (request->old && length)
		error = copyout(from, request->old + request->old_at, length);
	request->old_at += length;
	return error;
}

static int
copy_in(struct sysctl_req *request, void *to, size_t length)
{
	int error;
	if (!request->new)
		return 0;
	if (request->new_length - request->new_at < length)
		return XNU_EINVAL;
	error = copyin(request->new + request->new_at, to, length);
	request->new_at += length;
	return error;
}

/* name and its length, old value and where its length is, new value and its length */
int
sys_sysctl(struct syscall *call)
{
	char name[NAME_MAX_LENGTH + 1] = {0};
	uint64_t length_at = ARGUMENT(uint64_t, 3), old_length = 0;
	struct sysctl_req request = {
	    .old = ARGUMENT(uint64_t, 2),
	    .copy_out = copy_out,
	    .new = ARGUMENT(uint64_t, 4),
	    .new_length = ARGUMENT(size_t, 5),
	    .copy_in = copy_in,
	};
	int error;

	if (ARGUMENT(size_t, 1) > NAME_MAX_LENGTH)
		return XNU_ENAMETOOLONG;
	error = copyin(ARGUMENT(uint64_t, 0), name, ARGUMENT(size_t, 1));
	if (!error && length_at)
		error = copyin(length_at, &old_length, sizeof(old_length));
	if (error)
		return error;
	request.old_length = old_length;
	error = sysctl_call(name, &request);
	if (length_at && (!error || error == XNU_ENOMEM)) {
		old_length = sysctl_length(&request);
		int failed = copyout(&old_length, length_at, sizeof(old_length));
		error = failed ? failed : error;
	}
	return error;
}
