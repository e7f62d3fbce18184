#!/bin/sh
# Tests of the vector-registers gate.
set -eu
. scripts/tests/lib.sh
needs_lld

gate=scripts/gates/vector-registers.sh

passes 'a kext' $gate "$(kext good)"
passes 'a stack frame' $gate "$(kext stack)"
passes 'a jump table' $gate "$(kext table)"
refuses 1 'vector register: in _vector:' 'an xmm register' $gate "$(kext vector)"
refuses 1 'memory below the stack pointer: in _red_zone:' 'the red zone' $gate "$(kext red-zone)"

# arm64e_object NAME [INSTRUCTION]
arm64e_object() {
	sed "s/VECTOR/${2:-}/" "$bad/$1.s" >"$work/$1.s"
	clang-22 -target arm64e-apple-macosx11.0 -c "$work/$1.s" -o "$work/$1.o"
	printf '%s\n' "$work/$1.o"
}

passes 'general registers of arm64e' $gate "$(arm64e_object general-arm64e)"
for instruction in 'fmov d0, x0' 'ldr q1, [x0]' 'add v2.4s, v2.4s, v3.4s' 'str s4, [sp, #4]' 'mov.d x0, v0[1]'; do
	refuses 1 'vector register: in _vector:' "arm64e: $instruction" \
		$gate "$(arm64e_object vector-arm64e "$instruction")"
done

refuses 1 'vector-registers.sh' 'a file of another kind' $gate build.sh
refuses 2 'see --help' 'no file' $gate
passes 'help' $gate --help
