#!/bin/sh
# Tests of the report on the socket API, over a small project of its own.
set -eu
. scripts/tests/lib.sh

tool=scripts/api.sh
headers=$work/shim-c/include/netinet
mkdir -p "$work/tests/api" "$work/tests/host/tests" "$headers"
printf '#define SCTP_A 0x1 /* int */\n\n/* Older names. */\n#define SCTP_OLD 0x1\n' >"$headers/sctp.h"
{
	printf '/* Control data: cmsg_type */\n#define SCTP_B 0x1\n\n#define SCTP_FLAG 0x2\n'
	printf '/* Notifications: sn_type */\n#define SCTP_C 0x1\n\nssize_t sctp_d_e(int sd,\n'
} >"$headers/sctp_uio.h"
printf 'OPTION(SCTP_A, .size = 4)\nTEST(b)\nTEST_LIMIT(c, 9)\n' >"$work/tests/host/tests/test_x.c"
printf '== test_x\nok option_SCTP_A\nFAILED b: why\nskipped: c: why\n== test_y\nok b\n' >"$work/log"

# report ROW...: the rows, with '|' between their columns, and the tool over them.
report() {
	printf 'kind\tname\ttest\tremark\n' >"$work/tests/api/api.tsv"
	printf '%s\n' "$@" | tr '|' '\t' >>"$work/tests/api/api.tsv"
	$tool --project "$work" --log "$work/log" --report "$work/report.md"
}

# says TEXT ROW...: one line of what is said is TEXT.
says() {
	line=$1
	shift
	report "$@" >"$work/said" || :
	grep -qxF -e "$line" "$work/said"
}

a='option|SCTP_A|test_x#option_SCTP_A|-'
b='control|SCTP_B|-|-'
c='notification|SCTP_C|test_x#c|-'
d='function|sctp_d_e|test_x#option_SCTP_A|EOPNOTSUPP: not yet'
passes 'all rows' report "$a" "$b" "$c" "$d"
passes 'they are counted' says '2 passed, 0 failed, 2 skipped' "$a" "$b" "$c" "$d"
passes 'a test that passed' says 'ok SCTP_A' "$a" "$b" "$c" "$d"
passes 'no test' says 'skipped: SCTP_B: no test' "$a" "$b" "$c" "$d"
passes 'a test that was skipped' says 'skipped: SCTP_C: skipped: test_x#c' "$a" "$b" "$c" "$d"
passes 'a test that failed' says 'not ok bind: a test failed: test_x#b' "$a" "$b" "$c" "$d" 'call|bind|test_x#b|-'
passes 'the worst of several counts' says 'not ok bind: a test failed: test_x#b, test_x#option_SCTP_A' \
	"$a" "$b" "$c" "$d" 'call|bind|test_x#b, test_x#option_SCTP_A|-'
passes 'the table' grep -qF '| option | SCTP_A | passed | test_x#option_SCTP_A |  |' "$work/report.md"
passes 'what is not there' grep -qF '| function | sctp_d_e | EOPNOTSUPP |' "$work/report.md"
printf 'TEST(new)\n' >"$work/tests/host/tests/test_z.c"
passes 'a test that was not run' says 'skipped: bind: not run: test_z#new' "$a" "$b" "$c" "$d" 'call|bind|test_z#new|-'

# wrong TEXT NAME ROW...
wrong() {
	said=$1
	case=$2
	shift 2
	refuses 1 "$said" "$case" report "$@"
}

wrong 'sctp_d_e: the headers have it' 'a function without a row' "$a" "$b" "$c"
wrong 'no such option' 'an option that is not there' "$a" "$b" "$c" "$d" 'option|SCTP_OLD|-|-'
wrong 'there are two rows' 'a row twice' "$a" "$a" "$b" "$c" "$d"
wrong 'is no kind' 'another kind' "$a" "$b" "$c" "$d" 'flag|SCTP_FLAG|-|-'
wrong 'not four columns' 'a column missing' "$a" "$b" "$c" "$d" 'call|bind|-'
wrong 'there is no tests/host/tests/test_none.c' 'a file that is not there' "$a" "$b" "$c" "$d" 'call|bind|test_none#b|-'
wrong "'test_x#none' is no test" 'a test that is not there' "$a" "$b" "$c" "$d" 'call|bind|test_x#none|-'
rm "$work/tests/api/api.tsv"
refuses 1 'no tests/api/api.tsv' 'no rows at all' $tool --project "$work" --report "$work/report.md"
refuses 2 'needs a value' 'an option without value' $tool --log
passes 'help' $tool --help
