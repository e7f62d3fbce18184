#ifndef DARWIN_NETINET_IN_H
#define DARWIN_NETINET_IN_H

#include <sys/socket.h>

typedef uint16_t in_port_t;
typedef uint32_t in_addr_t;

#define IPPROTO_IPV6 41
#define IPPROTO_SCTP 132
#define IPV6_V6ONLY 27
#define INADDR_LOOPBACK 0x7f000001

struct in_addr {
	in_addr_t s_addr;
};

struct in6_addr {
	union {
		uint8_t bytes[16];
		uint16_t shorts[8];
		uint32_t words[4];
	} s6_union;
};
#define s6_addr s6_union.bytes

struct sockaddr_in {
	uint8_t sin_len;
	sa_family_t sin_family;
	in_port_t sin_port;
	struct in_addr sin_addr;
	char sin_zero[8];
};

struct sockaddr_in6 {
	uint8_t sin6_len;
	sa_family_t sin6_family;
	in_port_t sin6_port;
	uint32_t sin6_flowinfo;
	struct in6_addr sin6_addr;
	uint32_t sin6_scope_id;
};

_Static_assert(sizeof(struct sockaddr_in) == 16 && sizeof(struct sockaddr_in6) == 28, "layouts of macOS");

/* All Macs that this is for are little-endian. */
#define htons(value) __builtin_bswap16(value)
#define ntohs(value) __builtin_bswap16(value)
#define htonl(value) __builtin_bswap32(value)
#define ntohl(value) __builtin_bswap32(value)

#endif
