/* Read-write locks: writers go first once they wait, as in XNU, so that taking one shared twice can deadlock.
 */
#include "lock.h"
#include "scheduler.h"

#include <stdlib.h>

struct rw {
	struct lock_node node;
	pthread_rwlock_t lock;
	struct thread *_Atomic writer;
};

#define PROOF UINT64_C(0x72776c6f636b7277)

static struct rw *
rw_of(const struct lck_rw *lock)
{
	if (lock->opaque[1] != ((uint64_t)(uintptr_t)lock ^ PROOF))
		xnu_panic("%p is no initialised rw lock", (const void *)lock);
	return (struct rw *)(uintptr_t)lock->opaque[0];
}

static struct lck_rw *
xnu_lck_rw_alloc_init(struct lck_grp *group, struct lck_attr *attribute)
{
	struct lck_rw *lock = calloc(1, sizeof(*lock));
	struct rw *rw = calloc(1, sizeof(*rw));
	pthread_rwlockattr_t attributes;

	(void)attribute;
	if (lock == NULL || rw == NULL)
		xnu_panic("the host has no memory for a lock");
	lock_node_init(&rw->node, LOCK_RW, group);
	pthread_rwlockattr_init(&attributes);
	pthread_rwlockattr_setkind_np(&attributes, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	pthread_rwlock_init(&rw->lock, &attributes);
	pthread_rwlockattr_destroy(&attributes);
	lock->opaque[0] = (uint64_t)(uintptr_t)rw;
	lock->opaque[1] = (uint64_t)(uintptr_t)lock ^ PROOF;
	return lock;
}
KPI(lck_rw_alloc_init, xnu_lck_rw_alloc_init);

static void
xnu_lck_rw_free(struct lck_rw *lock, struct lck_grp *group)
{
	struct rw *rw = rw_of(lock);

	if (pthread_rwlock_trywrlock(&rw->lock) != 0)
		xnu_panic("rw lock %u of %s is freed while it is held", rw->node.id, rw->node.group);
	pthread_rwlock_unlock(&rw->lock);
	lock_node_destroy(&rw->node, group);
	pthread_rwlock_destroy(&rw->lock);
	free(rw);
	lock->opaque[1] = 0;
	free(lock);
}
KPI(lck_rw_free, xnu_lck_rw_free);

static struct rw *
before_lock(struct lck_rw *lock)
{
	struct rw *rw = rw_of(lock);

	if (lock_is_held(&rw->node))
		xnu_panic("rw lock %u of %s is locked twice by one thread", rw->node.id, rw->node.group);
	lock_check_may_block("lck_rw_lock");
	lock_order_check(&rw->node);
	return rw;
}

static void
xnu_lck_rw_lock_shared(struct lck_rw *lock)
{
	struct rw *rw = before_lock(lock);

	pthread_rwlock_rdlock(&rw->lock);
	lock_taken(&rw->node);
}
KPI(lck_rw_lock_shared, xnu_lck_rw_lock_shared);

static void
xnu_lck_rw_lock_exclusive(struct lck_rw *lock)
{
	struct rw *rw = before_lock(lock);

	pthread_rwlock_wrlock(&rw->lock);
	rw->writer = xnu_current_thread();
	lock_taken(&rw->node);
}
KPI(lck_rw_lock_exclusive, xnu_lck_rw_lock_exclusive);

static void
unlock(struct lck_rw *lock, bool exclusive)
{
	struct rw *rw = rw_of(lock);

	lock_released(&rw->node);
	if (exclusive != (rw->writer == xnu_current_thread()))
		xnu_panic("rw lock %u of %s is held %s", rw->node.id, rw->node.group,
			  exclusive ? "shared, not exclusive" : "exclusive, not shared");
	rw->writer = NULL;
	pthread_rwlock_unlock(&rw->lock);
}

static void
xnu_lck_rw_unlock_shared(struct lck_rw *lock)
{
	unlock(lock, false);
}
KPI(lck_rw_unlock_shared, xnu_lck_rw_unlock_shared);

static void
xnu_lck_rw_unlock_exclusive(struct lck_rw *lock)
{
	unlock(lock, true);
}
KPI(lck_rw_unlock_exclusive, xnu_lck_rw_unlock_exclusive);
