/*
 * Asks a one-to-many echo server. Each line of the input is a number and a text, sent on the stream of that
 * number; the association is set up by the first of them, and ended by a message without text that carries
 * SCTP_EOF. usage: echo_client ADDRESS PORT
 */
#include <arpa/inet.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <netinet/sctp.h>

enum { STREAMS = 8 };

int
main(int argc, char **argv)
{
	struct sctp_event_subscribe events;
	struct sctp_initmsg init;
	struct sockaddr_in server;
	char line[1024], answer[1024];

	memset(&server, 0, sizeof(server));
	server.sin_family = AF_INET;
	if (argc != 3 || inet_pton(AF_INET, argv[1], &server.sin_addr) != 1)
		errx(2, "usage: echo_client ADDRESS PORT");
	server.sin_port = htons((uint16_t)atoi(argv[2]));

	int fd = socket(AF_INET, SOCK_SEQPACKET, IPPROTO_SCTP);
	if (fd < 0)
		err(1, "socket");
	memset(&init, 0, sizeof(init));
	init.sinit_num_ostreams = STREAMS;
	if (setsockopt(fd, IPPROTO_SCTP, SCTP_INITMSG, &init, sizeof(init)) < 0)
		err(1, "SCTP_INITMSG");
	memset(&events, 0, sizeof(events));
	events.sctp_data_io_event = 1;
	if (setsockopt(fd, IPPROTO_SCTP, SCTP_EVENTS, &events, sizeof(events)) < 0)
		err(1, "SCTP_EVENTS");

	while (fgets(line, sizeof(line), stdin)) {
		struct sctp_sndrcvinfo info;
		char *text;
		unsigned long stream = strtoul(line, &text, 10);
		int flags = 0;

		text += strspn(text, " ");
		text[strcspn(text, "\n")] = 0;
		if (stream >= STREAMS || *text == 0)
			errx(2, "not a stream below %d and a text: %s", STREAMS, line);
		if (sctp_sendmsg(fd, text, strlen(text), (struct sockaddr *)&server, sizeof(server), 0, 0,
				 (uint16_t)stream, 0, 0) < 0)
			err(1, "sctp_sendmsg");
		ssize_t size = sctp_recvmsg(fd, answer, sizeof(answer), NULL, NULL, &info, &flags);
		if (size < 0)
			err(1, "sctp_recvmsg");
		printf("stream %u: %.*s\n", info.sinfo_stream, (int)size, answer);
		fflush(stdout);
	}
	if (sctp_sendmsg(fd, NULL, 0, (struct sockaddr *)&server, sizeof(server), 0, SCTP_EOF, 0, 0, 0) < 0)
		err(1, "sctp_sendmsg with SCTP_EOF");
	close(fd);
	return 0;
}
