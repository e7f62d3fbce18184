/*
 * sctp_connectx: a client that knows several addresses of its server. Any one of them that answers will do.
 * usage: multihomed_client PORT ADDRESS...
 */
#include <arpa/inet.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <netinet/sctp.h>

enum { MOST = 8 };

int
main(int argc, char **argv)
{
	struct sockaddr_in server[MOST];
	struct sockaddr *list;
	char answer[256];

	if (argc < 3 || argc - 2 > MOST)
		errx(2, "usage: multihomed_client PORT ADDRESS...");
	memset(server, 0, sizeof(server));
	for (int i = 2; i < argc; i++) {
		server[i - 2].sin_family = AF_INET;
		server[i - 2].sin_port = htons((uint16_t)atoi(argv[1]));
		if (inet_pton(AF_INET, argv[i], &server[i - 2].sin_addr) != 1)
			errx(2, "not an address: %s", argv[i]);
	}
	int fd = socket(AF_INET, SOCK_STREAM, IPPROTO_SCTP);
	if (fd < 0)
		err(1, "socket");
	if (sctp_connectx(fd, (struct sockaddr *)server, argc - 2, NULL) < 0)
		err(1, "sctp_connectx");
	int count = sctp_getpaddrs(fd, 0, &list);
	if (count < 0)
		err(1, "sctp_getpaddrs");
	sctp_freepaddrs(list);
	printf("the server has %d addresses\n", count);
	if (send(fd, "hello", 5, 0) != 5)
		err(1, "send");
	ssize_t size = recv(fd, answer, sizeof(answer), 0);
	if (size < 0)
		err(1, "recv");
	printf("%.*s\n", (int)size, answer);
	close(fd);
	return 0;
}
