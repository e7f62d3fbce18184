#ifndef DARWIN_ARPA_INET_H
#define DARWIN_ARPA_INET_H

#include <netinet/in.h>

const char *inet_ntop(int family, const void *address, char *text, socklen_t size);

#endif
