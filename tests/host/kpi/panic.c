#include "host.h"
#include "internal.h"
#include "kpi.h"

#include <execinfo.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char *kext_name;
static const char *kext_base;
static size_t kext_size;

void
panic_set_kext(const char *name, const void *base, size_t size)
{
	kext_name = name;
	kext_base = base;
	kext_size = size;
}

static void
print_frame(void *address)
{
	size_t offset = (size_t)((const char *)address - kext_base);

	if (kext_base != NULL && (const char *)address >= kext_base && offset < kext_size)
		fprintf(stderr, "  %s + 0x%zx\n", kext_name, offset);
	else
		backtrace_symbols_fd(&address, 1, 2);
}

static const char *
end_of_stack(void)
{
	pthread_attr_t attributes;
	void *start = NULL;
	size_t size = 0;

	if (pthread_getattr_np(pthread_self(), &attributes) == 0) {
		pthread_attr_getstack(&attributes, &start, &size);
		pthread_attr_destroy(&attributes);
	}
	return (const char *)start + size;
}

/* By frame pointers, which the kext keeps: it has no unwind tables. A function without one ends the walk or
 * skips. */
static void
print_frames(void)
{
	void **frame = __builtin_frame_address(0);
	const char *end = end_of_stack();

	for (unsigned depth = 0; depth < 40; depth++) {
		void **caller = frame[0];

		print_frame(frame[1]);
		if (caller <= frame || (uintptr_t)caller % sizeof(void *) != 0 ||
		    (const char *)(caller + 2) > end)
			break;
		frame = caller;
	}
}

void
xnu_panic(const char *format, ...)
{
	va_list arguments;

	fputs("panic: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	fflush(stderr);
	print_frames();
	abort();
}
KPI(panic, xnu_panic);
