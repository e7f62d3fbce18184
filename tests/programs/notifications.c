/*
 * Prints the notifications of RFC 6458 section 6.1 as they come, and echoes the messages between them.
 * usage: notifications PORT
 */
#include <arpa/inet.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <netinet/sctp.h>

static const char *
state_name(uint16_t state)
{
	switch (state) {
	case SCTP_COMM_UP:
		return "COMM_UP";
	case SCTP_COMM_LOST:
		return "COMM_LOST";
	case SCTP_RESTART:
		return "RESTART";
	case SCTP_SHUTDOWN_COMP:
		return "SHUTDOWN_COMP";
	case SCTP_CANT_STR_ASSOC:
		return "CANT_STR_ASSOC";
	default:
		return "an unknown state";
	}
}

static void
print_notification(const union sctp_notification *seen)
{
	switch (seen->sn_header.sn_type) {
	case SCTP_ASSOC_CHANGE:
		printf("SCTP_ASSOC_CHANGE: %s\n", state_name(seen->sn_assoc_change.sac_state));
		break;
	case SCTP_PEER_ADDR_CHANGE:
		printf("SCTP_PEER_ADDR_CHANGE: %u\n", seen->sn_paddr_change.spc_state);
		break;
	case SCTP_REMOTE_ERROR:
		printf("SCTP_REMOTE_ERROR: cause %u\n", ntohs(seen->sn_remote_error.sre_error));
		break;
	case SCTP_SHUTDOWN_EVENT:
		printf("SCTP_SHUTDOWN_EVENT\n");
		break;
	case SCTP_ADAPTATION_INDICATION:
		printf("SCTP_ADAPTATION_INDICATION: %u\n", seen->sn_adaptation_event.sai_adaptation_ind);
		break;
	case SCTP_PARTIAL_DELIVERY_EVENT:
		printf("SCTP_PARTIAL_DELIVERY_EVENT: %u\n", seen->sn_pdapi_event.pdapi_indication);
		break;
	case SCTP_SEND_FAILED_EVENT:
		printf("SCTP_SEND_FAILED_EVENT: cause %u\n", seen->sn_send_failed_event.ssfe_error);
		break;
	default:
		printf("notification %u\n", seen->sn_header.sn_type);
	}
}

int
main(int argc, char **argv)
{
	static const uint16_t wanted[] = {SCTP_ASSOC_CHANGE,          SCTP_PEER_ADDR_CHANGE,
					  SCTP_REMOTE_ERROR,          SCTP_SHUTDOWN_EVENT,
					  SCTP_ADAPTATION_INDICATION, SCTP_PARTIAL_DELIVERY_EVENT,
					  SCTP_SEND_FAILED_EVENT};
	struct sockaddr_in address, from;
	union {
		union sctp_notification notification;
		char text[8192];
	} seen;

	if (argc != 2)
		errx(2, "usage: notifications PORT");
	int fd = socket(AF_INET, SOCK_SEQPACKET, IPPROTO_SCTP);
	if (fd < 0)
		err(1, "socket");
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		struct sctp_event event;

		memset(&event, 0, sizeof(event));
		event.se_assoc_id = SCTP_FUTURE_ASSOC;
		event.se_type = wanted[i];
		event.se_on = 1;
		if (setsockopt(fd, IPPROTO_SCTP, SCTP_EVENT, &event, sizeof(event)) < 0)
			err(1, "SCTP_EVENT %u", wanted[i]);
	}
	memset(&address, 0, sizeof(address));
	address.sin_family = AF_INET;
	address.sin_port = htons((uint16_t)atoi(argv[1]));
	address.sin_addr.s_addr = htonl(INADDR_ANY);
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		err(1, "bind");
	if (listen(fd, 16) < 0)
		err(1, "listen");
	printf("listening\n");
	fflush(stdout);

	for (;;) {
		socklen_t length = sizeof(from);
		int flags = 0;
		ssize_t size =
		    sctp_recvmsg(fd, &seen, sizeof(seen), (struct sockaddr *)&from, &length, NULL, &flags);
		if (size < 0)
			err(1, "sctp_recvmsg");
		if (flags & MSG_NOTIFICATION) {
			print_notification(&seen.notification);
		} else {
			printf("message: %.*s\n", (int)size, seen.text);
			if (sctp_sendmsg(fd, seen.text, (size_t)size, (struct sockaddr *)&from, length, 0, 0,
					 0, 0, 0) < 0)
				err(1, "sctp_sendmsg");
		}
		fflush(stdout);
	}
}
