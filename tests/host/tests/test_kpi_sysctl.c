/* sysctl as a kext has it: registered variables, and what the tree insists on. */
#include "harness.h"
#include "host.h"
#include "internal.h"
#include "sysctl.h"

#include <pthread.h>
#include <unistd.h>

enum { AUTO = -1, NODE = (int)0xc0c00001, INTEGER = (int)0xc0c00002, CONSTANT = (int)0x80c00002 };

static struct sysctl_oid_list children;
static int variable = 5;

static void *
kpi(const char *name)
{
	bool listed;

	return (void *)(uintptr_t)host_kpi_find(name, &listed);
}

static void
add(struct sysctl_oid *oid)
{
	((void (*)(struct sysctl_oid *))kpi("_sysctl_register_oid"))(oid);
}

static void
drop(struct sysctl_oid *oid)
{
	((void (*)(struct sysctl_oid *))kpi("_sysctl_unregister_oid"))(oid);
}

static struct sysctl_oid
node(void)
{
	return (struct sysctl_oid){.parent = kpi("_sysctl__net_children"),
				   .number = AUTO,
				   .kind = NODE,
				   .argument1 = &children,
				   .name = "sctp",
				   .version = 1};
}

static struct sysctl_oid
leaf(int kind, int *value, const char *name)
{
	return (struct sysctl_oid){.parent = &children,
				   .number = AUTO,
				   .kind = kind,
				   .argument1 = value,
				   .argument2 = 3,
				   .name = name,
				   .handler = (sysctl_handler)kpi("_sysctl_handle_int"),
				   .version = 1};
}

TEST(sysctl_is_read_and_written)
{
	struct sysctl_oid top = node(), debug = leaf(INTEGER, &variable, "debug"),
			  fixed = leaf(CONSTANT, NULL, "fixed");
	int value, fresh = 9;
	int64_t wide = 11;
	size_t length = sizeof(value);

	add(&top);
	add(&debug);
	add(&fixed);
	EXPECT_EQ(sysctl_registered(), 3);
	EXPECT_EQ(host_sysctl("net.sctp.debug", &value, &length, &fresh, sizeof(fresh)), 0);
	EXPECT_EQ(value, 5);
	EXPECT_EQ(variable, 9);
	EXPECT_EQ(host_sysctl("net.sctp.debug", NULL, NULL, &wide, sizeof(wide)), 0);
	EXPECT_EQ(variable, 11);
	wide = INT64_MAX;
	EXPECT_EQ(host_sysctl("net.sctp.debug", NULL, NULL, &wide, sizeof(wide)), XNU_ERANGE);
	EXPECT_EQ(host_sysctl("net.sctp.debug", NULL, NULL, &fresh, 1), XNU_EINVAL);
	EXPECT_EQ(variable, 11);
	length = 1;
	EXPECT_EQ(host_sysctl("net.sctp.debug", &value, &length, &fresh, sizeof(fresh)), XNU_ENOMEM);
	EXPECT_EQ(length, 0);
	EXPECT_EQ(variable, 11);
	EXPECT_EQ(host_sysctl("net.sctp.debug", NULL, &length, NULL, 0), 0);
	EXPECT_EQ(length, sizeof(value));
	EXPECT_EQ(host_sysctl("net.sctp.fixed", &value, &length, NULL, 0), 0);
	EXPECT_EQ(value, 3);
	EXPECT_EQ(host_sysctl("net.sctp.fixed", NULL, NULL, &fresh, sizeof(fresh)), XNU_EPERM);
	EXPECT_EQ(host_sysctl("net.sctp.deb", NULL, NULL, NULL, 0), XNU_ENOENT);
	EXPECT_EQ(host_sysctl("net.sctp", NULL, NULL, NULL, 0), XNU_ENOENT);
	drop(&fixed);
	drop(&debug);
	drop(&top);
	EXPECT_EQ(host_sysctl("net.sctp.debug", NULL, NULL, NULL, 0), XNU_ENOENT);
	EXPECT_EQ(sysctl_registered(), 0);
}

TEST(sysctl_numbers_are_given_from_100)
{
	struct sysctl_oid top = node(), first = leaf(INTEGER, &variable, "first"),
			  second = leaf(INTEGER, &variable, "second");

	add(&top);
	add(&first);
	add(&second);
	EXPECT_EQ(top.number, 100);
	EXPECT_EQ(first.number, 100);
	EXPECT_EQ(second.number, 101);
}

TEST(sysctl_is_written_by_root_alone)
{
	struct sysctl_oid top = node(), debug = leaf(INTEGER, &variable, "debug");
	int value = 0;
	size_t length = sizeof(value);

	if (geteuid() != 0)
		SKIP("not root");
	add(&top);
	add(&debug);
	EXPECT_EQ(seteuid(65534), 0);
	EXPECT_EQ(host_sysctl("net.sctp.debug", NULL, NULL, &value, sizeof(value)), XNU_EPERM);
	EXPECT_EQ(host_sysctl("net.sctp.debug", &value, &length, NULL, 0), 0);
	EXPECT_EQ(value, 5);
}

TEST_PANICS(sysctl_below_net_inet_cannot_be_added, "read-only memory")
{
	struct sysctl_oid top = node();

	for (struct sysctl_oid *oid = top.parent->first; oid != NULL; oid = oid->next)
		if (oid->number == XNU_AF_INET)
			top.parent = oid->argument1;
	add(&top);
}

TEST_PANICS(sysctl_number_is_not_given_twice, "is taken")
{
	struct sysctl_oid top = node(), first = leaf(INTEGER, &variable, "first"),
			  second = leaf(INTEGER, &variable, "second");

	add(&top);
	first.number = second.number = 7;
	add(&first);
	add(&second);
}

TEST_PANICS(sysctl_of_another_version_is_not_added, "not of version 1")
{
	struct sysctl_oid top = node();

	top.version = 0;
	add(&top);
}

/* ---- a handler that runs while its variable is taken out ---- */

static int gates[2];

static int
slow(struct sysctl_oid *oid, void *argument1, int argument2, struct sysctl_req *request)
{
	char byte;

	(void)oid;
	(void)argument1;
	(void)argument2;
	(void)request;
	return read(gates[0], &byte, 1) == 1 ? 0 : XNU_EINVAL;
}

static void *
call(void *result)
{
	*(int *)result = host_sysctl("net.sctp.slow", NULL, NULL, NULL, 0);
	return NULL;
}

static void *
open_the_gate(void *oid)
{
	/* Until the tree has let go of it. */
	while (sysctl_registered() != 1)
		usleep(1000);
	EXPECT_EQ(((struct sysctl_oid *)oid)->references, 1);
	EXPECT_EQ(write(gates[1], "x", 1), 1);
	return NULL;
}

TEST(sysctl_is_not_gone_before_its_handler_returned)
{
	struct sysctl_oid top = node(), oid = leaf(INTEGER, &variable, "slow");
	pthread_t caller, opener;
	int result = -1;

	EXPECT_EQ(pipe(gates), 0);
	oid.handler = slow;
	add(&top);
	add(&oid);
	EXPECT_EQ(pthread_create(&caller, NULL, call, &result), 0);
	while (*(volatile int *)&oid.references == 0)
		usleep(1000);
	EXPECT_EQ(pthread_create(&opener, NULL, open_the_gate, &oid), 0);
	drop(&oid);
	EXPECT_EQ(oid.references, 0);
	EXPECT_EQ(pthread_join(caller, NULL), 0);
	EXPECT_EQ(pthread_join(opener, NULL), 0);
	EXPECT_EQ(result, 0);
	drop(&top);
}
