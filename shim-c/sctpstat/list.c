/* The records of net.sctp.assoclist, one after the other. */
#include "sctpstat.h"

#include <string.h>

struct reader {
	const char *next;
	size_t left;
	bool broken;
};

/* The next record, copied, for it may stand anywhere; false at the end of the list or of its kind. */
static bool
take(struct reader *reader, void *record, size_t length, const uint32_t *last)
{
	if (reader->broken || reader->left < length) {
		reader->broken = true;
		return false;
	}
	memcpy(record, reader->next, length);
	reader->next += length;
	reader->left -= length;
	return *last == 0;
}

static void
visit_locals(struct reader *reader, const struct visitor *visitor, void *context)
{
	struct xsctp_laddr address;

	while (take(reader, &address, sizeof(address), &address.last))
		visitor->local(context, &address);
}

static void
visit_associations(struct reader *reader, const struct visitor *visitor, void *context)
{
	struct xsctp_tcb association;
	struct xsctp_raddr path;

	while (take(reader, &association, sizeof(association), &association.last)) {
		visitor->association(context, &association);
		visit_locals(reader, visitor, context);
		while (take(reader, &path, sizeof(path), &path.last))
			visitor->path(context, &path);
		visitor->association_end(context);
	}
}

bool
visit(const void *list, size_t length, const struct visitor *visitor, void *context)
{
	struct reader reader = {list, length, false};
	struct xsctp_inpcb socket;

	while (take(&reader, &socket, sizeof(socket), &socket.last)) {
		visitor->socket(context, &socket);
		visit_locals(&reader, visitor, context);
		visit_associations(&reader, visitor, context);
		visitor->socket_end(context);
	}
	return !reader.broken;
}

const char *
state_name(uint32_t state)
{
	switch (state) {
	case SCTP_COOKIE_WAIT:
		return "COOKIE-WAIT";
	case SCTP_COOKIE_ECHOED:
		return "COOKIE-ECHOED";
	case SCTP_ESTABLISHED:
		return "ESTABLISHED";
	case SCTP_SHUTDOWN_SENT:
		return "SHUTDOWN-SENT";
	case SCTP_SHUTDOWN_RECEIVED:
		return "SHUTDOWN-RECEIVED";
	case SCTP_SHUTDOWN_ACK_SENT:
		return "SHUTDOWN-ACK-SENT";
	case SCTP_SHUTDOWN_PENDING:
		return "SHUTDOWN-PENDING";
	}
	return "?";
}

const char *
path_state_name(const struct xsctp_raddr *path)
{
	if (!path->confirmed)
		return "UNCONFIRMED";
	if (path->potentially_failed)
		return "POTENTIALLY-FAILED";
	return path->active ? "ACTIVE" : "INACTIVE";
}
