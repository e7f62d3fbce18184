/* Options of congestion control. */
#include "options.h"

#define VALUE OF(sctp_assoc_value, assoc_id), .directions = GET | SET

/* It is agreed on in set-up: for those to come only. */
OPTION(SCTP_ECN_SUPPORTED, VALUE, .whom = FUTURE | ONE, .whom_set = FUTURE,
       .outcomes = {
	   {V(sctp_assoc_value, 0, 0)},
	   {V(sctp_assoc_value, 0, 1)},
	   {V(sctp_assoc_value, 0, 5), .got = V(sctp_assoc_value, 0, 1)},
       })

OPTION(SCTP_MAX_CWND, VALUE, .whom = FUTURE | ONE,
       .outcomes = {{V(sctp_assoc_value, 0, 20000)}, {V(sctp_assoc_value, 0, 0)}})

/* There is one way, that of RFC 9260. */
OPTION(SCTP_PLUGGABLE_CC, VALUE, .whom = FUTURE | ONE | MANY, .whom_set = FUTURE | ONE | MANY,
       .outcomes = {
	   {V(sctp_assoc_value, 0, SCTP_CC_RFC2581)},
	   {V(sctp_assoc_value, 0, SCTP_CC_RFC2581)},
	   {V(sctp_assoc_value, 0, SCTP_CC_HSTCP), XNU_EOPNOTSUPP},
	   {V(sctp_assoc_value, 0, SCTP_CC_RTCC), XNU_EOPNOTSUPP},
	   {V(sctp_assoc_value, 0, SCTP_CC_RTCC + 1), XNU_EINVAL},
       })

OPTION(SCTP_CMT_ON_OFF, VALUE, .whom = FUTURE | ONE | MANY,
       .outcomes = {
	   {V(sctp_assoc_value, 0, SCTP_CMT_OFF)},
	   {V(sctp_assoc_value, 0, SCTP_CMT_OFF)},
	   {V(sctp_assoc_value, 0, SCTP_CMT_BASE), XNU_EOPNOTSUPP},
	   {V(sctp_assoc_value, 0, SCTP_CMT_MAX), XNU_EOPNOTSUPP},
	   {V(sctp_assoc_value, 0, SCTP_CMT_MAX + 1), XNU_EINVAL},
       })

/* The one way has no options. */
TEST(option_SCTP_CC_OPTION)
{
	struct sctp_cc_option value = {SCTP_CC_OPT_USE_DCCC_ECN, {0, 1}};
	uint32_t length = sizeof(value);
	const struct {
		sctp_assoc_t id;
		int error;
	} rows[] = {{SCTP_FUTURE_ASSOC, XNU_EINVAL}, {SCTP_CURRENT_ASSOC, XNU_EINVAL}, {NOBODY, XNU_ENOENT}};
	struct scene scene;

	start_kext();
	scene = open_scene();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		value.aid_value.assoc_id = rows[i].id;
		EXPECT_EQ(set_option(scene.many, SCTP_CC_OPTION, &value, sizeof(value)), -rows[i].error);
		EXPECT_EQ(get_option(scene.many, SCTP_CC_OPTION, &value, &length), -rows[i].error);
	}
	value.aid_value.assoc_id = scene.id[0];
	EXPECT_EQ(set_option(scene.many, SCTP_CC_OPTION, &value, sizeof(value)), -XNU_EOPNOTSUPP);
	EXPECT_EQ(get_option(scene.many, SCTP_CC_OPTION, &value, &length), -XNU_EOPNOTSUPP);
	EXPECT_EQ(set_option(scene.many, SCTP_CC_OPTION, &value, sizeof(value) - 1), -XNU_EINVAL);
	length = sizeof(value) - 1;
	EXPECT_EQ(get_option(scene.many, SCTP_CC_OPTION, &value, &length), -XNU_EINVAL);
	close_scene(&scene);
	stop_kext();
}

/* Nothing grows above it. */
TEST(option_SCTP_MAX_CWND_is_where_a_window_stops)
{
	static char bytes[60000];
	struct sctp_assoc_value limit = {0, 5000};
	struct sctp_status status = {0};
	uint32_t length = sizeof(status);
	struct pair pair;

	start_kext();
	pair = open_pair();
	EXPECT_EQ(set_option(pair.near, SCTP_MAX_CWND, &limit, sizeof(limit)), 0);
	for (unsigned i = 0; i < 8; i++) {
		EXPECT_EQ(bsd_write(pair.near, bytes, sizeof(bytes)), sizeof(bytes));
		expect_message(pair.far, bytes, sizeof(bytes));
	}
	EXPECT_EQ(get_option(pair.near, SCTP_STATUS, &status, &length), 0);
	EXPECT_EQ(status.sstat_primary.spinfo_cwnd, 5000);
	close_pair(pair);
	stop_kext();
}
