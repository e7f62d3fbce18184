/* sysctl: the kernel's handlers, and a program's call. */
#include "host.h"
#include "scheduler.h"
#include "sysctl.h"

#include <string.h>

/* ---- handlers ---- */

/* An int or a quad. Either may be read and set through the other where its value fits. */
static int
io_number(struct sysctl_req *request, int64_t value, size_t length, void *variable)
{
	int32_t small = (int32_t)value;
	bool narrow = length == sizeof(small) || (request->old_length == sizeof(small) && request->old != 0);
	int error;

	if (narrow && request->old != 0 && small != value)
		return XNU_ERANGE;
	error = narrow ? request->copy_out(request, &small, sizeof(small))
		       : request->copy_out(request, &value, sizeof(value));
	if (error != 0 || request->new == 0)
		return error;
	if (variable == NULL)
		return XNU_EPERM;
	if (request->new_length == sizeof(small) && length == sizeof(value)) {
		error = request->copy_in(request, &small, sizeof(small));
		if (error == 0)
			*(int64_t *)variable = small;
	} else if (request->new_length == sizeof(value) && length == sizeof(small)) {
		error = request->copy_in(request, &value, sizeof(value));
		if (error == 0 && (int32_t)value != value)
			return XNU_ERANGE;
		if (error == 0)
			*(int32_t *)variable = (int32_t)value;
	} else {
		error = request->copy_in(request, variable, length);
	}
	return error;
}

static int
xnu_sysctl_handle_int(struct sysctl_oid *oid, void *argument1, int argument2, struct sysctl_req *request)
{
	(void)oid;
	return io_number(request, argument1 != NULL ? *(int32_t *)argument1 : argument2, sizeof(int32_t),
			 argument1);
}
KPI(sysctl_handle_int, xnu_sysctl_handle_int);

static int
xnu_sysctl_handle_quad(struct sysctl_oid *oid, void *argument1, int argument2, struct sysctl_req *request)
{
	(void)oid;
	(void)argument2;
	return argument1 != NULL ? io_number(request, *(int64_t *)argument1, sizeof(int64_t), argument1)
				 : XNU_EINVAL;
}
KPI(sysctl_handle_quad, xnu_sysctl_handle_quad);
KPI(sysctl_handle_long, xnu_sysctl_handle_quad);

static int
xnu_sysctl_handle_opaque(struct sysctl_oid *oid, void *argument1, int argument2, struct sysctl_req *request)
{
	int error = request->copy_out(request, argument1, (size_t)argument2);

	(void)oid;
	return error == 0 ? request->copy_in(request, argument1, (size_t)argument2) : error;
}
KPI(sysctl_handle_opaque, xnu_sysctl_handle_opaque);

/* argument2: room for the string; 0: it cannot be written. */
static int
xnu_sysctl_handle_string(struct sysctl_oid *oid, void *argument1, int argument2, struct sysctl_req *request)
{
	int error = request->copy_out(request, argument1, strlen(argument1) + 1);
	size_t length = request->new_length;

	(void)oid;
	if (error != 0 || request->new == 0)
		return error;
	if (length >= (size_t)argument2)
		return XNU_EINVAL;
	error = request->copy_in(request, argument1, length);
	((char *)argument1)[length] = '\0';
	return error;
}
KPI(sysctl_handle_string, xnu_sysctl_handle_string);

/* ---- a program's call ---- */

/* The user's page may have to be read from a disk. */
static void
check_may_wait(const char *what)
{
	if (xnu_current_thread()->held_count != 0)
		xnu_panic("%s of a sysctl with a lock held", what);
}

static int
copy_out(struct sysctl_req *request, const void *from, size_t length)
{
	check_may_wait("SYSCTL_OUT");
	if (request->old != 0) {
		if (request->old_length - request->old_at < length)
			return XNU_ENOMEM;
		memcpy((char *)(uintptr_t)request->old + request->old_at, from, length);
	}
	request->old_at += length;
	return 0;
}

static int
copy_in(struct sysctl_req *request, void *to, size_t length)
{
	check_may_wait("SYSCTL_IN");
	if (request->new == 0)
		return 0;
	if (request->new_length - request->new_at < length)
		return XNU_EINVAL;
	memcpy(to, (const char *)(uintptr_t)request->new + request->new_at, length);
	request->new_at += length;
	return 0;
}

static int
permitted(const struct sysctl_oid *oid, const struct sysctl_req *request)
{
	if (request->new == 0)
		return 0;
	if ((oid->kind & CTLFLAG_WR) == 0)
		return XNU_EPERM;
	return (oid->kind & CTLFLAG_ANYBODY) != 0 ? 0 : xnu_proc_suser(request->process);
}

int
sysctl_call(const char *name, struct sysctl_req *request)
{
	struct sysctl_oid *oid = sysctl_take(name);
	int error;

	if (oid == NULL)
		return XNU_ENOENT;
	request->process = xnu_current_proc();
	request->lock = 1;
	error = permitted(oid, request);
	if (error == 0)
		error = oid->handler(oid, oid->argument1, oid->argument2, request);
	sysctl_give(oid);
	return error;
}

size_t
sysctl_length(const struct sysctl_req *request)
{
	return request->old != 0 && request->old_at > request->old_length ? request->old_length
									  : request->old_at;
}

int
host_sysctl(const char *name, void *old_value, size_t *old_length, const void *new_value, size_t new_length)
{
	struct sysctl_req request = {
	    .old = (uint64_t)(uintptr_t)old_value,
	    .old_length = old_length != NULL ? *old_length : 0,
	    .copy_out = copy_out,
	    .new = new_length != 0 ? (uint64_t)(uintptr_t)new_value : 0,
	    .new_length = new_length,
	    .copy_in = copy_in,
	};
	int error;

	host_syscall_enter();
	error = sysctl_call(name, &request);
	host_syscall_exit();
	if (old_length != NULL && (error == 0 || error == XNU_ENOMEM))
		*old_length = sysctl_length(&request);
	return error;
}
