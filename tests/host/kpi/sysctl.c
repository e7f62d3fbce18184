/*
 * sysctl: the tree of variables.
 *
 * As since xnu-7195.101.1, what the kernel itself has lies in memory that is read-only by the time a kext is
 * loaded. A kext may add to the few lists that begin with an anchor, behind which there is a second list for
 * that, and to lists of its own; to add to any other is a page fault, here a panic.
 */
#include "sysctl.h"
#include "host.h"
#include "internal.h"

#include <limits.h>
#include <pthread.h>
#include <string.h>

enum { OID_AUTO = -1, OID_AUTO_START = 100, OID_MUTABLE_ANCHOR = INT_MIN };

/* Numbers of the kernel's own nodes. */
enum { CTL_KERN = 1, CTL_NET = 4, CTL_DEBUG = 5 };

struct sysctl_oid_list xnu_sysctl__children, xnu_sysctl__net_children, xnu_sysctl__kern_children,
    xnu_sysctl__debug_children;
KPI(sysctl__children, &xnu_sysctl__children);
KPI(sysctl__net_children, &xnu_sysctl__net_children);
KPI(sysctl__kern_children, &xnu_sysctl__kern_children);
KPI(sysctl__debug_children, &xnu_sysctl__debug_children);

static struct sysctl_oid_list inet_children, inet6_children;

static struct kernel_list {
	struct sysctl_oid_list *children;
	bool extensible;
	struct sysctl_oid_list mutable;
	struct sysctl_oid anchor;
} kernel_lists[] = {
    {.children = &xnu_sysctl__children, .extensible = true},
    {.children = &xnu_sysctl__net_children, .extensible = true},
    {.children = &xnu_sysctl__kern_children, .extensible = true},
    {.children = &xnu_sysctl__debug_children, .extensible = true},
    {.children = &inet_children},
    {.children = &inet6_children},
};
enum { KERNEL_LISTS = sizeof(kernel_lists) / sizeof(kernel_lists[0]) };

#define NODE(parent_, number_, name_, children_)                                                             \
	{.parent = (parent_),                                                                                \
	 .number = (number_),                                                                                \
	 .kind = CTLTYPE_NODE | CTLFLAG_PERMANENT | CTLFLAG_OID2,                                            \
	 .argument1 = (children_),                                                                           \
	 .name = (name_),                                                                                    \
	 .version = 1}
static struct sysctl_oid kernel_nodes[] = {
    NODE(&xnu_sysctl__children, CTL_DEBUG, "debug", &xnu_sysctl__debug_children),
    NODE(&xnu_sysctl__children, CTL_NET, "net", &xnu_sysctl__net_children),
    NODE(&xnu_sysctl__children, CTL_KERN, "kern", &xnu_sysctl__kern_children),
    NODE(&xnu_sysctl__net_children, XNU_AF_INET6, "inet6", &inet6_children),
    NODE(&xnu_sysctl__net_children, XNU_AF_INET, "inet", &inet_children),
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t given_back = PTHREAD_COND_INITIALIZER;
static unsigned registered;

static void
push(struct sysctl_oid_list *list, struct sysctl_oid *oid)
{
	oid->next = list->first;
	list->first = oid;
}

__attribute__((constructor)) static void
plant(void)
{
	for (size_t i = 0; i < sizeof(kernel_nodes) / sizeof(kernel_nodes[0]); i++)
		push(kernel_nodes[i].parent, &kernel_nodes[i]);
	for (size_t i = 0; i < KERNEL_LISTS; i++) {
		struct kernel_list *list = &kernel_lists[i];

		if (!list->extensible)
			continue;
		list->anchor = (struct sysctl_oid){.parent = list->children,
						   .number = OID_MUTABLE_ANCHOR,
						   .kind = CTLFLAG_PERMANENT | CTLFLAG_OID2,
						   .argument1 = &list->mutable,
						   .name = "__anchor__",
						   .version = 1};
		push(list->children, &list->anchor);
	}
}

/* Where a kext's entries of a list stand. */
static struct sysctl_oid_list *
writable(struct sysctl_oid_list *list, const char *name)
{
	for (size_t i = 0; i < KERNEL_LISTS; i++) {
		if (list != kernel_lists[i].children)
			continue;
		if (!kernel_lists[i].extensible)
			xnu_panic("sysctl_register_oid: %s: its parent's list is in read-only memory", name);
		return &kernel_lists[i].mutable;
	}
	return list;
}

static void
check_oid(const struct sysctl_oid *oid)
{
	if (oid->parent == NULL || oid->name == NULL)
		xnu_panic("sysctl_register_oid: no parent or no name");
	if (oid->number < OID_AUTO || (oid->kind & CTLFLAG_PERMANENT) != 0)
		xnu_panic("sysctl_register_oid: %s: number or kind are the kernel's own", oid->name);
	/* x86_64 makes a copy of an old one, arm64 panics. */
	if ((oid->kind & CTLFLAG_OID2) == 0 || oid->version != 1)
		xnu_panic("sysctl_register_oid: %s: not of version 1", oid->name);
}

/* The largest number of a list and, if there is one, of the list behind its anchor. */
static int
largest_number(const struct sysctl_oid_list *list, const struct sysctl_oid_list *behind)
{
	int largest = OID_AUTO_START - 1;

	for (const struct sysctl_oid *oid = list->first; oid != NULL; oid = oid->next)
		largest = oid->number > largest ? oid->number : largest;
	return behind != NULL && behind != list && largest_number(behind, NULL) > largest
		   ? largest_number(behind, NULL)
		   : largest;
}

static void
xnu_sysctl_register_oid(struct sysctl_oid *oid)
{
	struct sysctl_oid_list *list;
	struct sysctl_oid **link;

	check_oid(oid);
	pthread_mutex_lock(&lock);
	list = writable(oid->parent, oid->name);
	if (oid->number == OID_AUTO)
		oid->number = largest_number(oid->parent, list) + 1;
	for (link = &list->first; *link != NULL && (*link)->number < oid->number; link = &(*link)->next)
		;
	if (*link != NULL && (*link)->number == oid->number)
		xnu_panic("sysctl_register_oid: %s: number %d is taken", oid->name, oid->number);
	oid->next = *link;
	*link = oid;
	registered++;
	pthread_mutex_unlock(&lock);
}
KPI(sysctl_register_oid, xnu_sysctl_register_oid);

static void
xnu_sysctl_unregister_oid(struct sysctl_oid *oid)
{
	struct sysctl_oid **link;

	pthread_mutex_lock(&lock);
	link = &writable(oid->parent, oid->name)->first;
	while (*link != NULL && *link != oid)
		link = &(*link)->next;
	if (*link == NULL)
		xnu_panic("sysctl_unregister_oid of %s, which is not registered", oid->name);
	*link = oid->next;
	registered--;
	while (oid->references != 0)
		pthread_cond_wait(&given_back, &lock);
	pthread_mutex_unlock(&lock);
}
KPI(sysctl_unregister_oid, xnu_sysctl_unregister_oid);

unsigned
sysctl_registered(void)
{
	return registered;
}

static struct sysctl_oid *
find(const struct sysctl_oid_list *list, const char *name)
{
	size_t length = strcspn(name, ".");

	for (struct sysctl_oid *oid = list->first; oid != NULL; oid = oid->next) {
		if (oid->number == OID_MUTABLE_ANCHOR) {
			struct sysctl_oid *found = find(oid->argument1, name);

			if (found != NULL)
				return found;
			continue;
		}
		if (strncmp(oid->name, name, length) != 0 || oid->name[length] != '\0')
			continue;
		if (name[length] == '\0')
			return (oid->kind & CTLTYPE) != CTLTYPE_NODE ? oid : NULL;
		if ((oid->kind & CTLTYPE) == CTLTYPE_NODE)
			return find(oid->argument1, name + length + 1);
	}
	return NULL;
}

struct sysctl_oid *
sysctl_take(const char *name)
{
	struct sysctl_oid *oid;

	pthread_mutex_lock(&lock);
	oid = find(&xnu_sysctl__children, name);
	if (oid != NULL)
		oid->references++;
	pthread_mutex_unlock(&lock);
	return oid;
}

void
sysctl_give(struct sysctl_oid *oid)
{
	pthread_mutex_lock(&lock);
	if (--oid->references == 0)
		pthread_cond_broadcast(&given_back);
	pthread_mutex_unlock(&lock);
}
