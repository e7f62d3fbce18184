/* Domains and their protocols: the lists that socket() searches and that a kext appends its own entries to.
 */
#include "inet_pcb.h"
#include "socketvar.h"

static TAILQ_HEAD(, domain) domains = TAILQ_HEAD_INITIALIZER(domains);
static struct lck_grp *domain_group;
static struct lck_mtx *domain_proto_mtx;

static void
domain_attach(struct domain *domain, int family, const char *name)
{
	domain->dom_family = family;
	domain->dom_name = name;
	domain->dom_refs = 0;
	domain->dom_mtx = &domain->dom_mtx_s;
	xnu_lck_mtx_init(domain->dom_mtx, domain_group, NULL);
	TAILQ_INIT(&domain->dom_protosw);
	TAILQ_INSERT_TAIL(&domains, domain, dom_entry);
}

void
domain_init(void)
{
	domain_group = xnu_lck_grp_alloc_init("domain", NULL);
	domain_proto_mtx = xnu_lck_mtx_alloc_init(domain_group, NULL);
	TAILQ_INIT(&domains);
	domain_attach(&inetdomain, XNU_AF_INET, "internet");
	domain_attach(&inet6domain, XNU_AF_INET6, "internet6");
	pcb_init();
	inet_attach();
}

void
domain_fini(void)
{
	struct domain *domain;
	TAILQ_FOREACH(domain, &domains, dom_entry)
	xnu_lck_mtx_destroy(&domain->dom_mtx_s, domain_group);
	pcb_fini();
	xnu_lck_mtx_free(domain_proto_mtx, domain_group);
	xnu_lck_grp_free(domain_group);
}

void
attach_protocol(struct domain *domain, struct protosw *protocol)
{
	TAILQ_INSERT_TAIL(&domain->dom_protosw, protocol, pr_entry);
	protocol->pr_flags |= PR_ATTACHED;
	protocol->pr_domain = domain;
	protocol->pr_protosw = protocol;
	pru_sanitize(protocol->pr_usrreqs);
	TAILQ_INIT(&protocol->pr_filter_head);
	if (protocol->pr_init)
		protocol->pr_init(protocol, domain);
	protocol->pr_flags |= PR_INITIALIZED;
}

static struct domain *
find_domain(int family)
{
	struct domain *domain;
	TAILQ_FOREACH(domain, &domains, dom_entry)
	if (domain->dom_family == family)
		return domain;
	return NULL;
}

/*
 * The searches below never look at pr_domain: an entry in the internet domain's list may belong to a domain
 * of its own, which is how a protocol that XNU does not know gets sockets. An appended entry is seen as soon
 * as it is linked.
 */
enum search { BY_PROTOCOL, BY_TYPE, BY_NUMBER };

static struct protosw *
search_protocol(int family, enum search search, int protocol, int type)
{
	struct protosw *entry = NULL, *wildcard = NULL;
	xnu_lck_mtx_lock(domain_proto_mtx);
	struct domain *domain = find_domain(family);
	if (domain)
		entry = TAILQ_FIRST(&domain->dom_protosw);
	for (; entry; entry = __atomic_load_n(&entry->pr_entry.tqe_next, __ATOMIC_ACQUIRE)) {
		if (search == BY_TYPE && type != 0 && entry->pr_type == type)
			break;
		if (search != BY_TYPE && entry->pr_protocol == protocol &&
		    (search == BY_NUMBER || entry->pr_type == type))
			break;
		if (search == BY_PROTOCOL && type == BSD_SOCK_RAW && entry->pr_type == BSD_SOCK_RAW &&
		    entry->pr_protocol == 0 && !wildcard)
			wildcard = entry;
	}
	xnu_lck_mtx_unlock(domain_proto_mtx);
	return entry ? entry : wildcard;
}

struct domain *
pffinddomain(int family)
{
	xnu_lck_mtx_lock(domain_proto_mtx);
	struct domain *domain = find_domain(family);
	xnu_lck_mtx_unlock(domain_proto_mtx);
	return domain;
}

struct protosw *
pffindproto(int family, int protocol, int type)
{
	return family ? search_protocol(family, BY_PROTOCOL, protocol, type) : NULL;
}

struct protosw *
pffindtype(int family, int type)
{
	return search_protocol(family, BY_TYPE, 0, type);
}

struct protosw *
pffindprotonotype(int family, int protocol)
{
	return family && protocol ? search_protocol(family, BY_NUMBER, protocol, 0) : NULL;
}
