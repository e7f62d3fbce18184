#include "link.h"
#include "host.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct link *const links[] = {&link_memory, &link_unix, &link_udp, &link_raw};
static const struct link *current;

const struct link *
link_current(void)
{
	return current;
}

int
link_open(char *error, size_t size)
{
	const char *wanted = getenv("SCTP_HOST_LINK");
	size_t length;

	if (wanted == NULL || *wanted == '\0')
		wanted = "memory";
	length = strcspn(wanted, ":");
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		const struct link *link = links[i];

		if (strlen(link->name) != length || strncmp(link->name, wanted, length) != 0)
			continue;
		/* Receiving starts inside open, which needs the link to be the current one. */
		current = link;
		if (link->open(wanted[length] == ':' ? wanted + length + 1 : "", error, size) == 0)
			return 0;
		current = NULL;
		interfaces_clear();
		return -1;
	}
	snprintf(error, size, "SCTP_HOST_LINK=%s: links are memory, unix:FOLDER, udp[:PORT] and raw", wanted);
	return -1;
}

void
link_close(void)
{
	if (current == NULL)
		return;
	current->close();
	current = NULL;
	interfaces_clear();
}

void
link_take_in(void)
{
	if (receiver_take_in())
		net_input_settle();
}

int
link_add_addresses(struct ifnet *interface, const char *fallback, char *error, size_t size)
{
	const char *list = getenv("SCTP_HOST_ADDRESS");

	if (list == NULL || *list == '\0')
		list = fallback;
	while (*list != '\0') {
		size_t length = strcspn(list, ",");
		struct address address;
		char text[80];
		unsigned prefix;

		snprintf(text, sizeof(text), "%.*s", (int)length, list);
		if (!address_parse(text, &address, &prefix)) {
			snprintf(error, size, "SCTP_HOST_ADDRESS: \"%s\" is no address", text);
			return -1;
		}
		interface_add_address(interface, &address, prefix);
		list += length + (list[length] == ',');
	}
	return 0;
}

unsigned
link_mtu(unsigned fallback)
{
	const char *text = getenv("SCTP_HOST_MTU");
	unsigned long mtu = text != NULL ? strtoul(text, NULL, 10) : 0;

	return mtu >= 68 && mtu <= IP_PACKET_MAX ? (unsigned)mtu : fallback;
}

int
link_errno(int linux_errno)
{
	static const struct {
		int here, there;
	} table[] = {
	    {EPERM, XNU_EPERM},
	    {EACCES, XNU_EACCES},
	    {EINVAL, XNU_EINVAL},
	    {EMSGSIZE, XNU_EMSGSIZE},
	    {EADDRNOTAVAIL, XNU_EADDRNOTAVAIL},
	    {ENETDOWN, XNU_ENETDOWN},
	    {ENETUNREACH, XNU_EHOSTUNREACH},
	    {EHOSTUNREACH, XNU_EHOSTUNREACH},
	    {EHOSTDOWN, XNU_EHOSTDOWN},
	    {ENOBUFS, XNU_ENOBUFS},
	    {EAGAIN, XNU_ENOBUFS},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].here == linux_errno)
			return table[i].there;
	return XNU_ENETDOWN;
}

/* en0, or lo0 on a link that has nothing else. */
static struct ifnet *
outside_interface(void)
{
	struct ifnet *interface = interface_named("en0");

	return interface != NULL ? interface : interface_loopback();
}

void
host_link_inject(const void *packet, size_t length)
{
	net_input(outside_interface(), packet, length);
}

int
host_address_add(const char *text)
{
	struct address address;
	unsigned prefix;

	if (!address_parse(text, &address, &prefix))
		return XNU_EINVAL;
	interface_add_address(outside_interface(), &address, prefix);
	return 0;
}

int
host_address_remove(const char *text)
{
	struct address address;

	if (!address_parse(text, &address, NULL))
		return XNU_EINVAL;
	if (interface_of(&address) == NULL)
		return XNU_EADDRNOTAVAIL;
	interface_remove_address(&address);
	return 0;
}
