/* Ancillary data of level IPPROTO_SCTP (RFC 6458 section 5.3). */
#ifndef SCTP_CONTROL_H
#define SCTP_CONTROL_H

#include "sctp_engine.h"
#include "user_abi.h"

/* What control data of a send call asks for. */
struct sctp_control {
	bool has_init;
	struct sctp_initmsg init;
};

/*
 * Reads the control data of a send call into info, which is zeroed but for what the caller knows, and
 * control. EINVAL if a length is not exactly right, EOPNOTSUPP for what only newer SCTP features need.
 */
int sctp_control_parse(struct mbuf *chain, struct sctp_send *info, struct sctp_control *control);

/*
 * The control data that a received message is to be given with, an mbuf chain or NULL. It may wait for
 * memory; a part for which there is none is left out.
 */
struct mbuf *sctp_control_build(const struct sctp_receive *info);

#endif
