/* Control data: Linux's headers have 16 bytes and 8-byte alignment, Darwin's 12 and 4. */
#ifndef PRELOAD_CONTROL_H
#define PRELOAD_CONTROL_H

#include <stdint.h>
#include <sys/socket.h>

/* Darwin's form never takes more room. -1 if a header does not fit its buffer. */
int64_t control_to_darwin(const struct msghdr *message, void *out);
/* Sets msg_controllen, and MSG_CTRUNC in msg_flags if the larger form does not fit. */
void control_to_linux(const void *darwin, uint32_t length, struct msghdr *message);

#endif
