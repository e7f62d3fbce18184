/* Addresses and descriptors inside the values of SCTP options, and inside notifications. */
#ifndef PRELOAD_PAYLOAD_H
#define PRELOAD_PAYLOAD_H

#include <stddef.h>
#include <sys/uio.h>

/* In place; what is too short to hold the address is left to the kernel to refuse. */
void payload_to_darwin(int name, char *value, size_t length);
void payload_to_linux(int name, char *value, size_t length);

/* A notification just read into parts, in the first length bytes of them. */
void notification_to_linux(const struct iovec *parts, size_t count, size_t length);

#endif
