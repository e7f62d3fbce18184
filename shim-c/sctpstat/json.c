/* Sockets, associations and paths as JSON. */
#include "sctpstat.h"

#include <stdio.h>
#include <stdlib.h>

/* Of what there was one already, so that a comma is due. */
struct state {
	bool sockets, associations, locals, paths;
};

static const char *
comma(bool *before)
{
	const char *text = *before ? "," : "";

	*before = true;
	return text;
}

static void
on_socket(void *context, const struct xsctp_inpcb *socket)
{
	struct state *state = context;
	const char *kind = socket->flags & SCTP_PCB_FLAGS_UDPTYPE   ? "one-to-many"
			   : socket->flags & SCTP_PCB_FLAGS_TCPTYPE ? "one-to-one"
								    : "closed";

	printf("%s{\"type\":\"%s\",\"port\":%u,\"listening\":%s,\"waiting\":%u,\"backlog\":%u,\"local\":[",
	       comma(&state->sockets), kind, (unsigned)socket->local_port,
	       socket->flags & SCTP_PCB_FLAGS_ACCEPTING ? "true" : "false", (unsigned)socket->qlen,
	       (unsigned)socket->maxqlen);
	state->locals = state->associations = false;
}

static void
on_local(void *context, const struct xsctp_laddr *address)
{
	struct state *state = context;
	char text[ADDRESS_ROOM];

	printf("%s\"%s\"", comma(&state->locals), address_text(text, &address->address, 0, true));
}

static void
on_association(void *context, const struct xsctp_tcb *association)
{
	struct state *state = context;
	char text[ADDRESS_ROOM];

	printf("%s{\"id\":%u,\"state\":\"%s\",\"local_port\":%u,\"peer_port\":%u,\"primary\":\"%s\","
	       "\"streams_in\":%u,\"streams_out\":%u,\"peer_window\":%u,\"retransmitted\":%u,\"mtu\":%u,"
	       "\"local\":[",
	       state->associations ? "," : "],\"associations\":[", (unsigned)association->assoc_id,
	       state_name(association->state), (unsigned)association->local_port,
	       (unsigned)association->remote_port, address_text(text, &association->primary_addr, 0, true),
	       (unsigned)association->in_streams, (unsigned)association->out_streams,
	       (unsigned)association->peers_rwnd, (unsigned)association->retransmitted_tsns,
	       (unsigned)association->mtu);
	state->associations = true;
	state->locals = state->paths = false;
}

static void
on_path(void *context, const struct xsctp_raddr *path)
{
	struct state *state = context;
	char text[ADDRESS_ROOM];

	printf(
	    "%s{\"address\":\"%s\",\"state\":\"%s\",\"cwnd\":%u,\"flight\":%u,\"ssthresh\":%u,\"srtt_ms\":%u,"
	    "\"rto_ms\":%u,\"mtu\":%u,\"errors\":%u,\"retransmitted\":%u,\"heartbeat_ms\":%u}",
	    state->paths ? "," : "],\"paths\":[", address_text(text, &path->address, 0, true),
	    path_state_name(path), (unsigned)path->cwnd, (unsigned)path->flight_size,
	    (unsigned)path->ssthresh, (unsigned)path->rtt, (unsigned)path->rto, (unsigned)path->mtu,
	    (unsigned)path->error_counter, (unsigned)path->rtx, (unsigned)path->heartbeat_interval);
	state->paths = true;
}

static void
on_association_end(void *context)
{
	struct state *state = context;

	printf(state->paths ? "]}" : "],\"paths\":[]}");
}

static void
on_socket_end(void *context)
{
	struct state *state = context;

	printf(state->associations ? "]}" : "],\"associations\":[]}");
}

void
print_associations_json(void)
{
	static const struct visitor visitor = {
	    on_socket, on_local, on_association, on_path, on_association_end, on_socket_end,
	};
	struct state state = {0};
	size_t length;
	void *list = read_variable("net.sctp.assoclist", &length);

	printf("[");
	if (!visit(list, length, &visitor, &state)) {
		fprintf(stderr, "sctpstat: net.sctp.assoclist is not what this version knows\n");
		exit(FAILED);
	}
	printf("]");
	free(list);
}
