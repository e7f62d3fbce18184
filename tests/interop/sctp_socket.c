#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "exchange_options.h"
#include "sctp_socket.h"

socklen_t
sctp_socket_address(const char *text, uint16_t port, struct sockaddr_storage *address)
{
	struct sockaddr_in *sin = (struct sockaddr_in *)address;
	struct sockaddr_in6 *sin6 = (struct sockaddr_in6 *)address;

	memset(address, 0, sizeof(*address));
	if (text == NULL || inet_pton(AF_INET, text, &sin->sin_addr) == 1) {
		sin->sin_family = AF_INET;
		sin->sin_port = htons(port);
		return sizeof(*sin);
	}
	if (inet_pton(AF_INET6, text, &sin6->sin6_addr) == 1) {
		sin6->sin6_family = AF_INET6;
		sin6->sin6_port = htons(port);
		return sizeof(*sin6);
	}
	return 0;
}

static bool
set_option(int sd, int option, const char *name, const void *value, socklen_t size)
{
	if (setsockopt(sd, IPPROTO_SCTP, option, value, size) == 0)
		return true;
	perror(name);
	return false;
}

bool
sctp_socket_reports(int sd)
{
	int on = 1;
	struct sctp_event_subscribe events = {.sctp_association_event = 1};

	return set_option(sd, SCTP_RECVRCVINFO, "SCTP_RECVRCVINFO", &on, sizeof(on)) &&
	       set_option(sd, SCTP_EVENTS, "SCTP_EVENTS", &events, sizeof(events));
}

int
sctp_socket_open(sa_family_t family, int type, uint16_t streams)
{
	struct sctp_initmsg init = {.sinit_num_ostreams = streams, .sinit_max_instreams = 2048};
	int on = 1;
	int sd = socket(family, type, IPPROTO_SCTP);

	if (sd < 0) {
		int error = errno;

		perror("socket");
		errno = error;
		return -1;
	}
	if (set_option(sd, SCTP_INITMSG, "SCTP_INITMSG", &init, sizeof(init)) &&
	    set_option(sd, SCTP_NODELAY, "SCTP_NODELAY", &on, sizeof(on)) && sctp_socket_reports(sd))
		return sd;
	close(sd);
	errno = EINVAL;
	return -1;
}

static bool
bind_all(int sd, const char *const *addresses, uint16_t port)
{
	size_t count = 0;

	do {
		struct sockaddr_storage address;
		socklen_t length = sctp_socket_address(addresses[count], port, &address);
		struct sockaddr *name = (struct sockaddr *)&address;

		errno = EINVAL;
		if (length == 0 ||
		    (count == 0 ? bind(sd, name, length) : sctp_bindx(sd, name, 1, SCTP_BINDX_ADD_ADDR)) != 0)
			return false;
	} while (addresses[count] != NULL && addresses[++count] != NULL);
	return true;
}

bool
sctp_socket_fast_heartbeats(int sd)
{
	struct sctp_paddrparams heartbeat = {.spp_hbinterval = 300, .spp_flags = SPP_HB_ENABLE};

	return setsockopt(sd, IPPROTO_SCTP, SCTP_PEER_ADDR_PARAMS, &heartbeat, sizeof(heartbeat)) == 0;
}

static bool
make_fast(int sd)
{
	struct sctp_rtoinfo rto = {.srto_initial = 200, .srto_min = 100, .srto_max = 400};

	return setsockopt(sd, IPPROTO_SCTP, SCTP_RTOINFO, &rto, sizeof(rto)) == 0 &&
	       (sctp_socket_fast_heartbeats(sd) || errno == ENOPROTOOPT);
}

bool
sctp_socket_set_up(int sd, const char *const *addresses, uint16_t port, bool fast_timers)
{
	int error;

	if ((!fast_timers || make_fast(sd)) &&
	    ((addresses[0] == NULL && port == 0) || bind_all(sd, addresses, port)))
		return true;
	error = errno;
	perror("set up");
	errno = error;
	return false;
}

int
sctp_socket_set_up_failure(void)
{
	return errno == ENOPROTOOPT || errno == EOPNOTSUPP ? EXCHANGE_NO_PATHS : EXCHANGE_SETUP;
}

struct sctp_socket_piece
sctp_socket_receive(int sd, void *bytes, size_t size)
{
	struct sctp_socket_piece piece = {0};
	struct iovec iov = {.iov_base = bytes, .iov_len = size};
	socklen_t infolen = sizeof(piece.info);
	unsigned int infotype = SCTP_RECVV_NOINFO;
	int flags = 0;

	piece.size = sctp_recvv(sd, &iov, 1, NULL, NULL, &piece.info, &infolen, &infotype, &flags);
	piece.notification = (flags & MSG_NOTIFICATION) != 0;
	piece.end = (flags & MSG_EOR) != 0;
	if (piece.size > 0 && !piece.notification && infotype != SCTP_RECVV_RCVINFO)
		fprintf(stderr, "a message of %zd bytes without struct sctp_rcvinfo\n", piece.size);
	return piece;
}

struct sctp_socket_change
sctp_socket_change(const void *notification, ssize_t size)
{
	struct sctp_socket_change result = {0};
	struct sctp_assoc_change change;

	if (size < (ssize_t)sizeof(change))
		return result;
	memcpy(&change, notification, sizeof(change));
	if (change.sac_type != SCTP_ASSOC_CHANGE)
		return result;
	result.state = change.sac_state;
	result.assoc_id = change.sac_assoc_id;
	result.streams = change.sac_outbound_streams;
	return result;
}
