/* The addresses of this host, for the engine and for the packets it sends. */
#ifndef SCTP_INTERFACES_H
#define SCTP_INTERFACES_H

#include "sctp_engine.h"

/* How often the worker looks for changes. */
#define SCTP_INTERFACES_SECONDS 5

int sctp_interfaces_start(void);

/* Reads the addresses of all interfaces and gives them to the engine. Without the domain mutex; may wait. */
void sctp_interfaces_refresh(void);

/* The same, but only if the last time is a second or more ago. */
void sctp_interfaces_refresh_if_old(void);

/* Whether a socket can be bound to address: it is the wildcard, or an interface has it. Domain mutex. */
bool sctp_interfaces_have(const struct sctp_address *address);

/*
 * Chooses the source of a packet that leaves it to the route: an address of the interface that the route
 * takes, of the same scope, with the longest common prefix (RFC 6724 section 5, rules 1, 2, 5 and 8). One
 * that is bound to addresses of other interfaces only leaves from one of these: hosts take packets by
 * whichever interface they come. False if there is none. Domain mutex.
 */
bool sctp_interfaces_source(struct sctp_transmit *transmit);

#endif
