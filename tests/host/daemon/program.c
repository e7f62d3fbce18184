#include "program.h"

#include <pthread.h>
#include <stdlib.h>

#include "open.h"

static struct program *programs;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static struct program *
make(pid_t pid, uid_t uid)
{
	struct program *program = calloc(1, sizeof(*program));
	if (!program)
		return NULL;
	program->process = (struct proc){host_cred_create(uid), pid, filedesc_new(&open_files)};
	if (program->process.credential && program->process.files)
		return program;
	if (program->process.credential)
		xnu_kauth_cred_unref(&program->process.credential);
	if (program->process.files)
		filedesc_free(program->process.files);
	free(program);
	return NULL;
}

static struct program *
find(pid_t pid, uid_t uid)
{
	struct program *program = programs;
	while (program &&
	       (program->process.pid != pid || xnu_kauth_cred_getuid(program->process.credential) != uid))
		program = program->next;
	return program;
}

struct program *
program_enter(pid_t pid, uid_t uid)
{
	pthread_mutex_lock(&lock);
	struct program *program = find(pid, uid);
	if (!program) {
		program = make(pid, uid);
		if (program) {
			program->next = programs;
			programs = program;
		}
	}
	if (program)
		program->threads++;
	pthread_mutex_unlock(&lock);
	return program;
}

void
program_leave(struct program *program)
{
	struct program **link = &programs;
	pthread_mutex_lock(&lock);
	bool last = --program->threads == 0;
	if (last) {
		while (*link != program)
			link = &(*link)->next;
		*link = program->next;
	}
	pthread_mutex_unlock(&lock);
	if (!last)
		return;
	host_syscall_enter();
	filedesc_free(program->process.files);
	xnu_kauth_cred_unref(&program->process.credential);
	host_syscall_exit();
	free(program);
}

void
programs_close(const struct fileglob *glob)
{
	pthread_mutex_lock(&lock);
	for (struct program *program = programs; program; program = program->next)
		filedesc_close(program->process.files, glob);
	pthread_mutex_unlock(&lock);
}
