/* Start and stop of the extension: a list of steps, begun in order and undone in reverse. */
#include "core.h"
#include "family.h"
#include "input.h"
#include "interfaces.h"
#include "log.h"
#include "mem.h"
#include "output.h"
#include "proto.h"
#include "sysctl.h"
#include "timer.h"
#include "worker.h"

#ifndef SCTP_VERSION
#error "define SCTP_VERSION, a string"
#endif

#define STEPS_MAX 16

/* What the kernel's loader looks for: mach/kmod.h, version 1. */
#pragma pack(push, 4)
struct kmod_info {
	struct kmod_info *next;
	int32_t info_version;
	uint32_t id;
	char name[64];
	char version[64];
	int32_t reference_count;
	void *reference_list;
	uintptr_t address;
	uintptr_t size;
	uintptr_t header_size;
	int (*start)(struct kmod_info *info, void *data);
	int (*stop)(struct kmod_info *info, void *data);
};
#pragma pack(pop)
_Static_assert(sizeof(struct kmod_info) == 196, "struct kmod_info");

/* The undoings of the steps taken so far. Filled at run time: an arm64e kernel signs function pointers. */
static void (*undo[STEPS_MAX])(void);
static unsigned steps;

static void
unwind(void)
{
	while (steps > 0) {
		steps--;
		if (undo[steps] != NULL)
			undo[steps]();
	}
}

/* Takes a step; stop NULL if there is nothing to undo. False if the step, or one before it, failed. */
static bool
step(bool so_far, const char *name, int (*start)(void), void (*stop)(void))
{
	int error;

	if (!so_far)
		return false;
	error = start();
	if (error != 0) {
		sctp_log("not started: %s: error %d", name, error);
		return false;
	}
	undo[steps++] = stop;
	return true;
}

static bool
start_all(void)
{
	bool ok = true;

	ok = step(ok, "memory", sctp_mem_start, sctp_mem_stop);
	ok = step(ok, "lock", sctp_lock_start, sctp_lock_stop);
	ok = step(ok, "address families", sctp_family_start, sctp_family_stop);
	ok = step(ok, "engine", sctp_core_start, sctp_core_stop);
	ok = step(ok, "variables", sctp_sysctl_start, sctp_sysctl_stop);
	ok = step(ok, "output", sctp_output_start, NULL);
	ok = step(ok, "timer", sctp_timer_start, sctp_timer_stop);
	ok = step(ok, "interfaces", sctp_interfaces_start, NULL);
	ok = step(ok, "worker", sctp_worker_start, sctp_worker_stop);
	ok = step(ok, "input", sctp_input_start, sctp_input_stop);
	/* Last: from here on sockets are made. It is undone first, by sctp_stop, for it may be refused. */
	return step(ok, "protocol", sctp_proto_start, NULL);
}

static int
sctp_start(struct kmod_info *info, void *data)
{
	const char *reason = xnu_layout_choose();

	(void)info;
	(void)data;
	if (reason != NULL) {
		sctp_log(SCTP_VERSION " not started: %s (%s)", reason, version);
		return KERN_FAILURE;
	}
	if (!start_all()) {
		unwind();
		return KERN_FAILURE;
	}
	sctp_log(SCTP_VERSION ": protocol 132 registered on xnu-%u.%u.%u, layout checked",
		 xnu_running.part[0], xnu_running.part[1], xnu_running.part[2]);
	return KERN_SUCCESS;
}

static int
sctp_stop(struct kmod_info *info, void *data)
{
	(void)info;
	(void)data;
	if (sctp_proto_stop() != 0) {
		sctp_log("not stopped: sockets are open");
		return KERN_FAILURE;
	}
	/* Associations outlive their sockets until all data was acknowledged; now they are aborted. */
	sctp_lock();
	sctp_engine_quiesce(engine(), sctp_now());
	sctp_core_drain();
	sctp_unlock();
	unwind();
	sctp_log(SCTP_VERSION " stopped");
	return KERN_SUCCESS;
}

struct kmod_info kmod_info = {
    .info_version = 1,
    .id = UINT32_MAX,
    .name = "org.sctp.SCTP",
    .version = SCTP_VERSION,
    .reference_count = -1,
    .start = sctp_start,
    .stop = sctp_stop,
};
