/* connect() and sctp_connectx(). Domain mutex. */
#ifndef SCTP_CONNECT_H
#define SCTP_CONNECT_H

#include "pcb.h"

/*
 * The value of SCTP_CONNECT_X, SCTP_CONNECT_X_DELAYED or SCTP_CONNECT_X_COMPLETE. SCTP_CONNECT_X waits on a
 * blocking one-to-one socket, with the mutex released, until the association is up or has failed; EINPROGRESS
 * on one that may not block. assoc_id: the association that was begun.
 */
int sctp_connectx(struct sctp_pcb *pcb, int option, const uint8_t *value, size_t length, uint32_t *assoc_id);

#endif
