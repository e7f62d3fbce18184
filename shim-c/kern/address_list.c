#include "address_list.h"
#include "address.h"
#include "mem.h"

/* Reads the address that bytes begin with; its length, or 0 and an error. */
static size_t
read_next(const struct sctp_family *family, const uint8_t *bytes, size_t length, struct sctp_address *to,
	  int *error)
{
	struct sockaddr_storage storage;
	struct sockaddr *address = (struct sockaddr *)(void *)&storage;
	size_t size;

	*error = EINVAL;
	if (length < offsetof(struct sockaddr, sa_data))
		return 0;
	memcpy(address, bytes, offsetof(struct sockaddr, sa_data));
	switch (address->sa_family) {
	case AF_INET:
		size = sizeof(struct sockaddr_in);
		break;
	case AF_INET6:
		size = sizeof(struct sockaddr_in6);
		break;
	default:
		*error = EAFNOSUPPORT;
		return 0;
	}
	if (length < size)
		return 0;
	memcpy(address, bytes, size);
	if (address->sa_len == 0)
		address->sa_len = (uint8_t)size;
	*error = sctp_address_read(family, address, to);
	return *error == 0 ? size : 0;
}

int
sctp_address_list_read(const struct sctp_family *family, const uint8_t *bytes, size_t length, size_t count,
		       struct sctp_address_list *list)
{
	size_t most = length / sizeof(struct sockaddr_in), at = 0;
	int error = 0;

	memset(list, 0, sizeof(*list));
	if (most == 0 || count == 0)
		return EINVAL;
	list->size = most * sizeof(struct sctp_address);
	list->addresses = sctp_mem_alloc(list->size);
	if (list->addresses == NULL)
		return ENOBUFS;
	while (at < length && list->count < count && error == 0) {
		at += read_next(family, bytes + at, length - at, &list->addresses[list->count], &error);
		if (error == 0)
			list->count++;
	}
	if (error == 0 && count != SCTP_ADDRESSES_ALL && list->count < count)
		error = EINVAL;
	if (error != 0)
		sctp_address_list_free(list);
	return error;
}

void
sctp_address_list_free(struct sctp_address_list *list)
{
	sctp_kern_free(list->addresses, list->size);
}
