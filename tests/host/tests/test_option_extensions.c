/* Options of extensions that are not there: good arguments get EOPNOTSUPP, wrong ones what they would get. */
#include "options.h"

/* An extension is not offered to peers, and may be refused. */
#define NOT_OFFERED                                                                                          \
	OF(sctp_assoc_value, assoc_id), .directions = GET | SET, .whom = FUTURE | ONE, .whom_set = FUTURE,   \
	    .outcomes = {                                                                                    \
		{V(sctp_assoc_value, 0, 0)},                                                                 \
		{V(sctp_assoc_value, 0, 1), XNU_EOPNOTSUPP},                                                 \
	}

OPTION(SCTP_PR_SUPPORTED, NOT_OFFERED)
OPTION(SCTP_AUTH_SUPPORTED, NOT_OFFERED)
OPTION(SCTP_ASCONF_SUPPORTED, NOT_OFFERED)
OPTION(SCTP_RECONFIG_SUPPORTED, NOT_OFFERED)
OPTION(SCTP_INTERLEAVING_SUPPORTED, NOT_OFFERED)
OPTION(SCTP_NRSACK_SUPPORTED, NOT_OFFERED)
OPTION(SCTP_PKTDROP_SUPPORTED, NOT_OFFERED)

OPTION(SCTP_AUTO_ASCONF, .size = 4, .directions = GET | SET, .outcomes = {{N(0)}, {N(1), XNU_EOPNOTSUPP}})

OPTION(SCTP_ENABLE_STREAM_RESET, OF(sctp_assoc_value, assoc_id), .directions = GET | SET,
       .whom = FUTURE | ONE | MANY,
       .outcomes = {
	   {V(sctp_assoc_value, 0, 0)},
	   {V(sctp_assoc_value, 0, 0)},
	   {V(sctp_assoc_value, 0, SCTP_ENABLE_RESET_STREAM_REQ), XNU_EOPNOTSUPP},
	   {V(sctp_assoc_value, 0, 7), XNU_EOPNOTSUPP},
	   {V(sctp_assoc_value, 0, 8), XNU_EINVAL},
       })

OPTION(SCTP_ACCEPT_ZERO_CHECKSUM, .size = 4, .directions = SET,
       .outcomes = {
	   {N(SCTP_EDMID_NONE)},
	   {N(SCTP_EDMID_LOWER_LAYER_DTLS), XNU_EOPNOTSUPP},
	   {N(2), XNU_EINVAL},
       })

/* A call of another option: whom it is about, what it hands in, and what it comes to. Two lists behind two
 * structures are four words. */
struct refusal {
	int name;
	int direction;
	enum { NO_ONE, OURS, NO_SUCH } whom; /* the association that the first word names */
	uint32_t length;
	uint32_t words[4];
	int error;
};

#define HALVES(low, high) ((uint32_t)(high) << 16 | (low))
#define INCOMING SCTP_STREAM_RESET_INCOMING
#define OUTGOING SCTP_STREAM_RESET_OUTGOING

static const struct refusal refusals[] = {
    /* struct sctp_prstatus: stream and policy are the second word. */
    {SCTP_PR_STREAM_STATUS, GET, OURS, 24, {0, HALVES(0, SCTP_PR_SCTP_TTL)}, XNU_EOPNOTSUPP},
    {SCTP_PR_STREAM_STATUS, GET, OURS, 24, {0, HALVES(65535, SCTP_PR_SCTP_TTL)}, XNU_EINVAL},
    {SCTP_PR_STREAM_STATUS, GET, OURS, 23, {0}, XNU_EINVAL},
    {SCTP_PR_STREAM_STATUS, GET, NO_SUCH, 24, {0}, XNU_ENOENT},
    {SCTP_PR_STREAM_STATUS, SET, OURS, 24, {0}, XNU_EOPNOTSUPP},
    {SCTP_PR_ASSOC_STATUS, GET, OURS, 24, {0, HALVES(0, SCTP_PR_SCTP_ALL)}, XNU_EOPNOTSUPP},
    {SCTP_PR_ASSOC_STATUS, GET, OURS, 24, {0, HALVES(0, SCTP_PR_SCTP_NONE)}, XNU_EINVAL},
    {SCTP_PR_ASSOC_STATUS, GET, OURS, 24, {0, HALVES(0, 9)}, XNU_EINVAL},
    {SCTP_PR_ASSOC_STATUS, GET, OURS, 23, {0}, XNU_EINVAL},
    {SCTP_PR_ASSOC_STATUS, GET, NO_SUCH, 24, {0}, XNU_ENOENT},
    {SCTP_PR_ASSOC_STATUS, SET, OURS, 24, {0}, XNU_EOPNOTSUPP},

    /* RFC 4895 section 3.2: INIT, INIT ACK, SHUTDOWN COMPLETE and AUTH are never authenticated. */
    {SCTP_AUTH_CHUNK, SET, NO_ONE, 1, {SCTP_DATA}, XNU_EOPNOTSUPP},
    {SCTP_AUTH_CHUNK, SET, NO_ONE, 1, {SCTP_INITIATION}, XNU_EINVAL},
    {SCTP_AUTH_CHUNK, SET, NO_ONE, 1, {SCTP_INITIATION_ACK}, XNU_EINVAL},
    {SCTP_AUTH_CHUNK, SET, NO_ONE, 1, {SCTP_SHUTDOWN_COMPLETE}, XNU_EINVAL},
    {SCTP_AUTH_CHUNK, SET, NO_ONE, 1, {SCTP_AUTHENTICATION}, XNU_EINVAL},
    {SCTP_AUTH_CHUNK, SET, NO_ONE, 0, {0}, XNU_EINVAL},
    {SCTP_AUTH_CHUNK, GET, NO_ONE, 1, {0}, XNU_EOPNOTSUPP},
    /* struct sctp_authkey: number and length are the second word, then the key. */
    {SCTP_AUTH_KEY, SET, OURS, 16, {0, HALVES(1, 8)}, XNU_EOPNOTSUPP},
    {SCTP_AUTH_KEY, SET, NO_ONE, 16, {0, HALVES(1, 8)}, XNU_EOPNOTSUPP},
    {SCTP_AUTH_KEY, SET, OURS, 16, {0, HALVES(1, 9)}, XNU_EINVAL},
    {SCTP_AUTH_KEY, SET, OURS, 7, {0}, XNU_EINVAL},
    {SCTP_AUTH_KEY, SET, NO_SUCH, 16, {0, HALVES(1, 8)}, XNU_ENOENT},
    {SCTP_AUTH_KEY, GET, OURS, 16, {0}, XNU_EOPNOTSUPP},
    {SCTP_AUTH_ACTIVE_KEY, SET, OURS, 8, {0, 1}, XNU_EOPNOTSUPP},
    {SCTP_AUTH_ACTIVE_KEY, SET, OURS, 7, {0, 1}, XNU_EINVAL},
    {SCTP_AUTH_ACTIVE_KEY, SET, NO_SUCH, 8, {0, 1}, XNU_ENOENT},
    {SCTP_AUTH_ACTIVE_KEY, GET, OURS, 8, {0, 1}, XNU_EOPNOTSUPP},
    {SCTP_AUTH_ACTIVE_KEY, GET, OURS, 7, {0, 1}, XNU_EINVAL},
    {SCTP_AUTH_ACTIVE_KEY, GET, NO_SUCH, 8, {0, 1}, XNU_ENOENT},
    {SCTP_AUTH_DELETE_KEY, SET, OURS, 8, {0, 1}, XNU_EOPNOTSUPP},
    {SCTP_AUTH_DELETE_KEY, SET, OURS, 7, {0, 1}, XNU_EINVAL},
    {SCTP_AUTH_DELETE_KEY, SET, NO_SUCH, 8, {0, 1}, XNU_ENOENT},
    {SCTP_AUTH_DELETE_KEY, GET, OURS, 8, {0, 1}, XNU_EOPNOTSUPP},
    {SCTP_AUTH_DEACTIVATE_KEY, SET, OURS, 8, {0, 1}, XNU_EOPNOTSUPP},
    {SCTP_AUTH_DEACTIVATE_KEY, SET, OURS, 7, {0, 1}, XNU_EINVAL},
    {SCTP_AUTH_DEACTIVATE_KEY, SET, NO_SUCH, 8, {0, 1}, XNU_ENOENT},
    {SCTP_AUTH_DEACTIVATE_KEY, GET, OURS, 8, {0, 1}, XNU_EOPNOTSUPP},
    /* A count, then halves; RFC 4895 section 6.1: SHA-1 is one of them. */
    {SCTP_HMAC_IDENT,
     SET,
     NO_ONE,
     8,
     {2, HALVES(SCTP_AUTH_HMAC_ID_SHA256, SCTP_AUTH_HMAC_ID_SHA1)},
     XNU_EOPNOTSUPP},
    {SCTP_HMAC_IDENT, SET, NO_ONE, 8, {1, HALVES(SCTP_AUTH_HMAC_ID_SHA256, 0)}, XNU_EINVAL},
    {SCTP_HMAC_IDENT, SET, NO_ONE, 8, {3, HALVES(SCTP_AUTH_HMAC_ID_SHA1, 0)}, XNU_EINVAL},
    {SCTP_HMAC_IDENT, SET, NO_ONE, 8, {UINT32_MAX, 0}, XNU_EINVAL},
    {SCTP_HMAC_IDENT, SET, NO_ONE, 3, {0}, XNU_EINVAL},
    {SCTP_HMAC_IDENT, GET, NO_ONE, 8, {0}, XNU_EOPNOTSUPP},
    {SCTP_HMAC_IDENT, GET, NO_ONE, 3, {0}, XNU_EINVAL},
    {SCTP_PEER_AUTH_CHUNKS, GET, OURS, 16, {0}, XNU_EOPNOTSUPP},
    {SCTP_PEER_AUTH_CHUNKS, GET, NO_ONE, 16, {0}, XNU_ENOENT},
    {SCTP_PEER_AUTH_CHUNKS, GET, NO_SUCH, 16, {0}, XNU_ENOENT},
    {SCTP_PEER_AUTH_CHUNKS, GET, OURS, 7, {0}, XNU_EINVAL},
    {SCTP_PEER_AUTH_CHUNKS, SET, OURS, 16, {0}, XNU_EOPNOTSUPP},
    {SCTP_LOCAL_AUTH_CHUNKS, GET, OURS, 16, {0}, XNU_EOPNOTSUPP},
    {SCTP_LOCAL_AUTH_CHUNKS, GET, NO_ONE, 16, {0}, XNU_EOPNOTSUPP},
    {SCTP_LOCAL_AUTH_CHUNKS, GET, NO_SUCH, 16, {0}, XNU_ENOENT},
    {SCTP_LOCAL_AUTH_CHUNKS, GET, OURS, 7, {0}, XNU_EINVAL},
    {SCTP_LOCAL_AUTH_CHUNKS, SET, OURS, 16, {0}, XNU_EOPNOTSUPP},

    /* struct sctp_reset_streams: flags and count are the second word, then streams. */
    {SCTP_RESET_STREAMS, SET, OURS, 8, {0, HALVES(OUTGOING, 0)}, XNU_EOPNOTSUPP},
    {SCTP_RESET_STREAMS, SET, OURS, 12, {0, HALVES(INCOMING | OUTGOING, 2), HALVES(0, 1)}, XNU_EOPNOTSUPP},
    {SCTP_RESET_STREAMS, SET, OURS, 12, {0, HALVES(OUTGOING, 3), HALVES(0, 1)}, XNU_EINVAL},
    {SCTP_RESET_STREAMS, SET, OURS, 12, {0, HALVES(OUTGOING, 1), HALVES(65535, 0)}, XNU_EINVAL},
    {SCTP_RESET_STREAMS, SET, OURS, 12, {0, HALVES(INCOMING, 1), HALVES(65535, 0)}, XNU_EINVAL},
    {SCTP_RESET_STREAMS, SET, OURS, 8, {0, HALVES(0, 0)}, XNU_EINVAL},
    {SCTP_RESET_STREAMS, SET, OURS, 7, {0, HALVES(OUTGOING, 0)}, XNU_EINVAL},
    {SCTP_RESET_STREAMS, SET, NO_ONE, 8, {0, HALVES(OUTGOING, 0)}, XNU_ENOENT},
    {SCTP_RESET_STREAMS, SET, NO_SUCH, 8, {0, HALVES(OUTGOING, 0)}, XNU_ENOENT},
    {SCTP_RESET_STREAMS, GET, OURS, 8, {0}, XNU_EOPNOTSUPP},
    {SCTP_RESET_ASSOC, SET, OURS, 4, {0}, XNU_EOPNOTSUPP},
    {SCTP_RESET_ASSOC, SET, NO_ONE, 4, {0}, XNU_ENOENT},
    {SCTP_RESET_ASSOC, SET, NO_SUCH, 4, {0}, XNU_ENOENT},
    {SCTP_RESET_ASSOC, SET, OURS, 3, {0}, XNU_EINVAL},
    {SCTP_RESET_ASSOC, GET, OURS, 4, {0}, XNU_EOPNOTSUPP},
    {SCTP_ADD_STREAMS, SET, OURS, 8, {0, HALVES(1, 0)}, XNU_EOPNOTSUPP},
    {SCTP_ADD_STREAMS, SET, OURS, 8, {0, HALVES(0, 0)}, XNU_EINVAL},
    {SCTP_ADD_STREAMS, SET, OURS, 8, {0, HALVES(65535, 0)}, XNU_EINVAL},
    {SCTP_ADD_STREAMS, SET, OURS, 8, {0, HALVES(0, 65535)}, XNU_EINVAL},
    {SCTP_ADD_STREAMS, SET, OURS, 7, {0, HALVES(1, 0)}, XNU_EINVAL},
    {SCTP_ADD_STREAMS, SET, NO_ONE, 8, {0, HALVES(1, 0)}, XNU_ENOENT},
    {SCTP_ADD_STREAMS, SET, NO_SUCH, 8, {0, HALVES(1, 0)}, XNU_ENOENT},
    {SCTP_ADD_STREAMS, GET, OURS, 8, {0}, XNU_EOPNOTSUPP},
};

static int
play(const struct refusal *row, int fd, sctp_assoc_t ours)
{
	uint32_t words[6], length = row->length;

	memset(words, 0, sizeof(words));
	memcpy(words, row->words, sizeof(row->words));
	if (row->whom != NO_ONE)
		words[0] = row->whom == OURS ? ours : NOBODY;
	return row->direction == SET ? set_option(fd, row->name, words, length)
				     : get_option(fd, row->name, words, &length);
}

/* All that is refused of the options from first to last. */
static void
expect_refusals(int first, int last)
{
	struct scene scene;
	unsigned played = 0;

	start_kext();
	scene = open_scene();
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		const struct refusal *row = &refusals[i];

		if (row->name < first || row->name > last)
			continue;
		int result = play(row, scene.many, scene.id[0]);
		if (result != -row->error)
			FAIL("row %zu, option 0x%x: %d, not %d", i, row->name, result, -row->error);
		played++;
	}
	EXPECT(played > 0);
	close_scene(&scene);
	stop_kext();
}

TEST(options_of_PR_SCTP_are_refused)
{
	expect_refusals(SCTP_PR_STREAM_STATUS, SCTP_PR_ASSOC_STATUS);
}

TEST(options_of_AUTH_are_refused)
{
	expect_refusals(SCTP_AUTH_CHUNK, SCTP_LOCAL_AUTH_CHUNKS);
}

TEST(options_of_RE_CONFIG_are_refused)
{
	expect_refusals(SCTP_RESET_STREAMS, SCTP_ADD_STREAMS);
}

TEST(option_SCTP_SET_PEER_PRIMARY_ADDR_is_refused)
{
	struct sctp_setpeerprim value = {.sspp_addr = {16, XNU_AF_INET, "\0\0\x7f\0\0\1"}};
	uint32_t length = sizeof(value);
	struct scene scene;

	start_kext();
	scene = open_scene();
	EXPECT_EQ(set_option(scene.many, SCTP_SET_PEER_PRIMARY_ADDR, &value, length), -XNU_EINVAL);
	value.sspp_assoc_id = NOBODY;
	EXPECT_EQ(set_option(scene.many, SCTP_SET_PEER_PRIMARY_ADDR, &value, length), -XNU_ENOENT);
	value.sspp_assoc_id = scene.id[0];
	EXPECT_EQ(set_option(scene.many, SCTP_SET_PEER_PRIMARY_ADDR, &value, length), -XNU_EOPNOTSUPP);
	EXPECT_EQ(set_option(scene.many, SCTP_SET_PEER_PRIMARY_ADDR, &value, length - 1), -XNU_EINVAL);
	EXPECT_EQ(get_option(scene.many, SCTP_SET_PEER_PRIMARY_ADDR, &value, &length), -XNU_EOPNOTSUPP);
	value.sspp_addr.ss_family = 99;
	EXPECT_EQ(set_option(scene.many, SCTP_SET_PEER_PRIMARY_ADDR, &value, length), -XNU_EINVAL);
	close_scene(&scene);
	stop_kext();
}

/* What has no meaning here, in both directions and with any value; and what is no option. */
TEST(options_without_a_meaning_here_are_refused)
{
	static const int none[] = {
	    SCTP_GET_NONCE_VALUES,    SCTP_VRF_ID,
	    SCTP_ADD_VRF_ID,          SCTP_DEL_VRF_ID,
	    SCTP_GET_VRF_IDS,         SCTP_GET_ASOC_VRF,
	    SCTP_SET_DEBUG_LEVEL,     SCTP_CLR_STAT_LOG,
	    SCTP_GET_STAT_LOG,        SCTP_GET_PACKET_LOG,
	    SCTP_SET_INITIAL_DBG_SEQ, SCTP_CMT_USE_DAC,
	    SCTP_GET_HANDLE,          SCTP_SET_DYNAMIC_PRIMARY,
	};
	static const int unknown[] = {0, -1, 0x7fffffff, 0x34, 0x109};
	char bytes[64] = "";
	int fd;

	start_kext();
	fd = open_socket(BSD_SOCK_SEQPACKET);
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		uint32_t length = sizeof(bytes);

		EXPECT_EQ(set_option(fd, none[i], bytes, sizeof(bytes)), -XNU_EOPNOTSUPP);
		EXPECT_EQ(set_option(fd, none[i], NULL, 0), -XNU_EOPNOTSUPP);
		EXPECT_EQ(get_option(fd, none[i], bytes, &length), -XNU_EOPNOTSUPP);
		length = 0;
		EXPECT_EQ(get_option(fd, none[i], bytes, &length), -XNU_EOPNOTSUPP);
	}
	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
		uint32_t length = sizeof(bytes);

		EXPECT_EQ(set_option(fd, unknown[i], bytes, sizeof(bytes)), -XNU_ENOPROTOOPT);
		EXPECT_EQ(get_option(fd, unknown[i], bytes, &length), -XNU_ENOPROTOOPT);
	}
	EXPECT_EQ(bsd_close(fd), 0);
	stop_kext();
}
