/* Lock groups and attributes. */
#include "lock.h"

#include <stdio.h>
#include <stdlib.h>

struct lck_attr {
	char unused;
};
struct lck_grp_attr {
	char unused;
};

static void *
allocate(size_t size)
{
	void *memory = calloc(1, size);

	if (memory == NULL)
		xnu_panic("the host has no memory for a lock");
	return memory;
}

struct lck_grp *
xnu_lck_grp_alloc_init(const char *name, struct lck_grp_attr *attribute)
{
	struct lck_grp *group = allocate(sizeof(*group));

	(void)attribute;
	snprintf(group->name, sizeof(group->name), "%s", name);
	return group;
}
KPI(lck_grp_alloc_init, xnu_lck_grp_alloc_init);

void
xnu_lck_grp_free(struct lck_grp *group)
{
	if (group->locks != 0)
		xnu_panic("lock group %s is freed while %u locks use it", group->name, group->locks);
	free(group);
}
KPI(lck_grp_free, xnu_lck_grp_free);

struct lck_grp_attr *
xnu_lck_grp_attr_alloc_init(void)
{
	return allocate(sizeof(struct lck_grp_attr));
}
KPI(lck_grp_attr_alloc_init, xnu_lck_grp_attr_alloc_init);

void
xnu_lck_grp_attr_free(struct lck_grp_attr *attribute)
{
	free(attribute);
}
KPI(lck_grp_attr_free, xnu_lck_grp_attr_free);

static void
xnu_lck_grp_attr_setdefault(struct lck_grp_attr *attribute)
{
	(void)attribute;
}
KPI(lck_grp_attr_setdefault, xnu_lck_grp_attr_setdefault);

struct lck_attr *
xnu_lck_attr_alloc_init(void)
{
	return allocate(sizeof(struct lck_attr));
}
KPI(lck_attr_alloc_init, xnu_lck_attr_alloc_init);

void
xnu_lck_attr_free(struct lck_attr *attribute)
{
	free(attribute);
}
KPI(lck_attr_free, xnu_lck_attr_free);

static void
xnu_lck_attr_setdefault(struct lck_attr *attribute)
{
	(void)attribute;
}
KPI(lck_attr_setdefault, xnu_lck_attr_setdefault);
