/*
 * Programs of the tests on the built kext: plain Linux programs, each in a process of its own, which is the
 * test program started again with the preload library. SCTP_TEST_KEXT and SCTP_TEST_BUILD name the kext and
 * the folder of the libraries.
 *
 * A file that includes this defines the programs with PROGRAMS and runs them with run_program or run_pair.
 */
#ifndef PROGRAM_H
#define PROGRAM_H

#include <dlfcn.h>
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

/* A child whose standard error, and standard output if both, is what the caller reads: 0 in it. */
static inline pid_t
fork_with_output(struct running *running, bool both)
{
	int output[2];
	EXPECT_EQ(pipe(output), 0);
	pid_t child = fork();
	EXPECT(child >= 0);
	if (child == 0) {
		dup2(output[1], 2);
		if (both)
			dup2(output[1], 1);
		close(output[0]);
		close(output[1]);
		return 0;
	}
	close(output[1]);
	*running = (struct running){child, output[0]};
	return child;
}

/* The built kext and libraries, without which there is no such test. */
static inline void
need_build(void)
{
	const char *kext = getenv("SCTP_TEST_KEXT"), *build = getenv("SCTP_TEST_BUILD");
	if (!kext || !*kext || !build)
		SKIP("no KEXT= given");
}

/* The library that must come first in a process, with what separates it from the next; "" if there is none.
 */
static inline const char *
sanitizer_library(void)
{
#ifdef __SANITIZE_ADDRESS__
	static char path[512];
	Dl_info found;
	if (dladdr(dlsym(RTLD_DEFAULT, "__asan_init"), &found) && found.dli_fname) {
		snprintf(path, sizeof(path), "%s:", found.dli_fname);
		return path;
	}
#endif
	return "";
}

/* In a child: becomes the program. */
static inline void
become_program(const char *name)
{
	char libraries[1024];
	snprintf(libraries, sizeof(libraries), "%s%s/libsctphost_preload.so", sanitizer_library(),
		 getenv("SCTP_TEST_BUILD"));
	setenv("SCTP_TEST_PROGRAM", name, 1);
	setenv("LD_PRELOAD", libraries, 1);
	execl("/proc/self/exe", name, (char *)NULL);
	_exit(127);
}

/* With the kernel in the program. */
static inline struct running
start_program(const char *name, const char *link, const char *address)
{
	struct running running;
	need_build();
	if (fork_with_output(&running, false) == 0) {
		setenv("SCTP_KEXT", getenv("SCTP_TEST_KEXT"), 1);
		setenv("SCTP_HOST_LINK", link, 1);
		if (address)
			setenv("SCTP_HOST_ADDRESS", address, 1);
		become_program(name);
	}
	return running;
}

/* Reads what it says until it ends; its status as from wait. */
static inline int
await_program(struct running running, char *text, size_t size)
{
	int status;
	size_t used = strlen(text);
	for (ssize_t now; used < size - 1; used += (size_t)now) {
		now = read(running.output, text + used, size - 1 - used);
		if (now <= 0)
			break;
	}
	text[used] = 0;
	close(running.output);
	EXPECT_EQ(waitpid(running.process, &status, 0), running.process);
	return status;
}

/* Why a program that left with PROGRAM_SKIPPED did so; NULL if it did not. */
static inline const char *
why_skipped(int status, char *text)
{
	if (!WIFEXITED(status) || WEXITSTATUS(status) != PROGRAM_SKIPPED)
		return NULL;
	char *why = strstr(text, "skipped: ");
	EXPECT(why);
	why[strcspn(why, "\n")] = 0;
	return why + strlen("skipped: ");
}

/* It ends well, and the kext stops with nothing left behind. NULL, or why the program skipped. */
static inline const char *
end_program(struct running running, char *text, size_t size)
{
	text[0] = 0;
	int status = await_program(running, text, size);
	const char *skipped = why_skipped(status, text);
	if (skipped)
		return skipped;
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
