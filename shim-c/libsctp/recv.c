/* sctp_recvmsg and sctp_recvv (RFC 6458 sections 9.8 and 9.13). */
#include <errno.h>
#include <string.h>
#include "libsctp.h"

/* Room for every kind of control data that the kernel gives with one message. */
union control_room {
	struct cmsghdr alignment;
	char bytes[CMSG_SPACE(sizeof(struct sctp_sndrcvinfo)) + CMSG_SPACE(sizeof(struct sctp_extrcvinfo)) +
		   CMSG_SPACE(sizeof(struct sctp_rcvinfo)) + CMSG_SPACE(sizeof(struct sctp_nxtinfo))];
};

/* Copies the first control data of that type; false: there is none. */
static int
find(struct msghdr *header, int type, void *data, size_t size)
{
	for (struct cmsghdr *cmsg = CMSG_FIRSTHDR(header); cmsg != NULL; cmsg = CMSG_NXTHDR(header, cmsg)) {
		if (cmsg->cmsg_level != IPPROTO_SCTP || cmsg->cmsg_type != type ||
		    cmsg->cmsg_len < CMSG_LEN(size))
			continue;
		memcpy(data, CMSG_DATA(cmsg), size);
		return 1;
	}
	return 0;
}

/* recvmsg; *flags goes in and comes out. */
static ssize_t
receive(int sd, struct msghdr *header, union control_room *room, struct sockaddr *from, socklen_t *fromlen,
	int *flags)
{
	ssize_t result;

	memset(room, 0, sizeof(*room));
	header->msg_control = room->bytes;
	header->msg_controllen = sizeof(room->bytes);
	if (from != NULL && fromlen != NULL) {
		header->msg_name = from;
		header->msg_namelen = *fromlen;
	}
	result = recvmsg(sd, header, *flags);
	if (result < 0)
		return -1;
	*flags = header->msg_flags;
	if (from != NULL && fromlen != NULL)
		*fromlen = header->msg_namelen;
	return result;
}

ssize_t
sctp_recvmsg(int sd, void *msg, size_t len, struct sockaddr *from, socklen_t *fromlen,
	     struct sctp_sndrcvinfo *sinfo, int *msg_flags)
{
	struct iovec iov = {.iov_base = msg, .iov_len = len};
	struct msghdr header = {.msg_iov = &iov, .msg_iovlen = 1};
	union control_room room;
	int unused_flags = 0;
	ssize_t result = receive(sd, &header, &room, from, fromlen, msg_flags ? msg_flags : &unused_flags);

	if (result < 0 || sinfo == NULL)
		return result;
	/* SCTP_EXTRCV has the same size and, up to the association id, the same layout. */
	if (!find(&header, SCTP_SNDRCV, sinfo, sizeof(*sinfo)) &&
	    !find(&header, SCTP_EXTRCV, sinfo, sizeof(*sinfo)))
		memset(sinfo, 0, sizeof(*sinfo));
	return result;
}

/* Picks the structure of infotype; what does not fit into the caller's room is left out. */
static void
give_info(const struct sctp_recvv_rn *both, int have_rcvinfo, int have_nxtinfo, void *info,
	  socklen_t *infolen, unsigned int *infotype)
{
	socklen_t room = *infolen;
	const void *found = NULL;
	socklen_t size = 0;

	*infotype = SCTP_RECVV_NOINFO;
	*infolen = 0;
	if (have_rcvinfo && have_nxtinfo && room >= sizeof(*both)) {
		*infotype = SCTP_RECVV_RN;
		found = both;
		size = sizeof(*both);
	} else if (have_rcvinfo && room >= sizeof(both->recvv_rcvinfo)) {
		*infotype = SCTP_RECVV_RCVINFO;
		found = &both->recvv_rcvinfo;
		size = sizeof(both->recvv_rcvinfo);
	} else if (have_nxtinfo && room >= sizeof(both->recvv_nxtinfo)) {
		*infotype = SCTP_RECVV_NXTINFO;
		found = &both->recvv_nxtinfo;
		size = sizeof(both->recvv_nxtinfo);
	}
	if (found != NULL) {
		memcpy(info, found, size);
		*infolen = size;
	}
}

ssize_t
sctp_recvv(int sd, const struct iovec *iov, int iovcnt, struct sockaddr *from, socklen_t *fromlen, void *info,
	   socklen_t *infolen, unsigned int *infotype, int *flags)
{
	struct msghdr header = {.msg_iov = (struct iovec *)iov};
	union control_room room;
	struct sctp_recvv_rn both;
	int have_rcvinfo, have_nxtinfo;
	ssize_t result;

	if (iovcnt < 0 || flags == NULL || (info != NULL && (infolen == NULL || infotype == NULL))) {
		errno = EINVAL;
		return -1;
	}
	header.msg_iovlen = (unsigned int)iovcnt;
	result = receive(sd, &header, &room, from, fromlen, flags);
	if (result < 0 || info == NULL)
		return result;
	have_rcvinfo = find(&header, SCTP_RCVINFO, &both.recvv_rcvinfo, sizeof(both.recvv_rcvinfo));
	have_nxtinfo = find(&header, SCTP_NXTINFO, &both.recvv_nxtinfo, sizeof(both.recvv_nxtinfo));
	give_info(&both, have_rcvinfo, have_nxtinfo, info, infolen, infotype);
	return result;
}
