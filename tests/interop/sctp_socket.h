/* What the programs on sockets share: exchange.c and echo.c. */
#ifndef SCTP_SOCKET_H
#define SCTP_SOCKET_H

#include <stdbool.h>
#include <stdint.h>
#include <netinet/sctp.h>

/* AF_INET or AF_INET6 address and its length; 0: neither. text NULL: any IPv4 address. */
socklen_t sctp_socket_address(const char *text, uint16_t port, struct sockaddr_storage *address);

/* A socket that asks for that many streams, reports associations and gives struct sctp_rcvinfo. -1, with a
 * message. */
int sctp_socket_open(sa_family_t family, int type, uint16_t streams);

/* Binds the addresses, NULL after the last; none and a port: any IPv4 address; none without: nothing.
 * fast_timers: time-outs of 0.1 to 0.4 s and, where the option is there, a HEARTBEAT every 0.3 s. False with
 * errno and a message. */
bool sctp_socket_set_up(int sd, const char *const *addresses, uint16_t port, bool fast_timers);

/* What a program ends with that could not, with errno as sctp_socket_set_up left it. */
int sctp_socket_set_up_failure(void);

/* A HEARTBEAT every 0.3 s, for tests that break paths. False with errno. */
bool sctp_socket_fast_heartbeats(int sd);

/* Reports and rcvinfo, for a socket that accept gave. False, with a message. */
bool sctp_socket_reports(int sd);

/* One recvmsg. */
struct sctp_socket_piece {
	ssize_t size;             /* 0: end of file; -1 with errno */
	struct sctp_rcvinfo info; /* unless it is a notification */
	bool notification, end;
};
struct sctp_socket_piece sctp_socket_receive(int sd, void *bytes, size_t size);

/* The sac_state in a notification, with the association's id and streams; 0: it is another one. */
struct sctp_socket_change {
	uint16_t state;
	sctp_assoc_t assoc_id;
	uint16_t streams;
};
struct sctp_socket_change sctp_socket_change(const void *notification, ssize_t size);

#endif
