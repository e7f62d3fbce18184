#include "payload.h"

#include <netinet/in.h>
#include <stdint.h>
#include <string.h>

#include <netinet/sctp.h>

#include "convert.h"
#include "descriptor.h"

/* Options whose value holds one address, and where. */
static const struct {
	int name;
	size_t offset;
} addresses[] = {
    {SCTP_PRIMARY_ADDR, offsetof(struct sctp_setprim, ssp_addr)},
    {SCTP_SET_PEER_PRIMARY_ADDR, offsetof(struct sctp_setpeerprim, sspp_addr)},
    {SCTP_PEER_ADDR_PARAMS, offsetof(struct sctp_paddrparams, spp_address)},
    {SCTP_PEER_ADDR_THLDS, offsetof(struct sctp_paddrthlds, spt_address)},
    {SCTP_REMOTE_UDP_ENCAPS_PORT, offsetof(struct sctp_udpencaps, sue_address)},
    {SCTP_GET_PEER_ADDR_INFO, offsetof(struct sctp_paddrinfo, spinfo_address)},
    {SCTP_STATUS, offsetof(struct sctp_status, sstat_primary.spinfo_address)},
    {SCTP_CONNECT_X_COMPLETE, 0},
    {SCTP_SET_DYNAMIC_PRIMARY, 0},
};

/* Options whose value ends with addresses one after the other, and where they start. */
static const struct {
	int name;
	bool set; /* given by the program, not to it */
	size_t offset;
} lists[] = {
    {SCTP_BINDX_ADD_ADDR, true, 0},
    {SCTP_BINDX_REM_ADDR, true, 0},
    {SCTP_CONNECT_X, true, sizeof(int)},
    {SCTP_CONNECT_X_DELAYED, true, sizeof(int)},
    {SCTP_GET_PEER_ADDRESSES, false, sizeof(sctp_assoc_t)},
    {SCTP_GET_LOCAL_ADDRESSES, false, sizeof(sctp_assoc_t)},
};

static uint32_t
linux_name_length(const void *name)
{
	uint16_t family;
	memcpy(&family, name, sizeof(family));
	return family == AF_INET    ? sizeof(struct sockaddr_in)
	       : family == AF_INET6 ? sizeof(struct sockaddr_in6)
				    : 0;
}

static void
each_address(int name, char *value, size_t length, void (*convert)(void *))
{
	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++)
		if (addresses[i].name == name && length >= addresses[i].offset + sizeof(uint16_t))
			convert(value + addresses[i].offset);
}

static void
each_of_list(int name, bool set, char *value, size_t length, void (*convert)(void *),
	     uint32_t (*length_of)(const void *))
{
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		if (lists[i].name != name || lists[i].set != set)
			continue;
		for (size_t at = lists[i].offset, step; at + sizeof(uint16_t) <= length; at += step) {
			step = length_of(value + at);
			if (!step)
				break;
			convert(value + at);
		}
	}
}

void
payload_to_darwin(int name, char *value, size_t length)
{
	struct sctp_peeloff_opt peeloff;
	struct sctp_assoc_value family;
	each_address(name, value, length, name_to_darwin);
	each_of_list(name, true, value, length, name_to_darwin, linux_name_length);
	if (name == SCTP_PEELOFF && length >= sizeof(peeloff)) {
		memcpy(&peeloff, value, sizeof(peeloff));
		peeloff.s = host_fd(peeloff.s);
		peeloff.new_sd = host_fd(peeloff.new_sd);
		memcpy(value, &peeloff, sizeof(peeloff));
	}
	if (name == SCTP_GET_ADDR_LEN && length >= sizeof(family)) {
		memcpy(&family, value, sizeof(family));
		family.assoc_value = (uint32_t)darwin_family((int)family.assoc_value);
		memcpy(value, &family, sizeof(family));
	}
}

void
payload_to_linux(int name, char *value, size_t length)
{
	each_address(name, value, length, name_to_linux);
	each_of_list(name, false, value, length, name_to_linux, darwin_name_length);
}

/* ---- notifications ---- */

/* Moves length bytes between buffer and parts, from offset on; false if the parts end before. */
static bool
copy_parts(const struct iovec *parts, size_t count, size_t offset, char *buffer, size_t length,
	   bool into_parts)
{
	for (size_t i = 0; i < count && length > 0; i++) {
		if (offset >= parts[i].iov_len) {
			offset -= parts[i].iov_len;
			continue;
		}
		char *place = (char *)parts[i].iov_base + offset;
		size_t now = parts[i].iov_len - offset < length ? parts[i].iov_len - offset : length;
		memcpy(into_parts ? place : buffer, into_parts ? buffer : place, now);
		offset = 0;
		buffer += now;
		length -= now;
	}
	return length == 0;
}

void
notification_to_linux(const struct iovec *parts, size_t count, size_t length)
{
	uint16_t type, family;
	uint8_t head[2]; /* sa_len and sa_family */
	size_t at = offsetof(struct sctp_paddr_change, spc_aaddr);
	if (length < at + sizeof(head) || !copy_parts(parts, count, 0, (char *)&type, sizeof(type), false) ||
	    type != SCTP_PEER_ADDR_CHANGE)
		return;
	copy_parts(parts, count, at, (char *)head, sizeof(head), false);
	family = (uint16_t)linux_family(head[1]);
	copy_parts(parts, count, at, (char *)&family, sizeof(family), true);
}
