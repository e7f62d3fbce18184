/* Values of the options that sctp_connectx is made of, and arguments of the call, that are refused. */
#include "connectx.h"

enum { PORT = 7000, MANY = 1000 };

static void
bad_values(void)
{
	static struct address_list many;
	struct sockaddr_un {
		int count;
		sa_family_t family;
		char path[108];
	} local = {1, AF_UNIX, "/tmp/name"};
	const int options[] = {SCTP_CONNECT_X, SCTP_CONNECT_X_DELAYED};
	int fd = open_sctp(AF_INET, SOCK_SEQPACKET);

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		int option = options[i];
		struct address_list *list = LIST(PORT, ADDRESS_1, ADDRESS_2);
		socklen_t full = list->length + sizeof(int);

		for (socklen_t length = 0; length < full; length++)
			NEED_ERROR(setsockopt(fd, IPPROTO_SCTP, option, value_of(list, 2), length), EINVAL);
		NEED_ERROR(set_connect(fd, option, list, 0), EINVAL);
		NEED_ERROR(set_connect(fd, option, list, -1), EINVAL);
		NEED_ERROR(set_connect(fd, option, list, 3), EINVAL);
		NEED_ERROR(set_connect(fd, option, list, MANY), EINVAL);
		NEED_ERROR(setsockopt(fd, IPPROTO_SCTP, option, &local, sizeof(local)), EAFNOSUPPORT);
		NEED_ERROR(setsockopt(fd, IPPROTO_SCTP, option, NULL, full), EFAULT);
		NEED_ERROR(set_connect(fd, option, LIST(0, ADDRESS_1), 1), EINVAL);
		NEED_ERROR(set_connect(fd, option, LIST(PORT, ADDRESS_1, "224.0.0.1"), 2), EADDRNOTAVAIL);
		NEED_ERROR(set_connect(fd, option, LIST(PORT, "0.0.0.0"), 1), EADDRNOTAVAIL);
		NEED_ERROR(set_connect(fd, option, LIST(PORT, ADDRESS_1, ADDRESS_6), 2), EAFNOSUPPORT);
		list = LIST(PORT, ADDRESS_1);
		address_add(list, ADDRESS_2, PORT + 1);
		NEED_ERROR(set_connect(fd, option, list, 2), EINVAL);
		NEED_ERROR(getsockopt(fd, IPPROTO_SCTP, option, list->bytes, &full), EOPNOTSUPP);
	}
	struct address_list *list = LIST(PORT, ADDRESS_1);
	for (socklen_t length = 0; length < list->length; length++)
		NEED_ERROR(setsockopt(fd, IPPROTO_SCTP, SCTP_CONNECT_X_COMPLETE, list->bytes, length),
			   EINVAL);
	NEED_ERROR(setsockopt(fd, IPPROTO_SCTP, SCTP_CONNECT_X_COMPLETE, NULL, list->length), EFAULT);
	NEED_ERROR(set_complete(fd, LIST(PORT, ADDRESS_6)), EAFNOSUPPORT);
	NEED_ERROR(sctp_connectx(fd, NULL, 1, NULL), EINVAL);
	NEED_ERROR(sctp_connectx(fd, addresses_of(list), 0, NULL), EINVAL);
	NEED_ERROR(sctp_connectx(-1, addresses_of(list), 1, NULL), EBADF);
	/* None of these has left anything behind. */
	uint32_t number = 1;
	socklen_t length = sizeof(number);
	NEED(getsockopt(fd, IPPROTO_SCTP, SCTP_GET_ASSOC_NUMBER, &number, &length) == 0 && number == 0);

	for (int i = 0; i < MANY; i++)
		address_add(&many, i % 2 ? ADDRESS_1 : ADDRESS_2, PORT);
	NEED(connectx(fd, &many, NULL) == 0);
}

PROGRAMS({"bad_values", bad_values})

TEST(connectx_refuses_bad_values)
{
	run_on_two_networks("bad_values");
}
