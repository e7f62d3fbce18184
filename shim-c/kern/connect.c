#include "connect.h"
#include "address.h"
#include "address_list.h"
#include "core.h"
#include "socket.h"
#include "user_abi.h"
#include "usrreq.h"

/* The association is there: what its socket shows before the engine's next update. */
static void
show_connecting(struct sctp_pcb *pcb)
{
	uint16_t *state = so_state(pcb->so);

	/* An earlier attempt may have failed, and shown that nothing can be sent or received. */
	if (!pcb->one_to_many)
		*state = (uint16_t)((*state & ~(SS_ISDISCONNECTED | SS_CANTSENDMORE | SS_CANTRCVMORE)) |
				    SS_ISCONNECTING);
}

static int
begin(struct sctp_pcb *pcb, const struct sctp_address *peer, size_t count, bool delayed, uint32_t *assoc_id)
{
	int error = sctp_engine_connect(engine(), sctp_now(), pcb->endpoint, peer, count, delayed, assoc_id);

	if (error != 0)
		return error;
	show_connecting(pcb);
	sctp_core_drain();
	return 0;
}

int
sctp_connect(struct socket *so, struct sockaddr *address, struct proc *proc)
{
	struct sctp_pcb *pcb = sctp_pcb_of(so);
	struct sctp_address peer;
	uint32_t assoc_id;
	int error;

	(void)proc;
	if (pcb == NULL)
		return EINVAL;
	error = sctp_address_read(pcb->family, address, &peer);
	return error != 0 ? error : begin(pcb, &peer, 1, false, &assoc_id);
}

/*
 * As connect() waits in the kernel. A socket that does not block has its association under way, and is told
 * that it has, as on FreeBSD: not EINPROGRESS, which would keep its name from the caller.
 */
static int
wait_until_connected(struct socket *so)
{
	while ((*so_state(so) & SS_ISCONNECTING) != 0 && *so_error(so) == 0) {
		int error;

		if (sctp_socket_nonblocking(so, 0))
			return 0;
		error = sctp_sleep(so_timeo(so), PSOCK | PCATCH, NULL);
		/* A second call would find the first one under way. */
		if (error == ERESTART)
			return EINTR;
		if (error != 0)
			return error;
		if ((*so_state(so) & SS_DRAINING) != 0)
			return ECONNABORTED;
	}
	return sctp_socket_take_error(so);
}

/* The value is the number of addresses, and the addresses. */
static int
begin_with_list(struct sctp_pcb *pcb, bool delayed, const uint8_t *value, size_t length, uint32_t *assoc_id)
{
	struct sctp_address_list list;
	int32_t count;
	int error;

	if (length < sizeof(count))
		return EINVAL;
	memcpy(&count, value, sizeof(count));
	if (count <= 0)
		return EINVAL;
	error = sctp_address_list_read(pcb->family, value + sizeof(count), length - sizeof(count),
				       (size_t)count, &list);
	if (error != 0)
		return error;
	error = begin(pcb, list.addresses, list.count, delayed, assoc_id);
	sctp_address_list_free(&list);
	/* One-to-many sockets never wait for an association, neither here nor in connect(). */
	return error != 0 || delayed || pcb->one_to_many ? error : wait_until_connected(pcb->so);
}

static int
complete(struct sctp_pcb *pcb, const uint8_t *value, size_t length)
{
	struct sctp_address_list list;
	int error = sctp_address_list_read(pcb->family, value, length, 1, &list);

	if (error != 0)
		return error;
	error = sctp_engine_begin(engine(), sctp_now(), pcb->endpoint, list.addresses);
	sctp_address_list_free(&list);
	return error;
}

int
sctp_connectx(struct sctp_pcb *pcb, int option, const uint8_t *value, size_t length, uint32_t *assoc_id)
{
	switch (option) {
	case SCTP_CONNECT_X:
		return begin_with_list(pcb, false, value, length, assoc_id);
	case SCTP_CONNECT_X_DELAYED:
		return begin_with_list(pcb, true, value, length, assoc_id);
	default:
		return complete(pcb, value, length);
	}
}
