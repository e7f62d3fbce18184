#!/bin/sh
# Builds everything and runs every test suite there is.
set -eu
cd "$(dirname "$0")/.."
. scripts/lib.sh

usage() {
	cat <<'EOF'
Usage: ./build.sh test [SUITE...]

Builds the kernel extension and runs every test suite, or only the SUITEs named
(the suites that need the extension use the one that is there). build/logs has
what each said. The last line is the total: 'N passed, N failed, N skipped'.

Suites:
EOF
	suites | while read -r name _ what; do
		printf '  %-11s %s\n' "$name" "$what"
	done
	cat <<'EOF'

Exit status: 0 none failed, 1 one failed or could not run, 2 wrong usage.
EOF
}

# suite, how its tests are counted, what it is; in the order they run
suites() {
	cat <<'EOF'
check     line  formatting, lints, documentation
rust      cargo unit, property and simulator tests of the Rust crates
fuzz      line  a few seconds of each fuzz target, from fixed seeds
ffi       cargo unit tests of the library's C face, on this machine
scripts   line  the scripts and the binary gates, with bad inputs
rfc9260   line  the requirements of RFC 9260 have code and tests; what has not is skipped
build     exit  the kernel extension builds and passes the binary gates
arm64e    exit  the arm64e objects compile and their pointers are signed
rebuild   exit  two builds are the same, byte for byte
libsctp   exit  the user library builds
pkg       line  the installer package and everything in it, with stand-ins for macOS
programs  exit  the programs of the interop tests, and the user library's headers
host      sum   the built extension in a process that stands in for the kernel
api       line  each part of the socket API has a test, and 'host' has passed it; what has none is skipped
conformance line the conformance scripts against the built extension
examples  line  programs as books and manuals have them, over the built extension
interop   line  the built extension and real peers
guest     line  the built extension and Linux's SCTP in a virtual machine; failover
EOF
}

kext=$root/build/SCTP.kext

run_check() {
	scripts/check.sh
}

run_rust() {
	cargo test --no-fail-fast
}

run_fuzz() {
	scripts/fuzz.sh --seconds 9 --seed 1
}

run_ffi() {
	cargo test --no-fail-fast --package sctp-kext
}

run_scripts() {
	scripts/tests/run.sh
}

run_rfc9260() {
	scripts/requirements.sh
}

run_build() {
	scripts/build.sh
}

run_arm64e() {
	scripts/build.sh --arch arm64e
}

run_libsctp() {
	make -C shim-c/libsctp O="$root/build/libsctp"
}

run_pkg() {
	scripts/packages.sh pkg &&
		make -C tests/host O="$root/build/host" &&
		scripts/tests/run.sh pkg
}

run_rebuild() {
	scripts/gates/reproducible.sh
}

run_programs() {
	make -C tests/interop O="$root/build/interop" check
}

run_host() {
	make -C tests/host O="$root/build/host" check KEXT="$kext"
}

run_api() {
	scripts/api.sh
}

run_conformance() {
	make -C tests/host O="$root/build/host" &&
		cargo run --quiet --package sctp-conformance -- --host "$root/build/host/libsctphost.so" --kext "$kext"
}

run_examples() {
	make -C tests/host O="$root/build/host" &&
		make -C tests/interop O="$root/build/interop" &&
		make -C tests/programs O="$root/build/examples" &&
		tests/programs/run.sh --kext "$kext"
}

run_interop() {
	make -C tests/host O="$root/build/host" &&
		make -C tests/interop O="$root/build/interop" &&
		tests/interop/run.sh --kext "$kext"
}

run_guest() {
	# Without them its cases say what they lack.
	scripts/packages.sh guest || :
	make -C tests/host O="$root/build/host" &&
		make -C tests/interop O="$root/build/interop" &&
		tests/interop/guest/run.sh --kext "$kext"
}

# The closing lines of a suite's programs, or the one of the whole suite.
closing_lines() {
	sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed, \([0-9]*\) skipped$/\1 \2 \3/p' "$1"
}

# counts_of HOW LOG STATUS: prints 'passed failed skipped', or nothing if LOG does not tell.
counts_of() {
	case $1 in
	line)
		closing_lines "$2" | tail -n 1
		;;
	sum)
		closing_lines "$2" | awk '{ passed += $1; failed += $2; skipped += $3; seen = 1 }
			END { if (seen) print passed, failed, skipped }'
		;;
	cargo)
		awk '/^test result: / { passed += $4; failed += $6; skipped += $8; seen = 1 }
			END { if (seen) print passed, failed, skipped }' "$2"
		;;
	exit)
		if [ "$3" -eq 0 ]; then say 1 0 0; else say 0 1 0; fi
		;;
	esac
}

case ${1:-} in
-h | --help)
	usage
	exit 0
	;;
esac
for name in "$@"; do
	suites | grep -q "^$name " || usage_error "unknown suite '$name'"
done
# One word a suite.
# shellcheck disable=SC2046
[ $# -gt 0 ] || set -- $(suites | cut -d ' ' -f 1)

scripts/packages.sh build check test
use_toolchain
mkdir -p build/logs

total_passed=0
total_failed=0
total_skipped=0
number=0
for suite in "$@"; do
	number=$((number + 1))
	set_up=$(suites | grep "^$suite ")
	# The words of the table's line: name, way of counting, description.
	read -r _ how what <<EOF
$set_up
EOF
	say "[$number/$#] $suite: $what"
	log=build/logs/$suite.log
	start=$(date +%s)
	status=0
	"run_$suite" >"$log" 2>&1 </dev/null || status=$?
	seconds=$(($(date +%s) - start))

	counts=$(counts_of "$how" "$log" $status)
	if [ -z "$counts" ]; then
		say "    did not run (status $status, $log): $(tail -n 1 "$log")"
		total_failed=$((total_failed + 1))
		continue
	fi
	read -r passed failed skipped <<EOF
$counts
EOF
	# A suite that ends badly has failed, whatever it has counted.
	[ $status -eq 0 ] || [ "$failed" -gt 0 ] || failed=1
	say "    $passed passed, $failed failed, $skipped skipped in $seconds s"
	if [ "$failed" -gt 0 ]; then
		say "    see $log:"
		{ grep -E '^(not ok|failed|FAIL|error|test .* FAILED)' "$log" || tail -n 1 "$log"; } | tail -n 5 | sed 's/^/    /'
	fi
	total_passed=$((total_passed + passed))
	total_failed=$((total_failed + failed))
	total_skipped=$((total_skipped + skipped))
done

say "$total_passed passed, $total_failed failed, $total_skipped skipped"
[ $total_failed -eq 0 ]
