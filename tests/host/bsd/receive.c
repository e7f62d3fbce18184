/* recvmsg(): all is the protocol's pru_soreceive, called without the lock; then name and control data are
 * copied out. */
#include "message.h"
#include "names.h"

static bool
is_partial(int error, struct uio *uio, int64_t before)
{
	return uio_resid(uio) != before &&
	       (error == XNU_ERESTART || error == XNU_EINTR || error == XNU_EWOULDBLOCK);
}

/*
 * Every mbuf holds whole control messages, each padded to 4 bytes, the last one as well: m_len has to cover
 * the padding. What does not fit the user's buffer is cut and MSG_CTRUNC set.
 */
static int
copyout_control(struct mbuf *control, struct bsd_msghdr *message)
{
	uint32_t room = message->msg_controllen;
	uint64_t user = (uint64_t)message->msg_control;
	for (struct mbuf *mbuf = control; mbuf && room > 0; mbuf = xnu_mbuf_next(mbuf)) {
		const char *at = xnu_mbuf_data(mbuf);
		uint32_t left = (uint32_t)xnu_mbuf_len(mbuf);
		while (left > 0 && room > 0) {
			uint32_t size = BSD_CMSG_ALIGN(((const struct bsd_cmsghdr *)at)->cmsg_len);
			if (size > left)
				xnu_panic("cp_size > buflen, something wrong with alignment!");
			if (size == 0)
				xnu_panic("copyout_control: cmsg_len is 0, the kernel would loop for ever");
			uint32_t now = size;
			if (room < size) {
				message->msg_flags |= BSD_MSG_CTRUNC;
				now = room;
			}
			int error = copyout(at, user, now);
			if (error)
				return error;
			user += now;
			room -= now;
			left -= size;
			at += size;
		}
	}
	message->msg_controllen = (uint32_t)(user - (uint64_t)message->msg_control);
	return 0;
}

int
recvit(struct socket *socket, struct bsd_msghdr *message, struct uio *uio, int *received)
{
	struct mbuf *control = NULL;
	struct xnu_sockaddr *from = NULL;
	int64_t before = uio_resid(uio);
	if (before < 0 || before > INT32_MAX)
		return XNU_EINVAL;
	sflt_check(socket);
	int error = socket->so_proto->pr_usrreqs->pru_soreceive(
	    socket, &from, uio, NULL, message->msg_control ? &control : NULL, &message->msg_flags);
	if (is_partial(error, uio, before))
		error = 0;
	if (error)
		goto out;
	*received = (int)(before - uio_resid(uio));
	if (message->msg_name) {
		uint32_t room = message->msg_namelen, full = from ? from->sa_len : 0;
		message->msg_namelen = 0;
		if (room && from && !copyout(from, (uint64_t)message->msg_name, room < full ? room : full))
			message->msg_namelen = full;
	}
	if (message->msg_control)
		error = copyout_control(control, message);
out:
	free_name(from);
	if (control)
		xnu_mbuf_freem(control);
	return error;
}

int
soo_read(struct socket *socket, struct uio *uio, int *received)
{
	sflt_check(socket);
	int64_t before = uio_resid(uio);
	int error = socket->so_proto->pr_usrreqs->pru_soreceive(socket, NULL, uio, NULL, NULL, NULL);
	if (is_partial(error, uio, before))
		error = 0;
	*received = (int)(before - uio_resid(uio));
	return error;
}
