/* EXPECT(condition): counts, and says where it does not hold. expect_done gives main's result. */
#ifndef EXPECT_H
#define EXPECT_H

#include <stdio.h>

static int expect_passed, expect_failed;

#define EXPECT(condition)                                                                                    \
	do {                                                                                                 \
		if (condition) {                                                                             \
			expect_passed++;                                                                     \
		} else {                                                                                     \
			expect_failed++;                                                                     \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);              \
		}                                                                                            \
	} while (0)

static inline int
expect_done(const char *name)
{
	printf("%s: %d expectations hold, %d do not\n", name, expect_passed, expect_failed);
	return expect_failed != 0;
}

#endif
