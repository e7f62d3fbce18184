/* Programs that use the kernel: each is a process for it, as long as one of its threads is connected. */
#ifndef DAEMON_PROGRAM_H
#define DAEMON_PROGRAM_H

#include "../bsd/file.h"

struct program {
	struct proc process;
	unsigned threads;
	struct program *next;
};

/* The program of a thread that has connected; NULL without memory. Every success is ended by
 * program_leave. */
struct program *program_enter(pid_t pid, uid_t uid);
void program_leave(struct program *program);
/* Closes all programs' descriptors of an open file. */
void programs_close(const struct fileglob *glob);

#endif
