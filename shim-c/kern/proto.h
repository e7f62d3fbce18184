/* Protocol 132 in the kernel's tables. */
#ifndef SCTP_PROTO_H
#define SCTP_PROTO_H

#include "layout.h"

/* Makes socket(2) find SCTP. */
int sctp_proto_start(void);

/* Makes socket(2) not find it any more; EBUSY if a socket is open, and then nothing is changed. */
int sctp_proto_stop(void);

/* True from the moment that no new socket may be made. Domain mutex. */
bool sctp_proto_withdrawn(void);

#endif
