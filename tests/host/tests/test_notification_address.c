/* SCTP_PEER_ADDR_CHANGE, through the built kext, in virtual time (RFC 6458 section 6.1.2). */
#include "raw_peer.h"

enum { SECOND_HOST = 3 };

/* 192.0.2.3, which the INIT ACK names besides its source. */
static const unsigned char second_address[] = {0, 5, 0, 8, 192, 0, 2, SECOND_HOST};

static struct reading reading;

/* Passes up to two minutes until there is something to read. */
static void
await_reading(int fd)
{
	for (unsigned i = 0; i < 1200; i++) {
		read_into(fd, &reading, ROOM, BSD_MSG_DONTWAIT, 0);
		if (reading.length >= 0)
			return;
		EXPECT_EQ(reading.length, -XNU_EWOULDBLOCK);
		host_clock_advance(100000000);
	}
	FAIL("nothing came");
}

/* The next notification is of that change of 192.0.2.HOST. */
static const struct sctp_paddr_change *
expect_address(int fd, uint32_t state, unsigned char host)
{
	const struct sctp_paddr_change *change = (const void *)reading.bytes;
	struct xnu_sockaddr_in name;

	await_reading(fd);
	EXPECT_EQ(reading.flags, BSD_MSG_NOTIFICATION | BSD_MSG_EOR);
	EXPECT_EQ(reading.length, sizeof(*change));
	EXPECT_EQ(change->spc_type, SCTP_PEER_ADDR_CHANGE);
	EXPECT_EQ(change->spc_flags, 0);
	EXPECT_EQ(change->spc_length, sizeof(*change));
	EXPECT_EQ(change->spc_state, state);
	EXPECT_EQ(change->spc_error, 0);
	memcpy(&name, &change->spc_aaddr, sizeof(name));
	EXPECT_EQ(name.sin_len, sizeof(name));
	EXPECT_EQ(name.sin_family, XNU_AF_INET);
	EXPECT_EQ(name.sin_port, raw_name().sin_port);
	EXPECT_EQ(name.sin_addr >> 24, host);
	return change;
}

static void *
stop_host(void *unused)
{
	(void)unused;
	stop_kext();
	return NULL;
}

/* The kext sleeps before it stops, so time must go on. */
static void
stop_in_virtual_time(void)
{
	pthread_t thread;

	EXPECT_EQ(pthread_create(&thread, NULL, stop_host, NULL), 0);
	while (pthread_tryjoin_np(thread, NULL) != 0)
		host_clock_advance(100000000);
}

TEST(notification_SCTP_PEER_ADDR_CHANGE_tells_of_each_address)
{
	struct sctp_paddrparams quick = {
	    .spp_hbinterval = 1000, .spp_flags = SPP_HB_ENABLE, .spp_pathmaxrxt = 1};
	struct sctp_setprim primary = {0};
	struct xnu_sockaddr_in name = raw_name();
	uint32_t id;
	int fd;

	raw.parameters = second_address;
	raw.parameters_size = sizeof(second_address);
	raw.answers_heartbeats = true;
	host_clock_set_virtual(true);
	start_with_raw_peer();
	fd = open_towards_raw_peer();
	subscribe(fd, SCTP_PEER_ADDR_CHANGE);
	EXPECT_EQ(set_option(fd, SCTP_PEER_ADDR_PARAMS, &quick, sizeof(quick)), 0);
	EXPECT_EQ(bsd_connect(fd, (struct xnu_sockaddr *)&name, sizeof(name)), 0);
	await_reading(fd);
	EXPECT_EQ(((const struct sctp_assoc_change *)(const void *)reading.bytes)->sac_state, SCTP_COMM_UP);

	/* The second address answers. */
	id = expect_address(fd, SCTP_ADDR_CONFIRMED, SECOND_HOST)->spc_assoc_id;
	EXPECT(id > SCTP_ALL_ASSOC);

	/* The user makes it the primary one. */
	name.sin_addr = 0x000200c0 | (uint32_t)SECOND_HOST << 24;
	memcpy(&primary.ssp_addr, &name, sizeof(name));
	primary.ssp_assoc_id = id;
	EXPECT_EQ(set_option(fd, SCTP_PRIMARY_ADDR, &primary, sizeof(primary)), 0);
	EXPECT_EQ(expect_address(fd, SCTP_ADDR_MADE_PRIM, SECOND_HOST)->spc_assoc_id, id);

	/* Nobody answers any more, and then somebody does. */
	raw.answers_heartbeats = false;
	await_reading(fd);
	EXPECT_EQ(((const struct sctp_paddr_change *)(const void *)reading.bytes)->spc_state,
		  SCTP_ADDR_UNREACHABLE);
	raw.answers_heartbeats = true;
	do
		await_reading(fd);
	while (((const struct sctp_paddr_change *)(const void *)reading.bytes)->spc_state ==
	       SCTP_ADDR_UNREACHABLE);
	EXPECT_EQ(((const struct sctp_paddr_change *)(const void *)reading.bytes)->spc_state,
		  SCTP_ADDR_AVAILABLE);
	EXPECT_EQ(bsd_close(fd), 0);
	stop_in_virtual_time();
}
