#include "pair.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <usrsctp.h>

enum {
	SIDES = 2,
	PORT = 5000,
	LISTENER_PORT = 6000,
	/* Packets under way; a burst that is longer is cut, as by a queue that is full. */
	QUEUE = 1 << 16,
	LARGEST_PACKET = 2048,
	SCTP_HEADER = 12,
	ATTEMPTS = 100,
	TIMER_MS = 10,
};

struct packet {
	uintptr_t to;
	size_t length;
	struct packet *next_spare;
	unsigned char bytes[LARGEST_PACKET];
};

/* An AF_CONN address is a pointer that names a connection as one side sees it. Ours are numbers that nobody
 * follows: association n is FIRST + 2n on side 0 and FIRST + 2n + 1 on side 1. */
static const uintptr_t FIRST = 0x10000;

static struct packet *queue[QUEUE];
static size_t head, tail;
static struct packet *spare;
static struct usrsctp_pair_counts counts;
static uint32_t buffer_size;
static int64_t timers_ran;

static struct socket *sides[SIDES];
static sctp_assoc_t *ids[SIDES];
static struct socket *listener;

static uintptr_t
connection(int side, size_t association)
{
	return FIRST + 2 * association + (size_t)side;
}

static int64_t
milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int
output(void *address, void *bytes, size_t length, uint8_t tos, uint8_t dont_fragment)
{
	struct packet *packet = spare;

	(void)tos;
	(void)dont_fragment;
	if (head - tail == QUEUE || length > LARGEST_PACKET)
		return 0;
	if (packet != NULL)
		spare = packet->next_spare;
	else if ((packet = malloc(sizeof(*packet))) == NULL)
		return ENOMEM;
	packet->to = (uintptr_t)address ^ 1;
	packet->length = length;
	memcpy(packet->bytes, bytes, length);
	queue[head++ % QUEUE] = packet;
	counts.packets++;
	if (length > counts.longest)
		counts.longest = length;
	return 0;
}

static void
run_timers(void)
{
	int64_t now = milliseconds();

	if (now - timers_ran < TIMER_MS)
		return;
	usrsctp_handle_timers((uint32_t)(now - timers_ran));
	timers_ran = now;
}

void
usrsctp_pair_pump(void)
{
	run_timers();
	while (tail != head) {
		struct packet *packet = queue[tail++ % QUEUE];

		usrsctp_conninput((void *)packet->to, packet->bytes, packet->length, 0);
		packet->next_spare = spare;
		spare = packet;
	}
}

/* The library sets no association up at an address that it does not know as its own. */
static void
register_connections(size_t associations)
{
	static size_t registered;

	for (; registered < associations; registered++) {
		usrsctp_register_address((void *)connection(0, registered));
		usrsctp_register_address((void *)connection(1, registered));
	}
}

void
usrsctp_pair_start(uint32_t buffer)
{
	buffer_size = buffer;
	usrsctp_init_nothreads(0, output, NULL);
	usrsctp_sysctl_set_sctp_sendspace(buffer);
	usrsctp_sysctl_set_sctp_recvspace(buffer);
	timers_ran = milliseconds();
	register_connections(1);
}

static struct sockaddr_conn
address(uintptr_t connection, uint16_t port)
{
	struct sockaddr_conn address;

	memset(&address, 0, sizeof(address));
	address.sconn_family = AF_CONN;
	address.sconn_port = htons(port);
	address.sconn_addr = (void *)connection;
	return address;
}

static struct socket *
open_socket(int type, size_t packet, int nodelay)
{
	struct sctp_paddrparams path;
	struct socket *socket = usrsctp_socket(AF_CONN, type, IPPROTO_SCTP, NULL, NULL, 0, NULL);

	if (socket == NULL)
		return NULL;
	memset(&path, 0, sizeof(path));
	path.spp_address.ss_family = AF_CONN;
	path.spp_flags = SPP_PMTUD_DISABLE;
	/* For an AF_CONN address the library does not count the SCTP header in the path MTU. */
	path.spp_pathmtu = (uint32_t)packet - SCTP_HEADER;
	if (usrsctp_set_non_blocking(socket, 1) != 0 ||
	    usrsctp_setsockopt(socket, IPPROTO_SCTP, SCTP_PEER_ADDR_PARAMS, &path, sizeof(path)) != 0 ||
	    usrsctp_setsockopt(socket, IPPROTO_SCTP, SCTP_NODELAY, &nodelay, sizeof(nodelay)) != 0) {
		usrsctp_close(socket);
		return NULL;
	}
	return socket;
}

static bool
connect_to(struct socket *socket, uintptr_t connection, uint16_t port)
{
	struct sockaddr_conn to = address(connection, port);

	return usrsctp_connect(socket, (struct sockaddr *)&to, sizeof(to)) == 0 || errno == EINPROGRESS;
}

/* Waits for an association to be there, and returns its name. */
static sctp_assoc_t
association_of(int side, uintptr_t connection, uint16_t port)
{
	struct sockaddr_conn peer = address(connection, port);
	sctp_assoc_t id = 0;

	for (int attempt = 0; id == 0 && attempt < ATTEMPTS; attempt++) {
		usrsctp_pair_pump();
		id = usrsctp_getassocid(sides[side], (struct sockaddr *)&peer);
	}
	return id;
}

int
usrsctp_pair_open(size_t associations, size_t packet, int nodelay)
{
	memset(&counts, 0, sizeof(counts));
	register_connections(associations);
	for (int side = 0; side < SIDES; side++) {
		struct sockaddr_conn local = address(0, PORT + (uint16_t)side);

		sides[side] = open_socket(SOCK_SEQPACKET, packet, nodelay);
		ids[side] = calloc(associations, sizeof(*ids[side]));
		if (sides[side] == NULL || ids[side] == NULL ||
		    usrsctp_bind(sides[side], (struct sockaddr *)&local, sizeof(local)) != 0)
			return -1;
	}
	if (usrsctp_listen(sides[1], 1) != 0)
		return -1;
	for (size_t n = 0; n < associations; n++) {
		if (!connect_to(sides[0], connection(0, n), PORT + 1))
			return -1;
		ids[0][n] = association_of(0, connection(0, n), PORT + 1);
		ids[1][n] = association_of(1, connection(1, n), PORT);
		if (ids[0][n] == 0 || ids[1][n] == 0)
			return -1;
	}
	return 0;
}

static void
close_now(struct socket *socket)
{
	struct linger linger = {.l_onoff = 1, .l_linger = 0};

	usrsctp_setsockopt(socket, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	usrsctp_close(socket);
}

void
usrsctp_pair_close(void)
{
	for (int side = 0; side < SIDES; side++) {
		if (sides[side] != NULL)
			close_now(sides[side]);
		free(ids[side]);
		sides[side] = NULL;
		ids[side] = NULL;
	}
	usrsctp_pair_pump();
}

int
usrsctp_pair_send(int side, size_t association, const void *bytes, size_t length)
{
	struct sctp_sndinfo info;

	memset(&info, 0, sizeof(info));
	info.snd_assoc_id = ids[side][association];
	if (usrsctp_sendv(sides[side], bytes, length, NULL, 0, &info, sizeof(info), SCTP_SENDV_SNDINFO, 0) ==
	    (ssize_t)length)
		return 1;
	return errno == EWOULDBLOCK ? 0 : -1;
}

long
usrsctp_pair_receive(int side, void *buffer, size_t capacity)
{
	static size_t partial[SIDES];
	struct sctp_rcvinfo info;
	struct sockaddr_conn from;
	unsigned int type;
	int flags;

	do {
		socklen_t from_length = sizeof(from), info_length = sizeof(info);
		ssize_t got;

		flags = 0;
		got =
		    usrsctp_recvv(sides[side], (char *)buffer + partial[side], capacity - partial[side],
				  (struct sockaddr *)&from, &from_length, &info, &info_length, &type, &flags);
		if (got <= 0)
			return got == 0 || errno == EWOULDBLOCK ? 0 : -1;
		partial[side] += (size_t)got;
	} while ((flags & MSG_EOR) == 0);
	long whole = (long)partial[side];
	partial[side] = 0;
	return whole;
}

int
usrsctp_pair_listen(size_t packet)
{
	struct sockaddr_conn local = address(0, LISTENER_PORT);

	listener = open_socket(SOCK_STREAM, packet, 0);
	if (listener == NULL || usrsctp_bind(listener, (struct sockaddr *)&local, sizeof(local)) != 0)
		return -1;
	return usrsctp_listen(listener, 1);
}

int
usrsctp_pair_cycle(void)
{
	struct socket *client = usrsctp_socket(AF_CONN, SOCK_STREAM, IPPROTO_SCTP, NULL, NULL, 0, NULL);
	struct socket *server = NULL;

	if (client == NULL || usrsctp_set_non_blocking(client, 1) != 0 ||
	    !connect_to(client, connection(0, 0), LISTENER_PORT))
		return -1;
	for (int attempt = 0; server == NULL && attempt < ATTEMPTS; attempt++) {
		usrsctp_pair_pump();
		server = usrsctp_accept(listener, NULL, NULL);
	}
	if (server == NULL)
		return -1;
	usrsctp_close(client);
	usrsctp_pair_pump();
	usrsctp_close(server);
	usrsctp_pair_pump();
	return 0;
}

void
usrsctp_pair_count(struct usrsctp_pair_counts *result)
{
	*result = counts;
}
