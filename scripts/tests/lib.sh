# What the tests of the scripts share. A test writes a line for each case: 'ok NAME', 'not ok NAME: why' or
# 'skip NAME: why'; run.sh counts them.
# shellcheck shell=sh

. scripts/lib.sh
use_toolchain

suite=$(basename "$0" .sh)
work=$(mktemp -d)
bad=$root/scripts/tests/bad
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# passes NAME COMMAND...: COMMAND must end with status 0.
passes() {
	name=$1
	shift
	if "$@" >"$work/output" 2>&1 </dev/null; then
		say "ok $suite: $name"
	else
		say "not ok $suite: $name: status $?: $(tail -n 1 "$work/output")"
	fi
}

# refuses STATUS TEXT NAME COMMAND...: COMMAND must end with STATUS and have TEXT in what it says.
refuses() {
	expected=$1
	text=$2
	name=$3
	shift 3
	status=0
	"$@" >"$work/output" 2>&1 </dev/null || status=$?
	if [ $status -ne "$expected" ]; then
		say "not ok $suite: $name: status $status, not $expected: $(tail -n 1 "$work/output")"
	elif ! grep -qF -e "$text" "$work/output"; then
		say "not ok $suite: $name: does not say '$text': $(tail -n 1 "$work/output")"
	else
		say "ok $suite: $name"
	fi
}

# Ends the test where a Mach-O file cannot be made without Apple's tools.
needs_lld() {
	if ! command -v ld64.lld-22 >/dev/null; then
		say "skip $suite: no ld64.lld-22"
		exit 0
	fi
}

# x86_64_object NAME: compiles bad/NAME.c or bad/NAME.s and prints the object's path.
x86_64_object() {
	for source in "$bad/$1".[cs]; do
		[ -r "$source" ] || continue
		clang-22 -target x86_64-apple-macosx10.13 -mkernel -ffreestanding -mno-red-zone -mno-sse -O2 \
			-c "$source" -o "$work/$1.o"
	done
	printf '%s\n' "$work/$1.o"
}

# bundle NAME: links bad/NAME and the kmod_info of bad/good.c as build.sh does, and prints the bundle's path.
bundle() {
	set -- "$1" "$(x86_64_object good)" "$(x86_64_object "$1")"
	[ "$2" != "$3" ] || set -- "$1" "$2"
	ld64.lld-22 -arch x86_64 -platform_version macos 11.0 11.0 -bundle -undefined dynamic_lookup -fixup_chains \
		-no_data_const -S -headerpad 0x200 -u _kmod_info -exported_symbol _kmod_info \
		-o "$work/$1.bundle" "$2" ${3:+"$3"} 2>/dev/null
	printf '%s\n' "$work/$1.bundle"
}

# kext NAME: the same, made a kext.
kext() {
	kextlink bundle "$(bundle "$1")" "$work/$1.kext" >/dev/null
	printf '%s\n' "$work/$1.kext"
}
