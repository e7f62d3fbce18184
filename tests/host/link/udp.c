/*
 * The udp link: SCTP packets in UDP datagrams (RFC 6951) on the machine's loopback addresses, without any
 * privilege. SCTP_HOST_LINK=udp[:PORT[:REMOTE]]; PORT is bound on every address of SCTP_HOST_ADDRESS
 * (127.0.0.1), packets go to REMOTE (PORT) of the peer until the peer was heard from another port
 * (section 5.4).
 */
#include "header.h"
#include "link.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { DEFAULT_PORT = 9899, LOOPBACK_MTU = 16384, BUFFER = 4 << 20, PEERS = 64, TTL = 64 };

struct endpoint {
	int fd;
	struct address address;
};

static struct endpoint endpoints[RECEIVER_MAX];
static unsigned endpoint_count;
static uint16_t remote_port;
static struct ifnet *loopback;

/* Ports peers were heard from. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
	struct address address;
	uint16_t port;
} peers[PEERS];

static void
remember_port(const struct address *peer, uint16_t port)
{
	unsigned slot = 0;

	pthread_mutex_lock(&lock);
	while (slot < PEERS - 1 && peers[slot].port != 0 && !address_equal(&peers[slot].address, peer))
		slot++;
	peers[slot].address = *peer;
	peers[slot].port = port;
	pthread_mutex_unlock(&lock);
}

static uint16_t
port_of(const struct address *peer)
{
	uint16_t port = remote_port;

	pthread_mutex_lock(&lock);
	for (unsigned i = 0; i < PEERS; i++)
		if (peers[i].port != 0 && address_equal(&peers[i].address, peer))
			port = peers[i].port;
	pthread_mutex_unlock(&lock);
	return port;
}

static socklen_t
to_sockaddr(const struct address *address, uint16_t port, struct sockaddr_storage *out)
{
	struct sockaddr_in sin = {.sin_family = AF_INET, .sin_port = htons(port)};
	struct sockaddr_in6 sin6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};

	memset(out, 0, sizeof(*out));
	if (address->family == XNU_AF_INET) {
		memcpy(&sin.sin_addr, address->bytes, 4);
		memcpy(out, &sin, sizeof(sin));
		return sizeof(sin);
	}
	memcpy(&sin6.sin6_addr, address->bytes, 16);
	memcpy(out, &sin6, sizeof(sin6));
	return sizeof(sin6);
}

/* ---- in ---- */

static int
traffic_class(struct msghdr *message)
{
	int value = 0;

	for (struct cmsghdr *cmsg = CMSG_FIRSTHDR(message); cmsg != NULL; cmsg = CMSG_NXTHDR(message, cmsg)) {
		if (cmsg->cmsg_level == IPPROTO_IP && cmsg->cmsg_type == IP_TOS)
			value = *CMSG_DATA(cmsg);
		else if (cmsg->cmsg_level == IPPROTO_IPV6 && cmsg->cmsg_type == IPV6_TCLASS)
			memcpy(&value, CMSG_DATA(cmsg), sizeof(value));
	}
	return value & 0xff;
}

static size_t
put_header(unsigned char *packet, const struct address *source, const struct address *destination, int tos,
	   size_t length)
{
	uint16_t sum;

	if (source->family == XNU_AF_INET6) {
		put32(packet, 0x60000000u | (uint32_t)tos << 20);
		put16(packet + IPV6_LENGTH_AT, (unsigned)length);
		packet[IPV6_NEXT_AT] = IP_PROTOCOL_SCTP;
		packet[IPV6_HOPS_AT] = TTL;
		memcpy(packet + IPV6_SOURCE_AT, source->bytes, 16);
		memcpy(packet + IPV6_DESTINATION_AT, destination->bytes, 16);
		return IPV6_HEADER;
	}
	memset(packet, 0, IPV4_HEADER);
	packet[0] = 0x45;
	packet[IPV4_TOS_AT] = (unsigned char)tos;
	put16(packet + IPV4_LENGTH_AT, (unsigned)(IPV4_HEADER + length));
	packet[IPV4_TTL_AT] = TTL;
	packet[IPV4_PROTOCOL_AT] = IP_PROTOCOL_SCTP;
	memcpy(packet + IPV4_SOURCE_AT, source->bytes, 4);
	memcpy(packet + IPV4_DESTINATION_AT, destination->bytes, 4);
	sum = internet_checksum(packet, IPV4_HEADER);
	memcpy(packet + IPV4_CHECKSUM_AT, &sum, sizeof(sum));
	return IPV4_HEADER;
}

static const struct endpoint *
endpoint_of(int fd)
{
	for (unsigned i = 0; i < endpoint_count; i++)
		if (endpoints[i].fd == fd)
			return &endpoints[i];
	return NULL;
}

static void
receive(int fd)
{
	const struct endpoint *endpoint = endpoint_of(fd);
	unsigned char payload[IP_PACKET_MAX], packet[IP_PACKET_MAX + IPV6_HEADER];
	char control[128];
	struct sockaddr_storage from;
	struct iovec part = {payload, sizeof(payload)};
	struct msghdr message = {
	    .msg_name = &from,
	    .msg_namelen = sizeof(from),
	    .msg_iov = &part,
	    .msg_iovlen = 1,
	    .msg_control = control,
	    .msg_controllen = sizeof(control),
	};
	ssize_t length = recvmsg(fd, &message, MSG_DONTWAIT);
	struct address source;
	size_t header;

	if (length <= 0 || length > IP_PACKET_MAX - IPV6_HEADER)
		return;
	if (from.ss_family == AF_INET) {
		source = address_v4(&((struct sockaddr_in *)&from)->sin_addr);
		remember_port(&source, ntohs(((struct sockaddr_in *)&from)->sin_port));
	} else {
		source = address_v6(&((struct sockaddr_in6 *)&from)->sin6_addr);
		remember_port(&source, ntohs(((struct sockaddr_in6 *)&from)->sin6_port));
	}
	header = put_header(packet, &source, &endpoint->address, traffic_class(&message), (size_t)length);
	memcpy(packet + header, payload, (size_t)length);
	net_input(loopback, packet, header + (size_t)length);
}

/* ---- out ---- */

static const struct endpoint *
endpoint_with(const struct address *source)
{
	const struct endpoint *fallback = NULL;

	for (unsigned i = 0; i < endpoint_count; i++) {
		if (address_equal(&endpoints[i].address, source))
			return &endpoints[i];
		if (endpoints[i].address.family == source->family)
			fallback = &endpoints[i];
	}
	return fallback;
}

static int
udp_send(const struct address *destination, const void *packet, size_t length)
{
	const unsigned char *ip = packet;
	bool is_v4 = ip[0] >> 4 == 4;
	struct address source = is_v4 ? address_v4(ip + IPV4_SOURCE_AT) : address_v6(ip + IPV6_SOURCE_AT);
	const struct endpoint *endpoint = endpoint_with(&source);
	size_t header = is_v4 ? ipv4_header_length(ip) : IPV6_HEADER;
	int tos = is_v4 ? ip[IPV4_TOS_AT] : (int)(get32(ip) >> 20 & 0xff);
	struct sockaddr_storage to;
	socklen_t to_length = to_sockaddr(destination, port_of(destination), &to);

	if (endpoint == NULL)
		return XNU_EADDRNOTAVAIL;
	if (is_v4)
		setsockopt(endpoint->fd, IPPROTO_IP, IP_TOS, &tos, sizeof(tos));
	else
		setsockopt(endpoint->fd, IPPROTO_IPV6, IPV6_TCLASS, &tos, sizeof(tos));
	if (sendto(endpoint->fd, ip + header, length - header, MSG_DONTWAIT | MSG_NOSIGNAL,
		   (struct sockaddr *)&to, to_length) >= 0)
		return 0;
	/* ECONNREFUSED is the echo of an earlier datagram nobody took: lost, as on a wire. */
	return errno == ECONNREFUSED ? 0 : link_errno(errno);
}

static bool
udp_route(const struct address *destination, struct route *out)
{
	bool found = false;

	if (!address_is_loopback(destination))
		return false;
	for (unsigned i = 0; i < endpoint_count && !found; i++) {
		if (endpoints[i].address.family != destination->family)
			continue;
		*out = (struct route){.interface = loopback, .source = endpoints[i].address};
		found = true;
	}
	return found;
}

/* ---- open and close ---- */

static int
open_endpoint(const struct address *address, uint16_t port, char *error, size_t size)
{
	struct sockaddr_storage name;
	socklen_t length = to_sockaddr(address, port, &name);
	int on = 1, buffer = BUFFER;
	char text[46];
	int fd;

	if (!address_is_loopback(address)) {
		snprintf(error, size, "SCTP_HOST_LINK=udp stays on loopback addresses, unlike %s",
			 address_print(address, text, sizeof(text)));
		return -1;
	}
	fd = socket(name.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&name, length) != 0) {
		snprintf(error, size, "UDP port %u of %s: %s", port,
			 address_print(address, text, sizeof(text)), strerror(errno));
		if (fd >= 0)
			close(fd);
		return -1;
	}
	setsockopt(fd, IPPROTO_IP, IP_RECVTOS, &on, sizeof(on));
	if (name.ss_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_RECVTCLASS, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof(buffer));
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof(buffer));
	endpoints[endpoint_count++] = (struct endpoint){.fd = fd, .address = *address};
	return 0;
}

static void
close_endpoints(void)
{
	while (endpoint_count > 0)
		close(endpoints[--endpoint_count].fd);
}

static int
open_endpoints(uint16_t port, char *error, size_t size)
{
	struct address wanted[RECEIVER_MAX];
	unsigned count = 0;
	int fds[RECEIVER_MAX];

	interfaces_lock();
	for (const struct ifaddr *entry = loopback->addresses; entry != NULL && count < RECEIVER_MAX;
	     entry = entry->next)
		if (entry->address.family != XNU_AF_LINK)
			wanted[count++] = entry->address;
	interfaces_unlock();
	for (unsigned i = 0; i < count; i++) {
		if (open_endpoint(&wanted[i], port, error, size) != 0)
			return -1;
		fds[i] = endpoints[i].fd;
	}
	return receiver_start(fds, count, receive);
}

static int
udp_open(const char *argument, char *error, size_t size)
{
	unsigned local = DEFAULT_PORT, remote;
	int fields = *argument != '\0' ? sscanf(argument, "%u:%u", &local, &remote) : 0;

	if ((*argument != '\0' && fields < 1) || local == 0 || local > 65535 ||
	    (fields == 2 && (remote == 0 || remote > 65535))) {
		snprintf(error, size, "SCTP_HOST_LINK=udp:%s: wanted udp[:PORT[:REMOTE PORT]]", argument);
		return -1;
	}
	remote_port = (uint16_t)(fields == 2 ? remote : local);
	memset(peers, 0, sizeof(peers));
	loopback = interface_add("lo0", link_mtu(LOOPBACK_MTU), IFF_LOOPBACK_);
	if (link_add_addresses(loopback, "127.0.0.1", error, size) != 0)
		return -1;
	if (open_endpoints((uint16_t)local, error, size) != 0) {
		close_endpoints();
		return -1;
	}
	return 0;
}

static void
udp_close(void)
{
	receiver_stop();
	close_endpoints();
}

const struct link link_udp = {
    .name = "udp",
    .open = udp_open,
    .close = udp_close,
    .send = udp_send,
    .route = udp_route,
};
