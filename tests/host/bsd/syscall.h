/* Around every system call: signals are held back and end sleeps, and a call that asks for it starts anew. */
#ifndef BSD_SYSCALL_H
#define BSD_SYSCALL_H

#include "file.h"
#include "link.h"
#include "syscalls.h"

/*
 * Runs call, an expression that gives a Darwin errno and sets result, then gives result or the negative
 * errno. The signal's handler runs between two rounds.
 */
#define SYSTEM_CALL(result, call)                                                                            \
	({                                                                                                   \
		int error_;                                                                                  \
		do {                                                                                         \
			host_syscall_enter();                                                                \
			link_take_in();                                                                      \
			error_ = (call);                                                                     \
			host_syscall_exit();                                                                 \
		} while (error_ == XNU_ERESTART);                                                            \
		error_ ? -error_ : (result);                                                                 \
	})

#endif
