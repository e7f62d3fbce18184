/* Sending with struct sctp_sndrcvinfo (RFC 6458 sections 9.7, 9.10, 9.11; deprecated there). */
#include <errno.h>
#include "libsctp.h"

static ssize_t
send_sndrcv(int sd, const void *msg, size_t len, const struct sockaddr *addrs, int addrcnt,
	    const struct sctp_sndrcvinfo *sinfo, int flags)
{
	struct iovec iov = {.iov_base = (void *)msg, .iov_len = len};
	struct sctp_lib_control control = {SCTP_SNDRCV, sinfo, sizeof(*sinfo)};
	struct sctp_lib_message message = {
	    .iov = &iov,
	    .iovcnt = 1,
	    .addrs = addrs,
	    .addrcnt = addrcnt,
	    .controls = &control,
	    .control_count = 1,
	    .flags = flags,
	};

	return sctp_lib_send(sd, &message);
}

ssize_t
sctp_sendmsgx(int sd, const void *msg, size_t len, const struct sockaddr *addrs, int addrcnt, uint32_t ppid,
	      uint32_t flags, uint16_t stream_no, uint32_t timetolive, uint32_t context)
{
	struct sctp_sndrcvinfo sinfo = {
	    .sinfo_stream = stream_no,
	    .sinfo_flags = (uint16_t)flags,
	    .sinfo_ppid = ppid,
	    .sinfo_context = context,
	    .sinfo_timetolive = timetolive,
	};

	return send_sndrcv(sd, msg, len, addrs, addrcnt, &sinfo, 0);
}

ssize_t
sctp_sendmsg(int sd, const void *msg, size_t len, const struct sockaddr *to, socklen_t tolen, uint32_t ppid,
	     uint32_t flags, uint16_t stream_no, uint32_t timetolive, uint32_t context)
{
	if (to != NULL) {
		size_t size = sctp_lib_addresses_size(to, 1);

		if (size == 0 || tolen < size) {
			errno = EINVAL;
			return -1;
		}
	}
	return sctp_sendmsgx(sd, msg, len, to, to != NULL, ppid, flags, stream_no, timetolive, context);
}

ssize_t
sctp_send(int sd, const void *msg, size_t len, const struct sctp_sndrcvinfo *sinfo, int flags)
{
	if (sinfo == NULL)
		return send(sd, msg, len, flags);
	return send_sndrcv(sd, msg, len, NULL, 0, sinfo, flags);
}

/* On return the new association's id stands in sinfo. */
ssize_t
sctp_sendx(int sd, const void *msg, size_t len, struct sockaddr *addrs, int addrcnt,
	   struct sctp_sndrcvinfo *sinfo, int flags)
{
	ssize_t result;

	if (sinfo == NULL) {
		errno = EINVAL;
		return -1;
	}
	result = send_sndrcv(sd, msg, len, addrs, addrcnt, sinfo, flags);
	if (result >= 0 && addrcnt > 0)
		sinfo->sinfo_assoc_id = sctp_getassocid(sd, addrs);
	return result;
}
