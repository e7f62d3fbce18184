/* The loader, with small kexts made here and with broken ones. */
#include "harness.h"
#include "host.h"
#include "internal.h"
#include "kext_file.h"
#include "kpi.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static struct kext_file file;
static char error[256];
static char printed[1024];

static const char *
path(void)
{
	static char text[128];

	snprintf(text, sizeof(text), "%s/kext.%d", test_folder(), (int)getpid());
	return text;
}

static int
load(struct kext **kext)
{
	kext_write(&file, path(), file.size);
	return host_kext_load(path(), kext, error, sizeof(error));
}

static void
collect(const char *text, void *context)
{
	(void)context;
	strncat(printed, text, sizeof(printed) - strlen(printed) - 1);
}

/* Spoils one field of a good kext; loading must fail with a message that has part in it. */
static void
expect_refusal(const char *part)
{
	struct kext *kext;

	error[0] = '\0';
	EXPECT_EQ(load(&kext), -1);
	EXPECT(kext == NULL);
	EXPECT_SAYS(error, part);
}

TEST(loads_starts_and_stops)
{
	struct kext *kext;
	size_t size;

	kext_make(&file, "_printf", 0, 0);
	if (load(&kext) != 0)
		FAIL("%s", error);
	EXPECT_SAYS(host_kext_name(kext), "test.kext");
	EXPECT_SAYS(host_kext_version(kext), "1.0");
	host_console(collect, NULL);
	EXPECT_EQ(host_kext_start(kext), 0);
	EXPECT_SAYS(printed, "hello from the kext\nhello from the kext\n");

	unsigned char *base = host_kext_base(kext, &size);
	struct kmod_info *info = host_kext_symbol(kext, "_kmod_info");

	EXPECT_EQ(size, 0x3000);
	EXPECT((unsigned char *)info == base + KEXT_INFO);
	EXPECT_EQ(*(uint64_t *)(base + KEXT_SELF), (uintptr_t)info);
	EXPECT_EQ(info->address, (uintptr_t)base);
	EXPECT(host_kext_symbol(kext, "_printf") == NULL);
	EXPECT_EQ(host_kext_stop(kext), 0);
	host_kext_unload(kext);
}

TEST(loads_a_bundle_folder)
{
	char bundle[200], executable[300];
	struct kext *kext;

	kext_make(&file, "_printf", 0, 0);
	snprintf(bundle, sizeof(bundle), "%s/Test.kext", test_folder());
	mkdir(bundle, 0700);
	snprintf(executable, sizeof(executable), "%s/Contents", bundle);
	mkdir(executable, 0700);
	strcat(executable, "/MacOS");
	mkdir(executable, 0700);
	strcat(executable, "/Test");
	kext_write(&file, executable, file.size);
	strcat(bundle, "/");
	EXPECT_EQ(host_kext_load(bundle, &kext, error, sizeof(error)), 0);
	host_kext_unload(kext);
}

TEST(protects_segments)
{
	char line[256], seen[64] = "";
	struct kext *kext;
	size_t size;
	FILE *maps;

	kext_make(&file, "_printf", 0, 0);
	EXPECT_EQ(load(&kext), 0);
	uint64_t base = (uintptr_t)host_kext_base(kext, &size);

	maps = fopen("/proc/self/maps", "r");
	EXPECT(maps != NULL);
	while (fgets(line, sizeof(line), maps) != NULL) {
		unsigned long long from, to;
		char protection[5];

		EXPECT_EQ(sscanf(line, "%llx-%llx %4s", &from, &to, protection), 3);
		if (from < base + size + 0x1000 && to > base) {
			strcat(seen, protection);
			strcat(seen, " ");
		}
	}
	fclose(maps);
	/* text, data, linkedit, trampolines */
	EXPECT_SAYS(seen, "r-xp rw-p ---p r-xp");
	EXPECT(strstr(seen, "wx") == NULL);
}

TEST(start_that_fails_is_not_started)
{
	struct kext *kext;

	kext_make(&file, "_printf", 5, 0);
	EXPECT_EQ(load(&kext), 0);
	EXPECT_EQ(host_kext_start(kext), 5);
	EXPECT_EQ(host_kext_stop(kext), 5);
	host_kext_unload(kext);
}

TEST(stop_may_refuse)
{
	struct kext *kext;

	kext_make(&file, "_printf", 0, 5);
	EXPECT_EQ(load(&kext), 0);
	EXPECT_EQ(host_kext_start(kext), 0);
	EXPECT_EQ(host_kext_stop(kext), 5);
	EXPECT_EQ(host_kext_stop(kext), 5);
}

TEST_PANICS(unload_of_a_running_kext, "was not stopped")
{
	struct kext *kext;

	kext_make(&file, "_printf", 0, 0);
	EXPECT_EQ(load(&kext), 0);
	EXPECT_EQ(host_kext_start(kext), 0);
	host_kext_unload(kext);
}

TEST(import_of_a_private_symbol)
{
	kext_make(&file, "_soreserve", 0, 0);
	expect_refusal("test.kext imports _soreserve, which no KPI of this host offers");
}

TEST(import_of_a_libc_function)
{
	kext_make(&file, "_pthread_create", 0, 0);
	expect_refusal("imports _pthread_create, which no KPI");
}

TEST_PANICS(call_of_a_listed_kpi_without_implementation,
	    "the kext called _VNOP_READ, which this host does not implement")
{
	struct kext *kext;

	kext_make(&file, "_VNOP_READ", 0, 0);
	EXPECT_EQ(load(&kext), 0);
	host_kext_start(kext);
}

TEST(every_offered_kpi_is_listed)
{
	const char *name = host_kpi_unlisted();

	if (name != NULL)
		FAIL("%s is offered, but on no list", name);
}

TEST(no_such_file)
{
	struct kext *kext;

	EXPECT_EQ(host_kext_load("/nowhere/SCTP.kext", &kext, error, sizeof(error)), -1);
	EXPECT_SAYS(error, "/nowhere/SCTP.kext: No such file");
}

TEST(no_kext_at_all)
{
	kext_make(&file, "_printf", 0, 0);
	strcpy((char *)file.bytes, "#!/bin/sh");
	expect_refusal("no 64-bit Mach-O file");
	kext_make(&file, "_printf", 0, 0);
	file.header->filetype = 8;
	expect_refusal("no kext bundle (filetype 8");
	kext_make(&file, "_printf", 0, 0);
	file.header->cputype = 0x0100000c;
	expect_refusal("not for x86_64");
}

TEST(load_commands_kxld_rejects)
{
	static const uint32_t rejected[] = {0xc /* LOAD_DYLIB */,
					    0x80000028 /* MAIN */,
					    5 /* UNIXTHREAD */,
					    0x80000034 /* DYLD_CHAINED_FIXUPS */,
					    0x80000033 /* EXPORTS_TRIE */,
					    0x77};

	for (size_t i = 0; i < sizeof(rejected) / sizeof(rejected[0]); i++) {
		char wanted[64];

		kext_make(&file, "_printf", 0, 0);
		file.uuid->cmd = rejected[i];
		snprintf(wanted, sizeof(wanted), "load command 0x%x, which kxld rejects", rejected[i]);
		expect_refusal(wanted);
	}
}

TEST(spoiled_fields)
{
#define SPOILED(change, part)                                                                                \
	do {                                                                                                 \
		kext_make(&file, "_printf", 0, 0);                                                           \
		change;                                                                                      \
		expect_refusal(part);                                                                        \
	} while (0)

	SPOILED(file.data->initprot = 7, "segment __DATA is writable and executable");
	SPOILED(file.data->vmaddr = 0, "segment __DATA overlaps __TEXT");
	SPOILED(file.data->vmaddr += 8, "whole pages");
	SPOILED(file.data->filesize = 0x2000, "segment __DATA lies outside the file");
	SPOILED(file.linkedit->fileoff = UINT64_MAX, "segment __LINKEDIT lies outside the file");
	SPOILED(file.data->vmaddr = 0xfffffffffffff000, "segment __DATA lies above");
	SPOILED(file.text->nsects = 1, "larger than its load command");
	SPOILED(file.uuid->cmdsize = 0, "cut off or misaligned");
	SPOILED(file.uuid->cmdsize = 0x4000, "cut off or misaligned");
	SPOILED(file.header->ncmds = 99, "load command 7 of 99");
	SPOILED(file.header->sizeofcmds = UINT32_MAX, "ends inside the load commands");
	SPOILED(file.symtab->symoff = 0x7ffffff8, "symbol table lies outside");
	SPOILED(file.symtab->nsyms = UINT32_MAX, "symbol table lies outside");
	SPOILED(file.symtab->strsize = UINT32_MAX, "string table lies outside");
	SPOILED(file.symtab->strsize -= 1, "does not end inside the string table");
	SPOILED(file.symbols[0].strx = 0x10000, "the name of symbol 0");
	SPOILED(file.symbols[0].value = 0x100000, "_kmod_info lies outside the kext");
	SPOILED(file.symbols[0].strx = 12, "no symbol _kmod_info");
	SPOILED(file.symbols[0].value = KEXT_CODE, "_kmod_info does not lie in a writable segment");
	SPOILED(file.dysymtab->nlocrel = UINT32_MAX, "relocation table lies outside");
	SPOILED(file.local[0].address = -8, "relocation at 0xfffffff8 lies outside");
	SPOILED(file.local[0].address = 0x2ffc, "relocation at 0x2ffc lies outside");
	SPOILED(file.local[0].is_extern = 1, "stands in the table of local ones");
	SPOILED(file.external[0].symbolnum = 77, "names symbol 77 of 2");
	SPOILED(file.external[0].type = 4, "type 4");
	SPOILED(file.info->info_version = 2, "_kmod_info has version 2");
	SPOILED(memset(file.info->name, 'x', 64), "a name without an end");
	SPOILED(file.info->start = KEXT_DATA, "is no code of the kext");
	SPOILED(file.info->stop = 0x100000, "is no code of the kext");
#undef SPOILED
}

TEST(sections_of_the_dynamic_linker)
{
	struct segment_command *segment;
	struct section *section;

	kext_make(&file, "_printf", 0, 0);
	segment = kext_command(&file, LC_SEGMENT_64, sizeof(*segment) + sizeof(*section));
	segment->vmaddr = 0x4000;
	segment->vmsize = 0x1000;
	segment->nsects = 1;
	section = (void *)(segment + 1);
	strcpy(section->sectname, "__stubs");
	section->addr = 0x4000;
	section->flags = S_SYMBOL_STUBS;
	expect_refusal("section __stubs (type 8) needs the dynamic linker");
	section->flags = S_MOD_INIT_FUNC_POINTERS;
	expect_refusal("initialisers");
	section->flags = 0;
	section->size = 0x2000;
	expect_refusal("lies outside its segment");
}

TEST_LIMIT(truncated_at_every_offset, 60)
{
	struct kext *kext;

	kext_make(&file, "_printf", 0, 0);
	for (size_t size = 0; size < file.size; size++) {
		error[0] = '\0';
		kext_write(&file, path(), size);
		if (host_kext_load(path(), &kext, error, sizeof(error)) == 0)
			FAIL("a file of %zu of %zu bytes was loaded", size, file.size);
		EXPECT(error[0] != '\0');
	}
}

/* Whatever one byte is changed to: an error with words, or a kext that is loaded and unloaded again. */
TEST_LIMIT(every_byte_changed, 120)
{
	static const unsigned char changes[] = {0x01, 0x80, 0xff};

	kext_make(&file, "_printf", 0, 0);
	for (size_t at = 0; at < file.size; at++) {
		/* Of the empty pages a few bytes will do. */
		if (file.bytes[at] == 0 && at % 64 != 0 && at > 0x300 && at < KEXT_LINKEDIT)
			continue;
		for (size_t i = 0; i < sizeof(changes); i++) {
			struct kext *kext;

			error[0] = '\0';
			file.bytes[at] ^= changes[i];
			if (load(&kext) == 0)
				host_kext_unload(kext);
			else
				EXPECT(error[0] != '\0');
			file.bytes[at] ^= changes[i];
		}
	}
}

TEST(the_built_kext)
{
	const char *built = getenv("SCTP_TEST_KEXT");
	struct kext *kext;

	if (built == NULL || *built == '\0')
		SKIP("no KEXT= given");
	if (host_kext_load(built, &kext, error, sizeof(error)) != 0)
		FAIL("%s", error);
	EXPECT(strlen(host_kext_name(kext)) > 0);
	host_kext_unload(kext);
}

TEST(the_built_kext_starts_and_stops)
{
	const char *built = getenv("SCTP_TEST_KEXT");

	if (built == NULL || *built == '\0')
		SKIP("no KEXT= given");
	for (int round = 0; round < 3; round++) {
		if (host_start(built, error, sizeof(error)) != 0)
			FAIL("%s", error);
		EXPECT_EQ(host_stop(), 0);
	}
}

/* The kth allocation of the start fails, for every k until a start needs fewer: it must unwind, leaving
 * nothing. */
TEST_LIMIT(the_built_kext_unwinds_when_memory_is_short, 60)
{
	const char *built = getenv("SCTP_TEST_KEXT");
	struct host_memory before, after;
	uint64_t k = 0;

	if (built == NULL || *built == '\0')
		SKIP("no KEXT= given");
	host_console(collect, NULL);
	do {
		int started;

		EXPECT(++k < 1000);
		host_memory_count(NULL, &before);
		host_memory_fail_at(k);
		started = host_start(built, error, sizeof(error));
		host_memory_fail_at(0);
		if (started == 0)
			EXPECT_EQ(host_stop(), 0);
		EXPECT_EQ(host_memory_report(), 0);
		EXPECT_EQ(host_mbuf_live(), 0);
		host_memory_count(NULL, &after);
	} while (after.failed != before.failed);
	EXPECT(k > 1);
	EXPECT(strstr(printed, "left") == NULL);
}
