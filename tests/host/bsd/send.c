/* sendmsg(): name and control data copied in, then all is the protocol's pru_sosend, called without the lock.
 */
#include <signal.h>

#include "message.h"
#include "names.h"

enum { MLEN = 224, MCLBYTES = 2048 };

/* Control data travels in one mbuf: a cluster is the limit, at twice its length since it once held pointers.
 */
static int
copyin_control(const void *user, uint32_t length, struct mbuf **out)
{
	if (length > INT32_MAX / 2)
		return XNU_EINVAL;
	uint32_t needed = (length - sizeof(struct bsd_cmsghdr)) * 2 + sizeof(struct bsd_cmsghdr);
	if (needed > MCLBYTES)
		return XNU_EINVAL;
	struct mbuf *control;
	if (xnu_mbuf_get(XNU_MBUF_WAITOK, XNU_MBUF_TYPE_CONTROL, &control))
		return XNU_ENOBUFS;
	if (needed > MLEN && xnu_mbuf_mclget(XNU_MBUF_WAITOK, XNU_MBUF_TYPE_CONTROL, &control)) {
		xnu_mbuf_free(control);
		return XNU_ENOBUFS;
	}
	xnu_mbuf_setlen(control, length);
	int error = copyin((uint64_t)user, xnu_mbuf_data(control), length);
	if (error)
		xnu_mbuf_free(control);
	else
		*out = control;
	return error;
}

/* A call that was cut short after it had moved something has succeeded. */
static bool
is_partial(int error, struct uio *uio, int64_t before)
{
	return uio_resid(uio) != before &&
	       (error == XNU_ERESTART || error == XNU_EINTR || error == XNU_EWOULDBLOCK);
}

static void
signal_broken_pipe(struct socket *socket, int flags)
{
	if (!(socket->so_flags & SOF_NOSIGPIPE) && !(flags & BSD_MSG_NOSIGNAL))
		host_signal_raise(SIGPIPE);
}

int
sendit(struct socket *socket, const struct bsd_msghdr *message, struct uio *uio, int flags, int *sent)
{
	struct mbuf *control = NULL;
	struct xnu_sockaddr_storage storage;
	struct xnu_sockaddr *to = NULL;
	int error;
	if (message->msg_name) {
		error = getsockaddr(socket, &storage, message->msg_name, message->msg_namelen, true);
		if (error)
			return error;
		to = (struct xnu_sockaddr *)&storage;
	}
	if (message->msg_control) {
		if (message->msg_controllen < sizeof(struct bsd_cmsghdr))
			return XNU_EINVAL;
		error = copyin_control(message->msg_control, message->msg_controllen, &control);
		if (error)
			return error;
	}
	sflt_check(socket);
	int64_t before = uio_resid(uio);
	error = socket->so_proto->pr_usrreqs->pru_sosend(socket, to, uio, NULL, control, flags);
	if (error == XNU_EPIPE)
		signal_broken_pipe(socket, flags);
	if (is_partial(error, uio, before))
		error = 0;
	if (!error)
		*sent = (int)(before - uio_resid(uio));
	return error;
}

int
soo_write(struct socket *socket, struct uio *uio, int *sent)
{
	sflt_check(socket);
	int64_t before = uio_resid(uio);
	int error = socket->so_proto->pr_usrreqs->pru_sosend(socket, NULL, uio, NULL, NULL, 0);
	if (error == XNU_EPIPE)
		signal_broken_pipe(socket, 0);
	if (is_partial(error, uio, before))
		error = 0;
	*sent = (int)(before - uio_resid(uio));
	return error;
}
