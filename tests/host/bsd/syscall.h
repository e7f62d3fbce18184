/*
 * The border between programs and the kernel: a table of system calls. Arguments are words, as registers
 * carry them; what one points at crosses by copyin and copyout alone, so that the program may be another
 * process.
 */
#ifndef BSD_SYSCALL_H
#define BSD_SYSCALL_H

#include "file.h"

enum { SYSCALL_ARGUMENTS = 6 };

struct syscall {
	uint64_t arguments[SYSCALL_ARGUMENTS];
	int64_t result;
};

/* macOS's, and two beyond it: defunct and listens (syscalls.h). */
#define SYSCALLS(CALL)                                                                                       \
	CALL(socket)                                                                                         \
	CALL(bind)                                                                                           \
	CALL(listen)                                                                                         \
	CALL(accept)                                                                                         \
	CALL(connect)                                                                                        \
	CALL(getsockname)                                                                                    \
	CALL(getpeername)                                                                                    \
	CALL(shutdown)                                                                                       \
	CALL(setsockopt)                                                                                     \
	CALL(getsockopt)                                                                                     \
	CALL(sendmsg)                                                                                        \
	CALL(recvmsg)                                                                                        \
	CALL(writev)                                                                                         \
	CALL(readv)                                                                                          \
	CALL(close)                                                                                          \
	CALL(dup)                                                                                            \
	CALL(dup2)                                                                                           \
	CALL(fcntl)                                                                                          \
	CALL(ioctl)                                                                                          \
	CALL(select)                                                                                         \
	CALL(poll)                                                                                           \
	CALL(kqueue)                                                                                         \
	CALL(kevent)                                                                                         \
	CALL(sysctl)                                                                                         \
	CALL(defunct)                                                                                        \
	CALL(listens)

enum syscall_number {
#define NUMBER(name) CALL_##name,
	SYSCALLS(NUMBER)
#undef NUMBER
	    SYSCALL_COUNT
};

/* Each gives 0 with call->result, or a Darwin errno; ERESTART: the same call is to be made again once the
 * signal's handler has run. */
#define DECLARE(name) int sys_##name(struct syscall *call);
SYSCALLS(DECLARE)
#undef DECLARE

#define ARGUMENT(type, index) ((type)call->arguments[index])

/* Runs one in this kernel, on the calling thread, for its process. */
int syscall_run(unsigned number, struct syscall *call);

/* How the calls of syscalls.h reach their kernel: by default it is in this process. 0 or a Darwin errno. */
extern int (*syscall_trap)(unsigned number, struct syscall *call);

#endif
