/* Sockets for associations that peers set up. */
#ifndef SCTP_ACCEPT_H
#define SCTP_ACCEPT_H

#include "pcb.h"

/*
 * Makes a socket for each association that waits on listener and queues it for accept(). Domain mutex, which
 * is released meanwhile; the caller has a reference of listener. On the worker's thread only.
 */
void sctp_accept(struct sctp_pcb *listener);

/*
 * listen() was called: the program's backlog is in so_qlimit once the kernel's own part is done, which is
 * before the mutex is released. Domain mutex.
 */
void sctp_backlog_changes(struct sctp_pcb *listener);

/* Tells the engine the backlog of who has called listen(), before a packet may use it up. Domain mutex. */
void sctp_backlog_read(void);

#endif
