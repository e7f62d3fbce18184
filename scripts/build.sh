#!/bin/sh
# Builds the kernel extension.
set -eu
cd "$(dirname "$0")/.."
. scripts/lib.sh

usage() {
	cat <<'EOF'
Usage: ./build.sh build [--arch ARCH] [--kernel-version X.Y.Z] [--no-gates]

Builds build/SCTP.kext: compiles the Rust library and the C shim, links them,
writes Info.plist and runs the binary gates on the result.

--arch ARCH             x86_64 (default on Linux and Intel Macs) or arm64e.
                        On Linux arm64e is compiled and checked only: the link
                        needs Apple's linker
--kernel-version X.Y.Z  the oldest kernel that shall load the kext, as 'uname -r'
                        shows it. Default: this Mac's kernel; on Linux 17.0.0
--no-gates              do not run the gates

Exit status: 0 built, 1 failed, 2 wrong usage.
EOF
}

arch=
kernel=
gates=yes
while [ $# -gt 0 ]; do
	case $1 in
	--arch | --kernel-version)
		require_value "$1" $#
		if [ "$1" = --arch ]; then arch=$2; else kernel=$2; fi
		shift
		;;
	--no-gates) gates=no ;;
	-h | --help)
		usage
		exit 0
		;;
	*) usage_error "unknown argument '$1'" ;;
	esac
	shift
done
if [ -z "$arch" ]; then
	if on_macos && [ "$(uname -m)" = arm64 ]; then arch=arm64e; else arch=x86_64; fi
fi
case $arch in
x86_64) minimum_macos=10.13 ;;
arm64e) minimum_macos=11.0 ;;
*) usage_error "unknown architecture '$arch'" ;;
esac

kext=build/SCTP.kext
objects=build/objects/$arch
library=$(target_folder)/$arch-kext/release/libsctp_kext.a

# The flags of every Rust crate in the kext, for CARGO_ENCODED_RUSTFLAGS.
# - No loop may become memset_pattern16: no kernel exports it.
# - The hash functions' soft back ends are the only ones without vector registers.
# - No path of this machine may show in the result.
rust_flags() {
	printf '%s\037' \
		-Cllvm-args=-disable-loop-idiom-memset \
		'--cfg=sha2_backend="soft"' \
		"--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=cargo"
	printf '%s' "--remap-path-prefix=$root=sctp"
}

compile() {
	say "compiling for $arch (about a minute the first time)"
	if on_macos; then
		SCTP_CLANG=$(xcrun -f clang)
		SCTP_AR=$(xcrun -f ar)
		export SCTP_CLANG SCTP_AR
	fi
	# core and alloc are built from source, which the compiler only does when told that we know what we do.
	RUSTC_BOOTSTRAP=1 MACOSX_DEPLOYMENT_TARGET=$minimum_macos CARGO_ENCODED_RUSTFLAGS=$(rust_flags) \
		CARGO_FUTURE_INCOMPAT_REPORT_FREQUENCY=never \
		cargo build --quiet --package sctp-kext --release --target "kext/targets/$arch-kext.json" \
		-Zjson-target-spec -Zbuild-std=core,alloc ||
		die "the library could not be compiled"
	mkdir -p "$objects"
}

# Links $objects/SCTP with LLVM's linker and turns the bundle into a kext.
link_on_linux() {
	say "linking"
	ld64.lld-22 -arch x86_64 -platform_version macos 11.0 11.0 -bundle -undefined dynamic_lookup \
		-fixup_chains -no_data_const -dead_strip -S -headerpad 0x200 \
		-u _kmod_info -exported_symbol _kmod_info "$library" -o "$objects/SCTP.bundle" ||
		die "the kext could not be linked"
	kextlink bundle "$objects/SCTP.bundle" "$objects/SCTP"
}

# Links $objects/SCTP with Apple's linker. Not tried yet: no Mac was at hand when this was written.
link_on_macos() {
	say "linking"
	xcrun clang -arch "$arch" -mmacosx-version-min="$minimum_macos" -nostdlib -Xlinker -kext \
		-Wl,-dead_strip -Wl,-S -Wl,-u,_kmod_info -Wl,-exported_symbol,_kmod_info \
		"$library" -o "$objects/SCTP" ||
		die "the kext could not be linked"
}

# Puts $objects/SCTP and the property list into the bundle; the old one stays until the new one is whole.
assemble() {
	rm -rf "$kext.new"
	mkdir -p "$kext.new/Contents/MacOS"
	cp "$objects/SCTP" "$kext.new/Contents/MacOS/SCTP"
	chmod 755 "$kext.new/Contents/MacOS/SCTP"
	set --
	[ -z "$kernel" ] || set -- --kernel-version "$kernel"
	scripts/plist.sh "$@" "$kext.new/Contents/Info.plist" || exit $?
	rm -rf "$kext"
	mv "$kext.new" "$kext"
}

scripts/packages.sh build
use_toolchain
compile
if [ "$arch" = arm64e ] && ! on_macos; then
	scripts/gates/vector-registers.sh "$library"
	scripts/gates/pointer-signing.sh "$library"
	say "arm64e: compiled and checked; the link needs a Mac (run the same command there)"
	exit 0
fi
if on_macos; then link_on_macos; else link_on_linux; fi
assemble
[ $gates = no ] || scripts/gates/run.sh "$kext/Contents/MacOS/SCTP"
say "$kext is built"
