/* Addresses between sockets, which have struct sockaddr, and the engine. */
#ifndef SCTP_ADDRESS_H
#define SCTP_ADDRESS_H

#include "family.h"
#include "sctp_engine.h"

/*
 * Reads a sockaddr that a user gave. AF_UNSPEC counts as the socket's own family: for a domain that is not
 * AF_INET the kernel does not fill it in. EAFNOSUPPORT, EINVAL for a short one.
 */
int sctp_address_read(const struct sctp_family *family, const struct sockaddr *from, struct sctp_address *to);

/* As above for any address of the host; false for a family that is not supported. */
bool sctp_address_of_host(const struct sockaddr *from, struct sctp_address *to);

/*
 * A sockaddr that the kernel will free. It comes from the heap that the kernel frees it to, which differs
 * from version to version: UDP's own pru_sockaddr allocates it, on the scratch socket, and it is then
 * overwritten. May wait for memory. ENOBUFS.
 */
int sctp_address_give(const struct sctp_family *family, const struct sctp_address *from,
		      struct sockaddr **to);

#endif
