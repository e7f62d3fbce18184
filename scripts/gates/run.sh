#!/bin/sh
# Runs all gates that need nothing but the linked binary.
set -eu
caller=$PWD
cd "$(dirname "$0")/../.."
. scripts/lib.sh

usage() {
	cat <<'EOF'
Usage: scripts/gates/run.sh FILE

Runs the binary gates on the kext's executable FILE: load-commands, imports,
panics, vector-registers. All of them run, also after one has failed.

Exit status: 0 all passed, 1 one failed, 2 wrong usage.
EOF
}

case ${1:-} in
-h | --help)
	usage
	exit 0
	;;
esac
[ $# -eq 1 ] || usage_error "not one FILE given"
file=$(absolute "$1")

failed=
for gate in load-commands imports panics vector-registers; do
	scripts/gates/$gate.sh "$file" || failed="$failed $gate"
done
[ -z "$failed" ] || die "$1: failed:$failed"
