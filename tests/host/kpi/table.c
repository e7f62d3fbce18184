#include "internal.h"
#include "kpi.h"
#include "symbols.h"

#include <string.h>

extern const struct kpi __start_kpi_table[];
extern const struct kpi __stop_kpi_table[];

const void *
host_kpi_find(const char *name, bool *listed)
{
	*listed = false;
	for (const char *const *known = kpi_names; *known != NULL && !*listed; known++)
		*listed = strcmp(*known, name) == 0;
	if (!*listed)
		return NULL;
	for (const struct kpi *kpi = __start_kpi_table; kpi != __stop_kpi_table; kpi++)
		if (strcmp(kpi->name, name) == 0)
			return kpi->address;
	return NULL;
}

const char *
host_kpi_unlisted(void)
{
	for (const struct kpi *kpi = __start_kpi_table; kpi != __stop_kpi_table; kpi++) {
		bool listed;

		host_kpi_find(kpi->name, &listed);
		if (!listed)
			return kpi->name;
	}
	return NULL;
}
