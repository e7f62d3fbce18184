/* setsockopt() and getsockopt(): SOL_SOCKET is handled here unless pru_socheckopt refuses; the rest is
 * pr_ctloutput's. */
#include <string.h>

#include "socketvar.h"

int
sooptcopyin(struct sockopt *option, void *out, size_t length, size_t least)
{
	if (option->sopt_valsize < least)
		return XNU_EINVAL;
	if (option->sopt_valsize > length)
		option->sopt_valsize = length;
	if (option->sopt_p != kernproc)
		return copyin((uint64_t)option->sopt_val, out, option->sopt_valsize);
	memcpy(out, option->sopt_val, option->sopt_valsize);
	return 0;
}

int
sooptcopyout(struct sockopt *option, const void *value, size_t length)
{
	if (option->sopt_valsize > length)
		option->sopt_valsize = length;
	if (!option->sopt_val)
		return 0;
	if (option->sopt_p != kernproc)
		return copyout(value, (uint64_t)option->sopt_val, option->sopt_valsize);
	memcpy(option->sopt_val, value, option->sopt_valsize);
	return 0;
}

enum { NET_SERVICE_TYPE_LAST = 8 };

/* Options that are one bit of so_options, and those that are one of so_flags. */
static const int option_bits[] = {
    BSD_SO_DEBUG,       BSD_SO_REUSEADDR,           BSD_SO_KEEPALIVE,   BSD_SO_DONTROUTE,
    BSD_SO_BROADCAST,   BSD_SO_USELOOPBACK,         BSD_SO_OOBINLINE,   BSD_SO_REUSEPORT,
    BSD_SO_TIMESTAMP,   BSD_SO_TIMESTAMP_MONOTONIC, BSD_SO_DONTTRUNC,   BSD_SO_WANTMORE,
    BSD_SO_WANTOOBFLAG, BSD_SO_NOWAKEFROMSLEEP,     BSD_SO_NOAPNFALLBK, BSD_SO_TIMESTAMP_CONTINUOUS,
};
static const struct {
	int option;
	uint32_t flag;
} flag_bits[] = {
    {BSD_SO_NOSIGPIPE, SOF_NOSIGPIPE},         {BSD_SO_NOADDRERR, SOF_NOADDRAVAIL},
    {BSD_SO_REUSESHAREUID, SOF_REUSESHAREUID}, {BSD_SO_UPCALLCLOSEWAIT, SOF_UPCALLCLOSEWAIT},
    {BSD_SO_RANDOMPORT, SOF_BINDRANDOMPORT},   {BSD_SO_RECV_TRAFFIC_CLASS, SOF_RECV_TRAFFIC_CLASS},
};

static uint32_t
option_bit(int name)
{
	for (size_t i = 0; i < sizeof(option_bits) / sizeof(option_bits[0]); i++)
		if (option_bits[i] == name)
			return (uint32_t)name;
	return 0;
}

static uint32_t
flag_bit(int name)
{
	for (size_t i = 0; i < sizeof(flag_bits) / sizeof(flag_bits[0]); i++)
		if (flag_bits[i].option == name)
			return flag_bits[i].flag;
	return 0;
}

static void
set_bit(uint32_t *word, uint32_t bit, int on)
{
	*word = on ? *word | bit : *word & ~bit;
}

/* ---- set ---- */

static int
set_buffer_size(struct sockbuf *buffer, uint32_t size)
{
	if (!sbreserve(buffer, size))
		return XNU_ENOBUFS;
	buffer->sb_flags = (buffer->sb_flags | SB_USRSIZE) & ~(uint32_t)SB_AUTOSIZE;
	buffer->sb_idealsize = size;
	return 0;
}

/* Never above the high-water mark; a mark that what is there already reaches wakes at once. */
static void
set_low_water(struct sockbuf *buffer, uint32_t mark, int64_t available)
{
	buffer->sb_lowat = mark > buffer->sb_hiwat ? buffer->sb_hiwat : mark;
	if (available >= (int64_t)buffer->sb_lowat)
		sowakeup(buffer);
}

static int
set_buffer_option(struct socket *socket, struct sockopt *option)
{
	int value;
	int error = sooptcopyin(option, &value, sizeof(value), sizeof(value));
	if (error)
		return error;
	if (value < 1)
		return XNU_EINVAL;
	switch (option->sopt_name) {
	case BSD_SO_SNDBUF:
		return set_buffer_size(&socket->so_snd, (uint32_t)value);
	case BSD_SO_RCVBUF:
		return set_buffer_size(&socket->so_rcv, (uint32_t)value);
	case BSD_SO_SNDLOWAT:
		set_low_water(&socket->so_snd, (uint32_t)value, sbspace(&socket->so_snd));
		return 0;
	default:
		set_low_water(&socket->so_rcv, (uint32_t)value,
			      (int64_t)socket->so_rcv.sb_cc - socket->so_rcv.sb_ctl);
		return 0;
	}
}

static int
set_timeout(struct sockbuf *buffer, struct sockopt *option)
{
	struct bsd_timeval value;
	int error = sooptcopyin(option, &value, sizeof(value), sizeof(value));
	if (error)
		return error;
	if (value.tv_sec < 0 || value.tv_usec < 0 || value.tv_usec >= 1000000)
		return XNU_EDOM;
	buffer->sb_timeo = (struct xnu_timeval){value.tv_sec, value.tv_usec};
	return 0;
}

static int
set_linger(struct socket *socket, struct sockopt *option)
{
	struct bsd_linger value;
	int error = sooptcopyin(option, &value, sizeof(value), sizeof(value));
	if (error)
		return error;
	socket->so_linger =
	    (int16_t)(option->sopt_name == BSD_SO_LINGER ? value.l_linger : value.l_linger * 100);
	set_bit(&socket->so_options, BSD_SO_LINGER, value.l_onoff);
	return 0;
}

static int
set_defunct_ok(struct socket *socket, struct sockopt *option)
{
	int value;
	int error = sooptcopyin(option, &value, sizeof(value), sizeof(value));
	if (error)
		return error;
	if (socket->so_flags & SOF_DEFUNCT)
		return XNU_EBADF;
	if (!value && !(socket->so_state & SS_PRIV))
		return XNU_EPERM;
	set_bit(&socket->so_flags, SOF_NODEFUNCT, !value);
	return 0;
}

static int
set_socket_option(struct socket *socket, struct sockopt *option)
{
	uint32_t bit = option_bit(option->sopt_name), flag = flag_bit(option->sopt_name);
	struct {
		uint32_t flags, mask;
	} extensions;
	int value, error;
	if (bit || flag) {
		error = sooptcopyin(option, &value, sizeof(value), sizeof(value));
		if (!error)
			set_bit(bit ? &socket->so_options : &socket->so_flags, bit ? bit : flag, value);
		return error;
	}
	switch (option->sopt_name) {
	case BSD_SO_LINGER:
	case BSD_SO_LINGER_SEC:
		return set_linger(socket, option);
	case BSD_SO_SNDBUF:
	case BSD_SO_RCVBUF:
	case BSD_SO_SNDLOWAT:
	case BSD_SO_RCVLOWAT:
		return set_buffer_option(socket, option);
	case BSD_SO_SNDTIMEO:
		return set_timeout(&socket->so_snd, option);
	case BSD_SO_RCVTIMEO:
		return set_timeout(&socket->so_rcv, option);
	case BSD_SO_DEFUNCTOK:
		return set_defunct_ok(socket, option);
	case BSD_SO_NP_EXTENSIONS:
		error = sooptcopyin(option, &extensions, sizeof(extensions), sizeof(extensions));
		if (!error && (extensions.mask & ~1u))
			error = XNU_EINVAL;
		if (!error && extensions.mask)
			set_bit(&socket->so_flags, SOF_NPX_SETOPTSHUT, extensions.flags & 1);
		return error;
	case BSD_SO_TRAFFIC_CLASS:
		error = sooptcopyin(option, &value, sizeof(value), sizeof(value));
		if (error)
			return error;
		socket->so_traffic_class = (uint16_t)value;
		socket->so_flags1 &= ~(uint32_t)SOF1_TC_NET_SERV_TYPE;
		return 0;
	case BSD_SO_NET_SERVICE_TYPE:
		error = sooptcopyin(option, &value, sizeof(value), sizeof(value));
		if (!error && (value < 0 || value > NET_SERVICE_TYPE_LAST))
			error = XNU_EINVAL;
		if (!error)
			socket->so_flags1 |= SOF1_TC_NET_SERV_TYPE;
		return error;
	case BSD_SO_ISDEFUNCT:
		return XNU_EINVAL;
	case BSD_SO_FLUSH:
		return 0;
	case BSD_SO_LABEL:
		return XNU_EOPNOTSUPP;
	default:
		return XNU_ENOPROTOOPT;
	}
}

static int
sosetopt_locked(struct socket *socket, struct sockopt *option)
{
	int16_t both = SS_CANTRCVMORE | SS_CANTSENDMORE;
	if ((socket->so_state & both) == both && !(socket->so_flags & SOF_NPX_SETOPTSHUT))
		return XNU_EINVAL;
	if (option->sopt_level != BSD_SOL_SOCKET) {
		if (!socket->so_proto->pr_ctloutput)
			return XNU_ENOPROTOOPT;
		return socket->so_proto->pr_ctloutput(socket, option);
	}
	int error = socket->so_proto->pr_usrreqs->pru_socheckopt(socket, option);
	if (!error)
		error = set_socket_option(socket, option);
	/* The protocol is told of what was set, and cannot refuse it any more. */
	if (!error && socket->so_proto->pr_ctloutput)
		(void)socket->so_proto->pr_ctloutput(socket, option);
	return error;
}

int
sosetopt(struct socket *socket, struct sockopt *option)
{
	option->sopt_dir = SOPT_SET;
	socket_lock(socket, 1);
	sflt_check(socket);
	int error = sosetopt_locked(socket, option);
	socket_unlock(socket, 1);
	return error;
}

/* ---- get ---- */

/* Options whose value is one number; false if name is none of them. */
static bool
number_of(struct socket *socket, int name, int *value)
{
	uint32_t bit = option_bit(name), flag = flag_bit(name);
	if (bit || flag) {
		*value = (int)(bit ? socket->so_options & bit : socket->so_flags & flag);
		return true;
	}
	switch (name) {
	case BSD_SO_TYPE:
		*value = socket->so_type;
		return true;
	case BSD_SO_NREAD:
		/* Protocols of whole messages: the mbufs of the first, of which the host's have none. */
		*value = socket->so_proto->pr_flags & PR_ATOMIC
			     ? 0
			     : (int)(socket->so_rcv.sb_cc - socket->so_rcv.sb_ctl);
		return true;
	case BSD_SO_NWRITE:
		*value = (int)socket->so_snd.sb_cc;
		return true;
	case BSD_SO_ERROR:
		*value = socket->so_error;
		socket->so_error = 0;
		return true;
	case BSD_SO_SNDBUF:
		*value = (int)socket->so_snd.sb_hiwat;
		return true;
	case BSD_SO_RCVBUF:
		*value = (int)socket->so_rcv.sb_hiwat;
		return true;
	case BSD_SO_SNDLOWAT:
		*value = (int)socket->so_snd.sb_lowat;
		return true;
	case BSD_SO_RCVLOWAT:
		*value = (int)socket->so_rcv.sb_lowat;
		return true;
	case BSD_SO_TRAFFIC_CLASS:
		*value = socket->so_traffic_class;
		return true;
	case BSD_SO_DEFUNCTOK:
		*value = !(socket->so_flags & SOF_NODEFUNCT);
		return true;
	case BSD_SO_ISDEFUNCT:
		*value = (int)(socket->so_flags & SOF_DEFUNCT);
		return true;
	case BSD_SO_NUMRCVPKT:
		*value = 0;
		return socket->so_proto->pr_flags & PR_ATOMIC;
	default:
		return false;
	}
}

static int
get_socket_option(struct socket *socket, struct sockopt *option)
{
	int value;
	if (number_of(socket, option->sopt_name, &value))
		return sooptcopyout(option, &value, sizeof(value));
	switch (option->sopt_name) {
	case BSD_SO_LINGER:
	case BSD_SO_LINGER_SEC: {
		int ticks = socket->so_linger;
		struct bsd_linger linger = {(socket->so_options & BSD_SO_LINGER) != 0,
					    option->sopt_name == BSD_SO_LINGER ? ticks : ticks / 100};
		return sooptcopyout(option, &linger, sizeof(linger));
	}
	case BSD_SO_SNDTIMEO:
	case BSD_SO_RCVTIMEO: {
		const struct sockbuf *buffer =
		    option->sopt_name == BSD_SO_SNDTIMEO ? &socket->so_snd : &socket->so_rcv;
		struct bsd_timeval timeout;
		memset(&timeout, 0, sizeof(timeout)); /* the padding as well */
		timeout.tv_sec = buffer->sb_timeo.tv_sec;
		timeout.tv_usec = buffer->sb_timeo.tv_usec;
		return sooptcopyout(option, &timeout, sizeof(timeout));
	}
	case BSD_SO_NP_EXTENSIONS: {
		uint32_t extensions[2] = {(socket->so_flags & SOF_NPX_SETOPTSHUT) != 0, 1};
		return sooptcopyout(option, extensions, sizeof(extensions));
	}
	case BSD_SO_FLUSH:
		return XNU_EINVAL;
	case BSD_SO_LABEL:
	case BSD_SO_PEERLABEL:
		return XNU_EOPNOTSUPP;
	default:
		return XNU_ENOPROTOOPT;
	}
}

int
sogetopt(struct socket *socket, struct sockopt *option)
{
	int error;
	option->sopt_dir = SOPT_GET;
	socket_lock(socket, 1);
	sflt_check(socket);
	if (option->sopt_level != BSD_SOL_SOCKET) {
		error = socket->so_proto->pr_ctloutput ? socket->so_proto->pr_ctloutput(socket, option)
						       : XNU_ENOPROTOOPT;
	} else {
		error = socket->so_proto->pr_usrreqs->pru_socheckopt(socket, option);
		if (!error)
			error = get_socket_option(socket, option);
	}
	socket_unlock(socket, 1);
	return error;
}
