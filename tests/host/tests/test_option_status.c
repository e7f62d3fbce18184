/* Options that tell how associations stand (RFC 6458 section 8.2). */
#include "options.h"

OPTION(SCTP_STATUS, OF(sctp_status, sstat_assoc_id), .directions = GET, .whom = ONE)
OPTION(SCTP_TIMEOUTS, OF(sctp_timeouts, stimo_assoc_id), .directions = GET, .whom = ONE)
OPTION(SCTP_GET_SNDBUF_USE, OF(sctp_sockstat, ss_assoc_id), .directions = GET, .whom = ONE)
OPTION(SCTP_PCB_STATUS, .size = sizeof(struct sctp_pcbinfo), .directions = GET)
OPTION(SCTP_GET_ASSOC_NUMBER, .size = 4, .directions = GET, .one_to_one = XNU_EINVAL)

TEST(option_SCTP_STATUS_tells_how_it_stands)
{
	struct sctp_status status = {0};
	uint32_t length = sizeof(status);
	struct pair pair;
	int fresh;

	start_kext();
	pair = open_pair();
	EXPECT_EQ(get_option(pair.near, SCTP_STATUS, &status, &length), 0);
	EXPECT_EQ(length, sizeof(status));
	EXPECT(status.sstat_assoc_id > SCTP_ALL_ASSOC);
	EXPECT_EQ(status.sstat_state, SCTP_ESTABLISHED);
	EXPECT(status.sstat_rwnd > 0 && status.sstat_instrms > 0 && status.sstat_outstrms > 0);
	EXPECT(status.sstat_fragmentation_point > 512);
	EXPECT_EQ(status.sstat_primary.spinfo_assoc_id, status.sstat_assoc_id);
	EXPECT_EQ(status.sstat_primary.spinfo_address.ss_family, XNU_AF_INET);
	EXPECT_EQ(status.sstat_primary.spinfo_state, SCTP_ACTIVE);
	/* A message that nobody has read. */
	EXPECT_EQ(bsd_write(pair.near, "x", 1), 1);
	await_data(pair.far);
	EXPECT_EQ(get_option(pair.far, SCTP_STATUS, &status, &length), 0);
	EXPECT_EQ(status.sstat_penddata, 1);
	expect_message(pair.far, "x", 1);
	EXPECT_EQ(get_option(pair.far, SCTP_STATUS, &status, &length), 0);
	EXPECT_EQ(status.sstat_penddata, 0);
	/* Nothing is connected. */
	fresh = open_socket(BSD_SOCK_STREAM);
	EXPECT_EQ(get_option(fresh, SCTP_STATUS, &status, &length), -XNU_EINVAL);
	EXPECT_EQ(bsd_close(fresh), 0);
	close_pair(pair);
	stop_kext();
}

TEST(option_SCTP_GET_ASSOC_NUMBER_counts)
{
	uint32_t count = 77, length = sizeof(count);
	struct scene scene;

	start_kext();
	scene = open_scene();
	EXPECT_EQ(get_option(scene.many, SCTP_GET_ASSOC_NUMBER, &count, &length), 0);
	EXPECT_EQ(count, 2);
	close_scene(&scene);
	stop_kext();
}

/* As many as there is room for is not enough: all or EINVAL. */
TEST(option_SCTP_GET_ASSOC_ID_LIST)
{
	uint32_t list[8] = {0}, length = 3 * sizeof(list[0]);
	struct scene scene;

	start_kext();
	scene = open_scene();
	EXPECT_EQ(get_option(scene.many, SCTP_GET_ASSOC_ID_LIST, list, &length), 0);
	EXPECT_EQ(length, 3 * sizeof(list[0]));
	EXPECT_EQ(list[0], 2);
	EXPECT(list[1] != list[2]);
	length = sizeof(list);
	EXPECT_EQ(get_option(scene.many, SCTP_GET_ASSOC_ID_LIST, list, &length), 0);
	EXPECT_EQ(length, 3 * sizeof(list[0]));
	length = 3 * sizeof(list[0]) - 1;
	EXPECT_EQ(get_option(scene.many, SCTP_GET_ASSOC_ID_LIST, list, &length), -XNU_EINVAL);
	length = 0;
	EXPECT_EQ(get_option(scene.many, SCTP_GET_ASSOC_ID_LIST, list, &length), -XNU_EINVAL);
	EXPECT_EQ(set_option(scene.many, SCTP_GET_ASSOC_ID_LIST, list, 12), -XNU_EOPNOTSUPP);
	length = sizeof(list);
	EXPECT_EQ(get_option(scene.one[0], SCTP_GET_ASSOC_ID_LIST, list, &length), -XNU_EINVAL);
	close_scene(&scene);
	stop_kext();
}

/* What the peer has no room for is in the send buffer; what waits to be read is not held any more. */
TEST(option_SCTP_GET_SNDBUF_USE_counts_bytes)
{
	static char bytes[3000];
	struct sctp_sockstat use = {0};
	uint32_t length = sizeof(use);
	struct pair pair;

	start_kext();
	pair = open_pair();
	while (bsd_sendto(pair.near, bytes, sizeof(bytes), BSD_MSG_DONTWAIT, NULL, 0) > 0)
		;
	EXPECT_EQ(get_option(pair.near, SCTP_GET_SNDBUF_USE, &use, &length), 0);
	EXPECT(use.ss_assoc_id > SCTP_ALL_ASSOC);
	EXPECT(use.ss_total_sndbuf >= sizeof(bytes));
	EXPECT_EQ(use.ss_total_recv_buf, 0);
	EXPECT_EQ(get_option(pair.far, SCTP_GET_SNDBUF_USE, &use, &length), 0);
	EXPECT_EQ(use.ss_total_sndbuf, 0);
	close_pair(pair);
	stop_kext();
}

TEST(option_SCTP_PCB_STATUS_counts_what_there_is)
{
	struct sctp_pcbinfo before = {0}, after = {0};
	uint32_t length = sizeof(before);
	struct scene scene;
	int fd;

	start_kext();
	scene = open_scene();
	EXPECT_EQ(get_option(scene.many, SCTP_PCB_STATUS, &before, &length), 0);
	EXPECT_EQ(before.ep_count, 3);
	/* Both ends are here. */
	EXPECT_EQ(before.asoc_count, 4);
	EXPECT(before.raddr_count >= 4);
	fd = open_socket(BSD_SOCK_STREAM);
	EXPECT_EQ(bsd_write(scene.one[0], "x", 1), 1);
	await_data(scene.many);
	EXPECT_EQ(get_option(scene.many, SCTP_PCB_STATUS, &after, &length), 0);
	EXPECT_EQ(after.ep_count, 4);
	EXPECT_EQ(after.readq_count, before.readq_count + 1);
	EXPECT_EQ(bsd_close(fd), 0);
	close_scene(&scene);
	stop_kext();
}

TEST(option_SCTP_TIMEOUTS_counts_none_that_has_not_run_out)
{
	struct sctp_timeouts value = {0};
	uint32_t length = sizeof(value);
	struct pair pair;

	start_kext();
	pair = open_pair();
	EXPECT_EQ(get_option(pair.near, SCTP_TIMEOUTS, &value, &length), 0);
	EXPECT(value.stimo_assoc_id > SCTP_ALL_ASSOC);
	EXPECT_EQ(value.stimo_shutdown, 0);
	EXPECT_EQ(value.stimo_shutdownack, 0);
	close_pair(pair);
	stop_kext();
}
