/* Maps, links, starts and stops a kext, as kxld and OSKext do. */
#include "host.h"
#include "image.h"
#include "internal.h"
#include "kpi.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

enum { KERN_SUCCESS = 0, KERN_FAILURE = 5 };
enum { TRAMPOLINE = 32 };

/* What kmod's functions are called with in a kernel is of no use to them. */
typedef int (*kmod_function)(struct kmod_info *info, void *data);

struct kext {
	struct image image;
	unsigned char *base; /* mapped segments, then trampolines */
	size_t mapped;
	unsigned char *trampolines;
	size_t trampolines_size;
	uint64_t *targets; /* for each symbol: its address, or that of the KPI */
	uint64_t *calls;   /* for each symbol: where a call must go to reach it */
	struct kmod_info *info;
	bool is_started;
};

/* ---- imports ---- */

static void
unimplemented(const char *name)
{
	xnu_panic("the kext called %s, which this host does not implement", name);
}

/* jmp *address */
static void
write_jump(unsigned char *at, uint64_t address)
{
	static const unsigned char jump[6] = {0xff, 0x25, 0, 0, 0, 0};

	memcpy(at, jump, sizeof(jump));
	memcpy(at + sizeof(jump), &address, sizeof(address));
}

/* mov name, %rdi; then on to unimplemented with the stack as the kext's call left it. */
static void
write_refusal(unsigned char *at, const char *name)
{
	static const unsigned char move[2] = {0x48, 0xbf};
	uint64_t address = (uint64_t)(uintptr_t)name;

	memcpy(at, move, sizeof(move));
	memcpy(at + sizeof(move), &address, sizeof(address));
	write_jump(at + sizeof(move) + sizeof(address), (uint64_t)(uintptr_t)unimplemented);
}

static bool
is_import(const struct nlist *symbol)
{
	return !(symbol->type & N_STAB) && (symbol->type & N_TYPE) == N_UNDF;
}

static const char *
import_name(const struct kext *kext, uint32_t index)
{
	return image_symbol_name(&kext->image, &kext->image.symbols[index]);
}

static int
resolve(struct kext *kext, char *error, size_t size)
{
	unsigned char *trampoline = kext->trampolines;

	for (uint32_t i = 0; i < kext->image.symbol_count; i++) {
		const struct nlist *symbol = &kext->image.symbols[i];
		bool listed;

		if (!is_import(symbol)) {
			kext->targets[i] = kext->calls[i] =
			    (uint64_t)(uintptr_t)kext->base + (symbol->value - kext->image.base);
			continue;
		}
		const void *address = host_kpi_find(import_name(kext, i), &listed);

		if (!listed) {
			snprintf(error, size, "%s imports %s, which no KPI of this host offers",
				 kext->info != NULL ? kext->info->name : "the kext", import_name(kext, i));
			return -1;
		}
		if (address != NULL)
			write_jump(trampoline, (uint64_t)(uintptr_t)address);
		else
			write_refusal(trampoline, import_name(kext, i));
		kext->calls[i] = (uint64_t)(uintptr_t)trampoline;
		kext->targets[i] = address != NULL ? (uint64_t)(uintptr_t)address : kext->calls[i];
		trampoline += TRAMPOLINE;
	}
	return 0;
}

/* ---- relocation ---- */

static void
relocate_pointer(unsigned char *at, uint64_t slide)
{
	uint64_t value;

	memcpy(&value, at, sizeof(value));
	value += slide;
	memcpy(at, &value, sizeof(value));
}

static int
relocate_call(unsigned char *at, uint64_t target, char *error, size_t size)
{
	int64_t distance = (int64_t)(target - (uint64_t)(uintptr_t)(at + 4));
	int32_t displacement = (int32_t)distance;

	if (distance != displacement) {
		snprintf(error, size, "a call does not reach its target");
		return -1;
	}
	memcpy(at, &displacement, sizeof(displacement));
	return 0;
}

static int
relocate(struct kext *kext, char *error, size_t size)
{
	const struct image *image = &kext->image;

	for (uint32_t i = 0; i < image->local_count; i++)
		relocate_pointer(kext->base + image->local[i].address,
				 (uint64_t)(uintptr_t)kext->base - image->base);
	for (uint32_t i = 0; i < image->external_count; i++) {
		const struct relocation *relocation = &image->external[i];
		unsigned char *at = kext->base + relocation->address;

		if (relocation->type == X86_64_RELOC_UNSIGNED)
			relocate_pointer(at, kext->targets[relocation->symbolnum]);
		else if (relocate_call(at, kext->calls[relocation->symbolnum], error, size) != 0)
			return -1;
	}
	return 0;
}

/* ---- mapping ---- */

static size_t
count_imports(const struct image *image)
{
	size_t count = 0;

	for (uint32_t i = 0; i < image->symbol_count; i++)
		count += is_import(&image->symbols[i]);
	return count;
}

static size_t
whole_pages(size_t size)
{
	return (size + PAGE - 1) & ~(size_t)(PAGE - 1);
}

static int
map(struct kext *kext, char *error, size_t size)
{
	struct image *image = &kext->image;

	kext->trampolines_size = whole_pages(count_imports(image) * TRAMPOLINE);
	kext->mapped = image->extent + kext->trampolines_size;
	kext->base = mmap(NULL, kext->mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	kext->targets = calloc(image->symbol_count + 1u, sizeof(uint64_t));
	kext->calls = calloc(image->symbol_count + 1u, sizeof(uint64_t));
	if (kext->base == MAP_FAILED || kext->targets == NULL || kext->calls == NULL) {
		if (kext->base == MAP_FAILED)
			kext->base = NULL;
		snprintf(error, size, "no memory to map the kext");
		return -1;
	}
	kext->trampolines = kext->base + image->extent;
	for (unsigned i = 0; i < image->segment_count; i++) {
		const struct segment_command *segment = image->segments[i];

		memcpy(kext->base + (segment->vmaddr - image->base), image->bytes + segment->fileoff,
		       segment->filesize);
	}
	return 0;
}

static int
posix_protection(uint32_t protection)
{
	return (protection & VM_PROT_READ ? PROT_READ : 0) | (protection & VM_PROT_WRITE ? PROT_WRITE : 0) |
	       (protection & VM_PROT_EXECUTE ? PROT_EXEC : 0);
}

/* __LINKEDIT is thrown away after linking, as OSKext does: nothing may look at it. */
static int
protect(struct kext *kext, char *error, size_t size)
{
	struct image *image = &kext->image;

	for (unsigned i = 0; i < image->segment_count; i++) {
		const struct segment_command *segment = image->segments[i];
		bool is_linkedit = strncmp(segment->segname, "__LINKEDIT", sizeof(segment->segname)) == 0;

		if (segment->vmsize != 0 &&
		    mprotect(kext->base + (segment->vmaddr - image->base), segment->vmsize,
			     is_linkedit ? PROT_NONE : posix_protection(segment->initprot)) != 0)
			goto failed;
	}
	if (kext->trampolines_size == 0 ||
	    mprotect(kext->trampolines, kext->trampolines_size, PROT_READ | PROT_EXEC) == 0)
		return 0;
failed:
	snprintf(error, size, "the kext's pages cannot be protected");
	return -1;
}

/* ---- kmod_info ---- */

static bool
has_protection(const struct kext *kext, uint64_t address, uint64_t length, uint32_t protection)
{
	const struct segment_command *segment = image_segment_at(
	    &kext->image, address - (uint64_t)(uintptr_t)kext->base + kext->image.base, length);

	return segment != NULL && (segment->initprot & protection) == protection;
}

/* Before relocation: the name is wanted for messages about imports. */
static int
find_info(struct kext *kext, char *error, size_t size)
{
	for (uint32_t i = 0; i < kext->image.symbol_count; i++) {
		const struct nlist *symbol = &kext->image.symbols[i];

		if ((symbol->type & N_STAB) || (symbol->type & N_TYPE) != N_SECT ||
		    strcmp(image_symbol_name(&kext->image, symbol), "_kmod_info") != 0)
			continue;
		kext->info = (struct kmod_info *)(kext->base + (symbol->value - kext->image.base));
		if (!has_protection(kext, (uint64_t)(uintptr_t)kext->info, sizeof(*kext->info),
				    VM_PROT_WRITE)) {
			snprintf(error, size, "_kmod_info does not lie in a writable segment");
			return -1;
		}
		if (kext->info->info_version != 1 || memchr(kext->info->name, '\0', 64) == NULL ||
		    memchr(kext->info->version, '\0', 64) == NULL) {
			snprintf(error, size, "_kmod_info has version %d, or a name without an end",
				 kext->info->info_version);
			return -1;
		}
		return 0;
	}
	snprintf(error, size, "no symbol _kmod_info");
	return -1;
}

static int
check_functions(struct kext *kext, char *error, size_t size)
{
	if (!has_protection(kext, kext->info->start, 1, VM_PROT_EXECUTE) ||
	    !has_protection(kext, kext->info->stop, 1, VM_PROT_EXECUTE)) {
		snprintf(error, size, "the start or stop function of _kmod_info is no code of the kext");
		return -1;
	}
	kext->info->address = (uint64_t)(uintptr_t)kext->base;
	kext->info->size = kext->image.extent;
	return 0;
}

/* ---- the bundle ---- */

/* NAME.kext stands for NAME.kext/Contents/MacOS/NAME. */
static void
executable_path(const char *path, char *out, size_t size)
{
	const char *name = path;
	struct stat status;
	char stripped[512];
	size_t length;

	snprintf(out, size, "%s", path);
	if (stat(path, &status) != 0 || !S_ISDIR(status.st_mode))
		return;
	snprintf(stripped, sizeof(stripped), "%s", path);
	length = strlen(stripped);
	while (length > 1 && stripped[length - 1] == '/')
		stripped[--length] = '\0';
	name = strrchr(stripped, '/') != NULL ? strrchr(stripped, '/') + 1 : stripped;
	length = strlen(name);
	if (length > 5 && strcmp(name + length - 5, ".kext") == 0)
		length -= 5;
	snprintf(out, size, "%s/Contents/MacOS/%.*s", stripped, (int)length, name);
}

static void
destroy(struct kext *kext)
{
	if (kext->base != NULL)
		munmap(kext->base, kext->mapped);
	image_free(&kext->image);
	free(kext->targets);
	free(kext->calls);
	free(kext);
}

int
host_kext_load(const char *path, struct kext **out, char *error, size_t size)
{
	struct kext *kext = calloc(1, sizeof(*kext));
	char executable[1024];

	*out = NULL;
	if (kext == NULL) {
		snprintf(error, size, "no memory");
		return -1;
	}
	executable_path(path, executable, sizeof(executable));
	if (image_read(executable, &kext->image, error, size) != 0 || map(kext, error, size) != 0 ||
	    find_info(kext, error, size) != 0 || resolve(kext, error, size) != 0 ||
	    relocate(kext, error, size) != 0 || check_functions(kext, error, size) != 0 ||
	    protect(kext, error, size) != 0) {
		destroy(kext);
		return -1;
	}
	panic_set_kext(kext->info->name, kext->base, kext->image.extent);
	host_trace("kext %s %s at %p, %zu bytes\n", kext->info->name, kext->info->version, (void *)kext->base,
		   (size_t)kext->image.extent);
	*out = kext;
	return 0;
}

int
host_kext_start(struct kext *kext)
{
	kmod_function start = (kmod_function)(uintptr_t)kext->info->start;
	int result;

	if (kext->is_started)
		xnu_panic("%s is started twice", kext->info->name);
	host_syscall_enter();
	result = start(kext->info, NULL);
	host_syscall_exit();
	kext->is_started = result == KERN_SUCCESS;
	return result;
}

int
host_kext_stop(struct kext *kext)
{
	kmod_function stop = (kmod_function)(uintptr_t)kext->info->stop;
	int result;

	if (!kext->is_started)
		return KERN_FAILURE;
	host_syscall_enter();
	result = stop(kext->info, NULL);
	host_syscall_exit();
	if (result == KERN_SUCCESS)
		kext->is_started = false;
	return result;
}

void
host_kext_unload(struct kext *kext)
{
	if (kext->is_started)
		xnu_panic("%s is unloaded, but was not stopped", kext->info->name);
	/* A thread that has signalled its end may still run its last instructions. */
	for (unsigned wait = 0; kext_threads() != 0; wait++) {
		if (wait == 1000)
			xnu_panic("%s is unloaded while %u of its threads run", kext->info->name,
				  kext_threads());
		nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
	}
	panic_set_kext(NULL, NULL, 0);
	destroy(kext);
}

const char *
host_kext_name(const struct kext *kext)
{
	return kext->info->name;
}

const char *
host_kext_version(const struct kext *kext)
{
	return kext->info->version;
}

void *
host_kext_base(const struct kext *kext, size_t *size)
{
	*size = kext->image.extent;
	return kext->base;
}

void *
host_kext_symbol(const struct kext *kext, const char *name)
{
	for (uint32_t i = 0; i < kext->image.symbol_count; i++) {
		const struct nlist *symbol = &kext->image.symbols[i];

		if (!(symbol->type & N_STAB) && !is_import(symbol) &&
		    strcmp(image_symbol_name(&kext->image, symbol), name) == 0)
			return (void *)(uintptr_t)kext->targets[i];
	}
	return NULL;
}
