#!/bin/sh
# Builds what programs get, for macOS: libsctp and the tools.
set -eu
caller=$PWD
cd "$(dirname "$0")/.."
. scripts/lib.sh

usage() {
	cat <<'EOF'
Usage: scripts/programs.sh [OUT]

Builds libsctp.dylib and the tools for macOS, each for x86_64 (macOS 10.13) and
arm64 (macOS 11) in one file, with the signature "ad hoc" that arm64 asks for.
On Linux this is done with LLVM's compiler and linker and the declarations in
scripts/darwin; on a Mac with Apple's.

OUT  the folder for the result. Default: build/programs

Exit status: 0 built, 1 failed, 2 wrong usage.
EOF
}

out=$root/build/programs
case $#,${1:-} in
0,) ;;
*,-h | *,--help)
	usage
	exit 0
	;;
*,-*) usage_error "unknown option '$1'" ;;
1,*) out=$(absolute "$1") ;;
*) usage_error "more than one OUT" ;;
esac

version=$(project_version)
# What a program linked with one version needs of another to run: raised when a function changes or goes.
compatible=1.0.0

# file, kind, folder of its sources
products() {
	cat <<'EOF'
libsctp.dylib library shim-c/libsctp
sctp-probe    tool    shim-c/doctor
sctpstat      tool    shim-c/sctpstat
EOF
}

# architecture, oldest macOS
architectures() {
	cat <<'EOF'
x86_64 10.13
arm64 11.0
EOF
}

install_name=/usr/local/lib/libsctp.dylib

# compile ARCHITECTURE MACOS FOLDER OBJECTS: every source in FOLDER.
compile() (
	architecture=$1 macos=$2 folder=$3 objects=$4
	if on_macos; then
		set -- xcrun clang -arch "$architecture" -mmacosx-version-min="$macos"
	else
		set -- clang-22 -target "$architecture-apple-macos$macos" -nostdlibinc -isystem scripts/darwin/include
	fi
	set -- "$@" -std=c11 -O2 -Wall -Wextra -Werror -D_DARWIN_C_SOURCE -DSCTP_VERSION="\"$version\"" -Ishim-c/include
	mkdir -p "$objects"
	for source in "$folder"/*.c; do
		"$@" -c "$source" -o "$objects/$(basename "$source" .c).o" ||
			die "$source could not be compiled for $architecture"
	done
)

# link ARCHITECTURE MACOS KIND OBJECTS FILE
link() (
	architecture=$1 macos=$2 kind=$3 file=$5
	set -- "$4"/*.o
	if on_macos; then
		if [ "$kind" = library ]; then
			set -- -dynamiclib -install_name $install_name -compatibility_version $compatible \
				-current_version "$version" "$@"
		fi
		xcrun clang -arch "$architecture" -mmacosx-version-min="$macos" -Wl,-dead_strip -o "$file" "$@"
	else
		if [ "$kind" = library ]; then
			set -- -dylib -install_name $install_name -compatibility_version $compatible \
				-current_version "$version" "$@"
		fi
		ld64.lld-22 -arch "$architecture" -platform_version macos "$macos" "$macos" -dead_strip -adhoc_codesign \
			-o "$file" "$@" scripts/darwin/libSystem.tbd
	fi || die "$file could not be linked"
)

scripts/packages.sh build
use_toolchain
rm -rf "$out.new"
mkdir -p "$out.new"
work=$out.new/work
products | while read -r file kind folder; do
	architectures | {
		set --
		while read -r architecture macos; do
			compile "$architecture" "$macos" "$folder" "$work/$architecture/$file.objects"
			link "$architecture" "$macos" "$kind" "$work/$architecture/$file.objects" "$work/$architecture/$file"
			set -- "$@" "$work/$architecture/$file"
		done
		$(llvm llvm-lipo) -create "$@" -output "$out.new/$file" || die "$file could not be made of both architectures"
	}
done
rm -rf "$work" "$out"
mv "$out.new" "$out"
say "$out is built: $(products | cut -d ' ' -f 1 | tr '\n' ' ')"
