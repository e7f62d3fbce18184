#!/bin/sh
# Checks formatting, lints and documentation. Changes nothing.
set -eu
cd "$(dirname "$0")/.."
. scripts/lib.sh

usage() {
	cat <<'EOF'
Usage: ./build.sh check

Checks, changing nothing: the formatting of Rust (rustfmt) and C (clang-format),
lints of Rust (clippy) and of the scripts (shellcheck), and that the Rust
documentation builds without a warning. All of them run, also after one has
failed; build/logs has what each said. The last line is
'N passed, N failed, N skipped'.

Exit status: 0 none failed, 1 one failed, 2 wrong usage.
EOF
}

case ${1:-} in
-h | --help)
	usage
	exit 0
	;;
'') ;;
*) usage_error "unknown argument '$1'" ;;
esac

rust_format() {
	cargo fmt --all --check
}

# What never runs in a kernel may end when memory is short, and may compute as it likes.
tests_may='-A clippy::arithmetic_side_effects -A clippy::disallowed_methods -A clippy::disallowed_types'
tests_may="$tests_may -A clippy::cast_possible_truncation -A clippy::cast_sign_loss"

# First what ships, by the whole lint block; then the tests beside it.
rust_lints() {
	# One word an argument.
	# shellcheck disable=SC2086
	cargo clippy --quiet --workspace -- -D warnings &&
		cargo clippy --quiet --workspace --all-targets -- -D warnings $tests_may
}

rust_documentation() {
	RUSTDOCFLAGS='-D warnings' cargo doc --quiet --no-deps --document-private-items
}

c_format() {
	find shim-c tests scripts -name '*.[ch]' -exec "$clang_format" --dry-run -Werror {} +
}

shell_lints() {
	find . -path ./build -prune -o -path ./target -prune -o -name '*.sh' -exec shellcheck -x {} + &&
		shellcheck -x .ci/run
}

scripts/packages.sh build check
use_toolchain
clang_format=$(llvm clang-format)
mkdir -p build/logs

passed=0
failed=0
for check in rust_format rust_lints rust_documentation c_format shell_lints; do
	log=build/logs/check-$check.log
	if $check >"$log" 2>&1 </dev/null; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		say "failed: $check: $(grep -E -m 1 '^(error|warning|Diff|.*: error:|In )' "$log" || head -n 1 "$log") ($log)"
	fi
done
say "$passed passed, $failed failed, 0 skipped"
[ $failed -eq 0 ]
