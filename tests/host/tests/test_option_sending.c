/* Options of how messages are sent (RFC 6458 section 8.1). */
#include "options.h"

OPTION(SCTP_NODELAY, SWITCH)
OPTION(SCTP_EXPLICIT_EOR, SWITCH)
OPTION(SCTP_DISABLE_FRAGMENTS, SWITCH)

OPTION(SCTP_MAXSEG, OF(sctp_assoc_value, assoc_id), .directions = GET | SET, .whom = FUTURE | ONE,
       .outcomes = {{V(sctp_assoc_value, 0, 500)}, {V(sctp_assoc_value, 0, 0)}})

OPTION(SCTP_MAX_BURST, OF(sctp_assoc_value, assoc_id), .directions = GET | SET, .whom = FUTURE | ONE | MANY,
       .outcomes = {{V(sctp_assoc_value, 0, 2)}, {V(sctp_assoc_value, 0, 0)}})

OPTION(SCTP_DEFAULT_SNDINFO, OF(sctp_sndinfo, snd_assoc_id), .directions = GET | SET,
       .whom = FUTURE | ONE | MANY,
       .outcomes = {
	   {V(sctp_sndinfo, 1, SCTP_UNORDERED, 0x01020304, 5, 0)},
	   {V(sctp_sndinfo, 0, 0, 0, 0, 0)},
	   {V(sctp_sndinfo, 2, SCTP_UNORDERED | SCTP_SACK_IMMEDIATELY | SCTP_EOR | SCTP_ADDR_OVER, 0, 0, 0)},
	   /* Nobody knows yet how many streams those to come have. */
	   {V(sctp_sndinfo, 65535, 0, 0, 0, 0), .only = FUTURE},
	   {V(sctp_sndinfo, 0, SCTP_ABORT, 0, 0, 0), XNU_EINVAL},
	   {V(sctp_sndinfo, 0, SCTP_COMPLETE, 0, 0, 0), XNU_EINVAL},
       })

OPTION(SCTP_DEFAULT_SEND_PARAM, OF(sctp_sndrcvinfo, sinfo_assoc_id), .directions = GET | SET,
       .whom = FUTURE | ONE | MANY,
       .outcomes = {
	   {V(sctp_sndrcvinfo, .sinfo_stream = 1, .sinfo_flags = SCTP_UNORDERED, .sinfo_ppid = 0x01020304,
	      .sinfo_context = 5)},
	   {V(sctp_sndrcvinfo, .sinfo_stream = 0)},
	   {V(sctp_sndrcvinfo, .sinfo_flags = SCTP_PR_SCTP_TTL, .sinfo_timetolive = 1000)},
	   {V(sctp_sndrcvinfo, .sinfo_stream = 65535), .only = FUTURE},
	   {V(sctp_sndrcvinfo, .sinfo_flags = SCTP_ABORT), XNU_EINVAL},
	   {V(sctp_sndrcvinfo, .sinfo_flags = 0x0f), XNU_EINVAL},
       })

OPTION(SCTP_DEFAULT_PRINFO, OF(sctp_default_prinfo, pr_assoc_id), .directions = GET | SET,
       .whom = FUTURE | ONE | MANY,
       .outcomes = {
	   {V(sctp_default_prinfo, SCTP_PR_SCTP_TTL, 1000, 0)},
	   {V(sctp_default_prinfo, SCTP_PR_SCTP_NONE, 0, 0)},
	   {V(sctp_default_prinfo, SCTP_PR_SCTP_BUF, 3, 0)},
	   {V(sctp_default_prinfo, SCTP_PR_SCTP_RTX, 2, 0)},
	   {V(sctp_default_prinfo, SCTP_PR_SCTP_RTX + 1, 0, 0), XNU_EINVAL},
	   {V(sctp_default_prinfo, UINT16_MAX, 0, 0), XNU_EINVAL},
       })

/* Both structures of defaults are views of the same. */
TEST(option_SCTP_DEFAULT_SNDINFO_and_the_older_ones_are_one)
{
	struct sctp_sndrcvinfo older = {.sinfo_stream = 2,
					.sinfo_flags = SCTP_UNORDERED | SCTP_PR_SCTP_TTL,
					.sinfo_ppid = 7,
					.sinfo_context = 8,
					.sinfo_timetolive = 9};
	struct sctp_sndinfo newer = {0};
	struct sctp_default_prinfo policy = {0};
	uint32_t length = sizeof(newer);
	int fd;

	start_kext();
	fd = open_socket(BSD_SOCK_SEQPACKET);
	EXPECT_EQ(set_option(fd, SCTP_DEFAULT_SEND_PARAM, &older, sizeof(older)), 0);
	EXPECT_EQ(get_option(fd, SCTP_DEFAULT_SNDINFO, &newer, &length), 0);
	EXPECT_EQ(newer.snd_sid, 2);
	EXPECT_EQ(newer.snd_flags, SCTP_UNORDERED);
	EXPECT_EQ(newer.snd_ppid, 7);
	EXPECT_EQ(newer.snd_context, 8);
	length = sizeof(policy);
	EXPECT_EQ(get_option(fd, SCTP_DEFAULT_PRINFO, &policy, &length), 0);
	EXPECT_EQ(policy.pr_policy, SCTP_PR_SCTP_TTL);
	EXPECT_EQ(policy.pr_value, 9);
	EXPECT_EQ(bsd_close(fd), 0);
	stop_kext();
}

TEST(option_SCTP_DEFAULT_SNDINFO_is_what_a_plain_send_uses)
{
	struct sctp_sndinfo defaults = {3, SCTP_UNORDERED, 0x0a0b0c0d, 0, 0};
	const struct sctp_rcvinfo *info;
	uint32_t size;
	struct pair pair;

	start_kext();
	pair = open_pair();
	turn_on(pair.far, SCTP_RECVRCVINFO, 1);
	EXPECT_EQ(set_option(pair.near, SCTP_DEFAULT_SNDINFO, &defaults, sizeof(defaults)), 0);
	EXPECT_EQ(bsd_write(pair.near, "plain", 5), 5);
	info = find_item(expect_message(pair.far, "plain", 5), SCTP_RCVINFO, &size);
	EXPECT(info != NULL && size == sizeof(*info));
	EXPECT_EQ(info->rcv_sid, 3);
	EXPECT_EQ(info->rcv_flags & SCTP_UNORDERED, SCTP_UNORDERED);
	EXPECT_EQ(info->rcv_ppid, 0x0a0b0c0d);
	close_pair(pair);
	stop_kext();
}

/* RFC 6458 section 8.1.11. */
TEST(option_SCTP_DISABLE_FRAGMENTS_refuses_what_fits_no_packet)
{
	static char bytes[20000];
	struct pair pair;

	start_kext();
	pair = open_pair();
	EXPECT_EQ(bsd_write(pair.near, bytes, sizeof(bytes)), sizeof(bytes));
	turn_on(pair.near, SCTP_DISABLE_FRAGMENTS, 1);
	EXPECT_EQ(bsd_write(pair.near, bytes, sizeof(bytes)), -XNU_EMSGSIZE);
	EXPECT_EQ(bsd_write(pair.near, bytes, 500), 500);
	expect_message(pair.far, bytes, sizeof(bytes));
	expect_message(pair.far, bytes, 500);
	close_pair(pair);
	stop_kext();
}

TEST(option_SCTP_MAXSEG_cuts_messages)
{
	struct sctp_assoc_value limit = {0, 100};
	struct sctp_status status = {0};
	uint32_t length = sizeof(status);
	struct pair pair;

	start_kext();
	pair = open_pair();
	EXPECT_EQ(set_option(pair.near, SCTP_MAXSEG, &limit, sizeof(limit)), 0);
	EXPECT_EQ(get_option(pair.near, SCTP_STATUS, &status, &length), 0);
	EXPECT_EQ(status.sstat_fragmentation_point, 100);
	turn_on(pair.near, SCTP_DISABLE_FRAGMENTS, 1);
	static const char bytes[101];
	EXPECT_EQ(bsd_write(pair.near, bytes, 101), -XNU_EMSGSIZE);
	EXPECT_EQ(bsd_write(pair.near, bytes, 100), 100);
	expect_message(pair.far, bytes, 100);
	close_pair(pair);
	stop_kext();
}
