#!/bin/sh
# Gate: the kernel's linker accepts the file.
set -eu
caller=$PWD
cd "$(dirname "$0")/../.."
. scripts/lib.sh

usage() {
	cat <<'EOF'
Usage: scripts/gates/load-commands.sh FILE

Fails if FILE is no kext's executable, or has a load command, section, symbol
or relocation that the linker of a supported kernel refuses.

Exit status: 0 passed, 1 failed, 2 wrong usage.
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
use_toolchain
kextlink check-commands "$file"
say "load-commands: every one is known to the kernel"
