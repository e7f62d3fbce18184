/* The exchange itself, over whatever SCTP implementation stands behind struct exchange_peer. */
#ifndef EXCHANGE_RUN_H
#define EXCHANGE_RUN_H

#include <sys/types.h>
#include "exchange_options.h"

enum exchange_event_kind {
	EXCHANGE_DATA,
	EXCHANGE_UP,     /* streams in message.stream */
	EXCHANGE_CLOSED, /* SHUTDOWN went through */
	EXCHANGE_ABORTED,
	EXCHANGE_OTHER, /* another notification */
};

/* What receive gave: for EXCHANGE_DATA a message, or with more a piece of it. */
struct exchange_event {
	enum exchange_event_kind kind;
	struct exchange_message message;
	bool more;
};

struct exchange_peer {
	/* False with errno. Waits for room. */
	bool (*send)(void *context, const struct exchange_message *message, const void *bytes);
	/* False with errno. Waits for an event; size: room at bytes. */
	bool (*receive)(void *context, void *bytes, size_t size, struct exchange_event *event);
	/* False with errno. SHUTDOWN after all that was sent (RFC 9260 section 9.2). */
	bool (*shutdown)(void *context);
	void *context;
};

/* Sends, receives, checks, shuts down, reports on stdout. An exit code. */
int exchange_run(const struct exchange_options *options, const struct exchange_peer *peer);

#endif
