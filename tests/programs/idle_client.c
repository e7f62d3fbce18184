/*
 * Says one word, then nothing, until the server ends the association.
 * usage: idle_client ADDRESS PORT
 */
#include <arpa/inet.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <netinet/sctp.h>

int
main(int argc, char **argv)
{
	struct sockaddr_in server;
	char byte;

	memset(&server, 0, sizeof(server));
	server.sin_family = AF_INET;
	if (argc != 3 || inet_pton(AF_INET, argv[1], &server.sin_addr) != 1)
		errx(2, "usage: idle_client ADDRESS PORT");
	server.sin_port = htons((uint16_t)atoi(argv[2]));
	int fd = socket(AF_INET, SOCK_STREAM, IPPROTO_SCTP);
	if (fd < 0)
		err(1, "socket");
	if (connect(fd, (struct sockaddr *)&server, sizeof(server)) < 0)
		err(1, "connect");
	if (send(fd, "hello", 5, 0) != 5)
		err(1, "send");
	ssize_t size = recv(fd, &byte, 1, 0);
	if (size < 0)
		err(1, "recv");
	if (size > 0)
		errx(1, "a message nobody expected");
	printf("the server has ended the association\n");
	close(fd);
	return 0;
}
