/*
 * A small kext, made byte by byte: start prints a line through an import that is called by way of a pointer,
 * calls the import again by a relocated branch, and returns start_result; stop returns stop_result. Tests
 * spoil it.
 */
#ifndef KEXT_FILE_H
#define KEXT_FILE_H

#include "macho.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum {
	KEXT_TEXT = 0x0,
	KEXT_DATA = 0x1000,
	KEXT_LINKEDIT = 0x2000,
	KEXT_SIZE_MAX = 0x2400,
	KEXT_CODE = 0x800,
	KEXT_STOP = 0x840,
	KEXT_MESSAGE = 0x880,
	KEXT_INFO = KEXT_DATA,
	KEXT_POINTER = KEXT_DATA + 0x100,
	KEXT_SELF = KEXT_DATA + 0x108,
	KEXT_BRANCH = KEXT_CODE + 0x11,
};
enum { SYMBOL_INFO, SYMBOL_IMPORT, SYMBOLS };

struct kext_file {
	unsigned char bytes[KEXT_SIZE_MAX];
	size_t size;
	/* where the parts lie, to spoil them */
	struct mach_header *header;
	struct segment_command *text, *data, *linkedit;
	struct symtab_command *symtab;
	struct dysymtab_command *dysymtab;
	struct load_command *uuid;
	struct nlist *symbols;
	struct relocation *local, *external;
	struct kmod_info *info;
};

static void *
kext_command(struct kext_file *file, uint32_t command, size_t size)
{
	struct load_command *at =
	    (void *)(file->bytes + sizeof(struct mach_header) + file->header->sizeofcmds);

	at->cmd = command;
	at->cmdsize = (uint32_t)size;
	file->header->ncmds++;
	file->header->sizeofcmds += (uint32_t)size;
	return at;
}

static struct segment_command *
kext_segment(struct kext_file *file, const char *name, uint64_t at, uint64_t size, uint32_t protection)
{
	struct segment_command *segment = kext_command(file, LC_SEGMENT_64, sizeof(*segment));

	strncpy(segment->segname, name, sizeof(segment->segname) - 1);
	segment->vmaddr = segment->fileoff = at;
	segment->vmsize = 0x1000;
	segment->filesize = size;
	segment->maxprot = 7;
	segment->initprot = protection;
	return segment;
}

static void
kext_code(struct kext_file *file, int start_result, int stop_result)
{
	static const unsigned char start[] = {
	    0x48, 0x83, 0xec, 0x08,          /* sub  $8, %rsp */
	    0x48, 0x8d, 0x3d, 0,    0, 0, 0, /* lea  message(%rip), %rdi */
	    0x31, 0xc0,                      /* xor  %eax, %eax */
	    0x90, 0x90, 0x90,                /* nop */
	    0xe8, 0,    0,    0,    0,       /* call import, by a branch relocation */
	    0x48, 0x8d, 0x3d, 0,    0, 0, 0, /* lea  message(%rip), %rdi */
	    0x31, 0xc0,                      /* xor  %eax, %eax */
	    0xff, 0x15, 0,    0,    0, 0,    /* call *pointer(%rip) */
	    0xb8, 0,    0,    0,    0,       /* mov  result, %eax */
	    0x48, 0x83, 0xc4, 0x08,          /* add  $8, %rsp */
	    0xc3,                            /* ret */
	};
	enum { LEA1 = 7, LEA2 = 24, CALL = 32, RESULT = 37 };
	unsigned char *code = file->bytes + KEXT_CODE, *stop = file->bytes + KEXT_STOP;
	const struct {
		int at, target;
	} relative[] = {{LEA1, KEXT_MESSAGE}, {LEA2, KEXT_MESSAGE}, {CALL, KEXT_POINTER}};

	memcpy(code, start, sizeof(start));
	for (size_t i = 0; i < 3; i++) {
		int32_t distance = relative[i].target - (KEXT_CODE + relative[i].at + 4);

		memcpy(code + relative[i].at, &distance, 4);
	}
	memcpy(code + RESULT, &start_result, 4);
	stop[0] = 0xb8;
	memcpy(stop + 1, &stop_result, 4);
	stop[5] = 0xc3;
	strcpy((char *)file->bytes + KEXT_MESSAGE, "hello from the kext\n");
}

static void
kext_linkedit(struct kext_file *file, const char *import)
{
	/* kmod_info's start and stop, and a pointer to kmod_info itself */
	static const int32_t pointers[] = {KEXT_INFO + 180, KEXT_INFO + 188, KEXT_SELF};
	size_t at = KEXT_LINKEDIT;
	char *strings;

	file->local = (void *)(file->bytes + at);
	for (size_t i = 0; i < 3; i++)
		file->local[i] = (struct relocation){.address = pointers[i], .symbolnum = 1, .length = 3};
	file->dysymtab->locreloff = (uint32_t)at;
	file->dysymtab->nlocrel = 3;
	at += 3 * sizeof(struct relocation);
	file->external = (void *)(file->bytes + at);
	file->external[0] = (struct relocation){
	    .address = KEXT_POINTER, .symbolnum = SYMBOL_IMPORT, .length = 3, .is_extern = 1};
	file->external[1] = (struct relocation){.address = KEXT_BRANCH,
						.symbolnum = SYMBOL_IMPORT,
						.length = 2,
						.pcrel = 1,
						.is_extern = 1,
						.type = X86_64_RELOC_BRANCH};
	file->dysymtab->extreloff = (uint32_t)at;
	file->dysymtab->nextrel = 2;
	at += 2 * sizeof(struct relocation);
	file->symbols = (void *)(file->bytes + at);
	file->symtab->symoff = (uint32_t)at;
	file->symtab->nsyms = SYMBOLS;
	at += SYMBOLS * sizeof(struct nlist);
	strings = (char *)file->bytes + at;
	strcpy(strings + 1, "_kmod_info");
	strcpy(strings + 12, import);
	file->symtab->stroff = (uint32_t)at;
	file->symtab->strsize = (uint32_t)(12 + strlen(import) + 1);
	file->symbols[SYMBOL_INFO] =
	    (struct nlist){.strx = 1, .type = N_SECT | N_EXT, .sect = 1, .value = KEXT_INFO};
	file->symbols[SYMBOL_IMPORT] = (struct nlist){.strx = 12, .type = N_UNDF | N_EXT};
	file->size = at + file->symtab->strsize;
	file->linkedit->filesize = file->size - KEXT_LINKEDIT;
}

static void
kext_make(struct kext_file *file, const char *import, int start_result, int stop_result)
{
	memset(file, 0, sizeof(*file));
	file->header = (void *)file->bytes;
	*file->header = (struct mach_header){
	    .magic = MH_MAGIC_64, .cputype = CPU_TYPE_X86_64, .filetype = MH_KEXT_BUNDLE};
	file->text = kext_segment(file, "__TEXT", KEXT_TEXT, 0x1000, VM_PROT_READ | VM_PROT_EXECUTE);
	file->data = kext_segment(file, "__DATA", KEXT_DATA, 0x1000, VM_PROT_READ | VM_PROT_WRITE);
	file->linkedit = kext_segment(file, "__LINKEDIT", KEXT_LINKEDIT, 0, VM_PROT_READ);
	file->symtab = kext_command(file, LC_SYMTAB, sizeof(*file->symtab));
	file->dysymtab = kext_command(file, LC_DYSYMTAB, sizeof(*file->dysymtab));
	file->uuid = kext_command(file, LC_UUID, 24);
	file->info = (void *)(file->bytes + KEXT_INFO);
	*file->info = (struct kmod_info){.info_version = 1, .start = KEXT_CODE, .stop = KEXT_STOP};
	strcpy(file->info->name, "test.kext");
	strcpy(file->info->version, "1.0");
	*(uint64_t *)(file->bytes + KEXT_SELF) = KEXT_INFO;
	kext_code(file, start_result, stop_result);
	kext_linkedit(file, import);
}

static void
kext_write(const struct kext_file *file, const char *path, size_t size)
{
	FILE *out = fopen(path, "wb");

	EXPECT(out != NULL);
	EXPECT_EQ(fwrite(file->bytes, 1, size, out), size);
	EXPECT_EQ(fclose(out), 0);
}

#endif
