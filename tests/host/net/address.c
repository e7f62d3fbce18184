#include "net.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t
length_of(const struct address *address)
{
	return address->family == XNU_AF_INET ? 4 : 16;
}

bool
address_equal(const struct address *a, const struct address *b)
{
	return a->family == b->family && memcmp(a->bytes, b->bytes, length_of(a)) == 0;
}

bool
address_is_loopback(const struct address *address)
{
	static const uint8_t v6[16] = {[15] = 1};

	return address->family == XNU_AF_INET ? address->bytes[0] == 127
					      : memcmp(address->bytes, v6, 16) == 0;
}

bool
address_is_unspecified(const struct address *address)
{
	static const uint8_t zero[16];

	return memcmp(address->bytes, zero, length_of(address)) == 0;
}

bool
address_is_multicast(const struct address *address)
{
	if (address->family == XNU_AF_INET6)
		return address->bytes[0] == 0xff;
	return (address->bytes[0] & 0xf0) == 0xe0 || memcmp(address->bytes, "\xff\xff\xff\xff", 4) == 0;
}

bool
address_is_link_local(const struct address *address)
{
	return address->family == XNU_AF_INET6 && address->bytes[0] == 0xfe &&
	       (address->bytes[1] & 0xc0) == 0x80;
}

struct address
address_v4(const void *bytes)
{
	struct address address = {.family = XNU_AF_INET};

	memcpy(address.bytes, bytes, 4);
	return address;
}

struct address
address_v6(const void *bytes)
{
	struct address address = {.family = XNU_AF_INET6};

	memcpy(address.bytes, bytes, 16);
	return address;
}

bool
address_parse(const char *text, struct address *out, unsigned *prefix)
{
	char host[64];
	size_t length = strcspn(text, "/");
	unsigned bits = 0;

	if (length >= sizeof(host))
		return false;
	memcpy(host, text, length);
	host[length] = '\0';
	memset(out, 0, sizeof(*out));
	if (inet_pton(AF_INET, host, out->bytes) == 1)
		out->family = XNU_AF_INET;
	else if (inet_pton(AF_INET6, host, out->bytes) == 1)
		out->family = XNU_AF_INET6;
	else
		return false;
	if (text[length] == '/') {
		char *end;

		bits = (unsigned)strtoul(text + length + 1, &end, 10);
		if (end == text + length + 1 || *end != '\0' || bits == 0 || bits > length_of(out) * 8)
			return false;
	}
	if (prefix != NULL)
		*prefix = bits;
	return true;
}

const char *
address_print(const struct address *address, char *text, size_t size)
{
	int family = address->family == XNU_AF_INET ? AF_INET : AF_INET6;

	if (inet_ntop(family, address->bytes, text, (socklen_t)size) == NULL)
		snprintf(text, size, "?");
	return text;
}
