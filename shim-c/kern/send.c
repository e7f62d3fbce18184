/*
 * pru_sosend: one call, one message, or part of one with SCTP_EXPLICIT_EOR. Once there is room, the bytes are
 * copied from the program with the mutex released, for the copy may fault and wait. The mutex is not held by
 * the caller.
 */
#include "address.h"
#include "control.h"
#include "core.h"
#include "socket.h"
#include "usrreq.h"

/* One send call on its way. Its bytes go in one piece, but for those of SCTP_EXPLICIT_EOR. */
struct sending {
	struct sctp_send info;
	struct sctp_control control;
	struct uio *uio; /* the data, or, from kernel threads, */
	struct mbuf *top;
	size_t asked;
	size_t copied;              /* bytes that were copied from the program */
	size_t sent;                /* bytes that the engine has taken */
	struct sctp_message *piece; /* what was copied and not sent; NULL for nothing */
	bool known;                 /* info names the association */
	int flags;
	sctp_nanoseconds began;
};

/* All of the message at once: it is no DATA, or for many. */
static bool
is_one_piece(const struct sctp_pcb *pcb, const struct sending *sending)
{
	return (sending->info.flags & SCTP_ENGINE_ABORT) != 0 ||
	       (pcb->one_to_many && (sending->info.flags & SCTP_ENGINE_SENDALL) != 0);
}

/* The association that a call has waited for is gone: that is no question of whom to send to. */
static int
told(const struct sending *sending, int error)
{
	return error == ENOENT && sending->known ? ECONNRESET : error;
}

static int
may_send(struct sctp_pcb *pcb)
{
	int error;

	if (pcb->listening)
		return EINVAL;
	/* Why an association has ended says more than that it has. */
	error = sctp_socket_take_error(pcb->so);
	if (error == 0 && (*so_state(pcb->so) & SS_CANTSENDMORE) != 0)
		error = EPIPE;
	return error;
}

/* How long the next piece is. EWOULDBLOCK when there is no room for it, EMSGSIZE when there never is. */
static int
find_room(struct sctp_pcb *pcb, struct sending *sending, size_t *length)
{
	size_t left = sending->asked - sending->copied, limit = *sb_hiwat(so_snd(pcb->so));
	size_t least = *sb_lowat(so_snd(pcb->so));
	struct sctp_send_room room;
	int error = may_send(pcb);

	if (error != 0)
		return error;
	*length = left;
	if (is_one_piece(pcb, sending))
		return left <= limit ? 0 : EMSGSIZE;
	error = sctp_engine_send_room(engine(), pcb->endpoint, &sending->info, &room);
	if (error != 0)
		return told(sending, error);
	if (room.assoc_id != 0) {
		sending->info.assoc_id = room.assoc_id;
		sending->known = true;
	}
	if (left <= room.bytes)
		return 0;
	if (!room.explicit_eor)
		return left <= limit ? EWOULDBLOCK : EMSGSIZE;
	*length = room.bytes;
	return room.bytes < least || room.bytes == 0 ? EWOULDBLOCK : 0;
}

/* Copies the next bytes of a call. */
static int
copy_in(struct sending *sending, size_t length)
{
	uint8_t *bytes;
	int error = sctp_message_create(length, &sending->piece, &bytes);

	if (error != 0) {
		sending->piece = NULL;
		return error;
	}
	if (sending->uio != NULL)
		error = uiomove((const char *)bytes, (int)length, sending->uio);
	else
		error = mbuf_copydata(sending->top, sending->copied, length, bytes);
	sending->copied += length;
	return error;
}

static int
send_piece(struct sctp_pcb *pcb, struct sending *sending)
{
	int error = may_send(pcb);

	if (error != 0)
		return error;
	sending->info.more = sending->copied < sending->asked;
	error = sctp_engine_send(engine(), sctp_now(), pcb->endpoint, &sending->info, sending->piece);
	if (error != 0)
		return told(sending, error);
	sending->piece = NULL;
	sending->sent = sending->copied;
	return 0;
}

/* Domain mutex, released while it copies. EWOULDBLOCK if the caller must wait for room. */
static int
try_next(struct socket *so, struct sending *sending)
{
	struct sctp_pcb *pcb = sctp_pcb_of(so);
	size_t length = 0;
	int error;

	if (pcb == NULL)
		return EBADF;
	if (sending->piece == NULL && sending->copied < sending->asked) {
		error = find_room(pcb, sending, &length);
		if (error != 0)
			return error;
		sctp_unlock();
		error = copy_in(sending, length);
		sctp_lock();
		if (error != 0)
			return error;
		pcb = sctp_pcb_of(so);
		if (pcb == NULL)
			return EBADF;
	}
	return send_piece(pcb, sending);
}

/* Domain mutex, released while it waits for room. */
static int
send_message(struct socket *so, const struct sockaddr *to, struct sending *sending)
{
	struct sctp_pcb *pcb = sctp_pcb_of(so);
	int error;

	if (pcb == NULL)
		return EBADF;
	if (to != NULL) {
		error = sctp_address_read(pcb->family, to, &sending->info.to);
		if (error != 0)
			return error;
	}
	for (;;) {
		error = try_next(so, sending);
		sctp_core_drain();
		if (error == 0 && sending->sent == sending->asked)
			return 0;
		if (error == EWOULDBLOCK && !sctp_socket_nonblocking(so, sending->flags))
			error = sctp_socket_wait(so, so_snd(so), sending->began);
		if (error != 0)
			return error;
	}
}

/* What can be refused without the mutex. */
static int
check(const struct sending *sending, int64_t asked)
{
	const uint16_t closing = SCTP_ENGINE_EOF | SCTP_ENGINE_ABORT;

	if ((sending->flags & MSG_OOB) != 0)
		return EOPNOTSUPP;
	if (asked < 0)
		return EINVAL;
	if (asked > INT32_MAX)
		return EMSGSIZE;
	/* A DATA chunk has at least one byte of data (RFC 9260 section 3.3.1). */
	if (asked == 0 && (sending->info.flags & closing) == 0)
		return EINVAL;
	return 0;
}

int
sctp_sosend(struct socket *so, struct sockaddr *to, struct uio *uio, struct mbuf *top, struct mbuf *control,
	    int flags)
{
	struct sending sending;
	int64_t asked = uio != NULL ? uio_resid(uio) : (int64_t)mbuf_pkthdr_len(top);
	int error = 0;

	memset(&sending, 0, sizeof(sending));
	sending.info.use_defaults = true;
	sending.info.flags = (uint16_t)(((flags & MSG_EOR) != 0 ? SCTP_ENGINE_EOR : 0) |
					((flags & MSG_EOF) != 0 ? SCTP_ENGINE_EOF : 0));
	sending.uio = uio;
	sending.top = top;
	sending.flags = flags;
	sending.began = sctp_now();
	if (control != NULL)
		error = sctp_control_parse(control, &sending.info, &sending.control);
	if (error == 0)
		error = check(&sending, asked);
	if (error == 0) {
		sending.asked = (size_t)asked;
		sctp_lock();
		error = send_message(so, to, &sending);
		sctp_unlock();
	}

	/* sendmsg takes EWOULDBLOCK and EINTR for success if the uio says that something was sent. */
	if (error != 0 && uio != NULL)
		uio_setresid(uio, asked - (int64_t)sending.sent);
	if (sending.piece != NULL)
		sctp_message_destroy(sending.piece);
	if (control != NULL)
		mbuf_freem(control);
	if (top != NULL)
		mbuf_freem(top);
	return error;
}
