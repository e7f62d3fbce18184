/*
 * The check of the layout on live sockets. Pointers that must point back, lists that must be empty, and
 * options whose value must show up at the table's offset and nowhere before: other words of a socket change
 * too when it is used (its lock history), so the words at the offsets are compared, not what changed first.
 *
 * The order matters: nothing is followed as a pointer before the offsets around it were confirmed by value.
 */
#include "calibrate.h"
#include "log.h"
#include "user_abi.h"

/* More protocols than any kernel has; a longer list is not a list. */
#define PROTOCOLS_MAX 64

static bool
fail(const char *probe)
{
	sctp_log("this kernel's structures are not as the table says: %s", probe);
	return false;
}

static bool
set(struct socket *so, int option, const void *value, int length)
{
	return sock_setsockopt(so, SOL_SOCKET, option, value, length) == 0;
}

static bool
set_int(struct socket *so, int option, int value)
{
	return set(so, option, &value, sizeof(value));
}

/* An option that stores its value as it is. Two values, so that no constant passes. */
static bool
stores(struct socket *so, int option, const uint32_t *where)
{
	static const uint16_t values[] = {0x0377, 0x0511};

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		if (!set_int(so, option, values[i]) || *where != values[i])
			return false;
	}
	return true;
}

/* An option that sets and clears one bit. */
static bool
switches(struct socket *so, int option, const uint32_t *where, uint32_t bit)
{
	if (!set_int(so, option, 1) || (*where & bit) == 0)
		return false;
	return set_int(so, option, 0) && (*where & bit) == 0;
}

static bool
buffers_fit(struct socket *so)
{
	struct sockbuf *rcv = so_rcv(so), *snd = so_snd(so);
	struct timeval timeout = {3, 250000}, never = {0, 0};

	if (*sb_so(rcv) != so)
		return fail("so_rcv.sb_so does not point back");
	if (*sb_so(snd) != so)
		return fail("so_snd.sb_so does not point back");
	if (!stores(so, SO_SNDBUF, sb_hiwat(snd)) || *sb_mbmax(snd) < *sb_hiwat(snd))
		return fail("SO_SNDBUF is not in so_snd.sb_hiwat");
	if (!stores(so, SO_RCVBUF, sb_hiwat(rcv)) || *sb_mbmax(rcv) < *sb_hiwat(rcv))
		return fail("SO_RCVBUF is not in so_rcv.sb_hiwat");
	/* The low-water marks may not exceed the high-water marks just set. */
	if (!set_int(so, SO_SNDBUF, 0x2000) || !set_int(so, SO_RCVBUF, 0x2000))
		return fail("SO_SNDBUF and SO_RCVBUF are refused");
	if (!stores(so, SO_SNDLOWAT, sb_lowat(snd)))
		return fail("SO_SNDLOWAT is not in so_snd.sb_lowat");
	if (!stores(so, SO_RCVLOWAT, sb_lowat(rcv)))
		return fail("SO_RCVLOWAT is not in so_rcv.sb_lowat");
	if (!set(so, SO_RCVTIMEO, &timeout, sizeof(timeout)) || sb_timeo(rcv)->tv_sec != 3 ||
	    sb_timeo(rcv)->tv_usec != 250000 || !set(so, SO_RCVTIMEO, &never, sizeof(never)))
		return fail("SO_RCVTIMEO is not in so_rcv.sb_timeo");
	if (*sb_cc(rcv) != 0 || *sb_mbcnt(rcv) != 0 || *sb_waiters(rcv) != 0 || *sb_waiters(snd) != 0)
		return fail("a fresh socket buffer is not empty");
	return true;
}

static bool
flags_fit(struct socket *so)
{
	struct {
		int32_t onoff, linger;
	} on = {1, 7}, off = {0, 0};

	if (!switches(so, SO_NOSIGPIPE, so_flags(so), SOF_NOSIGPIPE))
		return fail("SO_NOSIGPIPE is not in so_flags");
	/* One option sets the bit, whatever its value, and another clears it. */
	if (!set_int(so, SO_NET_SERVICE_TYPE, 0) || (*so_flags1(so) & SOF1_TC_NET_SERV_TYPE) == 0 ||
	    !set_int(so, SO_TRAFFIC_CLASS, 0) || (*so_flags1(so) & SOF1_TC_NET_SERV_TYPE) != 0)
		return fail("SO_NET_SERVICE_TYPE is not in so_flags1");
	if (!switches(so, SO_KEEPALIVE, so_options(so), SO_KEEPALIVE))
		return fail("SO_KEEPALIVE is not in so_options");
	if (!set(so, SO_LINGER, &on, sizeof(on)) || (*so_options(so) & SO_LINGER) == 0 ||
	    *so_linger(so) != 7 || !set(so, SO_LINGER, &off, sizeof(off)))
		return fail("SO_LINGER is not in so_linger");
	if (*so_type(so) != SOCK_DGRAM)
		return fail("so_type");
	if (*so_error(so) != 0)
		return fail("so_error of a fresh socket");
	if ((*so_state(so) & ~(uint32_t)(SS_PRIV | SS_NBIO)) != 0)
		return fail("so_state of a fresh socket");
	return true;
}

static bool
queue_is_empty(const struct socket_queue *queue)
{
	return queue->first == NULL && queue->last == &queue->first;
}

static bool
pointers_fit(struct socket *so)
{
	if (*so_pcb(so) == NULL || *so_cred(so) == NULL)
		return fail("so_pcb or so_cred is NULL");
	if (*so_head(so) != NULL || !queue_is_empty(so_incomp(so)) || !queue_is_empty(so_comp(so)))
		return fail("the queues of unaccepted connections are not empty");
	if (*so_qlen(so) != 0 || *so_qlimit(so) != 0)
		return fail("so_qlen or so_qlimit of a fresh socket");
	return true;
}

bool
sctp_calibrate_socket(struct socket *so)
{
	return buffers_fit(so) && flags_fit(so) && pointers_fit(so);
}

/* Walks the protocols of a domain, checks the list's own pointers, and finds the raw entry. */
static bool
protocols_fit(struct sctp_family *family)
{
	struct domain *domain = family->domain;
	struct protosw **previous = &domain->dom_protosw_first;
	bool seen_udp = false;

	for (size_t i = 0; *previous != NULL; i++) {
		struct protosw *entry = *previous;

		if (i == PROTOCOLS_MAX)
			return fail("the list of protocols does not end");
		if (entry->previous != previous || entry->pr_protosw != entry)
			return fail("an entry of the list of protocols does not point back");
		if (entry->pr_protocol == IPPROTO_SCTP) {
			sctp_log("another extension offers SCTP already");
			return false;
		}
		if (entry == family->udp)
			seen_udp = true;
		if (entry->pr_type == SOCK_RAW && entry->pr_protocol == IPPROTO_RAW)
			family->raw = entry;
		previous = &entry->next;
	}
	if (domain->dom_protosw_last != previous)
		return fail("the end of the list of protocols");
	if (!seen_udp || family->raw == NULL || family->raw->pr_usrreqs == NULL)
		return fail("the UDP or the raw entry is not in the list of protocols");
	return true;
}

bool
sctp_calibrate_domain(struct sctp_family *family)
{
	struct protosw *udp = *so_proto(family->scratch);

	if (udp == NULL || ((uintptr_t)udp & 7) != 0)
		return fail("so_proto is no pointer");
	if (udp->pr_protosw != udp || udp->pr_type != SOCK_DGRAM || udp->pr_protocol != IPPROTO_UDP)
		return fail("so_proto is not UDP's entry");
	if (udp->pr_domain == NULL || udp->pr_domain->dom_family != family->domain_family ||
	    udp->pr_domain->dom_refs == 0)
		return fail("UDP's entry is not in its family's domain");
	if (udp->pr_usrreqs == NULL || *usrreqs_entry(udp->pr_usrreqs, PRU_SOCKADDR) == NULL)
		return fail("UDP's requests");
	family->udp = udp;
	family->raw = NULL;
	family->domain = udp->pr_domain;
	return protocols_fit(family);
}
