#!/bin/sh
# Runs the tests of the scripts and of the binary gates.
set -eu
cd "$(dirname "$0")/../.."
. scripts/lib.sh

usage() {
	cat <<'EOF'
Usage: scripts/tests/run.sh [TEST...]

Runs every test of the scripts in scripts/tests, or only the TESTs named (imports
is scripts/tests/imports.sh). The last line is 'N passed, N failed, N skipped'.

Exit status: 0 none failed, 1 one failed, 2 wrong usage.
EOF
}

case ${1:-} in
-h | --help)
	usage
	exit 0
	;;
esac

if [ $# -eq 0 ]; then
	set --
	for file in scripts/tests/*.sh; do
		case $file in
		*/run.sh | */lib.sh) ;;
		*) set -- "$@" "$(basename "$file" .sh)" ;;
		esac
	done
fi

results=$(mktemp)
trap 'rm -f "$results"' EXIT
trap 'exit 1' HUP INT TERM
for name in "$@"; do
	[ -r "scripts/tests/$name.sh" ] || usage_error "unknown test '$name'"
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
