#!/bin/sh
# The built extension and Linux's SCTP in a virtual machine; failover with it and between two extensions. One line a
# case; the last line is 'N passed, N failed, N skipped'.
set -u
cd "$(dirname "$0")/../../.." || exit 1
. tests/interop/netns.sh
. tests/interop/paths.sh
. tests/interop/guest/guest.sh
. tests/interop/ends.sh
. tests/interop/guest/cases.sh

usage() {
	cat <<'END'
Usage: tests/interop/guest/run.sh [--programs DIR] [--kext SCTP.kext] [--preload FILE.so]
                                  [--captures DIR] [--only CASE]...

Runs every case, or those named. Needs root, qemu and Debian's archive, from
which a kernel is downloaded once into the folder guest of --programs.

--programs  where make -C tests/interop built   (build/interop)
--kext      the extension                       (build/SCTP.kext)
--preload   the test host's preload library     (build/host/libsctphost_preload.so)
--captures  where captures and logs go          (build/interop/guest/captures)

Exit status: 0 none failed, 1 one failed, 2 wrong usage.
END
}

# name, the far end, what happens (case_* in cases.sh), who begins, style or addresses, family
cases() {
	cat <<'END'
kext-linux               linux exchange      here  many  4
linux-kext               linux exchange      there many  4
kext-linux-one-to-one    linux exchange      here  one   4
linux-kext-one-to-one    linux exchange      there one   4
kext-linux-abort         linux abort         here  many  4
linux-kext-abort         linux abort         there many  4
kext-linux-peer-shutdown linux peer_shutdown here  many  4
linux-kext-peer-shutdown linux peer_shutdown there many  4
kext-linux-restart       linux restart       here  many  4
linux-kext-restart       linux restart       there many  4
kext-linux-ipv6          linux exchange      here  many  6
linux-kext-ipv6          linux exchange      there many  6
kext-linux-two-addresses linux two_addresses here  many  4
linux-kext-two-addresses linux two_addresses there many  4
kext-linux-suspicion     linux suspicion     here  any   4
kext-linux-failover      linux failover      here  any   4
linux-kext-failover      linux failover      there any   4
kext-linux-failover-ipv6 linux failover      here  bound 6
kext-kext-two-addresses  kext  two_addresses here  many  4
kext-kext-suspicion      kext  suspicion     here  any   4
kext-kext-failover       kext  failover      here  any   4
kext-kext-failover-ipv6  kext  failover      here  bound 6
END
}

captures=$PWD/build/interop/guest/captures
only=

while [ $# -gt 0 ]; do
	case $1 in
	--programs | --kext | --preload | --captures | --only)
		if [ $# -lt 2 ]; then
			usage >&2
			exit 2
		fi
		case $1 in
		--programs)
			ends_programs=$(realpath -m "$2")
			guest_folder=$ends_programs/guest
			;;
		--kext) ends_kext=$(realpath -m "$2") ;;
		--preload) ends_preload=$(realpath -m "$2") ;;
		--captures) captures=$(realpath -m "$2") ;;
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

passed=0 failed=0 skipped=0
report() {
	case $2 in
	passed) passed=$((passed + 1)) ;;
	failed) failed=$((failed + 1)) ;;
	skipped) skipped=$((skipped + 1)) ;;
	esac
	echo "$2: $1: $3"
}

clean_up() {
	ends_stop
	guest_stop
	netns_delete
}

# Both ends of the paths, with the far end's machine. In $why what is missing for that, in $broken what went wrong.
prepare() {
	clean_up
	broken=
	why=$(netns_missing)
	for file in "$ends_kext" "$ends_preload" "$ends_programs/exchange" "$ends_programs/dialog"; do
		[ -e "$file" ] || why="there is no $file"
	done
	[ -n "$why" ] || [ "$1" != linux ] || why=$(guest_missing)
	[ -n "$why" ] || [ "$1" != linux ] || why=$(guest_prepare)
	[ -z "$why" ] || return 0
	ends_far=$1
	broken="the two ends could not be set up"
	paths_create here || return 0
	if [ "$1" = linux ]; then
		broken="the guest does not start: see $guest_folder/console.log and qemu.log"
		guest_start || return 0
	else
		paths_create there && paths_configure there || return 0
	fi
	paths_configure here || return 0
	broken=
	cases_probe
}

# run_case NAME FAR WHAT FROM STYLE FAMILY
run_case() {
	ends_log=$captures/$1
	if [ -n "$why" ]; then
		report "$1" skipped "$why"
		return
	fi
	if [ -n "$broken" ]; then
		report "$1" failed "$broken"
		return
	fi
	without=$(cases_unsupported "$3" "$5" "$6")
	if [ -n "$without" ]; then
		report "$1" skipped "$without: not supported by the kext yet"
		return
	fi
	result=1
	if ! paths_capture "$ends_log.pcapng"; then
		echo "no capture" >"$ends_log.said"
	else
		# A shell of its own, so that the descriptors of a dialog go with it.
		(
			trap ends_stop EXIT
			"case_$3" "$4" "$5" "$6"
		) >"$ends_log.said" 2>&1
		result=$?
		capture_stop
		if [ $result -eq 0 ]; then
			paths_check "$ends_log.pcapng" >>"$ends_log.said"
			result=$?
		fi
	fi
	said=$(paste -s -d ';' "$ends_log.said")
	if [ $result -eq 0 ]; then
		report "$1" passed "$said"
	else
		report "$1" failed "$said; see $ends_log.*"
		# Nobody knows what the guest is at now.
		prepare "$2"
	fi
}

trap clean_up EXIT
trap 'exit 1' INT TERM
mkdir -p "$captures"
rm -f "$captures"/*
far=
# A here-document rather than a pipe: the loop must count in this shell.
while read -r name its_far what from style family; do
	case ${only:- $name } in
	*" $name "*) ;;
	*) continue ;;
	esac
	if [ "$far" != "$its_far" ]; then
		far=$its_far
		prepare "$far"
	fi
	run_case "$name" "$far" "$what" "$from" "$style" "$family"
done <<END
$(cases)
END
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
