/* Mutexes and spin locks. Both block their thread here; a spin lock may not be held across anything that
 * sleeps. */
#include "lock.h"
#include "scheduler.h"

#include <stdlib.h>

struct mutex {
	struct lock_node node;
	pthread_mutex_t lock;
	struct thread *_Atomic owner;
};

/* opaque[0]: struct mutex; opaque[1]: proof that it was initialised here and not copied. */
#define PROOF UINT64_C(0x6c6f636b6c6f636b)

static struct mutex *
mutex_of(const uint64_t opaque[2], const char *doing)
{
	if (opaque[1] != ((uint64_t)(uintptr_t)opaque ^ PROOF))
		xnu_panic("%s of something that is no initialised lock (%p)", doing, (const void *)opaque);
	return (struct mutex *)(uintptr_t)opaque[0];
}

static void
init(uint64_t opaque[2], enum lock_kind kind, struct lck_grp *group)
{
	struct mutex *mutex = calloc(1, sizeof(*mutex));

	if (mutex == NULL)
		xnu_panic("the host has no memory for a lock");
	lock_node_init(&mutex->node, kind, group);
	pthread_mutex_init(&mutex->lock, NULL);
	opaque[0] = (uint64_t)(uintptr_t)mutex;
	opaque[1] = (uint64_t)(uintptr_t)opaque ^ PROOF;
}

static void
destroy(uint64_t opaque[2], struct lck_grp *group)
{
	struct mutex *mutex = mutex_of(opaque, "destruction");

	if (mutex->owner != NULL)
		xnu_panic("lock %u of %s is destroyed while thread %llu holds it", mutex->node.id,
			  mutex->node.group, (unsigned long long)mutex->owner->id);
	lock_node_destroy(&mutex->node, group);
	pthread_mutex_destroy(&mutex->lock);
	free(mutex);
	opaque[0] = opaque[1] = 0;
}

static void
lock(const uint64_t opaque[2])
{
	struct mutex *mutex = mutex_of(opaque, "lock");

	if (mutex->owner == xnu_current_thread())
		xnu_panic("lock %u of %s is locked twice by one thread", mutex->node.id, mutex->node.group);
	if (mutex->node.kind == LOCK_MUTEX)
		lock_check_may_block("lck_mtx_lock");
	lock_order_check(&mutex->node);
	pthread_mutex_lock(&mutex->lock);
	mutex->owner = xnu_current_thread();
	lock_taken(&mutex->node);
}

static bool
try_lock(const uint64_t opaque[2])
{
	struct mutex *mutex = mutex_of(opaque, "try_lock");

	if (pthread_mutex_trylock(&mutex->lock) != 0)
		return false;
	mutex->owner = xnu_current_thread();
	lock_taken(&mutex->node);
	return true;
}

static void
unlock(const uint64_t opaque[2])
{
	struct mutex *mutex = mutex_of(opaque, "unlock");

	lock_released(&mutex->node);
	mutex->owner = NULL;
	pthread_mutex_unlock(&mutex->lock);
}

static void *
allocate(enum lock_kind kind, struct lck_grp *group)
{
	uint64_t *opaque = calloc(2, sizeof(*opaque));

	if (opaque == NULL)
		xnu_panic("the host has no memory for a lock");
	init(opaque, kind, group);
	return opaque;
}

/* ---- mutexes ---- */

struct lck_mtx *
xnu_lck_mtx_alloc_init(struct lck_grp *group, struct lck_attr *attribute)
{
	(void)attribute;
	return allocate(LOCK_MUTEX, group);
}
KPI(lck_mtx_alloc_init, xnu_lck_mtx_alloc_init);

void
xnu_lck_mtx_free(struct lck_mtx *mutex, struct lck_grp *group)
{
	destroy(mutex->opaque, group);
	free(mutex);
}
KPI(lck_mtx_free, xnu_lck_mtx_free);

void
xnu_lck_mtx_init(struct lck_mtx *mutex, struct lck_grp *group, struct lck_attr *attribute)
{
	(void)attribute;
	init(mutex->opaque, LOCK_MUTEX, group);
}
KPI(lck_mtx_init, xnu_lck_mtx_init);

void
xnu_lck_mtx_destroy(struct lck_mtx *mutex, struct lck_grp *group)
{
	destroy(mutex->opaque, group);
}
KPI(lck_mtx_destroy, xnu_lck_mtx_destroy);

void
xnu_lck_mtx_lock(struct lck_mtx *mutex)
{
	lock(mutex->opaque);
}
KPI(lck_mtx_lock, xnu_lck_mtx_lock);
KPI(lck_mtx_lock_spin, xnu_lck_mtx_lock);

void
xnu_lck_mtx_unlock(struct lck_mtx *mutex)
{
	unlock(mutex->opaque);
}
KPI(lck_mtx_unlock, xnu_lck_mtx_unlock);

int
xnu_lck_mtx_try_lock(struct lck_mtx *mutex)
{
	return try_lock(mutex->opaque);
}
KPI(lck_mtx_try_lock, xnu_lck_mtx_try_lock);
KPI(lck_mtx_try_lock_spin, xnu_lck_mtx_try_lock);

bool
host_mutex_owned(struct lck_mtx *mutex)
{
	return mutex_of(mutex->opaque, "ownership")->owner == xnu_current_thread();
}

void
host_mutex_assert(struct lck_mtx *mutex, bool owned)
{
	if (host_mutex_owned(mutex) != owned)
		xnu_panic("mutex %p is %s by the thread", (void *)mutex, owned ? "not held" : "held");
}

/* ---- spin locks ---- */

static struct lck_spin *
xnu_lck_spin_alloc_init(struct lck_grp *group, struct lck_attr *attribute)
{
	(void)attribute;
	return allocate(LOCK_SPIN, group);
}
KPI(lck_spin_alloc_init, xnu_lck_spin_alloc_init);

static void
xnu_lck_spin_free(struct lck_spin *spin, struct lck_grp *group)
{
	destroy(spin->opaque, group);
	free(spin);
}
KPI(lck_spin_free, xnu_lck_spin_free);

static void
xnu_lck_spin_lock(struct lck_spin *spin)
{
	lock(spin->opaque);
}
KPI(lck_spin_lock, xnu_lck_spin_lock);

static int
xnu_lck_spin_try_lock(struct lck_spin *spin)
{
	return try_lock(spin->opaque);
}
KPI(lck_spin_try_lock, xnu_lck_spin_try_lock);

static void
xnu_lck_spin_unlock(struct lck_spin *spin)
{
	unlock(spin->opaque);
}
KPI(lck_spin_unlock, xnu_lck_spin_unlock);
