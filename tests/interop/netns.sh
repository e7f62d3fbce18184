# shellcheck shell=sh
# Two network namespaces joined by a veth pair, and captures of what passes between them. To be sourced; for root.
#
#   netns_create            $netns_a (addresses $netns_a_address, $netns_a_address6) and $netns_b, no other way out
#   netns_narrow            what is sent from now on passes a bottleneck that drops when its short queue is full
#   netns_dropped           how many packets it has dropped
#   netns_delete            both, and what still runs in them
#   capture_start FILE      capture in $netns_a
#   capture_stop
#   capture_check FILE      0: every packet whole, handshake and shutdown there, no ABORT
#   capture_account FILE    handshake and shutdown, one line a packet

netns_a=sctp-a-$$
netns_b=sctp-b-$$
netns_a_address=192.0.2.1
netns_b_address=192.0.2.2
netns_a_address6=2001:db8::1
netns_b_address6=2001:db8::2

# Why namespaces cannot be had; nothing printed: they can.
netns_missing() {
	if [ "$(id -u)" -ne 0 ]; then
		echo "needs root"
	elif ! command -v ip >/dev/null; then
		echo "ip (iproute2) is not installed"
	elif ! command -v dumpcap >/dev/null || ! command -v tshark >/dev/null; then
		echo "tshark is not installed"
	elif [ -d /proc/net/sctp ]; then
		echo "this kernel's own SCTP is loaded and would answer in our place"
	elif ! ip netns add "$netns_a" 2>/dev/null; then
		echo "namespaces are not allowed here"
	else
		ip netns delete "$netns_a"
	fi
}

netns_create() {
	ip netns add "$netns_a" && ip netns add "$netns_b" || return 1
	ip -n "$netns_a" link add veth0 type veth peer name veth0 netns "$netns_b" || return 1
	ip -n "$netns_a" address add "$netns_a_address/24" dev veth0 &&
		ip -n "$netns_a" address add "$netns_a_address6/64" dev veth0 nodad &&
		ip -n "$netns_b" address add "$netns_b_address/24" dev veth0 &&
		ip -n "$netns_b" address add "$netns_b_address6/64" dev veth0 nodad || return 1
	for netns_end in "$netns_a" "$netns_b"; do
		ip -n "$netns_end" link set lo up && ip -n "$netns_end" link set veth0 up || return 1
	done
}

netns_narrow() {
	for netns_end in "$netns_a" "$netns_b"; do
		tc -n "$netns_end" qdisc add dev veth0 root tbf rate 40mbit burst 16k limit 24k || return 1
	done
}

netns_dropped() {
	for netns_end in "$netns_a" "$netns_b"; do
		tc -n "$netns_end" -s qdisc show dev veth0
	done | sed -n 's/.*(dropped \([0-9]*\),.*/\1/p' | awk '{ sum += $1 } END { print sum + 0 }'
}

netns_delete() {
	capture_stop
	for netns_end in "$netns_a" "$netns_b"; do
		[ -e "/run/netns/$netns_end" ] || continue
		for netns_pid in $(ip netns pids "$netns_end"); do
			kill -9 "$netns_pid" 2>/dev/null || :
		done
		ip netns delete "$netns_end"
	done
}

capture_pid=
# Options of dumpcap.
capture_interfaces='-i veth0'

capture_start() {
	rm -f "$1"
	# shellcheck disable=SC2086 # options are words
	# A first line on stderr says that packets are being taken from now on.
	ip netns exec "$netns_a" dumpcap -q $capture_interfaces -s 0 -w "$1" 2>"$1.log" &
	capture_pid=$!
	capture_file=$1
	for _ in $(seq 100); do
		grep -q '^File:' "$1.log" 2>/dev/null && return 0
		sleep 0.05
	done
	cat "$1.log" >&2
	capture_stop
	return 1
}

capture_stop() {
	[ -n "$capture_pid" ] || return 0
	# What was just sent may not have reached the file yet.
	sleep 0.3
	kill -INT "$capture_pid" 2>/dev/null || :
	wait "$capture_pid" 2>/dev/null || :
	capture_pid=
	[ ! -e "$capture_file" ] || chmod 644 "$capture_file"
}

# One line a packet: number, chunk types, checksum status (1 good, 0 bad), malformed, source, summary. Payload is
# random bytes, in which a dissector of something else would find faults; ICMP quotes packets cut short.
capture_read() {
	tshark -Q -n -r "$1" -Y 'sctp && !icmp && !icmpv6' -o 'sctp.checksum:CRC 32c' \
		-o sctp.ulp_dissection:FALSE -o sctp.reassembly:FALSE \
		-T fields -e frame.number -e sctp.chunk_type -e sctp.checksum.status -e _ws.malformed -e _ws.col.Source \
		-e _ws.col.Info 2>"$1.log"
}

capture_check() {
	if ! capture_read "$1" >"$1.txt"; then
		cat "$1.log"
		return 1
	fi
	awk -F '\t' -v file="$1" '
	# Names as in RFC 9260, numbers as on the wire (section 3.2).
	BEGIN {
		split("1 2 10 11 7 8 14", types, " ")
		split("INIT,INIT ACK,COOKIE ECHO,COOKIE ACK,SHUTDOWN,SHUTDOWN ACK,SHUTDOWN COMPLETE", names, ",")
	}
	$4 != "" { fault($1, "malformed") }
	$3 != 1 { fault($1, "checksum wrong") }
	{
		count = split($2, chunks, ",")
		for (i = 1; i <= count; i++)
			seen[chunks[i]]++
		if (chunks[1] == 6)
			fault($1, "ABORT")
	}
	function fault(packet, what) {
		if (faults++ < 5)
			printf "%s: packet %s: %s\n", file, packet, what
	}
	END {
		if (NR == 0)
			fault("-", "there is none")
		for (i = 1; i in types; i++)
			if (!(types[i] in seen))
				fault("-", "no " names[i])
		if (faults)
			exit 1
		printf "%d packets: every checksum right, none malformed, handshake and shutdown there\n", NR
	}' "$1.txt"
}

# After capture_check.
capture_account() {
	awk -F '\t' '("," $2 ",") ~ /,(1|2|10|11|7|8|14),/ { printf "packet %5s  %-12s %s\n", $1, $5, $6 }' "$1.txt"
}
