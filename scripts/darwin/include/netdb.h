#ifndef DARWIN_NETDB_H
#define DARWIN_NETDB_H

struct servent {
	char *s_name;
	char **s_aliases;
	int s_port;
	char *s_proto;
};

struct servent *getservbyport(int port, const char *protocol);

#endif
