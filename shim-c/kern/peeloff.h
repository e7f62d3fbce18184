/* sctp_peeloff(): an association moves from a one-to-many socket to one of its own (RFC 6458 section 9.2). */
#ifndef SCTP_PEELOFF_H
#define SCTP_PEELOFF_H

#include "pcb.h"

/*
 * The value of SCTP_PEELOFF, set on the socket of pcb, which is to have the association. Domain mutex,
 * released meanwhile. Nothing has changed on EBADF, ENOTSOCK, EOPNOTSUPP (the other socket is not one-to-many
 * SCTP), ENOENT (no such association), ENOTCONN (in set-up), EINVAL (this socket was used, or is of another
 * family), ENOMEM.
 */
int sctp_peel_off(struct sctp_pcb *pcb, const void *value, size_t length);

#endif
