/*
 * pru_soreceive: one call, at most one message, never bytes of two (MSG_WAITALL means nothing for messages).
 * The message is taken out of the engine under the mutex, copied to the program without it, for the copy may
 * fault and wait, and then given back, whole or in part. Meanwhile other readers of the socket wait. The
 * mutex is not held by the caller.
 */
#include "address.h"
#include "control.h"
#include "core.h"
#include "socket.h"
#include "usrreq.h"

/* One receive call on its way. */
struct receiving {
	struct sctp_receive info;
	struct sctp_message *message;
	size_t copied;
	int flags;
	sctp_nanoseconds began;
	bool at_end; /* nothing more will come: a return of 0 bytes */
};

/* With nothing to read: what to tell the program, 0 for end of file, EWOULDBLOCK to wait. */
static int
nothing_to_read(struct sctp_pcb *pcb, struct receiving *receiving)
{
	struct socket *so = pcb->so;
	int error = sctp_socket_take_error(so);

	if (error != 0)
		return error;
	if ((*so_state(so) & SS_CANTRCVMORE) != 0) {
		receiving->at_end = true;
		return 0;
	}
	if (!pcb->one_to_many && (*so_state(so) & (SS_ISCONNECTED | SS_ISCONNECTING)) == 0)
		return ENOTCONN;
	return EWOULDBLOCK;
}

/* Domain mutex. EWOULDBLOCK if the caller must wait for a message. */
static int
take(struct sctp_pcb *pcb, struct receiving *receiving)
{
	int error;

	if (pcb->listening)
		return ENOTCONN;
	/* SHUT_RD sets this flag and calls no request. */
	if ((*sb_flags(so_rcv(pcb->so)) & SB_DROP) != 0)
		sctp_engine_flush(engine(), sctp_now(), pcb->endpoint);
	error =
	    sctp_engine_receive(engine(), sctp_now(), pcb->endpoint, &receiving->message, &receiving->info);
	if (error == EWOULDBLOCK)
		return nothing_to_read(pcb, receiving);
	if (error == 0)
		pcb->reading = true;
	return error;
}

/* Domain mutex, released while it waits. */
static int
wait_for_message(struct socket *so, struct receiving *receiving)
{
	for (;;) {
		struct sctp_pcb *pcb = sctp_pcb_of(so);
		int error;

		if (pcb == NULL)
			return EBADF;
		if (pcb->reading) {
			/*
			 * A copy under way ends soon. Even calls that must not block wait for it: they would
			 * else miss the messages behind the one being copied.
			 */
			error = sctp_sleep(&pcb->reading, PSOCK | PCATCH, NULL);
			if (error != 0)
				return error;
			continue;
		}
		error = take(pcb, receiving);
		sctp_core_drain();
		if (error != EWOULDBLOCK || sctp_socket_nonblocking(so, receiving->flags))
			return error;
		error = sctp_socket_wait(so, so_rcv(so), receiving->began);
		if (error != 0)
			return error;
	}
}

static int
copy_out(struct receiving *receiving, struct uio *uio)
{
	while (receiving->copied < receiving->info.length && uio_resid(uio) > 0) {
		int64_t room = uio_resid(uio);
		size_t length = 0;
		const uint8_t *bytes = sctp_message_span(receiving->message, receiving->copied, &length);
		int error;

		if (bytes == NULL || length == 0)
			break;
		if ((uint64_t)room < length)
			length = (size_t)room;
		if (length > INT32_MAX)
			length = INT32_MAX;
		error = uiomove((const char *)bytes, (int)length, uio);
		if (error != 0)
			return error;
		receiving->copied += length;
	}
	return 0;
}

static bool
read_whole(const struct receiving *receiving)
{
	return receiving->copied >= receiving->info.length;
}

/* Domain mutex. Gives the message back to the engine, which keeps what was not read. */
static void
give_back(struct socket *so, struct receiving *receiving, int error)
{
	struct sctp_pcb *pcb = sctp_pcb_of(so);
	bool peek = (receiving->flags & MSG_PEEK) != 0;

	pcb->reading = false;
	wakeup(&pcb->reading);
	if (error == 0 && !peek && read_whole(receiving))
		sctp_engine_consumed(engine(), sctp_now(), pcb->endpoint, receiving->message);
	else
		sctp_engine_unreceive(engine(), sctp_now(), pcb->endpoint, receiving->message,
				      error == 0 && !peek ? receiving->copied : 0);
	receiving->message = NULL;
	sctp_core_drain();
}

/* The flags that recvmsg gives back. MSG_NOTIFICATION is the bit that MSG_NOSIGNAL is for send. */
static int
message_flags(const struct receiving *receiving)
{
	int flags = 0;

	if (receiving->info.end_of_record && read_whole(receiving))
		flags |= MSG_EOR;
	if (receiving->info.notification)
		flags |= MSG_NOTIFICATION;
	return flags;
}

/* Copies message, source and control data, without the mutex. */
static int
deliver(const struct sctp_family *family, struct receiving *receiving, struct sockaddr **from,
	struct uio *uio, struct mbuf **control)
{
	int error = copy_out(receiving, uio);

	if (error == 0 && from != NULL && receiving->info.from.family != 0)
		error = sctp_address_give(family, &receiving->info.from, from);
	if (error == 0 && control != NULL)
		*control = sctp_control_build(&receiving->info);
	return error;
}

int
sctp_soreceive(struct socket *so, struct sockaddr **from, struct uio *uio, struct mbuf **data,
	       struct mbuf **control, int *flags)
{
	struct receiving receiving;
	int error;

	memset(&receiving, 0, sizeof(receiving));
	receiving.flags = flags != NULL ? *flags : 0;
	receiving.began = sctp_now();
	if (from != NULL)
		*from = NULL;
	if (control != NULL)
		*control = NULL;
	if (data != NULL)
		*data = NULL;
	/* A kernel thread that wants mbufs (sock_receivembuf): messages are not in mbufs here. */
	if (data != NULL || (receiving.flags & MSG_OOB) != 0)
		return EOPNOTSUPP;

	sctp_lock();
	error = wait_for_message(so, &receiving);
	sctp_unlock();
	if (flags != NULL)
		*flags &= ~(MSG_EOR | MSG_NOTIFICATION);
	if (error != 0 || receiving.at_end)
		return error;

	error = deliver(sctp_family_of(so), &receiving, from, uio, control);
	if (error == 0 && flags != NULL)
		*flags |= message_flags(&receiving);
	sctp_lock();
	give_back(so, &receiving, error);
	sctp_unlock();
	return error;
}
