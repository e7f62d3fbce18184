#!/bin/sh
# Runs the simulator's scenarios with many seeds, and says how long each takes.
set -eu
cd "$(dirname "$0")/.."
. scripts/lib.sh

usage() {
	cat <<'EOT'
Usage: ./build.sh sim [--seeds N] [--seed N] [SCENARIO]

Runs every test of tests/sim, or those whose name contains SCENARIO, with the
seeds 1 to N (1000 unless given), in an optimized build that checks its
arithmetic. --seed runs one seed alone and prints every packet.

Prints 'ok SCENARIO: S s' or 'not ok SCENARIO' with the seed that failed and the
command that runs it again; the last line is 'N passed, N failed, N skipped'.

Exit status: 0 none failed, 1 one failed, 2 wrong usage.
EOT
}

seeds=1000
seed=
scenario=
while [ $# -gt 0 ]; do
	case $1 in
	--seeds)
		require_value "$1" $#
		seeds=$2
		shift 2
		;;
	--seed)
		require_value "$1" $#
		seed=$2
		shift 2
		;;
	-h | --help)
		usage
		exit 0
		;;
	-*) usage_error "unknown option '$1'" ;;
	*)
		scenario=$1
		shift
		;;
	esac
done

use_toolchain
test_sim() {
	cargo test --quiet --profile fuzz --package sctp-sim "$@"
}

if [ -n "$seed" ]; then
	SIM_SEED=$seed test_sim "$scenario" -- --nocapture
	exit
fi
names=$(test_sim "$scenario" -- --list 2>/dev/null | sed -n 's/: test$//p')
passed=0
failed=0
for name in $names; do
	start=$(date +%s)
	if output=$(SIM_SEEDS=$seeds test_sim "$name" -- --exact 2>&1); then
		passed=$((passed + 1))
		say "ok $name: $(($(date +%s) - start)) s"
	else
		failed=$((failed + 1))
		say "not ok $name"
		say "$output" | grep 'fails with seed' || say "$output" | tail -n 5
	fi
done
say "$passed passed, $failed failed, 0 skipped"
[ $failed -eq 0 ]
