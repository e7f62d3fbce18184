/*
 * Lock order: an edge A -> B means that B was taken while A was held. A lock whose taking would close a
 * circle panics, even if no other thread is in the way this time.
 */
#include "lock.h"
#include "scheduler.h"

#include <stdlib.h>
#include <string.h>

static pthread_mutex_t order_lock = PTHREAD_MUTEX_INITIALIZER;
static struct lock_node *nodes;
static unsigned last_id, last_visit;
static const char *const kind_names[] = {"mutex", "spin lock", "rw lock"};

void
lock_node_init(struct lock_node *node, enum lock_kind kind, struct lck_grp *group)
{
	if (group == NULL)
		xnu_panic("a %s without a lock group", kind_names[kind]);
	memset(node, 0, sizeof(*node));
	node->kind = kind;
	node->group = group->name;
	group->locks++;
	pthread_mutex_lock(&order_lock);
	node->id = ++last_id;
	node->next = nodes;
	nodes = node;
	pthread_mutex_unlock(&order_lock);
}

void
lock_node_destroy(struct lock_node *node, struct lck_grp *group)
{
	if (group == NULL || node->group != group->name)
		xnu_panic("%s %u of group %s destroyed with another group", kind_names[node->kind], node->id,
			  node->group);
	group->locks--;
	pthread_mutex_lock(&order_lock);
	struct lock_node **link = &nodes;

	while (*link != node)
		link = &(*link)->next;
	*link = node->next;
	for (struct lock_node *other = nodes; other != NULL; other = other->next)
		for (size_t i = 0; i < other->after_count; i++)
			if (other->after[i] == node)
				other->after[i--] = other->after[--other->after_count];
	pthread_mutex_unlock(&order_lock);
	free(node->after);
}

static bool
has_edge(const struct lock_node *from, const struct lock_node *to)
{
	for (size_t i = 0; i < from->after_count; i++)
		if (from->after[i] == to)
			return true;
	return false;
}

static bool
reaches(struct lock_node *from, const struct lock_node *to)
{
	if (from == to)
		return true;
	from->visit = last_visit;
	for (size_t i = 0; i < from->after_count; i++)
		if (from->after[i]->visit != last_visit && reaches(from->after[i], to))
			return true;
	return false;
}

static void
add_edge(struct lock_node *from, struct lock_node *to)
{
	if (from->after_count == from->after_room) {
		from->after_room = from->after_room * 2 + 4;
		from->after = realloc(from->after, from->after_room * sizeof(struct lock_node *));
		if (from->after == NULL)
			xnu_panic("the host has no memory for the lock order");
	}
	from->after[from->after_count++] = to;
}

void
lock_order_check(struct lock_node *node)
{
	struct thread *self = xnu_current_thread();

	if (self->held_count == 0)
		return;
	pthread_mutex_lock(&order_lock);
	for (unsigned i = 0; i < self->held_count; i++) {
		struct lock_node *held = self->held[i];

		if (has_edge(held, node))
			continue;
		last_visit++;
		if (reaches(node, held))
			xnu_panic("lock order: %s %u of %s is taken while %s %u of %s is held, which was "
				  "done the other "
				  "way round before",
				  kind_names[node->kind], node->id, node->group, kind_names[held->kind],
				  held->id, held->group);
		add_edge(held, node);
	}
	pthread_mutex_unlock(&order_lock);
}

void
lock_taken(struct lock_node *node)
{
	struct thread *self = xnu_current_thread();

	if (self->held_count == LOCKS_HELD_MAX)
		xnu_panic("a thread holds more than %d locks", LOCKS_HELD_MAX);
	self->held[self->held_count++] = node;
}

void
lock_released(struct lock_node *node)
{
	struct thread *self = xnu_current_thread();

	for (unsigned i = self->held_count; i-- > 0;) {
		if (self->held[i] != node)
			continue;
		memmove(&self->held[i], &self->held[i + 1],
			(self->held_count - i - 1) * sizeof(self->held[0]));
		self->held_count--;
		return;
	}
	xnu_panic("%s %u of %s is unlocked by a thread that does not hold it", kind_names[node->kind],
		  node->id, node->group);
}

bool
lock_is_held(const struct lock_node *node)
{
	const struct thread *self = xnu_current_thread();

	for (unsigned i = 0; i < self->held_count; i++)
		if (self->held[i] == node)
			return true;
	return false;
}

unsigned
host_locks_held(void)
{
	return xnu_current_thread()->held_count;
}

void
lock_check_may_block(const char *what)
{
	const struct thread *self = xnu_current_thread();

	for (unsigned i = 0; i < self->held_count; i++)
		if (self->held[i]->kind == LOCK_SPIN)
			xnu_panic("%s may block while spin lock %u of %s is held", what, self->held[i]->id,
				  self->held[i]->group);
}
