/* The address families that SCTP is offered on. */
#ifndef SCTP_FAMILY_H
#define SCTP_FAMILY_H

#include "layout.h"

/* The entries of a family, in the order in which pffindproto will see them. */
enum {
	ENTRY_STREAM,
	ENTRY_SEQPACKET,
	ENTRIES,
};

struct sctp_family {
	uint8_t domain_family;   /* AF_ */
	uint8_t engine_family;   /* of struct sctp_address */
	uint8_t sockaddr_length; /* of the family's sockaddr */

	struct socket *scratch; /* a UDP socket: the way to the family's domain and to its sockaddrs */
	struct protosw *udp;
	struct protosw *raw;
	struct domain *domain;
	struct protosw entries[ENTRIES];
	struct pr_usrreqs usrreqs; /* of all entries */
};

#define SCTP_FAMILIES 2
extern struct sctp_family sctp_families[SCTP_FAMILIES];

/* Opens the scratch sockets, checks the layout on them and finds the domains. Prints what does not fit. */
int sctp_family_start(void);
void sctp_family_stop(void);

/* The family whose entry so uses, NULL if so is not one of our sockets. */
const struct sctp_family *sctp_family_of(struct socket *so);

#endif
