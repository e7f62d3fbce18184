#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "exchange_run.h"

struct run {
	const struct exchange_options *options;
	const struct exchange_peer *peer;
	struct exchange_checker checker;
	uint8_t *outgoing; /* max_size bytes */
	uint8_t *incoming; /* room bytes, of which filled belong to a message whose end has not come */
	size_t room, filled;
	uint32_t sent; /* messages */
	uint64_t sent_bytes;
	uint32_t report_every;
	bool closed;
};

static int
failed(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	return EXCHANGE_SETUP;
}

static int
send_next(struct run *run)
{
	struct exchange_message message = exchange_plan_message(&run->options->plan, run->sent);

	struct timespec pause = {.tv_nsec = (long)run->options->pace * 1000000};

	if (run->options->pace > 0)
		nanosleep(&pause, NULL);
	exchange_plan_contents(&run->options->plan, run->sent, run->outgoing);
	if (!run->peer->send(run->peer->context, &message, run->outgoing))
		return failed("send");
	run->sent++;
	run->sent_bytes += message.size;
	return EXCHANGE_OK;
}

/* Whether the next message still fits into the window; one always may be under way. */
static bool
may_send(const struct run *run)
{
	uint64_t outstanding = run->sent_bytes - run->checker.received_bytes;

	if (run->sent == run->options->plan.messages)
		return false;
	return outstanding == 0 || outstanding + exchange_plan_message(&run->options->plan, run->sent).size <=
				       run->options->window;
}

static int
accept_data(struct run *run, const struct exchange_event *event)
{
	struct exchange_message message = event->message;

	run->filled += message.size;
	if (event->more) {
		if (run->filled < run->room)
			return EXCHANGE_OK;
		fprintf(stderr, "a message longer than %zu bytes came back\n", run->room);
		return EXCHANGE_MISMATCH;
	}
	message.size = (uint32_t)run->filled;
	run->filled = 0;
	if (!exchange_checker_accept(&run->checker, &message, run->incoming)) {
		fprintf(stderr, "%s\n", run->checker.error);
		return EXCHANGE_MISMATCH;
	}
	if (run->checker.received % run->report_every == 0) {
		printf("%u of %u messages back\n", run->checker.received, run->options->plan.messages);
		fflush(stdout);
	}
	return EXCHANGE_OK;
}

static int
receive_next(struct run *run)
{
	struct exchange_event event = {.kind = EXCHANGE_OTHER};

	if (!run->peer->receive(run->peer->context, run->incoming + run->filled, run->room - run->filled,
				&event))
		return failed("receive");
	switch (event.kind) {
	case EXCHANGE_DATA:
		return accept_data(run, &event);
	case EXCHANGE_UP:
		printf("association up with %u streams\n", event.message.stream);
		fflush(stdout);
		return EXCHANGE_OK;
	case EXCHANGE_CLOSED:
		run->closed = true;
		return EXCHANGE_OK;
	case EXCHANGE_ABORTED:
		fprintf(stderr, "the association was aborted after %u of %u messages\n",
			run->checker.received, run->options->plan.messages);
		return EXCHANGE_LOST;
	case EXCHANGE_OTHER:
		return EXCHANGE_OK;
	}
	return EXCHANGE_OK;
}

static int
run_messages(struct run *run)
{
	int result = EXCHANGE_OK;

	while (result == EXCHANGE_OK && run->checker.received < run->options->plan.messages) {
		if (run->closed) {
			fprintf(stderr, "the association was shut down after %u of %u messages\n",
				run->checker.received, run->options->plan.messages);
			return EXCHANGE_LOST;
		}
		result = may_send(run) ? send_next(run) : receive_next(run);
	}
	return result;
}

static int
run_shutdown(struct run *run)
{
	int result = EXCHANGE_OK;

	if (!run->peer->shutdown(run->peer->context))
		return failed("shutdown");
	while (result == EXCHANGE_OK && !run->closed)
		result = receive_next(run);
	return result;
}

static double
seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int
exchange_run(const struct exchange_options *options, const struct exchange_peer *peer)
{
	/* One byte more than any message, so that one that has grown is seen as such. */
	struct run run = {
	    .options = options,
	    .peer = peer,
	    .outgoing = malloc(options->plan.max_size),
	    .incoming = malloc(options->plan.max_size + 1),
	    .room = options->plan.max_size + 1,
	    .report_every = isatty(STDOUT_FILENO) ? 100 : 250,
	};
	double start = seconds_now();
	int result = EXCHANGE_SETUP;

	if (run.outgoing != NULL && run.incoming != NULL &&
	    exchange_checker_init(&run.checker, &options->plan)) {
		result = run_messages(&run);
		if (result == EXCHANGE_OK)
			result = run_shutdown(&run);
		if (result == EXCHANGE_OK)
			printf("%u messages, %llu bytes sent and back unchanged on %u streams, association "
			       "shut down, %.2f s\n",
			       run.checker.received, (unsigned long long)run.checker.received_bytes,
			       options->plan.streams, seconds_now() - start);
		exchange_checker_free(&run.checker);
	}
	free(run.outgoing);
	free(run.incoming);
	return result;
}
