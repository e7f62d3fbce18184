/* OSMalloc, _MALLOC and the checks behind them; random numbers and strings of libkern. */
#include "harness.h"
#include "host.h"
#include "internal.h"
#include "kpi.h"

#include <stdlib.h>

static struct os_malloc_tag *tag;

static void *
allocate(uint32_t size)
{
	if (tag == NULL)
		tag = xnu_OSMalloc_Tagalloc("test", 0);
	return xnu_OSMalloc(size, tag);
}

static uint64_t
live(const char *name)
{
	struct host_memory count;

	host_memory_count(name, &count);
	return count.live;
}

TEST(fresh_and_freed_memory)
{
	unsigned char *memory = allocate(100);

	for (int i = 0; i < 100; i++)
		EXPECT_EQ(memory[i], 0xA5);
	EXPECT_EQ((uintptr_t)memory % 16, 0);
	EXPECT_EQ(live("test"), 1);
	xnu_OSFree(memory, 100, tag);
	EXPECT_EQ(live("test"), 0);
	for (int i = 0; i < 100; i++)
		EXPECT_EQ(memory[i], 0xDE);
}

TEST(counters)
{
	struct host_memory count;
	void *memory = allocate(100);

	host_memory_count("test", &count);
	EXPECT_EQ(count.live_bytes, 100);
	EXPECT_EQ(count.total, 1);
	EXPECT_EQ(count.failed, 0);
	EXPECT_EQ(host_memory_report(), 1);
	xnu_OSFree(memory, 100, tag);
	EXPECT_EQ(host_memory_report(), 0);
	host_memory_count("nobody", &count);
	EXPECT_EQ(count.total, 0);
}

TEST_PANICS(wrong_size, "is freed with size 99, but was allocated with 100")
{
	void *memory = allocate(100);

	xnu_OSFree(memory, 99, tag);
}

TEST_PANICS(wrong_tag, "of tag test is freed with tag other")
{
	void *memory = allocate(100);

	xnu_OSFree(memory, 100, xnu_OSMalloc_Tagalloc("other", 0));
}

TEST_PANICS(double_free, "is freed twice")
{
	void *memory = allocate(100);

	xnu_OSFree(memory, 100, tag);
	xnu_OSFree(memory, 100, tag);
}

TEST_PANICS(overrun, "was written past its end")
{
	volatile unsigned char *memory = allocate(100);

	memory[100] = 1;
	xnu_OSFree((void *)memory, 100, tag);
}

TEST_PANICS(write_after_free, "was written after it was freed")
{
	unsigned char *memory = allocate(100);

	xnu_OSFree(memory, 100, tag);
	*(volatile unsigned char *)(memory + 50) = 1;
	for (int i = 0; i < 100; i++)
		xnu_OSFree(allocate(100000), 100000, tag);
}

TEST(nowait_above_32_kib)
{
	void *memory = allocate(1);

	EXPECT(xnu_OSMalloc_noblock(32769, tag) == NULL);
	EXPECT(xnu_OSMalloc_nowait(32769, tag) == NULL);
	EXPECT(xnu_OSMalloc(32769, tag) != NULL);
	EXPECT(xnu_OSMalloc_noblock(32768, tag) != NULL);
	xnu_OSFree(memory, 1, tag);
}

TEST(fail_every)
{
	unsigned failed = 0;
	struct host_memory count;

	allocate(1);
	host_memory_fail_every(3);
	for (int i = 0; i < 9; i++)
		failed += allocate(8) == NULL;
	EXPECT_EQ(failed, 3);
	host_memory_count("test", &count);
	EXPECT_EQ(count.failed, 3);
	host_memory_fail_every(0);
	for (int i = 0; i < 9; i++)
		EXPECT(allocate(8) != NULL);
}

TEST(fail_at)
{
	allocate(1);
	host_memory_fail_at(2);
	EXPECT(allocate(8) != NULL);
	EXPECT(xnu__MALLOC(8, XNU_M_TEMP, 0) == NULL);
	EXPECT(allocate(8) != NULL);
}

TEST(injected_failures_spare_the_kernel)
{
	host_memory_fail_every(1);
	EXPECT(host_kernel_malloc(8, XNU_M_TEMP, 0) != NULL);
	EXPECT(xnu__MALLOC(8, XNU_M_TEMP, 0) == NULL);
}

TEST(malloc_of_a_type)
{
	unsigned char *memory = xnu__MALLOC(50, XNU_M_SONAME, XNU_M_ZERO);

	for (int i = 0; i < 50; i++)
		EXPECT_EQ(memory[i], 0);
	EXPECT_EQ(live("type 11"), 1);
	xnu__FREE(memory, XNU_M_SONAME);
	EXPECT_EQ(live("type 11"), 0);
	EXPECT(xnu__MALLOC(0, XNU_M_TEMP, 0) == NULL);
}

/* What XNU 7195 calls kfree_heap_confusion_panic. */
TEST_PANICS(kext_memory_freed_by_the_kernel, "belongs to the kext heap")
{
	host_kernel_free(xnu__MALLOC(28, XNU_M_SONAME, 0), XNU_M_SONAME);
}

TEST_PANICS(kernel_memory_freed_by_the_kext, "belongs to the kernel heap")
{
	xnu__FREE(host_kernel_malloc(28, XNU_M_SONAME, 0), XNU_M_SONAME);
}

/* ---- credentials ---- */

TEST(credential_references)
{
	struct ucred *credential = xnu_kauth_cred_get();

	EXPECT_EQ(host_cred_references(), 1);
	xnu_kauth_cred_ref(credential);
	EXPECT_EQ(host_cred_references(), 2);
	xnu_kauth_cred_unref(&credential);
	EXPECT(credential == NULL);
	EXPECT_EQ(host_cred_references(), 1);
}

TEST_PANICS(credential_dropped_once_too_often, "the last reference of the process's credential")
{
	struct ucred *credential = xnu_kauth_cred_get();

	xnu_kauth_cred_unref(&credential);
}

/* ---- by KPI name, as a kext calls them ---- */

static void *
kpi(const char *name)
{
	bool listed;
	const void *address = host_kpi_find(name, &listed);

	if (address == NULL)
		FAIL("%s is not offered", name);
	return (void *)(uintptr_t)address;
}

TEST(seeded_random_numbers)
{
	void (*read_random)(void *, uint32_t) = kpi("_read_random");
	unsigned char first[20], second[20], third[20];

	host_random_seed(7);
	read_random(first, 20);
	host_random_seed(7);
	read_random(second, 20);
	read_random(third, 20);
	EXPECT_EQ(memcmp(first, second, 20), 0);
	EXPECT(memcmp(second, third, 20) != 0);
	host_random_seed(0);
	read_random(first, 20);
	read_random(second, 20);
	EXPECT(memcmp(first, second, 20) != 0);
}

TEST(version_string)
{
	const char *version = kpi("_version");

	EXPECT_SAYS(version, "Darwin Kernel Version 20.6.0");
	EXPECT_SAYS(version, "root:xnu-7195.141.2~5/RELEASE_X86_64");
	host_set_version("Darwin Kernel Version 99; root:xnu-99999.1.1~1/RELEASE_X86_64");
	EXPECT_SAYS(version, "xnu-99999.1.1~1");
	host_set_version(NULL);
	EXPECT_SAYS(version, "xnu-7195.141.2~5");
}

TEST(strlcpy_and_strlcat)
{
	size_t (*copy)(char *, const char *, size_t) = kpi("_strlcpy");
	size_t (*append)(char *, const char *, size_t) = kpi("_strlcat");
	char text[8] = "xxxxxxx";

	EXPECT_EQ(copy(text, "abc", sizeof(text)), 3);
	EXPECT_EQ(append(text, "defghi", sizeof(text)), 9);
	EXPECT_EQ(strcmp(text, "abcdefg"), 0);
	EXPECT_EQ(copy(text, "0123456789", sizeof(text)), 10);
	EXPECT_EQ(strcmp(text, "0123456"), 0);
}
