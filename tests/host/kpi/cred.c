/* Credentials and processes: one process, one credential, that of the program the host runs in. */
#include "kpi.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#define LIVE UINT64_C(0x63726564)

struct ucred {
	uint64_t mark;
	atomic_uint references;
};

struct proc {
	struct ucred *credential;
};

/* The process itself holds the first reference. */
static struct ucred credential_ = {.mark = LIVE, .references = 1};
static struct proc process_ = {.credential = &credential_};

static void
check(const struct ucred *credential)
{
	if (credential == NULL || credential->mark != LIVE)
		xnu_panic("%p is no credential", (const void *)credential);
}

struct ucred *
xnu_kauth_cred_get(void)
{
	return &credential_;
}
KPI(kauth_cred_get, xnu_kauth_cred_get);

void
xnu_kauth_cred_ref(struct ucred *credential)
{
	check(credential);
	credential->references++;
}
KPI(kauth_cred_ref, xnu_kauth_cred_ref);

struct ucred *
xnu_kauth_cred_get_with_ref(void)
{
	xnu_kauth_cred_ref(&credential_);
	return &credential_;
}
KPI(kauth_cred_get_with_ref, xnu_kauth_cred_get_with_ref);

static struct ucred *
xnu_kauth_cred_proc_ref(struct proc *process)
{
	(void)process;
	return xnu_kauth_cred_get_with_ref();
}
KPI(kauth_cred_proc_ref, xnu_kauth_cred_proc_ref);

void
xnu_kauth_cred_unref(struct ucred **credential)
{
	check(*credential);
	if ((*credential)->references-- <= 1)
		xnu_panic("the last reference of the process's credential is dropped");
	*credential = NULL;
}
KPI(kauth_cred_unref, xnu_kauth_cred_unref);

unsigned
host_cred_references(void)
{
	return credential_.references;
}

uid_t
xnu_kauth_cred_getuid(struct ucred *credential)
{
	check(credential);
	return geteuid();
}
KPI(kauth_cred_getuid, xnu_kauth_cred_getuid);

static uid_t
xnu_kauth_getuid(void)
{
	return geteuid();
}
KPI(kauth_getuid, xnu_kauth_getuid);

struct proc *
xnu_current_proc(void)
{
	return &process_;
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

int
xnu_proc_pid(struct proc *process)
{
	return process != NULL ? getpid() : -1;
}
KPI(proc_pid, xnu_proc_pid);

int
xnu_proc_selfpid(void)
{
	return getpid();
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
	(void)process;
	return geteuid() == 0 ? 0 : XNU_EPERM;
}
KPI(proc_suser, xnu_proc_suser);
