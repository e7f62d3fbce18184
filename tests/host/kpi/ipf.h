/* The lists of IP filters, as net/ walks them. */
#ifndef IPF_H
#define IPF_H

#include "kpi.h"

struct ipfilter {
	struct ipf_filter filter;
	bool is_v6;
	bool removed; /* while filters ran: the function pointers are those of nobody */
	struct ipfilter *next;
};

/*
 * Calls the input filters of the family until one does not return 0. What it returned; filters run without a
 * lock, and none is freed meanwhile.
 */
int ipf_run_input(bool is_v6, struct mbuf **packet, int offset, uint8_t protocol);
/* Calls the output filters that stand behind injected_by (NULL: all). */
int ipf_run_output(bool is_v6, const struct ipfilter *injected_by, struct mbuf **packet);
bool ipf_any(bool is_v6);

#endif
