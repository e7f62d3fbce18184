/*
 * The unix link: hosts in different processes exchange IP packets over datagram sockets in one folder,
 * without any privilege. Each address of a host is a socket of that name in the folder. A packet to a name
 * nobody has is lost, as on a wire.
 */
#include "link.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum { LOOPBACK_MTU = 16384, BUFFER = 4 << 20 };

static char folder[80];
static struct ifnet *wire;
static int sockets[RECEIVER_MAX];
static unsigned socket_count;

static socklen_t
name_of(const struct address *address, struct sockaddr_un *out)
{
	char text[46];

	*out = (struct sockaddr_un){.sun_family = AF_UNIX};
	snprintf(out->sun_path, sizeof(out->sun_path), "%s/%s", folder,
		 address_print(address, text, sizeof(text)));
	return sizeof(*out);
}

static int
open_socket(const struct address *address, char *error, size_t size)
{
	struct sockaddr_un name;
	socklen_t length = name_of(address, &name);
	int buffer = BUFFER;
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	/* A socket left behind by a host that died stands in the way. One that lives answers a connect. */
	if (fd >= 0 && connect(fd, (struct sockaddr *)&name, length) == 0) {
		snprintf(error, size, "%s: another host has this address", name.sun_path);
		close(fd);
		return -1;
	}
	unlink(name.sun_path);
	if (fd < 0 || bind(fd, (struct sockaddr *)&name, length) != 0) {
		snprintf(error, size, "%s: %s", name.sun_path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return -1;
	}
	/* A full peer makes the sender wait a little, then the packet is lost. */
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &(struct timeval){.tv_usec = 20000}, sizeof(struct timeval));
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof(buffer));
	sockets[socket_count++] = fd;
	return 0;
}

static void
receive(int fd)
{
	unsigned char packet[IP_PACKET_MAX];
	ssize_t length = recv(fd, packet, sizeof(packet), MSG_DONTWAIT);

	if (length > 0)
		net_input(wire, packet, (size_t)length);
}

static void
close_sockets(void)
{
	while (socket_count > 0) {
		struct sockaddr_un name;
		socklen_t length = sizeof(name);

		if (getsockname(sockets[--socket_count], (struct sockaddr *)&name, &length) == 0)
			unlink(name.sun_path);
		close(sockets[socket_count]);
	}
}

static int
open_sockets(char *error, size_t size)
{
	struct address wanted[RECEIVER_MAX];
	unsigned count = 0;

	interfaces_lock();
	for (const struct ifaddr *entry = wire->addresses; entry != NULL && count < RECEIVER_MAX;
	     entry = entry->next)
		if (entry->address.family != XNU_AF_LINK)
			wanted[count++] = entry->address;
	interfaces_unlock();
	for (unsigned i = 0; i < count; i++)
		if (open_socket(&wanted[i], error, size) != 0)
			return -1;
	return 0;
}

static int
unix_open(const char *argument, char *error, size_t size)
{
	struct address loopback4, loopback6;
	struct ifnet *lo;
	struct stat status;

	if (stat(argument, &status) != 0 || !S_ISDIR(status.st_mode) ||
	    strlen(argument) >= sizeof(folder) - 46) {
		snprintf(error, size, "SCTP_HOST_LINK=unix:%s: no folder, or a name too long for a socket",
			 argument);
		return -1;
	}
	snprintf(folder, sizeof(folder), "%s", argument);
	lo = interface_add("lo0", LOOPBACK_MTU, IFF_LOOPBACK_ | IFF_MULTICAST_);
	address_parse("127.0.0.1", &loopback4, NULL);
	address_parse("::1", &loopback6, NULL);
	interface_add_address(lo, &loopback4, 8);
	interface_add_address(lo, &loopback6, 128);
	wire = interface_add("en0", link_mtu(1500), IFF_MULTICAST_);
	if (link_add_addresses(wire, "192.0.2.1", error, size) != 0)
		return -1;
	if (open_sockets(error, size) != 0 || receiver_start(sockets, socket_count, receive) != 0) {
		close_sockets();
		return -1;
	}
	return 0;
}

static void
unix_close(void)
{
	receiver_stop();
	close_sockets();
}

static int
unix_send(const struct address *destination, const void *packet, size_t length)
{
	struct sockaddr_un name;
	socklen_t name_length = name_of(destination, &name);

	if (sendto(sockets[0], packet, length, MSG_NOSIGNAL, (struct sockaddr *)&name, name_length) >= 0)
		return 0;
	return errno == EAGAIN || errno == ENOBUFS ? XNU_ENOBUFS : 0;
}

const struct link link_unix = {
    .name = "unix",
    .open = unix_open,
    .close = unix_close,
    .send = unix_send,
};
