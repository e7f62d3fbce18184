#!/bin/sh
# Tests of the pointer-signing gate.
set -eu
. scripts/tests/lib.sh
needs_lld

gate=scripts/gates/pointer-signing.sh

# c_object NAME FLAG...
c_object() {
	name=$1
	shift
	clang-22 -target arm64e-apple-macosx11.0 -mkernel -ffreestanding -O2 "$@" -c "$bad/pointers.c" -o "$work/$name.o"
	printf '%s\n' "$work/$name.o"
}

passes 'signed pointers' $gate "$(c_object signed -fptrauth-calls -fptrauth-returns -fptrauth-intrinsics)"
unsigned=$(c_object unsigned -fno-ptrauth-calls)
refuses 1 'unsigned pointer to _callback' 'a table of unsigned pointers' $gate "$unsigned"
refuses 1 'call that authenticates nothing' 'an unsigned call' $gate "$unsigned"
clang-22 -target arm64e-apple-macosx11.0 -c "$bad/rust-pointer.s" -o "$work/trial.rcgu.o"
refuses 1 'address of _callback taken by Rust' 'an address taken by Rust' $gate "$work/trial.rcgu.o"
llvm-ar-22 cr "$work/both.a" "$work/signed.o" "$work/trial.rcgu.o"
refuses 1 'address of _callback taken by Rust' 'a member of an archive' $gate "$work/both.a"
refuses 1 'not for arm64e' 'another architecture' $gate "$(x86_64_object good)"
refuses 2 'see --help' 'no file' $gate
passes 'help' $gate --help
