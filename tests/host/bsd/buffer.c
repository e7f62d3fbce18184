/*
 * Socket buffers. None of the host's protocols puts mbufs into one, so sb_mb stays NULL; what is read from
 * them are the counts, which decide readiness.
 */
#include "socketvar.h"

enum { SB_MAX = 8192 * 1024, MCLBYTES = 2048, MSIZE = 256, SB_EFFICIENCY = 8 };

static int
least(int a, int b)
{
	return a < b ? a : b;
}

int
sbspace(const struct sockbuf *buffer)
{
	int space =
	    least((int)(buffer->sb_hiwat - buffer->sb_cc), (int)(buffer->sb_mbmax - buffer->sb_mbcnt));
	if (buffer->sb_preconn_hiwat)
		space = least((int)(buffer->sb_preconn_hiwat - buffer->sb_cc), space);
	return space < 0 ? 0 : space;
}

bool
sbreserve(struct sockbuf *buffer, uint32_t size)
{
	if ((uint64_t)size > (uint64_t)SB_MAX * MCLBYTES / (MSIZE + MCLBYTES) ||
	    (size > buffer->sb_hiwat && (buffer->sb_flags & SB_LIMITED)))
		return false;
	buffer->sb_hiwat = size;
	/* The product wraps as XNU's does. */
	uint32_t mbufs = size * SB_EFFICIENCY;
	buffer->sb_mbmax = mbufs < SB_MAX ? mbufs : SB_MAX;
	if (buffer->sb_lowat > buffer->sb_hiwat)
		buffer->sb_lowat = buffer->sb_hiwat;
	return true;
}

int
soreserve(struct socket *socket, uint32_t send, uint32_t receive)
{
	if (!sbreserve(&socket->so_snd, send) || !sbreserve(&socket->so_rcv, receive))
		return XNU_ENOBUFS;
	socket->so_snd.sb_idealsize = send;
	socket->so_rcv.sb_idealsize = receive;
	if (socket->so_rcv.sb_lowat == 0)
		socket->so_rcv.sb_lowat = 1;
	if (socket->so_snd.sb_lowat == 0)
		socket->so_snd.sb_lowat = MCLBYTES;
	if (socket->so_snd.sb_lowat > socket->so_snd.sb_hiwat)
		socket->so_snd.sb_lowat = socket->so_snd.sb_hiwat;
	return 0;
}

/*
 * Empties a buffer. Counts without mbufs are put right as long as sb_mbcnt says that there is something to
 * drop; otherwise the kernel finds its books wrong and panics.
 */
static void
sbflush(struct sockbuf *buffer)
{
	struct socket *socket = buffer->sb_so;
	if (!socket)
		xnu_panic("sbflush: null so, sb=%p sb_flags=0x%x", (void *)buffer, buffer->sb_flags);
	if (socket->so_usecount < 0)
		xnu_panic("sbflush: sb=%p so=%p usecount=%d", (void *)buffer, (void *)socket,
			  socket->so_usecount);
	if (buffer->sb_mb)
		xnu_panic("sbflush: sb=%p so=%p has mbufs, which the host does not queue", (void *)buffer,
			  (void *)socket);
	if (buffer->sb_mbcnt > 0 && buffer->sb_cc > 0) {
		host_trace("sbdrop - count not zero");
		buffer->sb_cc = 0;
		buffer->sb_mbcnt = 0;
	}
	if (buffer->sb_cc || buffer->sb_mbcnt || buffer->sb_mbtail || buffer->sb_lastrecord)
		xnu_panic("sbflush: sb %p so %p cc %u mbcnt %u mb %p mbtail %p lastrecord %p", (void *)buffer,
			  (void *)socket, buffer->sb_cc, buffer->sb_mbcnt, (void *)buffer->sb_mb,
			  (void *)buffer->sb_mbtail, (void *)buffer->sb_lastrecord);
}

void
sbrelease(struct sockbuf *buffer)
{
	sbflush(buffer);
	buffer->sb_hiwat = 0;
	buffer->sb_mbmax = 0;
}

void
sowakeup(struct sockbuf *buffer)
{
	buffer->sb_flags &= ~(uint32_t)SB_SEL;
	xnu_selwakeup(&buffer->sb_sel);
	if (buffer->sb_waiters)
		xnu_wakeup(&buffer->sb_cc);
	if (buffer->sb_flags & SB_KNOTE)
		xnu_knote(&buffer->sb_sel.si_note, SO_FILT_HINT_LOCKED, false);
}

bool
soreadable(const struct socket *socket)
{
	return socket->so_rcv.sb_cc >= socket->so_rcv.sb_lowat || (socket->so_state & SS_CANTRCVMORE) ||
	       !TAILQ_EMPTY(&socket->so_comp) || socket->so_error;
}

bool
socanwrite(const struct socket *socket)
{
	return (socket->so_state & SS_ISCONNECTED) || !(socket->so_proto->pr_flags & PR_CONNREQUIRED) ||
	       (socket->so_flags1 & SOF1_PRECONNECT_DATA);
}

bool
sowriteable(const struct socket *socket)
{
	if ((socket->so_state & SS_CANTSENDMORE) || socket->so_error > 0)
		return true;
	if (!socanwrite(socket))
		return false;
	return (socket->so_flags1 & SOF1_PRECONNECT_DATA) ||
	       (uint32_t)sbspace(&socket->so_snd) >= socket->so_snd.sb_lowat;
}
