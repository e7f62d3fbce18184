/* Lists of socket addresses in the values of options: one after the other, each as long as its family says.
 */
#ifndef SCTP_ADDRESS_LIST_H
#define SCTP_ADDRESS_LIST_H

#include "family.h"
#include "sctp_engine.h"

struct sctp_address_list {
	struct sctp_address *addresses;
	size_t count;
	size_t size; /* bytes of the memory at addresses */
};

/* For sctp_address_list_read: as many as there are. */
#define SCTP_ADDRESSES_ALL SIZE_MAX

/*
 * Reads count addresses, or those that fill length bytes, at least one, as sctp_address_read does. sa_len may
 * be 0, for option values do not pass the code that fills it in for bind and connect. May wait for memory.
 * EINVAL, ENOBUFS, EAFNOSUPPORT; nothing is to be freed then.
 */
int sctp_address_list_read(const struct sctp_family *family, const uint8_t *bytes, size_t length,
			   size_t count, struct sctp_address_list *list);
void sctp_address_list_free(struct sctp_address_list *list);

#endif
