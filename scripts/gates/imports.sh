#!/bin/sh
# Gate: the kext imports what was reviewed, no more and no less.
set -eu
caller=$PWD
cd "$(dirname "$0")/../.."
. scripts/lib.sh

usage() {
	cat <<'EOF'
Usage: scripts/gates/imports.sh FILE [LIST]

Fails if the kext's executable FILE imports a symbol that is not on LIST, or
LIST has one that FILE does not import. LIST is scripts/kpi-imports.txt unless
given.

Exit status: 0 passed, 1 failed, 2 wrong usage.
EOF
}

case ${1:-} in
-h | --help)
	usage
	exit 0
	;;
esac
[ $# -eq 1 ] || [ $# -eq 2 ] || usage_error "neither one FILE nor FILE and LIST given"
file=$(absolute "$1")
list=$root/scripts/kpi-imports.txt
[ $# -eq 1 ] || list=$(absolute "$2")
use_toolchain
kextlink check-imports "$file" "$list"
say "imports: exactly the reviewed ones"
