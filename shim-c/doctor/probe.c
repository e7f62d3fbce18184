/*
 * What sctp-doctor and the boot script cannot find out from a shell: whether sockets of protocol 132 can be
 * made, and whether an association over the loopback interface carries data.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <netinet/sctp.h>

enum {
	WORKS = 0,
	FAILS = 1,
	WRONG_USAGE = 2,
};

/* Nothing on the loopback interface takes as long; the default action of SIGALRM ends the program. */
#define SECONDS_AT_MOST 20

static int
fails(const char *call)
{
	fprintf(stderr, "%s: %s\n", call, strerror(errno));
	return FAILS;
}

/* All four kinds of sockets that the extension offers. */
static int
probe_socket(void)
{
	static const struct {
		int family, type;
		const char *name;
	} kinds[] = {
	    {AF_INET, SOCK_SEQPACKET, "socket(AF_INET, SOCK_SEQPACKET)"},
	    {AF_INET, SOCK_STREAM, "socket(AF_INET, SOCK_STREAM)"},
	    {AF_INET6, SOCK_SEQPACKET, "socket(AF_INET6, SOCK_SEQPACKET)"},
	    {AF_INET6, SOCK_STREAM, "socket(AF_INET6, SOCK_STREAM)"},
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		int descriptor = socket(kinds[i].family, kinds[i].type, IPPROTO_SCTP);

		if (descriptor < 0)
			return fails(kinds[i].name);
		(void)close(descriptor);
	}
	return WORKS;
}

/* Sends one message and expects it at the other end. */
static int
carry(int from, int to, const char *text)
{
	char received[16] = {0};
	ssize_t length = (ssize_t)strlen(text);
	ssize_t got;

	if (send(from, text, (size_t)length, 0) != length)
		return fails("send");
	got = recv(to, received, sizeof(received), 0);
	if (got < 0)
		return fails("recv");
	if (got != length || memcmp(received, text, (size_t)length) != 0) {
		fprintf(stderr, "recv: %zd bytes that are not those sent\n", got);
		return FAILS;
	}
	return WORKS;
}

/* A listener on a port that the kernel chose; -1: it was said why not. */
static int
listener(struct sockaddr_in *address)
{
	socklen_t length = sizeof(*address);
	int descriptor = socket(AF_INET, SOCK_STREAM, IPPROTO_SCTP);

	memset(address, 0, sizeof(*address));
#ifdef __APPLE__
	address->sin_len = sizeof(*address);
#endif
	address->sin_family = AF_INET;
	address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (descriptor < 0)
		(void)fails("socket");
	else if (bind(descriptor, (struct sockaddr *)address, length) != 0)
		(void)fails("bind");
	else if (listen(descriptor, 1) != 0)
		(void)fails("listen");
	else if (getsockname(descriptor, (struct sockaddr *)address, &length) != 0)
		(void)fails("getsockname");
	else
		return descriptor;
	return -1;
}

/* The descriptors are left to the end of the program. */
static int
probe_loopback(void)
{
	struct sockaddr_in address;
	int server = listener(&address);
	int client, accepted;

	if (server < 0)
		return FAILS;
	client = socket(AF_INET, SOCK_STREAM, IPPROTO_SCTP);
	if (client < 0)
		return fails("socket");
	if (connect(client, (struct sockaddr *)&address, sizeof(address)) != 0)
		return fails("connect");
	accepted = accept(server, NULL, NULL);
	if (accepted < 0)
		return fails("accept");
	if (carry(client, accepted, "ping") != WORKS || carry(accepted, client, "pong") != WORKS)
		return FAILS;
	(void)close(client);
	(void)close(accepted);
	(void)close(server);
	return WORKS;
}

int
main(int argc, char **argv)
{
	(void)alarm(SECONDS_AT_MOST);
	if (argc == 2 && strcmp(argv[1], "socket") == 0)
		return probe_socket();
	if (argc == 2 && strcmp(argv[1], "loopback") == 0)
		return probe_loopback();
	fprintf(stderr, "usage: probe socket | loopback\n");
	return WRONG_USAGE;
}
