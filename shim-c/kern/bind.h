/* bind() and sctp_bindx(). Domain mutex. */
#ifndef SCTP_BIND_H
#define SCTP_BIND_H

#include "pcb.h"

/*
 * The value of SCTP_BINDX_ADD_ADDR or SCTP_BINDX_REM_ADDR: one or more addresses. 0 or an errno, and then no
 * address was added or removed.
 */
int sctp_bindx(struct sctp_pcb *pcb, int option, const uint8_t *value, size_t length);

#endif
