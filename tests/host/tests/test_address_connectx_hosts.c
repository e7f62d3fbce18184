/* sctp_connectx between two hosts, and what comes in its way, on the built kext. */
#include <pthread.h>
#include <signal.h>

#include "connections.h"
#include "connectx.h"

static int
open_dual(int type)
{
	struct sctp_rtoinfo rto = {.srto_initial = 50, .srto_min = 50, .srto_max = 100};
	int fd = open_sctp(AF_INET6, type);

	NEED(setsockopt(fd, IPPROTO_SCTP, SCTP_RTOINFO, &rto, sizeof(rto)) == 0);
	return fd;
}

/* Answers each of three clients with what it said, and ends with the last. */
static void
server(void)
{
	char bytes[16];
	int head = open_dual(SOCK_STREAM);

	NEED(bindx(head, LIST(PORT, ADDRESS_1, ADDRESS_2, ADDRESS_6), SCTP_BINDX_ADD_ADDR) == 0);
	NEED(listen(head, 5) == 0);
	for (int i = 0; i < 3; i++) {
		int fd = accept(head, NULL, NULL);
		ssize_t length;

		NEED(fd >= 0);
		while ((length = read(fd, bytes, sizeof(bytes))) > 0)
			NEED(write(fd, bytes, (size_t)length) == length);
		NEED(length == 0 && close(fd) == 0);
	}
}

/* As often as it takes until the other program listens. */
static void
call(int fd, struct address_list *list, sctp_assoc_t *assoc_id)
{
	while (connectx(fd, list, assoc_id) != 0) {
		NEED(errno == ECONNREFUSED);
		usleep(20000);
	}
}

static void
client(void)
{
	sctp_assoc_t id;
	char byte;
	int fd = open_dual(SOCK_STREAM);

	/* Nobody is at the first two; those that the peer has not are forgotten, those it has are found. */
	call(fd, LIST(PORT, NOBODYS, "198.51.100.99", ADDRESS_6), &id);
	need_peer(fd, id, LIST(PORT, ADDRESS_1, ADDRESS_2, ADDRESS_6));
	NEED(write(fd, "a", 1) == 1 && read(fd, &byte, 1) == 1 && close(fd) == 0);

	fd = open_dual(SOCK_STREAM);
	NEED(bindx(fd, LIST(0, "192.0.2.2", "198.51.100.2"), SCTP_BINDX_ADD_ADDR) == 0);
	/* None of its own addresses can reach that. */
	NEED_ERROR(connectx(fd, LIST(PORT, ADDRESS_2, ADDRESS_6), &id), EAFNOSUPPORT);
	NEED(connectx(fd, LIST(PORT, "198.51.100.99", ADDRESS_2), &id) == 0);
	need_peer(fd, id, LIST(PORT, ADDRESS_1, ADDRESS_2));
	need_local(fd, id, LIST(port_of(fd), "192.0.2.2", "198.51.100.2"));
	NEED(write(fd, "b", 1) == 1 && read(fd, &byte, 1) == 1 && close(fd) == 0);

	fd = open_dual(SOCK_SEQPACKET);
	struct address_list *list = LIST(PORT, NOBODYS, ADDRESS_1);
	NEED(set_connect(fd, SCTP_CONNECT_X_DELAYED, list, 2) == 0);
	NEED(sendto(fd, "c", 1, 0, addresses_of(list), sizeof(struct sockaddr_in)) == 1);
	NEED(set_complete(fd, LIST(PORT, ADDRESS_1)) == 0);
	NEED(recv(fd, &byte, 1, 0) == 1 && byte == 'c');
}

static void
on_alarm(int number)
{
	(void)number;
}

static void
interrupted(void)
{
	struct sigaction action = {.sa_handler = on_alarm};
	int fd = open_single();

	NEED(sigaction(SIGALRM, &action, NULL) == 0);
	alarm(1);
	NEED_ERROR(connectx(fd, LIST(PORT, NOBODYS), NULL), EINTR);
	/* It goes on by itself. */
	NEED_ERROR(connectx(fd, LIST(PORT, NOBODYS), NULL), EALREADY);
	/* Asked to begin again, it would begin twice. */
	action.sa_flags = SA_RESTART;
	fd = open_single();
	NEED(sigaction(SIGALRM, &action, NULL) == 0);
	alarm(1);
	NEED_ERROR(connectx(fd, LIST(PORT, NOBODYS), NULL), EINTR);
}

static void *
connectx_in_thread(void *argument)
{
	struct address_list list = {0};

	address_add(&list, NOBODYS, PORT);
	int result = sctp_connectx(*(int *)argument, addresses_of(&list), 1, NULL);
	return (void *)(intptr_t)(result == -1 ? errno : 0);
}

/* One socket, two threads: one of them calls, and the other hears so. */
static void
two_threads(void)
{
	pthread_t threads[2];
	void *error[2];
	int fd = open_hasty();

	for (int i = 0; i < 2; i++)
		NEED(pthread_create(&threads[i], NULL, connectx_in_thread, &fd) == 0);
	for (int i = 0; i < 2; i++)
		NEED(pthread_join(threads[i], &error[i]) == 0);
	/* Either may be first; the second may also come when the first has failed. */
	bool both = (intptr_t)error[0] == ETIMEDOUT && (intptr_t)error[1] == ETIMEDOUT;
	NEED(both || (intptr_t)error[0] + (intptr_t)error[1] == ETIMEDOUT + EALREADY);
}

/* Two sockets of one port and address cannot both have an association with a peer. */
static void
in_use(void)
{
	int head = open_head(5), near = open_single(), other;

	NEED(bind_to(near, ADDRESS_1, PORT + 1) == 0);
	NEED(connectx(near, LIST(PORT, ADDRESS_1), NULL) == 0);
	NEED((other = accept(head, NULL, NULL)) >= 0 && close(head) == 0);
	/* The accepted socket has the listener's port, as a new socket there would. */
	head = open_sctp(AF_INET, SOCK_SEQPACKET);
	NEED(bind_to(head, ADDRESS_1, PORT) == 0);
	NEED_ERROR(connectx(head, LIST(PORT + 1, ADDRESS_1), NULL), EADDRINUSE);
}

PROGRAMS({"server", server}, {"client", client}, {"interrupted", interrupted}, {"two_threads", two_threads},
	 {"in_use", in_use})

TEST(connectx_finds_the_peer_at_any_of_its_addresses)
{
	run_pair("server", "client");
}

TEST(connectx_is_interrupted_by_a_signal_and_not_restarted)
{
	run_on_two_networks("interrupted");
}

TEST(connectx_is_called_by_two_threads)
{
	run_on_two_networks("two_threads");
}

TEST(connectx_makes_no_second_association)
{
	run_on_two_networks("in_use");
}
