/* A kext's file, checked. Everything here points into the file's bytes, and every offset was seen to lie
 * inside. */
#ifndef IMAGE_H
#define IMAGE_H

#include "macho.h"

#include <stdbool.h>
#include <stddef.h>

enum { SEGMENTS_MAX = 16, PAGE = 4096 };

struct image {
	unsigned char *bytes;
	size_t size;
	const struct segment_command *segments[SEGMENTS_MAX];
	unsigned segment_count;
	uint64_t base;   /* vmaddr of the first segment */
	uint64_t extent; /* bytes from base to the end of the last segment, whole pages */
	const struct nlist *symbols;
	uint32_t symbol_count;
	const char *strings;
	uint32_t strings_size;
	const struct relocation *local, *external;
	uint32_t local_count, external_count;
};

/* Reads and checks path. 0, or -1 with a sentence; then there is nothing to free. */
int image_read(const char *path, struct image *image, char *error, size_t size);
void image_free(struct image *image);

/* NULL if the name does not end inside the string table. */
const char *image_symbol_name(const struct image *image, const struct nlist *symbol);
/* The segment that holds length bytes at address (vm), NULL if none does. */
const struct segment_command *image_segment_at(const struct image *image, uint64_t address, uint64_t length);

#endif
