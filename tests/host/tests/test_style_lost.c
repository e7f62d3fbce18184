/* Ends that the peer of a socket sees, and a peer that is seen no more, on the built kext. */
#include "connections.h"

/* Closing a one-to-many socket ends all of its associations, as SO_LINGER says. */
static void
many_closes(void)
{
	const struct {
		struct linger linger;
		uint16_t state;
		int error;
	} rows[] = {{{0, 0}, SCTP_SHUTDOWN_COMP, 0},
		    {{1, 0}, SCTP_COMM_LOST, ECONNRESET},
		    {{1, 5}, SCTP_SHUTDOWN_COMP, 0}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int peer = open_many(), head = open_single(), fd = open_many();
		char byte;

		NEED(bind_to(peer, ADDRESS_1, PORT) == 0 && listen(peer, 1) == 0);
		NEED(bind_to(head, ADDRESS_2, PORT) == 0 && listen(head, 1) == 0);
		NEED(setsockopt(fd, SOL_SOCKET, SO_LINGER, &rows[i].linger, sizeof(rows[i].linger)) == 0);
		NEED(connect_to(fd, ADDRESS_1, PORT) == 0 && connect_to(fd, ADDRESS_2, PORT) == 0);
		need_change(fd, SCTP_COMM_UP);
		need_change(fd, SCTP_COMM_UP);
		need_change(peer, SCTP_COMM_UP);
		int far = accept(head, NULL, NULL);
		NEED(far >= 0 && close(fd) == 0);
		need_change(peer, rows[i].state);
		ssize_t length = recv(far, &byte, 1, 0);
		NEED(rows[i].error == 0 ? length == 0 : length == -1 && errno == rows[i].error);
		NEED(close(peer) == 0 && close(head) == 0 && close(far) == 0);
	}
}

/* Takes a connection and is gone without a word, kernel and all. */
static void
vanishes(void)
{
	int far = accept(open_head(1), NULL, NULL);

	NEED(far >= 0 && read(far, &(char){0}, 1) == 1);
	_exit(0);
}

static void
survivor(void)
{
	struct sctp_rtoinfo rto = {.srto_initial = 50, .srto_min = 50, .srto_max = 100};
	struct sctp_assocparams limits = {.sasoc_asocmaxrxt = 2};
	int fd = open_single();
	char byte;

	NEED(setsockopt(fd, IPPROTO_SCTP, SCTP_RTOINFO, &rto, sizeof(rto)) == 0);
	NEED(setsockopt(fd, IPPROTO_SCTP, SCTP_ASSOCINFO, &limits, sizeof(limits)) == 0);
	connect_when_there(fd, ADDRESS_1, PORT);
	NEED(write(fd, "x", 1) == 1);
	while (send(fd, "y", 1, MSG_NOSIGNAL) == 1)
		usleep(20000);
	/* The call that finds the end tells of it, and then there is nothing more to tell. */
	NEED(errno == ETIMEDOUT || errno == EPIPE);
	NEED(errno == ETIMEDOUT || socket_error(fd) == ETIMEDOUT);
	NEED(socket_error(fd) == 0 && recv(fd, &byte, 1, 0) == 0);
	NEED_ERROR(send(fd, "z", 1, MSG_NOSIGNAL), EPIPE);
}

PROGRAMS({"many_closes", many_closes}, {"vanishes", vanishes}, {"survivor", survivor})

TEST(close_of_a_one_to_many_socket_ends_its_associations)
{
	run_on_two_networks("many_closes");
}

TEST(a_peer_that_vanishes_is_an_error_once)
{
	static char text[65536];
	char link[512];

	snprintf(link, sizeof(link), "unix:%s", test_folder());
	struct running first = start_program("vanishes", link, TWO_NETWORKS);
	struct running second = start_program("survivor", link, "192.0.2.2/24");
	EXPECT(!end_program(second, text, sizeof(text)));
	text[0] = 0;
	EXPECT_EQ(await_program(first, text, sizeof(text)), 0);
}
