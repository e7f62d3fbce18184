#!/bin/sh
# Shows SCTP working: builds the extension, loads it into the test host and lets programs talk over it.
set -eu
cd "$(dirname "$0")/.."
. scripts/lib.sh
. tests/interop/netns.sh
. tests/interop/pair.sh

usage() {
	cat <<'END'
Usage: ./build.sh demo

Builds build/SCTP.kext and runs the gates on it. Then the built kext, loaded into
the test host that stands in for macOS, talks to usrsctp and to a second kext:
1,000 messages there and back, every byte compared. As root this goes over IP
between two network namespaces, and the packets are left in build/demo/*.pcapng;
as another user two kexts talk over a link without network.

Exit status: 0 it all worked, 1 something failed, 2 wrong usage.
END
}

case ${1:-} in
-h | --help)
	usage
	exit 0
	;;
'') ;;
*) usage_error "unknown argument '$1'" ;;
esac

step() {
	say ""
	say "== $*"
}

indent() {
	sed 's/^/   /' "$@"
}

# quietly LOG COMMAND...: what it says goes to LOG, and its end on the terminal if it fails.
quietly() {
	log=$1
	shift
	if ! "$@" >"$log" 2>&1 </dev/null; then
		tail -n 20 "$log" >&2
		die "'$*' failed: see $log"
	fi
}

# exchange TITLE CLIENT SERVER NAME
exchange() {
	step "$1"
	why=$(pair_missing "$2" "$3" "$link")
	if [ -n "$why" ]; then
		say "   not done: $why"
		undone=yes
		return
	fi
	log=build/demo/$4
	if [ $link = raw ]; then
		say "   client at $netns_a_address in one namespace, echo server at $netns_b_address in another"
		result=0
		pair_capture "$2" "$3" raw many "$log" >"$log.capture" 2>&1 || result=$?
	else
		result=0
		pair_run "$2" "$3" $link many "$log" || result=$?
	fi
	if [ $result -ne 0 ]; then
		[ $link != raw ] || indent "$log.capture" >&2
		[ $link = raw ] || pair_account "$log" | indent >&2
		die "$1: failed"
	fi
	indent "$log.client"
	grep 'echoed$' "$log.server" | sed 's/^/   the server: /'
	[ $link = raw ] || return 0
	say "   $log.pcapng: $(cat "$log.capture")"
	capture_account "$log.pcapng" | indent
}

undone=no
link=raw
trap netns_delete EXIT
trap 'exit 1' INT TERM
mkdir -p build/demo
rm -rf build/demo/*

step "tools"
if [ "$(id -u)" -eq 0 ]; then
	scripts/packages.sh build test
else
	scripts/packages.sh build
	command -v make >/dev/null || die "install make"
fi
say "   everything is there"

step "the kernel extension"
say "   compiling and linking: a minute or two the first time"
quietly build/demo/build.log sh scripts/build.sh
indent build/demo/build.log

step "the test host and the programs"
use_toolchain
quietly build/demo/host.log make -C tests/host "O=$root/build/host"
quietly build/demo/programs.log make -C tests/interop "O=$root/build/interop"
say "   build/host/libsctphost_preload.so gives programs sockets of the extension"
say "   build/interop has the programs: exchange, echo and their usrsctp counterparts"

why=$(netns_missing)
if [ -n "$why" ]; then
	link=unix
	step "no network"
	say "   namespaces, captures and usrsctp are left out: $why"
	exchange "the extension and a second one, without network" kext kext kext-kext
else
	exchange "the extension and usrsctp, which is FreeBSD's SCTP" kext usrsctp kext-usrsctp
	exchange "usrsctp and the extension as the server" usrsctp kext usrsctp-kext
	exchange "the extension and a second one" kext kext kext-kext
fi

[ $undone = no ] || exit 1
step "it all worked"
