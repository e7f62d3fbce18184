/* Who hears of what: SCTP_EVENT and SCTP_EVENTS, through the built kext (RFC 6458 sections 6.2.1 and 6.2.2).
 */
#include "peers.h"

enum { CLIENTS = 2 };

/* A server with associations from clients that shut down at once or later. */
struct place {
	int server, client[CLIENTS + 1];
	sctp_assoc_t id[CLIENTS + 1];
};

static void
let_in(struct place *place, unsigned client)
{
	struct sctp_rcvinfo info;
	uint32_t size;

	place->client[client] = open_socket(BSD_SOCK_STREAM);
	connect_to(place->client[client], SERVER_PORT);
	EXPECT_EQ(bsd_sendto(place->client[client], "hello", 5, 0, NULL, 0), 5);
	memcpy(&info, find_item(expect_message(place->server, "hello", 5), SCTP_RCVINFO, &size),
	       sizeof(info));
	place->id[client] = info.rcv_assoc_id;
}

static struct place
open_place(void)
{
	struct place place;

	start_kext();
	place.server = open_listener(BSD_SOCK_SEQPACKET, SERVER_PORT);
	turn_on(place.server, SCTP_RECVRCVINFO, 1);
	for (unsigned i = 0; i < CLIENTS; i++)
		let_in(&place, i);
	return place;
}

static void
listen_for(int fd, sctp_assoc_t whom, int on)
{
	struct sctp_event event = {whom, SCTP_SHUTDOWN_EVENT, (uint8_t)on};

	EXPECT_EQ(set_option(fd, SCTP_EVENT, &event, sizeof(event)), 0);
}

/* A new client comes, all leave one after the other; the server hears of those of the bits. */
static void
expect_heard(struct place *place, unsigned heard)
{
	let_in(place, CLIENTS);
	for (unsigned i = 0; i <= CLIENTS; i++) {
		EXPECT_EQ(bsd_close(place->client[i]), 0);
		if (heard >> i & 1)
			EXPECT_EQ(expect_notification(place->server, SCTP_SHUTDOWN_EVENT)
				      ->sn_shutdown_event.sse_assoc_id,
				  place->id[i]);
	}
	host_settle();
	expect_nothing(place->server);
	EXPECT_EQ(bsd_close(place->server), 0);
	stop_kext();
}

TEST(SCTP_EVENT_of_one_association)
{
	struct place place = open_place();

	listen_for(place.server, place.id[1], 1);
	expect_heard(&place, 1 << 1);
}

TEST(SCTP_EVENT_of_associations_to_come)
{
	struct place place = open_place();

	listen_for(place.server, SCTP_FUTURE_ASSOC, 1);
	expect_heard(&place, 1 << CLIENTS);
}

TEST(SCTP_EVENT_of_the_associations_that_there_are)
{
	struct place place = open_place();

	listen_for(place.server, SCTP_CURRENT_ASSOC, 1);
	expect_heard(&place, (1 << CLIENTS) - 1);
}

TEST(SCTP_EVENT_of_all_but_one)
{
	struct place place = open_place();

	listen_for(place.server, SCTP_ALL_ASSOC, 1);
	listen_for(place.server, place.id[0], 0);
	expect_heard(&place, 1 << 1 | 1 << CLIENTS);
}

TEST(SCTP_EVENTS_is_of_all_and_takes_back_what_it_leaves_out)
{
	struct sctp_event_subscribe events = {.sctp_association_event = 1, .sctp_shutdown_event = 1};
	struct place place = open_place();

	EXPECT_EQ(set_option(place.server, SCTP_EVENTS, &events, sizeof(events)), 0);
	events.sctp_association_event = 0;
	EXPECT_EQ(set_option(place.server, SCTP_EVENTS, &events, sizeof(events)), 0);
	expect_heard(&place, (1 << (CLIENTS + 1)) - 1);
}

TEST(an_accepted_socket_hears_of_what_its_listener_wanted)
{
	int head, near, far;

	start_kext();
	head = open_listener(BSD_SOCK_STREAM, SERVER_PORT);
	subscribe(head, SCTP_ASSOC_CHANGE);
	near = open_socket(BSD_SOCK_STREAM);
	connect_to(near, SERVER_PORT);
	far = bsd_accept(head, NULL, NULL);
	EXPECT(far >= 0);
	limit_waiting(far);
	EXPECT_EQ(expect_notification(far, SCTP_ASSOC_CHANGE)->sn_assoc_change.sac_state, SCTP_COMM_UP);
	EXPECT_EQ(bsd_close(near), 0);
	EXPECT_EQ(expect_notification(far, SCTP_ASSOC_CHANGE)->sn_assoc_change.sac_state, SCTP_SHUTDOWN_COMP);
	EXPECT_EQ(read_next(far)->length, 0);
	EXPECT_EQ(bsd_close(far), 0);
	EXPECT_EQ(bsd_close(head), 0);
	stop_kext();
}
