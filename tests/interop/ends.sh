# shellcheck shell=sh
# shellcheck disable=SC2154 # of netns.sh, paths.sh and guest.sh
# The programs at the two ends of paths.sh: here always on the built extension; there in the guest or, with ends_far=kext,
# on another copy of the extension. To be sourced, after guest.sh.
#
#   ends_start END PROGRAM ARGUMENT...   in the background; what it says goes to $ends_log.END
#   ends_hear END TEXT SECONDS           until a line with TEXT has come
#   ends_wait END                        until it ends; gives its status
#   ends_kill END                        at once and without a word to the peer: not the guest's
#   ends_stop                            what is left of them
#   ends_tell END COMMAND                one command to the dialog there; 0 if the answer is ok; $ends_answer
#
# A kext's dialog is written to with descriptor 3 (here) or 5 (there), read from with 4 or 6.

ends_far=linux
ends_programs=$PWD/build/interop
ends_kext=$PWD/build/SCTP.kext
ends_preload=$PWD/build/host/libsctphost_preload.so
ends_log=/dev/null
ends_here_pid=''
ends_there_pid=''
# Seconds for one command; more than the 20 s of dialog.c.
ends_patience=30

ends_is_guest() {
	[ "$1$ends_far" = therelinux ]
}

ends_start() {
	ends_end=$1 ends_program=$2
	shift 2
	rm -f "$ends_log.$ends_end"
	: >"$ends_log.$ends_end"
	if ends_is_guest "$ends_end"; then
		printf '%s\n' "/$ends_program $*" >&8
		return
	fi
	if [ "$ends_program" = dialog ]; then
		rm -f "$ends_log.$ends_end.in" "$ends_log.$ends_end.out"
		mkfifo "$ends_log.$ends_end.in" "$ends_log.$ends_end.out" || return 1
		case $ends_end in
		here) exec 3<>"$ends_log.here.in" 4<>"$ends_log.here.out" ;;
		there) exec 5<>"$ends_log.there.in" 6<>"$ends_log.there.out" ;;
		esac
		ends_input=$ends_log.$ends_end.in ends_output=$ends_log.$ends_end.out
	else
		ends_input=/dev/null ends_output=$ends_log.$ends_end
	fi
	ip netns exec "$(paths_namespace "$ends_end")" env "LD_PRELOAD=$ends_preload" "SCTP_KEXT=$ends_kext" \
		SCTP_HOST_LINK=raw "$ends_programs/$ends_program" "$@" \
		<"$ends_input" >"$ends_output" 2>>"$ends_log.$ends_end" &
	case $ends_end in
	here) ends_here_pid=$! ;;
	there) ends_there_pid=$! ;;
	esac
}

ends_pid() {
	case $1 in
	here) echo "$ends_here_pid" ;;
	there) echo "$ends_there_pid" ;;
	esac
}

ends_hear() {
	if ends_is_guest "$1"; then
		# shellcheck disable=SC2016 # the inner shell's
		timeout "$3" sh -c '
			while IFS= read -r line; do
				printf "%s\n" "$line" >>"$2"
				case $line in *"$1"*) exit 0 ;; esac
			done' sh "$2" "$ends_log.$1" <&9
		return
	fi
	for _ in $(seq $(($3 * 20))); do
		grep -qs "$2" "$ends_log.$1" && return 0
		kill -0 "$(ends_pid "$1")" 2>/dev/null || break
		sleep 0.05
	done
	grep -qs "$2" "$ends_log.$1"
}

ends_wait() {
	if ends_is_guest "$1"; then
		guest_hear status "$guest_line_limit" >>"$ends_log.$1"
		return
	fi
	wait "$(ends_pid "$1")"
	ends_status=$?
	ends_forget "$1"
	return $ends_status
}

ends_forget() {
	case $1 in
	here) ends_here_pid='' ;;
	there) ends_there_pid='' ;;
	esac
}

ends_kill() {
	[ -n "$(ends_pid "$1")" ] || return 0
	# ip netns exec and env become the program, so that this is its process.
	kill -9 "$(ends_pid "$1")" 2>/dev/null || :
	wait "$(ends_pid "$1")" 2>/dev/null || :
	ends_forget "$1"
}

ends_stop() {
	ends_kill here
	ends_kill there
}

# One line from a descriptor.
ends_line() {
	# shellcheck disable=SC2016 # the inner shell's
	timeout "$ends_patience" sh -c 'IFS= read -r line && printf "%s\n" "$line"'
}

ends_tell() {
	case $1$(ends_is_guest "$1" && echo guest) in
	thereguest)
		[ -z "$2" ] || printf '%s\n' "$2" >&8
		ends_answer=$(ends_line <&9)
		;;
	here)
		[ -z "$2" ] || printf '%s\n' "$2" >&3
		ends_answer=$(ends_line <&4)
		;;
	there)
		[ -z "$2" ] || printf '%s\n' "$2" >&5
		ends_answer=$(ends_line <&6)
		;;
	esac
	printf '%s: %s: %s\n' "$1" "${2:-start}" "${ends_answer:-no answer}" >>"$ends_log.talk"
	case $ends_answer in
	ok*) return 0 ;;
	*) return 1 ;;
	esac
}

# A dialog greets with a line of its own.
ends_dialog() {
	ends_start "$1" dialog && ends_tell "$1" ''
}

ends_quit() {
	if ends_is_guest "$1"; then
		printf 'quit\n' >&8
		ends_wait "$1"
	else
		ends_kill "$1"
	fi
}
