#!/bin/sh
# shellcheck disable=SC2154 # netns_a and the like are of netns.sh
# Runs each program with its counterpart over the built kext. One line a case; the last line is
# 'N passed, N failed, N skipped'.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/interop/netns.sh

usage() {
	cat <<'END'
Usage: tests/programs/run.sh [--programs DIR] [--interop DIR] [--kext SCTP.kext] [--host DIR] [--only CASE]...

Runs every case, or those named. usrsctp's are for root, as they need namespaces.

--programs  where make -C tests/programs built   (build/examples)
--interop   where make -C tests/interop built    (build/interop)
--kext      the extension                        (build/SCTP.kext)
--host      where make -C tests/host built       (build/host)

Exit status: 0 none failed, 1 one failed, 2 wrong usage.
END
}

programs=$PWD/build/examples
interop=$PWD/build/interop
kext=$PWD/build/SCTP.kext
host=$PWD/build/host
only=

while [ $# -gt 0 ]; do
	case $1 in
	--programs | --interop | --kext | --host | --only)
		if [ $# -lt 2 ]; then
			usage >&2
			exit 2
		fi
		case $1 in
		--programs) programs=$(realpath -m "$2") ;;
		--interop) interop=$(realpath -m "$2") ;;
		--kext) kext=$(realpath -m "$2") ;;
		--host) host=$(realpath -m "$2") ;;
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
# Of the case that runs: its files, its processes, the namespace its programs are in or nothing, what went wrong.
folder='' kernel='' server='' inside='' wrong=''

# ---- the parts of a case ----

# wait_for WHAT COMMAND...: until it succeeds; 10 seconds at most.
wait_for() {
	what=$1
	shift
	for _ in $(seq 200); do
		"$@" && return 0
		sleep 0.05
	done
	wrong=${wrong:-$what}
	return 1
}

# start_kernel LINK ADDRESSES: the programs' host.
start_kernel() {
	# shellcheck disable=SC2086 # words or nothing
	SCTP_HOST_SOCKET=$folder/kernel SCTP_KEXT=$kext SCTP_HOST_LINK=$1 SCTP_HOST_ADDRESS=$2 \
		$inside "$host/sctphostd" >"$folder/kernel.said" 2>&1 &
	kernel=$!
	wait_for 'the kernel did not start' grep -qs 'ready at' "$folder/kernel.said"
}

# run PROGRAM ARGUMENT...
run() {
	name=$1
	shift
	# shellcheck disable=SC2086 # words or nothing
	timeout --kill-after=5 30 $inside env SCTP_HOST_SOCKET="$folder/kernel" \
		LD_PRELOAD="$host/libsctphost_preload.so" "$programs/$name" "$@"
}

listens() {
	grep -qs '^listening$' "$folder/server"
}

listens_or_gone() {
	listens || ! kill -0 "$server" 2>/dev/null
}

# After a server was started.
await_server() {
	wait_for 'the server does not listen' listens_or_gone && { listens || wrong='the server has ended'; } &&
		[ -z "$wrong" ]
}

# serve PROGRAM ARGUMENT...: in the background.
serve() {
	run "$@" >"$folder/server" 2>&1 </dev/null &
	server=$!
	await_server
}

# ask PROGRAM ARGUMENT...: one that ends.
ask() {
	run "$@" >"$folder/client" 2>&1 || wrong=${wrong:-$1 ended with $?}
}

said() {
	[ "$(grep -v '^listening$' "$folder/$1")" = "$2" ]
}

# expect client|server TEXT: all that it says, sooner or later.
expect() {
	[ -z "$wrong" ] && wait_for "the $1 said something else" said "$1" "$2"
}

end_case() {
	[ -z "$server" ] || { kill "$server" && wait "$server"; } 2>/dev/null
	server=
	[ -n "$kernel" ] || return 0
	kill "$kernel" 2>/dev/null
	wait "$kernel" || wrong=${wrong:-the kext left something behind}
	kernel=
}

# ---- the cases ----

cases='echo fork peeloff notifications multihomed partial sendv autoclose usrsctp-echo usrsctp-stream usrsctp-multihomed'

run_echo() {
	start_kernel memory 192.0.2.1 && serve echo_server 7001 || return
	printf '0 hello\n5 on five\n5 again\n' | ask echo_client 192.0.2.1 7001
	expect client 'stream 0: hello
stream 5: on five
stream 5: again'
	expect server 'stream 0, number 0: 5 bytes
stream 5, number 0: 7 bytes
stream 5, number 1: 5 bytes'
}

# A client is served while another one is.
run_fork() {
	start_kernel memory 192.0.2.1 && serve fork_server 7002 || return
	mkfifo "$folder/input"
	run stream_client 192.0.2.1 7002 >"$folder/first" 2>&1 <"$folder/input" &
	first=$!
	exec 3>"$folder/input"
	echo one >&3
	wait_for 'the first client got no answer' said first ONE
	echo two | ask stream_client 192.0.2.1 7002 3>&-
	expect client 'TWO
the association has ended'
	echo three >&3
	exec 3>&-
	wait "$first" || wrong=${wrong:-the first client ended with $?}
	expect first 'ONE
THREE
the association has ended'
	expect server 'a client has left
a client has left'
}

run_peeloff() {
	start_kernel memory 192.0.2.1 && serve peeloff_server 7003 || return
	printf '1 hello\n2 again\n' | ask echo_client 192.0.2.1 7003
	expect client 'stream 1: hello
stream 2: again'
	expect server 'peeled off
worker: stream 1: hello
worker: stream 2: again
worker: the association has ended'
}

run_notifications() {
	start_kernel memory 192.0.2.1 && serve notifications 7004 || return
	printf '0 hello\n' | ask echo_client 192.0.2.1 7004
	expect client 'stream 0: hello'
	expect server 'SCTP_ASSOC_CHANGE: COMM_UP
message: hello
SCTP_SHUTDOWN_EVENT
SCTP_ASSOC_CHANGE: SHUTDOWN_COMP'
}

run_multihomed() {
	start_kernel memory 192.0.2.1,198.51.100.1 && serve multihomed_server 7005 192.0.2.1 198.51.100.1 || return
	ask multihomed_client 7005 198.51.100.1 192.0.2.1
	expect client 'the server has 2 addresses
hello'
	# The first of the peer's is where the INIT came from: the network of the address that was called first.
	expect server 'own: 192.0.2.1
own: 198.51.100.1
peer: 198.51.100.1
peer: 192.0.2.1'
}

run_partial() {
	start_kernel memory 192.0.2.1 && serve partial_reader 7006 || return
	ask large_sender 192.0.2.1 7006 200000
	expect client '200000 bytes sent'
	expect server 'a message of 200000 bytes in parts, 0 of them wrong'
}

run_sendv() {
	start_kernel memory 192.0.2.1 && serve recvv_receiver 7008 || return
	ask sendv_sender 192.0.2.1 7008
	expect client '19 bytes sent on stream 2
22 bytes sent on stream 3
8 bytes sent on stream 2'
	expect server 'stream 2, protocol 46, ordered: in pieces, in order
stream 3, protocol 46, unordered: in pieces, in no order
stream 2, protocol 46, ordered: the last'
}

run_autoclose() {
	start_kernel memory 192.0.2.1 && serve autoclose_server 7009 || return
	ask idle_client 192.0.2.1 7009
	expect client 'the server has ended the association'
	expect server 'an association has come up
message: hello
it was idle and has been shut down'
}

# usrsctp's echo server in the other namespace; then the kernel of this one.
usrsctp_server() {
	if ! netns_create; then
		wrong='the namespaces could not be set up'
		return 1
	fi
	ip netns exec "$netns_b" timeout --kill-after=5 30 "$interop/usrsctp_echo" --address "$netns_b_address" --once \
		>"$folder/server" 2>&1 </dev/null &
	server=$!
	await_server && inside="ip netns exec $netns_a" && start_kernel raw "$netns_a_address"
}

run_usrsctp_echo() {
	usrsctp_server || return
	printf '0 hello\n5 on five\n' | ask echo_client "$netns_b_address" 7007
	expect client 'stream 0: hello
stream 5: on five'
	expect server '2 messages, 12 bytes echoed'
}

run_usrsctp_stream() {
	usrsctp_server || return
	printf 'one\ntwo\n' | ask stream_client "$netns_b_address" 7007
	expect client 'one
two
the association has ended'
	expect server '2 messages, 6 bytes echoed'
}

# Nobody is at the first address: the INIT goes to the second then.
run_usrsctp_multihomed() {
	usrsctp_server || return
	ask multihomed_client 7007 192.0.2.99 "$netns_b_address"
	expect client 'the server has 1 addresses
hello'
	expect server '1 messages, 5 bytes echoed'
}

# ---- all of them ----

# Why a case cannot run here; nothing printed: it can.
missing() {
	for file in "$programs/echo_client" "$kext" "$host/sctphostd" "$host/libsctphost_preload.so"; do
		if [ ! -e "$file" ]; then
			echo "there is no $file"
			return
		fi
	done
	case $1 in
	usrsctp-*) if [ -e "$interop/usrsctp_echo" ]; then netns_missing; else echo "there is no $interop/usrsctp_echo"; fi ;;
	esac
}

run_case() {
	why=$(missing "$1")
	if [ -n "$why" ]; then
		skipped=$((skipped + 1))
		echo "skipped: $1: $why"
		return
	fi
	folder=$(mktemp -d) wrong='' inside=''
	"run_$(echo "$1" | tr - _)"
	end_case
	[ -z "$inside" ] || netns_delete
	if [ -z "$wrong" ]; then
		passed=$((passed + 1))
		echo "ok $1"
	else
		failed=$((failed + 1))
		echo "not ok $1: $wrong"
		for file in client first server kernel.said; do
			[ ! -s "$folder/$file" ] || sed "s/^/  $file: /" "$folder/$file"
		done
	fi
	rm -rf "$folder"
}

trap 'end_case; netns_delete; rm -rf "$folder"' EXIT
trap 'exit 1' INT TERM
for case in $cases; do
	case ${only:- $case } in
	*" $case "*) run_case "$case" ;;
	esac
done
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
