/* Mach-O as a kext bundle uses it: 64 bits, little-endian. Names are those of <mach-o/loader.h>. */
#ifndef MACHO_H
#define MACHO_H

#include <stdint.h>

enum { MH_MAGIC_64 = 0xfeedfacf, CPU_TYPE_X86_64 = 0x01000007, MH_KEXT_BUNDLE = 0xb };

#define LC_REQ_DYLD 0x80000000u
enum {
	LC_SYMTAB = 0x2,
	LC_DYSYMTAB = 0xb,
	LC_SEGMENT_64 = 0x19,
	LC_UUID = 0x1b,
	LC_CODE_SIGNATURE = 0x1d,
	LC_SEGMENT_SPLIT_INFO = 0x1e,
	LC_DYLD_INFO = 0x22,
	LC_VERSION_MIN_MACOSX = 0x24,
	LC_VERSION_MIN_IPHONEOS = 0x25,
	LC_FUNCTION_STARTS = 0x26,
	LC_DATA_IN_CODE = 0x29,
	LC_SOURCE_VERSION = 0x2a,
	LC_DYLIB_CODE_SIGN_DRS = 0x2b,
	LC_VERSION_MIN_TVOS = 0x2f,
	LC_VERSION_MIN_WATCHOS = 0x30,
	LC_NOTE = 0x31,
	LC_BUILD_VERSION = 0x32,
};

struct mach_header {
	uint32_t magic;
	uint32_t cputype, cpusubtype;
	uint32_t filetype;
	uint32_t ncmds, sizeofcmds;
	uint32_t flags, reserved;
};

struct load_command {
	uint32_t cmd, cmdsize;
};

enum { VM_PROT_READ = 1, VM_PROT_WRITE = 2, VM_PROT_EXECUTE = 4 };

struct segment_command {
	uint32_t cmd, cmdsize;
	char segname[16];
	uint64_t vmaddr, vmsize, fileoff, filesize;
	uint32_t maxprot, initprot, nsects, flags;
};

/* Types of sections that need the dynamic linker; a kext may have none. */
enum {
	SECTION_TYPE = 0xff,
	S_ZEROFILL = 1,
	S_NON_LAZY_SYMBOL_POINTERS = 6,
	S_LAZY_SYMBOL_POINTERS = 7,
	S_SYMBOL_STUBS = 8,
	S_MOD_INIT_FUNC_POINTERS = 9,
	S_MOD_TERM_FUNC_POINTERS = 10
};

struct section {
	char sectname[16], segname[16];
	uint64_t addr, size;
	uint32_t offset, align, reloff, nreloc, flags, reserved1, reserved2, reserved3;
};

struct symtab_command {
	uint32_t cmd, cmdsize, symoff, nsyms, stroff, strsize;
};

struct dysymtab_command {
	uint32_t cmd, cmdsize;
	uint32_t ilocalsym, nlocalsym, iextdefsym, nextdefsym, iundefsym, nundefsym;
	uint32_t tocoff, ntoc, modtaboff, nmodtab, extrefsymoff, nextrefsyms, indirectsymoff, nindirectsyms;
	uint32_t extreloff, nextrel, locreloff, nlocrel;
};

enum { N_STAB = 0xe0, N_TYPE = 0x0e, N_EXT = 1, N_UNDF = 0, N_ABS = 2, N_SECT = 0xe };

struct nlist {
	uint32_t strx;
	uint8_t type, sect;
	uint16_t desc;
	uint64_t value;
};

enum { X86_64_RELOC_UNSIGNED = 0, X86_64_RELOC_BRANCH = 2 };

struct relocation {
	int32_t address;
	uint32_t symbolnum : 24, pcrel : 1, length : 2, is_extern : 1, type : 4;
};

/* <mach/kmod.h>: packed to 4 bytes. */
#pragma pack(push, 4)
struct kmod_info {
	uint64_t next;
	int32_t info_version;
	uint32_t id;
	char name[64], version[64];
	int32_t reference_count;
	uint64_t reference_list;
	uint64_t address, size, hdr_size;
	uint64_t start, stop;
};
#pragma pack(pop)
_Static_assert(sizeof(struct kmod_info) == 196, "kmod_info of 64 bits");

#endif
