/* The table of system calls. */
#include "syscall.h"

#include "link.h"

static int (*const sysent[SYSCALL_COUNT])(struct syscall *) = {
#define ENTRY(name) [CALL_##name] = sys_##name,
    SYSCALLS(ENTRY)
#undef ENTRY
};

int
syscall_run(unsigned number, struct syscall *call)
{
	if (number >= SYSCALL_COUNT)
		return XNU_ENOSYS;
	host_syscall_enter();
	link_take_in();
	int error = sysent[number](call);
	host_syscall_exit();
	return error;
}
