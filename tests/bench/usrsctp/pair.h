/* Two usrsctp endpoints in one process, joined by a queue in memory and driven by one thread: no sockets of
 * the system, no threads. Checksums are computed and verified, in software, as Debian builds the library. */
#ifndef USRSCTP_PAIR_H
#define USRSCTP_PAIR_H

#include <stddef.h>
#include <stdint.h>

struct usrsctp_pair_counts {
	uint64_t packets;
	uint64_t longest; /* bytes of the longest packet, SCTP header included */
};

/* Starts the library; buffer is the size of every send and receive buffer, bytes. Once in a process. */
void usrsctp_pair_start(uint32_t buffer);

/* Opens two one-to-many endpoints with that many associations between them. packet is the length of the
 * longest packet. Returns 0, or -1 when an association does not come up. */
int usrsctp_pair_open(size_t associations, size_t packet, int nodelay);

/* Ends all associations and closes the endpoints. */
void usrsctp_pair_close(void);

/* Sends a message from a side, 0 or 1, over an association. Returns 1, 0 when there is no room, -1 on
 * failure. */
int usrsctp_pair_send(int side, size_t association, const void *bytes, size_t length);

/* Reads the next whole message of a side. Returns its length, 0 when there is none, -1 on failure. */
long usrsctp_pair_receive(int side, void *buffer, size_t capacity);

/* Delivers packets until none is under way, and runs the timers. */
void usrsctp_pair_pump(void);

/* Opens a one-to-one listener for usrsctp_pair_cycle. Returns 0 or -1. */
int usrsctp_pair_listen(size_t packet);

/* Sets an association up, accepts it, shuts it down and closes both sockets. Returns 0 or -1. */
int usrsctp_pair_cycle(void);

void usrsctp_pair_count(struct usrsctp_pair_counts *counts);

#endif
