#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "exchange_plan.h"

/* Far from every assigned payload protocol identifier, so that no dissector takes the contents for its own.
 */
#define PPID_BASE 0x5c740000u

/* One message in four is unordered. */
#define UNORDERED_SHARE 4

/* splitmix64: neighbouring inputs give unrelated outputs. */
static uint64_t
mix(uint64_t value)
{
	value += 0x9e3779b97f4a7c15u;
	value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9u;
	value = (value ^ (value >> 27)) * 0x94d049bb133111ebu;
	return value ^ (value >> 31);
}

/* The first two are the smallest and the largest; then every order of magnitude is as frequent as any other.
 */
static uint32_t
message_size(const struct exchange_plan *plan, uint32_t index, uint64_t random)
{
	uint32_t magnitudes = 0, limit;

	if (index == 0)
		return 1;
	if (index == 1)
		return plan->max_size;
	while (magnitudes < 31 && (1u << magnitudes) < plan->max_size)
		magnitudes++;
	limit = 1u << (random % (magnitudes + 1));
	if (limit > plan->max_size)
		limit = plan->max_size;
	return 1 + (uint32_t)((random >> 8) % limit);
}

struct exchange_message
exchange_plan_message(const struct exchange_plan *plan, uint32_t index)
{
	uint64_t random = mix(plan->seed ^ mix(index));
	struct exchange_message message = {
	    .size = message_size(plan, index, random),
	    .ppid = htonl(PPID_BASE + index),
	    .stream = (uint16_t)((random >> 40) % plan->streams),
	    .unordered = (random >> 56) % UNORDERED_SHARE == 0,
	};

	return message;
}

void
exchange_plan_contents(const struct exchange_plan *plan, uint32_t index, void *bytes)
{
	uint32_t size = exchange_plan_message(plan, index).size;
	uint64_t state = mix(plan->seed + index);
	unsigned char *next = bytes;

	for (uint32_t offset = 0; offset < size; offset++) {
		if (offset % sizeof(state) == 0)
			state = mix(state);
		next[offset] = (unsigned char)(state >> (8 * (offset % sizeof(state))));
	}
}

/* The first ordered message of that stream at index or later; messages: none. */
static uint32_t
find_ordered(const struct exchange_plan *plan, uint16_t stream, uint32_t index)
{
	while (index < plan->messages) {
		struct exchange_message message = exchange_plan_message(plan, index);

		if (!message.unordered && message.stream == stream)
			break;
		index++;
	}
	return index;
}

bool
exchange_checker_init(struct exchange_checker *checker, const struct exchange_plan *plan)
{
	memset(checker, 0, sizeof(*checker));
	checker->plan = plan;
	checker->seen = calloc(plan->messages, sizeof(*checker->seen));
	checker->next_ordered = calloc(plan->streams, sizeof(*checker->next_ordered));
	checker->expected = malloc(plan->max_size);
	if (checker->seen == NULL || checker->next_ordered == NULL || checker->expected == NULL) {
		exchange_checker_free(checker);
		return false;
	}
	for (uint16_t stream = 0; stream < plan->streams; stream++)
		checker->next_ordered[stream] = find_ordered(plan, stream, 0);
	return true;
}

void
exchange_checker_free(struct exchange_checker *checker)
{
	free(checker->seen);
	free(checker->next_ordered);
	free(checker->expected);
}

static bool
differs(struct exchange_checker *checker, uint32_t index, const char *what, uint32_t wanted, uint32_t got)
{
	snprintf(checker->error, sizeof(checker->error), "message %u: %s is %u, must be %u", index, what, got,
		 wanted);
	return false;
}

bool
exchange_checker_accept(struct exchange_checker *checker, const struct exchange_message *message,
			const void *bytes)
{
	const struct exchange_plan *plan = checker->plan;
	uint32_t index = ntohl(message->ppid) - PPID_BASE;
	struct exchange_message sent;

	if (index >= plan->messages) {
		snprintf(checker->error, sizeof(checker->error), "a ppid that was not sent: 0x%08x",
			 ntohl(message->ppid));
		return false;
	}
	sent = exchange_plan_message(plan, index);
	if (checker->seen[index])
		return differs(checker, index, "number of copies", 1, 2);
	if (message->size != sent.size)
		return differs(checker, index, "size", sent.size, message->size);
	if (message->stream != sent.stream)
		return differs(checker, index, "stream", sent.stream, message->stream);
	if (message->unordered != sent.unordered)
		return differs(checker, index, "unordered flag", sent.unordered, message->unordered);
	exchange_plan_contents(plan, index, checker->expected);
	for (uint32_t offset = 0; offset < sent.size; offset++) {
		uint8_t got = ((const uint8_t *)bytes)[offset];

		if (got == checker->expected[offset])
			continue;
		snprintf(checker->error, sizeof(checker->error),
			 "message %u of %u bytes: byte %u is 0x%02x, must be 0x%02x", index, sent.size,
			 offset, got, checker->expected[offset]);
		return false;
	}
	if (!sent.unordered) {
		uint32_t *next = &checker->next_ordered[sent.stream];

		if (*next != index)
			return differs(checker, index, "ordered message of its stream", *next, index);
		*next = find_ordered(plan, sent.stream, index + 1);
	}
	checker->seen[index] = 1;
	checker->received++;
	checker->received_bytes += sent.size;
	return true;
}
