/*
 * Addresses between the kernel, the programs and the engine.
 *
 * The engine has addresses as programs see them, a link-local one with its interface's index in scope. Inside
 * the kernel that index is embedded in the second 16 bits of the address itself: in packets from the IPv6
 * header loop to ip6_output, and in the addresses of interfaces. Only the *_kernel functions here know this.
 */
#ifndef SCTP_ADDRESS_H
#define SCTP_ADDRESS_H

#include "family.h"
#include "sctp_engine.h"

/*
 * Reads a sockaddr that a user gave. AF_UNSPEC counts as the socket's own family: for a domain that is not
 * AF_INET the kernel does not fill it in. A socket of AF_INET6 takes IPv4 addresses too, mapped (RFC 4291
 * section 2.5.5.2) or as they are. EAFNOSUPPORT, EINVAL for a length that is not its family's.
 */
int sctp_address_read(const struct sctp_family *family, const struct sockaddr *from, struct sctp_address *to);

/* An address of an interface with this index; false for a family that is not supported. */
bool sctp_address_of_host(const struct sockaddr *from, uint32_t interface, struct sctp_address *to);

/* From a packet's header. The IPv6 one as the kernel has it; interface: the index of the one it came in by.
 */
void sctp_address_from_ipv4(const uint8_t *bytes, struct sctp_address *to);
void sctp_address_from_kernel(const uint8_t *bytes, uint32_t interface, struct sctp_address *to);
/* Writes the 16 bytes of an IPv6 address as the kernel wants them. */
void sctp_address_to_kernel(const struct sctp_address *from, uint8_t *bytes);

bool sctp_address_is_link_local(const struct sctp_address *address);
/* 0.0.0.0 or ::. */
bool sctp_address_is_any(const struct sctp_address *address);
/* Without the port. */
bool sctp_address_same_host(const struct sctp_address *a, const struct sctp_address *b);

/*
 * A sockaddr that the kernel will free. It comes from the heap that the kernel frees it to, which differs
 * from version to version: UDP's own pru_sockaddr allocates it, on the scratch socket, and it is then
 * overwritten. May wait for memory. ENOBUFS.
 */
int sctp_address_give(const struct sctp_family *family, const struct sctp_address *from,
		      struct sockaddr **to);

#endif
