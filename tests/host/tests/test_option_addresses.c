/* The options that libsctp's calls on addresses are made of (RFC 6458 sections 9.1, 9.3 and 9.5). */
#include "options.h"

/* A list: the association, then addresses without gaps. */
struct list {
	sctp_assoc_t id;
	char addresses[1024];
};

/* How many addresses a list of this length has; each is of a family that is known. */
static unsigned
count_addresses(const struct list *list, uint32_t length)
{
	unsigned count = 0;
	uint32_t at = 0;

	for (length -= sizeof(list->id); at < length; count++) {
		const struct xnu_sockaddr *address = (const void *)(list->addresses + at);

		EXPECT(address->sa_family == XNU_AF_INET || address->sa_family == XNU_AF_INET6);
		EXPECT_EQ(address->sa_len, address->sa_family == XNU_AF_INET ? 16 : 28);
		at += address->sa_len;
	}
	EXPECT_EQ(at, length);
	return count;
}

static void
check_list(int list_option, int size_option)
{
	struct list list = {0, ""};
	uint32_t size, length = sizeof(list), size_length = sizeof(size);
	struct scene scene;
	unsigned all;

	start_kext();
	scene = open_scene();
	list.id = scene.id[0];
	EXPECT_EQ(get_option(scene.many, list_option, &list, &length), 0);
	all = count_addresses(&list, length);
	EXPECT(all >= 1);
	size = scene.id[0];
	EXPECT_EQ(get_option(scene.many, size_option, &size, &size_length), 0);
	EXPECT_EQ(size, length - sizeof(list.id));

	/* Those that fit. */
	length -= 1;
	list.id = scene.id[0];
	EXPECT_EQ(get_option(scene.many, list_option, &list, &length), 0);
	EXPECT_EQ(count_addresses(&list, length), all - 1);
	length = sizeof(list.id) - 1;
	EXPECT_EQ(get_option(scene.many, list_option, &list, &length), -XNU_EINVAL);
	size_length = sizeof(size) - 1;
	EXPECT_EQ(get_option(scene.many, size_option, &size, &size_length), -XNU_EINVAL);

	list.id = size = NOBODY;
	length = sizeof(list);
	size_length = sizeof(size);
	EXPECT_EQ(get_option(scene.many, list_option, &list, &length), -XNU_ENOENT);
	EXPECT_EQ(get_option(scene.many, size_option, &size, &size_length), -XNU_ENOENT);
	EXPECT_EQ(set_option(scene.many, list_option, &list, sizeof(list)), -XNU_EOPNOTSUPP);
	EXPECT_EQ(set_option(scene.many, size_option, &size, sizeof(size)), -XNU_EOPNOTSUPP);
	/* A one-to-one socket has no choice. */
	EXPECT_EQ(get_option(scene.one[0], list_option, &list, &length), 0);
	EXPECT(count_addresses(&list, length) >= 1);
	close_scene(&scene);
	stop_kext();
}

TEST(option_SCTP_GET_PEER_ADDRESSES_and_their_size)
{
	check_list(SCTP_GET_PEER_ADDRESSES, SCTP_GET_REMOTE_ADDR_SIZE);
}

TEST(option_SCTP_GET_LOCAL_ADDRESSES_and_their_size)
{
	check_list(SCTP_GET_LOCAL_ADDRESSES, SCTP_GET_LOCAL_ADDR_SIZE);
}

TEST(option_SCTP_GET_ADDR_LEN)
{
	static const struct {
		uint32_t family;
		int error;
		uint32_t bytes;
	} rows[] = {{XNU_AF_INET, 0, 16},
		    {XNU_AF_INET6, 0, 28},
		    {0, XNU_EINVAL, 0},
		    {99, XNU_EINVAL, 0},
		    {256 + XNU_AF_INET, XNU_EINVAL, 0}};
	int fd;

	start_kext();
	fd = open_socket(BSD_SOCK_STREAM);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sctp_assoc_value value = {0, rows[i].family};
		uint32_t length = sizeof(value);

		EXPECT_EQ(get_option(fd, SCTP_GET_ADDR_LEN, &value, &length), -rows[i].error);
		if (rows[i].error == 0)
			EXPECT_EQ(value.assoc_value, rows[i].bytes);
	}
	EXPECT_EQ(bsd_close(fd), 0);
	stop_kext();
}

/* Their good arguments are in test_address_bindx.c. */
TEST(option_SCTP_BINDX_ADD_ADDR_and_REM_ADDR_with_wrong_arguments)
{
	static const int options[] = {SCTP_BINDX_ADD_ADDR, SCTP_BINDX_REM_ADDR};
	struct xnu_sockaddr_in name = name_of(SERVER_PORT), strange = name;
	char bytes[64];
	uint32_t length = sizeof(bytes);
	int fd;

	start_kext();
	strange.sin_family = 99;
	for (unsigned i = 0; i < 2; i++) {
		fd = open_socket(BSD_SOCK_STREAM);
		EXPECT_EQ(set_option(fd, options[i], NULL, 16), -XNU_EFAULT);
		EXPECT_EQ(set_option(fd, options[i], NULL, 0), -XNU_EINVAL);
		EXPECT_EQ(set_option(fd, options[i], &name, 1), -XNU_EINVAL);
		EXPECT_EQ(set_option(fd, options[i], &name, sizeof(name) - 1), -XNU_EINVAL);
		EXPECT_EQ(set_option(fd, options[i], &strange, sizeof(strange)), -XNU_EAFNOSUPPORT);
		EXPECT_EQ(set_option(fd, options[i], &name, UINT32_MAX), -XNU_EINVAL);
		EXPECT_EQ(get_option(fd, options[i], bytes, &length), -XNU_EOPNOTSUPP);
		EXPECT_EQ(bsd_close(fd), 0);
	}
	stop_kext();
}
