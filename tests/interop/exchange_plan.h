/*
 * What an exchange sends and what must come back, the same for every client. A message is known by its ppid;
 * all else about it, every byte included, follows from the seed and that number.
 */
#ifndef EXCHANGE_PLAN_H
#define EXCHANGE_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct exchange_plan {
	uint32_t messages;
	uint16_t streams;  /* 1 or more */
	uint32_t max_size; /* bytes, 1 or more */
	uint64_t seed;
};

struct exchange_message {
	uint32_t size; /* bytes */
	uint32_t ppid; /* network order */
	uint16_t stream;
	bool unordered;
};

struct exchange_message exchange_plan_message(const struct exchange_plan *plan, uint32_t index);

/* Fills message.size bytes. */
void exchange_plan_contents(const struct exchange_plan *plan, uint32_t index, void *bytes);

struct exchange_checker {
	const struct exchange_plan *plan;
	uint8_t *seen;          /* one a message */
	uint32_t *next_ordered; /* one a stream: the index of the ordered message that must come next */
	uint8_t *expected;      /* max_size bytes */
	uint32_t received;
	uint64_t received_bytes;
	char error[160];
};

/* False: no memory. */
bool exchange_checker_init(struct exchange_checker *checker, const struct exchange_plan *plan);
void exchange_checker_free(struct exchange_checker *checker);

/*
 * One message that came back. False, with checker->error: something about it differs from what was sent, it
 * came twice, or it overtook an ordered message of its stream (RFC 9260 section 6.6).
 */
bool exchange_checker_accept(struct exchange_checker *checker, const struct exchange_message *message,
			     const void *bytes);

#endif
