#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "exchange_options.h"

static const char usage[] =
    "usage: %s --peer ADDRESS [--port N] [--messages N] [--streams N] [--max-size BYTES]\n"
    "       [--window BYTES] [--seed N] [--one-to-one] [--time-limit SECONDS]\n"
    "       [--own ADDRESS]... [--pace MILLISECONDS] [--fast-timers]\n";

enum {
	PEER,
	PORT,
	MESSAGES,
	STREAMS,
	MAX_SIZE,
	WINDOW,
	SEED,
	ONE_TO_ONE,
	TIME_LIMIT,
	OWN,
	PACE,
	FAST_TIMERS
};

static const struct option names[] = {
    {"peer", required_argument, NULL, PEER},
    {"port", required_argument, NULL, PORT},
    {"messages", required_argument, NULL, MESSAGES},
    {"streams", required_argument, NULL, STREAMS},
    {"max-size", required_argument, NULL, MAX_SIZE},
    {"window", required_argument, NULL, WINDOW},
    {"seed", required_argument, NULL, SEED},
    {"one-to-one", no_argument, NULL, ONE_TO_ONE},
    {"time-limit", required_argument, NULL, TIME_LIMIT},
    {"own", required_argument, NULL, OWN},
    {"pace", required_argument, NULL, PACE},
    {"fast-timers", no_argument, NULL, FAST_TIMERS},
    {NULL, 0, NULL, 0},
};

static unsigned long
number(const char *program, const char *text, unsigned long low, unsigned long high)
{
	char *end;
	unsigned long value = strtoul(text, &end, 0);

	if (*text == '\0' || *end != '\0' || value < low || value > high) {
		fprintf(stderr, "%s: %s is not a number from %lu to %lu\n", program, text, low, high);
		exit(EXCHANGE_USAGE);
	}
	return value;
}

void
exchange_options_read(struct exchange_options *options, int argc, char **argv)
{
	const char *program = argv[0];
	size_t addresses = 0;
	int name;

	*options = (struct exchange_options){
	    .plan = {.messages = 1000, .streams = 10, .max_size = 65536, .seed = 1},
	    .port = 7007,
	    .window = 256 * 1024,
	    .time_limit = 60,
	};
	while ((name = getopt_long(argc, argv, "", names, NULL)) != -1) {
		switch (name) {
		case PEER:
			options->peer = optarg;
			break;
		case PORT:
			options->port = (uint16_t)number(program, optarg, 1, UINT16_MAX);
			break;
		case MESSAGES:
			options->plan.messages = (uint32_t)number(program, optarg, 1, 0xffff);
			break;
		case STREAMS:
			options->plan.streams = (uint16_t)number(program, optarg, 1, UINT16_MAX);
			break;
		case MAX_SIZE:
			options->plan.max_size = (uint32_t)number(program, optarg, 1, 1u << 24);
			break;
		case WINDOW:
			options->window = (uint32_t)number(program, optarg, 1, 1u << 30);
			break;
		case SEED:
			options->plan.seed = number(program, optarg, 0, UINT64_MAX);
			break;
		case ONE_TO_ONE:
			options->one_to_one = true;
			break;
		case TIME_LIMIT:
			options->time_limit = (unsigned)number(program, optarg, 1, 86400);
			break;
		case OWN:
			if (addresses < EXCHANGE_ADDRESSES - 1)
				options->own[addresses++] = optarg;
			break;
		case PACE:
			options->pace = (unsigned)number(program, optarg, 0, 999);
			break;
		case FAST_TIMERS:
			options->fast_timers = true;
			break;
		default:
			fprintf(stderr, usage, program);
			exit(EXCHANGE_USAGE);
		}
	}
	if (options->peer == NULL || optind != argc) {
		fprintf(stderr, usage, program);
		exit(EXCHANGE_USAGE);
	}
}

static void
time_is_over(int signal)
{
	static const char text[] = "the time limit is over\n";
	ssize_t ignored = write(STDERR_FILENO, text, sizeof(text) - 1);

	(void)signal;
	(void)ignored;
	_exit(EXCHANGE_TIMEOUT);
}

void
exchange_time_limit(unsigned seconds)
{
	struct sigaction action = {.sa_handler = time_is_over};

	sigaction(SIGALRM, &action, NULL);
	alarm(seconds);
}
