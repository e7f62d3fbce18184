/* Addresses and ports as text. */
#include "sctpstat.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>

/* As Darwin lays them out, wherever this runs: the length, the family, the port, then. */
enum { FAMILY = 1, V4 = 2, V6 = 30, V4_ADDRESS = 4, V6_ADDRESS = 8, V6_SCOPE = 24 };

static void
append_port(char *text, uint16_t port, bool numbers)
{
	size_t used = strlen(text);
	const struct servent *service = numbers ? NULL : getservbyport(htons(port), "sctp");

	if (service != NULL)
		snprintf(text + used, ADDRESS_ROOM - used, ":%s", service->s_name);
	else
		snprintf(text + used, ADDRESS_ROOM - used, ":%u", (unsigned)port);
}

const char *
address_text(char text[ADDRESS_ROOM], const union sctp_sockstore *address, uint16_t port, bool numbers)
{
	const uint8_t *bytes = (const uint8_t *)address;
	char number[64] = "?", zone[16] = "";
	uint32_t scope;

	if (bytes[FAMILY] == V4) {
		inet_ntop(AF_INET, bytes + V4_ADDRESS, number, sizeof(number));
		snprintf(text, ADDRESS_ROOM, "%s", number);
	} else if (bytes[FAMILY] == V6) {
		inet_ntop(AF_INET6, bytes + V6_ADDRESS, number, sizeof(number));
		memcpy(&scope, bytes + V6_SCOPE, sizeof(scope));
		if (scope != 0)
			snprintf(zone, sizeof(zone), "%%%u", (unsigned)scope);
		snprintf(text, ADDRESS_ROOM, port != 0 ? "[%s%s]" : "%s%s", number, zone);
	} else {
		snprintf(text, ADDRESS_ROOM, "*");
	}
	if (port != 0)
		append_port(text, port, numbers);
	return text;
}
