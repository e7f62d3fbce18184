#!/bin/sh
# Tests of the programs and the library that are built for macOS: what their files say of themselves.
set -eu
. scripts/tests/lib.sh
needs_lld

out=$work/programs
files='libsctp.dylib sctp-probe sctpstat'

# headers FILE ARCHITECTURE
headers() {
	llvm-objdump-22 --macho --private-headers --arch="$2" "$out/$1"
}

# field FILE ARCHITECTURE COMMAND FIELD: the values of FIELD in all load commands COMMAND.
field() {
	headers "$1" "$2" | awk -v command="$3" -v field="$4" '
		$1 == "cmd" { inside = $2 == command }
		inside { sub(/^ */, ""); if (index($0, field " ") == 1) { sub("^" field " *", ""); print } }'
}

# is EXPECTED COMMAND...: COMMAND says EXPECTED.
is() (
	expected=$1
	shift
	found=$("$@" | tr '\n' ' ' | sed 's/ *$//')
	[ "$found" = "$expected" ] || die "'$found', not '$expected'"
)

# Names of functions that the installed headers declare.
declared() {
	sed -n 's/^[a-z].*[ *]\(sctp_[a-z_]*\)(.*$/_\1/p' shim-c/include/netinet/sctp_uio.h | sort
}

exported() {
	llvm-nm-22 --arch="$1" --extern-only --defined-only --format=just-symbols "$out/libsctp.dylib" | sort
}

# Symbols that the files import on one architecture, and those that the stub of the system's library offers there.
imported() {
	for file in $files; do
		llvm-nm-22 --arch="$1" --undefined-only --format=just-symbols "$out/$file"
	done | sort -u
}
offered() {
	python3 - "$1" scripts/darwin/libSystem.tbd <<'EOF'
import re, sys
text = open(sys.argv[2]).read()
for targets, symbols in re.findall(r"- targets: *\[([^]]*)\]\s*symbols: *\[([^]]*)\]", text):
    if sys.argv[1] in targets:
        print("\n".join(re.split(r"[\s,]+", symbols.strip())))
EOF
}

# same COMMAND COMMAND: both, words without blanks in them, say the same.
same() (
	# One word an argument.
	# shellcheck disable=SC2086
	$1 | sort >"$work/a"
	# shellcheck disable=SC2086
	$2 | sort >"$work/b"
	[ -s "$work/a" ] || die "'$1' says nothing"
	diff "$work/a" "$work/b"
)

passes 'they are built' scripts/programs.sh "$out"
for file in $files; do
	passes "$file is for both architectures" is 'x86_64 arm64' llvm-lipo-22 -archs "$out/$file"
	passes "$file runs from macOS 10.13 on" is '10.13' field "$file" x86_64 LC_VERSION_MIN_MACOSX version
	passes "$file runs from macOS 11 on, on arm64" is '11.0' field "$file" arm64 LC_BUILD_VERSION minos
	for architecture in x86_64 arm64; do
		passes "$file needs the system's library alone, $architecture" \
			is '/usr/lib/libSystem.B.dylib (offset 24)' field "$file" $architecture LC_LOAD_DYLIB name
		passes "$file is signed, $architecture" is LC_CODE_SIGNATURE field "$file" $architecture LC_CODE_SIGNATURE cmd
	done
done
for architecture in x86_64 arm64; do
	passes "the library's name, $architecture" \
		is '/usr/local/lib/libsctp.dylib (offset 24)' field libsctp.dylib $architecture LC_ID_DYLIB name
	passes "the library's version, $architecture" \
		is "$(project_version)" field libsctp.dylib $architecture LC_ID_DYLIB 'current version'
	passes "the library's compatible version, $architecture" \
		is 1.0.0 field libsctp.dylib $architecture LC_ID_DYLIB 'compatibility version'
	passes "the library exports what the headers declare, $architecture" same "exported $architecture" declared
	passes "the stub offers what is imported, $architecture" same "imported $architecture" "offered $architecture"
done
passes 'they are built once more, elsewhere' scripts/programs.sh "$work/again/programs"
passes 'both builds are the same, byte for byte' diff -r "$out" "$work/again/programs"
refuses 2 'unknown option' 'an unknown option' scripts/programs.sh --no-such-option
refuses 2 'more than one OUT' 'two folders' scripts/programs.sh a b
passes 'help' scripts/programs.sh --help
