#include "image.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MAX = 64 << 20 };

/* What kxld passes over without looking inside. */
static const uint32_t ignored_commands[] = {
    LC_UUID,
    LC_CODE_SIGNATURE,
    LC_SEGMENT_SPLIT_INFO,
    LC_DYLD_INFO,
    LC_DYLD_INFO | LC_REQ_DYLD,
    LC_VERSION_MIN_MACOSX,
    LC_VERSION_MIN_IPHONEOS,
    LC_FUNCTION_STARTS,
    LC_DATA_IN_CODE,
    LC_SOURCE_VERSION,
    LC_DYLIB_CODE_SIGN_DRS,
    LC_VERSION_MIN_TVOS,
    LC_VERSION_MIN_WATCHOS,
    LC_NOTE,
    LC_BUILD_VERSION,
};

struct check {
	struct image *image;
	const struct symtab_command *symtab;
	const struct dysymtab_command *dysymtab;
	char *error;
	size_t error_size;
};

static __attribute__((format(printf, 2, 3))) bool
refuse(const struct check *check, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(check->error, check->error_size, format, arguments);
	va_end(arguments);
	return false;
}

/* Whether count entries of each bytes at offset lie inside the file. */
static bool
inside(const struct image *image, uint64_t offset, uint64_t count, uint64_t each)
{
	return offset <= image->size && count <= (image->size - offset) / each;
}

/* ---- reading ---- */

static bool
read_file(const struct check *check, const char *path)
{
	struct image *image = check->image;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat status;
	size_t done = 0;

	if (fd < 0 || fstat(fd, &status) != 0) {
		refuse(check, "%s: %s", path, strerror(errno));
	} else if (!S_ISREG(status.st_mode) || status.st_size > FILE_MAX) {
		refuse(check, "%s: no regular file, or larger than %d MiB", path, FILE_MAX >> 20);
	} else {
		image->size = (size_t)status.st_size;
		/* calloc: alignment for the structs in it. */
		image->bytes = calloc(1, image->size + 1);
		while (image->bytes != NULL && done < image->size) {
			ssize_t count = read(fd, image->bytes + done, image->size - done);

			if (count <= 0)
				break;
			done += (size_t)count;
		}
		if (image->bytes == NULL || done < image->size)
			refuse(check, "%s: cannot be read whole", path);
	}
	if (fd >= 0)
		close(fd);
	return image->bytes != NULL && done == image->size;
}

/* ---- load commands ---- */

static bool
check_header(const struct check *check)
{
	const struct mach_header *header = (const void *)check->image->bytes;

	if (check->image->size < sizeof(*header))
		return refuse(check, "the file ends inside the Mach-O header");
	if (header->magic != MH_MAGIC_64)
		return refuse(check, "no 64-bit Mach-O file (magic 0x%08x)", header->magic);
	if (header->cputype != CPU_TYPE_X86_64)
		return refuse(check, "not for x86_64 (cputype 0x%08x)", header->cputype);
	if (header->filetype != MH_KEXT_BUNDLE)
		return refuse(check, "no kext bundle (filetype %u, wanted %d)", header->filetype,
			      MH_KEXT_BUNDLE);
	if (header->sizeofcmds > check->image->size - sizeof(*header))
		return refuse(check, "the file ends inside the load commands");
	return true;
}

static bool
check_sections(const struct check *check, const struct segment_command *segment)
{
	const struct section *sections = (const void *)(segment + 1);

	for (uint32_t i = 0; i < segment->nsects; i++) {
		const struct section *section = &sections[i];
		uint32_t type = section->flags & SECTION_TYPE;

		if (section->addr < segment->vmaddr || section->size > segment->vmsize ||
		    section->addr - segment->vmaddr > segment->vmsize - section->size)
			return refuse(check, "section %.16s lies outside its segment %.16s",
				      section->sectname, segment->segname);
		if (type == S_MOD_INIT_FUNC_POINTERS || type == S_MOD_TERM_FUNC_POINTERS)
			return refuse(check, "section %.16s has initialisers, which kexts in C have not",
				      section->sectname);
		if (type == S_SYMBOL_STUBS || type == S_LAZY_SYMBOL_POINTERS ||
		    type == S_NON_LAZY_SYMBOL_POINTERS)
			return refuse(check, "section %.16s (type %u) needs the dynamic linker",
				      section->sectname, type);
		if (section->nreloc != 0)
			return refuse(check, "section %.16s has relocations of its own", section->sectname);
	}
	return true;
}

static bool
check_segment(const struct check *check, const struct segment_command *segment)
{
	struct image *image = check->image;
	const struct segment_command *previous =
	    image->segment_count > 0 ? image->segments[image->segment_count - 1] : NULL;

	if (segment->cmdsize < sizeof(*segment) ||
	    segment->nsects > (segment->cmdsize - sizeof(*segment)) / sizeof(struct section))
		return refuse(check, "segment %.16s is larger than its load command", segment->segname);
	if (image->segment_count == SEGMENTS_MAX)
		return refuse(check, "more than %d segments", SEGMENTS_MAX);
	if (segment->vmaddr % PAGE != 0 || segment->vmsize % PAGE != 0 || segment->vmsize > FILE_MAX)
		return refuse(check,
			      "segment %.16s is not made of whole pages (vmaddr 0x%llx, vmsize 0x%llx)",
			      segment->segname, (unsigned long long)segment->vmaddr,
			      (unsigned long long)segment->vmsize);
	if (segment->filesize > segment->vmsize || !inside(image, segment->fileoff, segment->filesize, 1))
		return refuse(check, "segment %.16s lies outside the file", segment->segname);
	if (previous != NULL && segment->vmaddr < previous->vmaddr + previous->vmsize)
		return refuse(check, "segment %.16s overlaps %.16s or stands before it", segment->segname,
			      previous->segname);
	if (segment->vmaddr > UINT32_MAX)
		return refuse(check, "segment %.16s lies above 4 GiB", segment->segname);
	if ((segment->initprot & VM_PROT_WRITE) && (segment->initprot & VM_PROT_EXECUTE))
		return refuse(check, "segment %.16s is writable and executable", segment->segname);
	image->segments[image->segment_count++] = segment;
	return check_sections(check, segment);
}

static bool
is_ignored(uint32_t command)
{
	for (size_t i = 0; i < sizeof(ignored_commands) / sizeof(ignored_commands[0]); i++)
		if (ignored_commands[i] == command)
			return true;
	return false;
}

static bool
check_command(struct check *check, const struct load_command *command)
{
	if (command->cmd == LC_SEGMENT_64)
		return check_segment(check, (const void *)command);
	if (command->cmd == LC_SYMTAB) {
		if (check->symtab != NULL || command->cmdsize < sizeof(*check->symtab))
			return refuse(check, "LC_SYMTAB is there twice or too short");
		check->symtab = (const void *)command;
		return true;
	}
	if (command->cmd == LC_DYSYMTAB) {
		if (check->dysymtab != NULL || command->cmdsize < sizeof(*check->dysymtab))
			return refuse(check, "LC_DYSYMTAB is there twice or too short");
		check->dysymtab = (const void *)command;
		return true;
	}
	return is_ignored(command->cmd) ||
	       refuse(check, "load command 0x%x, which kxld rejects", command->cmd);
}

static bool
check_commands(struct check *check)
{
	const struct mach_header *header = (const void *)check->image->bytes;
	const unsigned char *at = check->image->bytes + sizeof(*header);
	size_t left = header->sizeofcmds;

	for (uint32_t i = 0; i < header->ncmds; i++) {
		const struct load_command *command = (const void *)at;

		if (left < sizeof(*command) || command->cmdsize < sizeof(*command) ||
		    command->cmdsize > left || command->cmdsize % 8 != 0)
			return refuse(check, "load command %u of %u is cut off or misaligned", i + 1,
				      header->ncmds);
		if (!check_command(check, command))
			return false;
		at += command->cmdsize;
		left -= command->cmdsize;
	}
	return true;
}

/* ---- tables ---- */

static bool
check_segments(const struct check *check)
{
	struct image *image = check->image;

	if (image->segment_count == 0 || image->segments[0]->fileoff != 0 ||
	    image->segments[0]->filesize < sizeof(struct mach_header))
		return refuse(check, "no segment holds the Mach-O header");
	const struct segment_command *last = image->segments[image->segment_count - 1];

	image->base = image->segments[0]->vmaddr;
	image->extent = last->vmaddr + last->vmsize - image->base;
	return true;
}

static bool
check_symbols(const struct check *check)
{
	struct image *image = check->image;

	if (check->symtab == NULL || check->dysymtab == NULL)
		return refuse(check, "no LC_SYMTAB or no LC_DYSYMTAB");
	if (!inside(image, check->symtab->symoff, check->symtab->nsyms, sizeof(struct nlist)) ||
	    check->symtab->symoff % 8 != 0)
		return refuse(check, "the symbol table lies outside the file or is misaligned");
	if (!inside(image, check->symtab->stroff, check->symtab->strsize, 1))
		return refuse(check, "the string table lies outside the file");
	image->symbols = (const void *)(image->bytes + check->symtab->symoff);
	image->symbol_count = check->symtab->nsyms;
	image->strings = (const char *)image->bytes + check->symtab->stroff;
	image->strings_size = check->symtab->strsize;
	for (uint32_t i = 0; i < image->symbol_count; i++) {
		const struct nlist *symbol = &image->symbols[i];

		if (image_symbol_name(image, symbol) == NULL)
			return refuse(check, "the name of symbol %u does not end inside the string table", i);
		if (!(symbol->type & N_STAB) && (symbol->type & N_TYPE) == N_SECT &&
		    (symbol->value < image->base || symbol->value - image->base > image->extent))
			return refuse(check, "symbol %s lies outside the kext",
				      image_symbol_name(image, symbol));
	}
	return true;
}

static bool
check_relocation(const struct check *check, const struct relocation *relocation, bool is_external)
{
	const struct image *image = check->image;
	unsigned size = 1u << relocation->length;
	const char *kind = is_external ? "external" : "local";
	uint64_t address = image->base + (uint32_t)relocation->address;

	if (relocation->address < 0 || image_segment_at(image, address, size) == NULL)
		return refuse(check, "a %s relocation at 0x%x lies outside the segments", kind,
			      relocation->address);
	if (relocation->is_extern != is_external)
		return refuse(check, "the relocation at 0x%x stands in the table of %s ones",
			      relocation->address, kind);
	if (is_external && relocation->symbolnum >= image->symbol_count)
		return refuse(check, "the relocation at 0x%x names symbol %u of %u", relocation->address,
			      relocation->symbolnum, image->symbol_count);
	if (relocation->type == X86_64_RELOC_UNSIGNED && relocation->length == 3 && !relocation->pcrel)
		return true;
	if (is_external && relocation->type == X86_64_RELOC_BRANCH && relocation->length == 2 &&
	    relocation->pcrel)
		return true;
	return refuse(check,
		      "the %s relocation at 0x%x has type %u, length %u, pcrel %u: none of a linked kext",
		      kind, relocation->address, relocation->type, relocation->length, relocation->pcrel);
}

static bool
check_relocations(const struct check *check)
{
	const struct dysymtab_command *tables = check->dysymtab;
	struct image *image = check->image;

	if (!inside(image, tables->locreloff, tables->nlocrel, sizeof(struct relocation)) ||
	    !inside(image, tables->extreloff, tables->nextrel, sizeof(struct relocation)) ||
	    tables->locreloff % 4 != 0 || tables->extreloff % 4 != 0)
		return refuse(check, "a relocation table lies outside the file or is misaligned");
	image->local = (const void *)(image->bytes + tables->locreloff);
	image->local_count = tables->nlocrel;
	image->external = (const void *)(image->bytes + tables->extreloff);
	image->external_count = tables->nextrel;
	for (uint32_t i = 0; i < image->local_count; i++)
		if (!check_relocation(check, &image->local[i], false))
			return false;
	for (uint32_t i = 0; i < image->external_count; i++)
		if (!check_relocation(check, &image->external[i], true))
			return false;
	return true;
}

/* ---- the whole ---- */

int
image_read(const char *path, struct image *image, char *error, size_t size)
{
	struct check check = {.image = image, .error = error, .error_size = size};

	memset(image, 0, sizeof(*image));
	if (read_file(&check, path) && check_header(&check) && check_commands(&check) &&
	    check_segments(&check) && check_symbols(&check) && check_relocations(&check))
		return 0;
	image_free(image);
	return -1;
}

void
image_free(struct image *image)
{
	free(image->bytes);
	memset(image, 0, sizeof(*image));
}

const char *
image_symbol_name(const struct image *image, const struct nlist *symbol)
{
	if (symbol->strx >= image->strings_size ||
	    memchr(image->strings + symbol->strx, '\0', image->strings_size - symbol->strx) == NULL)
		return NULL;
	return image->strings + symbol->strx;
}

const struct segment_command *
image_segment_at(const struct image *image, uint64_t address, uint64_t length)
{
	for (unsigned i = 0; i < image->segment_count; i++) {
		const struct segment_command *segment = image->segments[i];

		if (address >= segment->vmaddr && length <= segment->vmsize &&
		    address - segment->vmaddr <= segment->vmsize - length)
			return segment;
	}
	return NULL;
}
