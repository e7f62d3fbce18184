#!/bin/sh
# Runs the tests of the scripts and of the binary gates.
set -eu
cd "$(dirname "$0")/../.."
. scripts/lib.sh

usage() {
	cat <<'EOF'
Usage: scripts/tests/run.sh [TEST...]

Runs every test of the scripts in scripts/tests, or only the TESTs named: imports
is scripts/tests/imports.sh, and pkg every test in the folder scripts/tests/pkg.
The last line is 'N passed, N failed, N skipped'.

Exit status: 0 none failed, 1 one failed, 2 wrong usage.
EOF
}

case ${1:-} in
-h | --help)
	usage
	exit 0
	;;
esac

# tests_in FOLDER: those in that folder of scripts/tests, but for what they share.
tests_in() {
	(cd "scripts/tests/$1" && ls -- *.sh) | sed -n "/^run\.sh\$/d; /lib\.sh\$/d; s|\.sh\$||p" | sed "s|^|$1/|"
}

[ $# -gt 0 ] || set -- .
names=
for name in "$@"; do
	if [ -d "scripts/tests/$name" ]; then
		names="$names $(tests_in "$name")"
	else
		[ -r "scripts/tests/$name.sh" ] || usage_error "unknown test '$name'"
		names="$names $name"
	fi
done

results=$(mktemp)
trap 'rm -f "$results"' EXIT
trap 'exit 1' HUP INT TERM
for name in $names; do
	if ! sh "scripts/tests/$name.sh" >>"$results"; then
		printf 'not ok %s: the test itself ended early\n' "$name" >>"$results"
	fi
done

# count PATTERN
count() {
	grep -c "$1" "$results" || true
}

grep '^not ok' "$results" || true
failed=$(count '^not ok')
say "$(count '^ok ') passed, $failed failed, $(count '^skip ') skipped"
[ "$failed" -eq 0 ]
