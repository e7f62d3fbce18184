/* What the user asks for. */
#include "sctpstat.h"

#include <stdio.h>
#include <string.h>

static const char usage_text[] =
    "Usage: sctpstat [-anpsv] [--json]\n"
    "\n"
    "Shows the SCTP associations of this Mac.\n"
    "\n"
    "-a, --all        sockets without associations as well\n"
    "-n, --numeric    ports as numbers\n"
    "-p, --paths      each address of the peer: state, cwnd, srtt, rto, mtu\n"
    "-s, --statistics counters instead; given twice, those that are zero as well\n"
    "-v, --variables  what sysctl net.sctp sets instead\n"
    "    --json       all that as one JSON object\n"
    "    --help       this text\n"
    "    --version    the version\n"
    "\n"
    "Exit status: 0 shown, 1 the extension is not loaded or does not answer, 2 wrong usage.\n";

static int
usage_error(const char *argument)
{
	fprintf(stderr, "sctpstat: unknown argument '%s'; sctpstat --help\n", argument);
	return WRONG_USAGE;
}

static bool
take_letter(struct wishes *wishes, char letter)
{
	switch (letter) {
	case 'a':
		wishes->sockets = true;
		return true;
	case 'n':
		wishes->numbers = true;
		return true;
	case 'p':
		wishes->paths = true;
		return true;
	case 's':
		wishes->zeros = wishes->counters;
		wishes->counters = true;
		return true;
	case 'v':
		wishes->variables = true;
		return true;
	}
	return false;
}

static bool
take_word(struct wishes *wishes, const char *word)
{
	static const struct {
		const char *word;
		char letter;
	} words[] = {
	    {"--all", 'a'}, {"--numeric", 'n'}, {"--paths", 'p'}, {"--statistics", 's'}, {"--variables", 'v'},
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(word, words[i].word) == 0)
			return take_letter(wishes, words[i].letter);
	}
	wishes->json = wishes->json || strcmp(word, "--json") == 0;
	return strcmp(word, "--json") == 0;
}

static bool
take_argument(struct wishes *wishes, const char *argument)
{
	if (argument[0] != '-' || argument[1] == '\0')
		return false;
	if (argument[1] == '-')
		return take_word(wishes, argument);
	for (const char *letter = argument + 1; *letter != '\0'; letter++) {
		if (!take_letter(wishes, *letter))
			return false;
	}
	return true;
}

static void
print_json(void)
{
	const struct wishes all = {.zeros = true, .json = true};

	printf("{\"sockets\":");
	print_associations_json();
	printf(",\"counters\":");
	print_counters(&all);
	printf(",\"variables\":");
	print_variables(&all);
	printf("}\n");
}

static void
print_wishes(const struct wishes *wishes)
{
	if (wishes->json) {
		print_json();
		return;
	}
	if (wishes->sockets || wishes->paths || !(wishes->counters || wishes->variables))
		print_associations(wishes);
	if (wishes->counters)
		print_counters(wishes);
	if (wishes->variables)
		print_variables(wishes);
}

/* Who writes the text to a full disk hears of it. */
static int
printed(void)
{
	if (fflush(stdout) != 0)
		fail("standard output");
	return PRINTED;
}

int
main(int count, char **arguments)
{
	struct wishes wishes = {0};

	for (int i = 1; i < count; i++) {
		if (strcmp(arguments[i], "--help") == 0 || strcmp(arguments[i], "-h") == 0) {
			printf("%s", usage_text);
			return printed();
		}
		if (strcmp(arguments[i], "--version") == 0) {
			printf("sctpstat %s\n", SCTP_VERSION);
			return printed();
		}
		if (!take_argument(&wishes, arguments[i]))
			return usage_error(arguments[i]);
	}
	print_wishes(&wishes);
	return printed();
}
