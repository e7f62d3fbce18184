/*
 * sctp_sendv: a message put together from pieces, with its stream, payload protocol identifier and order in a
 * struct sctp_sndinfo.
 * usage: sendv_sender ADDRESS PORT
 */
#include <arpa/inet.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <netinet/sctp.h>

enum { PPID = 46 }; /* Diameter in clear text */

static void
say(int fd, struct sockaddr_in *server, const char *head, const char *body, const struct sctp_sndinfo *how)
{
	struct iovec pieces[2];
	struct sctp_sndinfo info = *how;

	pieces[0].iov_base = (void *)(uintptr_t)head;
	pieces[0].iov_len = strlen(head);
	pieces[1].iov_base = (void *)(uintptr_t)body;
	pieces[1].iov_len = strlen(body);
	ssize_t sent = sctp_sendv(fd, pieces, 2, (struct sockaddr *)server, 1, &info, sizeof(info),
				  SCTP_SENDV_SNDINFO, 0);
	if (sent < 0)
		err(1, "sctp_sendv");
	printf("%zd bytes sent on stream %u\n", sent, info.snd_sid);
}

int
main(int argc, char **argv)
{
	struct sctp_sndinfo how;
	struct sockaddr_in server;

	memset(&server, 0, sizeof(server));
	server.sin_family = AF_INET;
	if (argc != 3 || inet_pton(AF_INET, argv[1], &server.sin_addr) != 1)
		errx(2, "usage: sendv_sender ADDRESS PORT");
	server.sin_port = htons((uint16_t)atoi(argv[2]));
	int fd = socket(AF_INET, SOCK_SEQPACKET, IPPROTO_SCTP);
	if (fd < 0)
		err(1, "socket");

	memset(&how, 0, sizeof(how));
	how.snd_ppid = htonl(PPID);
	how.snd_sid = 2;
	say(fd, &server, "in pieces, ", "in order", &how);
	how.snd_sid = 3;
	how.snd_flags = SCTP_UNORDERED;
	say(fd, &server, "in pieces, ", "in no order", &how);
	how.snd_sid = 2;
	/* The last message, and the end of the association after it. */
	how.snd_flags = SCTP_EOF;
	say(fd, &server, "the ", "last", &how);
	close(fd);
	return 0;
}
