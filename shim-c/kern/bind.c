#include "bind.h"
#include "address.h"
#include "address_list.h"
#include "core.h"
#include "interfaces.h"
#include "user_abi.h"
#include "usrreq.h"

/* What the engine does not know of: privileges, and which addresses are this host's. */
static int
check(struct socket *so, const struct sctp_address *address)
{
	if (address->port != 0 && address->port < IPPORT_RESERVED && (*so_state(so) & SS_PRIV) == 0)
		return EACCES;
	return sctp_interfaces_have(address) ? 0 : EADDRNOTAVAIL;
}

int
sctp_bind(struct socket *so, struct sockaddr *address, struct proc *proc)
{
	struct sctp_pcb *pcb = sctp_pcb_of(so);
	struct sctp_address local;
	int error;

	(void)proc;
	if (pcb == NULL)
		return EINVAL;
	error = sctp_address_read(pcb->family, address, &local);
	if (error == 0)
		error = check(so, &local);
	if (error == 0)
		error = sctp_engine_bind(engine(), pcb->endpoint, &local);
	sctp_core_drain();
	return error;
}

static int
add(struct sctp_pcb *pcb, const struct sctp_address_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		int error = check(pcb->so, &list->addresses[i]);

		if (error != 0)
			return error;
	}
	return sctp_engine_bind_more(engine(), pcb->endpoint, list->addresses, list->count);
}

int
sctp_bindx(struct sctp_pcb *pcb, int option, const uint8_t *value, size_t length)
{
	struct sctp_address_list list;
	int error = sctp_address_list_read(pcb->family, value, length, SCTP_ADDRESSES_ALL, &list);

	if (error != 0)
		return error;
	if (option == SCTP_BINDX_ADD_ADDR)
		error = add(pcb, &list);
	else
		error = sctp_engine_bind_less(engine(), pcb->endpoint, list.addresses, list.count);
	sctp_address_list_free(&list);
	return error;
}
