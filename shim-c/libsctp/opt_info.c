/* sctp_opt_info and sctp_getassocid. */
#include <errno.h>
#include <string.h>
#include "libsctp.h"

/* Options that read which association is meant out of their value, not from its start. */
static const struct {
	int opt;
	size_t offset;
} id_offsets[] = {
    {SCTP_PRIMARY_ADDR, offsetof(struct sctp_setprim, ssp_assoc_id)},
    {SCTP_PEER_ADDR_PARAMS, offsetof(struct sctp_paddrparams, spp_assoc_id)},
    {SCTP_DEFAULT_SEND_PARAM, offsetof(struct sctp_sndrcvinfo, sinfo_assoc_id)},
    {SCTP_DEFAULT_SNDINFO, offsetof(struct sctp_sndinfo, snd_assoc_id)},
    {SCTP_DEFAULT_PRINFO, offsetof(struct sctp_default_prinfo, pr_assoc_id)},
    {SCTP_PEER_ADDR_THLDS, offsetof(struct sctp_paddrthlds, spt_assoc_id)},
    {SCTP_REMOTE_UDP_ENCAPS_PORT, offsetof(struct sctp_udpencaps, sue_assoc_id)},
    {SCTP_GET_PEER_ADDR_INFO, offsetof(struct sctp_paddrinfo, spinfo_assoc_id)},
    {SCTP_CC_OPTION, offsetof(struct sctp_cc_option, aid_value)},
};

/* Options whose value starts with the association. */
static const int id_first[] = {
    SCTP_RTOINFO,
    SCTP_ASSOCINFO,
    SCTP_MAXSEG,
    SCTP_DELAYED_SACK,
    SCTP_AUTH_ACTIVE_KEY,
    SCTP_MAX_BURST,
    SCTP_CONTEXT,
    SCTP_EVENT,
    SCTP_ECN_SUPPORTED,
    SCTP_PR_SUPPORTED,
    SCTP_AUTH_SUPPORTED,
    SCTP_ASCONF_SUPPORTED,
    SCTP_RECONFIG_SUPPORTED,
    SCTP_NRSACK_SUPPORTED,
    SCTP_PKTDROP_SUPPORTED,
    SCTP_MAX_CWND,
    SCTP_STATUS,
    SCTP_PEER_AUTH_CHUNKS,
    SCTP_LOCAL_AUTH_CHUNKS,
    SCTP_TIMEOUTS,
    SCTP_PR_STREAM_STATUS,
    SCTP_PR_ASSOC_STATUS,
    SCTP_ENABLE_STREAM_RESET,
    SCTP_GET_SNDBUF_USE,
    SCTP_GET_NONCE_VALUES,
    SCTP_CMT_ON_OFF,
    SCTP_PLUGGABLE_CC,
    SCTP_STREAM_SCHEDULER,
    SCTP_STREAM_SCHEDULER_VALUE,
    SCTP_INTERLEAVING_SUPPORTED,
};

/* Where the association id stands in the value of opt; -1: nowhere. */
static long
id_offset(int opt)
{
	for (size_t i = 0; i < sizeof(id_offsets) / sizeof(id_offsets[0]); i++)
		if (id_offsets[i].opt == opt)
			return (long)id_offsets[i].offset;
	for (size_t i = 0; i < sizeof(id_first) / sizeof(id_first[0]); i++)
		if (id_first[i] == opt)
			return 0;
	return -1;
}

int
sctp_opt_info(int sd, sctp_assoc_t assoc_id, int opt, void *arg, socklen_t *size)
{
	long offset = id_offset(opt);

	if (arg == NULL || size == NULL || (offset >= 0 && *size < (size_t)offset + sizeof(assoc_id))) {
		errno = EINVAL;
		return -1;
	}
	if (offset >= 0)
		memcpy((char *)arg + offset, &assoc_id, sizeof(assoc_id));
	return getsockopt(sd, IPPROTO_SCTP, opt, arg, size);
}

sctp_assoc_t
sctp_getassocid(int sd, struct sockaddr *sa)
{
	struct sctp_paddrinfo info = {0};
	socklen_t length = sizeof(info);
	size_t size = sctp_lib_addresses_size(sa, 1);

	if (size == 0)
		return 0;
	memcpy(&info.spinfo_address, sa, size);
	if (getsockopt(sd, IPPROTO_SCTP, SCTP_GET_PEER_ADDR_INFO, &info, &length) != 0)
		return 0;
	return info.spinfo_assoc_id;
}
