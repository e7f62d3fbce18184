/*
 * A one-to-many echo server: one socket has all associations, and each message goes back on the stream it
 * came on. usage: echo_server PORT
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
	struct sctp_event_subscribe events;
	struct sockaddr_in address, from;
	char message[8192];

	if (argc != 2)
		errx(2, "usage: echo_server PORT");
	int fd = socket(AF_INET, SOCK_SEQPACKET, IPPROTO_SCTP);
	if (fd < 0)
		err(1, "socket");
	memset(&address, 0, sizeof(address));
	address.sin_family = AF_INET;
	address.sin_port = htons((uint16_t)atoi(argv[1]));
	address.sin_addr.s_addr = htonl(INADDR_ANY);
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		err(1, "bind");

	/* Without this sctp_recvmsg does not say which stream a message came on. */
	memset(&events, 0, sizeof(events));
	events.sctp_data_io_event = 1;
	if (setsockopt(fd, IPPROTO_SCTP, SCTP_EVENTS, &events, sizeof(events)) < 0)
		err(1, "SCTP_EVENTS");
	if (listen(fd, 16) < 0)
		err(1, "listen");
	printf("listening\n");
	fflush(stdout);

	for (;;) {
		struct sctp_sndrcvinfo info;
		socklen_t length = sizeof(from);
		int flags = 0;

		memset(&info, 0, sizeof(info));
		ssize_t size = sctp_recvmsg(fd, message, sizeof(message), (struct sockaddr *)&from, &length,
					    &info, &flags);
		if (size < 0)
			err(1, "sctp_recvmsg");
		printf("stream %u, number %u: %zd bytes\n", info.sinfo_stream, info.sinfo_ssn, size);
		fflush(stdout);
		if (sctp_sendmsg(fd, message, (size_t)size, (struct sockaddr *)&from, length, info.sinfo_ppid,
				 0, info.sinfo_stream, 0, 0) < 0)
			err(1, "sctp_sendmsg");
	}
}
