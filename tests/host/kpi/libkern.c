/* printf and its kind, the version string, random numbers, atomics of libkern. */
#include "host.h"
#include "internal.h"
#include "kpi.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

/* ---- console ---- */

static pthread_mutex_t console_lock = PTHREAD_MUTEX_INITIALIZER;
static void (*console_sink)(const char *text, void *context);
static void *console_context;
static bool verbose;

void
host_console(void (*sink)(const char *text, void *context), void *context)
{
	pthread_mutex_lock(&console_lock);
	console_sink = sink;
	console_context = context;
	pthread_mutex_unlock(&console_lock);
}

void
host_set_verbose(bool on)
{
	verbose = on;
}

void
console_write(const char *text)
{
	pthread_mutex_lock(&console_lock);
	if (console_sink != NULL)
		console_sink(text, console_context);
	else
		fputs(text, stderr);
	pthread_mutex_unlock(&console_lock);
}

static int
xnu_vprintf(const char *format, va_list arguments)
{
	char text[1024];
	int length = vsnprintf(text, sizeof(text), format, arguments);

	console_write(text);
	return length;
}
KPI(vprintf, xnu_vprintf);

int
xnu_printf(const char *format, ...)
{
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = xnu_vprintf(format, arguments);
	va_end(arguments);
	return length;
}
KPI(printf, xnu_printf);

static __attribute__((format(printf, 1, 2))) void
xnu_kprintf(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	xnu_vprintf(format, arguments);
	va_end(arguments);
}
KPI(kprintf, xnu_kprintf);

void
host_trace(const char *format, ...)
{
	va_list arguments;

	if (!verbose)
		return;
	va_start(arguments, format);
	xnu_vprintf(format, arguments);
	va_end(arguments);
}

/* ---- version ---- */

static char version_[512] = "Darwin Kernel Version 20.6.0: Thu Jul  6 22:12:47 PDT 2023; "
			    "root:xnu-7195.141.2~5/RELEASE_X86_64";
KPI(version, version_);

static const int version_major_ = 20, version_minor_ = 6, version_revision_ = 0;
KPI(version_major, &version_major_);
KPI(version_minor, &version_minor_);
KPI(version_revision, &version_revision_);

void
host_set_version(const char *version)
{
	static char original[sizeof(version_)];

	if (original[0] == '\0')
		strcpy(original, version_);
	snprintf(version_, sizeof(version_), "%s", version != NULL ? version : original);
}

/* ---- random numbers ---- */

static pthread_mutex_t random_lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t random_state;

void
host_random_seed(uint64_t seed)
{
	pthread_mutex_lock(&random_lock);
	random_state = seed;
	pthread_mutex_unlock(&random_lock);
}

/* splitmix64: for repeatable tests only. */
static uint64_t
next_random(void)
{
	uint64_t mixed = random_state += UINT64_C(0x9e3779b97f4a7c15);

	mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94d049bb133111eb);
	return mixed ^ (mixed >> 31);
}

static void
xnu_random_buf(void *buffer, size_t length)
{
	unsigned char *out = buffer;

	pthread_mutex_lock(&random_lock);
	if (random_state != 0) {
		for (size_t i = 0; i < length; i += 8) {
			uint64_t value = next_random();

			memcpy(out + i, &value, length - i < 8 ? length - i : 8);
		}
	} else {
		for (size_t done = 0; done < length;) {
			ssize_t count = getrandom(out + done, length - done, 0);

			if (count > 0)
				done += (size_t)count;
		}
	}
	pthread_mutex_unlock(&random_lock);
}
KPI(random_buf, xnu_random_buf);

static void
xnu_read_random(void *buffer, uint32_t length)
{
	xnu_random_buf(buffer, length);
}
KPI(read_random, xnu_read_random);

static uint32_t
xnu_random(void)
{
	uint32_t value;

	xnu_random_buf(&value, sizeof(value));
	return value & INT32_MAX;
}
KPI(random, xnu_random);

/* ---- atomics: they return the value before ---- */

static int32_t
xnu_OSAddAtomic(int32_t amount, volatile int32_t *value)
{
	return __atomic_fetch_add(value, amount, __ATOMIC_SEQ_CST);
}
KPI(OSAddAtomic, xnu_OSAddAtomic);

static int64_t
xnu_OSAddAtomic64(int64_t amount, volatile int64_t *value)
{
	return __atomic_fetch_add(value, amount, __ATOMIC_SEQ_CST);
}
KPI(OSAddAtomic64, xnu_OSAddAtomic64);

static int32_t
xnu_OSIncrementAtomic(volatile int32_t *value)
{
	return xnu_OSAddAtomic(1, value);
}
KPI(OSIncrementAtomic, xnu_OSIncrementAtomic);

static int32_t
xnu_OSDecrementAtomic(volatile int32_t *value)
{
	return xnu_OSAddAtomic(-1, value);
}
KPI(OSDecrementAtomic, xnu_OSDecrementAtomic);

static uint8_t
xnu_OSCompareAndSwap(uint32_t old, uint32_t new, volatile uint32_t *value)
{
	return __atomic_compare_exchange_n(value, &old, new, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}
KPI(OSCompareAndSwap, xnu_OSCompareAndSwap);

static uint8_t
xnu_OSCompareAndSwapPtr(void *old, void *new, void *volatile *value)
{
	return __atomic_compare_exchange_n(value, &old, new, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}
KPI(OSCompareAndSwapPtr, xnu_OSCompareAndSwapPtr);

static uint32_t
xnu_OSBitOrAtomic(uint32_t mask, volatile uint32_t *value)
{
	return __atomic_fetch_or(value, mask, __ATOMIC_SEQ_CST);
}
KPI(OSBitOrAtomic, xnu_OSBitOrAtomic);

static uint32_t
xnu_OSBitAndAtomic(uint32_t mask, volatile uint32_t *value)
{
	return __atomic_fetch_and(value, mask, __ATOMIC_SEQ_CST);
}
KPI(OSBitAndAtomic, xnu_OSBitAndAtomic);
