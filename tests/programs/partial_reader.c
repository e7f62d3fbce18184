/*
 * A message that is larger than the receive buffer comes in parts: MSG_EOR is with the last of them only, and
 * SCTP_PARTIAL_DELIVERY_POINT says from how many bytes on the stack may begin.
 * usage: partial_reader PORT
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
	struct sockaddr_in address;
	struct sctp_sndrcvinfo info;
	int buffer = 64 * 1024;
	uint32_t point = 4096;
	char part[8192];
	size_t length = 0, wrong = 0;
	unsigned int parts = 0;

	if (argc != 2)
		errx(2, "usage: partial_reader PORT");
	int fd = socket(AF_INET, SOCK_SEQPACKET, IPPROTO_SCTP);
	if (fd < 0)
		err(1, "socket");
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof(buffer)) < 0)
		err(1, "SO_RCVBUF");
	if (setsockopt(fd, IPPROTO_SCTP, SCTP_PARTIAL_DELIVERY_POINT, &point, sizeof(point)) < 0)
		err(1, "SCTP_PARTIAL_DELIVERY_POINT");
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
		int flags = 0;
		ssize_t size = sctp_recvmsg(fd, part, sizeof(part), NULL, NULL, &info, &flags);
		if (size < 0)
			err(1, "sctp_recvmsg");
		for (ssize_t i = 0; i < size; i++, length++)
			wrong += part[i] != (char)('a' + length % 26);
		parts++;
		if (!(flags & MSG_EOR))
			continue;
		printf("a message of %zu bytes in %s, %zu of them wrong\n", length,
		       parts > 1 ? "parts" : "one", wrong);
		fflush(stdout);
		length = wrong = parts = 0;
	}
}
