/* Sockets on macOS: addresses begin with their length. */
#ifndef DARWIN_SYS_SOCKET_H
#define DARWIN_SYS_SOCKET_H

#include <sys/types.h>
#include <sys/uio.h>

typedef uint32_t socklen_t;
typedef uint8_t sa_family_t;

#define AF_INET 2
#define AF_INET6 30
#define SOCK_STREAM 1
#define SOCK_SEQPACKET 5
#define SOL_SOCKET 0xffff
#define SO_TYPE 0x1008

struct sockaddr {
	uint8_t sa_len;
	sa_family_t sa_family;
	char sa_data[14];
};

struct sockaddr_storage {
	uint8_t ss_len;
	sa_family_t ss_family;
	char ss_padding[6];
	int64_t ss_alignment;
	char ss_rest[112];
};

struct msghdr {
	void *msg_name;
	socklen_t msg_namelen;
	struct iovec *msg_iov;
	int msg_iovlen;
	void *msg_control;
	socklen_t msg_controllen;
	int msg_flags;
};

struct cmsghdr {
	socklen_t cmsg_len;
	int cmsg_level;
	int cmsg_type;
};

_Static_assert(sizeof(struct sockaddr_storage) == 128 && sizeof(struct msghdr) == 48 &&
		   sizeof(struct cmsghdr) == 12,
	       "layouts of macOS");

/* Control data is aligned to 4 bytes. */
#define CMSG_ALIGN(length) (((size_t)(length) + 3) & ~(size_t)3)
#define CMSG_LEN(length) (CMSG_ALIGN(sizeof(struct cmsghdr)) + (length))
#define CMSG_SPACE(length) (CMSG_ALIGN(sizeof(struct cmsghdr)) + CMSG_ALIGN(length))
#define CMSG_DATA(cmsg) ((unsigned char *)(cmsg) + CMSG_ALIGN(sizeof(struct cmsghdr)))
#define CMSG_FIRSTHDR(message)                                                                               \
	((message)->msg_controllen >= sizeof(struct cmsghdr) ? (struct cmsghdr *)(message)->msg_control      \
							     : (struct cmsghdr *)0)
#define CMSG_NXTHDR(message, cmsg) darwin_next_control(message, cmsg)

static inline struct cmsghdr *
darwin_next_control(const struct msghdr *message, const struct cmsghdr *cmsg)
{
	size_t next =
	    (size_t)((const char *)cmsg - (const char *)message->msg_control) + CMSG_ALIGN(cmsg->cmsg_len);

	if (next + sizeof(struct cmsghdr) > message->msg_controllen)
		return (struct cmsghdr *)0;
	return (struct cmsghdr *)(void *)((char *)message->msg_control + next);
}

int socket(int domain, int type, int protocol);
int bind(int descriptor, const struct sockaddr *address, socklen_t length);
int listen(int descriptor, int backlog);
int accept(int descriptor, struct sockaddr *address, socklen_t *length);
int connect(int descriptor, const struct sockaddr *address, socklen_t length);
int getsockname(int descriptor, struct sockaddr *address, socklen_t *length);
int getsockopt(int descriptor, int level, int name, void *value, socklen_t *length);
int setsockopt(int descriptor, int level, int name, const void *value, socklen_t length);
ssize_t send(int descriptor, const void *data, size_t length, int flags);
ssize_t recv(int descriptor, void *data, size_t length, int flags);
ssize_t recvmsg(int descriptor, struct msghdr *message, int flags);
ssize_t sendmsg(int descriptor, const struct msghdr *message, int flags);

#endif
