#include "control.h"

/* __DARWIN_ALIGN32: what CMSG_DATA and CMSG_NXTHDR align to. */
#define CMSG_ALIGN(length) (((size_t)(length) + 3) & ~(size_t)3)
#define CMSG_HEADER CMSG_ALIGN(sizeof(struct cmsghdr))

/* Everything that a send call may carry; the longest decides how much is copied out of the mbufs. */
union item {
	struct sctp_initmsg init;
	struct sctp_sndrcvinfo sndrcv;
	struct sctp_sndinfo sndinfo;
	struct sctp_prinfo prinfo;
	struct sctp_authinfo authinfo;
	uint8_t address[16];
};

static int
take_init(const union item *item, struct sctp_send *info, struct sctp_control *control)
{
	(void)control;
	info->outbound_streams = item->init.sinit_num_ostreams;
	info->inbound_streams = item->init.sinit_max_instreams;
	info->max_attempts = item->init.sinit_max_attempts;
	info->max_timeout = item->init.sinit_max_init_timeo;
	return 0;
}

static int
take_sndrcv(const union item *item, struct sctp_send *info, struct sctp_control *control)
{
	if (control->has_sndinfo)
		return EINVAL;
	control->has_sndrcv = true;
	info->use_defaults = false;
	info->stream = item->sndrcv.sinfo_stream;
	info->flags |= item->sndrcv.sinfo_flags;
	info->ppid = item->sndrcv.sinfo_ppid;
	info->context = item->sndrcv.sinfo_context;
	info->assoc_id = item->sndrcv.sinfo_assoc_id;
	return 0;
}

static int
take_sndinfo(const union item *item, struct sctp_send *info, struct sctp_control *control)
{
	if (control->has_sndrcv)
		return EINVAL;
	control->has_sndinfo = true;
	info->use_defaults = false;
	info->stream = item->sndinfo.snd_sid;
	info->flags |= item->sndinfo.snd_flags;
	info->ppid = item->sndinfo.snd_ppid;
	info->context = item->sndinfo.snd_context;
	info->assoc_id = item->sndinfo.snd_assoc_id;
	return 0;
}

static int
take_prinfo(const union item *item, struct sctp_send *info, struct sctp_control *control)
{
	(void)control;
	if (item->prinfo.pr_policy > SCTP_PR_SCTP_RTX)
		return EINVAL;
	/* Without PR-SCTP every message is reliable. */
	info->flags |= item->prinfo.pr_policy;
	return 0;
}

static int
take_authinfo(const union item *item, struct sctp_send *info, struct sctp_control *control)
{
	(void)info;
	(void)control;
	/* There is the null key only (RFC 4895 section 6.1). */
	return item->authinfo.auth_keynumber == 0 ? 0 : EOPNOTSUPP;
}

static int
take_address(const union item *item, uint8_t family, size_t length, struct sctp_send *info,
	     struct sctp_control *control)
{
	struct sctp_address *address;

	if (info->further_count == FURTHER_MAX)
		return EINVAL;
	address = &control->further[info->further_count++];
	address->family = family;
	memcpy(address->bytes, item->address, length);
	info->further = control->further;
	return 0;
}

static int
take_dstaddrv4(const union item *item, struct sctp_send *info, struct sctp_control *control)
{
	return take_address(item, 4, sizeof(struct in_addr), info, control);
}

static int
take_dstaddrv6(const union item *item, struct sctp_send *info, struct sctp_control *control)
{
	return take_address(item, 6, sizeof(struct in6_addr), info, control);
}

static const struct kind {
	int32_t type;
	size_t length;
	int (*take)(const union item *item, struct sctp_send *info, struct sctp_control *control);
} kinds[] = {
    {SCTP_INIT, sizeof(struct sctp_initmsg), take_init},
    {SCTP_SNDRCV, sizeof(struct sctp_sndrcvinfo), take_sndrcv},
    {SCTP_SNDINFO, sizeof(struct sctp_sndinfo), take_sndinfo},
    {SCTP_PRINFO, sizeof(struct sctp_prinfo), take_prinfo},
    {SCTP_AUTHINFO, sizeof(struct sctp_authinfo), take_authinfo},
    {SCTP_DSTADDRV4, sizeof(struct in_addr), take_dstaddrv4},
    {SCTP_DSTADDRV6, sizeof(struct in6_addr), take_dstaddrv6},
};

static int
parse_item(struct mbuf *chain, size_t offset, const struct cmsghdr *header, struct sctp_send *info,
	   struct sctp_control *control)
{
	union item item;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const struct kind *kind = &kinds[i];

		if (kind->type != header->cmsg_type)
			continue;
		if (header->cmsg_len != CMSG_HEADER + kind->length ||
		    mbuf_copydata(chain, offset + CMSG_HEADER, kind->length, &item) != 0)
			return EINVAL;
		return kind->take(&item, info, control);
	}
	return EINVAL;
}

int
sctp_control_parse(struct mbuf *chain, struct sctp_send *info, struct sctp_control *control)
{
	size_t total = 0, offset = 0;

	for (struct mbuf *m = chain; m != NULL; m = mbuf_next(m))
		total += mbuf_len(m);
	if (total == 0)
		return 0;

	while (total - offset >= CMSG_HEADER) {
		struct cmsghdr header;

		if (mbuf_copydata(chain, offset, sizeof(header), &header) != 0)
			return EINVAL;
		if (header.cmsg_len < CMSG_HEADER || header.cmsg_len > total - offset)
			return EINVAL;
		if (header.cmsg_level == IPPROTO_SCTP) {
			int error = parse_item(chain, offset, &header, info, control);

			if (error != 0)
				return error;
		}
		/* The padding of the last item need not be there. */
		if (CMSG_ALIGN(header.cmsg_len) >= total - offset)
			return 0;
		offset += CMSG_ALIGN(header.cmsg_len);
	}
	return EINVAL;
}

/* One item in an mbuf of its own; NULL if there is none. recvmsg panics unless m_len covers the padding too.
 */
static struct mbuf *
build_item(int32_t type, const void *data, size_t length)
{
	struct cmsghdr header = {(uint32_t)(CMSG_HEADER + length), IPPROTO_SCTP, type};
	struct mbuf *m;
	uint8_t *bytes;

	if (mbuf_get(MBUF_WAITOK, MBUF_TYPE_CONTROL, &m) != 0)
		return NULL;
	if (mbuf_maxlen(m) < CMSG_HEADER + CMSG_ALIGN(length)) {
		mbuf_freem(m);
		return NULL;
	}
	bytes = mbuf_data(m);
	memset(bytes, 0, CMSG_HEADER + CMSG_ALIGN(length));
	memcpy(bytes, &header, sizeof(header));
	memcpy(bytes + CMSG_HEADER, data, length);
	mbuf_setlen(m, CMSG_HEADER + CMSG_ALIGN(length));
	return m;
}

static struct mbuf *
build_rcvinfo(const struct sctp_receive *from)
{
	struct sctp_rcvinfo info;

	memset(&info, 0, sizeof(info));
	info.rcv_sid = from->stream;
	info.rcv_ssn = from->ssn;
	info.rcv_flags = from->flags;
	info.rcv_ppid = from->ppid;
	info.rcv_tsn = from->tsn;
	info.rcv_cumtsn = from->cumtsn;
	info.rcv_context = from->context;
	info.rcv_assoc_id = from->assoc_id;
	return build_item(SCTP_RCVINFO, &info, sizeof(info));
}

static struct mbuf *
build_nxtinfo(const struct sctp_next *next)
{
	struct sctp_nxtinfo info;

	memset(&info, 0, sizeof(info));
	info.nxt_sid = next->stream;
	info.nxt_flags =
	    (uint16_t)((next->unordered ? SCTP_UNORDERED : 0) | (next->notification ? SCTP_NOTIFICATION : 0) |
		       (next->complete ? SCTP_COMPLETE : 0));
	info.nxt_ppid = next->ppid;
	info.nxt_length = next->length;
	info.nxt_assoc_id = next->assoc_id;
	return build_item(SCTP_NXTINFO, &info, sizeof(info));
}

static uint16_t
next_flags(const struct sctp_next *next)
{
	if (!next->there)
		return SCTP_NO_NEXT_MSG;
	return (uint16_t)(SCTP_NEXT_MSG_AVAIL | (next->complete ? SCTP_NEXT_MSG_ISCOMPLETE : 0) |
			  (next->unordered ? SCTP_NEXT_MSG_IS_UNORDERED : 0) |
			  (next->notification ? SCTP_NEXT_MSG_IS_NOTIFICATION : 0));
}

/* struct sctp_sndrcvinfo is as long, and the same up to what is said of the next message. */
_Static_assert(sizeof(struct sctp_extrcvinfo) == sizeof(struct sctp_sndrcvinfo) &&
		   offsetof(struct sctp_extrcvinfo, sinfo_assoc_id) ==
		       offsetof(struct sctp_sndrcvinfo, sinfo_assoc_id),
	       "one structure serves both");

static struct mbuf *
build_sndrcv(const struct sctp_receive *from)
{
	struct sctp_extrcvinfo info;

	memset(&info, 0, sizeof(info));
	info.sinfo_stream = from->stream;
	info.sinfo_ssn = from->ssn;
	info.sinfo_flags = from->flags;
	info.sinfo_ppid = from->ppid;
	info.sinfo_tsn = from->tsn;
	info.sinfo_cumtsn = from->cumtsn;
	info.sinfo_context = from->context;
	info.sinfo_assoc_id = from->assoc_id;
	if (from->want_extrcv) {
		info.serinfo_next_flags = next_flags(&from->next);
		info.serinfo_next_stream = from->next.stream;
		info.serinfo_next_aid = from->next.assoc_id;
		info.serinfo_next_length = from->next.length;
		info.serinfo_next_ppid = from->next.ppid;
	}
	return build_item(from->want_extrcv ? SCTP_EXTRCV : SCTP_SNDRCV, &info, sizeof(info));
}

/* Puts an item before the others; what there was no memory for is left out. */
static struct mbuf *
before(struct mbuf *item, struct mbuf *chain)
{
	if (item == NULL)
		return chain;
	(void)mbuf_setnext(item, chain);
	return item;
}

struct mbuf *
sctp_control_build(const struct sctp_receive *info)
{
	struct mbuf *chain = NULL;

	/* Notifications carry their own information (RFC 6458 section 6.1). */
	if (info->notification)
		return NULL;
	/* Built from the last to the first: in a short buffer what is deprecated goes missing. */
	if (info->want_sndrcv)
		chain = build_sndrcv(info);
	if (info->want_nxtinfo && info->next.there)
		chain = before(build_nxtinfo(&info->next), chain);
	if (info->want_rcvinfo)
		chain = before(build_rcvinfo(info), chain);
	return chain;
}
