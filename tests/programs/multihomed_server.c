/*
 * A server bound with sctp_bindx to the addresses named and no others; of each client it prints the
 * addresses. usage: multihomed_server PORT ADDRESS...
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

/* The lists of sctp_getladdrs and sctp_getpaddrs have no gaps: each address is as long as its family says. */
static void
print_addresses(const char *whose, const struct sockaddr *list, int count)
{
	const char *next = (const char *)list;
	char text[INET6_ADDRSTRLEN];

	for (int i = 0; i < count; i++) {
		struct sockaddr_in address;

		memcpy(&address, next, sizeof(address));
		next += sctp_getaddrlen(address.sin_family);
		if (address.sin_family == AF_INET)
			printf("%s: %s\n", whose, inet_ntop(AF_INET, &address.sin_addr, text, sizeof(text)));
	}
	fflush(stdout);
}

int
main(int argc, char **argv)
{
	struct sockaddr_in own[MOST];
	struct sockaddr *list;
	char text[256];
	ssize_t size;

	if (argc < 3 || argc - 2 > MOST)
		errx(2, "usage: multihomed_server PORT ADDRESS...");
	memset(own, 0, sizeof(own));
	for (int i = 2; i < argc; i++) {
		own[i - 2].sin_family = AF_INET;
		own[i - 2].sin_port = htons((uint16_t)atoi(argv[1]));
		if (inet_pton(AF_INET, argv[i], &own[i - 2].sin_addr) != 1)
			errx(2, "not an address: %s", argv[i]);
	}
	int listener = socket(AF_INET, SOCK_STREAM, IPPROTO_SCTP);
	if (listener < 0)
		err(1, "socket");
	if (sctp_bindx(listener, (struct sockaddr *)own, argc - 2, SCTP_BINDX_ADD_ADDR) < 0)
		err(1, "sctp_bindx");
	int count = sctp_getladdrs(listener, 0, &list);
	if (count < 0)
		err(1, "sctp_getladdrs");
	print_addresses("own", list, count);
	sctp_freeladdrs(list);
	if (listen(listener, 16) < 0)
		err(1, "listen");
	printf("listening\n");
	fflush(stdout);

	for (;;) {
		int fd = accept(listener, NULL, NULL);
		if (fd < 0)
			err(1, "accept");
		count = sctp_getpaddrs(fd, 0, &list);
		if (count < 0)
			err(1, "sctp_getpaddrs");
		print_addresses("peer", list, count);
		sctp_freepaddrs(list);
		while ((size = recv(fd, text, sizeof(text), 0)) > 0)
			if (send(fd, text, (size_t)size, 0) != size)
				err(1, "send");
		close(fd);
	}
}
