/* Associations as a table. */
#include "sctpstat.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS "%-4s %-10s %-24s %-24s %s"

/* The association or socket that is being read: its line is written when its addresses are known. */
struct table {
	const struct wishes *wishes;
	struct xsctp_inpcb socket;
	struct xsctp_tcb association;
	bool in_association, headed;
	unsigned locals, associations;
	union sctp_sockstore first;
	char *more; /* lines that follow */
	size_t more_length, more_room;
};

static const char *
kind_of(const struct xsctp_inpcb *socket)
{
	if (socket->flags & SCTP_PCB_FLAGS_UDPTYPE)
		return "1-N";
	return socket->flags & SCTP_PCB_FLAGS_TCPTYPE ? "1-1" : "-";
}

static void
head(struct table *table)
{
	if (!table->headed)
		printf(COLUMNS "\n", "Type", "Assoc-ID", "Local Address", "Peer Address", "State");
	table->headed = true;
}

static void
follow(struct table *table, const char *line)
{
	size_t length = strlen(line);

	if (table->more_room < table->more_length + length + 1) {
		size_t room = 2 * (table->more_length + length + 1);
		char *more = realloc(table->more, room);

		if (more == NULL)
			fail("a list");
		table->more = more;
		table->more_room = room;
	}
	memcpy(table->more + table->more_length, line, length + 1);
	table->more_length += length;
}

static void
begin(struct table *table)
{
	table->locals = 0;
	table->more_length = 0;
}

static void
print_more(const struct table *table)
{
	if (table->more_length > 0)
		printf("%s", table->more);
}

static const char *
own_address(const struct table *table, char text[ADDRESS_ROOM], uint16_t port)
{
	bool all = (table->socket.flags & SCTP_PCB_FLAGS_BOUNDALL) != 0 && !table->in_association;

	if (table->locals > 0 && !all)
		return address_text(text, &table->first, port, table->wishes->numbers);
	if (port == 0)
		return "*";
	return address_text(text, &(union sctp_sockstore){.sin = {0}}, port, table->wishes->numbers);
}

static void
on_socket(void *context, const struct xsctp_inpcb *socket)
{
	struct table *table = context;

	table->socket = *socket;
	table->in_association = false;
	table->associations = 0;
	begin(table);
}

static void
on_local(void *context, const struct xsctp_laddr *address)
{
	struct table *table = context;
	char text[ADDRESS_ROOM], line[ADDRESS_ROOM + 32];

	if (table->locals++ == 0)
		table->first = address->address;
	if (!table->wishes->paths || !table->in_association)
		return;
	snprintf(line, sizeof(line), "       local %s\n", address_text(text, &address->address, 0, true));
	follow(table, line);
}

/* A line for a socket itself, before its associations. */
static void
print_socket(struct table *table)
{
	char own[ADDRESS_ROOM];
	bool listens = (table->socket.flags & SCTP_PCB_FLAGS_ACCEPTING) != 0;

	if (!table->wishes->sockets || table->socket.flags & SCTP_PCB_FLAGS_SOCKET_GONE)
		return;
	if (!listens && table->associations > 0)
		return;
	head(table);
	printf(COLUMNS "\n", kind_of(&table->socket), "-", own_address(table, own, table->socket.local_port),
	       "*",
	       listens                         ? "LISTEN"
	       : table->socket.local_port == 0 ? "UNBOUND"
					       : "BOUND");
}

static void
on_association(void *context, const struct xsctp_tcb *association)
{
	struct table *table = context;

	table->associations++;
	if (table->associations == 1)
		print_socket(table);
	table->association = *association;
	table->in_association = true;
	begin(table);
}

static void
on_path(void *context, const struct xsctp_raddr *path)
{
	struct table *table = context;
	char text[ADDRESS_ROOM], line[ADDRESS_ROOM + 200];
	bool primary = memcmp(&path->address, &table->association.primary_addr, sizeof(path->address)) == 0;

	if (!table->wishes->paths)
		return;
	snprintf(line, sizeof(line),
		 "       path  %s %s%s cwnd %u flight %u ssthresh %u srtt %u ms rto %u ms mtu %u errors %u\n",
		 address_text(text, &path->address, 0, true), path_state_name(path),
		 primary ? " primary" : "", (unsigned)path->cwnd, (unsigned)path->flight_size,
		 (unsigned)path->ssthresh, (unsigned)path->rtt, (unsigned)path->rto, (unsigned)path->mtu,
		 (unsigned)path->error_counter);
	follow(table, line);
}

static void
on_association_end(void *context)
{
	struct table *table = context;
	const struct xsctp_tcb *association = &table->association;
	bool numbers = table->wishes->numbers;
	char id[16], own[ADDRESS_ROOM], peer[ADDRESS_ROOM];

	head(table);
	snprintf(id, sizeof(id), "%u", (unsigned)association->assoc_id);
	printf(COLUMNS "\n", kind_of(&table->socket), id, own_address(table, own, association->local_port),
	       address_text(peer, &association->primary_addr, association->remote_port, numbers),
	       state_name(association->state));
	print_more(table);
}

static void
on_socket_end(void *context)
{
	struct table *table = context;

	if (table->associations == 0)
		print_socket(table);
}

void
print_associations(const struct wishes *wishes)
{
	static const struct visitor visitor = {
	    on_socket, on_local, on_association, on_path, on_association_end, on_socket_end,
	};
	struct table table = {.wishes = wishes};
	size_t length;
	void *list = read_variable("net.sctp.assoclist", &length);

	if (!visit(list, length, &visitor, &table))
		fprintf(stderr,
			"sctpstat: net.sctp.assoclist is not what this version knows; the end is missing\n");
	free(table.more);
	free(list);
}
