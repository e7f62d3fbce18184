#!/bin/sh
# Installs the Debian packages that a purpose needs and this machine lacks.
set -eu
cd "$(dirname "$0")/.."
. scripts/lib.sh

usage() {
	cat <<'EOF'
Usage: scripts/packages.sh PURPOSE...

Installs what is missing of the Debian packages for each PURPOSE: build, check,
test, pkg, guest, bench. As another user than root it only says what is missing, and
fails.
On macOS, and with SCTP_NO_PACKAGES set, it does nothing.

Exit status: 0 everything is there, 1 something is missing, 2 wrong usage.
EOF
}

# purpose, package, why
packages() {
	cat <<'EOF'
build rustc-web           the Rust compiler, of one version with its sources
build cargo-web           builds the Rust crates
build libstd-rust-web-dev the Rust library for programs that run on this machine
build rust-web-src        core and alloc are compiled for the kext targets
build ca-certificates     cargo downloads the crates that Cargo.lock names
build gcc                 links build scripts and programs of this machine
build libc6-dev           the C library for them
build clang-22            compiles the shim for the kernel
build libclang1-22        bindgen reads the shim's headers with it
build lld-22              links Mach-O
build llvm-22             llvm-ar, llvm-nm and llvm-objdump, for the archive and the gates
check rust-web-clippy     lints
check rustfmt-web         formatting of Rust
check clang-format-22     formatting of C
check shellcheck          lints of the scripts
check libusrsctp-dev      the benchmark is linted with the library it compares with
test  make                builds the test host
test  g++                 the user's headers are compiled as C++ too
test  python3             reads the property list back
test  iproute2            network namespaces for the test host
test  libusrsctp-dev      a peer to talk to
test  tshark              a referee that knows the protocol
pkg   libarchive-tools    bsdtar, the first reader of the installer package
pkg   7zip                the second; the third is a crate, built here
pkg   duktape             runs what Installer checks, which is JavaScript
pkg   mandoc              checks the manual pages
guest qemu-system-x86     the virtual machine of a Linux with its own SCTP
guest seabios             starts it
guest busybox-static      the programs in it
guest libsctp-dev         SCTP's header and library for the peer in it
guest cpio                packs its memory disk
bench libusrsctp-dev      what the engine is compared with
bench valgrind            counts instructions and cache misses
EOF
}

is_installed() {
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

for purpose in "$@"; do
	case $purpose in
	build | check | test | pkg | guest | bench) ;;
	-h | --help)
		usage
		exit 0
		;;
	*) usage_error "unknown purpose '$purpose'" ;;
	esac
done
[ $# -gt 0 ] || usage_error "no purpose given"

if on_macos || [ -n "${SCTP_NO_PACKAGES:-}" ]; then
	exit 0
fi
command -v dpkg-query >/dev/null || die "this is no Debian system: install the tools by hand and set SCTP_NO_PACKAGES=1"

missing=
for wanted in "$@"; do
	# A here-document rather than a pipe: the loop must set a variable of this shell.
	while read -r purpose package why; do
		if [ "$purpose" = "$wanted" ] && ! is_installed "$package"; then
			say "missing: $package: $why"
			missing="$missing $package"
		fi
	done <<EOF
$(packages)
EOF
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -ne 0 ]; then
	die "install the missing packages: sudo apt-get install --no-install-recommends$missing"
fi
say "installing$missing"
mkdir -p build/logs
log=build/logs/packages.log
DEBIAN_FRONTEND=noninteractive
export DEBIAN_FRONTEND
# The list of packages is one word each on purpose.
# shellcheck disable=SC2086
if ! { apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing; } >"$log" 2>&1 </dev/null; then
	tail -n 5 "$log" >&2
	die "the packages could not be installed: see $log"
fi
