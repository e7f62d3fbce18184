#include "net.h"

/* The one's complement sum of RFC 1071, in network order; 0 over a header that carries its own right
 * checksum. */
uint16_t
internet_checksum(const void *bytes, size_t length)
{
	const unsigned char *byte = bytes;
	uint32_t sum = 0;

	for (size_t i = 0; i < length; i++)
		sum += (uint32_t)byte[i] << (i % 2 == 0 ? 8 : 0);
	while (sum > 0xffff)
		sum = (sum & 0xffff) + (sum >> 16);
	sum = ~sum & 0xffff;
	return (uint16_t)(sum << 8 | sum >> 8);
}
