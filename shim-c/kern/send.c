/*
 * pru_sosend: one call, one message. The bytes are copied from the program before the mutex is taken, for the
 * copy may fault and wait. The mutex is not held by the caller.
 */
#include "address.h"
#include "control.h"
#include "core.h"
#include "socket.h"
#include "usrreq.h"

/* One send call on its way. */
struct sending {
	struct sctp_send info;
	struct sctp_control control;
	struct sctp_message *message; /* NULL for no data */
	size_t length;
	int flags;
};

/* Copies the data of a call, which is in uio or, from kernel threads, in top. */
static int
copy_in(struct sending *sending, struct uio *uio, struct mbuf *top)
{
	uint8_t *bytes;
	int error;

	if (sending->length == 0)
		return 0;
	error = sctp_message_create(sending->length, &sending->message, &bytes);
	if (error != 0) {
		sending->message = NULL;
		return error;
	}
	if (uio != NULL)
		return uiomove((const char *)bytes, (int)sending->length, uio);
	return mbuf_copydata(top, 0, sending->length, bytes);
}

/*
 * SCTP_INIT control data is for an association that this very message sets up (RFC 6458 section 5.3.1), and
 * not for later ones: the endpoint's SCTP_INITMSG is replaced for the one call. Nothing comes in between, for
 * the mutex is held.
 */
static int
send_with_init(struct sctp_pcb *pcb, struct sending *sending)
{
	struct sctp_initmsg saved, asked = sending->control.init;
	size_t length = sizeof(saved);
	int error, restored;

	error = sctp_engine_get_option(engine(), pcb->endpoint, SCTP_INITMSG, &saved, &length);
	if (error != 0)
		return error;
	error =
	    sctp_engine_set_option(engine(), sctp_now(), pcb->endpoint, SCTP_INITMSG, &asked, sizeof(asked));
	if (error != 0)
		return error;
	error = sctp_engine_send(engine(), sctp_now(), pcb->endpoint, &sending->info, sending->message);
	restored = sctp_engine_set_option(engine(), sctp_now(), pcb->endpoint, SCTP_INITMSG, &saved, length);
	return error != 0 ? error : restored;
}

/* EWOULDBLOCK when there is no room for the whole message now. */
static int
try_send(struct sctp_pcb *pcb, struct sending *sending)
{
	struct socket *so = pcb->so;
	uint32_t used = *sb_cc(so_snd(so)), limit = *sb_hiwat(so_snd(so));
	int error;

	if (pcb->listening)
		return EOPNOTSUPP;
	if ((*so_state(so) & SS_CANTSENDMORE) != 0)
		return EPIPE;
	error = sctp_socket_take_error(so);
	if (error != 0)
		return error;
	if (sending->length > limit)
		return EMSGSIZE;
	if (sending->length != 0 && used != 0 && (used >= limit || sending->length > limit - used))
		return EWOULDBLOCK;
	if (sending->control.has_init)
		error = send_with_init(pcb, sending);
	else
		error =
		    sctp_engine_send(engine(), sctp_now(), pcb->endpoint, &sending->info, sending->message);
	if (error == 0)
		sending->message = NULL;
	return error;
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
		error = try_send(pcb, sending);
		sctp_core_drain();
		if (error != EWOULDBLOCK || sctp_socket_nonblocking(so, sending->flags))
			return error;
		error = sctp_socket_wait(so, so_snd(so));
		if (error != 0)
			return error;
		pcb = sctp_pcb_of(so);
		if (pcb == NULL)
			return EBADF;
	}
}

/* What can be refused without the mutex: it keeps a call from allocating more than the socket may hold. */
static int
check(struct socket *so, const struct sending *sending, int64_t asked)
{
	const uint16_t closing = SCTP_ENGINE_EOF | SCTP_ENGINE_ABORT;

	if ((sending->flags & MSG_OOB) != 0)
		return EOPNOTSUPP;
	if (asked < 0)
		return EINVAL;
	if (asked > *sb_hiwat(so_snd(so)) || asked > INT32_MAX)
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
	sending.flags = flags;
	if (control != NULL)
		error = sctp_control_parse(control, &sending.info, &sending.control);
	if (error == 0)
		error = check(so, &sending, asked);
	if (error == 0) {
		sending.length = (size_t)asked;
		error = copy_in(&sending, uio, top);
	}
	if (error == 0) {
		sctp_lock();
		error = send_message(so, to, &sending);
		sctp_unlock();
	}

	/* sendmsg takes an error for success if the uio says that something was sent. */
	if (error != 0 && uio != NULL)
		uio_setresid(uio, asked);
	if (sending.message != NULL)
		sctp_message_destroy(sending.message);
	if (control != NULL)
		mbuf_freem(control);
	if (top != NULL)
		mbuf_freem(top);
	return error;
}
