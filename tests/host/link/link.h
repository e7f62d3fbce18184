/* A link: how packets leave the host and come in. One is open at a time. */
#ifndef LINK_H
#define LINK_H

#include "net.h"

struct link {
	const char *name;
	/* Adds the interfaces and addresses and starts to receive. argument: what stands behind "name:", or
	 * "". */
	int (*open)(const char *argument, char *error, size_t size);
	void (*close)(void);
	/* One whole packet with final checksums, no longer than the interface's MTU. Darwin errno. */
	int (*send)(const struct address *destination, const void *packet, size_t length);
	/* How the machine itself would route; NULL: by the addresses of the interfaces. False: no route. */
	bool (*route)(const struct address *destination, struct route *out);
	/* Packets to this host's own addresses leave and come back by the link. */
	bool carries_local;
};

extern const struct link link_raw, link_udp, link_memory, link_unix;

/* By SCTP_HOST_LINK. 0, or -1 with a sentence. */
int link_open(char *error, size_t size);
void link_close(void);
/* Has the kernel see what has arrived: a system call must know of every packet that came before it. */
void link_take_in(void);
/* NULL if none is open. */
const struct link *link_current(void);

/* Addresses of SCTP_HOST_ADDRESS, or fallback, onto interface. -1 with a sentence if the list is wrong. */
int link_add_addresses(struct ifnet *interface, const char *fallback, char *error, size_t size);
/* SCTP_HOST_MTU, or fallback. */
unsigned link_mtu(unsigned fallback);
/* The Darwin number of a Linux errno of the network. */
int link_errno(int linux_errno);

/* receiver.c: a thread that waits on descriptors and calls ready for each one that can be read. */
enum { RECEIVER_MAX = 64 };
typedef void (*receiver_ready)(int fd);
int receiver_start(const int *fds, unsigned count, receiver_ready ready);
/* Calls ready for what has arrived already, in the caller's thread. False: the link has no receiver. */
bool receiver_take_in(void);
/* Returns after the last ready has returned; closes nothing. */
void receiver_stop(void);

#endif
