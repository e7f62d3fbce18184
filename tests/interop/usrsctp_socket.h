/* What both usrsctp programs do to get a socket: Debian's libusrsctp over raw IP, which is for root. */
#ifndef USRSCTP_SOCKET_H
#define USRSCTP_SOCKET_H

#include <stdbool.h>
#include <stdint.h>
#include <usrsctp.h>

/* Bytes of each socket buffer: far more than a client keeps under way, so that no echo waits for room. */
#define USRSCTP_BUFFER (4 * 1024 * 1024)

/*
 * Starts usrsctp and opens a one-to-many socket that reports associations and gives SCTP_RECVV_RCVINFO.
 * NULL with errno.
 */
struct socket *usrsctp_open(sa_family_t family, uint16_t streams);

/* AF_INET or AF_INET6 address and its length; 0: neither. text NULL: any IPv4 address. */
socklen_t usrsctp_address(const char *text, uint16_t port, struct sockaddr_storage *address);

/* Waits until usrsctp has nothing left to do. */
void usrsctp_stop(void);

#endif
