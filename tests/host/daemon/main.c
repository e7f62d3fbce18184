/* sctphostd: one kernel for several programs. */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "serve.h"
#include "host.h"
#include "open.h"

enum { DONE = 0, FAILED = 1, WRONG_USAGE = 2 };

static const char usage[] =
    "Usage: sctphostd [--background] [--kext PATH] [--socket PATH]\n"
    "\n"
    "Loads SCTP.kext into a kernel of its own and lets programs use it that run with\n"
    "libsctphost_preload.so and the same SCTP_HOST_SOCKET. They are one host.\n"
    "\n"
    "  --background   return once programs can be started\n"
    "  --kext PATH    the extension; default: SCTP_KEXT\n"
    "  --socket PATH  where programs connect; default: SCTP_HOST_SOCKET\n"
    "  --help         this text\n"
    "\n"
    "The other SCTP_HOST_ settings (README.md) are the daemon's, not the programs'.\n"
    "One line says that it is ready. SIGTERM and SIGINT end it: it closes what\n"
    "programs have open and reports what the extension left behind.\n"
    "\n"
    "Exit status: 0 nothing was left behind, 1 something was or it did not start,\n"
    "2 wrong usage.\n";

static const char *kext, *path;
static bool in_background;

static bool
read_arguments(int count, char **arguments)
{
	static const struct option options[] = {{"background", no_argument, NULL, 'b'},
						{"kext", required_argument, NULL, 'k'},
						{"socket", required_argument, NULL, 's'},
						{"help", no_argument, NULL, 'h'},
						{0}};
	int option;
	kext = getenv("SCTP_KEXT");
	path = getenv("SCTP_HOST_SOCKET");
	while ((option = getopt_long(count, arguments, "", options, NULL)) >= 0) {
		if (option == 'b')
			in_background = true;
		else if (option == 'k')
			kext = optarg;
		else if (option == 's')
			path = optarg;
		else if (option == 'h')
			exit(fputs(usage, stdout) < 0 ? FAILED : DONE);
		else
			return false;
	}
	if (optind < count)
		fprintf(stderr, "sctphostd: unknown argument '%s'\n", arguments[optind]);
	else if (!kext || !*kext)
		fputs("sctphostd: no --kext and no SCTP_KEXT\n", stderr);
	else if (!path || !*path)
		fputs("sctphostd: no --socket and no SCTP_HOST_SOCKET\n", stderr);
	else
		return true;
	return false;
}

/* ---- the socket ---- */

/* What a daemon left that did not end well is taken over; one that answers is not. */
static bool
is_stale(const struct sockaddr_un *name)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	bool stale = connect(fd, (const struct sockaddr *)name, sizeof(*name)) != 0 && errno == ECONNREFUSED;
	close(fd);
	return stale;
}

static int
listen_at_path(void)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (strlen(path) >= sizeof(name.sun_path)) {
		fprintf(stderr, "sctphostd: %s is longer than %zu characters\n", path,
			sizeof(name.sun_path) - 1);
		return -1;
	}
	strcpy(name.sun_path, path);
	int result = bind(fd, (struct sockaddr *)&name, sizeof(name));
	if (result != 0 && errno == EADDRINUSE && is_stale(&name)) {
		unlink(path);
		result = bind(fd, (struct sockaddr *)&name, sizeof(name));
	}
	if (result == 0 && listen(fd, SOMAXCONN) == 0)
		return fd;
	if (errno == EADDRINUSE)
		fprintf(stderr, "sctphostd: %s is in use\n", path);
	else
		fprintf(stderr, "sctphostd: %s: %s\n", path, strerror(errno));
	return -1;
}

/* ---- start and end ---- */

/* The parent leaves with the child's first byte, or with its status if there is none. */
static int
go_to_background(void)
{
	int ready[2], status;
	char byte;
	if (pipe(ready) != 0)
		return -1;
	pid_t child = fork();
	if (child < 0)
		return -1;
	if (child == 0) {
		close(ready[0]);
		setsid();
		return ready[1];
	}
	close(ready[1]);
	if (read(ready[0], &byte, 1) == 1)
		_exit(DONE);
	_exit(waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : FAILED);
}

static void
say_ready(int background)
{
	printf("sctphostd: ready at %s, process %d\n", path, (int)getpid());
	fflush(stdout);
	if (background < 0)
		return;
	/* Who waits for the end of the output waits no longer; the console stays standard error. */
	if (!freopen("/dev/null", "r", stdin) || !freopen("/dev/null", "w", stdout) ||
	    write(background, "", 1) != 1)
		perror("sctphostd");
	close(background);
}

static void
serve_until_signal(int listener, int signals)
{
	struct pollfd fds[2] = {{listener, POLLIN, 0}, {signals, POLLIN, 0}};
	while (poll(fds, 2, -1) >= 0 && !fds[1].revents) {
		int channel = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		if (channel >= 0)
			serve(channel);
	}
}

/* Associations may outlive their sockets for a moment, and peers should see them end. */
static int
stop_kernel(void)
{
	enum { ROUNDS = 100 };
	const struct timespec pause = {0, 20000000};
	int result = host_stop();
	for (int i = 0; i < ROUNDS && result < 0; i++) {
		nanosleep(&pause, NULL);
		result = host_stop();
	}
	if (result < 0)
		fputs("sctphostd: the extension refuses to stop\n", stderr);
	return result == 0 ? DONE : FAILED;
}

static int
run(int listener, int background, int signals)
{
	char error[512];
	if (host_start(kext, error, sizeof(error)) != 0) {
		fprintf(stderr, "sctphostd: %s\n", error);
		return FAILED;
	}
	int number = open_start();
	if (number != 0) {
		fprintf(stderr, "sctphostd: %s\n", strerror(number));
		return FAILED;
	}
	say_ready(background);
	serve_until_signal(listener, signals);
	serve_stop();
	open_stop();
	return stop_kernel();
}

int
main(int count, char **arguments)
{
	struct rlimit limit;
	sigset_t ends;
	int background = -1;
	if (!read_arguments(count, arguments)) {
		fputs("see sctphostd --help\n", stderr);
		return WRONG_USAGE;
	}
	/* A descriptor for every thread and socket of every program. */
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
	if (in_background)
		background = go_to_background();
	int listener = listen_at_path();
	if (listener < 0)
		return FAILED;
	/* Before any thread: all of them are to hold these back. */
	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGINT);
	pthread_sigmask(SIG_BLOCK, &ends, NULL);
	signal(SIGPIPE, SIG_IGN);
	int status = run(listener, background, signalfd(-1, &ends, SFD_CLOEXEC));
	unlink(path);
	return status;
}
