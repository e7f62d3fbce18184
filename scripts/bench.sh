#!/bin/sh
# Measures the engine beside usrsctp.
set -eu
cd "$(dirname "$0")/.."
. scripts/lib.sh

usage() {
	cat <<'EOF'
Usage: ./build.sh bench [OPTION...]

Measures the engine beside Debian's usrsctp: two endpoints of each in one
process, joined by a queue in memory, on one thread, with the same buffers and
packet lengths, with checksums, every message checked. The two take turns.
Prints a table of medians and writes it to build/bench/result.md. Takes about
two minutes.

--rounds N      rounds, 5 unless told
--seconds S     seconds of each measurement, 0.5 unless told
--only TEXT     only the workloads with TEXT in their name, or 'scale'
--ours          do not measure usrsctp

Exit status: 0 measured, 1 failed, 2 wrong usage.
EOF
}

case ${1:-} in
-h | --help)
	usage
	exit 0
	;;
esac

on_macos && die "usrsctp is compared with as Debian builds it: run this on Debian"
scripts/packages.sh build bench
use_toolchain
say "compiling (about a minute the first time)"
cargo build --quiet --release --package sctp-bench || die "the benchmark could not be compiled"
mkdir -p build/bench
status=0
"$(target_folder)/release/sctp-bench" "$@" >build/bench/result.md.new || status=$?
[ $status -eq 0 ] || exit $status
mv build/bench/result.md.new build/bench/result.md
cat build/bench/result.md
