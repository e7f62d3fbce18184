/* Options of what associations begin with, and when they end (RFC 6458 section 8.1). */
#include "options.h"

OPTION(SCTP_RTOINFO, OF(sctp_rtoinfo, srto_assoc_id), .directions = GET | SET, .whom = FUTURE | ONE,
       .outcomes = {
	   {V(sctp_rtoinfo, 0, 500, 9000, 200)},
	   {V(sctp_rtoinfo, 0, 3000, 60000, 1000)},
	   /* 0 leaves a value as it is. */
	   {V(sctp_rtoinfo, 0, 0, 0, 0), .got = V(sctp_rtoinfo, 0, 3000, 60000, 1000)},
	   {V(sctp_rtoinfo, 0, 0, 5000, 0), .got = V(sctp_rtoinfo, 0, 3000, 5000, 1000)},
	   /* RTO.Min <= RTO.Initial <= RTO.Max. */
	   {V(sctp_rtoinfo, 0, 3000, 2000, 1000), XNU_EINVAL},
	   {V(sctp_rtoinfo, 0, 0, 999, 0), XNU_EINVAL},
	   {V(sctp_rtoinfo, 0, 0, 0, 5001), XNU_EINVAL},
	   {V(sctp_rtoinfo, 0, 500, 0, 0), XNU_EINVAL},
       })

/* What is the peer's, and the windows, are not set by it. */
OPTION(SCTP_ASSOCINFO, OF(sctp_assocparams, sasoc_assoc_id), .directions = GET | SET, .whom = FUTURE | ONE,
       .mask = V(sctp_assocparams, .sasoc_cookie_life = UINT32_MAX, .sasoc_asocmaxrxt = UINT16_MAX),
       .outcomes = {
	   {V(sctp_assocparams, .sasoc_cookie_life = 5000, .sasoc_asocmaxrxt = 7)},
	   {V(sctp_assocparams, .sasoc_cookie_life = 60000, .sasoc_asocmaxrxt = 10)},
	   {V(sctp_assocparams, .sasoc_peer_rwnd = 9, .sasoc_local_rwnd = 9),
	    .got = V(sctp_assocparams, .sasoc_cookie_life = 60000, .sasoc_asocmaxrxt = 10)},
	   /* FreeBSD's bounds of a cookie's life. */
	   {V(sctp_assocparams, .sasoc_cookie_life = 1),
	    .got = V(sctp_assocparams, .sasoc_cookie_life = 1000, .sasoc_asocmaxrxt = 10)},
	   {V(sctp_assocparams, .sasoc_cookie_life = UINT32_MAX),
	    .got = V(sctp_assocparams, .sasoc_cookie_life = 3600000, .sasoc_asocmaxrxt = 10)},
       })

OPTION(SCTP_INITMSG, .size = sizeof(struct sctp_initmsg), .directions = GET | SET,
       .outcomes = {
	   {V(sctp_initmsg, 5, 6, 3, 2000)},
	   {V(sctp_initmsg, 0, 0, 0, 0), .got = V(sctp_initmsg, 5, 6, 3, 2000)},
	   {V(sctp_initmsg, 65535, 65535, 65535, 65535)},
	   {V(sctp_initmsg, 0, 7, 0, 0), .got = V(sctp_initmsg, 65535, 7, 65535, 65535)},
       })

OPTION(SCTP_AUTOCLOSE, .size = 4, .directions = GET | SET, .one_to_one = XNU_EINVAL,
       .outcomes = {{N(1000)}, {N(UINT32_MAX)}, {N(0)}})

OPTION(SCTP_ADAPTATION_LAYER, .size = sizeof(struct sctp_setadaptation), .directions = GET | SET,
       .outcomes = {{N(0x12345678)}, {N(UINT32_MAX)}, {N(0)}})

OPTION(SCTP_LISTEN_FIX, .size = 0, .directions = SET, .one_to_one = XNU_EINVAL, .outcomes = {{N(0)}})

TEST(option_SCTP_ASSOCINFO_tells_the_windows_and_paths)
{
	struct sctp_assocparams value = {0};
	uint32_t length = sizeof(value), buffer, size = sizeof(buffer);
	struct scene scene;

	start_kext();
	scene = open_scene();
	EXPECT_EQ(bsd_getsockopt(scene.many, BSD_SOL_SOCKET, BSD_SO_RCVBUF, &buffer, &size), 0);
	EXPECT_EQ(get_option(scene.many, SCTP_ASSOCINFO, &value, &length), 0);
	EXPECT_EQ(value.sasoc_local_rwnd, buffer);
	EXPECT_EQ(value.sasoc_peer_rwnd, 0);
	EXPECT_EQ(value.sasoc_number_peer_destinations, 0);
	value.sasoc_assoc_id = scene.id[0];
	EXPECT_EQ(get_option(scene.many, SCTP_ASSOCINFO, &value, &length), 0);
	EXPECT_EQ(value.sasoc_local_rwnd, buffer);
	EXPECT_EQ(value.sasoc_peer_rwnd, buffer);
	EXPECT(value.sasoc_number_peer_destinations >= 1);
	close_scene(&scene);
	stop_kext();
}

/* The streams of an association are the least of what one offers and the other asks for (RFC 9260 section
 * 5.1.1). */
TEST(option_SCTP_INITMSG_asks_for_streams)
{
	struct sctp_initmsg client = {7, 3, 0, 0}, server = {20, 5, 0, 0};
	struct sctp_status status = {0};
	uint32_t length = sizeof(status);
	int head, fd, far;

	start_kext();
	head = open_listener(BSD_SOCK_STREAM, SERVER_PORT);
	fd = open_socket(BSD_SOCK_STREAM);
	EXPECT_EQ(set_option(head, SCTP_INITMSG, &server, sizeof(server)), 0);
	EXPECT_EQ(set_option(fd, SCTP_INITMSG, &client, sizeof(client)), 0);
	connect_to(fd, SERVER_PORT);
	EXPECT_EQ(get_option(fd, SCTP_STATUS, &status, &length), 0);
	EXPECT_EQ(status.sstat_outstrms, 5);
	EXPECT_EQ(status.sstat_instrms, 3);
	far = bsd_accept(head, NULL, NULL);
	EXPECT_EQ(get_option(far, SCTP_STATUS, &status, &length), 0);
	EXPECT_EQ(status.sstat_outstrms, 3);
	EXPECT_EQ(status.sstat_instrms, 5);
	EXPECT_EQ(bsd_close(far), 0);
	EXPECT_EQ(bsd_close(fd), 0);
	EXPECT_EQ(bsd_close(head), 0);
	stop_kext();
}
