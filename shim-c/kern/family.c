#include "family.h"
#include "calibrate.h"
#include "log.h"
#include "user_abi.h"

struct sctp_family sctp_families[SCTP_FAMILIES] = {
    {.domain_family = AF_INET, .engine_family = 4, .sockaddr_length = sizeof(struct sockaddr_in)},
    {.domain_family = AF_INET6, .engine_family = 6, .sockaddr_length = sizeof(struct sockaddr_in6)},
};

static int
open_scratch(struct sctp_family *family)
{
	int error = sock_socket(family->domain_family, SOCK_DGRAM, IPPROTO_UDP, NULL, NULL, &family->scratch);

	if (error != 0) {
		family->scratch = NULL;
		sctp_log("no scratch socket of family %u: error %d", family->domain_family, error);
		return error;
	}
	if (!sctp_calibrate_socket(family->scratch) || !sctp_calibrate_domain(family))
		return EINVAL;
	return 0;
}

int
sctp_family_start(void)
{
	for (size_t i = 0; i < SCTP_FAMILIES; i++) {
		int error = open_scratch(&sctp_families[i]);

		if (error != 0) {
			sctp_family_stop();
			return error;
		}
	}
	return 0;
}

void
sctp_family_stop(void)
{
	for (size_t i = 0; i < SCTP_FAMILIES; i++) {
		if (sctp_families[i].scratch != NULL)
			sock_close(sctp_families[i].scratch);
		sctp_families[i].scratch = NULL;
	}
}

const struct sctp_family *
sctp_family_of(struct socket *so)
{
	const struct protosw *entry = *so_proto(so);

	for (size_t i = 0; i < SCTP_FAMILIES; i++) {
		const struct sctp_family *family = &sctp_families[i];

		if (entry >= family->entries && entry < family->entries + ENTRIES)
			return family;
	}
	return NULL;
}
