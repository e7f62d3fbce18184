#include "real.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static struct real functions;
static pthread_once_t look_up_once = PTHREAD_ONCE_INIT;

static void *
look_up(const char *name)
{
	void *address = dlsym(RTLD_NEXT, name);
	if (!address) {
		fprintf(stderr, "sctphost: libc has no %s\n", name);
		abort();
	}
	return address;
}

static void
look_up_all(void)
{
#define ASSIGN(result, name, parameters) functions.name = (result(*) parameters)look_up(#name);
	REAL_FUNCTIONS(ASSIGN)
#undef ASSIGN
}

const struct real *
real(void)
{
	pthread_once(&look_up_once, look_up_all);
	return &functions;
}
