#!/bin/sh
# Gate: no path to a Rust panic was linked.
set -eu
caller=$PWD
cd "$(dirname "$0")/../.."
. scripts/lib.sh

usage() {
	cat <<'EOF'
Usage: scripts/gates/panics.sh FILE

Fails if the symbol table of the Mach-O file FILE names a function of Rust's
that panics or ends the process, or what our panic handler calls. The link
drops all that nothing reaches, so what is left can be reached. A memory
allocation that cannot report failure is found the same way.

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

# Parts of Rust's symbols, mangled or not; the last is what the panic handler calls, and nobody defines.
forbidden='panicking|panic_bounds_check|slice_index_fail|slice_[a-z_]*index_len_fail|unwrap_failed|expect_failed'
forbidden="$forbidden|capacity_overflow|handle_alloc_error|raw_vec.*handle_error|rust_begin_unwind"
forbidden="$forbidden|sctp_kext_panic_must_not_be_linked"

nm=$(llvm llvm-nm)
symbols=$("$nm" --no-sort "$file" 2>&1) || die "$1: $symbols"
[ -n "$symbols" ] || die "$1: no symbol table to look at"
found=$("$nm" --demangle --no-sort "$file" | grep -E "$forbidden" || true)
[ -n "$found" ] || found=$(printf '%s\n' "$symbols" | grep -E "$forbidden" || true)
if [ -n "$found" ]; then
	printf '%s\n' "$found" | while read -r symbol; do
		printf 'panics.sh: linked: %s\n' "$symbol" >&2
	done
	disassembly=$("$(llvm llvm-objdump)" --disassemble --reloc --demangle --no-show-raw-insn "$file")
	printf '%s\n' "$disassembly" | awk -v forbidden="$forbidden" '
		/^[0-9a-f]+ <.*>:$/ {
			within = $0
			sub(/^[0-9a-f]+ </, "", within)
			sub(/>:$/, "", within)
			next
		}
		$0 ~ forbidden && within !~ forbidden && !seen[within]++ {
			print "panics.sh: can panic: " within
		}' >&2
	exit 1
fi
say "panics: none can be reached"
