/* The filters EVFILT_READ and EVFILT_WRITE of sockets. */
#include "kqueue.h"

/* NOTE_LOWAT raises the low-water mark, up to the high-water mark. */
static int64_t
low_water(const struct knote *note, const struct sockbuf *buffer)
{
	int64_t mark = buffer->sb_lowat;
	if (note->kn_sfflags & BSD_NOTE_LOWAT) {
		if (note->kn_sdata > (int64_t)buffer->sb_hiwat)
			mark = buffer->sb_hiwat;
		else if (note->kn_sdata > mark)
			mark = note->kn_sdata;
	}
	return mark;
}

static bool
report(struct knote *note, bool ready, int64_t data, struct bsd_kevent *out)
{
	if (ready && out) {
		*out = note->kn_kevent;
		out->data = data;
	}
	return ready;
}

static bool
ended(struct knote *note, const struct socket *socket, int16_t state)
{
	if (!(socket->so_state & state))
		return false;
	note->kn_kevent.flags |= BSD_EV_EOF;
	note->kn_kevent.fflags = socket->so_error;
	return true;
}

bool
filt_soread(struct knote *note, struct socket *socket, struct bsd_kevent *out)
{
	if (socket->so_options & BSD_SO_ACCEPTCONN)
		return report(note, !TAILQ_EMPTY(&socket->so_comp), socket->so_qlen, out);
	int64_t data = (int64_t)socket->so_rcv.sb_cc - socket->so_rcv.sb_ctl;
	bool ready = ended(note, socket, SS_CANTRCVMORE) || socket->so_error ||
		     (int64_t)socket->so_rcv.sb_cc >= low_water(note, &socket->so_rcv);
	return report(note, ready, data, out);
}

bool
filt_sowrite(struct knote *note, struct socket *socket, struct bsd_kevent *out)
{
	int64_t data = sbspace(&socket->so_snd);
	bool room = (socket->so_flags1 & SOF1_PRECONNECT_DATA) || data >= low_water(note, &socket->so_snd);
	bool ready = ended(note, socket, SS_CANTSENDMORE) || socket->so_error || (socanwrite(socket) && room);
	return report(note, ready, data, out);
}
