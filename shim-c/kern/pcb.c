#include "pcb.h"
#include "lock.h"
#include "mem.h"

static uint32_t pcbs;

struct sctp_pcb *
sctp_pcb_create(struct socket *so)
{
	struct sctp_pcb *pcb = sctp_mem_alloc(sizeof(*pcb));

	if (pcb == NULL)
		return NULL;
	pcb->so = so;
	pcb->family = sctp_family_of(so);
	pcb->one_to_many = *so_type(so) == SOCK_SEQPACKET;
	pcb->references = 1;
	__atomic_fetch_add(&pcbs, 1, __ATOMIC_RELAXED);
	return pcb;
}

void
sctp_pcb_retain(struct sctp_pcb *pcb)
{
	sctp_assert_locked();
	pcb->references++;
}

void
sctp_pcb_release(struct sctp_pcb *pcb)
{
	if (--pcb->references != 0)
		return;
	sctp_kern_free(pcb, sizeof(*pcb));
	__atomic_fetch_sub(&pcbs, 1, __ATOMIC_RELAXED);
}

uint32_t
sctp_pcb_count(void)
{
	return __atomic_load_n(&pcbs, __ATOMIC_RELAXED);
}
