/* The checker of an exchange takes every message as it was planned, and nothing else. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include "assembly.h"
#include "exchange_plan.h"
#include "expect.h"

static const struct exchange_plan plan = {.messages = 300, .streams = 7, .max_size = 5000, .seed = 42};
static uint8_t bytes[5001];

/* Accepts message index with one property changed by change; NULL: none. */
static bool
accept_changed(struct exchange_checker *checker, uint32_t index, void (*change)(struct exchange_message *))
{
	struct exchange_message message = exchange_plan_message(&plan, index);

	exchange_plan_contents(&plan, index, bytes);
	if (change != NULL)
		change(&message);
	return exchange_checker_accept(checker, &message, bytes);
}

static void
change_size(struct exchange_message *message)
{
	message->size++;
}

static void
change_stream(struct exchange_message *message)
{
	message->stream++;
}

static void
change_unordered(struct exchange_message *message)
{
	message->unordered = !message->unordered;
}

static void
change_ppid(struct exchange_message *message)
{
	message->ppid = htonl(ntohl(message->ppid) - 1);
}

static void
change_first_byte(struct exchange_message *message)
{
	(void)message;
	bytes[0] ^= 1;
}

static void
change_last_byte(struct exchange_message *message)
{
	bytes[message->size - 1] ^= 0x80;
}

/* The second ordered message of the first one's stream. */
static uint32_t
second_of_stream(uint32_t *first)
{
	uint32_t index = 0;
	struct exchange_message message = exchange_plan_message(&plan, 0);

	while (message.unordered)
		message = exchange_plan_message(&plan, ++index);
	*first = index;
	for (index++; index < plan.messages; index++) {
		struct exchange_message next = exchange_plan_message(&plan, index);

		if (!next.unordered && next.stream == message.stream)
			break;
	}
	return index;
}

static void
test_plan(void)
{
	unsigned unordered = 0;
	uint32_t smallest = UINT32_MAX, largest = 0;
	bool stream_used[7] = {false};

	for (uint32_t index = 0; index < plan.messages; index++) {
		struct exchange_message message = exchange_plan_message(&plan, index);

		unordered += message.unordered;
		smallest = message.size < smallest ? message.size : smallest;
		largest = message.size > largest ? message.size : largest;
		if (message.stream < 7)
			stream_used[message.stream] = true;
	}
	EXPECT(smallest == 1);
	EXPECT(largest == plan.max_size);
	EXPECT(unordered > 50 && unordered < 100);
	for (int stream = 0; stream < 7; stream++)
		EXPECT(stream_used[stream]);
}

static void
test_checker(void)
{
	static void (*const changes[])(struct exchange_message *) = {
	    change_size, change_stream, change_unordered, change_ppid, change_first_byte, change_last_byte,
	};
	struct exchange_checker checker;
	uint32_t first, second;

	if (!exchange_checker_init(&checker, &plan))
		abort();
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		EXPECT(!accept_changed(&checker, 0, changes[i]));
		EXPECT(checker.error[0] != '\0');
	}
	second = second_of_stream(&first);
	EXPECT(second < plan.messages);
	EXPECT(!accept_changed(&checker, second, NULL));
	for (uint32_t index = 0; index < plan.messages; index++)
		EXPECT(accept_changed(&checker, index, NULL));
	EXPECT(checker.received == plan.messages);
	EXPECT(!accept_changed(&checker, 5, NULL));
	exchange_checker_free(&checker);
}

static void
test_assembly(void)
{
	static struct assembly assembly;
	size_t size;

	EXPECT(assembly_add(&assembly, 7, "abc", 3));
	EXPECT(assembly_add(&assembly, 8, "x", 1));
	EXPECT(assembly_message(&assembly, 7, false, &size) == NULL);
	EXPECT(assembly_add(&assembly, 7, "de", 2));
	EXPECT(memcmp(assembly_message(&assembly, 7, true, &size), "abcde", 5) == 0 && size == 5);
	EXPECT(memcmp(assembly_message(&assembly, 8, true, &size), "x", 1) == 0 && size == 1);
	EXPECT(assembly_add(&assembly, 7, "f", 1));
	EXPECT(memcmp(assembly_message(&assembly, 7, true, &size), "f", 1) == 0 && size == 1);
	assembly_drop(&assembly, 7);
	assembly_drop(&assembly, 8);
	for (uint32_t id = 1; id <= ASSEMBLY_ASSOCIATIONS; id++)
		EXPECT(assembly_add(&assembly, id, "a", 1));
	EXPECT(!assembly_add(&assembly, 1000, "a", 1));
	for (uint32_t id = 1; id <= ASSEMBLY_ASSOCIATIONS; id++)
		assembly_drop(&assembly, id);
}

int
main(void)
{
	test_plan();
	test_checker();
	test_assembly();
	return expect_done("plan_test");
}
