# What every script shares: where things are, which toolchain is used, how messages look.
# shellcheck shell=sh
# Sourced after: cd "$(dirname "$0")/.."; the current folder is the project's root.

LC_ALL=C
export LC_ALL
root=$(pwd -P)
program=${0##*/}

# Says one line of progress.
say() {
	printf '%s\n' "$*"
}

# die MESSAGE: the error, in one line, and the end.
die() {
	printf '%s: %s\n' "$program" "$*" >&2
	exit 1
}

# usage_error MESSAGE
usage_error() {
	printf '%s: %s: see --help\n' "$program" "$*" >&2
	exit 2
}

# require_value OPTION COUNT: COUNT arguments are left, OPTION first; it needs one more.
require_value() {
	[ "$2" -ge 2 ] || usage_error "$1 needs a value"
}

# absolute FILE: FILE as seen from where the script was called, which it noted in $caller.
absolute() {
	case $1 in
	/*) printf '%s\n' "$1" ;;
	*) printf '%s\n' "${caller:-$root}/$1" ;;
	esac
}

on_macos() {
	[ "$(uname -s)" = Darwin ]
}

# The version of the whole project, from the workspace.
project_version() {
	version=$(sed -n '/^\[workspace\.package\]/,/^\[/s/^version = "\([0-9.]*\)"$/\1/p' Cargo.toml)
	[ -n "$version" ] || die "Cargo.toml has no workspace version of the form 1.2.3"
	printf '%s\n' "$version"
}

# Debian's compilers, by name: a rustup that stands first in PATH has neither the kext targets' sources nor a
# compiler of the same version as those of Debian.
use_toolchain() {
	on_macos && return 0
	PATH=/usr/bin:$PATH
	RUSTC=/usr/bin/rustc
	RUSTDOC=/usr/bin/rustdoc
	LIBCLANG_PATH=/usr/lib/llvm-22/lib
	CARGO_TERM_COLOR=never
	export PATH RUSTC RUSTDOC LIBCLANG_PATH CARGO_TERM_COLOR
}

# llvm TOOL: the name that LLVM's TOOL has on this system.
llvm() {
	if on_macos; then
		printf '%s\n' "$1"
	else
		printf '%s-22\n' "$1"
	fi
}

# The folder cargo builds in.
target_folder() {
	printf '%s\n' "${CARGO_TARGET_DIR:-$root/target}"
}

# Runs the kextlink of this checkout.
kextlink() {
	cargo run --quiet --package kextlink -- "$@"
}
