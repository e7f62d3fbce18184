/* shutdown(), and emptying the buffers. */
#include "socketvar.h"

#include <string.h>

/*
 * The read side ends without a word to the protocol: SB_DROP and SS_CANTRCVMORE are all it gets to see, sb_cc
 * and the sizes go to zero, and with them the low-water mark and the timeout.
 */
void
sorflush(struct socket *socket)
{
	struct sockbuf *buffer = &socket->so_rcv;
	socket->so_state |= SS_CANTRCVMORE;
	sowakeup(buffer);
	struct sockbuf old;
	memset(&old, 0, sizeof(old));
	old.sb_cc = buffer->sb_cc;
	old.sb_mbcnt = buffer->sb_mbcnt;
	old.sb_mb = buffer->sb_mb;
	old.sb_mbtail = buffer->sb_mbtail;
	old.sb_lastrecord = buffer->sb_lastrecord;
	old.sb_so = socket;
	buffer->sb_cc = 0;
	buffer->sb_hiwat = 0;
	buffer->sb_mbcnt = 0;
	buffer->sb_mbmax = 0;
	buffer->sb_ctl = 0;
	buffer->sb_lowat = 0;
	buffer->sb_mb = NULL;
	buffer->sb_mbtail = NULL;
	buffer->sb_lastrecord = NULL;
	buffer->sb_timeo = (struct xnu_timeval){0, 0};
	buffer->sb_flags = (buffer->sb_flags & ~(uint32_t)(SB_SEL | SB_UPCALL)) | SB_DROP;
	selthreadclear(&buffer->sb_sel);
	sbrelease(&old);
}

void
sowflush(struct socket *socket)
{
	struct sockbuf *buffer = &socket->so_snd;
	buffer->sb_flags = (buffer->sb_flags & ~(uint32_t)(SB_SEL | SB_UPCALL)) | SB_DROP;
	selthreadclear(&buffer->sb_sel);
	sbrelease(buffer);
}

static int
soshutdown_locked(struct socket *socket, int how)
{
	if (!(socket->so_state & (SS_ISCONNECTED | SS_ISCONNECTING | SS_ISDISCONNECTING)))
		return XNU_ENOTCONN;
	if (how != BSD_SHUT_WR) {
		if (socket->so_state & SS_CANTRCVMORE)
			return XNU_ENOTCONN;
		sorflush(socket);
	}
	if (how != BSD_SHUT_RD) {
		if (socket->so_state & SS_CANTSENDMORE)
			return XNU_ENOTCONN;
		return socket->so_proto->pr_usrreqs->pru_shutdown(socket);
	}
	return 0;
}

int
soshutdown(struct socket *socket, int how)
{
	if (how != BSD_SHUT_RD && how != BSD_SHUT_WR && how != BSD_SHUT_RDWR)
		return XNU_EINVAL;
	socket_lock(socket, 1);
	sflt_check(socket);
	int error = soshutdown_locked(socket, how);
	socket_unlock(socket, 1);
	return error;
}
