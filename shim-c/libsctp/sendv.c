/* sctp_sendv (RFC 6458 section 9.12). */
#include <errno.h>
#include "libsctp.h"

/* The attributes of one message; NULL: not given. */
struct attributes {
	struct sctp_sndinfo *sndinfo;
	const struct sctp_prinfo *prinfo;
	const struct sctp_authinfo *authinfo;
};

static const socklen_t info_sizes[] = {
    [SCTP_SENDV_NOINFO] = 0,
    [SCTP_SENDV_SNDINFO] = sizeof(struct sctp_sndinfo),
    [SCTP_SENDV_PRINFO] = sizeof(struct sctp_prinfo),
    [SCTP_SENDV_AUTHINFO] = sizeof(struct sctp_authinfo),
    [SCTP_SENDV_SPA] = sizeof(struct sctp_sendv_spa),
};

/* False: infotype, info and infolen do not fit together. */
static int
read_attributes(void *info, socklen_t infolen, unsigned int infotype, struct attributes *found)
{
	struct sctp_sendv_spa *spa = info;

	if (infotype >= sizeof(info_sizes) / sizeof(info_sizes[0]) || infolen < info_sizes[infotype] ||
	    (infotype == SCTP_SENDV_NOINFO ? infolen != 0 : info == NULL))
		return 0;
	switch (infotype) {
	case SCTP_SENDV_SNDINFO:
		found->sndinfo = info;
		break;
	case SCTP_SENDV_PRINFO:
		found->prinfo = info;
		break;
	case SCTP_SENDV_AUTHINFO:
		found->authinfo = info;
		break;
	case SCTP_SENDV_SPA:
		if (spa->sendv_flags & SCTP_SEND_SNDINFO_VALID)
			found->sndinfo = &spa->sendv_sndinfo;
		if (spa->sendv_flags & SCTP_SEND_PRINFO_VALID)
			found->prinfo = &spa->sendv_prinfo;
		if (spa->sendv_flags & SCTP_SEND_AUTHINFO_VALID)
			found->authinfo = &spa->sendv_authinfo;
		break;
	default:
		break;
	}
	return 1;
}

ssize_t
sctp_sendv(int sd, const struct iovec *iov, int iovcnt, struct sockaddr *addrs, int addrcnt, void *info,
	   socklen_t infolen, unsigned int infotype, int flags)
{
	struct attributes attributes = {0};
	struct sctp_lib_control controls[3];
	struct sctp_lib_message message = {
	    .iov = iov,
	    .iovcnt = iovcnt,
	    .addrs = addrs,
	    .addrcnt = addrcnt,
	    .controls = controls,
	    .flags = flags,
	};
	ssize_t result;

	if (!read_attributes(info, infolen, infotype, &attributes)) {
		errno = EINVAL;
		return -1;
	}
	if (attributes.sndinfo != NULL)
		controls[message.control_count++] =
		    (struct sctp_lib_control){SCTP_SNDINFO, attributes.sndinfo, sizeof(*attributes.sndinfo)};
	if (attributes.prinfo != NULL)
		controls[message.control_count++] =
		    (struct sctp_lib_control){SCTP_PRINFO, attributes.prinfo, sizeof(*attributes.prinfo)};
	if (attributes.authinfo != NULL)
		controls[message.control_count++] = (struct sctp_lib_control){
		    SCTP_AUTHINFO, attributes.authinfo, sizeof(*attributes.authinfo)};
	result = sctp_lib_send(sd, &message);
	/* Given a peer, the caller is told which association the message went out on. */
	if (result >= 0 && addrcnt > 0 && attributes.sndinfo != NULL)
		attributes.sndinfo->snd_assoc_id = sctp_getassocid(sd, addrs);
	return result;
}
