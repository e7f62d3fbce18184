#include "harness.h"

#include <errno.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern const struct test *const __start_test_list[];
extern const struct test *const __stop_test_list[];

enum { STATUS_FAILED = 1, STATUS_SKIPPED = 77 };

static char folder[64];
static int verdict_fd = -1; /* the child's way to say why */

static _Noreturn void
leave(int status, const char *format, va_list arguments)
{
	char text[1024];
	int length = vsnprintf(text, sizeof(text), format, arguments);

	if (length >= (int)sizeof(text))
		length = sizeof(text) - 1;
	if (write(verdict_fd, text, (size_t)length) < 0)
		perror("harness");
	fflush(NULL);
	_exit(status);
}

void
test_failed(const char *file, int line, const char *format, ...)
{
	char with_place[512];
	va_list arguments;
	const char *base = strrchr(file, '/');

	snprintf(with_place, sizeof(with_place), "%s:%d: %s", base != NULL ? base + 1 : file, line, format);
	va_start(arguments, format);
	leave(STATUS_FAILED, with_place, arguments);
}

void
test_skip(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	leave(STATUS_SKIPPED, format, arguments);
}

void
test_expect_equal(const char *file, int line, const char *what, int64_t seen, int64_t wanted)
{
	if (seen != wanted)
		test_failed(file, line, "%s is %lld, not %lld", what, (long long)seen, (long long)wanted);
}

void
test_expect_string(const char *file, int line, const char *what, const char *seen, const char *part)
{
	if (seen == NULL || strstr(seen, part) == NULL)
		test_failed(file, line, "%s says \"%s\", which has no \"%s\"", what,
			    seen != NULL ? seen : "(null)", part);
}

const char *
test_folder(void)
{
	return folder;
}

static int
remove_entry(const char *path, const struct stat *status, int type, struct FTW *walk)
{
	(void)status;
	(void)type;
	(void)walk;
	return remove(path);
}

static void
empty_folder(void)
{
	nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

/* Waits for the child; false if it had to be killed. It leads a process group, so that its children go with
 * it. */
static bool
await(pid_t child, unsigned seconds, int *status)
{
	struct timespec pause = {.tv_nsec = 2000000};
	struct timespec now, end;

	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += seconds;
	for (;;) {
		if (waitpid(child, status, WNOHANG) == child) {
			kill(-child, SIGKILL);
			return true;
		}
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (now.tv_sec > end.tv_sec || (now.tv_sec == end.tv_sec && now.tv_nsec > end.tv_nsec))
			break;
		nanosleep(&pause, NULL);
	}
	/* SIGABRT first: a debugger or core dump then shows where it hung. */
	kill(child, SIGABRT);
	nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
	kill(-child, SIGKILL);
	waitpid(child, status, 0);
	return false;
}

static char *
slurp(int fd)
{
	off_t size = lseek(fd, 0, SEEK_END);
	char *text = calloc(1, (size_t)size + 1);

	if (text == NULL || pread(fd, text, (size_t)size, 0) != size)
		abort();
	return text;
}

static void
print_indented(const char *text)
{
	for (const char *line = text; *line != '\0';) {
		size_t length = strcspn(line, "\n");

		printf("    | %.*s\n", (int)length, line);
		line += length + (line[length] == '\n');
	}
}

static void
run_child(const struct test *test, int output)
{
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(output, 1);
	dup2(output, 2);
	test->run();
	fflush(NULL);
	_exit(0);
}

enum outcome { PASSED, FAILED, SKIPPED };

static enum outcome
judge(const struct test *test, bool in_time, int status, const char *output, const char *said)
{
	bool aborted = WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;

	if (!in_time) {
		printf("FAILED %s: not done after %u seconds\n", test->name, test->seconds);
	} else if (WIFEXITED(status) && WEXITSTATUS(status) == STATUS_SKIPPED) {
		printf("skipped: %s: %s\n", test->name, said);
		return SKIPPED;
	} else if (*said != '\0') {
		printf("FAILED %s: %s\n", test->name, said);
	} else if (test->panics != NULL) {
		const char *panic = strstr(output, "panic: ");

		if (aborted && panic != NULL && strstr(panic, test->panics) != NULL) {
			printf("ok %s\n", test->name);
			return PASSED;
		}
		printf("FAILED %s: no panic that says \"%s\"\n", test->name, test->panics);
	} else if (WIFSIGNALED(status)) {
		printf("FAILED %s: signal %d (%s)\n", test->name, WTERMSIG(status),
		       strsignal(WTERMSIG(status)));
	} else if (WEXITSTATUS(status) != 0) {
		printf("FAILED %s: left with status %d\n", test->name, WEXITSTATUS(status));
	} else {
		printf("ok %s\n", test->name);
		return PASSED;
	}
	return FAILED;
}

static enum outcome
run(const struct test *test)
{
	int output = memfd_create("output", MFD_CLOEXEC);
	int verdict = memfd_create("verdict", MFD_CLOEXEC);
	int status = 0;
	pid_t child;

	if (output < 0 || verdict < 0) {
		perror("memfd_create");
		exit(2);
	}
	verdict_fd = verdict;
	fflush(NULL);
	child = fork();
	if (child < 0) {
		perror("fork");
		exit(2);
	}
	if (child == 0)
		run_child(test, output);

	bool in_time = await(child, test->seconds, &status);
	char *printed = slurp(output);
	char *said = slurp(verdict);
	enum outcome outcome = judge(test, in_time, status, printed, said);

	if (outcome == FAILED)
		print_indented(printed);
	free(printed);
	free(said);
	close(output);
	close(verdict);
	return outcome;
}

static bool
is_wanted(const struct test *test, char **names)
{
	if (*names == NULL)
		return true;
	for (; *names != NULL; names++)
		if (strstr(test->name, *names) != NULL)
			return true;
	return false;
}

int
main(int count, char **arguments)
{
	unsigned counts[3] = {0, 0, 0};
	bool list = count > 1 && strcmp(arguments[1], "-l") == 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	/* Or the tests would use a daemon that happens to run. */
	unsetenv("SCTP_HOST_SOCKET");
	strcpy(folder, "/tmp/host-test-XXXXXX");
	if (!list && mkdtemp(folder) == NULL) {
		perror(folder);
		return 2;
	}
	/* GCC with optimisation lays the list out from the last test to the first. */
	for (const struct test *const *test = __stop_test_list; test-- != __start_test_list;) {
		if (list)
			puts((*test)->name);
		else if (is_wanted(*test, arguments + 1))
			counts[run(*test)]++;
	}
	if (list)
		return 0;
	empty_folder();
	printf("%u passed, %u failed, %u skipped\n", counts[PASSED], counts[FAILED], counts[SKIPPED]);
	return counts[FAILED] != 0;
}
