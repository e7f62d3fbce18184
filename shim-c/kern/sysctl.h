/* The variables below net.sctp. */
#ifndef SCTP_SYSCTL_H
#define SCTP_SYSCTL_H

int sctp_sysctl_start(void);
void sctp_sysctl_stop(void);

#endif
