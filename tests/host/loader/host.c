/* The whole host, up and down. */
#include "host.h"
#include "internal.h"
#include "kpi.h"
#include "link.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct kext *loaded;
static bool is_up;

static void
take_down(void)
{
	bsd_fini();
	link_close();
	net_input_stop();
	thread_calls_stop();
	is_up = false;
}

static int
bring_up(char *error, size_t size)
{
	int result;

	if (link_open(error, size) != 0)
		return -1;
	result = net_input_start();
	if (result != 0) {
		snprintf(error, size, "no input thread: error %d", result);
		link_close();
		return -1;
	}
	host_syscall_enter();
	result = bsd_init();
	host_syscall_exit();
	is_up = true;
	if (result == 0)
		return 0;
	snprintf(error, size, "the socket layer does not start: error %d", result);
	take_down();
	return -1;
}

/* What the kext must have given back. One line for each kind; true if there is any. */
static bool
report_leaks(void)
{
	const struct {
		const char *what;
		uint64_t count;
	} leaks[] = {
	    {"allocations", host_memory_report()},
	    {"thread calls", thread_calls_live()},
	    {"IP filters", ipf_attached()},
	    {"sysctl variables", sysctl_registered()},
	    {"references on interfaces and addresses", interface_references()},
	    {"references on the credential", host_cred_references() - 1},
	};
	bool any = false;

	for (size_t i = 0; i < sizeof(leaks) / sizeof(leaks[0]); i++) {
		if (leaks[i].count == 0)
			continue;
		any = true;
		xnu_printf("host: the kext left %llu %s behind\n", (unsigned long long)leaks[i].count,
			   leaks[i].what);
	}
	return any;
}

static uint64_t
setting(const char *name)
{
	const char *text = getenv(name);

	return text != NULL ? strtoull(text, NULL, 0) : 0;
}

static void
set_up_hardships(void)
{
	host_input_split(setting("SCTP_HOST_SPLIT"));
	host_lose_packets((unsigned)setting("SCTP_HOST_LOSE_ONE_IN"), setting("SCTP_HOST_SEED"));
	host_memory_fail_every(setting("SCTP_HOST_FAIL_EVERY"));
	host_mbuf_fail_every(setting("SCTP_HOST_MBUF_FAIL_EVERY"));
}

static int
start_kext(const char *path, char *error, size_t size)
{
	int result;

	if (host_kext_load(path, &loaded, error, size) != 0)
		return -1;
	result = host_kext_start(loaded);
	if (result == 0)
		return 0;
	snprintf(error, size, "%s: its start function returned %d", host_kext_name(loaded), result);
	report_leaks();
	host_kext_unload(loaded);
	loaded = NULL;
	return -1;
}

int
host_start(const char *kext_path, char *error, size_t size)
{
	if (is_up) {
		snprintf(error, size, "the host runs already");
		return -1;
	}
	host_set_verbose(setting("SCTP_HOST_VERBOSE") != 0);
	if (getenv("SCTP_HOST_SEED") != NULL)
		host_random_seed(setting("SCTP_HOST_SEED"));
	if (bring_up(error, size) != 0)
		return -1;
	if (kext_path != NULL && start_kext(kext_path, error, size) != 0) {
		take_down();
		return -1;
	}
	set_up_hardships();
	return 0;
}

int
host_stop(void)
{
	bool leaked = false;

	if (!is_up)
		return 0;
	if (loaded != NULL) {
		if (host_kext_stop(loaded) != 0)
			return -1;
		/* Packets in flight may still hold references. */
		host_settle();
		leaked = report_leaks();
		host_kext_unload(loaded);
		loaded = NULL;
	}
	take_down();
	return leaked ? 1 : 0;
}
