#ifndef BSD_NAMES_H
#define BSD_NAMES_H

#include "socketvar.h"

enum { XNU_ENAMETOOLONG = 63 };

/* A user's sockaddr into storage, sa_len set to length. translate: AF_UNSPEC becomes AF_INET on inet sockets.
 */
int getsockaddr(struct socket *socket, struct xnu_sockaddr_storage *storage, const void *user,
		uint32_t length, bool translate);
/* As much of name as *length allows; *length becomes its full length, 0 for NULL. Both are user memory. */
int copyout_name(struct xnu_sockaddr *name, void *user, uint32_t *length);
/* What a pru_* returned; panics if it is not of the kernel's heap. */
void free_name(struct xnu_sockaddr *name);
int sogetsockname(struct socket *socket, struct xnu_sockaddr **name);
int sogetpeername(struct socket *socket, struct xnu_sockaddr **name);

#endif
