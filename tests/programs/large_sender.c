/*
 * Sends one message of many bytes, and ends the association after it.
 * usage: large_sender ADDRESS PORT BYTES
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

	memset(&server, 0, sizeof(server));
	server.sin_family = AF_INET;
	if (argc != 4 || inet_pton(AF_INET, argv[1], &server.sin_addr) != 1)
		errx(2, "usage: large_sender ADDRESS PORT BYTES");
	server.sin_port = htons((uint16_t)atoi(argv[2]));
	size_t size = strtoul(argv[3], NULL, 10);
	char *text = malloc(size);
	if (text == NULL)
		err(1, "malloc");
	for (size_t i = 0; i < size; i++)
		text[i] = (char)('a' + i % 26);

	int fd = socket(AF_INET, SOCK_SEQPACKET, IPPROTO_SCTP);
	if (fd < 0)
		err(1, "socket");
	ssize_t sent =
	    sctp_sendmsg(fd, text, size, (struct sockaddr *)&server, sizeof(server), 0, SCTP_EOF, 0, 0, 0);
	if (sent < 0)
		err(1, "sctp_sendmsg");
	printf("%zd bytes sent\n", sent);
	free(text);
	close(fd);
	return 0;
}
