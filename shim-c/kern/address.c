#include "address.h"
#include "ip.h"

/* Where the kernel embeds the index of a link-local address's interface. */
#define EMBEDDED_SCOPE 2

/* What stands in front of an IPv4 address in an IPv6 one (RFC 4291 section 2.5.5.2). */
static const uint8_t mapped_prefix[12] = {[10] = 0xff, [11] = 0xff};

static bool
is_link_local(const uint8_t *bytes)
{
	return bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80;
}

bool
sctp_address_is_link_local(const struct sctp_address *address)
{
	return address->family == 6 && is_link_local(address->bytes);
}

bool
sctp_address_is_any(const struct sctp_address *address)
{
	static const uint8_t zero[IPV6_ADDRESS];

	return memcmp(address->bytes, zero, address->family == 4 ? 4 : IPV6_ADDRESS) == 0;
}

bool
sctp_address_same_host(const struct sctp_address *a, const struct sctp_address *b)
{
	return a->family == b->family && a->scope == b->scope &&
	       memcmp(a->bytes, b->bytes, a->family == 4 ? 4 : IPV6_ADDRESS) == 0;
}

void
sctp_address_from_ipv4(const uint8_t *bytes, struct sctp_address *to)
{
	memset(to, 0, sizeof(*to));
	to->family = 4;
	memcpy(to->bytes, bytes, 4);
}

void
sctp_address_from_kernel(const uint8_t *bytes, uint32_t interface, struct sctp_address *to)
{
	memset(to, 0, sizeof(*to));
	to->family = 6;
	memcpy(to->bytes, bytes, IPV6_ADDRESS);
	if (!is_link_local(bytes))
		return;
	to->scope = read_be16(bytes + EMBEDDED_SCOPE);
	/* A quoted packet has it as on the wire, and newer kernels can be told to embed nothing. */
	if (to->scope == 0)
		to->scope = interface;
	write_be16(to->bytes + EMBEDDED_SCOPE, 0);
}

void
sctp_address_to_kernel(const struct sctp_address *from, uint8_t *bytes)
{
	memcpy(bytes, from->bytes, IPV6_ADDRESS);
	if (is_link_local(bytes))
		write_be16(bytes + EMBEDDED_SCOPE, (uint16_t)from->scope);
}

static void
read_in(const struct sockaddr_in *from, struct sctp_address *to)
{
	sctp_address_from_ipv4((const uint8_t *)&from->sin_addr, to);
	to->port = read_be16((const uint8_t *)&from->sin_port);
}

static void
read_in6(const struct sockaddr_in6 *from, struct sctp_address *to)
{
	const uint8_t *bytes = from->sin6_addr.s6_addr;

	if (memcmp(bytes, mapped_prefix, sizeof(mapped_prefix)) == 0)
		sctp_address_from_ipv4(bytes + sizeof(mapped_prefix), to);
	else
		/* A program has not embedded anything; if it did, it meant the same. */
		sctp_address_from_kernel(bytes, from->sin6_scope_id, to);
	to->port = read_be16((const uint8_t *)&from->sin6_port);
}

static void
write_in(const struct sctp_address *from, struct sockaddr_in *to)
{
	memset(to, 0, sizeof(*to));
	to->sin_len = sizeof(*to);
	to->sin_family = AF_INET;
	write_be16((uint8_t *)&to->sin_port, from->port);
	memcpy(&to->sin_addr, from->bytes, 4);
}

static void
write_in6(const struct sctp_address *from, struct sockaddr_in6 *to)
{
	uint8_t *bytes = to->sin6_addr.s6_addr;

	memset(to, 0, sizeof(*to));
	to->sin6_len = sizeof(*to);
	to->sin6_family = AF_INET6;
	write_be16((uint8_t *)&to->sin6_port, from->port);
	memcpy(bytes, from->bytes, IPV6_ADDRESS);
	to->sin6_scope_id = from->scope;
}

bool
sctp_address_of_host(const struct sockaddr *from, uint32_t interface, struct sctp_address *to)
{
	if (from->sa_family == AF_INET && from->sa_len >= sizeof(struct sockaddr_in)) {
		read_in((const struct sockaddr_in *)(const void *)from, to);
	} else if (from->sa_family == AF_INET6 && from->sa_len >= sizeof(struct sockaddr_in6)) {
		const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)(const void *)from;

		sctp_address_from_kernel(in6->sin6_addr.s6_addr, interface, to);
	} else {
		return false;
	}
	to->port = 0;
	return true;
}

int
sctp_address_read(const struct sctp_family *family, const struct sockaddr *from, struct sctp_address *to)
{
	uint8_t wanted = from->sa_family == AF_UNSPEC ? family->domain_family : from->sa_family;

	if (wanted != AF_INET && wanted != family->domain_family)
		return EAFNOSUPPORT;
	if (from->sa_len != (wanted == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6)))
		return EINVAL;
	if (wanted == AF_INET)
		read_in((const struct sockaddr_in *)(const void *)from, to);
	else
		read_in6((const struct sockaddr_in6 *)(const void *)from, to);
	return 0;
}

int
sctp_address_give(const struct sctp_family *family, const struct sctp_address *from, struct sockaddr **to)
{
	int (*pru_sockaddr)(struct socket *, struct sockaddr **) =
	    (int (*)(struct socket *, struct sockaddr **))*usrreqs_entry(family->udp->pr_usrreqs,
									 PRU_SOCKADDR);
	struct sockaddr *made = NULL;
	int error = pru_sockaddr(family->scratch, &made);

	if (error != 0)
		return error;
	if (made == NULL || made->sa_len != family->sockaddr_length)
		return ENOBUFS;
	/* An AF_INET6 socket gives either; the kernel frees by the address, not by sa_len. */
	if (family->domain_family == AF_INET || from->family == 4)
		write_in(from, (struct sockaddr_in *)(void *)made);
	else
		write_in6(from, (struct sockaddr_in6 *)(void *)made);
	*to = made;
	return 0;
}
