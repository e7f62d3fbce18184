#!/bin/sh
# Gate: on arm64e every function pointer that C code makes is signed.
set -eu
caller=$PWD
cd "$(dirname "$0")/../.."
. scripts/lib.sh

usage() {
	cat <<'EOF'
Usage: scripts/gates/pointer-signing.sh FILE

Fails if in the arm64e objects or archive FILE
- a C object has a static pointer to a function that is not signed;
- a C object calls through a pointer without authenticating it;
- a Rust object takes the address of a function of C's or gives one to it:
  Rust does not sign, so it may only call and be called by name.

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

objdump=$(llvm llvm-objdump)
folder=$(mktemp -d)
names=$(mktemp)
trap 'rm -rf "$folder" "$names"' EXIT
trap 'exit 1' HUP INT TERM
case $file in
*.a) (cd "$folder" && "$(llvm llvm-ar)" x "$file") || die "$1: not an archive that can be read" ;;
*) cp "$file" "$folder/" ;;
esac

failed=
# complain OBJECT REPORT
complain() {
	[ -n "$2" ] || return 0
	printf '%s\n' "$2" | sed "s|^|pointer-signing.sh: ${1##*/}: |" >&2
	failed=yes
}

# Names in the text section, and those defined elsewhere, which may be functions.
functions_of() {
	"$(llvm llvm-nm)" "$1" | awk '$(NF - 1) ~ /^[tTU]$/ { print $NF }'
}

check_c() {
	functions_of "$1" >"$names"
	complain "$1" "$("$objdump" --reloc "$1" | awk -v names="$names" '
		BEGIN { while ((getline name < names) > 0) known[name] = 1 }
		$2 == "ARM64_RELOC_UNSIGNED" && $3 in known { print "unsigned pointer to " $3 }')"
	complain "$1" "$("$objdump" --disassemble --no-show-raw-insn "$1" | awk '
		/^[0-9a-f]+ <.*>:$/ { within = $2 }
		/[[:space:]]blr[[:space:]]/ { print "call that authenticates nothing in " within }')"
}

check_rust() {
	"$(llvm llvm-nm)" --undefined-only --format=just-symbols "$1" >"$names"
	complain "$1" "$("$objdump" --reloc "$1" | awk -v names="$names" '
		BEGIN { while ((getline name < names) > 0) known[name] = 1 }
		$3 in known && $2 != "ARM64_RELOC_BRANCH26" { print "address of " $3 " taken by Rust" }')"
}

for object in "$folder"/*; do
	# CPU type arm64, subtype arm64e, little-endian at offset 4; the last byte says which ABI signs.
	case $(od -An -v -tx1 -j4 -N7 "$object") in
	' 0c 00 00 01 02 00 00') ;;
	*) die "$1: not for arm64e" ;;
	esac
	case $object in
	*compiler_builtins*) ;;
	*.rcgu.o) check_rust "$object" ;;
	*) check_c "$object" ;;
	esac
done
[ -z "$failed" ] || exit 1
say "pointer-signing: every function pointer is signed, Rust is only called by name"
