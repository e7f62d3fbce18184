/* Several programs, and processes that share descriptors, on the kernel of one sctphostd. */
#include "daemon.h"

#include <fcntl.h>
#include <linux/ipv6.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

/* ---- two programs ---- */

static void
serve_two(void)
{
	int head = listener(SOCK_STREAM, PORT);
	for (int i = 0; i < 2; i++) {
		int fd = accepted(head);
		echo_until_end(fd);
		NEED(close(fd) == 0);
	}
}

static void
ask(void)
{
	int fd = connected(HOST_ADDRESS, PORT);
	for (int i = 0; i < 50; i++)
		need_echo(fd, "from one program to the other");
	NEED(close(fd) == 0);
}

TEST(two_programs_talk_over_one_kernel)
{
	struct daemon *daemon = start_daemon("memory", "192.0.2.1");
	struct running server = start_client("serve_two");
	struct running clients[2] = {start_client("ask"), start_client("ask")};
	end_client(clients[0]);
	end_client(clients[1]);
	end_client(server);
	end_daemon(daemon);
}

static void
own_addresses(void)
{
	static const char *const texts[] = {"127.0.0.1", "192.0.2.1", "::1", "2001:db8::1"};
	for (int i = 0; i < 4; i++) {
		struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(PORT)};
		struct sockaddr_in v4 = name_of(0, PORT);
		bool is_v6 = strchr(texts[i], ':');
		struct sockaddr *name = is_v6 ? (struct sockaddr *)&v6 : (struct sockaddr *)&v4;
		socklen_t length = is_v6 ? sizeof(v6) : sizeof(v4);
		NEED(inet_pton(name->sa_family, texts[i],
			       is_v6 ? (void *)&v6.sin6_addr : (void *)&v4.sin_addr) == 1);
		int head = socket(name->sa_family, SOCK_STREAM, IPPROTO_SCTP);
		int near = socket(name->sa_family, SOCK_STREAM, IPPROTO_SCTP);
		NEED(bind(head, name, length) == 0 && listen(head, 1) == 0);
		NEED(connect(near, name, length) == 0);
		int far = accepted(head);
		NEED(write(near, "loopback", 8) == 8);
		char seen[16];
		NEED(read(far, seen, sizeof(seen)) == 8);
		NEED(close(near) == 0 && read(far, seen, sizeof(seen)) == 0);
		NEED(close(far) == 0 && close(head) == 0);
	}
}

TEST(a_program_reaches_its_own_addresses)
{
	run_on_daemon("own_addresses");
}

/* A network of its own, whose loopback interface has the addresses of the memory link; false without root. */
static bool
enter_own_network(void)
{
	struct ifreq up = {.ifr_name = "lo", .ifr_flags = IFF_UP}, alias = {.ifr_name = "lo:1"};
	struct in6_ifreq v6 = {.ifr6_prefixlen = 128, .ifr6_ifindex = 1};
	struct sockaddr_in v4 = name_of(HOST_ADDRESS, 0);
	if (unshare(CLONE_NEWNET) != 0)
		return false;
	int fd = socket(AF_INET, SOCK_DGRAM, 0), fd6 = socket(AF_INET6, SOCK_DGRAM, 0);
	memcpy(&alias.ifr_addr, &v4, sizeof(v4));
	EXPECT_EQ(inet_pton(AF_INET6, "2001:db8::1", &v6.ifr6_addr), 1);
	EXPECT_EQ(ioctl(fd, SIOCSIFFLAGS, &up), 0);
	EXPECT_EQ(ioctl(fd, SIOCSIFADDR, &alias), 0);
	EXPECT_EQ(ioctl(fd6, SIOCSIFADDR, &v6), 0);
	close(fd);
	close(fd6);
	return true;
}

TEST(programs_reach_each_other_over_raw_sockets)
{
	if (!enter_own_network())
		SKIP("no network namespace without root");
	struct daemon *daemon = start_daemon("raw", NULL);
	end_client(start_client("own_addresses"));
	struct running server = start_client("serve_two"), other = start_client("ask");
	end_client(start_client("ask"));
	end_client(other);
	end_client(server);
	end_daemon(daemon);
}

/* ---- fork ---- */

static void
fork_for_each_connection(void)
{
	enum { CONNECTIONS = 4 };
	pid_t children[2 * CONNECTIONS];
	int head = listener(SOCK_STREAM, PORT);
	for (int i = 0; i < CONNECTIONS; i++) {
		children[i] = fork();
		if (children[i] == 0) {
			NEED(close(head) == 0);
			ask();
			exit(0);
		}
	}
	for (int i = CONNECTIONS; i < 2 * CONNECTIONS; i++) {
		int fd = accepted(head);
		children[i] = fork();
		if (children[i] == 0) {
			NEED(close(head) == 0);
			echo_until_end(fd);
			exit(0);
		}
		NEED(close(fd) == 0);
	}
	for (int i = 0; i < 2 * CONNECTIONS; i++)
		need_status(children[i], 0);
}

TEST(server_forks_for_each_connection)
{
	run_on_daemon("fork_for_each_connection");
}

static void
last_process_closes(void)
{
	char seen[16];
	int pipes[2];
	struct connection made = connection();
	NEED(pipe(pipes) == 0);
	pid_t child = fork();
	if (child == 0) {
		char byte;
		NEED(close(made.near) == 0 && close(made.head) == 0);
		NEED(write(made.far, "from the child", 14) == 14);
		NEED(read(pipes[0], &byte, 1) == 1);
		exit(0); /* without a close */
	}
	NEED(close(made.far) == 0);
	/* The child's copy keeps it open. */
	NEED(read(made.near, seen, sizeof(seen)) == 14);
	NEED(recv(made.near, seen, sizeof(seen), MSG_DONTWAIT) == -1 && errno == EAGAIN);
	NEED(write(pipes[1], "x", 1) == 1);
	need_status(child, 0);
	NEED(read(made.near, seen, sizeof(seen)) == 0);
}

TEST(socket_closes_with_its_last_process)
{
	run_on_daemon("last_process_closes");
}

static void
copies(void)
{
	char byte;
	struct stat status;
	struct connection made = connection();
	int copy = dup(made.far), far = fcntl(made.far, F_DUPFD_CLOEXEC, 100),
	    taken = open("/dev/null", O_RDWR);
	NEED(copy >= 0 && far >= 100 && fcntl(far, F_GETFD) == FD_CLOEXEC && fcntl(copy, F_GETFD) == 0);
	NEED(dup2(made.far, taken) == taken && dup2(taken, taken) == taken);
	NEED(dup3(made.far, 200, O_CLOEXEC) == 200);
	NEED(fstat(200, &status) == 0 && S_ISSOCK(status.st_mode));
	NEED(close(made.far) == 0 && close(far) == 0 && close(200) == 0);
	/* The flag is the open file's. */
	NEED(fcntl(copy, F_SETFL, O_NONBLOCK) == 0 && fcntl(taken, F_GETFL) == (O_RDWR | O_NONBLOCK));
	NEED(read(taken, &byte, 1) == -1 && errno == EAGAIN);
	NEED(fcntl(taken, F_SETFL, 0) == 0);
	NEED(write(made.near, "ab", 2) == 2);
	NEED(read(copy, &byte, 1) == 1 && read(taken, &byte, 1) == 1 && byte == 'b');
	/* A number that another file takes over is closed, and it was the last but one. */
	NEED(dup2(0, copy) == copy);
	NEED(write(made.near, "c", 1) == 1 && read(taken, &byte, 1) == 1);
	NEED(dup2(0, taken) == taken);
	NEED(read(made.near, &byte, 1) == 0);
}

TEST(copies_of_a_descriptor_share_the_open_file)
{
	run_on_daemon("copies");
}

/* ---- exec ---- */

static void
executed(void)
{
	int fd = atoi(getenv("INHERITED"));
	need_echo(fd, "after exec");
	NEED(fcntl(atoi(getenv("CLOSED")), F_GETFD) == -1);
}

static void
execute(void)
{
	char number[16];
	struct connection made = connection();
	pid_t child = fork();
	if (child == 0) {
		NEED(fcntl(made.far, F_SETFD, FD_CLOEXEC) == 0);
		snprintf(number, sizeof(number), "%d", made.near);
		setenv("INHERITED", number, 1);
		snprintf(number, sizeof(number), "%d", made.far);
		setenv("CLOSED", number, 1);
		become_program("executed");
	}
	NEED(close(made.near) == 0);
	echo_until_end(made.far);
	need_status(child, 0);
}

TEST(socket_survives_exec)
{
	run_on_daemon("execute");
}

/* ---- death ---- */

static void
killed_while_blocked(void)
{
	char byte;
	struct connection made = connection();
	pid_t child = fork();
	if (child == 0) {
		NEED(close(made.near) == 0);
		read(made.far, &byte, 1);
		exit(1);
	}
	NEED(close(made.far) == 0);
	usleep(100000);
	NEED(kill(child, SIGKILL) == 0);
	need_status(child, SIGKILL);
	/* SHUTDOWN */
	NEED(read(made.near, &byte, 1) == 0);
	NEED(close(made.near) == 0);
	made.near = connected(HOST_ADDRESS, PORT);
	made.far = accepted(made.head);
	child = fork();
	if (child == 0) {
		const struct linger at_once = {1, 0};
		NEED(setsockopt(made.far, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)) == 0);
		NEED(close(made.near) == 0);
		for (;;)
			pause();
	}
	NEED(close(made.far) == 0);
	usleep(100000);
	NEED(kill(child, SIGKILL) == 0);
	/* ABORT */
	NEED(read(made.near, &byte, 1) == -1 && errno == ECONNRESET);
	need_status(child, SIGKILL);
}

TEST(peers_see_the_end_of_a_killed_program)
{
	run_on_daemon("killed_while_blocked");
}

static void
wait_for_ever(void)
{
	struct connection made = connection();
	char byte;
	read(made.near, &byte, 1);
}

TEST(daemon_ends_with_programs_in_calls)
{
	struct daemon *daemon = start_daemon("memory", "192.0.2.1");
	struct running client = start_client("wait_for_ever");
	usleep(300000);
	end_daemon(daemon);
	end_client(client);
}

/* ---- the daemon itself ---- */

static void
need_refusal(const char *argument, int status, const char *says)
{
	char said[4096] = "";
	int left = await_program(run_daemon(argument), said, sizeof(said));
	EXPECT(WIFEXITED(left));
	EXPECT_EQ(WEXITSTATUS(left), status);
	EXPECT_SAYS(said, says);
}

TEST(second_daemon_is_refused)
{
	struct daemon *daemon = start_daemon("memory", "192.0.2.1");
	need_refusal(NULL, 1, " is in use\n");
	end_daemon(daemon);
	/* What a killed one leaves is taken over. */
	daemon = start_daemon("memory", "192.0.2.1");
	EXPECT_EQ(kill(daemon->running.process, SIGKILL), 0);
	await_program(daemon->running, daemon->said, sizeof(daemon->said));
	end_daemon(start_daemon("memory", "192.0.2.1"));
}

TEST(daemon_explains_itself)
{
	need_refusal("--help", 0, "Usage: sctphostd");
	need_refusal("--nothing", 2, "see sctphostd --help\n");
	need_refusal("more", 2, "unknown argument 'more'\n");
	setenv("SCTP_TEST_KEXT", "/nowhere", 1);
	need_refusal(NULL, 1, "/nowhere");
}

TEST(daemon_goes_to_the_background)
{
	int status, process;
	setenv("SCTP_HOST_ADDRESS", "192.0.2.1,2001:db8::1", 1);
	struct daemon daemon = {.running = run_daemon("--background")};
	read_until(&daemon, "process ");
	EXPECT_EQ(waitpid(daemon.running.process, &status, 0), daemon.running.process);
	EXPECT_EQ(status, 0);
	EXPECT_EQ(sscanf(strstr(daemon.said, "process "), "process %d", &process), 1);
	end_client(start_client("own_addresses"));
	EXPECT_EQ(kill(process, SIGTERM), 0);
	read_until(&daemon, "stopped");
}

PROGRAMS({"serve_two", serve_two}, {"ask", ask}, {"own_addresses", own_addresses},
	 {"fork_for_each_connection", fork_for_each_connection}, {"last_process_closes", last_process_closes},
	 {"copies", copies}, {"execute", execute}, {"executed", executed},
	 {"killed_while_blocked", killed_while_blocked}, {"wait_for_ever", wait_for_ever})
