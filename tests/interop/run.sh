#!/bin/sh
# Exchanges with real peers. One line a case; the last line is 'N passed, N failed, N skipped'.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/interop/netns.sh
. tests/interop/pair.sh

usage() {
	cat <<'END'
Usage: tests/interop/run.sh [--programs DIR] [--kext SCTP.kext] [--preload FILE.so]
                            [--captures DIR] [--seed N] [--only CASE]...

Runs every case, or those named. Namespaces and captures are for root; without
root what needs them is skipped.

--programs  where make -C tests/interop built   (build/interop)
--kext      the extension                       (build/SCTP.kext)
--preload   the test host's preload library     (build/host/libsctphost_preload.so)
--captures  where captures and logs go          (build/interop/captures)
--seed      another one gives other messages    (1)

Exit status: 0 none failed, 1 one failed, 2 wrong usage.
END
}

# name, client, server, link, style
cases() {
	cat <<'END'
usrsctp-usrsctp         usrsctp usrsctp raw  many
kext-usrsctp            kext    usrsctp raw  many
kext-usrsctp-one-to-one kext    usrsctp raw  one
usrsctp-kext            usrsctp kext    raw  many
kext-kext               kext    kext    raw  many
kext-kext-one-to-one    kext    kext    raw  one
usrsctp-usrsctp-ipv6    usrsctp usrsctp raw6 many
kext-usrsctp-ipv6       kext    usrsctp raw6 many
usrsctp-kext-ipv6       usrsctp kext    raw6 many
kext-kext-ipv6          kext    kext    raw6 one
kext-usrsctp-narrow     kext    usrsctp narrow many
usrsctp-kext-narrow     usrsctp kext    narrow many
kext-kext-narrow        kext    kext    narrow many
kext-kext-unix          kext    kext    unix many
kext-kext-unix-one      kext    kext    unix one
kext-kext-udp           kext    kext    udp  many
END
}

captures=$PWD/build/interop/captures
only=

while [ $# -gt 0 ]; do
	case $1 in
	--programs | --kext | --preload | --captures | --seed | --only)
		if [ $# -lt 2 ]; then
			usage >&2
			exit 2
		fi
		case $1 in
		--programs) pair_programs=$(realpath -m "$2") ;;
		--kext) pair_kext=$(realpath -m "$2") ;;
		--preload) pair_preload=$(realpath -m "$2") ;;
		--captures) captures=$(realpath -m "$2") ;;
		--seed) pair_options="--seed $2" ;;
		--only) only="$only $2 " ;;
		esac
		shift 2
		;;
	-h | --help)
		usage
		exit 0
		;;
	*)
		usage >&2
		exit 2
		;;
	esac
done

mkdir -p "$captures"
passed=0 failed=0 skipped=0

# report NAME RESULT TEXT
report() {
	case $2 in
	passed) passed=$((passed + 1)) ;;
	failed) failed=$((failed + 1)) ;;
	skipped) skipped=$((skipped + 1)) ;;
	esac
	echo "$2: $1: $3"
}

run_case() {
	log=$captures/$1
	why=$(pair_missing "$2" "$3" "$4")
	if [ -n "$why" ]; then
		report "$1" skipped "$why"
		return
	fi
	case $4 in
	unix | udp)
		pair_run "$2" "$3" "$4" "$5" "$log" || {
			pair_account "$log"
			false
		} >"$log.log"
		;;
	*) pair_capture "$2" "$3" "$4" "$5" "$log" >"$log.log" 2>&1 ;;
	esac
	result=$?
	netns_delete
	if [ $result -eq 0 ]; then
		report "$1" passed "$(tail -n 1 "$log.client")"
	else
		report "$1" failed "see $log.log"
		sed 's/^/  /' "$log.log"
	fi
}

# The referee must see a damaged packet, or its silence above means nothing.
run_referee() {
	good=$captures/usrsctp-usrsctp.pcapng
	damaged=$captures/damaged.pcapng
	if ! command -v editcap >/dev/null || [ ! -s "$good" ]; then
		report referee skipped "there is no capture to damage"
	elif editcap --seed 1 -r -E 0.0005 "$good" "$damaged" 1-200 >/dev/null 2>&1 &&
		! capture_check "$damaged" >"$damaged.log" && grep -q 'checksum wrong' "$damaged.log"; then
		report referee passed "a damaged capture is refused"
	else
		report referee failed "a damaged capture is taken for good: $damaged"
	fi
}

trap netns_delete EXIT
trap 'exit 1' INT TERM
rm -f "$captures"/*
# A here-document rather than a pipe: the loop must count in this shell.
while read -r name client server link style; do
	case ${only:- $name } in
	*" $name "*) run_case "$name" "$client" "$server" "$link" "$style" ;;
	esac
done <<END
$(cases)
END
case ${only:- referee } in
*" referee "*) run_referee ;;
esac
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
