/* What all kinds of locks have in common: who holds it, and what was held when it was taken. */
#ifndef LOCK_H
#define LOCK_H

#include "kpi.h"

enum lock_kind { LOCK_MUTEX, LOCK_SPIN, LOCK_RW };

struct lock_node {
	enum lock_kind kind;
	const char *group; /* name, for messages */
	unsigned id;
	struct lock_node *next;   /* all locks */
	struct lock_node **after; /* locks that were once taken while this one was held */
	size_t after_count, after_room;
	unsigned visit; /* mark of the last search */
};

struct lck_grp {
	char name[64];
	_Atomic unsigned locks;
};

void lock_node_init(struct lock_node *node, enum lock_kind kind, struct lck_grp *group);
void lock_node_destroy(struct lock_node *node, struct lck_grp *group);
/* Panics if taking node now could deadlock with an order seen before. A try that cannot block does not ask.
 */
void lock_order_check(struct lock_node *node);
void lock_taken(struct lock_node *node);
void lock_released(struct lock_node *node);
bool lock_is_held(const struct lock_node *node);

#endif
