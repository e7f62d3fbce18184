/* sctpstat: what the kernel extension tells by sysctl, as text or JSON. */
#ifndef SCTPSTAT_H
#define SCTPSTAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <netinet/sctp.h>

/* Exit status. */
enum { PRINTED = 0, FAILED = 1, WRONG_USAGE = 2 };

struct wishes {
	bool sockets;  /* those without associations as well */
	bool numbers;  /* ports without names */
	bool paths;    /* the addresses of both ends */
	bool counters; /* those that are zero as well if asked twice */
	bool zeros;
	bool variables;
	bool json;
};

/* The value of a variable below net.sctp, and its length; for the caller to free. Ends the program, with a
 * sentence, if there is none. */
void *read_variable(const char *name, size_t *length);
/* Ends the program with a sentence about errno. */
_Noreturn void fail(const char *what);

/* "192.0.2.1:5000", "[2001:db8::1]:5000"; without the colon and the port if that is 0. */
enum { ADDRESS_ROOM = 96 };
const char *address_text(char text[ADDRESS_ROOM], const union sctp_sockstore *address, uint16_t port,
			 bool numbers);

/* One socket with all that belongs to it, as the list has it: the functions are called in that order. */
struct visitor {
	void (*socket)(void *context, const struct xsctp_inpcb *socket);
	void (*local)(void *context, const struct xsctp_laddr *address);
	void (*association)(void *context, const struct xsctp_tcb *association);
	/* Of the association. */
	void (*path)(void *context, const struct xsctp_raddr *path);
	void (*association_end)(void *context);
	void (*socket_end)(void *context);
};
/* Goes through the list; false if it is broken. */
bool visit(const void *list, size_t length, const struct visitor *visitor, void *context);

const char *state_name(uint32_t state);
const char *path_state_name(const struct xsctp_raddr *path);

void print_associations(const struct wishes *wishes);
void print_associations_json(void);
void print_counters(const struct wishes *wishes);
void print_variables(const struct wishes *wishes);

#endif
