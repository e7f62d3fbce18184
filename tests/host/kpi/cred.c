/* Credentials and processes: the program the host runs in, and those of other processes that are served. */
#include "scheduler.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define LIVE UINT64_C(0x63726564)

struct ucred {
	uint64_t mark;
	atomic_uint references;
	uid_t uid; /* of another process */
};

/* The process itself holds the first reference. */
static struct ucred credential_ = {.mark = LIVE, .references = 1};
static struct proc process_ = {.credential = &credential_};
static atomic_uint references_on_others;

static void
check(const struct ucred *credential)
{
	if (credential == NULL || credential->mark != LIVE)
		xnu_panic("%p is no credential", (const void *)credential);
}

struct ucred *
host_cred_create(uid_t uid)
{
	struct ucred *credential = calloc(1, sizeof(*credential));

	if (credential == NULL)
		return NULL;
	*credential = (struct ucred){.mark = LIVE, .references = 1, .uid = uid};
	references_on_others++;
	return credential;
}

struct ucred *
xnu_kauth_cred_get(void)
{
	return xnu_current_proc()->credential;
}
KPI(kauth_cred_get, xnu_kauth_cred_get);

void
xnu_kauth_cred_ref(struct ucred *credential)
{
	check(credential);
	credential->references++;
	if (credential != &credential_)
		references_on_others++;
}
KPI(kauth_cred_ref, xnu_kauth_cred_ref);

struct ucred *
xnu_kauth_cred_get_with_ref(void)
{
	struct ucred *credential = xnu_kauth_cred_get();

	xnu_kauth_cred_ref(credential);
	return credential;
}
KPI(kauth_cred_get_with_ref, xnu_kauth_cred_get_with_ref);

static struct ucred *
xnu_kauth_cred_proc_ref(struct proc *process)
{
	(void)process;
	return xnu_kauth_cred_get_with_ref();
}
KPI(kauth_cred_proc_ref, xnu_kauth_cred_proc_ref);

static void
drop_other(struct ucred *credential)
{
	references_on_others--;
	if (--credential->references > 0)
		return;
	credential->mark = 0;
	free(credential);
}

void
xnu_kauth_cred_unref(struct ucred **credential)
{
	check(*credential);
	if (*credential != &credential_)
		drop_other(*credential);
	else if ((*credential)->references-- <= 1)
		xnu_panic("the last reference of the process's credential is dropped");
	*credential = NULL;
}
KPI(kauth_cred_unref, xnu_kauth_cred_unref);

unsigned
host_cred_references(void)
{
	return credential_.references + references_on_others;
}

uid_t
xnu_kauth_cred_getuid(struct ucred *credential)
{
	check(credential);
	return credential == &credential_ ? geteuid() : credential->uid;
}
KPI(kauth_cred_getuid, xnu_kauth_cred_getuid);

static uid_t
xnu_kauth_getuid(void)
{
	return xnu_kauth_cred_getuid(xnu_kauth_cred_get());
}
KPI(kauth_getuid, xnu_kauth_getuid);

struct proc *
xnu_current_proc(void)
{
	const struct service *service = xnu_current_thread()->service;

	return service != NULL && service->process != NULL ? service->process : &process_;
}
KPI(current_proc, xnu_current_proc);
KPI(proc_self, xnu_current_proc);

static int
xnu_proc_rele(struct proc *process)
{
	(void)process;
	return 0;
}
KPI(proc_rele, xnu_proc_rele);

static pid_t
pid_of(const struct proc *process)
{
	return process->pid != 0 ? process->pid : getpid();
}

int
xnu_proc_pid(struct proc *process)
{
	return process != NULL ? pid_of(process) : -1;
}
KPI(proc_pid, xnu_proc_pid);

int
xnu_proc_selfpid(void)
{
	return pid_of(xnu_current_proc());
}
KPI(proc_selfpid, xnu_proc_selfpid);

void
xnu_proc_selfname(char *buffer, int size)
{
	snprintf(buffer, (size_t)size, "%s", program_invocation_short_name);
}
KPI(proc_selfname, xnu_proc_selfname);

int
xnu_proc_suser(struct proc *process)
{
	bool has_one = process != NULL && process->credential != NULL;

	return xnu_kauth_cred_getuid(has_one ? process->credential : &credential_) == 0 ? 0 : XNU_EPERM;
}
KPI(proc_suser, xnu_proc_suser);
