/*
 * A one-to-many socket takes the associations; each is then peeled off into a socket of its own, with a
 * process that echoes. So a server waits for all at one socket, and works for each apart. usage:
 * peeloff_server PORT
 */
#include <arpa/inet.h>
#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <netinet/sctp.h>

static void
work(int fd)
{
	struct sctp_sndrcvinfo info;
	char text[1024];

	for (;;) {
		int flags = 0;
		ssize_t size = sctp_recvmsg(fd, text, sizeof(text), NULL, NULL, &info, &flags);
		if (size < 0)
			err(1, "sctp_recvmsg of the worker");
		if (size == 0)
			break;
		if (flags & MSG_NOTIFICATION)
			continue;
		printf("worker: stream %u: %.*s\n", info.sinfo_stream, (int)size, text);
		fflush(stdout);
		if (sctp_send(fd, text, (size_t)size, &info, 0) < 0)
			err(1, "sctp_send");
	}
	printf("worker: the association has ended\n");
	fflush(stdout);
}

int
main(int argc, char **argv)
{
	struct sctp_event_subscribe events;
	struct sockaddr_in address;
	union {
		struct sctp_assoc_change change;
		char bytes[1024];
	} seen;

	if (argc != 2)
		errx(2, "usage: peeloff_server PORT");
	signal(SIGCHLD, SIG_IGN);
	int fd = socket(AF_INET, SOCK_SEQPACKET, IPPROTO_SCTP);
	if (fd < 0)
		err(1, "socket");
	memset(&address, 0, sizeof(address));
	address.sin_family = AF_INET;
	address.sin_port = htons((uint16_t)atoi(argv[1]));
	address.sin_addr.s_addr = htonl(INADDR_ANY);
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		err(1, "bind");
	memset(&events, 0, sizeof(events));
	events.sctp_data_io_event = 1;
	events.sctp_association_event = 1;
	if (setsockopt(fd, IPPROTO_SCTP, SCTP_EVENTS, &events, sizeof(events)) < 0)
		err(1, "SCTP_EVENTS");
	if (listen(fd, 16) < 0)
		err(1, "listen");
	printf("listening\n");
	fflush(stdout);

	for (;;) {
		int flags = 0;
		ssize_t size = sctp_recvmsg(fd, &seen, sizeof(seen), NULL, NULL, NULL, &flags);
		if (size < 0)
			err(1, "sctp_recvmsg");
		if (!(flags & MSG_NOTIFICATION) || seen.change.sac_type != SCTP_ASSOC_CHANGE ||
		    seen.change.sac_state != SCTP_COMM_UP)
			continue;
		int worker = sctp_peeloff(fd, seen.change.sac_assoc_id);
		if (worker < 0)
			err(1, "sctp_peeloff");
		printf("peeled off\n");
		fflush(stdout);
		pid_t child = fork();
		if (child < 0)
			err(1, "fork");
		if (child == 0) {
			close(fd);
			work(worker);
			close(worker);
			return 0;
		}
		close(worker);
	}
}
