#!/bin/sh
# Reports how the requirements of RFC 9260 are kept: by which code, and which test would notice if they were not.
set -eu
caller=$PWD
cd "$(dirname "$0")/.."
. scripts/lib.sh

usage() {
	cat <<'EOF'
Usage: ./build.sh requirements [--project FOLDER] [--report FILE]

Reads tests/requirements/section-N.tsv, one row for each requirement of RFC 9260,
checks each row and that the code and the tests it names are there, and writes a
table to build/requirements.md. tests/requirements/README.md tells the form.

Prints 'ok ID', 'skipped: ID: why' for a rule that is not kept or that no test
checks, and 'not ok FILE:LINE: why' for a row that is wrong. The last line is
'N passed, N failed, N skipped'; rules that do not concern us are in none of them.

  --project FOLDER  the project whose rows are read; this one unless given
  --report FILE     where the table goes; build/requirements.md unless given

Exit status: 0 every row is sound, 1 a row is wrong, 2 wrong usage.
EOF
}

project=$root
report=$root/build/requirements.md
while [ $# -gt 0 ]; do
	case $1 in
	--project)
		require_value "$1" $#
		project=$(absolute "$2")
		shift 2
		;;
	--report)
		require_value "$1" $#
		report=$(absolute "$2")
		shift 2
		;;
	-h | --help)
		usage
		exit 0
		;;
	*) usage_error "unknown option '$1'" ;;
	esac
done

cd "$project" || exit 1
set --
number=1
while [ $number -le 16 ]; do
	file=tests/requirements/section-$number.tsv
	[ ! -r "$file" ] || set -- "$@" "$file"
	number=$((number + 1))
done
[ $# -gt 0 ] || die "no tests/requirements/section-N.tsv in $project"
mkdir -p "$(dirname "$report")"

awk -F '\t' -v report="$report" -f "$root/scripts/requirements.awk" "$@"
