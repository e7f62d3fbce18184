# shellcheck shell=sh
# shellcheck disable=SC2154 # netns_a and netns_b are of netns.sh
# Two paths, each a network of its own, between this end (namespace $netns_a, interfaces path0 and path1) and that end:
# a guest, or namespace $netns_b with interfaces of the same names. To be sourced, after netns.sh; for root.
#
#   paths_create END        here: $netns_a without interfaces yet; there: $netns_b, joined with it by two veth pairs
#   paths_configure END     its addresses, interfaces up
#   paths_address END FAMILY PATH   FAMILY 4 or 6, PATH 0 or 1
#   paths_cut END PATH, paths_mend END PATH
#   paths_capture FILE      capture both paths; capture_stop of netns.sh ends it
#   paths_check FILE        0: every packet well-formed with the right checksum; says so, or what is wrong
#   paths_check_failover FILE CUT MEND MOVE RETURN   0: user data went on on path1 within MOVE seconds of CUT, and on
#                           path0 within RETURN seconds of MEND (no: not looked at); CUT, MEND: of date +%s.%N

paths_address() {
	case $1 in
	here) paths_host=1 ;;
	there) paths_host=2 ;;
	esac
	case $2$3 in
	40) echo "192.0.2.$paths_host" ;;
	41) echo "198.51.100.$paths_host" ;;
	60) echo "2001:db8:0:1::$paths_host" ;;
	61) echo "2001:db8:0:2::$paths_host" ;;
	esac
}

paths_namespace() {
	case $1 in
	here) echo "$netns_a" ;;
	there) echo "$netns_b" ;;
	esac
}

paths_create() {
	paths_ns=$(paths_namespace "$1")
	# shellcheck disable=SC2016 # the inner shell's
	# A link that was down must have its IPv6 addresses when it comes back, and at once.
	ip netns add "$paths_ns" && ip netns exec "$paths_ns" sh -c '
		for kind in all default; do
			echo 1 >/proc/sys/net/ipv6/conf/$kind/keep_addr_on_down
			echo 0 >/proc/sys/net/ipv6/conf/$kind/accept_dad
		done' && ip -n "$paths_ns" link set lo up || return 1
	[ "$1" = there ] || return 0
	for paths_path in 0 1; do
		ip -n "$netns_a" link add "path$paths_path" type veth peer name "path$paths_path" netns "$netns_b" || return 1
	done
}

paths_configure() {
	paths_ns=$(paths_namespace "$1")
	for paths_path in 0 1; do
		ip -n "$paths_ns" address add "$(paths_address "$1" 4 $paths_path)/24" dev path$paths_path &&
			ip -n "$paths_ns" address add "$(paths_address "$1" 6 $paths_path)/64" dev path$paths_path nodad &&
			ip -n "$paths_ns" link set path$paths_path up || return 1
	done
}

paths_cut() {
	ip -n "$(paths_namespace "$1")" link set "path$2" down
}

paths_mend() {
	ip -n "$(paths_namespace "$1")" link set "path$2" up
}

paths_capture() {
	# shellcheck disable=SC2034 # of netns.sh
	capture_interfaces='-i path0 -i path1'
	capture_start "$1"
	paths_started=$?
	# shellcheck disable=SC2034 # of netns.sh
	capture_interfaces='-i veth0'
	return $paths_started
}

paths_check() {
	capture_read "$1" >"$1.txt" || {
		cat "$1.log"
		return 1
	}
	awk -F '\t' -v file="$1" '
	$4 != "" { printf "%s: packet %s: malformed\n", file, $1; faults++ }
	$3 != 1 { printf "%s: packet %s: checksum wrong\n", file, $1; faults++ }
	faults > 5 { exit }
	END {
		if (NR == 0)
			print file ": no packet"
		if (NR == 0 || faults)
			exit 1
		printf "%d packets, every checksum right, none malformed\n", NR
	}' "$1.txt"
}

# Each end sends user data: one line a packet with the time, the path and the sender.
paths_check_failover() {
	tshark -Q -n -r "$1" -Y 'sctp.chunk_type == 0' -o sctp.ulp_dissection:FALSE -o sctp.reassembly:FALSE \
		-T fields -e frame.time_epoch -e frame.interface_name -e ip.src -e ipv6.src -e sctp.srcport \
		2>>"$1.log" >"$1.data"
	awk -F '\t' -v cut="$2" -v mend="$3" -v move="$4" -v back="$5" '
	# Times are told apart to the millisecond; a large epoch leaves no more digits.
	BEGIN { base = int(cut); cut -= base; mend -= base }
	{
		time = $1 - base
		sender = $5
		senders[sender] = 1
		where = $2
		# What was on its way when the link went up or down is of neither time.
		if (time < cut)
			count["before", sender, where]++
		else if (time > cut + move && time < mend)
			count["during", sender, where]++
		else if (back != "no" && time > mend + back)
			count["after", sender, where]++
		if (time > cut && time < mend && where == "path1" && !((sender) in moved))
			moved[sender] = time - cut
	}
	function must(ok, what) {
		if (!ok) {
			print "failover: " what
			faults++
		}
	}
	END {
		for (sender in senders) {
			ends++
			name = "from port " sender ": "
			before0 = count["before", sender, "path0"] + 0
			before1 = count["before", sender, "path1"] + 0
			during1 = count["during", sender, "path1"] + 0
			after0 = count["after", sender, "path0"] + 0
			after1 = count["after", sender, "path1"] + 0
			must(before0 > 20 && before0 > 10 * before1, name before0 " and " before1 " DATA packets on the paths before the cut: the first must be primary")
			must(sender in moved && moved[sender] < move, name "no DATA on path1 within " move " s of the cut")
			must(during1 > 20, name during1 " DATA packets on path1 during the cut")
			must(back == "no" || after0 > 20 && after0 > 10 * after1, name after0 " and " after1 " DATA packets on the paths after the repair: the first must be primary again")
			if (sender in moved)
				slowest = moved[sender] > slowest ? moved[sender] : slowest
		}
		must(ends == 2, ends " senders of DATA, must be 2")
		if (faults)
			exit 1
		printf "on the second path %.1f s after the cut, %s\n", slowest,
			back == "no" ? "and no look at the way back: SCTP_PEER_ADDR_PARAMS is not supported yet" : "and back"
	}' "$1.data"
}
