#include "address.h"
#include "ip.h"

static void
read_in(const struct sockaddr_in *from, struct sctp_address *to)
{
	memset(to, 0, sizeof(*to));
	to->family = 4;
	to->port = read_be16((const uint8_t *)&from->sin_port);
	memcpy(to->bytes, &from->sin_addr, 4);
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

bool
sctp_address_of_host(const struct sockaddr *from, struct sctp_address *to)
{
	if (from->sa_family != AF_INET || from->sa_len < sizeof(struct sockaddr_in))
		return false;
	read_in((const struct sockaddr_in *)(const void *)from, to);
	return true;
}

int
sctp_address_read(const struct sctp_family *family, const struct sockaddr *from, struct sctp_address *to)
{
	if (from->sa_family != AF_UNSPEC && from->sa_family != family->domain_family)
		return EAFNOSUPPORT;
	if (from->sa_len < family->sockaddr_length)
		return EINVAL;
	read_in((const struct sockaddr_in *)(const void *)from, to);
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
	write_in(from, (struct sockaddr_in *)(void *)made);
	*to = made;
	return 0;
}
