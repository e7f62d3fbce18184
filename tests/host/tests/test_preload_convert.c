/* What the preload library makes of control data, option values, notifications and flags. */
#include <netinet/in.h>
#include <sys/socket.h>

#include "harness.h"

#include "../preload/real.c"

#include "../preload/convert.c"
#include "../preload/descriptor.c"
#include "../preload/own.c"
#include "../preload/daemon.c"
#include "../preload/control.c"
#include "../preload/payload.c"

TEST(control_data_is_repacked)
{
	char on_linux[CMSG_SPACE(5) + CMSG_SPACE(4)] = {0}, darwin[sizeof(on_linux)],
				      back[sizeof(on_linux)] = {0};
	struct msghdr message = {.msg_control = on_linux, .msg_controllen = sizeof(on_linux)};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	*header = (struct cmsghdr){CMSG_LEN(5), SOL_SOCKET, 7};
	memcpy(CMSG_DATA(header), "hello", 5);
	header = CMSG_NXTHDR(&message, header);
	*header = (struct cmsghdr){CMSG_LEN(4), IPPROTO_SCTP, 8};
	memcpy(CMSG_DATA(header), "word", 4);
	EXPECT_EQ(control_to_darwin(&message, darwin), BSD_CMSG_SPACE(5) + BSD_CMSG_SPACE(4));
	struct bsd_cmsghdr *first = (struct bsd_cmsghdr *)darwin;
	struct bsd_cmsghdr *second = (struct bsd_cmsghdr *)(darwin + 20);
	EXPECT_EQ(first->cmsg_len, 17);
	EXPECT_EQ(first->cmsg_level, BSD_SOL_SOCKET);
	EXPECT_EQ(second->cmsg_type, 8);
	EXPECT(!memcmp(BSD_CMSG_DATA(second), "word", 4));
	message.msg_control = back;
	control_to_linux(darwin, 36, &message);
	EXPECT(!memcmp(back, on_linux, sizeof(back)));
	EXPECT_EQ(message.msg_flags, 0);
	((struct cmsghdr *)on_linux)->cmsg_len = 1000;
	message.msg_control = on_linux;
	EXPECT_EQ(control_to_darwin(&message, darwin), -1);
}

TEST(addresses_in_option_values_are_converted)
{
	struct sctp_paddrparams parameters = {.spp_assoc_id = 7};
	struct sockaddr_in6 *name = (struct sockaddr_in6 *)&parameters.spp_address;
	*name = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = htons(9)};
	payload_to_darwin(SCTP_PEER_ADDR_PARAMS, (char *)&parameters, sizeof(parameters));
	struct xnu_sockaddr_in6 *darwin = (struct xnu_sockaddr_in6 *)name;
	EXPECT_EQ(darwin->sin6_len, 28);
	EXPECT_EQ(darwin->sin6_family, 30);
	EXPECT_EQ(darwin->sin6_port, htons(9));
	EXPECT_EQ(parameters.spp_assoc_id, 7);
	payload_to_linux(SCTP_PEER_ADDR_PARAMS, (char *)&parameters, sizeof(parameters));
	EXPECT_EQ(name->sin6_family, AF_INET6);
	struct sctp_status status = {0};
	darwin = (struct xnu_sockaddr_in6 *)&status.sstat_primary.spinfo_address;
	*darwin = (struct xnu_sockaddr_in6){.sin6_len = 28, .sin6_family = 30};
	payload_to_linux(SCTP_STATUS, (char *)&status, sizeof(status));
	EXPECT_EQ(status.sstat_primary.spinfo_address.ss_family, AF_INET6);
}

TEST(address_lists_are_converted)
{
	struct {
		int count;
		struct sockaddr_in first;
		struct sockaddr_in6 second;
		struct sockaddr_in third;
	} list = {3, {.sin_family = AF_INET}, {.sin6_family = AF_INET6}, {.sin_family = AF_INET}};
	payload_to_darwin(SCTP_CONNECT_X, (char *)&list, sizeof(list));
	EXPECT_EQ(list.count, 3);
	EXPECT_EQ(((struct xnu_sockaddr *)&list.first)->sa_len, 16);
	EXPECT_EQ(((struct xnu_sockaddr *)&list.second)->sa_family, 30);
	EXPECT_EQ(((struct xnu_sockaddr *)&list.second)->sa_len, 28);
	EXPECT_EQ(((struct xnu_sockaddr *)&list.third)->sa_family, 2);
	payload_to_linux(SCTP_GET_PEER_ADDRESSES, (char *)&list, sizeof(list));
	EXPECT_EQ(list.second.sin6_family, AF_INET6);
	EXPECT_EQ(list.third.sin_family, AF_INET);
	payload_to_darwin(SCTP_BINDX_ADD_ADDR, (char *)&list.first, sizeof(list.first));
	EXPECT_EQ(((struct xnu_sockaddr *)&list.first)->sa_len, 16);
}

TEST(peel_off_names_the_host_s_descriptors)
{
	struct sctp_peeloff_opt option = {.s = 9, .assoc_id = 5, .new_sd = 0};
	atomic_store(&table[9], 3 + 1);
	payload_to_darwin(SCTP_PEELOFF, (char *)&option, sizeof(option));
	EXPECT_EQ(option.s, 3);
	EXPECT_EQ(option.assoc_id, 5);
	EXPECT_EQ(option.new_sd, -1);
}

TEST(notifications_give_linux_s_families)
{
	struct sctp_paddr_change change = {.spc_type = SCTP_PEER_ADDR_CHANGE};
	*(struct xnu_sockaddr_in6 *)&change.spc_aaddr =
	    (struct xnu_sockaddr_in6){.sin6_len = 28, .sin6_family = 30};
	/* Cut in the middle of the family. */
	struct iovec parts[2] = {{&change, 9}, {(char *)&change + 9, sizeof(change) - 9}};
	notification_to_linux(parts, 2, sizeof(change));
	EXPECT_EQ(change.spc_aaddr.ss_family, AF_INET6);
	change.spc_type = SCTP_ASSOC_CHANGE;
	notification_to_linux(parts, 2, sizeof(change));
	EXPECT_EQ(change.spc_aaddr.ss_family, AF_INET6);
	EXPECT_EQ(to_linux_flags(BSD_MSG_NOTIFICATION | BSD_MSG_PEEK), MSG_NOTIFICATION);
}
