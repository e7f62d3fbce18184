/* Whether a live kernel has the layout that the table says. */
#ifndef SCTP_CALIBRATE_H
#define SCTP_CALIBRATE_H

#include "family.h"

/* so: a UDP socket nobody else uses. False, with a line in the log, at the first thing that is not as
 * expected. */
bool sctp_calibrate_socket(struct socket *so);

/* Fills udp, raw and domain of a family whose scratch socket passed the check above. */
bool sctp_calibrate_domain(struct sctp_family *family);

#endif
