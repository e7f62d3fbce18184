/*
 * A one-to-one client: sends the lines of its input and prints the answers; at the input's end it shuts the
 * association down and waits until the server has done so too.
 * usage: stream_client ADDRESS PORT
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
	char line[1024], answer[1024];
	ssize_t size;
	int on = 1;

	memset(&server, 0, sizeof(server));
	server.sin_family = AF_INET;
	if (argc != 3 || inet_pton(AF_INET, argv[1], &server.sin_addr) != 1)
		errx(2, "usage: stream_client ADDRESS PORT");
	server.sin_port = htons((uint16_t)atoi(argv[2]));

	int fd = socket(AF_INET, SOCK_STREAM, IPPROTO_SCTP);
	if (fd < 0)
		err(1, "socket");
	/* A question should not wait for the next one to fill a packet. */
	if (setsockopt(fd, IPPROTO_SCTP, SCTP_NODELAY, &on, sizeof(on)) < 0)
		err(1, "SCTP_NODELAY");
	if (connect(fd, (struct sockaddr *)&server, sizeof(server)) < 0)
		err(1, "connect");
	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = 0;
		if (send(fd, line, strlen(line), 0) < 0)
			err(1, "send");
		size = recv(fd, answer, sizeof(answer), 0);
		if (size <= 0)
			err(1, "recv");
		printf("%.*s\n", (int)size, answer);
		fflush(stdout);
	}
	if (shutdown(fd, SHUT_WR) < 0)
		err(1, "shutdown");
	size = recv(fd, answer, sizeof(answer), 0);
	if (size != 0)
		err(1, "recv after shutdown");
	printf("the association has ended\n");
	close(fd);
	return 0;
}
