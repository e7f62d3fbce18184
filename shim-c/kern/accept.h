/* Sockets for associations that peers set up. */
#ifndef SCTP_ACCEPT_H
#define SCTP_ACCEPT_H

#include "pcb.h"

/*
 * Makes a socket for each association that waits on listener and queues it for accept(). Domain mutex, which
 * is released meanwhile; the caller has a reference of listener. On the worker's thread only.
 */
void sctp_accept(struct sctp_pcb *listener);

#endif
