/* What host_start, host_stop, the loader and tests need of the families beyond kpi.h. */
#ifndef INTERNAL_H
#define INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* table.c: a name offered with KPI() that is on no list, NULL if there is none. */
const char *host_kpi_unlisted(void);

/* scheduler.c: threads the kext started that have not ended. */
unsigned kext_threads(void);
/* call.c */
void thread_calls_stop(void);
unsigned thread_calls_live(void);

/* libkern.c: text without a newline of its own for every line. */
void console_write(const char *text);
/* panic.c: the loader says where the kext lies, so that addresses in a panic can be named. */
void panic_set_kext(const char *name, const void *base, size_t size);

/* ipf.c: filters that are still attached. */
unsigned ipf_attached(void);
/* sysctl.c: variables that are still registered. */
unsigned sysctl_registered(void);

#endif
