/*
 * The raw link: raw IP sockets in the network namespace the process runs in, so that its addresses and routes
 * are the host's. Linux reassembles what comes in and loops back what goes to an own address. Needs
 * CAP_NET_RAW.
 */
#include "header.h"
#include "link.h"

#include <errno.h>
#include <ifaddrs.h>
#include <linux/if.h>
#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BUFFER = 8 << 20 };

/* In the order of receiver_fds. */
enum { SCTP4, SCTP6, ICMP4, ICMP6, RECEIVERS };
static const struct {
	int family, protocol;
} receivers[RECEIVERS] = {
    [SCTP4] = {AF_INET, IP_PROTOCOL_SCTP},
    [SCTP6] = {AF_INET6, IP_PROTOCOL_SCTP},
    [ICMP4] = {AF_INET, IPPROTO_ICMP},
    [ICMP6] = {AF_INET6, IPPROTO_ICMPV6},
};
static int receiver_fds[RECEIVERS];
static int output4 = -1, output6 = -1, control = -1;

/* ---- interfaces ---- */

static unsigned
mtu_of(const char *name)
{
	struct ifreq request;

	memset(&request, 0, sizeof(request));
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	return ioctl(control, SIOCGIFMTU, &request) == 0 ? (unsigned)request.ifr_mtu : 1500;
}

static unsigned
prefix_of(const struct sockaddr *mask)
{
	const uint8_t *bytes;
	size_t length;
	unsigned bits = 0;

	if (mask == NULL)
		return 0;
	bytes = mask->sa_family == AF_INET ? (const uint8_t *)&((const struct sockaddr_in *)mask)->sin_addr
					   : (const uint8_t *)&((const struct sockaddr_in6 *)mask)->sin6_addr;
	length = mask->sa_family == AF_INET ? 4 : 16;
	for (size_t i = 0; i < length; i++)
		bits += (unsigned)__builtin_popcount(bytes[i]);
	return bits;
}

/* Linux's lo is lo0 here. Other names keep their letters; without a number they get 0, as every XNU name has
 * one. */
static struct ifnet *
interface_for(const struct ifaddrs *entry)
{
	bool is_loopback = entry->ifa_flags & IFF_LOOPBACK;
	char name[IFNAMSIZ + 1];
	struct ifnet *interface;
	unsigned mtu = mtu_of(entry->ifa_name);

	snprintf(name, sizeof(name), "%s", is_loopback ? "lo0" : entry->ifa_name);
	if (name[strcspn(name, "0123456789")] == '\0')
		strcat(name, "0");
	interface = interface_named(name);
	if (interface != NULL)
		return interface;
	return interface_add(name, mtu > IP_PACKET_MAX ? IP_PACKET_MAX : mtu,
			     IFF_MULTICAST_ | (is_loopback ? IFF_LOOPBACK_ : 0));
}

static void
add_interfaces(void)
{
	struct ifaddrs *list;

	if (getifaddrs(&list) != 0)
		return;
	for (const struct ifaddrs *entry = list; entry != NULL; entry = entry->ifa_next) {
		struct address address;

		if (entry->ifa_addr == NULL || !(entry->ifa_flags & IFF_UP))
			continue;
		if (entry->ifa_addr->sa_family == AF_INET)
			address = address_v4(&((struct sockaddr_in *)entry->ifa_addr)->sin_addr);
		else if (entry->ifa_addr->sa_family == AF_INET6)
			address = address_v6(&((struct sockaddr_in6 *)entry->ifa_addr)->sin6_addr);
		else
			continue;
		interface_add_address(interface_for(entry), &address, prefix_of(entry->ifa_netmask));
	}
	freeifaddrs(list);
	if (interface_named("lo0") == NULL)
		interface_add("lo0", 16384, IFF_LOOPBACK_);
}

/* ---- in ---- */

static struct ifnet *
interface_to(const struct address *destination)
{
	struct ifnet *interface = interface_of(destination);

	return interface != NULL ? interface : interface_loopback();
}

/* A raw IPv6 socket gives no header: it is put together again from what comes beside the data. */
static size_t
make_header6(unsigned char *packet, struct msghdr *message, const struct sockaddr_in6 *from, uint8_t protocol,
	     size_t length)
{
	int hops = 64, class = 0;

	memset(packet, 0, IPV6_HEADER);
	for (struct cmsghdr *cmsg = CMSG_FIRSTHDR(message); cmsg != NULL; cmsg = CMSG_NXTHDR(message, cmsg)) {
		if (cmsg->cmsg_level != IPPROTO_IPV6)
			continue;
		if (cmsg->cmsg_type == IPV6_PKTINFO)
			memcpy(packet + IPV6_DESTINATION_AT, CMSG_DATA(cmsg), 16);
		else if (cmsg->cmsg_type == IPV6_HOPLIMIT)
			memcpy(&hops, CMSG_DATA(cmsg), sizeof(hops));
		else if (cmsg->cmsg_type == IPV6_TCLASS)
			memcpy(&class, CMSG_DATA(cmsg), sizeof(class));
	}
	put32(packet, 0x60000000u | (uint32_t)(class & 0xff) << 20);
	put16(packet + IPV6_LENGTH_AT, (unsigned)length);
	packet[IPV6_NEXT_AT] = protocol;
	packet[IPV6_HOPS_AT] = (unsigned char)hops;
	memcpy(packet + IPV6_SOURCE_AT, &from->sin6_addr, 16);
	return IPV6_HEADER;
}

/*
 * Linux without SCTP sends Protocol Unreachable in the name of a stack in user space whenever that stack's
 * raw socket is full. Taken at its word (RFC 9260 section 10, rule ICMP8) it would end the association, so
 * this link keeps it from the kext unless SCTP_HOST_ICMP_PROTOCOL=1. The ICMPv6 filter in open_receiver does
 * the same.
 */
static bool
believes_protocol_unreachable(void)
{
	const char *wanted = getenv("SCTP_HOST_ICMP_PROTOCOL");

	return wanted != NULL && strcmp(wanted, "1") == 0;
}

/* packet: from the IPv4 header on. */
static bool
is_protocol_unreachable(const unsigned char *packet, size_t length)
{
	size_t header = (size_t)(packet[0] & 15) * 4;

	return length >= header + 2 && packet[header] == ICMP_DEST_UNREACH &&
	       packet[header + 1] == ICMP_PROT_UNREACH;
}

static void
receive(int fd)
{
	unsigned char packet[IPV6_HEADER + IP_PACKET_MAX];
	bool is_v6 = fd == receiver_fds[SCTP6] || fd == receiver_fds[ICMP6];
	size_t header = is_v6 ? IPV6_HEADER : 0;
	char beside[256];
	struct sockaddr_in6 from;
	struct iovec part = {packet + header, IP_PACKET_MAX};
	struct msghdr message = {
	    .msg_name = &from,
	    .msg_namelen = sizeof(from),
	    .msg_iov = &part,
	    .msg_iovlen = 1,
	    .msg_control = beside,
	    .msg_controllen = sizeof(beside),
	};
	ssize_t length = recvmsg(fd, &message, MSG_DONTWAIT);
	struct address destination;

	if (length <= 0)
		return;
	if (fd == receiver_fds[ICMP4] && is_protocol_unreachable(packet, (size_t)length) &&
	    !believes_protocol_unreachable())
		return;
	if (is_v6) {
		make_header6(packet, &message, &from,
			     fd == receiver_fds[SCTP6] ? IP_PROTOCOL_SCTP : PROTOCOL_ICMPV6, (size_t)length);
		destination = address_v6(packet + IPV6_DESTINATION_AT);
	} else {
		destination = address_v4(packet + IPV4_DESTINATION_AT);
	}
	net_input(interface_to(&destination), packet, header + (size_t)length);
}

/* ---- out ---- */

static int
raw_send(const struct address *destination, const void *packet, size_t length)
{
	struct sockaddr_in to4 = {.sin_family = AF_INET};
	struct sockaddr_in6 to6 = {.sin6_family = AF_INET6};
	ssize_t sent;

	if (destination->family == XNU_AF_INET) {
		memcpy(&to4.sin_addr, destination->bytes, 4);
		sent = sendto(output4, packet, length, 0, (struct sockaddr *)&to4, sizeof(to4));
	} else {
		memcpy(&to6.sin6_addr, destination->bytes, 16);
		sent = sendto(output6, packet, length, 0, (struct sockaddr *)&to6, sizeof(to6));
	}
	return sent >= 0 ? 0 : link_errno(errno);
}

/* Linux is asked by connecting a UDP socket, which sends nothing. */
static bool
raw_route(const struct address *destination, struct route *out)
{
	struct sockaddr_in in4 = {.sin_family = AF_INET, .sin_port = htons(9)};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(9)};
	bool is_v4 = destination->family == XNU_AF_INET;
	int fd = socket(is_v4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct sockaddr *name = is_v4 ? (struct sockaddr *)&in4 : (struct sockaddr *)&in6;
	socklen_t length = is_v4 ? sizeof(in4) : sizeof(in6);
	bool found;

	if (is_v4)
		memcpy(&in4.sin_addr, destination->bytes, 4);
	else
		memcpy(&in6.sin6_addr, destination->bytes, 16);
	found = fd >= 0 && connect(fd, name, length) == 0 && getsockname(fd, name, &length) == 0;
	if (fd >= 0)
		close(fd);
	if (!found)
		return false;
	out->source = is_v4 ? address_v4(&in4.sin_addr) : address_v6(&in6.sin6_addr);
	out->loops_back = false;
	/* A packet to an own address takes the loopback interface, whatever interface has the address. */
	out->interface =
	    interface_of(destination) != NULL ? interface_loopback() : interface_of(&out->source);
	return out->interface != NULL;
}

/* ---- open and close ---- */

static int
open_receiver(unsigned which)
{
	int fd = socket(receivers[which].family, SOCK_RAW | SOCK_CLOEXEC, receivers[which].protocol);
	int on = 1, buffer = BUFFER;
	struct icmp6_filter errors_only;

	if (fd < 0)
		return fd;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof(buffer));
	if (receivers[which].family == AF_INET6) {
		setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof(on));
		setsockopt(fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, &on, sizeof(on));
		setsockopt(fd, IPPROTO_IPV6, IPV6_RECVTCLASS, &on, sizeof(on));
	}
	if (which == ICMP6) {
		ICMP6_FILTER_SETBLOCKALL(&errors_only);
		ICMP6_FILTER_SETPASS(ICMP6_DST_UNREACH, &errors_only);
		ICMP6_FILTER_SETPASS(ICMP6_PACKET_TOO_BIG, &errors_only);
		if (believes_protocol_unreachable())
			ICMP6_FILTER_SETPASS(ICMP6_PARAM_PROB, &errors_only);
		setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &errors_only, sizeof(errors_only));
	}
	return fd;
}

static void
close_all(void)
{
	int *const others[] = {&output4, &output6, &control};

	for (unsigned i = 0; i < RECEIVERS; i++)
		if (receiver_fds[i] >= 0)
			close(receiver_fds[i]);
	for (unsigned i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (*others[i] >= 0)
			close(*others[i]);
		*others[i] = -1;
	}
}

static int
raw_open(const char *argument, char *error, size_t size)
{
	int buffer = BUFFER;

	(void)argument;
	for (unsigned i = 0; i < RECEIVERS; i++)
		receiver_fds[i] = open_receiver(i);
	output4 = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	output6 = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (receiver_fds[SCTP4] < 0 || output4 < 0 || control < 0) {
		snprintf(error, size,
			 "SCTP_HOST_LINK=raw: no raw sockets here (%s); it needs root or CAP_NET_RAW",
			 strerror(errno));
		close_all();
		return -1;
	}
	setsockopt(output4, SOL_SOCKET, SO_SNDBUFFORCE, &buffer, sizeof(buffer));
	add_interfaces();
	/* A machine without IPv6 has fewer sockets; poll skips negative descriptors. */
	if (receiver_start(receiver_fds, RECEIVERS, receive) != 0) {
		snprintf(error, size, "SCTP_HOST_LINK=raw: no thread to receive");
		close_all();
		return -1;
	}
	return 0;
}

static void
raw_close(void)
{
	receiver_stop();
	close_all();
}

const struct link link_raw = {
    .name = "raw",
    .open = raw_open,
    .close = raw_close,
    .send = raw_send,
    .route = raw_route,
    .carries_local = true,
};
