/* Many threads in the built kext at once, while what they work on goes away beneath them. */
#include "peers.h"

#include <stdatomic.h>

enum { SENDERS = 6, ROUNDS = 15, LARGE = 60000, READERS = 3, CHANGES = 300, PEERS = 4 };

static char large[LARGE];

struct senders {
	int fd;
	_Atomic unsigned sent;
};

/* Sends until the socket is gone. */
static void *
send_until_closed(void *context)
{
	struct senders *senders = context;

	while (bsd_sendto(senders->fd, large, LARGE, 0, NULL, 0) == LARGE)
		senders->sent++;
	return NULL;
}

static void *
read_until_closed(void *context)
{
	static char room[LARGE];
	int fd = *(int *)context;

	while (bsd_recvfrom(fd, room, sizeof(room), 0, NULL, NULL) > 0)
		;
	return NULL;
}

/* Six threads wait for room on one socket, which is then closed (CVE-2020-7463). */
TEST_LIMIT(security_16_a_socket_is_closed_while_many_threads_send_large_messages, 120)
{
	start_kext();
	for (unsigned round = 0; round < ROUNDS; round++) {
		pthread_t threads[SENDERS], reader;
		struct pair pair = open_pair();
		struct senders senders = {pair.near, 0};
		struct bsd_linger at_once = {1, 0};

		EXPECT_EQ(pthread_create(&reader, NULL, read_until_closed, &pair.far), 0);
		for (unsigned i = 0; i < SENDERS; i++)
			EXPECT_EQ(pthread_create(&threads[i], NULL, send_until_closed, &senders), 0);
		while (senders.sent < 2 * SENDERS)
			usleep(100);
		/* Every second time the association is aborted as well. */
		if (round % 2 == 0)
			EXPECT_EQ(bsd_setsockopt(pair.near, BSD_SOL_SOCKET, BSD_SO_LINGER, &at_once,
						 sizeof(at_once)),
				  0);
		EXPECT_EQ(bsd_close(pair.near), 0);
		for (unsigned i = 0; i < SENDERS; i++)
			pthread_join(threads[i], NULL);
		pthread_join(reader, NULL);
		EXPECT_EQ(bsd_close(pair.far), 0);
	}
	stop_kext();
}

static _Atomic bool changing;

static void *
send_to_all(void *context)
{
	struct sctp_sndrcvinfo info = {.sinfo_flags = SCTP_SENDALL};
	struct item item = {SCTP_SNDRCV, &info, sizeof(info)};
	int fd = *(int *)context;
	unsigned sent = 0;

	/* Without any association there is nobody to send to. */
	for (int64_t result; changing; sent += result > 0)
		result = send_items(fd, "to all", 6, BSD_MSG_DONTWAIT, &item, 1);
	EXPECT(sent > 0);
	return NULL;
}

/* Half of the associations that a message goes to are aborted while it is being sent (CVE-2019-8956). */
TEST_LIMIT(security_15_messages_to_all_associations_while_some_are_aborted, 120)
{
	struct bsd_linger at_once = {1, 0};
	pthread_t sender;
	int head, clients[PEERS];

	start_kext();
	head = open_listener(BSD_SOCK_SEQPACKET, SERVER_PORT);
	changing = true;
	EXPECT_EQ(pthread_create(&sender, NULL, send_to_all, &head), 0);
	for (unsigned change = 0; change < CHANGES; change++) {
		for (unsigned i = 0; i < PEERS; i++) {
			clients[i] = open_socket(BSD_SOCK_STREAM);
			connect_to(clients[i], SERVER_PORT);
		}
		for (unsigned i = 0; i < PEERS; i++) {
			if (i % 2)
				EXPECT_EQ(bsd_setsockopt(clients[i], BSD_SOL_SOCKET, BSD_SO_LINGER, &at_once,
							 sizeof(at_once)),
					  0);
			EXPECT_EQ(bsd_close(clients[i]), 0);
		}
	}
	changing = false;
	pthread_join(sender, NULL);
	EXPECT_EQ(bsd_close(head), 0);
	stop_kext();
}

/* Asks for every list that grows and shrinks meanwhile. What comes back fits the room that was given. */
static void *
read_lists(void *context)
{
	static const int names[] = {SCTP_GET_LOCAL_ADDRESSES, SCTP_GET_PEER_ADDRESSES, SCTP_GET_ASSOC_ID_LIST,
				    SCTP_GET_LOCAL_ADDR_SIZE, SCTP_GET_REMOTE_ADDR_SIZE};
	int fd = *(int *)context;

	for (unsigned i = 0; changing; i++) {
		struct {
			uint32_t association;
			char rest[200];
			char beyond[64];
		} room = {.association = i % 40};
		uint32_t given = i % 3 ? 204 : 4 + i % 200, length = given;

		memset(room.beyond, 0x5a, sizeof(room.beyond));
		if (bsd_getsockopt(fd, IPPROTO_SCTP, names[i % 5], &room, &length) == 0)
			EXPECT(length <= given);
		for (unsigned byte = 0; byte < sizeof(room.beyond); byte++)
			EXPECT_EQ(room.beyond[byte], 0x5a);
	}
	return NULL;
}

/* Addresses of the host and associations come and go while their lists are read. */
TEST_LIMIT(security_25_lists_are_read_while_addresses_and_associations_change, 120)
{
	pthread_t readers[READERS];
	int head, clients[PEERS];

	host_memory_link_addresses("192.0.2.1/24", 1500);
	host_memory_link_attach(NULL, NULL);
	start_kext();
	head = open_listener(BSD_SOCK_SEQPACKET, SERVER_PORT);
	changing = true;
	for (unsigned i = 0; i < READERS; i++)
		EXPECT_EQ(pthread_create(&readers[i], NULL, read_lists, &head), 0);
	for (unsigned change = 0; change < CHANGES; change++) {
		EXPECT_EQ(host_address_add("192.0.2.9/24"), 0);
		for (unsigned i = 0; i < PEERS; i++) {
			clients[i] = open_socket(BSD_SOCK_STREAM);
			connect_to(clients[i], SERVER_PORT);
		}
		EXPECT_EQ(host_address_remove("192.0.2.9"), 0);
		for (unsigned i = 0; i < PEERS; i++)
			EXPECT_EQ(bsd_close(clients[i]), 0);
	}
	changing = false;
	for (unsigned i = 0; i < READERS; i++)
		pthread_join(readers[i], NULL);
	EXPECT_EQ(bsd_close(head), 0);
	stop_kext();
}
