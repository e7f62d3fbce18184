#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "usrsctp_socket.h"

static bool
set_int(struct socket *sock, int level, int option, int value)
{
	if (usrsctp_setsockopt(sock, level, option, &value, sizeof(value)) == 0)
		return true;
	perror("usrsctp_setsockopt");
	return false;
}

static bool
set_options(struct socket *sock, uint16_t streams)
{
	struct sctp_initmsg init = {.sinit_num_ostreams = streams, .sinit_max_instreams = 2048};
	struct sctp_event event = {
	    .se_assoc_id = SCTP_FUTURE_ASSOC, .se_type = SCTP_ASSOC_CHANGE, .se_on = 1};

	return usrsctp_setsockopt(sock, IPPROTO_SCTP, SCTP_INITMSG, &init, sizeof(init)) == 0 &&
	       usrsctp_setsockopt(sock, IPPROTO_SCTP, SCTP_EVENT, &event, sizeof(event)) == 0 &&
	       set_int(sock, IPPROTO_SCTP, SCTP_RECVRCVINFO, 1) &&
	       set_int(sock, IPPROTO_SCTP, SCTP_NODELAY, 1) &&
	       set_int(sock, SOL_SOCKET, SO_SNDBUF, USRSCTP_BUFFER) &&
	       set_int(sock, SOL_SOCKET, SO_RCVBUF, USRSCTP_BUFFER);
}

struct socket *
usrsctp_open(sa_family_t family, uint16_t streams)
{
	struct socket *sock;

	usrsctp_init(0, NULL, NULL);
	sock = usrsctp_socket(family, SOCK_SEQPACKET, IPPROTO_SCTP, NULL, NULL, 0, NULL);
	if (sock != NULL && !set_options(sock, streams)) {
		usrsctp_close(sock);
		return NULL;
	}
	return sock;
}

socklen_t
usrsctp_address(const char *text, uint16_t port, struct sockaddr_storage *address)
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

void
usrsctp_stop(void)
{
	for (int tries = 0; usrsctp_finish() != 0 && tries < 50; tries++)
		usleep(100000);
}
