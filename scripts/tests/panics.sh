#!/bin/sh
# Tests of the panics gate. The library for this machine serves as well as one for a kext: symbols have the same names.
set -eu
. scripts/tests/lib.sh

gate=scripts/gates/panics.sh

# rust_object NAME: bad/NAME.rs with all it reaches, as one object.
rust_object() {
	"$RUSTC" --edition 2024 --crate-type staticlib -C panic=abort -C lto=fat -C codegen-units=1 -C opt-level=3 \
		--crate-name bad "$bad/$1.rs" -o "$work/$1.a"
	member=$("$(llvm llvm-ar)" t "$work/$1.a" | grep '\.bad\.')
	"$(llvm llvm-ar)" p "$work/$1.a" "$member" >"$work/$1.o"
	printf '%s\n' "$work/$1.o"
}

if on_macos; then
	say "skip $suite: the sources here are compiled with Debian's compiler"
	exit 0
fi
passes 'allocation that may be refused' $gate "$(rust_object try-reserve)"
index=$(rust_object index)
refuses 1 'panic_bounds_check' 'indexing' $gate "$index"
refuses 1 'sctp_kext_panic_must_not_be_linked' 'the handler itself' $gate "$index"
refuses 1 'can panic: entry' 'who can panic is told' $gate "$index"
refuses 1 'handle_error' 'Vec::push' $gate "$(rust_object push)"
refuses 1 'panics.sh' 'a file of another kind' $gate build.sh
refuses 2 'see --help' 'no file' $gate
passes 'help' $gate --help
