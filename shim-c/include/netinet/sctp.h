/*
 * SCTP for programs: option numbers, their values, chunk types and error causes.
 *
 * The numbers are those of FreeBSD, of usrsctp and of the older macOS extensions, so that a program built for
 * one of them means the same here. Structures and functions are in <netinet/sctp_uio.h>, included below.
 */
#ifndef _NETINET_SCTP_H_
#define _NETINET_SCTP_H_

#include <netinet/sctp_uio.h>

/* clang-format off */
/*
 * Options of level IPPROTO_SCTP. Numbers below 0x100 and from 0x900 can be read, set or both; those from
 * 0x100 to 0x1ff can only be read. Sections without an RFC number are of RFC 6458.
 */
#define SCTP_RTOINFO                0x00000001 /* struct sctp_rtoinfo, 8.1.1 */
#define SCTP_ASSOCINFO              0x00000002 /* struct sctp_assocparams, 8.1.2 */
#define SCTP_INITMSG                0x00000003 /* struct sctp_initmsg, 8.1.3 */
#define SCTP_NODELAY                0x00000004 /* int, 8.1.5 */
#define SCTP_AUTOCLOSE              0x00000005 /* int, seconds, 8.1.8 */
#define SCTP_SET_PEER_PRIMARY_ADDR  0x00000006 /* set: struct sctp_setpeerprim, 8.3.1 */
#define SCTP_PRIMARY_ADDR           0x00000007 /* struct sctp_setprim, 8.1.9 */
#define SCTP_ADAPTATION_LAYER       0x00000008 /* struct sctp_setadaptation, 8.1.10 */
#define SCTP_DISABLE_FRAGMENTS      0x00000009 /* int, 8.1.11 */
#define SCTP_PEER_ADDR_PARAMS       0x0000000a /* struct sctp_paddrparams, 8.1.12 */
#define SCTP_DEFAULT_SEND_PARAM     0x0000000b /* struct sctp_sndrcvinfo, 8.1.13, deprecated */
#define SCTP_EVENTS                 0x0000000c /* struct sctp_event_subscribe, 6.2.1, deprecated */
#define SCTP_I_WANT_MAPPED_V4_ADDR  0x0000000d /* int, 8.1.15 */
#define SCTP_MAXSEG                 0x0000000e /* struct sctp_assoc_value, 8.1.16 */
#define SCTP_DELAYED_SACK           0x0000000f /* struct sctp_sack_info, 8.1.19 */
#define SCTP_FRAGMENT_INTERLEAVE    0x00000010 /* uint32_t, SCTP_FRAG_LEVEL_, 8.1.20 */
#define SCTP_PARTIAL_DELIVERY_POINT 0x00000011 /* uint32_t, bytes, 8.1.21 */
#define SCTP_AUTH_CHUNK             0x00000012 /* set: struct sctp_authchunk, 8.3.2 */
#define SCTP_AUTH_KEY               0x00000013 /* set: struct sctp_authkey, 8.3.3 */
#define SCTP_HMAC_IDENT             0x00000014 /* struct sctp_hmacalgo, 8.1.17 */
#define SCTP_AUTH_ACTIVE_KEY        0x00000015 /* struct sctp_authkeyid, 8.1.18 */
#define SCTP_AUTH_DELETE_KEY        0x00000016 /* set: struct sctp_authkeyid, 8.3.5 */
#define SCTP_USE_EXT_RCVINFO        0x00000017 /* int, 8.1.22, deprecated */
#define SCTP_AUTO_ASCONF            0x00000018 /* int, 8.1.23 */
#define SCTP_MAX_BURST              0x00000019 /* struct sctp_assoc_value, 8.1.24 */
#define SCTP_CONTEXT                0x0000001a /* struct sctp_assoc_value, 8.1.25 */
#define SCTP_EXPLICIT_EOR           0x0000001b /* int, 8.1.26 */
#define SCTP_REUSE_PORT             0x0000001c /* uint32_t, 8.1.27 */
#define SCTP_AUTH_DEACTIVATE_KEY    0x0000001d /* set: struct sctp_authkeyid, 8.3.4 */
#define SCTP_EVENT                  0x0000001e /* struct sctp_event, 6.2.2 */
#define SCTP_RECVRCVINFO            0x0000001f /* int, 8.1.29 */
#define SCTP_RECVNXTINFO            0x00000020 /* int, 8.1.30 */
#define SCTP_DEFAULT_SNDINFO        0x00000021 /* struct sctp_sndinfo, 8.1.31 */
#define SCTP_DEFAULT_PRINFO         0x00000022 /* struct sctp_default_prinfo, 8.1.32 */
#define SCTP_PEER_ADDR_THLDS        0x00000023 /* struct sctp_paddrthlds, RFC 7829 section 7.2 */
#define SCTP_REMOTE_UDP_ENCAPS_PORT 0x00000024 /* struct sctp_udpencaps, RFC 6951 section 6.1 */
#define SCTP_ECN_SUPPORTED          0x00000025 /* struct sctp_assoc_value */
#define SCTP_PR_SUPPORTED           0x00000026 /* struct sctp_assoc_value, RFC 7496 section 4.5 */
#define SCTP_AUTH_SUPPORTED         0x00000027 /* struct sctp_assoc_value */
#define SCTP_ASCONF_SUPPORTED       0x00000028 /* struct sctp_assoc_value */
#define SCTP_RECONFIG_SUPPORTED     0x00000029 /* struct sctp_assoc_value */
#define SCTP_NRSACK_SUPPORTED       0x00000030 /* struct sctp_assoc_value */
#define SCTP_PKTDROP_SUPPORTED      0x00000031 /* struct sctp_assoc_value */
#define SCTP_MAX_CWND               0x00000032 /* struct sctp_assoc_value, bytes */
#define SCTP_ACCEPT_ZERO_CHECKSUM   0x00000033 /* set: uint32_t, SCTP_EDMID_, RFC 9653 */

#define SCTP_STATUS             0x00000100 /* struct sctp_status, 8.2.1 */
#define SCTP_GET_PEER_ADDR_INFO 0x00000101 /* struct sctp_paddrinfo, 8.2.2 */
#define SCTP_PEER_AUTH_CHUNKS   0x00000102 /* struct sctp_authchunks, 8.2.3 */
#define SCTP_LOCAL_AUTH_CHUNKS  0x00000103 /* struct sctp_authchunks, 8.2.4 */
#define SCTP_GET_ASSOC_NUMBER   0x00000104 /* uint32_t, 8.2.5 */
#define SCTP_GET_ASSOC_ID_LIST  0x00000105 /* struct sctp_assoc_ids, 8.2.6 */
#define SCTP_TIMEOUTS           0x00000106 /* struct sctp_timeouts */
#define SCTP_PR_STREAM_STATUS   0x00000107 /* struct sctp_prstatus, RFC 7496 section 4.3 */
#define SCTP_PR_ASSOC_STATUS    0x00000108 /* struct sctp_prstatus, RFC 7496 section 4.4 */

#define SCTP_ENABLE_STREAM_RESET 0x00000900 /* struct sctp_assoc_value, RFC 6525 section 6.3.1 */
#define SCTP_RESET_STREAMS       0x00000901 /* set: struct sctp_reset_streams, RFC 6525 section 6.3.2 */
#define SCTP_RESET_ASSOC         0x00000902 /* set: sctp_assoc_t, RFC 6525 section 6.3.3 */
#define SCTP_ADD_STREAMS         0x00000903 /* set: struct sctp_add_streams, RFC 6525 section 6.3.4 */

#define SCTP_SET_DEBUG_LEVEL        0x00001005 /* a number only */
#define SCTP_CLR_STAT_LOG           0x00001007 /* set: no value */
#define SCTP_GET_SNDBUF_USE         0x00001101 /* get: struct sctp_sockstat */
#define SCTP_GET_STAT_LOG           0x00001103 /* get: log records */
#define SCTP_PCB_STATUS             0x00001104 /* get: struct sctp_pcbinfo */
#define SCTP_GET_NONCE_VALUES       0x00001105 /* get: struct sctp_get_nonce_values */
#define SCTP_CMT_ON_OFF             0x00001200 /* struct sctp_assoc_value, SCTP_CMT_ */
#define SCTP_CMT_USE_DAC            0x00001201 /* a number only */
#define SCTP_PLUGGABLE_CC           0x00001202 /* struct sctp_assoc_value, SCTP_CC_ */
#define SCTP_STREAM_SCHEDULER       0x00001203 /* struct sctp_assoc_value, RFC 8260 section 4.3.2 */
#define SCTP_STREAM_SCHEDULER_VALUE 0x00001204 /* struct sctp_stream_value, RFC 8260 section 4.3.3 */
#define SCTP_CC_OPTION              0x00001205 /* struct sctp_cc_option */
#define SCTP_INTERLEAVING_SUPPORTED 0x00001206 /* struct sctp_assoc_value, RFC 8260 section 4.3.1 */

#define SCTP_SET_DYNAMIC_PRIMARY 0x00002001 /* set: union sctp_sockstore, for root */
#define SCTP_VRF_ID              0x00003001 /* uint32_t; routing tables of FreeBSD, no meaning here */
#define SCTP_ADD_VRF_ID          0x00003002
#define SCTP_GET_VRF_IDS         0x00003003
#define SCTP_GET_ASOC_VRF        0x00003004
#define SCTP_DEL_VRF_ID          0x00003005
#define SCTP_GET_PACKET_LOG      0x00004001 /* get: packets */

/* What the functions of sctp_uio.h are made of; programs call those instead. */
#define SCTP_BINDX_ADD_ADDR       0x00008001 /* set: addresses without gaps, all or none, 9.1 */
#define SCTP_BINDX_REM_ADDR       0x00008002 /* set: as above */
#define SCTP_GET_PEER_ADDRESSES   0x00008003 /* get: struct sctp_getaddresses, 9.3 */
#define SCTP_GET_LOCAL_ADDRESSES  0x00008004 /* get: struct sctp_getaddresses, 9.5 */
#define SCTP_GET_LOCAL_ADDR_SIZE  0x00008005 /* get: in sctp_assoc_t, out uint32_t bytes */
#define SCTP_GET_REMOTE_ADDR_SIZE 0x00008006 /* get: in sctp_assoc_t, out uint32_t bytes */
#define SCTP_CONNECT_X            0x00008007 /* set: int count, then addresses; the id comes back in front, 9.9 */
#define SCTP_CONNECT_X_DELAYED    0x00008008 /* set: as above, but the INIT waits, 9.11 */
#define SCTP_CONNECT_X_COMPLETE   0x00008009 /* set: one struct sockaddr; sends that INIT */
#define SCTP_PEELOFF              0x0000800a /* struct sctp_peeloff_opt, see there, 9.2 */
#define SCTP_GET_ADDR_LEN         0x0000800b /* get: struct sctp_assoc_value, in family, out bytes */
#define SCTP_LISTEN_FIX           0x0000800c /* set: no value; accepted and not needed */
#define SCTP_GET_HANDLE           0x0000800d /* a number only */
#define SCTP_SET_INITIAL_DBG_SEQ  0x00009f00 /* uint32_t */

/* Older names. */
#define SCTP_ADAPTION_LAYER SCTP_ADAPTATION_LAYER
#define SCTP_MAXBURST       SCTP_MAX_BURST
#define SCTP_PLUGGABLE_SS   SCTP_STREAM_SCHEDULER
#define SCTP_SS_VALUE       SCTP_STREAM_SCHEDULER_VALUE

/* SCTP_FRAGMENT_INTERLEAVE (8.1.20). */
#define SCTP_FRAG_LEVEL_0 0x00000000
#define SCTP_FRAG_LEVEL_1 0x00000001
#define SCTP_FRAG_LEVEL_2 0x00000002

/* SCTP_ENABLE_STREAM_RESET, bits (RFC 6525 section 6.3.1). */
#define SCTP_ENABLE_RESET_STREAM_REQ 0x00000001
#define SCTP_ENABLE_RESET_ASSOC_REQ  0x00000002
#define SCTP_ENABLE_CHANGE_ASSOC_REQ 0x00000004

/* srs_flags (RFC 6525 section 6.3.2). */
#define SCTP_STREAM_RESET_INCOMING 0x00000001
#define SCTP_STREAM_RESET_OUTGOING 0x00000002

/* spp_flags (8.1.12). */
#define SPP_HB_ENABLE       0x00000001
#define SPP_HB_DISABLE      0x00000002
#define SPP_HB_DEMAND       0x00000004
#define SPP_PMTUD_ENABLE    0x00000008
#define SPP_PMTUD_DISABLE   0x00000010
#define SPP_HB_TIME_IS_ZERO 0x00000080
#define SPP_IPV6_FLOWLABEL  0x00000100
#define SPP_DSCP            0x00000200
#define SPP_IPV4_TOS        SPP_DSCP

/* spinfo_state (8.2.2). */
#define SCTP_ACTIVE      0x0001
#define SCTP_INACTIVE    0x0002
#define SCTP_UNCONFIRMED 0x0200

/* flags of struct xsctp_inpcb. */
#define SCTP_PCB_FLAGS_UDPTYPE     0x00000001 /* one-to-many */
#define SCTP_PCB_FLAGS_TCPTYPE     0x00000002 /* one-to-one */
#define SCTP_PCB_FLAGS_BOUNDALL    0x00000004 /* bound to all addresses */
#define SCTP_PCB_FLAGS_ACCEPTING   0x00000008 /* it listens */
#define SCTP_PCB_FLAGS_UNBOUND     0x00000010
#define SCTP_PCB_FLAGS_BOUND_V6    0x04000000
#define SCTP_PCB_FLAGS_SOCKET_GONE 0x10000000 /* closed, with associations that are not over yet */

/* sstat_state (8.2.1). */
#define SCTP_CLOSED            0x0000
#define SCTP_COOKIE_WAIT       0x0002
#define SCTP_COOKIE_ECHOED     0x0004
#define SCTP_ESTABLISHED       0x0008
#define SCTP_SHUTDOWN_SENT     0x0010
#define SCTP_SHUTDOWN_RECEIVED 0x0020
#define SCTP_SHUTDOWN_ACK_SENT 0x0040
#define SCTP_SHUTDOWN_PENDING  0x0080
#define SCTP_BOUND             0x1000
#define SCTP_LISTEN            0x2000

/* SCTP_HMAC_IDENT (RFC 4895 section 8). */
#define SCTP_AUTH_HMAC_ID_RSVD   0x0000
#define SCTP_AUTH_HMAC_ID_SHA1   0x0001 /* every implementation has it */
#define SCTP_AUTH_HMAC_ID_SHA256 0x0003

/* SCTP_ACCEPT_ZERO_CHECKSUM (RFC 9653): what finds a damaged packet instead of the checksum. */
#define SCTP_EDMID_NONE             0
#define SCTP_EDMID_LOWER_LAYER_DTLS 1

/* SCTP_PLUGGABLE_CC and, from 0x2000, SCTP_CC_OPTION. */
#define SCTP_CC_RFC2581          0x00000000
#define SCTP_CC_HSTCP            0x00000001
#define SCTP_CC_HTCP             0x00000002
#define SCTP_CC_RTCC             0x00000003
#define SCTP_CC_OPT_RTCC_SETMODE 0x00002000
#define SCTP_CC_OPT_USE_DCCC_ECN 0x00002001
#define SCTP_CC_OPT_STEADY_STEP  0x00002002

/* SCTP_CMT_ON_OFF. */
#define SCTP_CMT_OFF   0
#define SCTP_CMT_BASE  1
#define SCTP_CMT_RPV1  2
#define SCTP_CMT_RPV2  3
#define SCTP_CMT_MPTCP 4
#define SCTP_CMT_MAX   SCTP_CMT_MPTCP

/* SCTP_STREAM_SCHEDULER (RFC 8260 section 3); the numbers are not those of Linux. */
#define SCTP_SS_DEFAULT            0x00000000
#define SCTP_SS_RR                 0x00000001
#define SCTP_SS_RR_PKT             0x00000002
#define SCTP_SS_PRIO               0x00000003
#define SCTP_SS_FB                 0x00000004
#define SCTP_SS_FCFS               0x00000005
#define SCTP_SS_ROUND_ROBIN        SCTP_SS_RR
#define SCTP_SS_ROUND_ROBIN_PACKET SCTP_SS_RR_PKT
#define SCTP_SS_PRIORITY           SCTP_SS_PRIO
#define SCTP_SS_FAIR_BANDWITH      SCTP_SS_FB /* spelt so everywhere */
#define SCTP_SS_FIRST_COME         SCTP_SS_FCFS

/* Chunk types, for SCTP_AUTH_CHUNK (RFC 9260 section 3.2 unless said otherwise). */
#define SCTP_DATA              0x00
#define SCTP_INITIATION        0x01
#define SCTP_INITIATION_ACK    0x02
#define SCTP_SELECTIVE_ACK     0x03
#define SCTP_HEARTBEAT_REQUEST 0x04
#define SCTP_HEARTBEAT_ACK     0x05
#define SCTP_ABORT_ASSOCIATION 0x06
#define SCTP_SHUTDOWN          0x07
#define SCTP_SHUTDOWN_ACK      0x08
#define SCTP_OPERATION_ERROR   0x09
#define SCTP_COOKIE_ECHO       0x0a
#define SCTP_COOKIE_ACK        0x0b
#define SCTP_ECN_ECHO          0x0c
#define SCTP_ECN_CWR           0x0d
#define SCTP_SHUTDOWN_COMPLETE 0x0e
#define SCTP_AUTHENTICATION    0x0f /* RFC 4895 section 4.1 */
#define SCTP_NR_SELECTIVE_ACK  0x10
#define SCTP_IDATA             0x40 /* RFC 8260 section 2.1 */
#define SCTP_ASCONF_ACK        0x80 /* RFC 5061 section 4.1.2 */
#define SCTP_PACKET_DROPPED    0x81
#define SCTP_STREAM_RESET      0x82 /* RE-CONFIG, RFC 6525 section 3.1 */
#define SCTP_PAD_CHUNK         0x84 /* RFC 4820 section 3 */
#define SCTP_FORWARD_CUM_TSN   0xc0 /* RFC 3758 section 3.2 */
#define SCTP_ASCONF            0xc1 /* RFC 5061 section 4.1.1 */
#define SCTP_IFORWARD_CUM_TSN  0xc2 /* RFC 8260 section 2.3.1 */

/* sac_error and sre_error (RFC 9260 section 3.3.10 unless said otherwise); sre_error is in network order. */
#define SCTP_CAUSE_NO_ERROR           0x0000
#define SCTP_CAUSE_INVALID_STREAM     0x0001
#define SCTP_CAUSE_MISSING_PARAM      0x0002
#define SCTP_CAUSE_STALE_COOKIE       0x0003
#define SCTP_CAUSE_OUT_OF_RESC        0x0004
#define SCTP_CAUSE_UNRESOLVABLE_ADDR  0x0005
#define SCTP_CAUSE_UNRECOG_CHUNK      0x0006
#define SCTP_CAUSE_INVALID_PARAM      0x0007
#define SCTP_CAUSE_UNRECOG_PARAM      0x0008
#define SCTP_CAUSE_NO_USER_DATA       0x0009
#define SCTP_CAUSE_COOKIE_IN_SHUTDOWN 0x000a
#define SCTP_CAUSE_RESTART_W_NEWADDR  0x000b
#define SCTP_CAUSE_USER_INITIATED_ABT 0x000c
#define SCTP_CAUSE_PROTOCOL_VIOLATION 0x000d
#define SCTP_CAUSE_DELETING_LAST_ADDR 0x00a0 /* RFC 5061 section 4.3 */
#define SCTP_CAUSE_RESOURCE_SHORTAGE  0x00a1
#define SCTP_CAUSE_DELETING_SRC_ADDR  0x00a2
#define SCTP_CAUSE_ILLEGAL_ASCONF_ACK 0x00a3
#define SCTP_CAUSE_REQUEST_REFUSED    0x00a4
#define SCTP_CAUSE_UNSUPPORTED_HMACID 0x0105 /* RFC 4895 section 4.2 */

/* clang-format on */

#endif
