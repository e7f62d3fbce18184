# shellcheck shell=sh
# shellcheck disable=SC2154 # netns_a is of netns.sh, the addresses of paths.sh
# A Linux kernel with its own SCTP in a virtual machine, at the far end of both paths. To be sourced, after netns.sh and
# paths.sh; for root.
#
#   guest_missing           why it cannot run here; nothing printed: it can
#   guest_prepare           kernel, memory disk and programs in $guest_folder; says what is missing, or 0
#   guest_start             boots it in $netns_a, as the far end of path0 and path1 there; 0: it answers
#   guest_stop
#   guest_run LINE          has the guest's shell run the line; prints what it says, gives its status
#
# The shell is at the guest's second serial port: written to with descriptor 8, read from with 9.

guest_folder=$PWD/build/interop/guest
guest_pid=
# Seconds. Two virtual machines at once on a busy machine take longer than the 5 s of one.
guest_boot_limit=60
guest_line_limit=60

guest_missing() {
	if [ "$(uname -m)" != x86_64 ]; then
		echo "the guest is for x86_64"
	elif ! command -v qemu-system-x86_64 >/dev/null; then
		echo "qemu-system-x86 is not installed"
	elif ! echo '#include <netinet/sctp.h>' | ${CC:-gcc} -E - >/dev/null 2>&1; then
		echo "libsctp-dev is not installed"
	elif [ ! -e /dev/net/tun ]; then
		echo "there is no /dev/net/tun"
	fi
}

guest_prepare() {
	make -s -C tests/interop/guest O="$guest_folder" >"$guest_folder.log" 2>&1 || {
		echo "the guest's programs do not build: see $guest_folder.log"
		return 1
	}
	tests/interop/guest/image.sh "$guest_folder" \
		"$guest_folder/exchange" "$guest_folder/echo" "$guest_folder/dialog"
}

guest_start() {
	rm -f "$guest_folder/port.in" "$guest_folder/port.out"
	mkfifo "$guest_folder/port.in" "$guest_folder/port.out" || return 1
	for guest_path in 0 1; do
		ip -n "$netns_a" tuntap add "path$guest_path" mode tap || return 1
	done
	set -- qemu-system-x86_64 -accel tcg -M pc -cpu max -m 192 -nodefaults -no-user-config -display none -no-reboot \
		-kernel "$guest_folder/vmlinuz" -initrd "$guest_folder/initramfs" -append 'console=ttyS0 quiet panic=-1' \
		-serial "file:$guest_folder/console.log" -chardev "pipe,id=port,path=$guest_folder/port" -serial chardev:port
	for guest_path in 0 1; do
		set -- "$@" -netdev "tap,id=net$guest_path,ifname=path$guest_path,script=no,downscript=no" \
			-device "virtio-net-pci,netdev=net$guest_path,romfile="
	done
	ip netns exec "$netns_a" "$@" >"$guest_folder/qemu.log" 2>&1 </dev/null &
	guest_pid=$!
	exec 8<>"$guest_folder/port.in" 9<>"$guest_folder/port.out"
	guest_hear ready "$guest_boot_limit" >"$guest_folder/ready.log" || return 1
	# Paths end at the guest as they do in a namespace: see paths.sh. Its time-outs are those of --fast-timers.
	guest_run "sysctl -q -w net.ipv6.conf.all.accept_dad=0" &&
		guest_run "sysctl -q -w net.sctp.rto_min=100 net.sctp.rto_initial=200 net.sctp.rto_max=400" &&
		guest_run "sysctl -q -w net.sctp.hb_interval=300" || return 1
	for guest_path in 0 1; do
		guest_run "echo 0 >/proc/sys/net/ipv6/conf/eth$guest_path/accept_dad &&
			ip address add $(paths_address there 4 $guest_path)/24 dev eth$guest_path &&
			ip address add $(paths_address there 6 $guest_path)/64 dev eth$guest_path &&
			ip link set eth$guest_path up" || return 1
	done
}

guest_stop() {
	[ -n "$guest_pid" ] || return 0
	kill -9 "$guest_pid" 2>/dev/null || :
	wait "$guest_pid" 2>/dev/null || :
	guest_pid=
	exec 8>&- 9<&-
}

# guest_hear WHAT SECONDS: prints what comes until "guest-WHAT N"; gives N if it is a number.
guest_hear() {
	# shellcheck disable=SC2016 # the inner shell's
	timeout "$2" sh -c '
		while IFS= read -r line; do
			case $line in
			"guest-status "*) exit "${line#guest-status }" ;;
			"guest-$1 "*) exit 0 ;;
			*) printf "%s\n" "$line" ;;
			esac
		done
		exit 1' sh "$1" <&9
}

guest_run() {
	# The shell takes a line at a time.
	printf '%s\n' "$(printf '%s' "$1" | tr '\n\t' '  ')" >&8
	guest_hear status "$guest_line_limit"
}
