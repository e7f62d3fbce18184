/* Packets in, through an IP filter. */
#ifndef SCTP_INPUT_H
#define SCTP_INPUT_H

int sctp_input_start(void);
/* Returns when no packet is in the filter any more. */
void sctp_input_stop(void);

#endif
