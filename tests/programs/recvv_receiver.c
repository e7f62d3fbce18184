/*
 * sctp_recvv: what a message came with, in a struct sctp_rcvinfo.
 * usage: recvv_receiver PORT
 */
#include <arpa/inet.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <netinet/sctp.h>

int
main(int argc, char **argv)
{
	struct sockaddr_in address, from;
	char head[11], body[256];
	int on = 1;

	if (argc != 2)
		errx(2, "usage: recvv_receiver PORT");
	int fd = socket(AF_INET, SOCK_SEQPACKET, IPPROTO_SCTP);
	if (fd < 0)
		err(1, "socket");
	memset(&address, 0, sizeof(address));
	address.sin_family = AF_INET;
	address.sin_port = htons((uint16_t)atoi(argv[1]));
	address.sin_addr.s_addr = htonl(INADDR_ANY);
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		err(1, "bind");
	if (setsockopt(fd, IPPROTO_SCTP, SCTP_RECVRCVINFO, &on, sizeof(on)) < 0)
		err(1, "SCTP_RECVRCVINFO");
	if (listen(fd, 16) < 0)
		err(1, "listen");
	printf("listening\n");
	fflush(stdout);

	for (;;) {
		struct iovec pieces[2] = {{head, sizeof(head)}, {body, sizeof(body)}};
		struct sctp_rcvinfo info;
		socklen_t info_length = sizeof(info), from_length = sizeof(from);
		unsigned int kind = SCTP_RECVV_NOINFO;
		int flags = 0;

		ssize_t size = sctp_recvv(fd, pieces, 2, (struct sockaddr *)&from, &from_length, &info,
					  &info_length, &kind, &flags);
		if (size < 0)
			err(1, "sctp_recvv");
		if (kind != SCTP_RECVV_RCVINFO)
			errx(1, "sctp_recvv without a struct sctp_rcvinfo");
		size_t first = (size_t)size < sizeof(head) ? (size_t)size : sizeof(head);
		printf("stream %u, protocol %u, %s%s: %.*s%.*s\n", info.rcv_sid, ntohl(info.rcv_ppid),
		       info.rcv_flags & SCTP_UNORDERED ? "unordered" : "ordered",
		       flags & MSG_EOR ? "" : ", cut short", (int)first, head, (int)((size_t)size - first),
		       body);
		fflush(stdout);
	}
}
