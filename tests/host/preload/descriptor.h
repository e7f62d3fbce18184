/* Which Linux descriptors are SCTP sockets of the host. */
#ifndef PRELOAD_DESCRIPTOR_H
#define PRELOAD_DESCRIPTOR_H

#include <stdbool.h>

/* The host's descriptor behind a Linux one; -1 if it is none of ours. */
int host_fd(int fd);
/* A Linux descriptor for a host's, which it owns from now on; -1 and errno on failure, with the host's
 * closed. */
int descriptor_make(int host, bool close_on_exec);
/* Binds fd, open and of no use otherwise, to the host's descriptor. */
void descriptor_set(int fd, int host);
/* Takes the host's descriptor back; -1 if there was none. */
int descriptor_take(int fd);

/* Brings the host up with SCTP_KEXT, once. false, with a sentence on standard error, if that fails. */
bool host_is_up(void);

#endif
