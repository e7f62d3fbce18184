/*
 * What a program on macOS (x86_64, 64 bits) passes to the system calls: constants and structures of Darwin's
 * sys/socket.h, poll.h, sys/event.h, under names that do not clash with those of Linux.
 */
#ifndef BSD_ABI_H
#define BSD_ABI_H

#include <stdint.h>
#include <sys/uio.h> /* struct iovec is the same on both */

enum { BSD_SOCK_STREAM = 1, BSD_SOCK_DGRAM = 2, BSD_SOCK_RAW = 3, BSD_SOCK_SEQPACKET = 5 };
enum { BSD_SHUT_RD = 0, BSD_SHUT_WR = 1, BSD_SHUT_RDWR = 2 };
enum { BSD_SOL_SOCKET = 0xffff };

/* SOL_SOCKET options; those below 0x100000 that are one bit are also the bits of so_options. */
enum {
	BSD_SO_DEBUG = 0x0001,
	BSD_SO_ACCEPTCONN = 0x0002,
	BSD_SO_REUSEADDR = 0x0004,
	BSD_SO_KEEPALIVE = 0x0008,
	BSD_SO_DONTROUTE = 0x0010,
	BSD_SO_BROADCAST = 0x0020,
	BSD_SO_USELOOPBACK = 0x0040,
	BSD_SO_LINGER = 0x0080, /* l_linger in ticks of 10 ms */
	BSD_SO_OOBINLINE = 0x0100,
	BSD_SO_REUSEPORT = 0x0200,
	BSD_SO_TIMESTAMP = 0x0400,
	BSD_SO_TIMESTAMP_MONOTONIC = 0x0800,
	BSD_SO_DONTTRUNC = 0x2000,
	BSD_SO_WANTMORE = 0x4000,
	BSD_SO_WANTOOBFLAG = 0x8000,
	BSD_SO_NOWAKEFROMSLEEP = 0x10000,
	BSD_SO_NOAPNFALLBK = 0x20000,
	BSD_SO_TIMESTAMP_CONTINUOUS = 0x40000,

	BSD_SO_SNDBUF = 0x1001,
	BSD_SO_RCVBUF = 0x1002,
	BSD_SO_SNDLOWAT = 0x1003,
	BSD_SO_RCVLOWAT = 0x1004,
	BSD_SO_SNDTIMEO = 0x1005,
	BSD_SO_RCVTIMEO = 0x1006,
	BSD_SO_ERROR = 0x1007,
	BSD_SO_TYPE = 0x1008,
	BSD_SO_LABEL = 0x1010,
	BSD_SO_PEERLABEL = 0x1011,
	BSD_SO_NREAD = 0x1020,
	BSD_SO_NKE = 0x1021,
	BSD_SO_NOSIGPIPE = 0x1022,
	BSD_SO_NOADDRERR = 0x1023,
	BSD_SO_NWRITE = 0x1024,
	BSD_SO_REUSESHAREUID = 0x1025,
	BSD_SO_NOTIFYCONFLICT = 0x1026,
	BSD_SO_UPCALLCLOSEWAIT = 0x1027,
	BSD_SO_LINGER_SEC = 0x1080, /* l_linger in seconds: what SO_LINGER is to POSIX programs on macOS */
	BSD_SO_RESTRICTIONS = 0x1081,
	BSD_SO_RANDOMPORT = 0x1082,
	BSD_SO_NP_EXTENSIONS = 0x1083,
	BSD_SO_TRAFFIC_CLASS = 0x1086,
	BSD_SO_RECV_TRAFFIC_CLASS = 0x1087,
	BSD_SO_PRIVILEGED_TRAFFIC_CLASS = 0x1090,
	BSD_SO_DEFUNCTIT = 0x1091,
	BSD_SO_DEFUNCTOK = 0x1100,
	BSD_SO_ISDEFUNCT = 0x1101,
	BSD_SO_FLUSH = 0x1103,
	BSD_SO_NUMRCVPKT = 0x1112,
	BSD_SO_NET_SERVICE_TYPE = 0x1116,
};

enum {
	BSD_MSG_OOB = 0x1,
	BSD_MSG_PEEK = 0x2,
	BSD_MSG_DONTROUTE = 0x4,
	BSD_MSG_EOR = 0x8,
	BSD_MSG_TRUNC = 0x10,
	BSD_MSG_CTRUNC = 0x20,
	BSD_MSG_WAITALL = 0x40,
	BSD_MSG_DONTWAIT = 0x80,
	BSD_MSG_EOF = 0x100,
	BSD_MSG_SKIPCFIL = 0x40000,
	BSD_MSG_NOSIGNAL = 0x80000,     /* in */
	BSD_MSG_NOTIFICATION = 0x80000, /* out, of our netinet/sctp.h: shares its bit with MSG_NOSIGNAL */
};

enum {
	BSD_O_NONBLOCK = 0x4,
	BSD_O_ASYNC = 0x40,
	BSD_F_DUPFD = 0,
	BSD_F_GETFD = 1,
	BSD_F_SETFD = 2,
	BSD_F_GETFL = 3,
	BSD_F_SETFL = 4,
	BSD_F_DUPFD_CLOEXEC = 67,
};

enum {
	BSD_FIONREAD = 0x4004667f,
	BSD_FIONBIO = (int)0x8004667e,
	BSD_FIOASYNC = (int)0x8004667d,
	BSD_SIOCSPGRP = (int)0x80047308,
	BSD_SIOCGPGRP = 0x40047309,
	BSD_SIOCATMARK = 0x40047307,
};

struct bsd_linger {
	int l_onoff;
	int l_linger;
};

struct bsd_timeval {
	int64_t tv_sec;
	int32_t tv_usec; /* four bytes of nothing follow */
};

struct bsd_msghdr {
	void *msg_name;
	uint32_t msg_namelen;
	struct iovec *msg_iov;
	int msg_iovlen;
	void *msg_control;
	uint32_t msg_controllen;
	int msg_flags;
};
_Static_assert(sizeof(struct bsd_msghdr) == 48, "struct msghdr");

/* Data follows at once; the next header at a multiple of 4. */
struct bsd_cmsghdr {
	uint32_t cmsg_len;
	int cmsg_level;
	int cmsg_type;
};
_Static_assert(sizeof(struct bsd_cmsghdr) == 12, "struct cmsghdr");

#define BSD_CMSG_ALIGN(length) (((length) + 3u) & ~3u)
#define BSD_CMSG_LEN(length) ((uint32_t)sizeof(struct bsd_cmsghdr) + (uint32_t)(length))
#define BSD_CMSG_SPACE(length) BSD_CMSG_ALIGN(BSD_CMSG_LEN(length))
#define BSD_CMSG_DATA(header) ((unsigned char *)((header) + 1))

enum {
	BSD_POLLIN = 0x1,
	BSD_POLLPRI = 0x2,
	BSD_POLLOUT = 0x4,
	BSD_POLLERR = 0x8,
	BSD_POLLHUP = 0x10,
	BSD_POLLNVAL = 0x20,
	BSD_POLLRDNORM = 0x40,
	BSD_POLLWRNORM = 0x4, /* the same bit as POLLOUT */
	BSD_POLLRDBAND = 0x80,
	BSD_POLLWRBAND = 0x100,
};

struct bsd_pollfd {
	int fd;
	int16_t events;
	int16_t revents;
};

enum { BSD_FD_SETSIZE = 1024 };

struct bsd_fd_set {
	uint32_t fds_bits[BSD_FD_SETSIZE / 32];
};

enum { BSD_EVFILT_READ = -1, BSD_EVFILT_WRITE = -2 };
enum {
	BSD_EV_ADD = 0x1,
	BSD_EV_DELETE = 0x2,
	BSD_EV_ENABLE = 0x4,
	BSD_EV_DISABLE = 0x8,
	BSD_EV_ONESHOT = 0x10,
	BSD_EV_CLEAR = 0x20,
	BSD_EV_RECEIPT = 0x40,
	BSD_EV_DISPATCH = 0x80,
	BSD_EV_ERROR = 0x4000,
	BSD_EV_EOF = 0x8000,
};
enum { BSD_NOTE_LOWAT = 0x1, BSD_NOTE_OOB = 0x2 };

struct bsd_kevent {
	uint64_t ident;
	int16_t filter;
	uint16_t flags;
	uint32_t fflags;
	int64_t data;
	void *udata;
};
_Static_assert(sizeof(struct bsd_kevent) == 32, "struct kevent");

#endif
