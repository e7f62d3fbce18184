/* sctp_connectx and the options it is made of, for programs on the built kext. */
#ifndef CONNECTX_H
#define CONNECTX_H

#include "addresses.h"

static inline int
connectx(int fd, struct address_list *list, sctp_assoc_t *assoc_id)
{
	return sctp_connectx(fd, addresses_of(list), list->count, assoc_id);
}

/* The value of SCTP_CONNECT_X for a list, with that count. */
static inline const char *
value_of(struct address_list *list, int count)
{
	static _Alignas(int) char value[sizeof(list->bytes) + sizeof(count)];

	memcpy(value, &count, sizeof(count));
	memcpy(value + sizeof(count), list->bytes, list->length);
	return value;
}

static inline int
set_connect(int fd, int option, struct address_list *list, int count)
{
	return setsockopt(fd, IPPROTO_SCTP, option, value_of(list, count), list->length + sizeof(int));
}

static inline int
set_complete(int fd, struct address_list *list)
{
	return setsockopt(fd, IPPROTO_SCTP, SCTP_CONNECT_X_COMPLETE, list->bytes, list->length);
}

#endif
