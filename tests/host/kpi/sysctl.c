/* sysctl: variables a kext registers below net, kern and debug, with the structs of xnu-7195. */
#include "host.h"
#include "internal.h"
#include "kpi.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct sysctl_req;
typedef int (*sysctl_handler)(struct sysctl_oid *oid, void *argument1, int argument2,
			      struct sysctl_req *request);

struct sysctl_oid_list {
	struct sysctl_oid *first;
};

struct sysctl_oid {
	struct sysctl_oid_list *parent;
	struct sysctl_oid *next;
	int number;
	int kind;
	void *argument1;
	int argument2;
	const char *name;
	sysctl_handler handler;
	const char *format;
	const char *description;
	int version;
	int references;
};
_Static_assert(sizeof(struct sysctl_oid) == 80, "struct sysctl_oid of xnu-7195");

struct sysctl_req {
	struct proc *process;
	int lock;
	uint64_t old;
	size_t old_length, old_at;
	int (*copy_out)(struct sysctl_req *request, const void *from, size_t length);
	uint64_t new;
	size_t new_length, new_at;
	int (*copy_in)(struct sysctl_req *request, void *to, size_t length);
};
_Static_assert(sizeof(struct sysctl_req) == 80, "struct sysctl_req of xnu-7195");

enum { CTLTYPE = 0xf, CTLTYPE_NODE = 1 };
enum { CTLFLAG_WR = 0x40000000 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned registered;

/* The kernel's own nodes. */
struct sysctl_oid_list xnu_sysctl__children, xnu_sysctl__net_children, xnu_sysctl__kern_children,
    xnu_sysctl__debug_children, xnu_inet_children, xnu_inet6_children;
KPI(sysctl__children, &xnu_sysctl__children);
KPI(sysctl__net_children, &xnu_sysctl__net_children);
KPI(sysctl__kern_children, &xnu_sysctl__kern_children);
KPI(sysctl__debug_children, &xnu_sysctl__debug_children);

static struct {
	const char *path;
	struct sysctl_oid_list *children;
} const own_nodes[] = {
    {"net.inet.", &xnu_inet_children},       {"net.inet6.", &xnu_inet6_children},
    {"net.", &xnu_sysctl__net_children},     {"kern.", &xnu_sysctl__kern_children},
    {"debug.", &xnu_sysctl__debug_children}, {"", &xnu_sysctl__children},
};

static void
xnu_sysctl_register_oid(struct sysctl_oid *oid)
{
	if (oid->parent == NULL || oid->name == NULL)
		xnu_panic("sysctl_register_oid: no parent or no name");
	pthread_mutex_lock(&lock);
	oid->next = oid->parent->first;
	oid->parent->first = oid;
	registered++;
	pthread_mutex_unlock(&lock);
}
KPI(sysctl_register_oid, xnu_sysctl_register_oid);

static void
xnu_sysctl_unregister_oid(struct sysctl_oid *oid)
{
	struct sysctl_oid **link = &oid->parent->first;

	pthread_mutex_lock(&lock);
	while (*link != NULL && *link != oid)
		link = &(*link)->next;
	if (*link == NULL)
		xnu_panic("sysctl_unregister_oid of %s, which is not registered", oid->name);
	*link = oid->next;
	registered--;
	pthread_mutex_unlock(&lock);
}
KPI(sysctl_unregister_oid, xnu_sysctl_unregister_oid);

unsigned
sysctl_registered(void)
{
	return registered;
}

/* ---- handlers ---- */

/* The value out, then the new one in; a new value of another length is EINVAL. */
static int
exchange(struct sysctl_req *request, void *value, size_t length)
{
	int error = request->copy_out(request, value, length);

	if (error != 0 || request->new == 0)
		return error;
	return request->new_length == length ? request->copy_in(request, value, length) : XNU_EINVAL;
}

static int
xnu_sysctl_handle_int(struct sysctl_oid *oid, void *argument1, int argument2, struct sysctl_req *request)
{
	(void)oid;
	if (argument1 != NULL)
		return exchange(request, argument1, sizeof(int));
	if (request->new != 0)
		return XNU_EPERM;
	return request->copy_out(request, &argument2, sizeof(argument2));
}
KPI(sysctl_handle_int, xnu_sysctl_handle_int);

static int
xnu_sysctl_handle_quad(struct sysctl_oid *oid, void *argument1, int argument2, struct sysctl_req *request)
{
	(void)oid;
	(void)argument2;
	return argument1 != NULL ? exchange(request, argument1, sizeof(int64_t)) : XNU_EINVAL;
}
KPI(sysctl_handle_quad, xnu_sysctl_handle_quad);
KPI(sysctl_handle_long, xnu_sysctl_handle_quad);

static int
xnu_sysctl_handle_opaque(struct sysctl_oid *oid, void *argument1, int argument2, struct sysctl_req *request)
{
	(void)oid;
	return exchange(request, argument1, (size_t)argument2);
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

static int
copy_out(struct sysctl_req *request, const void *from, size_t length)
{
	size_t room = request->old_length > request->old_at ? request->old_length - request->old_at : 0;

	if (request->old != 0)
		memcpy((char *)(uintptr_t)request->old + request->old_at, from,
		       length < room ? length : room);
	request->old_at += length;
	return request->old != 0 && length > room ? XNU_ENOMEM : 0;
}

static int
copy_in(struct sysctl_req *request, void *to, size_t length)
{
	if (request->new == 0)
		return 0;
	if (request->new_length - request->new_at < length)
		return XNU_EINVAL;
	memcpy(to, (const char *)(uintptr_t)request->new + request->new_at, length);
	request->new_at += length;
	return 0;
}

static struct sysctl_oid *
find(const struct sysctl_oid_list *list, const char *name)
{
	size_t length = strcspn(name, ".");

	for (struct sysctl_oid *oid = list->first; oid != NULL; oid = oid->next) {
		if (strncmp(oid->name, name, length) != 0 || oid->name[length] != '\0')
			continue;
		if (name[length] == '\0')
			return (oid->kind & CTLTYPE) != CTLTYPE_NODE ? oid : NULL;
		if ((oid->kind & CTLTYPE) == CTLTYPE_NODE)
			return find(oid->argument1, name + length + 1);
	}
	return NULL;
}

static struct sysctl_oid *
find_from_root(const char *name)
{
	struct sysctl_oid *found = NULL;

	pthread_mutex_lock(&lock);
	for (size_t i = 0; i < sizeof(own_nodes) / sizeof(own_nodes[0]) && found == NULL; i++) {
		size_t length = strlen(own_nodes[i].path);

		if (strncmp(name, own_nodes[i].path, length) == 0)
			found = find(own_nodes[i].children, name + length);
	}
	pthread_mutex_unlock(&lock);
	return found;
}

int
host_sysctl(const char *name, void *old_value, size_t *old_length, const void *new_value, size_t new_length)
{
	struct sysctl_oid *oid = find_from_root(name);
	struct sysctl_req request = {
	    .process = xnu_current_proc(),
	    .old = (uint64_t)(uintptr_t)old_value,
	    .old_length = old_length != NULL ? *old_length : 0,
	    .copy_out = copy_out,
	    .new = (uint64_t)(uintptr_t)new_value,
	    .new_length = new_length,
	    .copy_in = copy_in,
	};
	int error;

	if (oid == NULL)
		return XNU_ENOENT;
	if (new_value != NULL && !(oid->kind & CTLFLAG_WR))
		return XNU_EPERM;
	host_syscall_enter();
	error = oid->handler(oid, oid->argument1, oid->argument2, &request);
	host_syscall_exit();
	if (old_length != NULL)
		*old_length = request.old_at;
	return error;
}
