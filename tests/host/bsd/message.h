/* sendmsg and recvmsg below the system calls. */
#ifndef BSD_MESSAGE_H
#define BSD_MESSAGE_H

#include "socketvar.h"

/* message: its fields are user memory, itself is the kernel's. sent: how much. Raises SIGPIPE. */
int sendit(struct socket *socket, const struct bsd_msghdr *message, struct uio *uio, int flags, int *sent);
/* message: msg_flags holds the flags in, and out. received: how much. */
int recvit(struct socket *socket, struct bsd_msghdr *message, struct uio *uio, int *received);
/* write(2) and read(2): no name, no control data, and no flags pointer. */
int soo_write(struct socket *socket, struct uio *uio, int *sent);
int soo_read(struct socket *socket, struct uio *uio, int *received);

#endif
