/* getsockopt and setsockopt: values of level IPPROTO_SCTP go to the engine and back as bytes. */
#include "bind.h"
#include "connect.h"
#include "core.h"
#include "mem.h"
#include "peeloff.h"
#include "socket.h"
#include "user_abi.h"
#include "usrreq.h"

/* The longest value, bytes: room for some hundred addresses. A get answers no more, a set takes no more. */
#define VALUE_MAX 32768
/* Values up to this length need no allocation; all structures of fixed length fit. */
#define VALUE_SMALL 256

static int
get_option(struct sctp_pcb *pcb, struct sockopt *option, void *value, size_t length)
{
	/* What the program put in selects an association or an address. */
	int error = sockopt_copyin(option, value, length);

	if (error == 0)
		error = sctp_engine_get_option(engine(), pcb->endpoint, sockopt_name(option), value, &length);
	if (error == 0)
		error = sockopt_copyout(option, value, length);
	return error;
}

/*
 * Most options are values that the engine keeps. Some are calls on the socket, which libsctp makes so.
 * assoc_id: an association that such a call has made.
 */
static int
apply(struct sctp_pcb *pcb, int name, const void *value, size_t length, uint32_t *assoc_id)
{
	switch (name) {
	case SCTP_BINDX_ADD_ADDR:
	case SCTP_BINDX_REM_ADDR:
		return sctp_bindx(pcb, name, value, length);
	case SCTP_CONNECT_X:
	case SCTP_CONNECT_X_DELAYED:
	case SCTP_CONNECT_X_COMPLETE:
		return sctp_connectx(pcb, name, value, length, assoc_id);
	case SCTP_PEELOFF:
		return sctp_peel_off(pcb, value, length);
	default:
		return sctp_engine_set_option(engine(), sctp_now(), pcb->endpoint, name, value, length);
	}
}

static int
set_option(struct sctp_pcb *pcb, struct sockopt *option, void *value, size_t length)
{
	uint32_t assoc_id = 0;
	int error = sockopt_copyin(option, value, length);

	if (error == 0)
		error = apply(pcb, sockopt_name(option), value, length, &assoc_id);
	sctp_core_drain();
	/* As on FreeBSD it comes back where the value began, if the program can be written to there. */
	if (assoc_id != 0 && error == 0)
		(void)sockopt_copyout(option, &assoc_id, sizeof(assoc_id));
	return error;
}

static int
sctp_option(struct sctp_pcb *pcb, struct sockopt *option)
{
	bool set = sockopt_direction(option) == SOPT_SET;
	size_t length = sockopt_valsize(option);
	uint64_t small[VALUE_SMALL / sizeof(uint64_t)];
	void *value = small;
	int error;

	if (length > VALUE_MAX) {
		if (set)
			return EINVAL;
		length = VALUE_MAX;
	}
	if (length > sizeof(small)) {
		value = sctp_kern_alloc(length);
		if (value == NULL)
			return ENOBUFS;
	}
	error = set ? set_option(pcb, option, value, length) : get_option(pcb, option, value, length);
	if (value != small)
		sctp_kern_free(value, length);
	return error;
}

/* What packets say to IP, and IPV6_V6ONLY. A socket of AF_INET6 has the options of both levels, for it has
 * peers of both.
 */
static int
ip_option(const struct sctp_pcb *pcb, struct sockopt *option)
{
	int level = sockopt_level(option), name = sockopt_name(option), value = 0, error;
	size_t length = sizeof(value);

	if (level == IPPROTO_IPV6 && pcb->family->domain_family != AF_INET6)
		return ENOPROTOOPT;
	if (sockopt_direction(option) == SOPT_GET) {
		error = sctp_engine_get_ip_option(engine(), pcb->endpoint, level, name, &value, &length);
		return error != 0 ? error : sockopt_copyout(option, &value, length);
	}
	if (sockopt_valsize(option) < length)
		return EINVAL;
	error = sockopt_copyin(option, &value, length);
	if (error != 0)
		return error;
	error = sctp_engine_set_ip_option(engine(), sctp_now(), pcb->endpoint, level, name, &value, length);
	sctp_core_drain();
	return error;
}

int
sctp_ctloutput(struct socket *so, struct sockopt *option)
{
	struct sctp_pcb *pcb = sctp_pcb_of(so);

	if (pcb == NULL)
		return EINVAL;
	switch (sockopt_level(option)) {
	case IPPROTO_SCTP:
		return sctp_option(pcb, option);
	case SOL_SOCKET:
		/* The kernel has applied the option and lets us know; SO_RCVBUF is the receive window. */
		sctp_socket_follow_buffers(pcb);
		sctp_socket_show_room(pcb);
		sctp_core_drain();
		return 0;
	case IPPROTO_IPV6:
	case IPPROTO_IP:
		return ip_option(pcb, option);
	default:
		return ENOPROTOOPT;
	}
}
