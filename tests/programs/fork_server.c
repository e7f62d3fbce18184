/*
 * A one-to-one server with a process for each client, as one would write it for TCP: what a client says comes
 * back in capitals. usage: fork_server PORT
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <netinet/sctp.h>

static void
serve(int fd)
{
	char text[1024];
	ssize_t size;

	while ((size = read(fd, text, sizeof(text))) > 0) {
		for (ssize_t i = 0; i < size; i++)
			text[i] = (char)toupper((unsigned char)text[i]);
		if (write(fd, text, (size_t)size) != size)
			err(1, "write");
	}
	if (size < 0)
		err(1, "read");
	printf("a client has left\n");
	fflush(stdout);
}

int
main(int argc, char **argv)
{
	struct sockaddr_in address;
	int on = 1;

	if (argc != 2)
		errx(2, "usage: fork_server PORT");
	/* Nobody waits for the children. */
	signal(SIGCHLD, SIG_IGN);

	int listener = socket(AF_INET, SOCK_STREAM, IPPROTO_SCTP);
	if (listener < 0)
		err(1, "socket");
	if (setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0)
		err(1, "SO_REUSEADDR");
	memset(&address, 0, sizeof(address));
	address.sin_family = AF_INET;
	address.sin_port = htons((uint16_t)atoi(argv[1]));
	address.sin_addr.s_addr = htonl(INADDR_ANY);
	if (bind(listener, (struct sockaddr *)&address, sizeof(address)) < 0)
		err(1, "bind");
	if (listen(listener, 16) < 0)
		err(1, "listen");
	printf("listening\n");
	fflush(stdout);

	for (;;) {
		int fd = accept(listener, NULL, NULL);
		if (fd < 0)
			err(1, "accept");
		pid_t child = fork();
		if (child < 0)
			err(1, "fork");
		if (child == 0) {
			close(listener);
			serve(fd);
			close(fd);
			return 0;
		}
		close(fd);
	}
}
