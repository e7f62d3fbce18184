/*
 * SCTP_PEELOFF. No KPI makes a descriptor, so libsctp opens the new socket and names the old one by its
 * descriptor.
 *
 * close(2) holds the lock of the descriptor table while it takes the mutex, to tell threads that are in a
 * call on the descriptor; file_socket and file_drop take the lock of the table. So these are called without
 * the mutex, and of two threads neither waits for what the other holds. Both sockets stay meanwhile: a close
 * waits until setsockopt(2) is done with the new one's descriptor, and file_drop with the old one's. All else
 * may change while the mutex is free, and is looked at afterwards; then the move is one step under it,
 * however many threads peel off from and to whichever sockets.
 */
#include "peeloff.h"
#include "core.h"
#include "socket.h"
#include "user_abi.h"

/* Domain mutex, released while another thread has a message of the old socket in hand. */
static int
move(struct socket *so, uint32_t assoc_id, struct sctp_pcb *to)
{
	struct sctp_pcb *from = sctp_family_of(so) != NULL ? sctp_pcb_of(so) : NULL;
	int error;

	if (from == NULL)
		return EOPNOTSUPP;
	/* What of the message is not read may have to move. A copy under way ends soon. */
	while (from->reading) {
		error = sctp_sleep(&from->reading, PSOCK | PCATCH, NULL);
		if (error != 0)
			return error;
	}
	error = sctp_engine_peel_off(engine(), sctp_now(), from->endpoint, assoc_id, to->endpoint);
	if (error == 0)
		sctp_socket_inherit(so, to);
	return error;
}

int
sctp_peel_off(struct sctp_pcb *pcb, const void *value, size_t length)
{
	const struct sctp_peeloff_opt *option = value;
	struct socket *so = NULL;
	int error;

	if (length < sizeof(*option))
		return EINVAL;
	sctp_unlock();
	error = file_socket(option->s, &so);
	sctp_lock();
	if (error != 0)
		return error;
	error = move(so, option->assoc_id, pcb);
	/* Before the mutex is free again: whoever waits for either socket sees the move. */
	sctp_core_drain();
	sctp_unlock();
	(void)file_drop(option->s);
	sctp_lock();
	return error;
}
