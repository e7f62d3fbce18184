/* ICMP and ICMPv6 errors about packets of ours. */
#ifndef SCTP_ICMP_H
#define SCTP_ICMP_H

#include "sctp_engine.h"

/* Whether a message that begins with this type may be of use at all: what pings the host takes no lock. */
bool sctp_icmp_wants(uint8_t version, uint8_t type);

/*
 * Reads a whole message that went from source to destination. False unless it is an error with a good
 * checksum that quotes an SCTP packet, the first fragment of one at least. icmp->quoted points into message.
 * interface: the index of the one that it came in by.
 */
bool sctp_icmp_parse(const struct sctp_address *source, const struct sctp_address *destination,
		     uint32_t interface, const uint8_t *message, size_t length, struct sctp_icmp *icmp);

#endif
