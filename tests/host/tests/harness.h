/*
 * Tests of the host. A file defines tests with TEST() and is linked with harness.c, which has main().
 * Each test runs in a child process of its own with a time limit; it fails by EXPECT*, by a signal, by
 * leaving with a status other than 0 and by running out of time.
 *
 * A test program prints "ok NAME", "FAILED NAME: why" or "skipped: NAME: why" for each test, then
 * "N passed, N failed, N skipped", and leaves with 0 if none failed. Arguments: parts of the names to run; -l
 * lists.
 */
#ifndef HARNESS_H
#define HARNESS_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct test {
	const char *name;
	void (*run)(void);
	const char *panics; /* what the kernel panic must say, NULL: no panic wanted */
	unsigned seconds;   /* time limit */
};

#define TEST_WITH(id, panic_text, limit)                                                                     \
	static void id(void);                                                                                \
	static const struct test test_of_##id = {#id, id, panic_text, limit};                                \
	static const struct test *const test_entry_of_##id __attribute__((section("test_list"), used)) =     \
	    &test_of_##id;                                                                                   \
	static void id(void)

#define TEST(id) TEST_WITH(id, NULL, 20)
#define TEST_LIMIT(id, limit) TEST_WITH(id, NULL, limit)
/* Passes if the kernel panics with a message that contains text. */
#define TEST_PANICS(id, text) TEST_WITH(id, text, 20)

__attribute__((noreturn, format(printf, 3, 4))) void test_failed(const char *file, int line,
								 const char *format, ...);
__attribute__((noreturn, format(printf, 1, 2))) void test_skip(const char *format, ...);
void test_expect_equal(const char *file, int line, const char *what, int64_t seen, int64_t wanted);
void test_expect_string(const char *file, int line, const char *what, const char *seen, const char *part);

#define SKIP(...) test_skip(__VA_ARGS__)
#define FAIL(...) test_failed(__FILE__, __LINE__, __VA_ARGS__)
#define EXPECT(condition)                                                                                    \
	do {                                                                                                 \
		if (!(condition))                                                                            \
			test_failed(__FILE__, __LINE__, "%s", #condition);                                   \
	} while (0)
#define EXPECT_EQ(seen, wanted)                                                                              \
	test_expect_equal(__FILE__, __LINE__, #seen, (int64_t)(seen), (int64_t)(wanted))
/* seen contains part. */
#define EXPECT_SAYS(seen, part) test_expect_string(__FILE__, __LINE__, #seen, seen, part)

/* A fresh folder for this test's files, removed when the test program ends. */
const char *test_folder(void);

#endif
