/*
 * Puts messages together that a socket hands out in pieces (RFC 6458 section 3.1.4: no MSG_EOR yet). The
 * pieces of one message follow one another within their association.
 */
#ifndef ASSEMBLY_H
#define ASSEMBLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ASSEMBLY_ASSOCIATIONS 64

struct assembly {
	struct {
		uint32_t assoc_id;
		uint8_t *bytes;
		size_t size, room;
	} parts[ASSEMBLY_ASSOCIATIONS];
};

/* False with errno: no memory, or too many associations. */
bool assembly_add(struct assembly *assembly, uint32_t assoc_id, const void *piece, size_t size);

/* With end, the whole message, until the next call; NULL without. */
const void *assembly_message(struct assembly *assembly, uint32_t assoc_id, bool end, size_t *size);

/* The association is gone. */
void assembly_drop(struct assembly *assembly, uint32_t assoc_id);

#endif
