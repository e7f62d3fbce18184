#!/bin/sh
# Tests of the requirements report, over a small project of its own.
set -eu
. scripts/tests/lib.sh

tool=scripts/requirements.sh
mkdir -p "$work/tests/requirements" "$work/code"
printf 'pub(crate) const fn answer() {}\nenum Kind {\n    First,\n}\n' >"$work/code/a.rs"
printf 'static int\nsend_it(int what)\n{\n\treturn other(what);\n}\n#define LIMIT 3\nTEST(sends_it)\n' >"$work/code/b.c"
printf 'open\n' >"$work/code/c.sctp"
rows=$work/tests/requirements/section-2.tsv

# report ROW...: the rows, with '|' between their columns, and the tool over them.
report() {
	printf 'id\tlevel\trequirement\tcode\ttest\n' >"$rows"
	printf '%s\n' "$@" | tr '|' '\t' >>"$rows"
	$tool --project "$work" --report "$work/report.md"
}

# says TEXT ROW...: the rows are sound and one line of what is said is TEXT.
says() {
	line=$1
	shift
	report "$@" >"$work/said" && grep -qxF -e "$line" "$work/said"
}

good='2-01|MUST|Answer.|code/a.rs#answer|code/b.c#send_it,code/c.sctp'
passes 'a covered row' says 'ok 2-01' "$good"
passes 'a covered row has passed' says '1 passed, 0 failed, 0 skipped' "$good"
passes 'a macro of C and a variant of Rust' says 'ok 2-01' '2-01|MUST|A.|code/b.c#LIMIT|code/a.rs#First'
passes 'a test of the test host' says 'ok 2-01' '2-01|MUST|A.|code/b.c#LIMIT|code/b.c#sends_it'
passes 'a gap' says 'skipped: 2-01: gap: no answer' '2-01|MUST NOT|A.|gap|no answer'
passes 'a gap has not passed' says '1 passed, 0 failed, 1 skipped' "$good" '2.1-01|MUST|A.|gap|no answer'
passes 'no test' says 'skipped: 2-01: no test checks code/a.rs#answer' '2-01|SHOULD|A.|code/a.rs#answer|-'
passes 'an exception counts for nothing' says '0 passed, 0 failed, 0 skipped' '2-01|MUST|A.|exception|not ours'
passes 'a SHOULD without code' says 'skipped: 2-01: gap: no code is named' '2-01|SHOULD NOT|A.|-|-'
passes 'ten comes after nine' says '2 passed, 0 failed, 0 skipped' \
	'2.9-01|MUST|A.|code/a.rs#answer|code/c.sctp' '2.10-01|MUST|A.|code/a.rs#answer|code/c.sctp'
passes 'the table' grep -qF '| 2.10-01 | MUST | A. | code/a.rs#answer | code/c.sctp |' "$work/report.md"

# wrong TEXT NAME ROW...
wrong() {
	said=$1
	case=$2
	shift 2
	refuses 1 "$said" "$case" report "$@"
}

wrong '4 columns, not 5' 'a column missing' '2-01|MUST|A.|code/a.rs#answer'
wrong 'column 3 is empty' 'an empty column' '2-01|MUST||code/a.rs#answer|-'
wrong 'is not of the form 6.2-03' 'an identifier of another form' '2.1|MUST|A.|code/a.rs#answer|-'
wrong '3-01 is not of section 2' 'a row of another section' '3-01|MUST|A.|code/a.rs#answer|-'
wrong '2-01 is there twice' 'a row twice' "$good" "$good"
wrong '2.1-01 stands behind 2.1.1-01' 'rows out of order' \
	'2.1.1-01|MUST|A.|code/a.rs#answer|-' '2.1-01|MUST|A.|code/a.rs#answer|-'
wrong "'MAY' is no level" 'a level that has no rows' '2-01|MAY|A.|code/a.rs#answer|-'
wrong 'there is no code/none.rs' 'code that is not there' '2-01|MUST|A.|code/none.rs#answer|-'
wrong 'code/a.rs defines no question' 'a function that is not there' '2-01|MUST|A.|code/a.rs#question|-'
wrong 'code/b.c defines no other' 'a function that is only called' '2-01|MUST|A.|code/b.c#other|-'
wrong 'names no function, type or constant' 'a whole file as code' '2-01|MUST|A.|code/a.rs|-'
wrong 'there is no code/none.sctp' 'a test that is not there' '2-01|MUST|A.|code/a.rs#answer|code/none.sctp'
wrong 'is not of the form path#name' 'words instead of a test' '2-01|MUST|A.|code/a.rs#answer|see below'
wrong 'with neither code nor exception nor gap' 'a MUST without anything' '2-01|MUST|A.|-|-'
wrong 'the exception is not explained' 'an exception without a reason' '2-01|MUST|A.|exception|-'
wrong 'the gap is not explained' 'a gap without a reason' '2-01|MUST|A.|gap|-'
wrong '1 passed, 1 failed, 0 skipped' 'a wrong row has failed' "$good" '2.1-01|MUST|A.|-|-'
printf 'id,level\n' >"$rows"
refuses 1 'the first line is not' 'another header' $tool --project "$work" --report "$work/report.md"
rm "$rows"
refuses 1 'no tests/requirements/section-N.tsv' 'no rows at all' $tool --project "$work" --report "$work/report.md"
refuses 2 'needs a value' 'an option without value' $tool --report
passes 'help' $tool --help
