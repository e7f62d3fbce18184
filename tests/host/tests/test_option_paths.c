/* Options of paths (RFC 6458 sections 8.1.9 and 8.1.12, RFC 7829, RFC 6951). Without an address: of all. */
#include "options.h"

/* Addresses on the wire; every association here has the first. */
#define LOOPBACK {16, XNU_AF_INET, "\0\0\x7f\0\0\1"}
#define STRANGER {16, XNU_AF_INET, "\0\0\xc0\0\2\xfe"}
#define NO_FAMILY {16, 99, "\0\0\x7f\0\0\1"}

#define ON (SPP_HB_ENABLE | SPP_PMTUD_ENABLE | SPP_DSCP)

/* clang-format off */
OPTION(SCTP_PEER_ADDR_PARAMS, OF(sctp_paddrparams, spp_assoc_id), .directions = GET | SET,
    .whom = FUTURE | ONE,
    .outcomes = {
	{V(sctp_paddrparams, .spp_hbinterval = 5000, .spp_pathmtu = 1000, .spp_pathmaxrxt = 3,
	   .spp_flags = SPP_HB_ENABLE | SPP_PMTUD_DISABLE | SPP_DSCP, .spp_dscp = 0x40)},
	{V(sctp_paddrparams, .spp_hbinterval = 9000, .spp_pathmaxrxt = 5, .spp_flags = ON, .spp_dscp = 0xb8)},
	/* Nothing is said: nothing changes. */
	{V(sctp_paddrparams, .spp_hbinterval = 1, .spp_pathmtu = 1, .spp_dscp = 4),
	 .got = V(sctp_paddrparams, .spp_hbinterval = 9000, .spp_pathmaxrxt = 5, .spp_flags = ON,
		  .spp_dscp = 0xb8)},
	{V(sctp_paddrparams, .spp_flags = SPP_HB_DISABLE),
	 .got = V(sctp_paddrparams, .spp_hbinterval = 9000, .spp_pathmaxrxt = 5, .spp_dscp = 0xb8,
		  .spp_flags = SPP_HB_DISABLE | SPP_PMTUD_ENABLE | SPP_DSCP)},
	{V(sctp_paddrparams, .spp_flags = SPP_HB_ENABLE | SPP_HB_TIME_IS_ZERO, .spp_hbinterval = 7),
	 .got = V(sctp_paddrparams, .spp_pathmaxrxt = 5, .spp_flags = ON, .spp_dscp = 0xb8)},
	{V(sctp_paddrparams, .spp_flags = SPP_HB_ENABLE, .spp_hbinterval = UINT32_MAX),
	 .got = V(sctp_paddrparams, .spp_hbinterval = 14400000, .spp_pathmaxrxt = 5, .spp_flags = ON,
		  .spp_dscp = 0xb8)},
	/* The two bits of ECN are not the program's. */
	{V(sctp_paddrparams, .spp_flags = SPP_DSCP, .spp_dscp = 0xff),
	 .got = V(sctp_paddrparams, .spp_hbinterval = 14400000, .spp_pathmaxrxt = 5, .spp_flags = ON,
		  .spp_dscp = 0xfc)},
	{V(sctp_paddrparams, .spp_flags = SPP_HB_ENABLE | SPP_HB_DISABLE), XNU_EINVAL},
	{V(sctp_paddrparams, .spp_flags = SPP_PMTUD_ENABLE | SPP_PMTUD_DISABLE), XNU_EINVAL},
	{V(sctp_paddrparams, .spp_flags = SPP_PMTUD_DISABLE, .spp_pathmtu = 511), XNU_EINVAL},
	{V(sctp_paddrparams, .spp_flags = SPP_PMTUD_DISABLE, .spp_pathmtu = 65537), XNU_EINVAL},
	/* Which path? */
	{V(sctp_paddrparams, .spp_flags = SPP_HB_DEMAND), XNU_EINVAL},
	{V(sctp_paddrparams, .spp_address = STRANGER, .spp_flags = SPP_HB_DISABLE), XNU_EINVAL},
	{V(sctp_paddrparams, .spp_address = NO_FAMILY, .spp_flags = SPP_HB_DISABLE), XNU_EAFNOSUPPORT},
    })
/* clang-format on */

/* spt_pathcpthld: no switch-over of the primary path (RFC 7829 section 5.1), and no other value. */
OPTION(SCTP_PEER_ADDR_THLDS, OF(sctp_paddrthlds, spt_assoc_id), .directions = GET | SET, .whom = FUTURE | ONE,
       .outcomes = {
	   {V(sctp_paddrthlds, .spt_pathmaxrxt = 3, .spt_pathpfthld = 1, .spt_pathcpthld = UINT16_MAX)},
	   {V(sctp_paddrthlds, .spt_pathmaxrxt = 5, .spt_pathpfthld = UINT16_MAX,
	      .spt_pathcpthld = UINT16_MAX)},
	   {V(sctp_paddrthlds, .spt_pathmaxrxt = 3, .spt_pathpfthld = 1, .spt_pathcpthld = 4), XNU_EINVAL},
	   {V(sctp_paddrthlds, .spt_address = STRANGER, .spt_pathcpthld = UINT16_MAX), XNU_EINVAL},
	   {V(sctp_paddrthlds, .spt_address = NO_FAMILY, .spt_pathcpthld = UINT16_MAX), XNU_EAFNOSUPPORT},
       })

OPTION(SCTP_REMOTE_UDP_ENCAPS_PORT, OF(sctp_udpencaps, sue_assoc_id), .directions = GET | SET,
       .whom = FUTURE | ONE,
       .outcomes = {
	   {V(sctp_udpencaps, .sue_port = 0)},
	   {V(sctp_udpencaps, .sue_port = 0)},
	   {V(sctp_udpencaps, .sue_port = 9899), XNU_EOPNOTSUPP},
	   {V(sctp_udpencaps, .sue_address = STRANGER), XNU_EINVAL},
	   {V(sctp_udpencaps, .sue_address = NO_FAMILY), XNU_EAFNOSUPPORT},
       })

OPTION(SCTP_GET_PEER_ADDR_INFO, OF(sctp_paddrinfo, spinfo_assoc_id), .directions = GET, .whom = ONE,
       .template = V(sctp_paddrinfo, .spinfo_address = LOOPBACK), .future = XNU_ENOENT)

TEST(option_SCTP_PRIMARY_ADDR)
{
	static const struct {
		struct sctp_setprim value;
		int error;
	} rows[] = {
	    {{.ssp_addr = LOOPBACK}, 0},
	    {{.ssp_addr = STRANGER}, XNU_EINVAL},
	    {{.ssp_addr = NO_FAMILY}, XNU_EINVAL},
	    {{.ssp_addr = {0}}, XNU_EINVAL},
	};
	static const sctp_assoc_t nobody[] = {SCTP_CURRENT_ASSOC, SCTP_ALL_ASSOC, NOBODY};
	struct sctp_setprim value;
	uint32_t length = sizeof(value);
	struct scene scene;

	start_kext();
	scene = open_scene();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		value = rows[i].value;
		value.ssp_assoc_id = scene.id[0];
		EXPECT_EQ(set_option(scene.many, SCTP_PRIMARY_ADDR, &value, sizeof(value)), -rows[i].error);
		EXPECT_EQ(set_option(scene.one[0], SCTP_PRIMARY_ADDR, &value, sizeof(value)), -rows[i].error);
		EXPECT_EQ(get_option(scene.many, SCTP_PRIMARY_ADDR, &value, &length), 0);
		EXPECT_EQ(length, sizeof(value));
		EXPECT_EQ(value.ssp_addr.ss_family, XNU_AF_INET);
		EXPECT(memcmp(value.ssp_addr.ss_data + 2, "\x7f\0\0\1", 4) == 0);
	}
	for (size_t i = 0; i < sizeof(nobody) / sizeof(nobody[0]); i++) {
		int error = nobody[i] == NOBODY ? XNU_ENOENT : XNU_EINVAL;

		value = rows[0].value;
		value.ssp_assoc_id = nobody[i];
		EXPECT_EQ(set_option(scene.many, SCTP_PRIMARY_ADDR, &value, sizeof(value)), -error);
		EXPECT_EQ(get_option(scene.many, SCTP_PRIMARY_ADDR, &value, &length), -error);
	}
	value.ssp_assoc_id = scene.id[0];
	EXPECT_EQ(set_option(scene.many, SCTP_PRIMARY_ADDR, &value, sizeof(value) - 1), -XNU_EINVAL);
	length = sizeof(value) - 1;
	EXPECT_EQ(get_option(scene.many, SCTP_PRIMARY_ADDR, &value, &length), -XNU_EINVAL);
	close_scene(&scene);
	stop_kext();
}

/* By its address alone, a one-to-many socket finds the path and the association. */
TEST(option_SCTP_PEER_ADDR_PARAMS_of_one_path)
{
	struct sctp_paddrparams value = {
	    .spp_address = LOOPBACK, .spp_flags = SPP_HB_ENABLE, .spp_hbinterval = 4321};
	struct sctp_paddrparams all = {0};
	uint32_t length = sizeof(value);
	struct xnu_sockaddr_in name;
	uint32_t name_length = sizeof(name);
	struct scene scene;

	start_kext();
	scene = open_scene();
	EXPECT_EQ(set_option(scene.many, SCTP_PEER_ADDR_PARAMS, &value, sizeof(value)), -XNU_EINVAL);
	EXPECT_EQ(bsd_getsockname(scene.one[1], (struct xnu_sockaddr *)&name, &name_length), 0);
	memcpy(&value.spp_address, &name, sizeof(name));
	EXPECT_EQ(set_option(scene.many, SCTP_PEER_ADDR_PARAMS, &value, sizeof(value)), 0);
	value.spp_hbinterval = 0;
	value.spp_flags = 0;
	EXPECT_EQ(get_option(scene.many, SCTP_PEER_ADDR_PARAMS, &value, &length), 0);
	EXPECT_EQ(value.spp_assoc_id, scene.id[1]);
	EXPECT_EQ(value.spp_hbinterval, 4321);
	EXPECT(value.spp_pathmtu > 512);
	all.spp_assoc_id = scene.id[0];
	EXPECT_EQ(get_option(scene.many, SCTP_PEER_ADDR_PARAMS, &all, &length), 0);
	EXPECT(all.spp_hbinterval != 4321);
	close_scene(&scene);
	stop_kext();
}

/* SPP_HB_DEMAND: the answer to a heartbeat is a measured round trip. */
TEST(option_SCTP_GET_PEER_ADDR_INFO_tells_of_a_path)
{
	struct sctp_paddrinfo info = {.spinfo_address = LOOPBACK};
	struct sctp_paddrparams value = {.spp_address = LOOPBACK, .spp_flags = SPP_HB_DEMAND};
	uint32_t length = sizeof(info);
	struct pair pair;

	start_kext();
	pair = open_pair();
	EXPECT_EQ(set_option(pair.near, SCTP_PEER_ADDR_PARAMS, &value, sizeof(value)), 0);
	EXPECT_EQ(get_option(pair.near, SCTP_GET_PEER_ADDR_INFO, &info, &length), 0);
	EXPECT_EQ(info.spinfo_state, SCTP_ACTIVE);
	EXPECT(info.spinfo_cwnd > 0 && info.spinfo_rto > 0 && info.spinfo_mtu > 512);
	memcpy(&info.spinfo_address, &(struct xnu_sockaddr_storage)STRANGER, sizeof(info.spinfo_address));
	EXPECT_EQ(get_option(pair.near, SCTP_GET_PEER_ADDR_INFO, &info, &length), -XNU_ENOENT);
	memcpy(&info.spinfo_address, &(struct xnu_sockaddr_storage)NO_FAMILY, sizeof(info.spinfo_address));
	EXPECT_EQ(get_option(pair.near, SCTP_GET_PEER_ADDR_INFO, &info, &length), -XNU_ENOENT);
	close_pair(pair);
	stop_kext();
}
