/* Variables of the kernel. */
#include "sctpstat.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __APPLE__
#include <sys/sysctl.h>
#define HAS_SYSCTL true
#else
/* Of the test host's preload library; Linux itself has none. */
__attribute__((weak)) int sysctlbyname(const char *name, void *old_value, size_t *old_length, void *new_value,
				       size_t new_length);
#define HAS_SYSCTL (sysctlbyname != NULL)
#endif

_Noreturn void
fail(const char *what)
{
	fprintf(stderr, "sctpstat: %s: %s\n", what, strerror(errno));
	exit(FAILED);
}

_Noreturn static void
fail_to_read(const char *name)
{
	if (errno != ENOENT)
		fail(name);
	fprintf(stderr,
		"sctpstat: SCTP is not loaded: the kernel has no %s\n"
		"'sudo sctp-doctor' says why, and what to do.\n",
		name);
	exit(FAILED);
}

static int
ask(const char *name, void *value, size_t *length)
{
	if (HAS_SYSCTL)
		return sysctlbyname(name, value, length, NULL, 0);
	errno = ENOENT;
	return -1;
}

void *
read_variable(const char *name, size_t *length)
{
	enum { ATTEMPTS = 20 };

	/* There may be more by the second call than the first one said. */
	for (int i = 0; i < ATTEMPTS; i++) {
		void *value;

		*length = 0;
		if (ask(name, NULL, length) != 0)
			fail_to_read(name);
		value = malloc(*length + 1);
		if (value == NULL)
			fail(name);
		if (ask(name, value, length) == 0) {
			((char *)value)[*length] = '\0';
			return value;
		}
		free(value);
		if (errno != ENOMEM)
			fail_to_read(name);
	}
	fail(name);
}
