#!/bin/sh
# Reports which test shows each part of the socket API, and how it ended.
set -eu
caller=$PWD
cd "$(dirname "$0")/.."
. scripts/lib.sh

usage() {
	cat <<'EOF'
Usage: ./build.sh api [--project FOLDER] [--log FILE] [--report FILE]

Reads tests/api/api.tsv, one row for each option, control message, notification and
function of the socket API, checks that it has a row for everything that the headers
have and that the tests it names are there, looks up how they ended in the test
host's last run, and writes a table to build/api.md. tests/api/README.md tells the form.

Prints 'ok NAME', 'skipped: NAME: why' for what has no test or whose test was not run
or was skipped, and 'not ok NAME: why' for what failed and for a row that is wrong.
The last line is 'N passed, N failed, N skipped'.

  --project FOLDER  the project whose rows are read; this one unless given
  --log FILE        what the test host's tests said; build/logs/host.log unless given
  --report FILE     where the table goes; build/api.md unless given

Exit status: 0 none failed, 1 one failed or a row is wrong, 2 wrong usage.
EOF
}

project=$root
log=
report=
while [ $# -gt 0 ]; do
	case $1 in
	--project)
		require_value "$1" $#
		project=$(absolute "$2")
		shift 2
		;;
	--log)
		require_value "$1" $#
		log=$(absolute "$2")
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
log=${log:-$project/build/logs/host.log}
report=${report:-$project/build/api.md}

cd "$project" || exit 1
[ -r tests/api/api.tsv ] || die "no tests/api/api.tsv in $project"
mkdir -p "$(dirname "$report")"
awk -F '\t' -v log_file="$log" -v report="$report" -v headers=shim-c/include/netinet -v tests=tests/host/tests \
	-f "$root/scripts/api.awk" tests/api/api.tsv
