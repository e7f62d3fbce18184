/* The variables that sysctl sets. The kernel says which there are. */
#include "sctpstat.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
print_variable(const char *name, bool json, bool first)
{
	char path[128];
	uint32_t value = 0;
	size_t length;
	void *bytes;

	snprintf(path, sizeof(path), "net.sctp.%s", name);
	bytes = read_variable(path, &length);
	memcpy(&value, bytes, length < sizeof(value) ? length : sizeof(value));
	free(bytes);
	if (json)
		printf("%s\"%s\":%u", first ? "" : ",", name, (unsigned)value);
	else
		printf("%s: %u\n", path, (unsigned)value);
}

void
print_variables(const struct wishes *wishes)
{
	size_t length;
	char *names = read_variable("net.sctp.names", &length), *name = names;

	if (wishes->json)
		printf("{");
	while (*name != '\0') {
		size_t size = strcspn(name, " ");
		bool more = name[size] == ' ';

		name[size] = '\0';
		print_variable(name, wishes->json, name == names);
		name += more ? size + 1 : size;
	}
	if (wishes->json)
		printf("}");
	free(names);
}
