/* sysctl: the structs of xnu-7195, and the tree of variables as a program's call sees it. */
#ifndef SYSCTL_H
#define SYSCTL_H

#include "kpi.h"

struct sysctl_oid;
struct sysctl_req;
typedef int (*sysctl_handler)(struct sysctl_oid *oid, void *argument1, int argument2,
			      struct sysctl_req *request);

struct sysctl_oid_list {
	struct sysctl_oid *first;
};

struct sysctl_oid {
	struct sysctl_oid_list *parent;
	struct sysctl_oid *next;
	int number;
	int kind;
	void *argument1;
	int argument2;
	const char *name;
	sysctl_handler handler;
	const char *format;
	const char *description;
	int version;
	int references;
};
_Static_assert(sizeof(struct sysctl_oid) == 80, "struct sysctl_oid of xnu-7195");

struct sysctl_req {
	struct proc *process;
	int lock;
	uint64_t old;
	size_t old_length, old_at;
	int (*copy_out)(struct sysctl_req *request, const void *from, size_t length);
	uint64_t new;
	size_t new_length, new_at;
	int (*copy_in)(struct sysctl_req *request, void *to, size_t length);
};
_Static_assert(sizeof(struct sysctl_req) == 80, "struct sysctl_req of xnu-7195");

enum { CTLTYPE = 0xf, CTLTYPE_NODE = 1 };
enum {
	CTLFLAG_WR = 0x40000000,
	CTLFLAG_ANYBODY = 0x10000000,
	CTLFLAG_LOCKED = 0x00800000,
	CTLFLAG_OID2 = 0x00400000,
	CTLFLAG_PERMANENT = 0x00200000,
};

/* The variable of that name, kept from being unregistered until it is given back; NULL if there is none. */
struct sysctl_oid *sysctl_take(const char *name);
void sysctl_give(struct sysctl_oid *oid);

/* A program's call for a variable; the request says where its memory is and how one comes there. */
int sysctl_call(const char *name, struct sysctl_req *request);
/* What the call tells the program of the length, without an error or with ENOMEM. */
size_t sysctl_length(const struct sysctl_req *request);

#endif
