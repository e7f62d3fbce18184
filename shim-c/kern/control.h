/* Ancillary data of level IPPROTO_SCTP (RFC 6458 section 5.3). */
#ifndef SCTP_CONTROL_H
#define SCTP_CONTROL_H

#include "sctp_engine.h"
#include "user_abi.h"

/* More than the paths that an association may have. */
#define FURTHER_MAX 15

/* What control data of a send call holds besides struct sctp_send. Zeroed by the caller. */
struct sctp_control {
	bool has_sndrcv;
	bool has_sndinfo;
	struct sctp_address further[FURTHER_MAX]; /* info.further */
};

/*
 * Reads the control data of a send call into info, which is zeroed but for what the caller knows, and
 * control. Data of other levels is not ours. EINVAL for an unknown type, a length that is not exactly right,
 * both SCTP_SNDRCV and SCTP_SNDINFO, more than FURTHER_MAX addresses; EOPNOTSUPP for a key other than the
 * null key.
 */
int sctp_control_parse(struct mbuf *chain, struct sctp_send *info, struct sctp_control *control);

/*
 * The control data that a received message is to be given with, an mbuf chain or NULL. It may wait for
 * memory; a part for which there is none is left out.
 */
struct mbuf *sctp_control_build(const struct sctp_receive *info);

#endif
