#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "assembly.h"

/* The place of that association; a free one if it has none; -1 if there is none left. */
static int
place_of(const struct assembly *assembly, uint32_t assoc_id)
{
	int free_place = -1;

	for (int i = 0; i < ASSEMBLY_ASSOCIATIONS; i++) {
		if (assembly->parts[i].bytes == NULL)
			free_place = free_place < 0 ? i : free_place;
		else if (assembly->parts[i].assoc_id == assoc_id)
			return i;
	}
	return free_place;
}

bool
assembly_add(struct assembly *assembly, uint32_t assoc_id, const void *piece, size_t size)
{
	int place = place_of(assembly, assoc_id);
	uint8_t *bytes;

	if (place < 0) {
		errno = ENOBUFS;
		return false;
	}
	bytes = assembly->parts[place].bytes;
	if (bytes == NULL || assembly->parts[place].room - assembly->parts[place].size < size) {
		size_t room = assembly->parts[place].size + size + 64 * 1024;

		bytes = realloc(bytes, room);
		if (bytes == NULL)
			return false;
		assembly->parts[place].bytes = bytes;
		assembly->parts[place].room = room;
		assembly->parts[place].assoc_id = assoc_id;
	}
	memcpy(bytes + assembly->parts[place].size, piece, size);
	assembly->parts[place].size += size;
	return true;
}

const void *
assembly_message(struct assembly *assembly, uint32_t assoc_id, bool end, size_t *size)
{
	int place = place_of(assembly, assoc_id);

	if (!end || place < 0)
		return NULL;
	*size = assembly->parts[place].size;
	assembly->parts[place].size = 0;
	return assembly->parts[place].bytes;
}

void
assembly_drop(struct assembly *assembly, uint32_t assoc_id)
{
	int place = place_of(assembly, assoc_id);

	if (place < 0 || assembly->parts[place].bytes == NULL)
		return;
	free(assembly->parts[place].bytes);
	memset(&assembly->parts[place], 0, sizeof(assembly->parts[place]));
}
