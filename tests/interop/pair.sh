# shellcheck shell=sh
# shellcheck disable=SC2154 # netns_a and the like are of netns.sh
# One exchange between a client and a server, each of them on the kext or on usrsctp. To be sourced, after netns.sh.
#
#   pair_run CLIENT SERVER LINK STYLE LOG      0: both ended well; LOG.client and LOG.server have what they said
#   pair_capture CLIENT SERVER LINK STYLE LOG  the same in namespaces of its own, captured in LOG.pcapng and
#                                              checked there; says what is wrong or what the capture shows
#   pair_missing CLIENT SERVER LINK            why that cannot run here; nothing printed: it can
#
# CLIENT, SERVER: kext or usrsctp. STYLE: many (one-to-many) or one (one-to-one).
# LINK: raw (SCTP over IPv4 between the namespaces of netns.sh), raw6 (IPv6), narrow (IPv4 through a bottleneck that
#       drops packets; half a window is more than its queue holds); between two kexts also unix (no network) and
#       udp (RFC 6951 on loopback). usrsctp's loopback is 127.0.0.1 alone, so that no two addresses there can meet.
#
# For the sourcing script to change: where exchange, echo, usrsctp_client and usrsctp_echo are, the extension, the
# test host's preload library, more options for the client, and the seconds a client may take.
pair_programs=$PWD/build/interop
pair_kext=$PWD/build/SCTP.kext
pair_preload=$PWD/build/host/libsctphost_preload.so
pair_options=
pair_time_limit=60

pair_client_udp_port=9901
pair_server_udp_port=9902

pair_missing() {
	for pair_side in "$1" "$2"; do
		case $pair_side in
		usrsctp) set -- "$@" "$pair_programs/usrsctp_client" ;;
		kext) set -- "$@" "$pair_programs/exchange" "$pair_kext" "$pair_preload" ;;
		esac
	done
	pair_link=$3
	shift 3
	for pair_file in "$@"; do
		if [ ! -e "$pair_file" ]; then
			echo "there is no $pair_file"
			return
		fi
	done
	case $pair_link in
	raw | raw6 | narrow) netns_missing ;;
	esac
}

# pair_program KIND ROLE LINK ADDRESS UDP-PORT ARGUMENT...
# Becomes the program of one side. ADDRESS and UDP-PORT are that side's own.
pair_program() {
	pair_kind=$1 pair_role=$2 pair_link=$3 pair_own=$4 pair_udp=$5
	shift 5
	case $pair_kind-$pair_role in
	usrsctp-client) pair_name=usrsctp_client ;;
	usrsctp-server) pair_name=usrsctp_echo ;;
	kext-client) pair_name=exchange ;;
	kext-server) pair_name='echo' ;;
	esac
	set -- "$pair_programs/$pair_name" "$@"
	if [ "$pair_kind" = kext ]; then
		case $pair_link in
		raw | raw6 | narrow) pair_host=raw ;;
		unix) pair_host=unix:$pair_folder ;;
		udp) pair_host=udp:$pair_udp:$pair_server_udp_port ;;
		esac
		set -- env "LD_PRELOAD=$pair_preload" "SCTP_KEXT=$pair_kext" "SCTP_HOST_LINK=$pair_host" \
			"SCTP_HOST_ADDRESS=$pair_own" "$@"
	fi
	set -- timeout --kill-after=5 $((pair_time_limit + 10)) "$@"
	case $pair_link-$pair_role in
	raw-client | raw6-client | narrow-client) set -- ip netns exec "$netns_a" "$@" ;;
	raw-server | raw6-server | narrow-server) set -- ip netns exec "$netns_b" "$@" ;;
	esac
	exec "$@"
}

pair_run() {
	pair_from=$netns_a_address pair_to=$netns_b_address
	case $3 in
	raw6) pair_from=$netns_a_address6 pair_to=$netns_b_address6 ;;
	udp) pair_from=127.0.0.2 pair_to=127.0.0.3 ;;
	esac
	pair_one=
	[ "$4" = many ] || pair_one=--one-to-one
	# Sockets have names in it, which may not be long.
	pair_folder=$(mktemp -d)
	rm -f "$5.client" "$5.server"

	# usrsctp's server takes both styles of client.
	pair_server_one=
	[ "$2" = usrsctp ] || pair_server_one=$pair_one
	# shellcheck disable=SC2086 # the style is a word or none
	(pair_program "$2" server "$3" "$pair_to" "$pair_server_udp_port" --address "$pair_to" --once $pair_server_one) \
		>"$5.server" 2>&1 </dev/null &
	pair_server=$!
	for _ in $(seq 200); do
		grep -qs '^listening' "$5.server" && break
		kill -0 "$pair_server" 2>/dev/null || break
		sleep 0.05
	done
	pair_client_result='not started' pair_server_result='not started'
	if grep -qs '^listening' "$5.server"; then
		pair_client_result=0
		# shellcheck disable=SC2086 # options are words
		(pair_program "$1" client "$3" "$pair_from" "$pair_client_udp_port" --peer "$pair_to" \
			--time-limit "$pair_time_limit" $pair_one $pair_options) >"$5.client" 2>&1 </dev/null ||
			pair_client_result=$?
	fi
	if [ "$pair_client_result" != 0 ]; then
		# It would wait for ever for the end of an association that there may never have been.
		kill "$pair_server" 2>/dev/null || :
	fi
	pair_server_result=0
	wait "$pair_server" || pair_server_result=$?
	rm -rf "$pair_folder"
	[ "$pair_client_result" = 0 ] && [ $pair_server_result -eq 0 ]
}

# After a pair_run that failed.
pair_account() {
	echo "client ended with $pair_client_result, server with $pair_server_result"
	for pair_side in client server; do
		[ -e "$1.$pair_side" ] || continue
		tail -n 5 "$1.$pair_side" | sed "s/^/  $pair_side: /"
	done
}

pair_capture() {
	pair_client_result='not started' pair_server_result='not started'
	if ! netns_create || ! capture_start "$5.pcapng"; then
		echo "the namespaces could not be set up"
		return 1
	fi
	if [ "$3" = narrow ] && ! netns_narrow; then
		echo "there is no bottleneck to be had"
		return 1
	fi
	if ! pair_run "$1" "$2" "$3" "$4" "$5"; then
		pair_account "$5"
		return 1
	fi
	pair_dropped=$(netns_dropped)
	netns_delete
	if [ "$3" = narrow ]; then
		echo "$pair_dropped packets dropped on the way"
		[ "$pair_dropped" -gt 0 ] || return 1
	fi
	capture_check "$5.pcapng"
}
