#!/bin/sh
# Gate: machine code that is safe inside the kernel.
set -eu
caller=$PWD
cd "$(dirname "$0")/../.."
. scripts/lib.sh

usage() {
	cat <<'EOF'
Usage: scripts/gates/vector-registers.sh FILE

Fails if the code of the Mach-O file or archive FILE uses a vector or
floating-point register, which the kernel does not save for a kext, or memory
below the stack pointer, which an interrupt overwrites.

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

objdump=$(llvm llvm-objdump)
mkdir -p build
listing=build/disassembly.$$
trap 'rm -f "$listing"' EXIT
trap 'exit 1' HUP INT TERM
# With --macho the tables between instructions are shown as data, not as instructions that they are not.
"$objdump" --macho --disassemble --no-show-raw-insn --no-print-imm-hex "$file" >"$listing" 2>&1 ||
	die "$1: $(tail -n 1 "$listing")"
grep -q '^[[:space:]]*[0-9a-f]\{1,\}:\{0,1\}[[:space:]]' "$listing" || die "$1: no code to look at"

# Registers as llvm-objdump writes them for each architecture. lea only computes, so it may look below the stack.
awk -v name="vector-registers.sh" '
	/:$/ { within = $0; sub(/:$/, "", within); next }
	{
		line = $0
		sub(/[#;].*/, "", line)
		sub(/## .*/, "", line)
		bad = ""
		if (line ~ /%([xyz]?mm[0-9]+|st|k[0-7])/ ||
		    line ~ /[[:space:],{\[][vqdshb][0-9]+([][[:space:],}.]|$)/)
			bad = "vector register"
		else if (line ~ /-(0x)?[0-9a-f]+\(%rsp[,)]/ && line !~ /[[:space:]]lea/)
			bad = "memory below the stack pointer"
		if (bad != "" && count++ < 20) {
			gsub(/[[:space:]]+/, " ", line)
			print name ": " bad ": in " within ":" line
		}
	}
	END { exit count > 0 }' "$listing" >&2 || exit 1
say "vector-registers: none, and nothing below the stack pointer"
