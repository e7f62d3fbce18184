/* ifnet_* and ifaddr_*: what a kext learns about interfaces and their addresses. Lists carry references. */
#include "net.h"

#include <stdlib.h>
#include <string.h>

/* ---- sockaddr of an address ---- */

struct sockaddr_dl {
	uint8_t length, family;
	uint16_t index;
	uint8_t type, name_length, address_length, selector_length;
	char data[12];
};

static uint8_t
fill_sockaddr(const struct ifaddr *entry, const uint8_t bytes[16], struct xnu_sockaddr_storage *out)
{
	memset(out, 0, sizeof(*out));
	if (entry->address.family == XNU_AF_INET) {
		struct xnu_sockaddr_in sin = {.sin_len = sizeof(sin), .sin_family = XNU_AF_INET};

		memcpy(&sin.sin_addr, bytes, 4);
		memcpy(out, &sin, sizeof(sin));
	} else if (entry->address.family == XNU_AF_INET6) {
		struct xnu_sockaddr_in6 sin6 = {.sin6_len = sizeof(sin6), .sin6_family = XNU_AF_INET6};

		memcpy(sin6.sin6_addr, bytes, 16);
		/* Inside the kernel the scope is embedded in the address. */
		if (address_is_link_local(&entry->address))
			sin6.sin6_addr[3] = (uint8_t)entry->interface->index;
		memcpy(out, &sin6, sizeof(sin6));
	} else {
		struct sockaddr_dl link = {.length = sizeof(link), .family = XNU_AF_LINK};

		link.index = (uint16_t)entry->interface->index;
		memcpy(out, &link, sizeof(link));
	}
	return out->ss_len;
}

static int
copy_out(const struct ifaddr *entry, const uint8_t bytes[16], void *out, uint32_t room)
{
	struct xnu_sockaddr_storage whole;
	uint8_t length = fill_sockaddr(entry, bytes, &whole);

	memcpy(out, &whole, length < room ? length : room);
	return length > room ? XNU_EMSGSIZE : 0;
}

static struct address
from_sockaddr(const struct xnu_sockaddr *sockaddr)
{
	struct address address = {.family = sockaddr->sa_family};

	if (sockaddr->sa_family == XNU_AF_INET)
		address = address_v4((const char *)sockaddr + offsetof(struct xnu_sockaddr_in, sin_addr));
	else if (sockaddr->sa_family == XNU_AF_INET6)
		address = address_v6((const char *)sockaddr + offsetof(struct xnu_sockaddr_in6, sin6_addr));
	if (address_is_link_local(&address))
		address.bytes[2] = address.bytes[3] = 0;
	return address;
}

/* ---- interfaces ---- */

static int
xnu_ifnet_reference(struct ifnet *interface)
{
	interface->references++;
	return 0;
}
KPI(ifnet_reference, xnu_ifnet_reference);

static int
xnu_ifnet_release(struct ifnet *interface)
{
	if (interface->references-- <= 1)
		xnu_panic("ifnet_release of %s%u once too often", interface->name, interface->unit);
	return 0;
}
KPI(ifnet_release, xnu_ifnet_release);

/* family: IFNET_FAMILY_ANY (0); the host's interfaces tell no family apart. */
static int
xnu_ifnet_list_get(uint32_t family, struct ifnet ***list, uint32_t *count)
{
	uint32_t total = 0;

	(void)family;
	if (list == NULL || count == NULL)
		return XNU_EINVAL;
	interfaces_lock();
	for (const struct ifnet *interface = interfaces_first(); interface != NULL;
	     interface = interface->next)
		total++;
	*list = total > 0 ? calloc(total + 1, sizeof(**list)) : NULL;
	*count = total;
	total = 0;
	for (struct ifnet *interface = interfaces_first(); *list != NULL && interface != NULL;
	     interface = interface->next) {
		xnu_ifnet_reference(interface);
		(*list)[total++] = interface;
	}
	interfaces_unlock();
	return *list != NULL ? 0 : XNU_ENXIO;
}
KPI(ifnet_list_get, xnu_ifnet_list_get);

static void
xnu_ifnet_list_free(struct ifnet **list)
{
	if (list == NULL)
		return;
	for (struct ifnet **interface = list; *interface != NULL; interface++)
		xnu_ifnet_release(*interface);
	free(list);
}
KPI(ifnet_list_free, xnu_ifnet_list_free);

static int
xnu_ifnet_find_by_name(const char *name, struct ifnet **out)
{
	*out = interface_named(name);
	if (*out == NULL)
		return XNU_ENXIO;
	return xnu_ifnet_reference(*out);
}
KPI(ifnet_find_by_name, xnu_ifnet_find_by_name);

static uint32_t
xnu_ifnet_mtu(struct ifnet *interface)
{
	return interface != NULL ? interface->mtu : 0;
}
KPI(ifnet_mtu, xnu_ifnet_mtu);

static uint16_t
xnu_ifnet_flags(struct ifnet *interface)
{
	return interface != NULL ? (uint16_t)interface->flags : 0;
}
KPI(ifnet_flags, xnu_ifnet_flags);

static uint32_t
xnu_ifnet_index(struct ifnet *interface)
{
	return interface != NULL ? interface->index : 0;
}
KPI(ifnet_index, xnu_ifnet_index);

static uint32_t
xnu_ifnet_unit(struct ifnet *interface)
{
	return interface != NULL ? interface->unit : 0;
}
KPI(ifnet_unit, xnu_ifnet_unit);

static const char *
xnu_ifnet_name(struct ifnet *interface)
{
	return interface != NULL ? interface->name : NULL;
}
KPI(ifnet_name, xnu_ifnet_name);

static uint8_t
xnu_ifnet_type(struct ifnet *interface)
{
	enum { IFT_ETHER = 6, IFT_LOOP = 24 };

	return interface->flags & IFF_LOOPBACK_ ? IFT_LOOP : IFT_ETHER;
}
KPI(ifnet_type, xnu_ifnet_type);

/* ---- addresses ---- */

static int
xnu_ifaddr_reference(struct ifaddr *entry)
{
	if (entry == NULL)
		return XNU_EINVAL;
	entry->references++;
	return 0;
}
KPI(ifaddr_reference, xnu_ifaddr_reference);

static int
xnu_ifaddr_release(struct ifaddr *entry)
{
	if (entry == NULL)
		return XNU_EINVAL;
	if (--entry->references == 0)
		free(entry);
	return 0;
}
KPI(ifaddr_release, xnu_ifaddr_release);

static bool
is_wanted(const struct ifaddr *entry, uint8_t family)
{
	return family == XNU_AF_UNSPEC || entry->address.family == family;
}

/* interface NULL: those of all interfaces. ENXIO if there is none. The list ends with NULL. */
static int
xnu_ifnet_get_address_list_family(struct ifnet *interface, struct ifaddr ***list, uint8_t family)
{
	size_t count = 0, at = 0;

	if (list == NULL)
		return XNU_EINVAL;
	interfaces_lock();
	for (const struct ifnet *each = interfaces_first(); each != NULL; each = each->next)
		for (const struct ifaddr *entry = each->addresses; entry != NULL; entry = entry->next)
			count += (interface == NULL || each == interface) && is_wanted(entry, family);
	*list = count > 0 ? calloc(count + 1, sizeof(**list)) : NULL;
	for (const struct ifnet *each = interfaces_first(); *list != NULL && each != NULL;
	     each = each->next) {
		for (struct ifaddr *entry = each->addresses; entry != NULL; entry = entry->next) {
			if ((interface != NULL && each != interface) || !is_wanted(entry, family))
				continue;
			xnu_ifaddr_reference(entry);
			(*list)[at++] = entry;
		}
	}
	interfaces_unlock();
	return *list != NULL ? 0 : XNU_ENXIO;
}
KPI(ifnet_get_address_list_family, xnu_ifnet_get_address_list_family);

static int
xnu_ifnet_get_address_list(struct ifnet *interface, struct ifaddr ***list)
{
	return xnu_ifnet_get_address_list_family(interface, list, XNU_AF_UNSPEC);
}
KPI(ifnet_get_address_list, xnu_ifnet_get_address_list);

static void
xnu_ifnet_free_address_list(struct ifaddr **list)
{
	if (list == NULL)
		return;
	for (struct ifaddr **entry = list; *entry != NULL; entry++)
		xnu_ifaddr_release(*entry);
	free(list);
}
KPI(ifnet_free_address_list, xnu_ifnet_free_address_list);

/* EMSGSIZE if room is too small; what fits is copied. */
static int
xnu_ifaddr_address(struct ifaddr *entry, struct xnu_sockaddr *out, uint32_t room)
{
	if (entry == NULL || out == NULL)
		return XNU_EINVAL;
	return copy_out(entry, entry->address.bytes, out, room);
}
KPI(ifaddr_address, xnu_ifaddr_address);

static uint8_t
xnu_ifaddr_address_family(struct ifaddr *entry)
{
	return entry != NULL ? entry->address.family : 0;
}
KPI(ifaddr_address_family, xnu_ifaddr_address_family);

static int
xnu_ifaddr_netmask(struct ifaddr *entry, struct xnu_sockaddr *out, uint32_t room)
{
	uint8_t mask[16] = {0};

	if (entry == NULL || out == NULL)
		return XNU_EINVAL;
	for (unsigned bit = 0; bit < entry->prefix; bit++)
		mask[bit / 8] |= (uint8_t)(0x80u >> bit % 8);
	return copy_out(entry, mask, out, room);
}
KPI(ifaddr_netmask, xnu_ifaddr_netmask);

/* No reference is taken on the interface. */
static struct ifnet *
xnu_ifaddr_ifnet(struct ifaddr *entry)
{
	return entry != NULL ? entry->interface : NULL;
}
KPI(ifaddr_ifnet, xnu_ifaddr_ifnet);

/* With a reference; NULL if this host does not have the address. */
static struct ifaddr *
xnu_ifaddr_withaddr(const struct xnu_sockaddr *sockaddr)
{
	struct address wanted = from_sockaddr(sockaddr);
	struct ifaddr *found = NULL;

	interfaces_lock();
	for (struct ifnet *each = interfaces_first(); each != NULL && found == NULL; each = each->next)
		for (struct ifaddr *entry = each->addresses; entry != NULL && found == NULL;
		     entry = entry->next)
			if (entry->address.family != XNU_AF_LINK && address_equal(&entry->address, &wanted))
				found = entry;
	if (found != NULL)
		xnu_ifaddr_reference(found);
	interfaces_unlock();
	return found;
}
KPI(ifaddr_withaddr, xnu_ifaddr_withaddr);

/* The address packets to sockaddr would come from, with a reference; NULL without a route. */
static struct ifaddr *
xnu_ifaddr_withroute(int flags, const struct xnu_sockaddr *sockaddr, const struct xnu_sockaddr *gateway)
{
	struct address destination = from_sockaddr(sockaddr);
	struct route route;
	struct ifaddr *found = NULL;

	(void)flags;
	(void)gateway;
	if (!route_find(&destination, &route))
		return NULL;
	interfaces_lock();
	for (struct ifnet *each = interfaces_first(); each != NULL && found == NULL; each = each->next)
		for (struct ifaddr *entry = each->addresses; entry != NULL && found == NULL;
		     entry = entry->next)
			if (address_equal(&entry->address, &route.source))
				found = entry;
	if (found != NULL)
		xnu_ifaddr_reference(found);
	interfaces_unlock();
	return found;
}
KPI(ifaddr_withroute, xnu_ifaddr_withroute);
