/* Options of what is delivered, and with what (RFC 6458 sections 6.2 and 8.1). */
#include "options.h"

OPTION(SCTP_RECVRCVINFO, SWITCH)
OPTION(SCTP_RECVNXTINFO, SWITCH)
OPTION(SCTP_USE_EXT_RCVINFO, SWITCH)

/* A socket of AF_INET has nothing to map (section 8.1.15). */
OPTION(SCTP_I_WANT_MAPPED_V4_ADDR, .size = 4, .directions = GET | SET, .one_to_one = XNU_EINVAL,
       .one_to_many = XNU_EINVAL)

OPTION(SCTP_CONTEXT, OF(sctp_assoc_value, assoc_id), .directions = GET | SET, .whom = FUTURE | ONE | MANY,
       .outcomes = {{V(sctp_assoc_value, 0, 500)}, {V(sctp_assoc_value, 0, UINT32_MAX)}})

OPTION(SCTP_DELAYED_SACK, OF(sctp_sack_info, sack_assoc_id), .directions = GET | SET,
       .whom = FUTURE | ONE | MANY,
       .outcomes = {
	   {V(sctp_sack_info, 0, 100, 3)},
	   {V(sctp_sack_info, 0, 500, 1)},
	   {V(sctp_sack_info, 0, 0, 0), .got = V(sctp_sack_info, 0, 500, 1)},
	   {V(sctp_sack_info, 0, 0, 2), .got = V(sctp_sack_info, 0, 500, 2)},
	   /* RFC 9260 section 6.2: never above half a second. */
	   {V(sctp_sack_info, 0, 501, 0), XNU_EINVAL},
	   {V(sctp_sack_info, 0, UINT32_MAX, 0), XNU_EINVAL},
       })

OPTION(SCTP_FRAGMENT_INTERLEAVE, .size = 4, .directions = GET | SET,
       .outcomes = {
	   {N(SCTP_FRAG_LEVEL_0)},
	   {N(SCTP_FRAG_LEVEL_1)},
	   {N(SCTP_FRAG_LEVEL_2)},
	   {N(3), XNU_EINVAL},
       })

OPTION(SCTP_PARTIAL_DELIVERY_POINT, .size = 4, .directions = GET | SET,
       .outcomes = {{N(1)}, {N(50000)}, {N(0)}, {N(UINT32_MAX), XNU_EINVAL}})

OPTION(SCTP_EVENT, OF(sctp_event, se_assoc_id), .directions = GET | SET, .whom = FUTURE | ONE | MANY,
       .template = V(sctp_event, 0, SCTP_ASSOC_CHANGE, 0),
       .outcomes = {
	   {V(sctp_event, 0, SCTP_ASSOC_CHANGE, 1)},
	   {V(sctp_event, 0, SCTP_ASSOC_CHANGE, 0)},
	   {V(sctp_event, 0, SCTP_ASSOC_CHANGE, 9), .got = V(sctp_event, 0, SCTP_ASSOC_CHANGE, 1)},
	   {V(sctp_event, 0, 0, 1), XNU_EINVAL},
	   {V(sctp_event, 0, SCTP_SEND_FAILED_EVENT + 1, 1), XNU_EINVAL},
	   {V(sctp_event, 0, SCTP_NOTIFICATIONS_STOPPED_EVENT, 1), XNU_EOPNOTSUPP},
       })

OPTION(SCTP_EVENTS, .size = sizeof(struct sctp_event_subscribe), .directions = GET | SET,
       .outcomes = {
	   {V(sctp_event_subscribe, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1)},
	   {V(sctp_event_subscribe, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1)},
	   {V(sctp_event_subscribe, 0)},
	   {V(sctp_event_subscribe, .sctp_shutdown_event = 255),
	    .got = V(sctp_event_subscribe, .sctp_shutdown_event = 1)},
       })

static const uint16_t types[] = {
    SCTP_ASSOC_CHANGE,           SCTP_PEER_ADDR_CHANGE,
    SCTP_REMOTE_ERROR,           SCTP_SEND_FAILED,
    SCTP_SHUTDOWN_EVENT,         SCTP_ADAPTATION_INDICATION,
    SCTP_PARTIAL_DELIVERY_EVENT, SCTP_AUTHENTICATION_EVENT,
    SCTP_STREAM_RESET_EVENT,     SCTP_SENDER_DRY_EVENT,
    SCTP_ASSOC_RESET_EVENT,      SCTP_STREAM_CHANGE_EVENT,
    SCTP_SEND_FAILED_EVENT,
};

/* Each on its own: no other changes. */
TEST(option_SCTP_EVENT_knows_every_notification)
{
	int fd;

	start_kext();
	fd = open_socket(BSD_SOCK_STREAM);
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		struct sctp_event event = {0, types[i], 1};

		EXPECT_EQ(set_option(fd, SCTP_EVENT, &event, sizeof(event)), 0);
		for (size_t j = 0; j < sizeof(types) / sizeof(types[0]); j++) {
			struct sctp_event other = {0, types[j], 7};
			uint32_t length = sizeof(other);

			EXPECT_EQ(get_option(fd, SCTP_EVENT, &other, &length), 0);
			EXPECT_EQ(other.se_on, i == j);
			EXPECT_EQ(other.se_type, types[j]);
		}
		event.se_on = 0;
		EXPECT_EQ(set_option(fd, SCTP_EVENT, &event, sizeof(event)), 0);
	}
	EXPECT_EQ(bsd_close(fd), 0);
	stop_kext();
}

static const struct option mapped = {
    .name = SCTP_I_WANT_MAPPED_V4_ADDR,
    .size = 4,
    .directions = GET | SET,
    .outcomes = {{N(1)}, {N(0)}, {N(77), .got = N(1)}},
};

TEST(option_SCTP_I_WANT_MAPPED_V4_ADDR_is_of_IPv6_sockets)
{
	static const int styles[] = {BSD_SOCK_STREAM, BSD_SOCK_SEQPACKET};

	start_kext();
	for (unsigned i = 0; i < 2; i++) {
		int fd = bsd_socket(XNU_AF_INET6, styles[i], IPPROTO_SCTP);

		check_outcomes(&mapped, fd, FUTURE, 0);
		check_lengths(&mapped, fd, 0);
		EXPECT_EQ(bsd_close(fd), 0);
	}
	stop_kext();
}

/* The context that was set when the message came, to each association its own. */
TEST(option_SCTP_CONTEXT_comes_with_messages)
{
	struct scene scene;

	start_kext();
	scene = open_scene();
	turn_on(scene.many, SCTP_RECVRCVINFO, 1);
	for (unsigned i = 0; i < 2; i++) {
		struct sctp_assoc_value context = {scene.id[i], 100 + scene.id[i]};

		EXPECT_EQ(set_option(scene.many, SCTP_CONTEXT, &context, sizeof(context)), 0);
	}
	for (unsigned i = 0; i < 2; i++) {
		const struct sctp_rcvinfo *info;
		uint32_t size;

		EXPECT_EQ(bsd_write(scene.one[i], "x", 1), 1);
		info = find_item(expect_message(scene.many, "x", 1), SCTP_RCVINFO, &size);
		EXPECT(info != NULL);
		EXPECT_EQ(info->rcv_context, 100 + info->rcv_assoc_id);
	}
	close_scene(&scene);
	stop_kext();
}
