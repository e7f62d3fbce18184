#!/bin/sh
# Runs the fuzz targets.
set -eu
cd "$(dirname "$0")/.."
. scripts/lib.sh

usage() {
	cat <<'EOF'
Usage: ./build.sh fuzz [SECONDS] [OPTION...]

Runs the fuzz targets for SECONDS (30 unless told), which they share:
wire reads bytes, packets is sent changed packets, calls makes users' calls and
compares what arrives with what was sent. Every run follows from one seed; what
fails is printed with the command that repeats it.

--seed N        the first seed; the clock gives one unless told
--runs N        at most N runs of a target
--only TARGET   one target only
--seconds S     as SECONDS

The last line is 'N passed, N failed, 0 skipped', the targets counted.
Exit status: 0 none failed, 1 one failed, 2 wrong usage.
EOF
}

case ${1:-} in
-h | --help)
	usage
	exit 0
	;;
'' | -*) ;;
*)
	seconds=$1
	shift
	set -- --seconds "$seconds" "$@"
	;;
esac

scripts/packages.sh build
use_toolchain
say "compiling"
cargo build --quiet --profile fuzz --package sctp-fuzz || die "the fuzzer could not be compiled"
exec "$(target_folder)/fuzz/sctp-fuzz" "$@"
