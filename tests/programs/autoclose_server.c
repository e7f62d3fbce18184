/*
 * SCTP_AUTOCLOSE: associations of a one-to-many socket that were idle for one second are shut down by the
 * stack. usage: autoclose_server PORT
 */
#include <arpa/inet.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <netinet/sctp.h>

int
main(int argc, char **argv)
{
	struct sctp_event event;
	struct sockaddr_in address;
	int seconds = 1;
	union {
		struct sctp_assoc_change change;
		char bytes[1024];
	} seen;

	if (argc != 2)
		errx(2, "usage: autoclose_server PORT");
	int fd = socket(AF_INET, SOCK_SEQPACKET, IPPROTO_SCTP);
	if (fd < 0)
		err(1, "socket");
	memset(&address, 0, sizeof(address));
	address.sin_family = AF_INET;
	address.sin_port = htons((uint16_t)atoi(argv[1]));
	address.sin_addr.s_addr = htonl(INADDR_ANY);
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		err(1, "bind");
	if (setsockopt(fd, IPPROTO_SCTP, SCTP_AUTOCLOSE, &seconds, sizeof(seconds)) < 0)
		err(1, "SCTP_AUTOCLOSE");
	memset(&event, 0, sizeof(event));
	event.se_assoc_id = SCTP_FUTURE_ASSOC;
	event.se_type = SCTP_ASSOC_CHANGE;
	event.se_on = 1;
	if (setsockopt(fd, IPPROTO_SCTP, SCTP_EVENT, &event, sizeof(event)) < 0)
		err(1, "SCTP_EVENT");
	if (listen(fd, 16) < 0)
		err(1, "listen");
	printf("listening\n");
	fflush(stdout);

	for (;;) {
		struct iovec piece = {&seen, sizeof(seen)};
		struct msghdr message;

		memset(&message, 0, sizeof(message));
		message.msg_iov = &piece;
		message.msg_iovlen = 1;
		ssize_t size = recvmsg(fd, &message, 0);
		if (size < 0)
			err(1, "recvmsg");
		if (!(message.msg_flags & MSG_NOTIFICATION))
			printf("message: %.*s\n", (int)size, seen.bytes);
		else if (seen.change.sac_state == SCTP_COMM_UP)
			printf("an association has come up\n");
		else if (seen.change.sac_state == SCTP_SHUTDOWN_COMP)
			printf("it was idle and has been shut down\n");
		else
			printf("it has ended badly\n");
		fflush(stdout);
	}
}
