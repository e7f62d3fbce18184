/* The addresses of this host, for the engine. */
#ifndef SCTP_INTERFACES_H
#define SCTP_INTERFACES_H

/* How often the worker looks for changes. */
#define SCTP_INTERFACES_SECONDS 5

int sctp_interfaces_start(void);

/* Reads the addresses of all interfaces and gives them to the engine. Without the domain mutex; may wait. */
void sctp_interfaces_refresh(void);

/* The same, but only if the last time is a second or more ago. */
void sctp_interfaces_refresh_if_old(void);

#endif
