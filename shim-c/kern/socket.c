/*
 * Readiness is true byte counts in sb_cc without any mbuf: the kernel's own code then answers select, poll,
 * kevent, FIONREAD and the low-water marks right. sb_mbcnt goes with sb_cc, or sbflush would panic. Nothing
 * is written to a buffer once SB_DROP is set, nor to a defunct socket: the kernel has emptied these for good.
 *
 * To the kernel a socket with PR_CONNREQUIRED, which listen() asks for, is writable when it is connected. A
 * one-to-many socket never is, and both listens and sends. SOF1_PRECONNECT_DATA makes it writable: the kernel
 * sets it on a TCP socket that takes data before it is connected, and only TCP and the code that pru_sosend
 * and pru_soreceive stand for read it for anything else. As the kernel then does not look at the room in the
 * buffer any more, the flag is there only while there is room.
 */
#include "socket.h"
#include "core.h"
#include "user_abi.h"
#include "worker.h"

/* As kern.ipc.sb_efficiency: how many bytes of mbufs for a byte of data. */
#define MBUF_BYTES_PER_BYTE 8

/* What sonewconn lets a socket inherit, of what a program can set on an SCTP socket. */
#define INHERITED_FLAGS (SOF_NOSIGPIPE | SOF_NOADDRAVAIL)

/* MCLBYTES: what a fresh socket has for SO_SNDLOWAT. */
#define SEND_LOWAT 2048

static void
reserve(struct sockbuf *sb, uint32_t bytes, uint32_t lowat)
{
	*sb_hiwat(sb) = bytes;
	*sb_mbmax(sb) = bytes <= INT32_MAX / MBUF_BYTES_PER_BYTE ? bytes * MBUF_BYTES_PER_BYTE : INT32_MAX;
	if (*sb_lowat(sb) == 0)
		*sb_lowat(sb) = lowat;
	if (*sb_lowat(sb) > bytes)
		*sb_lowat(sb) = bytes;
}

void
sctp_socket_reserve(struct socket *so, uint32_t send, uint32_t receive)
{
	reserve(so_snd(so), send, SEND_LOWAT);
	reserve(so_rcv(so), receive, 1);
}

static void
set_count(struct sockbuf *sb, uint32_t bytes)
{
	*sb_cc(sb) = bytes;
	*sb_mbcnt(sb) = bytes != 0;
}

void
sctp_socket_clear_counts(struct socket *so)
{
	set_count(so_rcv(so), 0);
	set_count(so_snd(so), 0);
}

void
sctp_socket_wake(struct sockbuf *sb)
{
	struct selinfo *selinfo = sb_sel(sb);

	*sb_flags(sb) &= ~(uint32_t)SB_SEL;
	selwakeup(selinfo);
	if (*sb_waiters(sb) != 0)
		wakeup(sb_cc(sb));
	if ((*sb_flags(sb) & SB_KNOTE) != 0)
		knote(si_note(selinfo), SO_FILT_HINT_LOCKED, 0);
}

/* What is left of the time-out of sb for a call; false if there is none. */
static bool
time_left(struct sockbuf *sb, sctp_nanoseconds began, struct timespec *left)
{
	struct timeval limit = *sb_timeo(sb);
	uint64_t passed = sctp_now() - began, whole;

	if ((limit.tv_sec == 0 && limit.tv_usec == 0) || limit.tv_sec > INT32_MAX)
		return false;
	whole = (uint64_t)limit.tv_sec * 1000000000u + (uint64_t)limit.tv_usec * 1000u;
	whole = whole > passed ? whole - passed : 0;
	left->tv_sec = (long)(whole / 1000000000u);
	left->tv_nsec = (long)(whole % 1000000000u);
	return true;
}

int
sctp_socket_wait(struct socket *so, struct sockbuf *sb, sctp_nanoseconds began)
{
	struct timespec left = {0, 0};
	bool limited = time_left(sb, began, &left);
	int error;

	if ((*so_state(so) & SS_DRAINING) != 0 || (*so_flags(so) & SOF_DEFUNCT) != 0)
		return EBADF;
	/* A time-out of 0 would be none. */
	if (limited && left.tv_sec == 0 && left.tv_nsec == 0)
		return EWOULDBLOCK;
	++*sb_waiters(sb);
	error = sctp_sleep(sb_cc(sb), PSOCK | PCATCH, limited ? &left : NULL);
	--*sb_waiters(sb);
	if ((*so_state(so) & SS_DRAINING) != 0 || (*so_flags(so) & SOF_DEFUNCT) != 0)
		return EBADF;
	return error;
}

bool
sctp_socket_nonblocking(struct socket *so, int flags)
{
	return (*so_state(so) & SS_NBIO) != 0 || (flags & (MSG_DONTWAIT | MSG_NBIO)) != 0;
}

int
sctp_socket_take_error(struct socket *so)
{
	int error = *so_error(so);

	*so_error(so) = 0;
	return error;
}

void
sctp_socket_show_room(struct sctp_pcb *pcb)
{
	struct sockbuf *snd = so_snd(pcb->so);
	uint32_t used = *sb_cc(snd), limit = *sb_hiwat(snd);

	if (!pcb->one_to_many)
		return;
	if (used <= limit && limit - used >= *sb_lowat(snd))
		*so_flags1(pcb->so) |= SOF1_PRECONNECT_DATA;
	else
		*so_flags1(pcb->so) &= ~(uint32_t)SOF1_PRECONNECT_DATA;
}

/* True if sb_hiwat is another than is known; it then is known. */
static bool
follow(struct sockbuf *sb, uint32_t *known)
{
	if (*sb_hiwat(sb) == *known || (*sb_flags(sb) & SB_DROP) != 0)
		return false;
	*known = *sb_hiwat(sb);
	return true;
}

void
sctp_socket_follow_buffers(struct sctp_pcb *pcb)
{
	if (follow(so_rcv(pcb->so), &pcb->receive_buffer))
		sctp_engine_set_receive_buffer(engine(), sctp_now(), pcb->endpoint, pcb->receive_buffer);
	if (follow(so_snd(pcb->so), &pcb->send_buffer))
		sctp_engine_set_send_buffer(engine(), sctp_now(), pcb->endpoint, pcb->send_buffer);
}

void
sctp_socket_inherit(struct socket *from, struct sctp_pcb *pcb)
{
	struct socket *to = pcb->so;

	*so_state(to) |= *so_state(from) & SS_NBIO;
	*so_options(to) = *so_options(from) & ~(uint32_t)SO_ACCEPTCONN;
	*so_linger(to) = *so_linger(from);
	*so_flags(to) |= *so_flags(from) & INHERITED_FLAGS;
	sctp_socket_reserve(to, *sb_hiwat(so_snd(from)), *sb_hiwat(so_rcv(from)));
	*sb_flags(so_snd(to)) |= *sb_flags(so_snd(from)) & SB_USRSIZE;
	*sb_flags(so_rcv(to)) |= *sb_flags(so_rcv(from)) & SB_USRSIZE;
	sctp_socket_follow_buffers(pcb);
}

/* Shows bytes in a buffer; true if there is more to read, or more room to write, than before. */
static bool
show_receive(struct sctp_pcb *pcb, uint32_t bytes)
{
	struct sockbuf *rcv = so_rcv(pcb->so);
	bool more = bytes > *sb_cc(rcv);

	if ((*sb_flags(rcv) & SB_DROP) != 0) {
		/* SHUT_RD reaches the protocol by this flag alone. */
		if (bytes != 0)
			sctp_engine_flush(engine(), sctp_now(), pcb->endpoint);
		return false;
	}
	set_count(rcv, bytes);
	return more;
}

/*
 * Each association has a send buffer of its own: a one-to-many socket can be written to as long as one of
 * them has room, however much waits at the others. Who waits for one of them is woken whenever any has more.
 */
static bool
show_send(struct sctp_pcb *pcb, const struct sctp_update *update)
{
	struct sockbuf *snd = so_snd(pcb->so);
	uint32_t bytes = update->send_bytes, limit = *sb_hiwat(snd), lowat = *sb_lowat(snd);
	uint32_t writable = limit > lowat ? limit - lowat : 0;
	bool more = bytes < pcb->send_bytes;

	pcb->send_bytes = bytes;
	if ((*sb_flags(snd) & SB_DROP) != 0)
		return false;
	if (update->send_full)
		bytes = limit;
	else if (pcb->one_to_many && bytes > writable)
		bytes = writable;
	more |= bytes < *sb_cc(snd);
	set_count(snd, bytes);
	sctp_socket_show_room(pcb);
	return more;
}

/* The new so_state; the state of a connection is shown on one-to-one sockets only. */
static uint32_t
state_after(const struct sctp_pcb *pcb, const struct sctp_update *update, uint32_t state)
{
	const uint32_t association = SS_ISCONNECTED | SS_ISCONNECTING | SS_ISDISCONNECTING;

	if (update->end_of_file)
		state |= SS_CANTRCVMORE;
	if (update->send_closed)
		state |= SS_CANTSENDMORE;
	if (pcb->one_to_many)
		return state;

	if (update->connecting)
		return (state & ~(uint32_t)SS_ISDISCONNECTED) | SS_ISCONNECTING;
	if (update->connected && (state & SS_ISDISCONNECTING) == 0)
		return (state & ~(uint32_t)(SS_ISCONNECTING | SS_ISDISCONNECTED)) | SS_ISCONNECTED;
	/* close() with SO_LINGER waits for SS_ISCONNECTED to go: until all data was acknowledged. */
	if (update->connected && update->send_bytes != 0)
		return state;
	if ((state & association) != 0)
		return (state & ~association) | SS_ISDISCONNECTED;
	return state;
}

void
sctp_socket_update(const struct sctp_update *update)
{
	struct sctp_pcb *pcb = update->context;
	struct socket *so = pcb->so;
	uint32_t before, after;
	bool readable, writable, changed;

	if (so == NULL || (*so_flags(so) & SOF_DEFUNCT) != 0)
		return;
	pcb->pending_accepts = update->pending_accepts;
	if (update->pending_accepts != 0)
		sctp_worker_accept(pcb);

	before = *so_state(so);
	after = state_after(pcb, update, before);
	*so_state(so) = (uint16_t)after;
	if (update->error != 0)
		*so_error(so) = (uint16_t)update->error;
	sctp_socket_follow_buffers(pcb);
	readable = show_receive(pcb, update->receive_bytes);
	writable = show_send(pcb, update);

	changed = after != before || update->error != 0;
	if (readable || changed)
		sctp_socket_wake(so_rcv(so));
	if (writable || changed)
		sctp_socket_wake(so_snd(so));
	if (changed)
		wakeup(so_timeo(so));
}
