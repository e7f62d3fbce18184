/*
 * The engine as the shim sees it: functions of libsctp_kext.a (kext/ffi), called by name only.
 *
 * Three things go in: a packet, a user's call, a deadline that passed. Three come out, asked for after every
 * call that may have caused them: packets (sctp_engine_transmit), endpoints whose sockets need attention
 * (sctp_engine_next_update) and the next deadline (sctp_engine_deadline).
 *
 * Every function but the sctp_message_* group runs with the domain mutex held (shim-c/README.md). Functions
 * that return int give 0 or a Darwin errno. No function blocks, calls into sockets or keeps a pointer that it
 * was lent.
 */
#ifndef SCTP_ENGINE_H
#define SCTP_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Nanoseconds of monotonic time since an arbitrary start. */
typedef uint64_t sctp_nanoseconds;
#define SCTP_NEVER UINT64_MAX

/* A handle of an endpoint: never 0, never used again. */
typedef uint64_t sctp_endpoint;

struct sctp_engine;
struct sctp_message;
struct sctpstat; /* netinet/sctp_uio.h */

/* family: 0 none, 4 or 6. port in host order. An IPv4 address stands in bytes[0..4], network order. */
struct sctp_address {
	uint8_t family;
	uint8_t reserved;
	uint16_t port;
	uint32_t scope; /* IPv6 zone, 0 if none */
	uint8_t bytes[16];
};

enum { SCTP_ONE_TO_ONE = 1, SCTP_ONE_TO_MANY = 2 };

/* How sctp_engine_close leaves the associations: SHUTDOWN after all data (9.2), or ABORT now (9.1). */
enum { SCTP_CLOSE_GRACEFUL = 0, SCTP_CLOSE_ABORT = 1 };

/* sctp_send.flags and sctp_receive.flags, the values of RFC 6458 as netinet/sctp.h has them. */
enum {
	SCTP_ENGINE_EOF = 0x0100,
	SCTP_ENGINE_ABORT = 0x0200,
	SCTP_ENGINE_UNORDERED = 0x0400,
	SCTP_ENGINE_ADDR_OVER = 0x0800,
	SCTP_ENGINE_SENDALL = 0x1000,
	SCTP_ENGINE_EOR = 0x2000,
	SCTP_ENGINE_SACK_IMMEDIATELY = 0x4000,
};

/* What one message is sent with (RFC 6458 sections 5.3.1, 5.3.4, 5.3.9, 5.3.10). */
struct sctp_send {
	struct sctp_address to; /* family 0: by assoc_id, or the only association */
	uint32_t assoc_id;      /* up to SCTP_ALL_ASSOC: by address */
	uint32_t ppid;          /* as on the wire, opaque */
	uint32_t context;
	uint16_t stream;
	uint16_t flags;
	bool use_defaults; /* no control data given: SCTP_DEFAULT_SNDINFO of the association applies */
	bool more;         /* further pieces of this call follow: neither SCTP_ENGINE_EOR nor _EOF yet */

	/* For an association that the message sets up; 0: as SCTP_INITMSG has it. */
	uint16_t outbound_streams;
	uint16_t inbound_streams;
	uint16_t max_attempts;
	uint16_t max_timeout;               /* milliseconds */
	const struct sctp_address *further; /* other addresses of the peer; their ports do not matter */
	size_t further_count;
};

/* What the association of a message takes now. */
struct sctp_send_room {
	uint32_t assoc_id; /* 0: the message would set it up */
	size_t bytes;
	bool explicit_eor; /* SCTP_EXPLICIT_EOR is on: a message may come in several calls */
};

/* What can be read next (RFC 6458 section 5.3.6). */
struct sctp_next {
	uint32_t assoc_id;
	uint32_t ppid;   /* as on the wire, opaque */
	uint32_t length; /* bytes that there are of it */
	uint16_t stream;
	bool there; /* false: nothing, and the rest is zero */
	bool unordered;
	bool notification;
	bool complete;
};

/* What one message was received with (RFC 6458 section 5.3.5). */
struct sctp_receive {
	struct sctp_address from;
	size_t length; /* bytes left of what sctp_engine_receive handed out */
	uint32_t assoc_id;
	uint32_t ppid;
	uint32_t tsn;
	uint32_t cumtsn;
	uint32_t context;
	uint16_t stream;
	uint16_t ssn;
	uint16_t flags;     /* SCTP_ENGINE_UNORDERED */
	bool end_of_record; /* the message ends with these bytes: MSG_EOR once all are read */
	bool notification;  /* the bytes are a union sctp_notification: MSG_NOTIFICATION */
	bool want_rcvinfo;  /* SCTP_RECVRCVINFO is on */
	bool want_nxtinfo;  /* SCTP_RECVNXTINFO is on */
	bool want_sndrcv;   /* SCTP_EVENTS subscribed to sctp_data_io_event */
	bool want_extrcv;   /* SCTP_USE_EXT_RCVINFO: and to more than that */
	struct sctp_next next;
};

/* One endpoint, as its socket must show it. Sent when anything in it changed; whole, never a difference. */
struct sctp_update {
	void *context; /* as given to sctp_engine_open */
	sctp_endpoint endpoint;
	uint32_t receive_bytes; /* queued for reading; 1 for a queue of empty messages only */
	uint32_t send_bytes;    /* accepted from the user, not yet acknowledged, of all associations */
	uint32_t pending_accepts;
	int error;        /* for so_error, 0 if none; given once */
	bool connecting;  /* a one-to-one endpoint in set-up */
	bool connected;   /* a one-to-one endpoint with an association that still moves data */
	bool send_full;   /* no association takes much more: each has a send buffer of its own */
	bool end_of_file; /* nothing more will be received */
	bool send_closed; /* nothing more may be sent */
};

/* One packet to send: an SCTP packet without IP header. source.family 0: let the route choose. */
struct sctp_transmit {
	struct sctp_address source;
	struct sctp_address destination;
	uint32_t flow_label; /* IPv6 */
	uint8_t tos;         /* or traffic class */
	uint8_t hops;        /* time to live or hop limit */
	/* The route may only choose a source for which sctp_engine_may_send_from is true. */
	bool restricted;
	bool dont_fragment; /* IPv4: the DF bit. The kernel has no such thing for IPv6 and fragments what is
			       too long */
};

enum {
	SCTP_ICMP_TOO_BIG = 1,              /* Fragmentation Needed; Packet Too Big */
	SCTP_ICMP_PROTOCOL_UNREACHABLE = 2, /* or Unrecognized Next Header */
	SCTP_ICMP_PORT_UNREACHABLE = 3,
	SCTP_ICMP_UNREACHABLE = 4, /* any other Destination Unreachable */
};

/* An ICMP or ICMPv6 message about a packet of this host. The addresses are those of the quoted IP header,
 * ports 0. */
struct sctp_icmp {
	struct sctp_address local; /* quoted source */
	struct sctp_address peer;  /* quoted destination */
	uint8_t kind;              /* SCTP_ICMP_* */
	uint32_t mtu;              /* of SCTP_ICMP_TOO_BIG, with the IP header; 0 if not said */
	const uint8_t *quoted;     /* from the SCTP common header on */
	size_t quoted_length;
};

/* ---- the engine ---- */
/* seed: 32 bytes from the kernel's random source. NULL when memory is short. */
struct sctp_engine *sctp_engine_create(const uint8_t seed[32]);
void sctp_engine_destroy(struct sctp_engine *engine);
/* Associations that live on after their socket was closed; they are aborted by sctp_engine_quiesce before a
 * stop. */
uint32_t sctp_engine_associations(const struct sctp_engine *engine);
void sctp_engine_quiesce(struct sctp_engine *engine, sctp_nanoseconds now);

/* ---- in: packets and time ---- */
/* packet: the SCTP packet without IP header. ecn: the two ECN bits of the IP header. Never fails; drops are
 * counted. */
void sctp_engine_input(struct sctp_engine *engine, sctp_nanoseconds now, const struct sctp_address *source,
		       const struct sctp_address *destination, uint8_t ecn, const uint8_t *packet,
		       size_t length);
/* A packet came that is not looked at, for its IP header or who it was sent to. It is counted. */
void sctp_engine_input_refused(struct sctp_engine *engine);
void sctp_engine_timer(struct sctp_engine *engine, sctp_nanoseconds now);
/* The addresses this host can be reached at. addresses is copied. */
int sctp_engine_set_addresses(struct sctp_engine *engine, const struct sctp_address *addresses, size_t count);

/* Checked against the association that it seems to be about; what does not fit is ignored (RFC 9260 section
 * 10). */
void sctp_engine_icmp(struct sctp_engine *engine, sctp_nanoseconds now, const struct sctp_icmp *icmp);

/* ---- out ---- */
bool sctp_engine_has_transmit(const struct sctp_engine *engine);
/* Writes the next packet into buffer and returns its length, 0 when there is none. capacity: at least 1500.
 */
size_t sctp_engine_transmit(struct sctp_engine *engine, sctp_nanoseconds now, uint8_t *buffer,
			    size_t capacity, struct sctp_transmit *out);
/* A packet could not leave. error: an errno; EMSGSIZE lowers the path MTU, any other is a loss like any. */
void sctp_engine_transmit_failed(struct sctp_engine *engine, sctp_nanoseconds now,
				 const struct sctp_transmit *transmit, int error);
/* Whether candidate may be the source of a packet that leaves the choice to the route. */
bool sctp_engine_may_send_from(const struct sctp_engine *engine, const struct sctp_transmit *transmit,
			       const struct sctp_address *candidate);
bool sctp_engine_next_update(struct sctp_engine *engine, struct sctp_update *out);
sctp_nanoseconds sctp_engine_deadline(const struct sctp_engine *engine);

/* ---- in: users' calls ---- */
/* style: SCTP_ONE_TO_*; family: 4 or 6. ENOMEM. */
int sctp_engine_open(struct sctp_engine *engine, int style, uint8_t family, void *context,
		     sctp_endpoint *out);
/* The handle is dead after this; its associations end by themselves. how: SCTP_CLOSE_*. */
void sctp_engine_close(struct sctp_engine *engine, sctp_nanoseconds now, sctp_endpoint endpoint, int how);
/* port 0: an ephemeral port. EINVAL if bound already, EADDRINUSE. */
int sctp_engine_bind(struct sctp_engine *engine, sctp_endpoint endpoint, const struct sctp_address *address);
/*
 * SCTP_BINDX_ADD_ADDR and SCTP_BINDX_REM_ADDR, all addresses or none; only later associations use others than
 * before. EINVAL (ports that differ, the wildcard address with others, the last address), EADDRINUSE,
 * EADDRNOTAVAIL (to be removed and not bound), EAFNOSUPPORT, EOPNOTSUPP (a connection), ENOMEM.
 */
int sctp_engine_bind_more(struct sctp_engine *engine, sctp_endpoint endpoint,
			  const struct sctp_address *addresses, size_t count);
int sctp_engine_bind_less(struct sctp_engine *engine, sctp_endpoint endpoint,
			  const struct sctp_address *addresses, size_t count);
/*
 * backlog: associations that may wait on a one-to-one endpoint, for a socket or for accept(), before further
 * ones are refused; 0 stops listening. Binds to an ephemeral port if unbound. EINVAL when connected.
 */
int sctp_engine_listen(struct sctp_engine *engine, sctp_endpoint endpoint, uint32_t backlog);
/*
 * Sends the INIT to one of the peer's addresses after the other until there is an answer. delayed: it waits
 * for sctp_engine_begin, or for the time in which it would have been sent again. EISCONN, EALREADY,
 * EOPNOTSUPP, EINVAL (no address, port 0, ports that differ), EADDRNOTAVAIL, EAFNOSUPPORT, EADDRINUSE,
 * ENOMEM.
 */
int sctp_engine_connect(struct sctp_engine *engine, sctp_nanoseconds now, sctp_endpoint endpoint,
			const struct sctp_address *addresses, size_t count, bool delayed, uint32_t *assoc_id);
/* ENOENT without such a peer, EALREADY if the INIT was sent. */
int sctp_engine_begin(struct sctp_engine *engine, sctp_nanoseconds now, sctp_endpoint endpoint,
		      const struct sctp_address *address);
/* Moves the oldest association that waits on listener to child, a fresh one-to-one endpoint. EWOULDBLOCK if
 * none. */
int sctp_engine_accept(struct sctp_engine *engine, sctp_nanoseconds now, sctp_endpoint listener,
		       sctp_endpoint child);
/* accept() took one of the sockets that sctp_engine_accept was for. */
void sctp_engine_taken(struct sctp_engine *engine, sctp_endpoint listener);
/*
 * Moves an association of parent, one-to-many, to child, a fresh one-to-one endpoint of its family, with all
 * of it that waits to be read. No reader may hold a message of parent. Nothing has changed on EOPNOTSUPP
 * (parent is one-to-one), ENOENT (no such association), ENOTCONN (in set-up), EINVAL (child is not fresh),
 * ENOMEM.
 */
int sctp_engine_peel_off(struct sctp_engine *engine, sctp_nanoseconds now, sctp_endpoint parent,
			 uint32_t assoc_id, sctp_endpoint child);
/* Aborts the oldest association that waits on listener: no socket could be made for it. */
void sctp_engine_refuse(struct sctp_engine *engine, sctp_nanoseconds now, sctp_endpoint listener);
/*
 * Takes message over on success only. EPIPE after shutdown, ENOTCONN, EDESTADDRREQ, ENOENT (no such
 * association as is named, to be shut down or to be aborted), EWOULDBLOCK (no room for all of it now),
 * EMSGSIZE (there never is), EINVAL (flags, stream, address, no bytes, another stream's message was not
 * ended), ENOMEM, those of sctp_engine_connect. With SCTP_ENGINE_EOF message may be NULL; ECONNABORTED then
 * if a message was not ended, which aborts the association. With SCTP_ENGINE_ABORT it is the reason that the
 * peer is told, and may be NULL; EMSGSIZE if it fits no packet.
 */
int sctp_engine_send(struct sctp_engine *engine, sctp_nanoseconds now, sctp_endpoint endpoint,
		     const struct sctp_send *info, struct sctp_message *message);
/* Whether and how much of a message sctp_engine_send would take. Its errors but those of the message. */
int sctp_engine_send_room(struct sctp_engine *engine, sctp_endpoint endpoint, const struct sctp_send *info,
			  struct sctp_send_room *out);
/*
 * Hands out the next message. EWOULDBLOCK when the queue is empty. The reader must give it back with
 * sctp_engine_unreceive (what it did not consume stays at the head) or sctp_engine_consumed before it reads
 * again.
 */
int sctp_engine_receive(struct sctp_engine *engine, sctp_nanoseconds now, sctp_endpoint endpoint,
			struct sctp_message **message, struct sctp_receive *info);
/* consumed: bytes copied to the user, less than info.length, or 0 after MSG_PEEK. Takes message over. */
void sctp_engine_unreceive(struct sctp_engine *engine, sctp_nanoseconds now, sctp_endpoint endpoint,
			   struct sctp_message *message, size_t consumed);
/* The whole message was read: its bytes are free again, which may open the peer's window. Takes message over.
 */
void sctp_engine_consumed(struct sctp_engine *engine, sctp_nanoseconds now, sctp_endpoint endpoint,
			  struct sctp_message *message);
/* SHUT_WR of a one-to-one endpoint: SHUTDOWN once all data is acknowledged. ENOTCONN, EOPNOTSUPP
 * (one-to-many). */
int sctp_engine_shutdown(struct sctp_engine *engine, sctp_nanoseconds now, sctp_endpoint endpoint);
/* Throws the receive queue away (SHUT_RD). */
void sctp_engine_flush(struct sctp_engine *engine, sctp_nanoseconds now, sctp_endpoint endpoint);
/* so_snd.sb_hiwat: what may wait at each association to be acknowledged, bytes. */
void sctp_engine_set_send_buffer(struct sctp_engine *engine, sctp_nanoseconds now, sctp_endpoint endpoint,
				 uint32_t bytes);
/* so_rcv.sb_hiwat: the receive window that is advertised, bytes. */
void sctp_engine_set_receive_buffer(struct sctp_engine *engine, sctp_nanoseconds now, sctp_endpoint endpoint,
				    uint32_t bytes);
/* getsockname and getpeername. EINVAL, ENOTCONN. */
int sctp_engine_local_address(const struct sctp_engine *engine, sctp_endpoint endpoint,
			      struct sctp_address *out);
int sctp_engine_peer_address(const struct sctp_engine *engine, sctp_endpoint endpoint,
			     struct sctp_address *out);
/* Options of level IPPROTO_SCTP; value has the layout of netinet/sctp.h. *length: in, room; out, used.
 * ENOPROTOOPT for an unknown name, EINVAL for a short value. */
int sctp_engine_get_option(struct sctp_engine *engine, sctp_endpoint endpoint, int name, void *value,
			   size_t *length);
int sctp_engine_set_option(struct sctp_engine *engine, sctp_nanoseconds now, sctp_endpoint endpoint, int name,
			   const void *value, size_t length);
/* The same for IP_TOS, IP_TTL, IPV6_TCLASS, IPV6_UNICAST_HOPS and IPV6_V6ONLY, each an int, of the levels
 * IPPROTO_IP and _IPV6. */
int sctp_engine_get_ip_option(struct sctp_engine *engine, sctp_endpoint endpoint, int level, int name,
			      void *value, size_t *length);
int sctp_engine_set_ip_option(struct sctp_engine *engine, sctp_nanoseconds now, sctp_endpoint endpoint,
			      int level, int name, const void *value, size_t length);

/* ---- management ---- */
/* What an administrator may set. The strings live as long as the extension. */
struct sctp_variable {
	const char *name;
	const char *description;
	uint32_t value;
	uint32_t least;
	uint32_t greatest;
};

/* Variable number index; false past the last. */
bool sctp_engine_variable(const struct sctp_engine *engine, uint32_t index, struct sctp_variable *out);
/* For what begins from now on. EINVAL for a value out of its bounds. */
int sctp_engine_set_variable(struct sctp_engine *engine, uint32_t index, uint32_t value);
/* Buffers of a new socket, bytes. */
void sctp_engine_socket_buffers(const struct sctp_engine *engine, uint32_t *send, uint32_t *receive);

void sctp_engine_statistics(const struct sctp_engine *engine, struct sctpstat *out);
/* Sets all counters back to zero. */
void sctp_engine_reset_statistics(struct sctp_engine *engine, sctp_nanoseconds now);

/* How far sctp_engine_list came. Zeros: the beginning. */
struct sctp_list {
	uint64_t words[4];
};

/* The records of the variable net.sctp.assoclist, as many as fit into room bytes or take a moment to find;
 * *used is how many bytes they have. With secrets: verification tags and TSNs as well. False: that was all.
 */
bool sctp_engine_list(const struct sctp_engine *engine, struct sctp_list *at, bool secrets, void *buffer,
		      size_t room, size_t *used);

/* ---- messages: no lock needed, owned by one caller at a time ---- */
/* A message of length bytes for sctp_engine_send; *bytes is where to copy them to. ENOMEM. May block for
 * memory. */
int sctp_message_create(size_t length, struct sctp_message **message, uint8_t **bytes);
/* The contiguous bytes at offset; *length is how many. NULL past the end. */
const uint8_t *sctp_message_span(const struct sctp_message *message, size_t offset, size_t *length);
void sctp_message_destroy(struct sctp_message *message);

#endif
