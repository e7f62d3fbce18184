#!/bin/sh
# Measures the engine beside usrsctp, or counts what it does with a processor's caches.
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
--caches        alone: count instead what one message of 64 bytes costs with 1,
                1000 and 100,000 associations, both ends together: instructions
                and cache misses, in a simulation that no other work on the
                machine changes. Writes build/bench/caches.md; takes about two
                minutes

Exit status: 0 measured, 1 failed, 2 wrong usage.
EOF
}

case ${1:-} in
-h | --help)
	usage
	exit 0
	;;
esac

# count ASSOCIATIONS: a line of the table. The caches are those of one core of a current server processor: 32 KiB of each
# first level, 1 MiB of the second one.
count() {
	valgrind --tool=callgrind --cache-sim=yes --I1=32768,8,64 --D1=32768,8,64 --LL=1048576,16,64 \
		--toggle-collect='*simulated*' --callgrind-out-file=/dev/null \
		"$(target_folder)/release/sctp-bench" --simulate "$1" $messages 2>&1 |
		awk -v associations="$1" -v messages=$messages '
			{ gsub(",", "") }
			/I +refs:/ { instructions = $4 }
			/I1 +misses:/ { code = $4 }
			/D1 +misses:/ { first = $4 }
			/LLd misses:/ { second = $4 }
			END {
				printf "| %d | %.0f | %.1f | %.1f | %.1f |\n", associations, instructions / messages,
					code / messages, first / messages, second / messages
			}'
}

caches() {
	messages=100000
	printf '# What a message costs\n\n'
	printf 'One message of 64 bytes at a time, over an association picked at random; from the call that sends it to the\n'
	printf 'call that has read it, and its share of a SACK, at both ends.\n\n'
	printf '| associations | instructions | I1 misses | D1 misses | L2 data misses |\n'
	printf '|---:|---:|---:|---:|---:|\n'
	for associations in 1 1000 100000; do
		count $associations
	done
}

on_macos && die "usrsctp is compared with as Debian builds it: run this on Debian"
scripts/packages.sh build bench
use_toolchain
say "compiling (about a minute the first time)"
cargo build --quiet --release --package sctp-bench || die "the benchmark could not be compiled"
mkdir -p build/bench
if [ "${1:-}" = --caches ]; then
	[ $# -eq 1 ] || usage_error "--caches goes with no other option"
	caches >build/bench/caches.md
	cat build/bench/caches.md
	exit 0
fi
status=0
"$(target_folder)/release/sctp-bench" "$@" >build/bench/result.md.new || status=$?
[ $status -eq 0 ] || exit $status
mv build/bench/result.md.new build/bench/result.md
cat build/bench/result.md
