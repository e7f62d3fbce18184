/* sctpstat beside programs that have sockets and associations in several states. */
#include "daemon.h"

#include <fcntl.h>

int sysctlbyname(const char *name, void *old_value, size_t *old_length, void *new_value, size_t new_length)
    __attribute__((weak));

static char said[65536];
static int status;

/* Runs it with these arguments, as a program of the daemon's. */
static void
run_sctpstat(const char *arguments)
{
	char command[512];
	size_t used = 0, now;
	snprintf(command, sizeof(command), "%s/sctpstat %s 2>&1", getenv("SCTP_TEST_BUILD"), arguments);
	FILE *pipe = popen(command, "r");
	NEED(pipe != NULL);
	while ((now = fread(said + used, 1, sizeof(said) - 1 - used, pipe)) > 0)
		used += now;
	said[used] = '\0';
	status = pclose(pipe);
}

static void
need_text(const char *expected)
{
	if (status == 0 && strcmp(said, expected) == 0)
		return;
	fprintf(stderr, "status 0x%x, said:\n%sexpected:\n%s", (unsigned)status, said, expected);
	exit(1);
}

static void
need_part(const char *expected)
{
	if (strstr(said, expected))
		return;
	fprintf(stderr, "status 0x%x, said:\n%swithout:\n%s\n", (unsigned)status, said, expected);
	exit(1);
}

static int
bound(int type, uint16_t port)
{
	struct sockaddr_in name = name_of(HOST_ADDRESS, port);
	int fd = open_socket(type);
	NEED(bind(fd, (struct sockaddr *)&name, sizeof(name)) == 0);
	return fd;
}

/* Sockets: listening with an association, its peer, in COOKIE-WAIT, bound, unbound, listening for both
 * families. */
static void
open_all(void)
{
	struct sockaddr_in server_name = name_of(HOST_ADDRESS, 7000), nobody = name_of(0xc0000209, 7003);
	struct sockaddr_in6 all = {.sin6_family = AF_INET6, .sin6_port = htons(7005)};
	char data[100] = "data";
	int server = bound(SOCK_SEQPACKET, 7000), client = bound(SOCK_STREAM, 7001),
	    waiting = bound(SOCK_SEQPACKET, 7004), both;
	NEED(listen(server, 1) == 0);
	NEED(connect(client, (struct sockaddr *)&server_name, sizeof(server_name)) == 0);
	NEED(send(client, data, sizeof(data), 0) == sizeof(data));
	NEED(recv(server, data, sizeof(data), 0) == sizeof(data));
	NEED(fcntl(waiting, F_SETFL, O_NONBLOCK) == 0);
	(void)connect(waiting, (struct sockaddr *)&nobody, sizeof(nobody));
	bound(SOCK_SEQPACKET, 7002);
	open_socket(SOCK_STREAM);
	both = socket(AF_INET6, SOCK_STREAM, IPPROTO_SCTP);
	NEED(both >= 0 && bind(both, (struct sockaddr *)&all, sizeof(all)) == 0 && listen(both, 1) == 0);
}

static void
shows_associations(void)
{
	run_sctpstat("");
	need_text("");
	open_all();
	run_sctpstat("-n");
	need_text("Type Assoc-ID   Local Address            Peer Address             State\n"
		  "1-N  4          192.0.2.1:7000           192.0.2.1:7001           ESTABLISHED\n"
		  "1-1  3          192.0.2.1:7001           192.0.2.1:7000           ESTABLISHED\n"
		  "1-N  5          192.0.2.1:7004           192.0.2.9:7003           COOKIE-WAIT\n");
	run_sctpstat("-an");
	need_text("Type Assoc-ID   Local Address            Peer Address             State\n"
		  "1-N  -          192.0.2.1:7000           *                        LISTEN\n"
		  "1-N  4          192.0.2.1:7000           192.0.2.1:7001           ESTABLISHED\n"
		  "1-1  3          192.0.2.1:7001           192.0.2.1:7000           ESTABLISHED\n"
		  "1-N  5          192.0.2.1:7004           192.0.2.9:7003           COOKIE-WAIT\n"
		  "1-N  -          192.0.2.1:7002           *                        BOUND\n"
		  "1-1  -          *                        *                        UNBOUND\n"
		  "1-1  -          *:7005                   *                        LISTEN\n");
}

TEST(sctpstat_shows_associations_and_sockets)
{
	run_on_daemon("shows_associations");
}

static void
shows_paths(void)
{
	open_all();
	run_sctpstat("-p --numeric");
	NEED(status == 0);
	need_part(
	    "192.0.2.1:7000           ESTABLISHED\n       local 192.0.2.1\n       path  192.0.2.1 ACTIVE "
	    "primary cwnd ");
	need_part(" rto 1000 ms mtu 1500 errors 0\n1-N  5          192.0.2.1:7004           192.0.2.9:7003");
}

TEST(sctpstat_shows_paths)
{
	run_on_daemon("shows_paths");
}

static void
shows_counters(void)
{
	open_all();
	run_sctpstat("-s");
	NEED(status == 0);
	need_part("         2 associations now\n         1 associations set up from this side\n");
	need_part("         1 ordered DATA chunks taken in\n");
	NEED(!strstr(said, " 0 "));
	run_sctpstat("-ss");
	need_part("         0 associations aborted or given up\n");
	run_sctpstat("--variables");
	NEED(status == 0);
	need_part("net.sctp.sendspace: 233016\n");
	need_part("net.sctp.rto_min: 1000\n");
	char names[4096];
	size_t length = sizeof(names), lines = 0, words = 1;
	NEED(sysctlbyname("net.sctp.names", names, &length, NULL, 0) == 0 && length == strlen(names) + 1);
	for (const char *at = said; (at = strchr(at, '\n')); at++)
		lines++;
	for (const char *at = names; (at = strchr(at, ' ')); at++)
		words++;
	NEED(lines > 20 && lines == words);
}

TEST(sctpstat_shows_counters_and_variables)
{
	run_on_daemon("shows_counters");
}

static void
shows_json(void)
{
	open_all();
	run_sctpstat("--json");
	NEED(status == 0);
	need_part("{\"sockets\":[{\"type\":\"one-to-many\",\"port\":7000,\"listening\":true,\"waiting\":0,"
		  "\"backlog\":");
	need_part("\"local\":[\"192.0.2.1\"],\"associations\":[{\"id\":4,\"state\":\"ESTABLISHED\",\"local_"
		  "port\":7000,"
		  "\"peer_port\":7001,\"primary\":\"192.0.2.1\",");
	need_part("\"paths\":[{\"address\":\"192.0.2.1\",\"state\":\"ACTIVE\",\"cwnd\":");
	need_part("{\"type\":\"one-to-one\",\"port\":0,\"listening\":false,\"waiting\":0,\"backlog\":0,"
		  "\"local\":[],"
		  "\"associations\":[]}");
	need_part("\"counters\":{\"currestab\":2,");
	need_part("\"variables\":{\"sendspace\":233016,");
	NEED(strcmp(said + strlen(said) - 3, "}}\n") == 0);
	/* Where there is a reader of JSON: it is. */
	if (system("LD_PRELOAD= python3 -c '' 2>/dev/null") == 0) {
		char command[512];
		snprintf(
		    command, sizeof(command),
		    "%s/sctpstat --json | LD_PRELOAD= python3 -c 'import json,sys; d=json.load(sys.stdin); "
		    "sys.exit(len(d[\"sockets\"]) != 6)'",
		    getenv("SCTP_TEST_BUILD"));
		NEED(system(command) == 0);
	}
}

TEST(sctpstat_shows_all_as_json)
{
	run_on_daemon("shows_json");
}

static void
says_what_is_wrong(void)
{
	run_sctpstat("-x");
	NEED(WIFEXITED(status) && WEXITSTATUS(status) == 2);
	need_part("unknown argument '-x'; sctpstat --help\n");
	run_sctpstat("--help");
	NEED(status == 0);
	need_part("Usage: sctpstat [-anpsv] [--json]\n");
	run_sctpstat("--version");
	NEED(status == 0);
	/* The disk is full. */
	run_sctpstat("--help > /dev/full");
	NEED(WIFEXITED(status) && WEXITSTATUS(status) == 1);
	unsetenv("LD_PRELOAD");
	run_sctpstat("");
	NEED(WIFEXITED(status) && WEXITSTATUS(status) == 1);
	need_part("sctpstat: SCTP is not loaded: the kernel has no net.sctp.assoclist\n'sudo sctp-doctor' "
		  "says why");
}

TEST(sctpstat_says_what_is_wrong)
{
	run_on_daemon("says_what_is_wrong");
}

/* ---- and the call it makes ---- */

static void
calls_sysctl(void)
{
	uint32_t value = 0, fresh = 2000;
	size_t length = sizeof(value);
	char small[8];
	NEED(sysctlbyname("net.sctp.rto_min", &value, &length, NULL, 0) == 0);
	NEED(value == 1000 && length == sizeof(value));
	if (geteuid() == 0) {
		NEED(sysctlbyname("net.sctp.rto_min", &value, &length, &fresh, sizeof(fresh)) == 0 &&
		     value == 1000);
		NEED(sysctlbyname("net.sctp.rto_min", &value, &length, NULL, 0) == 0 && value == 2000);
	}
	length = sizeof(small);
	NEED(sysctlbyname("net.sctp.stats", small, &length, NULL, 0) == -1 && errno == ENOMEM);
	NEED(sysctlbyname("net.sctp.stats", NULL, &length, NULL, 0) == 0 &&
	     length == sizeof(struct sctpstat));
	NEED(sysctlbyname("net.sctp.nothing", NULL, NULL, NULL, 0) == -1 && errno == ENOENT);
	length = sizeof(value);
	NEED(sysctlbyname("net.sctp.rto_min", (void *)16, &length, NULL, 0) == -1 && errno == EFAULT);
}

TEST(a_program_reads_and_sets_variables_of_the_daemon)
{
	run_on_daemon("calls_sysctl");
}

PROGRAMS({"shows_associations", shows_associations}, {"shows_paths", shows_paths},
	 {"shows_counters", shows_counters}, {"shows_json", shows_json},
	 {"says_what_is_wrong", says_what_is_wrong}, {"calls_sysctl", calls_sysctl})
