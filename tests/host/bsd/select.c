/* selrecord and selwakeup: the meeting point of those who wait for readiness and those who make it. */
#include "select.h"

#include "file.h"
#include "kqueue.h"
#include "host.h"
#include "socketvar.h"

/* One waiter at one selinfo, on a list of each. select_lock guards both. */
struct select_link {
	struct select_waiter *waiter;
	struct selinfo *info;
	struct select_link *next_of_info, *next_of_waiter;
};

static struct lck_grp *select_group;
static struct lck_mtx *select_lock; /* a leaf: nothing else is taken under it */

void
select_init(void)
{
	select_group = xnu_lck_grp_alloc_init("select", NULL);
	select_lock = xnu_lck_mtx_alloc_init(select_group, NULL);
}

void
select_fini(void)
{
	xnu_lck_mtx_free(select_lock, select_group);
	xnu_lck_grp_free(select_group);
}

void
select_waiter_init(struct select_waiter *waiter)
{
	*waiter = (struct select_waiter){0};
}

void
xnu_selrecord(struct proc *process, struct selinfo *info, void *waiter)
{
	struct select_waiter *selector = waiter;
	(void)process;
	if (!selector)
		return;
	struct select_link *link = host_kernel_malloc(sizeof(*link), XNU_M_TEMP, XNU_M_WAITOK);
	if (!link)
		xnu_panic("selrecord: no memory");
	xnu_lck_mtx_lock(select_lock);
	*link = (struct select_link){selector, info, info->si_links, selector->links};
	info->si_links = link;
	selector->links = link;
	xnu_lck_mtx_unlock(select_lock);
}

void
xnu_selwakeup(struct selinfo *info)
{
	xnu_lck_mtx_lock(select_lock);
	for (struct select_link *link = info->si_links; link; link = link->next_of_info) {
		if (!link->waiter->woken)
			xnu_wakeup(link->waiter);
		link->waiter->woken = true;
	}
	xnu_lck_mtx_unlock(select_lock);
}

static void
unlink_from_info(struct select_link *link)
{
	struct select_link **place = &link->info->si_links;
	while (*place != link)
		place = &(*place)->next_of_info;
	*place = link->next_of_info;
	link->info = NULL;
}

void
selthreadclear(struct selinfo *info)
{
	xnu_selwakeup(info);
	xnu_lck_mtx_lock(select_lock);
	/* The links themselves are the waiters' to free. */
	while (info->si_links)
		unlink_from_info(info->si_links);
	xnu_lck_mtx_unlock(select_lock);
}

int
select_wait(struct select_waiter *waiter, uint64_t deadline)
{
	int error = 0;
	xnu_lck_mtx_lock(select_lock);
	while (!waiter->woken && !error) {
		uint64_t now = host_clock_now(), left = deadline - now;
		struct timespec timeout = {(time_t)(left / 1000000000), (long)(left % 1000000000)};
		if (deadline <= now)
			error = XNU_EWOULDBLOCK;
		else
			error = xnu_msleep(waiter, select_lock, XNU_PSOCK | XNU_PCATCH, "select",
					   deadline == UINT64_MAX ? NULL : &timeout);
	}
	waiter->woken = false;
	xnu_lck_mtx_unlock(select_lock);
	/* select and poll never start anew by themselves. */
	return error == XNU_ERESTART ? XNU_EINTR : error;
}

void
select_cancel(struct select_waiter *waiter)
{
	xnu_lck_mtx_lock(select_lock);
	struct select_link *list = waiter->links;
	waiter->links = NULL;
	for (struct select_link *link = list; link; link = link->next_of_waiter)
		if (link->info)
			unlink_from_info(link);
	xnu_lck_mtx_unlock(select_lock);
	while (list) {
		struct select_link *next = list->next_of_waiter;
		host_kernel_free(list, XNU_M_TEMP);
		list = next;
	}
}

static bool
soo_select(struct socket *socket, int which, struct select_waiter *waiter)
{
	bool ready;
	socket_lock(socket, 1);
	struct sockbuf *buffer = which == SELECT_WRITE ? &socket->so_snd : &socket->so_rcv;
	buffer->sb_flags |= SB_SEL;
	if (which == SELECT_READ)
		ready = soreadable(socket);
	else if (which == SELECT_WRITE)
		ready = sowriteable(socket);
	else
		ready = socket->so_oobmark || (socket->so_state & SS_RCVATMARK);
	if (ready)
		buffer->sb_flags &= ~(uint32_t)SB_SEL;
	else
		xnu_selrecord(NULL, &buffer->sb_sel, waiter);
	socket_unlock(socket, 1);
	return ready;
}

bool
fo_select(struct fileproc *file, int which, struct select_waiter *waiter)
{
	if (!file->glob->socket)
		return which == SELECT_READ && kqueue_select(file->glob->kqueue, waiter);
	return soo_select(file->glob->socket, which, waiter);
}

KPI(selrecord, xnu_selrecord);
KPI(selwakeup, xnu_selwakeup);
KPI(selthreadclear, selthreadclear);
