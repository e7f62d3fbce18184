# shellcheck shell=sh
# shellcheck disable=SC2154 # of paths.sh, ends.sh and run.sh
# What happens in the cases of run.sh. To be sourced, after ends.sh.
#
#   cases_probe                        what the extension here can do
#   cases_unsupported WHAT STYLE FAMILY   what it lacks for a case; nothing printed: nothing
#   case_WHAT FROM STYLE FAMILY        0: it went as it must. FROM: the end that begins

cases_port=7100

cases_peer_of() {
	case $1 in
	here) echo there ;;
	there) echo here ;;
	esac
}

cases_probe() {
	ends_log=$captures/probe
	cases_lacks=$(
		trap ends_stop EXIT
		ends_dialog here || exit 0
		ends_tell here 'open many 6' || echo ipv6
		ends_tell here close
		ends_tell here 'open many 4'
		ends_tell here "bind 7000 $(paths_address here 4 0) $(paths_address here 4 1)" || echo bindx
		ends_tell here close
		ends_tell here 'open many 4'
		ends_tell here heartbeats || echo heartbeats
	)
	cases_addresses=$(cases_probe_init)
	[ "${cases_addresses:-0}" -gt 1 ] || cases_lacks="$cases_lacks addresses"
}

# How many addresses an INIT names: 0, or all of this host.
cases_probe_init() (
	trap 'ends_stop; capture_stop' EXIT
	paths_capture "$ends_log.pcapng" && ends_dialog here && ends_tell here 'open many 4' || return
	# Nobody is there to answer: it may take its time.
	echo "connect 9 $(paths_address there 4 0)" >&3
	sleep 0.5
	capture_stop
	tshark -Q -n -r "$ends_log.pcapng" -Y 'sctp.chunk_type == 1' -T fields -e sctp.parameter_ipv4_address 2>/dev/null |
		head -n 1 | tr ',' '\n' | grep -c .
)

cases_unsupported() {
	cases_needs=
	[ "$3" != 6 ] || cases_needs="ipv6:AF_INET6"
	case $1-$2 in
	two_addresses-* | *-bound) cases_needs="$cases_needs bindx:sctp_bindx" ;;
	esac
	case $1 in
	failover | suspicion) cases_needs="$cases_needs addresses:several-addresses-in-INIT" ;;
	esac
	for cases_need in $cases_needs; do
		case " $(echo "$cases_lacks" | tr '\n' ' ') " in
		*" ${cases_need%:*} "*)
			echo "${cases_need#*:}"
			return
			;;
		esac
	done
}

# Messages of all sizes on 100 streams, there and back.
case_exchange() {
	cases_to=$(cases_peer_of "$1")
	cases_one=
	[ "$2" = many ] || cases_one=--one-to-one
	cases_address=$(paths_address "$cases_to" "$3" 0)
	# shellcheck disable=SC2086 # the style is a word or none
	ends_start "$cases_to" 'echo' --address "$cases_address" --once $cases_one
	if ! ends_hear "$cases_to" listening 20; then
		cases_account "the server does not listen"
		return 1
	fi
	# shellcheck disable=SC2086 # the style is a word or none
	ends_start "$1" exchange --peer "$cases_address" --messages 300 --streams 100 --time-limit 40 $cases_one
	cases_finish "$1" "$cases_to"
}

# cases_finish CLIENT SERVER: waits for both.
cases_finish() {
	ends_wait "$1"
	cases_result=$?
	if [ $cases_result -ne 0 ]; then
		cases_account "the client ended with $cases_result"
		return 1
	fi
	ends_wait "$2"
	cases_result=$?
	if [ $cases_result -ne 0 ]; then
		cases_account "the server ended with $cases_result"
		return 1
	fi
	tail -n 1 "$ends_log.$1" | tr -d '\r'
}

cases_account() {
	echo "$1"
	for cases_end in here there; do
		[ ! -e "$ends_log.$cases_end" ] || tail -n 3 "$ends_log.$cases_end" | sed "s/^/$cases_end: /"
	done
}

# cases_talk FROM TO FAMILY: commands, one a line, for the ends; -> is who begins, <- its peer. Says which failed.
cases_talk() {
	while read -r cases_who cases_command; do
		case $cases_who in
		'->') cases_end=$1 ;;
		'<-') cases_end=$2 ;;
		esac
		if ! ends_tell "$cases_end" "$cases_command"; then
			echo "$cases_end: $cases_command: ${ends_answer:-no answer}"
			return 1
		fi
	done
}

# A message of the largest size and one of the smallest, on the first and the last stream.
cases_say() {
	cat <<'END'
-> send 0 65536
<- wait data
<- send 99 65536
-> wait data
-> send 99 1
<- wait data
<- send 0 1
-> wait data
END
}

# cases_set_up FAMILY OWN PEER: OWN, PEER: addresses of the ends. Both ports are fixed, so that a restart is one.
cases_set_up() {
	cat <<END
<- open many $1
<- bind $cases_port $3
<- listen
END
	cases_call "$@"
	echo '<- wait up'
}

cases_call() {
	cat <<END
-> open many $1
-> bind $((cases_port + 1)) $2
-> connect $cases_port $3
-> wait up
END
}

# cases_begin FROM FAMILY PATH...: dialogs at both ends, and an association between the addresses on these paths.
cases_begin() {
	cases_from=$1 cases_to=$(cases_peer_of "$1") cases_family=$2
	shift 2
	cases_own='' cases_peer=''
	for cases_path in "$@"; do
		cases_own="$cases_own $(paths_address "$cases_from" "$cases_family" "$cases_path")"
		cases_peer="$cases_peer $(paths_address "$cases_to" "$cases_family" "$cases_path")"
	done
	if ! ends_dialog "$cases_from" || ! ends_dialog "$cases_to"; then
		echo "no dialog"
		return 1
	fi
	{
		cases_set_up "$cases_family" "$cases_own" "$cases_peer"
		cases_say
	} >"$ends_log.script"
	cases_talk "$cases_from" "$cases_to" <"$ends_log.script"
}

cases_end() {
	ends_quit here && ends_quit there
	echo "as it must be"
}

case_abort() {
	cases_begin "$1" "$3" 0 && cases_talk "$cases_from" "$cases_to" <<'END' && cases_end
-> abort
<- wait lost
END
}

# The end that was called ends the association.
case_peer_shutdown() {
	cases_begin "$1" "$3" 0 && cases_talk "$cases_from" "$cases_to" <<'END' && cases_end
<- shutdown
-> wait closed
<- wait closed
END
}

# The end that called forgets everything without a word, and calls again.
case_restart() {
	cases_begin "$1" "$3" 0 || return 1
	if ends_is_guest "$1"; then
		paths_cut here 0
		ends_tell there abort && ends_tell there close
		paths_mend here 0
	else
		ends_kill "$1"
		ends_dialog "$1"
	fi
	{
		cases_call "$cases_family" "$cases_own" "$cases_peer"
		echo '<- wait restart'
		cases_say
	} >"$ends_log.script"
	cases_talk "$cases_from" "$cases_to" <"$ends_log.script" && cases_end
}

case_two_addresses() {
	cases_begin "$1" "$3" 0 1 && cases_talk "$cases_from" "$cases_to" <<'END' && cases_end
-> shutdown
<- wait closed
-> wait closed
END
}

# cases_address_options OPTION END STYLE FAMILY: both addresses by name, or none for every address there is.
cases_address_options() {
	[ "$3" = bound ] || return 0
	echo "$1 $(paths_address "$2" "$4" 0) $1 $(paths_address "$2" "$4" 1)"
}

# The first path fails (RFC 9260 section 8.2): it is cut for some ten time-outs.
case_failover() {
	# With a HEARTBEAT every 30 s only, the repair may go unnoticed for longer than anyone wants to wait.
	cases_return=3
	case $cases_lacks in *heartbeats*) cases_return=no ;; esac
	cases_break "$1" "$2" "$3" 1200 4 3 $cases_return
}

# The first path is suspected (RFC 7829) and does not fail: a few time-outs.
case_suspicion() {
	cases_break "$1" "$2" "$3" 800 1.2 0.7 2
}

# cases_break FROM STYLE FAMILY MESSAGES LENGTH MOVE RETURN: steady traffic, for 8 ms a message; after the first 250 or
# so the first path is cut for LENGTH seconds. MOVE, RETURN: of paths_check_failover.
cases_break() {
	cases_to=$(cases_peer_of "$1")
	# shellcheck disable=SC2046 # options are words
	ends_start "$cases_to" 'echo' --once --fast-timers $(cases_address_options --address "$cases_to" "$2" "$3")
	if ! ends_hear "$cases_to" listening 20; then
		cases_account "the server does not listen"
		return 1
	fi
	# shellcheck disable=SC2046 # options are words
	ends_start "$1" exchange --peer "$(paths_address "$cases_to" "$3" 0)" --messages "$4" --max-size 2000 --window 4000 \
		--streams 100 --pace 8 --fast-timers --time-limit 60 $(cases_address_options --own "$1" "$2" "$3")
	if ! ends_hear "$1" 'messages back' 20; then
		cases_account "no traffic"
		return 1
	fi
	# Between two namespaces the far end's interface goes down; this end only sees silence.
	cases_cutter=here
	[ "$ends_far" = linux ] || cases_cutter=there
	cases_cut=$(date +%s.%N)
	paths_cut $cases_cutter 0
	sleep "$5"
	paths_mend $cases_cutter 0
	cases_mended=$(date +%s.%N)
	cases_finish "$1" "$cases_to" || return 1
	capture_stop
	paths_check_failover "$ends_log.pcapng" "$cases_cut" "$cases_mended" "$6" "$7"
}
