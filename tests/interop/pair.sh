# shellcheck shell=sh
# One exchange between a client and a server, each of them on the kext or on usrsctp. To be sourced, after netns.sh.
#
#   pair_run CLIENT SERVER LINK STYLE LOG    0: both ended well; LOG.client and LOG.server have what they said
#   pair_missing CLIENT SERVER LINK          why that cannot run here; nothing printed: it can
#
# CLIENT, SERVER: kext or usrsctp. STYLE: many (one-to-many) or one (one-to-one).
# LINK: raw (SCTP over IP between the namespaces of netns.sh), unix (no network, between two kexts),
#       udp (RFC 6951, on loopback).
#
# The sourcing script sets:
#   pair_programs  folder of exchange, echo, usrsctp_client and usrsctp_echo
#   pair_kext      SCTP.kext
#   pair_preload   libsctphost_preload.so
#   pair_options   more options for the client

pair_time_limit=60
pair_client_udp_port=9901
pair_server_udp_port=9902

pair_missing() {
	for pair_side in "$1" "$2"; do
		case $pair_side in
		usrsctp)
			[ -x "$pair_programs/usrsctp_client" ] || {
				echo "libusrsctp-dev was not installed when the programs were built"
				return
			}
			;;
		kext)
			[ -e "$pair_kext" ] || {
				echo "there is no $pair_kext"
				return
			}
			[ -e "$pair_preload" ] || {
				echo "there is no $pair_preload"
				return
			}
			;;
		esac
	done
	if [ "$3" = raw ]; then
		netns_missing
	fi
}

# pair_program KIND CLIENT-PROGRAM-OR-SERVER-PROGRAM LINK ADDRESS UDP-PORT ARGUMENT...
# Runs it; everything a side differs in stands here.
pair_program() {
	pair_kind=$1 pair_role=$2 pair_link=$3 pair_own=$4 pair_udp=$5
	shift 5
	if [ "$pair_kind" = usrsctp ]; then
		[ "$pair_link" != udp ] || set -- "$@" --udp-own-port "$pair_udp"
		[ "$pair_role" = client ] && set -- usrsctp_client "$@" || set -- usrsctp_echo "$@"
	else
		[ "$pair_role" = client ] && set -- exchange "$@" || set -- echo "$@"
	fi
	pair_name=$1
	shift
	set -- "$pair_programs/$pair_name" "$@"
	if [ "$pair_kind" = kext ]; then
		case $pair_link in
		raw) pair_host=raw ;;
		unix) pair_host=unix:$pair_folder ;;
		udp) pair_host=udp:$pair_udp ;;
		esac
		set -- env "LD_PRELOAD=$pair_preload" "SCTP_KEXT=$pair_kext" "SCTP_HOST_LINK=$pair_host" \
			"SCTP_HOST_ADDRESS=$pair_own" "$@"
	fi
	set -- timeout --kill-after=5 $((pair_time_limit + 10)) "$@"
	if [ "$pair_link" = raw ]; then
		[ "$pair_own" = "$netns_a_address" ] && set -- ip netns exec "$netns_a" "$@" ||
			set -- ip netns exec "$netns_b" "$@"
	fi
	exec "$@"
}

pair_run() {
	pair_from=$netns_a_address pair_to=$netns_b_address
	pair_one=
	[ "$4" = many ] || pair_one=--one-to-one
	pair_folder=$5.link
	rm -rf "$pair_folder"
	mkdir -p "$pair_folder"
	if [ "$3" = udp ]; then
		pair_from=127.0.0.1 pair_to=127.0.0.1
	fi

	# usrsctp's server takes both styles of client.
	pair_server_one=
	[ "$2" = usrsctp ] || pair_server_one=$pair_one
	(pair_program "$2" server "$3" "$pair_to" "$pair_server_udp_port" --once $pair_server_one) \
		>"$5.server" 2>&1 </dev/null &
	pair_server=$!
	for _ in $(seq 200); do
		grep -q '^listening' "$5.server" && break
		kill -0 "$pair_server" 2>/dev/null || break
		sleep 0.05
	done
	pair_reach=
	[ "$3$1" != udpusrsctp ] || pair_reach="--udp-port $pair_server_udp_port"
	# shellcheck disable=SC2086 # options are words
	(pair_program "$1" client "$3" "$pair_from" "$pair_client_udp_port" --peer "$pair_to" \
		--time-limit "$pair_time_limit" $pair_one $pair_reach $pair_options) >"$5.client" 2>&1 </dev/null
	pair_client_result=$?
	if [ $pair_client_result -ne 0 ]; then
		# It would wait for ever for the end of an association that there may never have been.
		kill "$pair_server" 2>/dev/null
	fi
	wait "$pair_server"
	pair_server_result=$?
	rm -rf "$pair_folder"
	[ $pair_client_result -eq 0 ] && [ $pair_server_result -eq 0 ]
}

# After a pair_run that failed.
pair_account() {
	echo "client ended with $pair_client_result, server with $pair_server_result"
	for pair_side in client server; do
		tail -n 5 "$1.$pair_side" | sed "s/^/  $pair_side: /"
	done
}
