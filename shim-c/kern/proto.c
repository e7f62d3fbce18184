/*
 * Registration. The entries are appended to the domain's own list, which no KPI does for AF_INET, but they
 * belong to a domain of ours with a family that nothing uses: the kernel casts so_pcb of sockets whose domain
 * is AF_INET to struct inpcb in many places.
 *
 * The lock of the list (domain_proto_mtx) cannot be had. Appending is one store of a finished entry, which no
 * reader can see half done; removing waits before it trusts that no reader is still at an entry.
 */
#include "proto.h"
#include "family.h"
#include "lock.h"
#include "pcb.h"
#include "user_abi.h"
#include "usrreq.h"

/* A family number that no kernel uses: AF_MAX is below 64. */
#define FOREIGN_FAMILY 254

/* How long a thread may take from the list to pru_attach, seconds. */
#define SETTLE_SECONDS 1

static struct domain foreign_domain;
static bool withdrawn;

struct entry_kind {
	uint16_t type;
	uint32_t flags;
};

/* PR_CONNREQUIRED is what listen() asks for, and what makes an unconnected socket not writable: see socket.c.
 */
static const struct entry_kind kinds[ENTRIES] = {
    [ENTRY_STREAM] = {SOCK_STREAM, PR_CONNREQUIRED},
    [ENTRY_SEQPACKET] = {SOCK_SEQPACKET, PR_ATOMIC | PR_ADDR | PR_CONNREQUIRED},
};

static void
put(struct pr_usrreqs *table, uint16_t offset, void *request)
{
	*usrreqs_entry(table, offset) = request;
}

/*
 * Whatever is not ours stays as the raw protocol has it: the kernel's own functions for "not supported",
 * which it also recognises by address. Assigned one by one, at run time: an arm64e kernel signs function
 * pointers.
 */
static void
fill_requests(struct sctp_family *family)
{
	struct pr_usrreqs *table = &family->usrreqs;

	memcpy(table->bytes, family->raw->pr_usrreqs->bytes, xnu_layout.usrreqs_size);
	put(table, PRU_ABORT, (void *)sctp_abort);
	put(table, PRU_ACCEPT, (void *)sctp_accepted);
	put(table, PRU_ATTACH, (void *)sctp_attach);
	put(table, PRU_BIND, (void *)sctp_bind);
	put(table, PRU_CONNECT, (void *)sctp_connect);
	put(table, PRU_CONNECTX, (void *)sctp_unsupported);
	put(table, PRU_CONTROL, (void *)sctp_unsupported);
	put(table, PRU_DETACH, (void *)sctp_detach);
	put(table, PRU_DISCONNECT, (void *)sctp_disconnect);
	put(table, PRU_DISCONNECTX, (void *)sctp_unsupported);
	put(table, PRU_LISTEN, (void *)sctp_listen);
	put(table, PRU_PEERADDR, (void *)sctp_peeraddr);
	put(table, PRU_RCVD, (void *)sctp_rcvd);
	put(table, PRU_SEND, (void *)sctp_unsupported);
	put(table, PRU_SHUTDOWN, (void *)sctp_shutdown);
	put(table, PRU_SOCKADDR, (void *)sctp_sockaddr);
	put(table, PRU_SORECEIVE, (void *)sctp_soreceive);
	put(table, xnu_layout.pru_sosend, (void *)sctp_sosend);
	put(table, xnu_layout.pru_socheckopt, (void *)sctp_socheckopt);
}

static void
fill_entry(struct sctp_family *family, unsigned index)
{
	struct protosw *entry = &family->entries[index];

	memset(entry, 0, sizeof(*entry));
	entry->pr_domain = &foreign_domain;
	entry->pr_protosw = entry;
	entry->pr_type = kinds[index].type;
	entry->pr_protocol = IPPROTO_SCTP;
	entry->pr_flags = kinds[index].flags | PR_INITIALIZED | PR_ATTACHED;
	entry->pr_ctloutput = sctp_ctloutput;
	entry->pr_usrreqs = &family->usrreqs;
	entry->pr_filter_last = &entry->pr_filter_first;
}

static void
fill_domain(void)
{
	memset(&foreign_domain, 0, sizeof(foreign_domain));
	foreign_domain.dom_family = FOREIGN_FAMILY;
	foreign_domain.dom_flags = DOM_INITIALIZED | DOM_ATTACHED;
	foreign_domain.dom_mtx = sctp_mutex();
	foreign_domain.dom_protosw_last = &foreign_domain.dom_protosw_first;
	foreign_domain.dom_name = "sctp";
}

static void
append(struct domain *domain, struct protosw *entry)
{
	entry->next = NULL;
	entry->previous = domain->dom_protosw_last;
	__atomic_store_n(domain->dom_protosw_last, entry, __ATOMIC_RELEASE);
	domain->dom_protosw_last = &entry->next;
}

static void
unlink_entry(struct domain *domain, struct protosw *entry)
{
	if (entry->next != NULL)
		entry->next->previous = entry->previous;
	else
		domain->dom_protosw_last = entry->previous;
	/* entry->next stays: a reader may be at this entry. */
	__atomic_store_n(entry->previous, entry->next, __ATOMIC_RELEASE);
}

static void
append_all(void)
{
	for (size_t i = 0; i < SCTP_FAMILIES; i++) {
		for (unsigned j = 0; j < ENTRIES; j++)
			append(sctp_families[i].domain, &sctp_families[i].entries[j]);
	}
}

static void
unlink_all(void)
{
	for (size_t i = 0; i < SCTP_FAMILIES; i++) {
		for (unsigned j = 0; j < ENTRIES; j++)
			unlink_entry(sctp_families[i].domain, &sctp_families[i].entries[j]);
	}
}

/* Domain mutex. dom_refs counts sockets from after attach to before they are freed; pcbs from within attach.
 */
static bool
busy(void)
{
	return __atomic_load_n(&foreign_domain.dom_refs, __ATOMIC_RELAXED) != 0 || sctp_pcb_count() != 0;
}

int
sctp_proto_start(void)
{
	withdrawn = false;
	fill_domain();
	for (size_t i = 0; i < SCTP_FAMILIES; i++) {
		fill_requests(&sctp_families[i]);
		for (unsigned j = 0; j < ENTRIES; j++)
			fill_entry(&sctp_families[i], j);
	}
	append_all();
	return 0;
}

int
sctp_proto_stop(void)
{
	struct timespec settle = {SETTLE_SECONDS, 0};
	bool refused;

	sctp_lock();
	refused = busy();
	if (!refused) {
		withdrawn = true;
		unlink_all();
		/* A thread that found an entry just before may still come to sctp_attach, and is refused
		 * there. */
		(void)sctp_sleep(&settle, PSOCK, &settle);
		refused = busy();
		if (refused) {
			append_all();
			withdrawn = false;
		}
	}
	sctp_unlock();
	return refused ? EBUSY : 0;
}

bool
sctp_proto_withdrawn(void)
{
	return withdrawn;
}
