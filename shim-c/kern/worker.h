/* A kernel thread for what may not be done under the domain mutex: making and closing sockets. */
#ifndef SCTP_WORKER_H
#define SCTP_WORKER_H

#include "pcb.h"

int sctp_worker_start(void);
/* Returns when the thread has done all its work. */
void sctp_worker_stop(void);

/* Has the associations that wait on pcb accepted. Domain mutex. */
void sctp_worker_accept(struct sctp_pcb *pcb);

/* Has the socket of an aborted pcb closed. Domain mutex. */
void sctp_worker_close(struct sctp_pcb *pcb);

#endif
