/*
 * Programs of the tests on the built kext: plain Linux programs, each in a process of its own, which is the
 * test program started again with the preload library. SCTP_TEST_KEXT and SCTP_TEST_BUILD name the kext and
 * the folder of the libraries.
 *
 * A file that includes this defines the programs with PROGRAMS and runs them with run_program or run_pair.
 */
#ifndef PROGRAM_H
#define PROGRAM_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"

enum { PROGRAM_SKIPPED = 77 };

/* In a program: what it is to show is not there. */
#define SKIP_PROGRAM(...)                                                                                    \
	do {                                                                                                 \
		fprintf(stderr, "skipped: " __VA_ARGS__);                                                    \
		exit(PROGRAM_SKIPPED);                                                                       \
	} while (0)

/* In a program: what is not as it should be ends it. */
#define NEED(condition)                                                                                      \
	do {                                                                                                 \
		if (!(condition)) {                                                                          \
			fprintf(stderr, "line %d: %s (errno %d)\n", __LINE__, #condition, errno);            \
			exit(1);                                                                             \
		}                                                                                            \
	} while (0)

struct program {
	const char *name;
	void (*run)(void);
};

/* The process that is to be a program never comes to main. */
#define PROGRAMS(...)                                                                                        \
	static const struct program programs[] = {__VA_ARGS__};                                              \
	__attribute__((constructor)) static void be_a_program(void)                                          \
	{                                                                                                    \
		const char *wanted = getenv("SCTP_TEST_PROGRAM");                                            \
		for (size_t i = 0; wanted && i < sizeof(programs) / sizeof(programs[0]); i++) {              \
			if (strcmp(programs[i].name, wanted))                                                \
				continue;                                                                    \
			programs[i].run();                                                                   \
			exit(0);                                                                             \
		}                                                                                            \
	}

struct running {
	pid_t process;
	int output;
};

static inline struct running
start_program(const char *name, const char *link, const char *address)
{
	const char *kext = getenv("SCTP_TEST_KEXT"), *build = getenv("SCTP_TEST_BUILD");
	char library[512];
	int output[2];
	if (!kext || !*kext || !build)
		SKIP("no KEXT= given");
	EXPECT_EQ(pipe(output), 0);
	pid_t child = fork();
	if (child == 0) {
		snprintf(library, sizeof(library), "%s/libsctphost_preload.so", build);
		setenv("SCTP_TEST_PROGRAM", name, 1);
		setenv("SCTP_KEXT", kext, 1);
		setenv("LD_PRELOAD", library, 1);
		setenv("SCTP_HOST_LINK", link, 1);
		if (address)
			setenv("SCTP_HOST_ADDRESS", address, 1);
		dup2(output[1], 2);
		close(output[0]);
		close(output[1]);
		execl("/proc/self/exe", name, (char *)NULL);
		_exit(127);
	}
	close(output[1]);
	return (struct running){child, output[0]};
}

/* It ends well, and the kext stops with nothing left behind. NULL, or why the program skipped. */
static inline const char *
end_program(struct running running, char *text, size_t size)
{
	int status;
	size_t used = 0;
	for (ssize_t now; used < size - 1; used += (size_t)now) {
		now = read(running.output, text + used, size - 1 - used);
		if (now <= 0)
			break;
	}
	text[used] = 0;
	close(running.output);
	EXPECT_EQ(waitpid(running.process, &status, 0), running.process);
	if (WIFEXITED(status) && WEXITSTATUS(status) == PROGRAM_SKIPPED) {
		char *why = strstr(text, "skipped: ");
		EXPECT(why);
		why[strcspn(why, "\n")] = 0;
		return why + strlen("skipped: ");
	}
	if (status != 0)
		FAIL("status 0x%x: %s", (unsigned)status, text);
	if (strstr(text, "behind"))
		FAIL("%s", text);
	EXPECT_SAYS(text, "stopped");
	return NULL;
}

static inline void
run_program(const char *name)
{
	static char text[65536];
	const char *skipped = end_program(start_program(name, "memory", NULL), text, sizeof(text));
	if (skipped)
		SKIP("%s", skipped);
}

#endif
