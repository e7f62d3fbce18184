/*
 * The variables below net.sctp, which sysctl(8) shows and sets: one for each row of the engine's table, and
 * the statistics and the list of associations as FreeBSD lays them out.
 *
 * FreeBSD has them below net.inet. There a kext may add nothing: from xnu-7195.101.1 on the kernel's lists of
 * variables are in read-only memory, but for those that are meant to be extended, and net.inet is not.
 *
 * No handler holds the domain mutex while it copies from or to the program, which may wait.
 */
#include "sysctl.h"
#include "core.h"
#include "mem.h"
#include "user_abi.h"

static struct sysctl_oid_list children;
static struct sysctl_oid node, names, stats, assoclist;
static struct sysctl_oid *variables; /* allocated */
static uint32_t count;

static int
handle_variable(struct sysctl_oid *oid, void *arg1, int arg2, struct sysctl_req *request)
{
	struct sctp_variable variable;
	int value, error;

	(void)arg1;
	sctp_lock();
	(void)sctp_engine_variable(engine(), (uint32_t)arg2, &variable);
	sctp_unlock();
	value = (int)variable.value;
	error = sysctl_handle_int(oid, &value, 0, request);
	if (error != 0 || request->newptr == 0)
		return error;
	sctp_lock();
	error = sctp_engine_set_variable(engine(), (uint32_t)arg2, (uint32_t)value);
	sctp_unlock();
	return error;
}

/* With a blank between two: what sctpstat shows without a list of its own. */
static int
handle_names(struct sysctl_oid *oid, void *arg1, int arg2, struct sysctl_req *request)
{
	int error = 0;

	(void)oid;
	(void)arg1;
	(void)arg2;
	for (uint32_t i = 0; i < count && error == 0; i++) {
		const char *name = variables[i].oid_name;
		size_t length = 0;

		while (name[length] != '\0')
			length++;
		error = request->oldfunc(request, name, length);
		if (error == 0)
			error = request->oldfunc(request, i + 1 < count ? " " : "", 1);
	}
	return error;
}

static bool
is_zero(const void *memory, size_t size)
{
	const uint8_t *bytes = memory;

	while (size > 0 && bytes[size - 1] == 0)
		size--;
	return size == 0;
}

/* Zeros may be written, and nothing else: they set the counters back. */
static int
exchange_stats(struct sysctl_req *request, struct sctpstat *buffer)
{
	int error;

	sctp_lock();
	sctp_engine_statistics(engine(), buffer);
	sctp_unlock();
	error = request->oldfunc(request, buffer, sizeof(*buffer));
	if (error != 0 || request->newptr == 0)
		return error;
	if (request->newlen != sizeof(*buffer))
		return EINVAL;
	error = request->newfunc(request, buffer, sizeof(*buffer));
	if (error != 0)
		return error;
	if (!is_zero(buffer, sizeof(*buffer)))
		return EINVAL;
	sctp_lock();
	sctp_engine_reset_statistics(engine(), sctp_now());
	sctp_unlock();
	return 0;
}

static int
handle_stats(struct sysctl_oid *oid, void *arg1, int arg2, struct sysctl_req *request)
{
	struct sctpstat *buffer = sctp_mem_alloc(sizeof(*buffer));
	int error;

	(void)oid;
	(void)arg1;
	(void)arg2;
	if (buffer == NULL)
		return ENOMEM;
	error = exchange_stats(request, buffer);
	sctp_kern_free(buffer, sizeof(*buffer));
	return error;
}

/* Bytes of records that are made at a time: so long is the domain mutex held. */
enum { LIST_BLOCK = 4096 };

/* Who only asks for the size, without a place for the records, is told that of all of them and some more. */
static int
write_list(struct sysctl_req *request, bool secrets, void *buffer)
{
	struct sctp_list at = {{0, 0, 0, 0}};
	size_t length = 0, total = 0;
	bool more = true;
	int error = 0;

	while (more && error == 0) {
		sctp_lock();
		more = sctp_engine_list(engine(), &at, secrets, buffer, LIST_BLOCK, &length);
		sctp_unlock();
		total += length;
		error = request->oldfunc(request, buffer, length);
	}
	if (error == 0 && request->oldptr == 0)
		request->oldidx += total / 8;
	return error;
}

static int
handle_assoclist(struct sysctl_oid *oid, void *arg1, int arg2, struct sysctl_req *request)
{
	void *buffer = sctp_mem_alloc(LIST_BLOCK);
	int error;

	(void)oid;
	(void)arg1;
	(void)arg2;
	if (buffer == NULL)
		return ENOMEM;
	error = write_list(request, proc_suser(request->p) == 0, buffer);
	sctp_kern_free(buffer, LIST_BLOCK);
	return error;
}

/* What every entry has. Filled at run time: an arm64e kernel signs pointers. */
static void
fill(struct sysctl_oid *oid, struct sysctl_oid_list *parent, uint32_t kind, const char *name)
{
	oid->oid_parent = parent;
	oid->oid_number = OID_AUTO;
	oid->oid_kind = (int)(kind | CTLFLAG_RD | CTLFLAG_LOCKED | CTLFLAG_OID2);
	oid->oid_name = name;
	oid->oid_version = SYSCTL_OID_VERSION;
}

static void
fill_variable(struct sysctl_oid *oid, uint32_t index, const struct sctp_variable *variable)
{
	fill(oid, &children, CTLTYPE_INT | CTLFLAG_WR, variable->name);
	oid->oid_arg2 = (int)index;
	oid->oid_handler = handle_variable;
	oid->oid_fmt = "IU";
	oid->oid_descr = variable->description;
}

static void
fill_node(void)
{
	memset(&node, 0, sizeof(node));
	fill(&node, &sysctl__net_children, CTLTYPE_NODE, "sctp");
	node.oid_arg1 = &children;
	node.oid_fmt = "N";
	node.oid_descr = "Stream Control Transmission Protocol";
}

static void
fill_names(void)
{
	memset(&names, 0, sizeof(names));
	fill(&names, &children, CTLTYPE_STRING, "names");
	names.oid_handler = handle_names;
	names.oid_fmt = "A";
	names.oid_descr = "Variables that may be set";
}

static void
fill_stats(void)
{
	memset(&stats, 0, sizeof(stats));
	fill(&stats, &children, CTLTYPE_OPAQUE | CTLFLAG_WR, "stats");
	stats.oid_handler = handle_stats;
	stats.oid_fmt = "S,sctpstat";
	stats.oid_descr = "Counters of RFC 3873 and others; write zeros to set them back";
}

static void
fill_assoclist(void)
{
	memset(&assoclist, 0, sizeof(assoclist));
	fill(&assoclist, &children, CTLTYPE_OPAQUE, "assoclist");
	assoclist.oid_handler = handle_assoclist;
	assoclist.oid_fmt = "S,xassoc";
	assoclist.oid_descr = "Sockets, associations and their addresses";
}

int
sctp_sysctl_start(void)
{
	struct sctp_variable variable;

	sctp_lock();
	for (count = 0; sctp_engine_variable(engine(), count, &variable);)
		count++;
	sctp_unlock();
	variables = sctp_mem_alloc(count * sizeof(*variables));
	if (variables == NULL)
		return ENOMEM;
	sctp_lock();
	for (uint32_t i = 0; sctp_engine_variable(engine(), i, &variable); i++)
		fill_variable(&variables[i], i, &variable);
	sctp_unlock();

	children.first = NULL;
	for (uint32_t i = 0; i < count; i++)
		sysctl_register_oid(&variables[i]);
	fill_names();
	sysctl_register_oid(&names);
	fill_stats();
	sysctl_register_oid(&stats);
	fill_assoclist();
	sysctl_register_oid(&assoclist);
	/* Last: with it all of them appear. */
	fill_node();
	sysctl_register_oid(&node);
	return 0;
}

void
sctp_sysctl_stop(void)
{
	sysctl_unregister_oid(&node);
	sysctl_unregister_oid(&assoclist);
	sysctl_unregister_oid(&stats);
	sysctl_unregister_oid(&names);
	for (uint32_t i = count; i > 0; i--)
		sysctl_unregister_oid(&variables[i - 1]);
	sctp_kern_free(variables, count * sizeof(*variables));
}
