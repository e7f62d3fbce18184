/*
 * SCTP for programs: structures of options, of control data and of notifications, and the functions of RFC
 * 6458. Sections without an RFC number are of RFC 6458. Sizes and offsets are an ABI:
 * tests/interop/header_test.c holds every one of them.
 *
 * With SCTP_KERNEL_BUILD no system header is read but <stdint.h>, and the includer has declared
 * struct sockaddr and its kinds, struct in_addr and struct in6_addr before.
 */
#ifndef _NETINET_SCTP_UIO_H_
#define _NETINET_SCTP_UIO_H_

#include <stdint.h>
#ifndef SCTP_KERNEL_BUILD
#include <sys/types.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <netinet/in.h>
#endif

#ifndef IPPROTO_SCTP
#define IPPROTO_SCTP 132
#endif
/* What programs written for Linux call the level. */
#ifndef SOL_SCTP
#define SOL_SCTP IPPROTO_SCTP
#endif

/*
 * msg_flags of recvmsg: what was read is a union sctp_notification (6.1). On macOS this is the bit of
 * MSG_NOSIGNAL, which newer SDKs have: one is only ever given to send, the other only ever comes from
 * recvmsg, and the value stays that of the older extensions. On Linux it is the value of the kernel's own
 * SCTP.
 */
#ifndef MSG_NOTIFICATION
#ifdef __linux__
#define MSG_NOTIFICATION 0x8000
#else
#define MSG_NOTIFICATION 0x80000
#endif
#endif

/* ISO C++ has no arrays without a length at the end of a structure; both compilers take them. */
#ifdef __cplusplus
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#endif

typedef uint32_t sctp_assoc_t;

/* clang-format off */

/* Association ids with a meaning of their own (7.2). */
#define SCTP_FUTURE_ASSOC  0
#define SCTP_CURRENT_ASSOC 1
#define SCTP_ALL_ASSOC     2

/* Control data: cmsg_type at level IPPROTO_SCTP (5.3). */
#define SCTP_INIT      0x0001 /* send: struct sctp_initmsg */
#define SCTP_SNDRCV    0x0002 /* both: struct sctp_sndrcvinfo, deprecated */
#define SCTP_EXTRCV    0x0003 /* receive: struct sctp_extrcvinfo, deprecated */
#define SCTP_SNDINFO   0x0004 /* send: struct sctp_sndinfo */
#define SCTP_RCVINFO   0x0005 /* receive: struct sctp_rcvinfo */
#define SCTP_NXTINFO   0x0006 /* receive: struct sctp_nxtinfo */
#define SCTP_PRINFO    0x0007 /* send: struct sctp_prinfo */
#define SCTP_AUTHINFO  0x0008 /* send: struct sctp_authinfo */
#define SCTP_DSTADDRV4 0x0009 /* send: struct in_addr */
#define SCTP_DSTADDRV6 0x000a /* send: struct in6_addr */

/* snd_flags, rcv_flags and sinfo_flags (5.3.2, 5.3.4, 5.3.5). The low four bits are a policy of PR-SCTP. */
#define SCTP_NOTIFICATION     0x0010 /* the next message is a notification */
#define SCTP_COMPLETE         0x0020 /* the next message is there as a whole */
#define SCTP_EOF              0x0100 /* SHUTDOWN after this message (RFC 9260 section 9.2) */
#define SCTP_ABORT            0x0200 /* ABORT, the message being the reason (RFC 9260 section 9.1) */
#define SCTP_UNORDERED        0x0400
#define SCTP_ADDR_OVER        0x0800 /* to the address given, not to the primary one */
#define SCTP_SENDALL          0x1000 /* on all associations of the socket */
#define SCTP_EOR              0x2000 /* the message ends here; with SCTP_EXPLICIT_EOR */
#define SCTP_SACK_IMMEDIATELY 0x4000 /* the I bit (RFC 9260 section 3.3.1) */

/* pr_policy (5.3.7, RFC 7496 section 4.1). */
#define SCTP_PR_SCTP_NONE 0x0000
#define SCTP_PR_SCTP_TTL  0x0001 /* pr_value: milliseconds */
#define SCTP_PR_SCTP_PRIO 0x0002 /* pr_value: priority, 0 the highest */
#define SCTP_PR_SCTP_BUF  SCTP_PR_SCTP_PRIO
#define SCTP_PR_SCTP_RTX  0x0003 /* pr_value: retransmissions */
#define SCTP_PR_SCTP_ALL  0x000f /* every policy, for RFC 7496 section 4.3 */

#define PR_SCTP_POLICY(flags)         ((flags) & 0x0f)
#define PR_SCTP_ENABLED(flags)        (PR_SCTP_POLICY(flags) != SCTP_PR_SCTP_NONE)
#define PR_SCTP_TTL_ENABLED(flags)    (PR_SCTP_POLICY(flags) == SCTP_PR_SCTP_TTL)
#define PR_SCTP_BUF_ENABLED(flags)    (PR_SCTP_POLICY(flags) == SCTP_PR_SCTP_BUF)
#define PR_SCTP_RTX_ENABLED(flags)    (PR_SCTP_POLICY(flags) == SCTP_PR_SCTP_RTX)
#define PR_SCTP_INVALID_POLICY(flags) (PR_SCTP_POLICY(flags) > SCTP_PR_SCTP_RTX)

/* nxt_flags (5.3.6). */
#define SCTP_NO_NEXT_MSG              0x0000
#define SCTP_NEXT_MSG_AVAIL           0x0001
#define SCTP_NEXT_MSG_ISCOMPLETE      0x0002
#define SCTP_NEXT_MSG_IS_UNORDERED    0x0004
#define SCTP_NEXT_MSG_IS_NOTIFICATION 0x0008

/* sctp_sendv: infotype, and sendv_flags of struct sctp_sendv_spa (9.12). */
#define SCTP_SENDV_NOINFO        0
#define SCTP_SENDV_SNDINFO       1
#define SCTP_SENDV_PRINFO        2
#define SCTP_SENDV_AUTHINFO      3
#define SCTP_SENDV_SPA           4
#define SCTP_SEND_SNDINFO_VALID  0x00000001
#define SCTP_SEND_PRINFO_VALID   0x00000002
#define SCTP_SEND_AUTHINFO_VALID 0x00000004

/* sctp_recvv: *infotype (9.13). */
#define SCTP_RECVV_NOINFO  0
#define SCTP_RECVV_RCVINFO 1
#define SCTP_RECVV_NXTINFO 2
#define SCTP_RECVV_RN      3

/* Notifications: sn_type, and se_type of struct sctp_event (6.1). */
#define SCTP_ASSOC_CHANGE                0x0001
#define SCTP_PEER_ADDR_CHANGE            0x0002
#define SCTP_REMOTE_ERROR                0x0003
#define SCTP_SEND_FAILED                 0x0004 /* deprecated */
#define SCTP_SHUTDOWN_EVENT              0x0005
#define SCTP_ADAPTATION_INDICATION       0x0006
#define SCTP_PARTIAL_DELIVERY_EVENT      0x0007
#define SCTP_AUTHENTICATION_EVENT        0x0008
#define SCTP_STREAM_RESET_EVENT          0x0009 /* RFC 6525 section 6.1.1 */
#define SCTP_SENDER_DRY_EVENT            0x000a
#define SCTP_NOTIFICATIONS_STOPPED_EVENT 0x000b
#define SCTP_ASSOC_RESET_EVENT           0x000c /* RFC 6525 section 6.1.2 */
#define SCTP_STREAM_CHANGE_EVENT         0x000d /* RFC 6525 section 6.1.3 */
#define SCTP_SEND_FAILED_EVENT           0x000e
#define SCTP_ADAPTION_INDICATION         SCTP_ADAPTATION_INDICATION /* older names */
#define SCTP_PEER_ERROR                  SCTP_REMOTE_ERROR
#define SCTP_AUTHENTICATION_INDICATION   SCTP_AUTHENTICATION_EVENT
#define sctp_adaption_event              sctp_adaptation_event
#define sctp_adaption_layer_event        sctp_adaptation_layer_event

/* sac_state (6.1.1). */
#define SCTP_COMM_UP        0x0001
#define SCTP_COMM_LOST      0x0002
#define SCTP_RESTART        0x0003
#define SCTP_SHUTDOWN_COMP  0x0004
#define SCTP_CANT_STR_ASSOC 0x0005

/* sac_info when the association comes up: one byte a feature (6.1.1). */
#define SCTP_ASSOC_SUPPORTS_PR           0x01
#define SCTP_ASSOC_SUPPORTS_AUTH         0x02
#define SCTP_ASSOC_SUPPORTS_ASCONF       0x03
#define SCTP_ASSOC_SUPPORTS_MULTIBUF     0x04
#define SCTP_ASSOC_SUPPORTS_RE_CONFIG    0x05
#define SCTP_ASSOC_SUPPORTS_INTERLEAVING 0x06
#define SCTP_ASSOC_SUPPORTS_MAX          0x06

/* spc_state (6.1.2). */
#define SCTP_ADDR_AVAILABLE   0x0001
#define SCTP_ADDR_UNREACHABLE 0x0002
#define SCTP_ADDR_REMOVED     0x0003
#define SCTP_ADDR_ADDED       0x0004
#define SCTP_ADDR_MADE_PRIM   0x0005
#define SCTP_ADDR_CONFIRMED   0x0006

/* ssf_flags and ssfe_flags (6.1.4, 6.1.11). */
#define SCTP_DATA_UNSENT 0x0001
#define SCTP_DATA_SENT   0x0002
/* ssfe_info.snd_flags and ssf_info.sinfo_flags: how much of the message is given back (6.1.4, 6.1.11). */
#define SCTP_DATA_MIDDLE_FRAG 0x0000
#define SCTP_DATA_LAST_FRAG   0x0001 /* the end of it */
#define SCTP_DATA_FIRST_FRAG  0x0002
#define SCTP_DATA_NOT_FRAG    0x0003 /* all of it */

/* pdapi_indication (6.1.7), auth_indication (6.1.8). */
#define SCTP_PARTIAL_DELIVERY_ABORTED 0x0001
#define SCTP_AUTH_NEW_KEY             0x0001
#define SCTP_AUTH_NEWKEY              SCTP_AUTH_NEW_KEY /* older name */
#define SCTP_AUTH_NO_AUTH             0x0002
#define SCTP_AUTH_FREE_KEY            0x0003

/* strreset_flags, assocreset_flags, strchange_flags (RFC 6525 sections 6.1.1 to 6.1.3). */
#define SCTP_STREAM_RESET_INCOMING_SSN 0x0001
#define SCTP_STREAM_RESET_OUTGOING_SSN 0x0002
#define SCTP_STREAM_RESET_DENIED       0x0004
#define SCTP_STREAM_RESET_FAILED       0x0008
#define SCTP_ASSOC_RESET_DENIED        0x0004
#define SCTP_ASSOC_RESET_FAILED        0x0008
#define SCTP_STREAM_CHANGE_DENIED      0x0004
#define SCTP_STREAM_CHANGE_FAILED      0x0008
/* clang-format on */

/*
 * Control data.
 */

/* 5.3.1, and SCTP_INITMSG. 0: leave as it is. */
struct sctp_initmsg {
	uint16_t sinit_num_ostreams;
	uint16_t sinit_max_instreams;
	uint16_t sinit_max_attempts;
	uint16_t sinit_max_init_timeo; /* milliseconds */
};

/* 5.3.2, deprecated. */
struct sctp_sndrcvinfo {
	uint16_t sinfo_stream;
	uint16_t sinfo_ssn;
	uint16_t sinfo_flags;
	uint32_t sinfo_ppid; /* as on the wire; the stack never swaps it */
	uint32_t sinfo_context;
	uint32_t sinfo_timetolive; /* pr_value of the policy in sinfo_flags */
	uint32_t sinfo_tsn;
	uint32_t sinfo_cumtsn;
	sctp_assoc_t sinfo_assoc_id;
	uint16_t sinfo_keynumber;
	uint16_t sinfo_keynumber_valid;
	uint8_t __reserve_pad[92];
};
#define sinfo_pr_value sinfo_timetolive

/* 5.3.3, deprecated. The head is that of struct sctp_sndrcvinfo. */
struct sctp_extrcvinfo {
	uint16_t sinfo_stream;
	uint16_t sinfo_ssn;
	uint16_t sinfo_flags;
	uint32_t sinfo_ppid;
	uint32_t sinfo_context;
	uint32_t sinfo_timetolive;
	uint32_t sinfo_tsn;
	uint32_t sinfo_cumtsn;
	sctp_assoc_t sinfo_assoc_id;
	uint16_t serinfo_next_flags;
	uint16_t serinfo_next_stream;
	uint32_t serinfo_next_aid;
	uint32_t serinfo_next_length;
	uint32_t serinfo_next_ppid;
	uint16_t sinfo_keynumber;
	uint16_t sinfo_keynumber_valid;
	uint8_t __reserve_pad[76];
};

/* 5.3.4, and SCTP_DEFAULT_SNDINFO. */
struct sctp_sndinfo {
	uint16_t snd_sid;
	uint16_t snd_flags;
	uint32_t snd_ppid;
	uint32_t snd_context;
	sctp_assoc_t snd_assoc_id;
};

/* 5.3.5. */
struct sctp_rcvinfo {
	uint16_t rcv_sid;
	uint16_t rcv_ssn;
	uint16_t rcv_flags;
	uint32_t rcv_ppid;
	uint32_t rcv_tsn;
	uint32_t rcv_cumtsn;
	uint32_t rcv_context;
	sctp_assoc_t rcv_assoc_id;
};

/* 5.3.6. */
struct sctp_nxtinfo {
	uint16_t nxt_sid;
	uint16_t nxt_flags;
	uint32_t nxt_ppid;
	uint32_t nxt_length; /* bytes that are there already */
	sctp_assoc_t nxt_assoc_id;
};

/* 5.3.7. */
struct sctp_prinfo {
	uint16_t pr_policy;
	uint32_t pr_value;
};

/* 5.3.8. */
struct sctp_authinfo {
	uint16_t auth_keynumber;
};

/* 9.12: sctp_sendv with several kinds at once. */
struct sctp_sendv_spa {
	uint32_t sendv_flags;
	struct sctp_sndinfo sendv_sndinfo;
	struct sctp_prinfo sendv_prinfo;
	struct sctp_authinfo sendv_authinfo;
};

/* 9.13: sctp_recvv with both kinds at once. */
struct sctp_recvv_rn {
	struct sctp_rcvinfo recvv_rcvinfo;
	struct sctp_nxtinfo recvv_nxtinfo;
};

/* What became of a message sent with SCTP_SENDALL; comes as the data of a failed send. */
struct sctp_snd_all_completes {
	uint16_t sall_stream;
	uint16_t sall_flags;
	uint32_t sall_ppid;
	uint32_t sall_context;
	uint32_t sall_num_sent;
	uint32_t sall_num_failed;
};

/*
 * Notifications. Each starts with the three fields of struct sctp_tlv.
 */

struct sctp_tlv {
	uint16_t sn_type;
	uint16_t sn_flags;
	uint32_t sn_length; /* bytes, this head included */
};

/* 6.1.1. */
struct sctp_assoc_change {
	uint16_t sac_type;
	uint16_t sac_flags;
	uint32_t sac_length;
	uint16_t sac_state;
	uint16_t sac_error;
	uint16_t sac_outbound_streams;
	uint16_t sac_inbound_streams;
	sctp_assoc_t sac_assoc_id;
	uint8_t sac_info[];
};

/* 6.1.2. */
struct sctp_paddr_change {
	uint16_t spc_type;
	uint16_t spc_flags;
	uint32_t spc_length;
	struct sockaddr_storage spc_aaddr;
	uint32_t spc_state;
	uint32_t spc_error;
	sctp_assoc_t spc_assoc_id;
	uint8_t spc_padding[4];
};

/* 6.1.3. */
struct sctp_remote_error {
	uint16_t sre_type;
	uint16_t sre_flags;
	uint32_t sre_length;
	uint16_t sre_error; /* network order */
	sctp_assoc_t sre_assoc_id;
	uint8_t sre_data[]; /* the ERROR chunk as it came */
};

/* 6.1.4, deprecated. */
struct sctp_send_failed {
	uint16_t ssf_type;
	uint16_t ssf_flags;
	uint32_t ssf_length;
	uint32_t ssf_error;
	struct sctp_sndrcvinfo ssf_info;
	sctp_assoc_t ssf_assoc_id;
	uint8_t ssf_data[];
};

/* 6.1.5. */
struct sctp_shutdown_event {
	uint16_t sse_type;
	uint16_t sse_flags;
	uint32_t sse_length;
	sctp_assoc_t sse_assoc_id;
};

/* 6.1.6. */
struct sctp_adaptation_event {
	uint16_t sai_type;
	uint16_t sai_flags;
	uint32_t sai_length;
	uint32_t sai_adaptation_ind;
	sctp_assoc_t sai_assoc_id;
};

/* 6.1.7. */
struct sctp_pdapi_event {
	uint16_t pdapi_type;
	uint16_t pdapi_flags;
	uint32_t pdapi_length;
	uint32_t pdapi_indication;
	uint16_t pdapi_stream;
	uint16_t pdapi_seq;
	sctp_assoc_t pdapi_assoc_id;
};

/* 6.1.8. */
struct sctp_authkey_event {
	uint16_t auth_type;
	uint16_t auth_flags;
	uint32_t auth_length;
	uint16_t auth_keynumber;
	uint16_t auth_altkeynumber;
	uint32_t auth_indication;
	sctp_assoc_t auth_assoc_id;
};

/* 6.1.9. */
struct sctp_sender_dry_event {
	uint16_t sender_dry_type;
	uint16_t sender_dry_flags;
	uint32_t sender_dry_length;
	sctp_assoc_t sender_dry_assoc_id;
};

/* RFC 6525 section 6.1.1. No stream listed: all of them. */
struct sctp_stream_reset_event {
	uint16_t strreset_type;
	uint16_t strreset_flags;
	uint32_t strreset_length;
	sctp_assoc_t strreset_assoc_id;
	uint16_t strreset_stream_list[];
};

/* RFC 6525 section 6.1.2. */
struct sctp_assoc_reset_event {
	uint16_t assocreset_type;
	uint16_t assocreset_flags;
	uint32_t assocreset_length;
	sctp_assoc_t assocreset_assoc_id;
	uint32_t assocreset_local_tsn;
	uint32_t assocreset_remote_tsn;
};

/* RFC 6525 section 6.1.3. */
struct sctp_stream_change_event {
	uint16_t strchange_type;
	uint16_t strchange_flags;
	uint32_t strchange_length;
	sctp_assoc_t strchange_assoc_id;
	uint16_t strchange_instrms;
	uint16_t strchange_outstrms;
};

/* 6.1.11. */
struct sctp_send_failed_event {
	uint16_t ssfe_type;
	uint16_t ssfe_flags;
	uint32_t ssfe_length;
	uint32_t ssfe_error;
	struct sctp_sndinfo ssfe_info;
	sctp_assoc_t ssfe_assoc_id;
	uint8_t ssfe_data[];
};

/* 6.1. */
union sctp_notification {
	struct sctp_tlv sn_header;
	struct sctp_assoc_change sn_assoc_change;
	struct sctp_paddr_change sn_paddr_change;
	struct sctp_remote_error sn_remote_error;
	struct sctp_send_failed sn_send_failed;
	struct sctp_shutdown_event sn_shutdown_event;
	struct sctp_adaptation_event sn_adaptation_event;
	struct sctp_adaptation_event sn_adaption_event;
	struct sctp_pdapi_event sn_pdapi_event;
	struct sctp_authkey_event sn_auth_event;
	struct sctp_sender_dry_event sn_sender_dry_event;
	struct sctp_stream_reset_event sn_strreset_event;
	struct sctp_assoc_reset_event sn_assocreset_event;
	struct sctp_stream_change_event sn_strchange_event;
	struct sctp_send_failed_event sn_send_failed_event;
};

/*
 * Options.
 */

/* SCTP_EVENT (6.2.2). */
struct sctp_event {
	sctp_assoc_t se_assoc_id;
	uint16_t se_type;
	uint8_t se_on;
};

/* SCTP_EVENTS (6.2.1), deprecated. */
struct sctp_event_subscribe {
	uint8_t sctp_data_io_event; /* SCTP_SNDRCV with each message */
	uint8_t sctp_association_event;
	uint8_t sctp_address_event;
	uint8_t sctp_send_failure_event;
	uint8_t sctp_peer_error_event;
	uint8_t sctp_shutdown_event;
	uint8_t sctp_partial_delivery_event;
	uint8_t sctp_adaptation_layer_event;
	uint8_t sctp_authentication_event;
	uint8_t sctp_sender_dry_event;
	uint8_t sctp_stream_reset_event;
};

/* SCTP_RTOINFO (8.1.1): milliseconds, 0: leave as it is. */
struct sctp_rtoinfo {
	sctp_assoc_t srto_assoc_id;
	uint32_t srto_initial;
	uint32_t srto_max;
	uint32_t srto_min;
};

/* SCTP_ASSOCINFO (8.1.2). */
struct sctp_assocparams {
	sctp_assoc_t sasoc_assoc_id;
	uint32_t sasoc_peer_rwnd;
	uint32_t sasoc_local_rwnd;
	uint32_t sasoc_cookie_life; /* milliseconds */
	uint16_t sasoc_asocmaxrxt;
	uint16_t sasoc_number_peer_destinations;
};

/* SCTP_PRIMARY_ADDR (8.1.9): an address of the peer. */
struct sctp_setprim {
	struct sockaddr_storage ssp_addr;
	sctp_assoc_t ssp_assoc_id;
	uint8_t ssp_padding[4];
};

/* SCTP_SET_PEER_PRIMARY_ADDR (8.3.1): an address of ours. */
struct sctp_setpeerprim {
	struct sockaddr_storage sspp_addr;
	sctp_assoc_t sspp_assoc_id;
	uint8_t sspp_padding[4];
};

/* SCTP_ADAPTATION_LAYER (8.1.10). */
struct sctp_setadaptation {
	uint32_t ssb_adaptation_ind;
};

/* SCTP_PEER_ADDR_PARAMS (8.1.12). */
struct sctp_paddrparams {
	struct sockaddr_storage spp_address;
	sctp_assoc_t spp_assoc_id;
	uint32_t spp_hbinterval; /* milliseconds */
	uint32_t spp_pathmtu;    /* bytes */
	uint32_t spp_flags;
	uint32_t spp_ipv6_flowlabel;
	uint16_t spp_pathmaxrxt;
	uint8_t spp_dscp;
};
#define spp_ipv4_tos spp_dscp

/* SCTP_PEER_ADDR_THLDS (RFC 7829 section 7.2): retransmissions. */
struct sctp_paddrthlds {
	struct sockaddr_storage spt_address;
	sctp_assoc_t spt_assoc_id;
	uint16_t spt_pathmaxrxt;
	uint16_t spt_pathpfthld;
	uint16_t spt_pathcpthld;
};

/* SCTP_DELAYED_SACK (8.1.19). */
struct sctp_sack_info {
	sctp_assoc_t sack_assoc_id;
	uint32_t sack_delay; /* milliseconds */
	uint32_t sack_freq;  /* packets; 1: no delay */
};

/* Every option that is one number of an association (8.1.16). */
struct sctp_assoc_value {
	sctp_assoc_t assoc_id;
	uint32_t assoc_value;
};

/* SCTP_STREAM_SCHEDULER_VALUE (RFC 8260 section 4.3.3). */
struct sctp_stream_value {
	sctp_assoc_t assoc_id;
	uint16_t stream_id;
	uint16_t stream_value;
};

/* SCTP_CC_OPTION. */
struct sctp_cc_option {
	int option;
	struct sctp_assoc_value aid_value;
};

/* SCTP_DEFAULT_PRINFO (8.1.32). */
struct sctp_default_prinfo {
	uint16_t pr_policy;
	uint32_t pr_value;
	sctp_assoc_t pr_assoc_id;
};

/* SCTP_REMOTE_UDP_ENCAPS_PORT (RFC 6951 section 6.1). */
struct sctp_udpencaps {
	struct sockaddr_storage sue_address;
	sctp_assoc_t sue_assoc_id;
	uint16_t sue_port; /* network order; 0: no encapsulation */
};

/* SCTP_AUTH_CHUNK (8.3.2). */
struct sctp_authchunk {
	uint8_t sauth_chunk;
};

/* SCTP_AUTH_KEY (8.3.3). */
struct sctp_authkey {
	sctp_assoc_t sca_assoc_id;
	uint16_t sca_keynumber;
	uint16_t sca_keylength;
	uint8_t sca_key[];
};

/* SCTP_AUTH_ACTIVE_KEY, _DEACTIVATE_KEY, _DELETE_KEY (8.1.18, 8.3.4, 8.3.5). */
struct sctp_authkeyid {
	sctp_assoc_t scact_assoc_id;
	uint16_t scact_keynumber;
};

/* SCTP_HMAC_IDENT (8.1.17). */
struct sctp_hmacalgo {
	uint32_t shmac_number_of_idents;
	uint16_t shmac_idents[];
};

/* SCTP_PEER_AUTH_CHUNKS, SCTP_LOCAL_AUTH_CHUNKS (8.2.3, 8.2.4). */
struct sctp_authchunks {
	sctp_assoc_t gauth_assoc_id;
	uint32_t gauth_number_of_chunks;
	uint8_t gauth_chunks[];
};

/* SCTP_GET_ASSOC_ID_LIST (8.2.6). */
struct sctp_assoc_ids {
	uint32_t gaids_number_of_ids;
	sctp_assoc_t gaids_assoc_id[];
};

/* SCTP_GET_PEER_ADDR_INFO (8.2.2): milliseconds and bytes. */
struct sctp_paddrinfo {
	struct sockaddr_storage spinfo_address;
	sctp_assoc_t spinfo_assoc_id;
	int32_t spinfo_state;
	uint32_t spinfo_cwnd;
	uint32_t spinfo_srtt;
	uint32_t spinfo_rto;
	uint32_t spinfo_mtu;
};

/* SCTP_STATUS (8.2.1). */
struct sctp_status {
	sctp_assoc_t sstat_assoc_id;
	int32_t sstat_state;
	uint32_t sstat_rwnd;
	uint16_t sstat_unackdata; /* chunks sent and not acknowledged */
	uint16_t sstat_penddata;  /* chunks not read yet */
	uint16_t sstat_instrms;
	uint16_t sstat_outstrms;
	uint32_t sstat_fragmentation_point;
	struct sctp_paddrinfo sstat_primary;
};

/* SCTP_TIMEOUTS: how often each timer has run out. */
struct sctp_timeouts {
	sctp_assoc_t stimo_assoc_id;
	uint32_t stimo_init;
	uint32_t stimo_data;
	uint32_t stimo_sack;
	uint32_t stimo_shutdown;
	uint32_t stimo_heartbeat;
	uint32_t stimo_cookie;
	uint32_t stimo_shutdownack;
};

/* SCTP_PR_STREAM_STATUS, SCTP_PR_ASSOC_STATUS (RFC 7496 sections 4.3, 4.4). */
struct sctp_prstatus {
	sctp_assoc_t sprstat_assoc_id;
	uint16_t sprstat_sid;
	uint16_t sprstat_policy;
	uint64_t sprstat_abandoned_unsent;
	uint64_t sprstat_abandoned_sent;
};

/* SCTP_RESET_STREAMS (RFC 6525 section 6.3.2). */
struct sctp_reset_streams {
	sctp_assoc_t srs_assoc_id;
	uint16_t srs_flags;
	uint16_t srs_number_streams; /* 0: all */
	uint16_t srs_stream_list[];
};

/* SCTP_ADD_STREAMS (RFC 6525 section 6.3.4). */
struct sctp_add_streams {
	sctp_assoc_t sas_assoc_id;
	uint16_t sas_instrms;
	uint16_t sas_outstrms;
};

/* SCTP_GET_NONCE_VALUES: the verification tags. */
struct sctp_get_nonce_values {
	sctp_assoc_t gn_assoc_id;
	uint32_t gn_peers_tag;
	uint32_t gn_local_tag;
};

/* SCTP_GET_SNDBUF_USE: bytes. */
struct sctp_sockstat {
	sctp_assoc_t ss_assoc_id;
	uint32_t ss_total_sndbuf;
	uint32_t ss_total_recv_buf;
};

/* SCTP_PCB_STATUS. */
struct sctp_pcbinfo {
	uint32_t ep_count;
	uint32_t asoc_count;
	uint32_t laddr_count;
	uint32_t raddr_count;
	uint32_t chk_count;
	uint32_t readq_count;
	uint32_t free_chunks;
	uint32_t stream_oque;
};

/*
 * SCTP_PEELOFF (9.2). A kernel extension cannot make a descriptor: sctp_peeloff() opens new_sd, a one-to-one
 * socket of its own, and sets this option on it; the association assoc_id of the socket s moves there.
 */
struct sctp_peeloff_opt {
	int s;
	sctp_assoc_t assoc_id;
	int new_sd;
};

/* A moment, as time since the machine started. */
struct sctp_timeval {
	uint32_t tv_sec;
	uint32_t tv_usec;
};

/*
 * The variable net.sctp.stats. Who writes zeros to it sets all counters back. Those marked "-" are always
 * zero: they count what this SCTP does not do or does not count.
 */
struct sctpstat {
	struct sctp_timeval sctps_discontinuitytime; /* when the counters were set back, 0 if never */
	/* RFC 3873 section 4, sctpStats. */
	uint32_t sctps_currestab;    /* associations in ESTABLISHED, SHUTDOWN-PENDING or SHUTDOWN-RECEIVED */
	uint32_t sctps_activeestab;  /* set up from this side */
	uint32_t sctps_restartestab; /* set up anew, for the peer restarted */
	uint32_t sctps_collisionestab;   /* set up from both sides at once */
	uint32_t sctps_passiveestab;     /* set up by the peer */
	uint32_t sctps_aborted;          /* ended by ABORT, or because the peer fell silent */
	uint32_t sctps_shutdown;         /* ended by SHUTDOWN */
	uint32_t sctps_outoftheblue;     /* packets that belong to no association */
	uint32_t sctps_checksumerrors;   /* packets with a wrong checksum */
	uint32_t sctps_outcontrolchunks; /* retransmissions not counted, here and in the next two */
	uint32_t sctps_outorderchunks;
	uint32_t sctps_outunorderchunks;
	uint32_t sctps_incontrolchunks;
	uint32_t sctps_inorderchunks; /* DATA that was taken in */
	uint32_t sctps_inunorderchunks;
	uint32_t sctps_fragusrmsgs;  /* messages sent in more than one chunk */
	uint32_t sctps_reasmusrmsgs; /* messages received in more than one chunk */
	uint32_t sctps_outpackets;
	uint32_t sctps_inpackets;
	/* Packets and chunks that came. */
	uint32_t sctps_recvpackets;
	uint32_t sctps_recvdatagrams;
	uint32_t sctps_recvpktwithdata;
	uint32_t sctps_recvsacks;
	uint32_t sctps_recvdata;
	uint32_t sctps_recvdupdata; /* DATA that had come before */
	uint32_t sctps_recvheartbeat;
	uint32_t sctps_recvheartbeatack;
	uint32_t sctps_recvecne;
	uint32_t sctps_recvauth;        /* - */
	uint32_t sctps_recvauthmissing; /* - */
	uint32_t sctps_recvivalhmacid;  /* - */
	uint32_t sctps_recvivalkeyid;   /* - */
	uint32_t sctps_recvauthfailed;  /* - */
	uint32_t sctps_recvexpress;     /* - */
	uint32_t sctps_recvexpressm;    /* - */
	uint32_t sctps_recv_spare;      /* - */
	uint32_t sctps_recvswcrc;       /* checksums that this host calculated */
	uint32_t sctps_recvhwcrc;       /* - */
	/* Packets and chunks that were sent. */
	uint32_t sctps_sendpackets;
	uint32_t sctps_sendsacks;
	uint32_t sctps_senddata;            /* DATA sent for the first time */
	uint32_t sctps_sendretransdata;     /* DATA sent again */
	uint32_t sctps_sendfastretrans;     /* of that, because SACKs missed it */
	uint32_t sctps_sendmultfastretrans; /* - */
	uint32_t sctps_sendheartbeat;
	uint32_t sctps_sendecne;
	uint32_t sctps_sendauth;   /* - */
	uint32_t sctps_senderrors; /* packets that this host could not send */
	uint32_t sctps_send_spare; /* - */
	uint32_t sctps_sendswcrc;  /* checksums that this host calculated */
	uint32_t sctps_sendhwcrc;  /* - */
	/* Packets that were reported dropped. */
	uint32_t sctps_pdrpfmbox; /* - */
	uint32_t sctps_pdrpfehos; /* - */
	uint32_t sctps_pdrpmbda;  /* - */
	uint32_t sctps_pdrpmbct;  /* - */
	uint32_t sctps_pdrpbwrpt; /* - */
	uint32_t sctps_pdrpcrupt; /* - */
	uint32_t sctps_pdrpnedat; /* - */
	uint32_t sctps_pdrppdbrk; /* - */
	uint32_t sctps_pdrptsnnf; /* - */
	uint32_t sctps_pdrpdnfnd; /* - */
	uint32_t sctps_pdrpdiwnp; /* - */
	uint32_t sctps_pdrpdizrw; /* - */
	uint32_t sctps_pdrpbadd;  /* - */
	uint32_t sctps_pdrpmark;  /* - */
	/* Timers that ran out. */
	uint32_t sctps_timoiterator;    /* - */
	uint32_t sctps_timodata;        /* T3-rtx */
	uint32_t sctps_timowindowprobe; /* T3-rtx, with the window closed */
	uint32_t sctps_timoinit;        /* T1-init */
	uint32_t sctps_timosack;        /* delayed SACKs */
	uint32_t sctps_timoshutdown;    /* T2-shutdown, after SHUTDOWN */
	uint32_t sctps_timoheartbeat;
	uint32_t sctps_timocookie; /* T1-cookie */
	uint32_t sctps_timosecret; /* changes of the key of state cookies */
	uint32_t sctps_timopathmtu;
	uint32_t sctps_timoshutdownack;   /* T2-shutdown, after SHUTDOWN ACK */
	uint32_t sctps_timoshutdownguard; /* T5-shutdown-guard */
	uint32_t sctps_timostrmrst;       /* - */
	uint32_t sctps_timoearlyfr;       /* - */
	uint32_t sctps_timoasconf;        /* - */
	uint32_t sctps_timodelprim;       /* - */
	uint32_t sctps_timoautoclose;     /* SCTP_AUTOCLOSE */
	uint32_t sctps_timoassockill;     /* - */
	uint32_t sctps_timoinpkill;       /* - */
	uint32_t sctps_spare[11];         /* - */
	/* Others. */
	uint32_t sctps_hdrops;           /* packets too short to be of SCTP */
	uint32_t sctps_badsum;           /* packets with a wrong checksum */
	uint32_t sctps_noport;           /* packets out of the blue to a port that no socket has */
	uint32_t sctps_badvtag;          /* packets with a wrong verification tag */
	uint32_t sctps_badsid;           /* DATA of a stream that there is not */
	uint32_t sctps_nomem;            /* chunks dropped for want of memory */
	uint32_t sctps_fastretransinrtt; /* - */
	uint32_t sctps_markedretrans;    /* DATA sent again */
	uint32_t sctps_naglesent;        /* - */
	uint32_t sctps_naglequeued;      /* - */
	uint32_t sctps_maxburstqueued;   /* - */
	uint32_t sctps_ifnomemqueued;    /* - */
	uint32_t sctps_windowprobed;     /* packets sent into a closed window */
	uint32_t sctps_lowlevelerr;      /* - */
	uint32_t sctps_lowlevelerrusr;   /* - */
	uint32_t sctps_datadropchklmt;   /* - */
	uint32_t sctps_datadroprwnd;     /* DATA dropped for want of room */
	uint32_t sctps_ecnereducedcwnd;
	uint32_t sctps_vtagexpress;    /* - */
	uint32_t sctps_vtagbogus;      /* - */
	uint32_t sctps_primary_randry; /* - */
	uint32_t sctps_cmt_randry;     /* - */
	uint32_t sctps_slowpath_sack;  /* - */
	uint32_t sctps_wu_sacks_sent;  /* SACKs that only opened the window */
	uint32_t sctps_sends_with_flags;
	uint32_t sctps_sends_with_unord;
	uint32_t sctps_sends_with_eof;
	uint32_t sctps_sends_with_abort;
	uint32_t sctps_protocol_drain_calls; /* - */
	uint32_t sctps_protocol_drains_done; /* - */
	uint32_t sctps_read_peeks;           /* - */
	uint32_t sctps_cached_chk;           /* - */
	uint32_t sctps_cached_strmoq;        /* - */
	uint32_t sctps_left_abandon;         /* unread messages of sockets that were closed */
	uint32_t sctps_send_burst_avoid;     /* - */
	uint32_t sctps_send_cwnd_avoid;      /* - */
	uint32_t sctps_fwdtsn_map_over;      /* - */
	uint32_t sctps_queue_upd_ecne;       /* - */
	uint32_t sctps_recvzerocrc;          /* - */
	uint32_t sctps_sendzerocrc;          /* - */
	uint32_t sctps_reserved[20];         /* - */
	/* Of no other SCTP: why packets and chunks were dropped, as far as it is not said above. */
	uint32_t sctps_malformed;      /* packets with something broken in them */
	uint32_t sctps_badcookie;      /* state cookies that were forged or broken */
	uint32_t sctps_stalecookie;    /* state cookies that came too late */
	uint32_t sctps_refusedsetup;   /* INIT, INIT ACK and COOKIE ECHO answered with ABORT */
	uint32_t sctps_unexpected;     /* chunks that have no place in the state of the association */
	uint32_t sctps_unrecognized;   /* chunks of unknown kinds */
	uint32_t sctps_repliesdropped; /* answers that were not sent to strangers, to flood nobody */
	uint32_t sctps_icmpused;
	uint32_t sctps_icmpignored; /* ICMP messages that are of no use, or may be forged */
};

/* SCTP_SET_DYNAMIC_PRIMARY, and the records below. */
union sctp_sockstore {
	struct sockaddr_in sin;
	struct sockaddr_in6 sin6;
	struct sockaddr sa;
};

/*
 * The variable net.sctp.assoclist: for each socket a struct xsctp_inpcb and its addresses of this host; then
 * for each of its associations a struct xsctp_tcb, its addresses of this host and those of the peer. Each
 * list ends with a record that has only "last" in it. Those marked "-" are always zero.
 *
 * Addresses are as macOS lays them out, also where a program on Linux reads them.
 */
struct xsctp_inpcb {
	uint32_t last;
	uint32_t flags;          /* SCTP_PCB_FLAGS_* */
	uint64_t features;       /* - */
	uint32_t total_sends;    /* - */
	uint32_t total_recvs;    /* - */
	uint32_t total_nospaces; /* - */
	uint32_t fragmentation_point;
	uint16_t local_port; /* host order, 0: not bound */
	uint16_t qlen_old;
	uint16_t maxqlen_old;
	uint16_t __spare16;
	uint64_t socket;  /* - */
	uint32_t qlen;    /* associations that wait for accept */
	uint32_t maxqlen; /* 0: it does not listen */
	uint32_t extra_padding[26];
};

/* RFC 3873 section 4, sctpAssocTable. */
struct xsctp_tcb {
	union sctp_sockstore primary_addr; /* of the peer */
	uint32_t last;
	uint32_t heartbeat_interval; /* milliseconds */
	uint32_t state;              /* as sstat_state */
	uint32_t in_streams;
	uint32_t out_streams;
	uint32_t max_nr_retrans;  /* consecutive retransmissions */
	uint32_t primary_process; /* - */
	uint32_t T1_expireries;
	uint32_t T2_expireries;
	uint32_t retransmitted_tsns;
	uint32_t total_sends; /* - */
	uint32_t total_recvs; /* - */
	/* To root alone, 0 to others, who could forge packets with them. */
	uint32_t local_tag;
	uint32_t remote_tag;
	uint32_t initial_tsn;
	uint32_t highest_tsn;
	uint32_t cumulative_tsn;     /* that the peer acknowledged */
	uint32_t cumulative_tsn_ack; /* that the peer was acknowledged */
	uint32_t mtu;                /* the least of the paths */
	uint32_t refcnt;             /* - */
	uint16_t local_port;         /* host order */
	uint16_t remote_port;
	struct sctp_timeval start_time;         /* since the extension was loaded; 0 during set-up */
	struct sctp_timeval discontinuity_time; /* - */
	uint32_t peers_rwnd;
	sctp_assoc_t assoc_id;
	uint32_t extra_padding[32];
};

/* sctpAssocLocalAddrTable. */
struct xsctp_laddr {
	union sctp_sockstore address;
	uint32_t last;
	struct sctp_timeval start_time; /* - */
	uint32_t extra_padding[32];
};

/* sctpAssocRemAddrTable. */
struct xsctp_raddr {
	union sctp_sockstore address;
	uint32_t last;
	uint32_t rto; /* milliseconds */
	uint32_t max_path_rtx;
	uint32_t rtx;           /* DATA sent again */
	uint32_t error_counter; /* consecutive time-outs */
	uint32_t cwnd;
	uint32_t flight_size;
	uint32_t mtu; /* of IP */
	uint8_t active;
	uint8_t confirmed;
	uint8_t heartbeat_enabled;
	uint8_t potentially_failed;
	struct sctp_timeval start_time; /* - */
	uint32_t rtt;                   /* smoothed, milliseconds */
	uint32_t heartbeat_interval;    /* milliseconds */
	uint32_t ssthresh;
	uint16_t encaps_port; /* - */
	uint16_t state;       /* as spinfo_state */
	uint32_t extra_padding[29];
};

#ifdef SCTP_KERNEL_BUILD

/* SCTP_GET_PEER_ADDRESSES, SCTP_GET_LOCAL_ADDRESSES: then socket addresses without gaps. */
struct sctp_getaddresses {
	sctp_assoc_t sget_assoc_id;
	uint8_t addr[];
};

#else

struct sctp_getaddresses {
	sctp_assoc_t sget_assoc_id;
	struct sockaddr addr[];
};

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The functions of RFC 6458 section 9, in libsctp. Each gives -1 and errno on failure. A list of addresses
 * stands without gaps, each as long as its family says.
 */

/* 9.1. flags: SCTP_BINDX_ADD_ADDR or SCTP_BINDX_REM_ADDR of <netinet/sctp.h>. */
int sctp_bindx(int sd, struct sockaddr *addrs, int addrcnt, int flags);
/* 9.2. A new descriptor, one-to-one. */
int sctp_peeloff(int sd, sctp_assoc_t assoc_id);
/* 9.3 to 9.6. The number of addresses; 0 leaves *addrs NULL. */
int sctp_getpaddrs(int sd, sctp_assoc_t assoc_id, struct sockaddr **addrs);
void sctp_freepaddrs(struct sockaddr *addrs);
int sctp_getladdrs(int sd, sctp_assoc_t assoc_id, struct sockaddr **addrs);
void sctp_freeladdrs(struct sockaddr *addrs);
/* 9.7, 9.8. Deprecated. */
ssize_t sctp_sendmsg(int sd, const void *msg, size_t len, const struct sockaddr *to, socklen_t tolen,
		     uint32_t ppid, uint32_t flags, uint16_t stream_no, uint32_t timetolive,
		     uint32_t context);
ssize_t sctp_recvmsg(int sd, void *msg, size_t len, struct sockaddr *from, socklen_t *fromlen,
		     struct sctp_sndrcvinfo *sinfo, int *msg_flags);
/* 9.9. assoc_id may be NULL. */
int sctp_connectx(int sd, const struct sockaddr *addrs, int addrcnt, sctp_assoc_t *assoc_id);
/* 9.10, 9.11. Deprecated. */
ssize_t sctp_send(int sd, const void *msg, size_t len, const struct sctp_sndrcvinfo *sinfo, int flags);
ssize_t sctp_sendx(int sd, const void *msg, size_t len, struct sockaddr *addrs, int addrcnt,
		   struct sctp_sndrcvinfo *sinfo, int flags);
/* As sctp_sendmsg, to a list of addresses. */
ssize_t sctp_sendmsgx(int sd, const void *msg, size_t len, const struct sockaddr *addrs, int addrcnt,
		      uint32_t ppid, uint32_t flags, uint16_t stream_no, uint32_t timetolive,
		      uint32_t context);
/* 9.12, 9.13. */
ssize_t sctp_sendv(int sd, const struct iovec *iov, int iovcnt, struct sockaddr *addrs, int addrcnt,
		   void *info, socklen_t infolen, unsigned int infotype, int flags);
ssize_t sctp_recvv(int sd, const struct iovec *iov, int iovcnt, struct sockaddr *from, socklen_t *fromlen,
		   void *info, socklen_t *infolen, unsigned int *infotype, int *flags);
/* 8. getsockopt for options that go in both directions. */
int sctp_opt_info(int sd, sctp_assoc_t assoc_id, int opt, void *arg, socklen_t *size);
/* Bytes of a socket address of that family. */
int sctp_getaddrlen(sa_family_t family);
/* The association with that peer; 0 if there is none. */
sctp_assoc_t sctp_getassocid(int sd, struct sockaddr *sa);

#ifdef __cplusplus
}
#endif

#endif /* SCTP_KERNEL_BUILD */

#ifdef __cplusplus
#pragma GCC diagnostic pop
#endif

#endif
