#include "net.h"

#include <ctype.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct ifnet *interfaces;

void
interfaces_lock(void)
{
	pthread_mutex_lock(&lock);
}

void
interfaces_unlock(void)
{
	pthread_mutex_unlock(&lock);
}

struct ifnet *
interfaces_first(void)
{
	return interfaces;
}

static struct ifaddr *
append_address(struct ifnet *interface, const struct address *address, unsigned prefix)
{
	struct ifaddr *entry = calloc(1, sizeof(*entry));
	struct ifaddr **link = &interface->addresses;

	if (entry == NULL)
		xnu_panic("the host has no memory for an address");
	entry->references = 1;
	entry->interface = interface;
	entry->address = *address;
	entry->prefix = prefix;
	while (*link != NULL)
		link = &(*link)->next;
	*link = entry;
	return entry;
}

struct ifnet *
interface_add(const char *name, unsigned mtu, unsigned flags)
{
	const struct address own = {.family = XNU_AF_LINK};
	struct ifnet *interface = calloc(1, sizeof(*interface));
	struct ifnet **link = &interfaces;
	size_t letters = 0;

	if (interface == NULL)
		xnu_panic("the host has no memory for an interface");
	while (name[letters] != '\0' && !isdigit((unsigned char)name[letters]))
		letters++;
	snprintf(interface->name, sizeof(interface->name), "%.*s", (int)letters, name);
	interface->unit = (unsigned)strtoul(name + letters, NULL, 10);
	interface->mtu = mtu;
	interface->flags = flags | IFF_UP_ | IFF_RUNNING_;
	interface->references = 1;
	append_address(interface, &own, 0);
	interfaces_lock();
	for (interface->index = 1; *link != NULL; link = &(*link)->next)
		interface->index++;
	*link = interface;
	interfaces_unlock();
	return interface;
}

struct ifnet *
interface_named(const char *name)
{
	struct ifnet *interface;
	char whole[32];

	interfaces_lock();
	for (interface = interfaces; interface != NULL; interface = interface->next) {
		snprintf(whole, sizeof(whole), "%s%u", interface->name, interface->unit);
		if (strcmp(whole, name) == 0)
			break;
	}
	interfaces_unlock();
	return interface;
}

struct ifnet *
interface_loopback(void)
{
	struct ifnet *interface = interface_named("lo0");

	if (interface == NULL)
		xnu_panic("there is no lo0");
	return interface;
}

void
interface_add_address(struct ifnet *interface, const struct address *address, unsigned prefix)
{
	unsigned whole = address->family == XNU_AF_INET ? 32 : 128;

	interfaces_lock();
	append_address(interface, address, prefix != 0 ? prefix : whole);
	interfaces_unlock();
	routes_clear();
}

static void
release(struct ifaddr *entry)
{
	if (--entry->references == 0)
		free(entry);
}

void
interface_remove_address(const struct address *address)
{
	interfaces_lock();
	for (struct ifnet *interface = interfaces; interface != NULL; interface = interface->next) {
		for (struct ifaddr **link = &interface->addresses; *link != NULL;) {
			struct ifaddr *entry = *link;

			if (!address_equal(&entry->address, address)) {
				link = &entry->next;
				continue;
			}
			*link = entry->next;
			release(entry);
		}
	}
	interfaces_unlock();
	routes_clear();
}

struct ifnet *
interface_of(const struct address *address)
{
	struct ifnet *found = NULL;

	interfaces_lock();
	for (struct ifnet *interface = interfaces; interface != NULL && found == NULL;
	     interface = interface->next)
		for (const struct ifaddr *entry = interface->addresses; entry != NULL; entry = entry->next)
			if (address_equal(&entry->address, address))
				found = interface;
	interfaces_unlock();
	return found;
}

unsigned
interface_references(void)
{
	unsigned count = 0;

	interfaces_lock();
	for (const struct ifnet *interface = interfaces; interface != NULL; interface = interface->next) {
		count += interface->references - 1;
		for (const struct ifaddr *entry = interface->addresses; entry != NULL; entry = entry->next)
			count += entry->references - 1;
	}
	interfaces_unlock();
	return count;
}

void
interfaces_clear(void)
{
	interfaces_lock();
	while (interfaces != NULL) {
		struct ifnet *interface = interfaces;

		interfaces = interface->next;
		while (interface->addresses != NULL) {
			struct ifaddr *entry = interface->addresses;

			interface->addresses = entry->next;
			release(entry);
		}
		free(interface);
	}
	interfaces_unlock();
	routes_clear();
}
