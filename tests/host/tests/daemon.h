/*
 * Plain Linux programs that share the kernel of one sctphostd, which is started for each test and must have
 * nothing left when it ends.
 */
#ifndef DAEMON_H
#define DAEMON_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>

#include <netinet/sctp.h>

#include "program.h"

struct daemon {
	struct running running;
	char said[65536];
};

static inline const char *
daemon_path(void)
{
	static char path[128];
	snprintf(path, sizeof(path), "%s/%d", test_folder(), (int)getpid());
	return path;
}

static inline void
read_until(struct daemon *daemon, const char *wanted)
{
	size_t used = strlen(daemon->said);
	while (!strstr(daemon->said, wanted)) {
		ssize_t now =
		    read(daemon->running.output, daemon->said + used, sizeof(daemon->said) - 1 - used);
		if (now <= 0)
			FAIL("sctphostd: %s", daemon->said);
		used += (size_t)now;
		daemon->said[used] = 0;
	}
}

/* Runs sctphostd with an argument or none, on its path. */
static inline struct running
run_daemon(const char *argument)
{
	struct running running;
	char path[512];
	need_build();
	setenv("SCTP_HOST_SOCKET", daemon_path(), 1);
	if (fork_with_output(&running, true) == 0) {
		setenv("SCTP_KEXT", getenv("SCTP_TEST_KEXT"), 1);
		snprintf(path, sizeof(path), "%s/sctphostd", getenv("SCTP_TEST_BUILD"));
		execl(path, path, argument, (char *)NULL);
		_exit(127);
	}
	return running;
}

/* Programs started from now on use it. */
static inline struct daemon *
start_daemon(const char *link, const char *addresses)
{
	static struct daemon daemon;
	setenv("SCTP_HOST_LINK", link, 1);
	if (addresses)
		setenv("SCTP_HOST_ADDRESS", addresses, 1);
	daemon = (struct daemon){.running = run_daemon(NULL)};
	read_until(&daemon, "ready at");
	return &daemon;
}

static inline void
end_daemon(struct daemon *daemon)
{
	EXPECT_EQ(kill(daemon->running.process, SIGTERM), 0);
	int status = await_program(daemon->running, daemon->said, sizeof(daemon->said));
	if (status != 0 || strstr(daemon->said, "behind"))
		FAIL("sctphostd: status 0x%x: %s", (unsigned)status, daemon->said);
	EXPECT_SAYS(daemon->said, "stopped");
}

static inline struct running
start_client(const char *name)
{
	struct running running;
	if (fork_with_output(&running, false) == 0)
		become_program(name);
	return running;
}

static inline void
end_client(struct running running)
{
	static char said[65536];
	said[0] = 0;
	int status = await_program(running, said, sizeof(said));
	const char *skipped = why_skipped(status, said);
	if (skipped)
		SKIP("%s", skipped);
	if (status != 0)
		FAIL("status 0x%x: %s", (unsigned)status, said);
}

enum { HOST_ADDRESS = 0xc0000201 }; /* 192.0.2.1 */

/* One program alone with a daemon. */
static inline void
run_on_daemon(const char *name)
{
	struct daemon *daemon = start_daemon("memory", "192.0.2.1,2001:db8::1");
	end_client(start_client(name));
	end_daemon(daemon);
}

/* ---- what the programs do over and over ---- */

enum { PORT = 7000 };

static inline struct sockaddr_in
name_of(uint32_t address, uint16_t port)
{
	return (struct sockaddr_in){
	    .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(address)}};
}

static inline int
open_socket(int type)
{
	int fd = socket(AF_INET, type, IPPROTO_SCTP);
	NEED(fd >= 0);
	return fd;
}

static inline int
listener(int type, uint16_t port)
{
	struct sockaddr_in name = name_of(INADDR_ANY, port);
	int fd = open_socket(type);
	NEED(bind(fd, (struct sockaddr *)&name, sizeof(name)) == 0);
	NEED(listen(fd, 16) == 0);
	return fd;
}

/* Waits for the other program's listener. */
static inline int
connected(uint32_t address, uint16_t port)
{
	struct sockaddr_in name = name_of(address, port);
	for (;;) {
		int fd = open_socket(SOCK_STREAM);
		if (connect(fd, (struct sockaddr *)&name, sizeof(name)) == 0)
			return fd;
		NEED(errno == ECONNREFUSED);
		NEED(close(fd) == 0);
		usleep(10000);
	}
}

static inline int
accepted(int head)
{
	int fd = accept(head, NULL, NULL);
	NEED(fd >= 0);
	return fd;
}

struct connection {
	int head, near, far;
};

static inline struct connection
connection(void)
{
	struct connection made = {.head = listener(SOCK_STREAM, PORT)};
	made.near = connected(HOST_ADDRESS, PORT);
	made.far = accepted(made.head);
	return made;
}

static inline void
need_echo(int fd, const char *text)
{
	char seen[256];
	NEED(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	NEED(read(fd, seen, sizeof(seen)) == (ssize_t)strlen(text));
	NEED(!memcmp(seen, text, strlen(text)));
}

static inline void
echo_until_end(int fd)
{
	char seen[256];
	for (ssize_t length; (length = read(fd, seen, sizeof(seen))) != 0;) {
		NEED(length > 0);
		NEED(write(fd, seen, (size_t)length) == length);
	}
}

static inline void
need_status(pid_t child, int wanted)
{
	int status;
	NEED(waitpid(child, &status, 0) == child);
	NEED(status == wanted);
}

#endif
