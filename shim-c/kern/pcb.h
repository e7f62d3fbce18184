/* What so_pcb points at: the tie between a socket and an endpoint of the engine. */
#ifndef SCTP_PCB_H
#define SCTP_PCB_H

#include "family.h"
#include "sctp_engine.h"

/* More than sizeof(struct inpcb) of any kernel. */
#define INPCB_ROOM 1024

/* Each takes the place of the ones before it. */
enum sctp_work { WORK_NONE, WORK_ACCEPT, WORK_CLOSE };

/* All but the head under the domain mutex. */
struct sctp_pcb {
	/* Stays zero: parts of the kernel (socket filters) take so_pcb of any socket for a struct inpcb and
	 * read it. */
	uint8_t inpcb[INPCB_ROOM];

	struct socket *so; /* NULL once detached */
	const struct sctp_family *family;
	sctp_endpoint endpoint;
	uint32_t references; /* one of the socket, one of the worker while it has work for it */
	bool one_to_many;
	bool listening; /* one-to-one, and listen was called */
	bool reading;   /* a reader has a message in hand and the mutex released */
	bool abort_on_close;
	uint32_t send_buffer;     /* so_snd.sb_hiwat, as the engine knows it */
	uint32_t receive_buffer;  /* so_rcv.sb_hiwat, likewise */
	uint32_t send_bytes;      /* what the associations have in their send buffers */
	uint32_t pending_accepts; /* associations that wait for a socket */
	sctp_endpoint listener;   /* what an accepted socket was accepted from */
	struct sctp_address peer; /* of an accepted socket, which may outlive its association */

	struct sctp_pcb *next_work;
	enum sctp_work work;
	struct socket *aborted; /* WORK_CLOSE: the socket whose last reference the worker drops */
};

static inline struct sctp_pcb *
sctp_pcb_of(struct socket *so)
{
	return *so_pcb(so);
}

/* A pcb with one reference and no endpoint yet; may wait for memory. NULL when there is none. */
struct sctp_pcb *sctp_pcb_create(struct socket *so);

/* Domain mutex. */
void sctp_pcb_retain(struct sctp_pcb *pcb);
void sctp_pcb_release(struct sctp_pcb *pcb);

/* How many there are. */
uint32_t sctp_pcb_count(void);

#endif
