/* The host's UDP, TCP and RAW sockets: they can be made, configured, named and closed, but carry no data. */
#ifndef BSD_INET_PCB_H
#define BSD_INET_PCB_H

#include "structs.h"

extern struct pr_usrreqs udp_usrreqs, udp6_usrreqs, tcp_usrreqs, tcp6_usrreqs, rip_usrreqs, rip6_usrreqs,
    icmp_dgram_usrreqs, icmp6_dgram_usrreqs, inet_nousrreqs;

void pcb_init(void);
void pcb_fini(void);

/* Protocols with a lock for each socket. */
int pcb_lock(struct socket *socket, int reference, void *caller);
int pcb_unlock(struct socket *socket, int reference, void *caller);
struct lck_mtx *pcb_getlock(struct socket *socket, int flags);

int inet_ctloutput(struct socket *socket, struct sockopt *option);

#endif
