#!/bin/sh
# Tests of the boot script, on machines that stand in for Macs.
set -eu
. scripts/tests/pkg/macos-lib.sh

# load [OPTION...]
# shellcheck disable=SC2120
load() {
	in_shell "$support/sctp-load" --root "$mac" "$@"
}

# With the step before which the power fails, and 'half' for in the middle of it. Ends with the machine off.
power_cut() {
	echo "$1" >"$machine/cut"
	echo 0 >"$machine/steps"
	load_status=0
	wrapper='setsid --wait' load >/dev/null 2>&1 || load_status=$?
	rm -f "$machine/cut" "$machine/loaded"
}

# Whole, and for one of the two kernels that the machine had.
plist_is_whole() {
	is_made_for 17.0.0 || is_made_for 18.7.0
}

# ends_well: the next boot loads the extension, and leaves nothing half done.
ends_well() (
	plist_is_whole || die "Info.plist is broken after the power cut"
	load || die "not loaded at the next boot"
	is_made_for 18.7.0 || die "Info.plist is not for the running kernel"
	state_says result loaded
	left=$(find "$mac/Library" -name '*.new.*')
	[ -z "$left" ] || die "left behind: $left"
)

# every_cut KIND: for each step of a boot with a new kernel: the power fails there, then the machine starts again.
every_cut() (
	new_mac
	kernel 18.7.0 4903.270.47
	rm -rf "$work/fresh"
	cp -a "$mac" "$work/fresh"
	load >/dev/null
	steps=$(cat "$machine/steps")
	[ "$steps" -ge 10 ] || die "a boot of $steps steps only"
	number=1
	while [ $number -le "$steps" ]; do
		rm -rf "$mac"
		cp -a "$work/fresh" "$mac"
		power_cut "$number$1"
		[ $load_status -ne 0 ] || die "step $number: the script did not notice"
		ends_well || die "step $number of $steps"
		number=$((number + 1))
	done
)

# read_only COMMAND...: with a /Library that cannot be written.
read_only() {
	if [ "$(id -u)" -eq 0 ]; then
		# A folder cannot be made such that root may not write, but for a file system that is mounted so.
		# shellcheck disable=SC2016 # the inner shell expands it
		unshare -m sh -c 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && shift && exec "$@"' sh \
			"$mac/Library" "$@"
	else
		chmod -R a-w "$mac/Library"
		status=0
		"$@" || status=$?
		chmod -R u+w "$mac/Library"
		return $status
	fi
}

load_read_only() {
	wrapper=read_only load
}

two_at_once() {
	load &
	load || return 1
	wait $!
}

# mode FILE: as octal digits.
modes_are() {
	find "$mac/Library/Extensions" "$mac/Library/Application Support" -name '*plist*' -o -name state |
		while read -r file; do
			[ "$(stat -c %a "$file")" = "$1" ] || exit 1
		done
}

for shell in $shells; do
	suite="load, $shell"

	new_mac
	passes 'first boot' unchanged load
	passes 'loaded' test -e "$machine/loaded"
	passes 'the state says so' state_says result loaded
	passes 'the log says so' log_says "-t sctp -p daemon.notice SCTP $(project_version) is loaded on kernel 17.0.0"
	passes 'a second run changes nothing' unchanged load
	passes 'and is logged' log_says '*is loaded*'

	new_mac
	kernel 18.7.0 4903.270.47
	passes 'another kernel inside the table' load
	passes 'Info.plist is made for it' is_made_for 18.7.0
	passes 'the old Info.plist is kept' grep -q 17.0.0 "$mac/Library/Application Support/SCTP/Info.plist.previous"
	passes 'with macOS 10.14' test "$(plist_says LSMinimumSystemVersion)" = 10.14
	kernel 17.7.0 4570.71.69
	rm "$machine/loaded"
	passes 'back to an older kernel' load
	passes 'Info.plist is made for that' is_made_for 17.7.0

	new_mac
	kernel 22.6.0 8796.141.3
	passes 'macOS 13: kmutil loads' unchanged load
	passes 'Info.plist stays as the collection has it' is_made_for 17.0.0
	new_mac
	scripts/plist.sh --kernel-version 23.0.0 "$bundle/Info.plist"
	kernel 22.6.0 8796.141.3
	passes 'macOS 13, Info.plist made for macOS 14' load
	passes 'Info.plist is made for macOS 13' is_made_for 22.6.0

	new_mac
	kernel 25.0.0 12377.1.9
	refuses 1 "newer than any that SCTP $(project_version) knows" 'a kernel newer than the table' unchanged load
	passes 'not loaded' test ! -e "$machine/loaded"
	passes 'the state says why' state_says reason 'kernel 25.0.0 (xnu-12377.1.9) is newer than any *'
	passes 'the state says what to do' state_says advice 'install a newer version of SCTP'
	passes 'the log has both in a line' log_says '-t sctp -p daemon.error *newer than any*To do: install a newer*'
	kernel 17.0.0 4570.1.45
	refuses 1 'kernel 17.0.0 (xnu-4570.1.45) is not supported on x86_64' 'a kernel older than the table' unchanged load
	kernel 20.1.0 7195.50.7 arm64
	refuses 1 'is not supported on arm64' 'older than the table of that architecture' unchanged load
	kernel 20.1.0 7195.60.75 arm64
	refuses 1 'SCTP.kext has nothing for arm64' 'no code for the architecture' unchanged load
	new_mac x86_64 arm64
	kernel 20.1.0 7195.60.75 arm64
	passes 'code for both architectures' load
	echo 'kern.osrelease=17.0.0' >"$machine/sysctl"
	refuses 1 "does not tell its kernel's version" 'a kernel that has no tag' load

	new_mac
	echo 'System Integrity Protection status: enabled.' >"$machine/sip"
	echo 'SCTP.kext failed to load - (libkern/kext) not loadable (reason unspecified); check the logs' >"$machine/refusal"
	refuses 1 'not signed, and System Integrity Protection insists' 'unsigned, and SIP is on' unchanged load
	passes 'the state says what to do' state_says advice '*csrutil enable --without kext*'
	printf '%s\n' 'System Integrity Protection status: unknown (Custom Configuration).' 'Configuration:' \
		'	Apple Internal: disabled' '	Kext Signing: disabled' '	Filesystem Protections: enabled' >"$machine/sip"
	refuses 1 'macOS would not load it: SCTP.kext failed' 'another reason' load
	rm "$machine/refusal"
	passes 'loaded once it was removed' load

	new_mac
	kernel 22.6.0 8796.141.3
	echo 'Extension with identifiers org.sctp.SCTP not approved to load. Please approve using System Settings.' \
		>"$machine/refusal"
	refuses 1 'waits for an administrator' 'no consent yet' load
	passes 'the state says where' state_says advice 'allow SCTP in System Settings > Privacy & Security, restart*'
	echo '(libkern/kext) kext (kmod) start/stop routine failed' >"$machine/refusal"
	refuses 1 'the extension itself found something wrong' 'the extension refuses' load
	rm "$machine/refusal"
	touch "$machine/loads-nothing"
	refuses 1 'macOS would not load it: no reason given' 'a loader that does nothing' load
	rm "$machine/loads-nothing"
	echo 'socket: no luck' >"$machine/probe-socket"
	refuses 1 'it is loaded, but makes no sockets: socket: no luck' 'loaded, but no protocol' load

	new_mac
	echo 0.0.9 >"$machine/loaded"
	refuses 1 'version 0.0.9 is loaded, and' 'an older version is loaded' unchanged load
	rm -r "$mac/Library/Extensions/SCTP.kext"
	rm "$machine/loaded"
	refuses 1 'SCTP.kext is not there' 'no kext' load

	new_mac
	head -c 700 "$bundle/Info.plist" >"$work/half"
	cp "$work/half" "$bundle/Info.plist"
	passes 'a half-written Info.plist' load
	passes 'is whole again' is_made_for 17.0.0
	passes 'and is not kept' test ! -e "$mac/Library/Application Support/SCTP/Info.plist.previous"
	new_mac
	rm "$bundle/Info.plist"
	passes 'no Info.plist' load
	new_mac
	kernel 18.7.0 4903.270.47
	head -n 20 Info.plist.template >"$support/Info.plist.template"
	passes 'a broken template, and a list that will do' unchanged load
	rm "$machine/loaded"
	scripts/plist.sh --kernel-version 19.0.0 "$bundle/Info.plist"
	refuses 1 'a new one cannot be written' 'a broken template, and a list that will not do' unchanged load

	new_mac
	kernel 18.7.0 4903.270.47
	mkdir "$bundle/_CodeSignature"
	passes 'a signed bundle is not changed' unchanged load

	new_mac
	passes 'a volume that cannot be written' load_read_only
	passes 'is logged' log_says '*is loaded*'
	rm "$machine/loaded"
	kernel 18.7.0 4903.270.47
	passes 'with a list that will do' load_read_only
	passes 'which stays' is_made_for 17.0.0
	rm "$machine/loaded"
	scripts/plist.sh --kernel-version 19.0.0 "$bundle/Info.plist"
	refuses 1 'a new one cannot be written' 'with a list that will not do' unchanged load_read_only
	passes 'the log has the reason' log_says '*Info.plist is not made for kernel 18.7.0*'
	touch "$machine/disk-full"
	refuses 1 'a new one cannot be written' 'a full disk' unchanged load
	passes 'leaves nothing' test -z "$(find "$mac/Library" -name '*.new.*')"

	new_mac
	kernel 18.7.0 4903.270.47
	passes 'two at once' two_at_once
	passes 'leave Info.plist whole' is_made_for 18.7.0
	passes 'a power cut before any step' every_cut ''
	passes 'a power cut in the middle of any step' every_cut ' half'

	new_mac
	printf 'result=loading\nattempts=2\n' >"$work/state"
	mkdir -p "$mac/Library/Application Support/SCTP"
	cp "$work/state" "$mac/Library/Application Support/SCTP/state"
	refuses 1 'went down while it was being loaded, 2 times in a row' 'a machine that goes down at each boot' load
	refuses 1 'went down while it was being loaded' 'once more' load
	passes 'no third attempt' test ! -e "$machine/loaded"
	passes 'but when told to' load --again

	new_mac
	kernel 18.7.0 4903.270.47
	(
		umask 0
		load >/dev/null
	)
	passes 'files are nobody else to write, whatever umask was' modes_are 644
	new_mac
	kernel 18.7.0 4903.270.47
	(
		umask 077
		language=de_DE.UTF-8 load >/dev/null
	)
	passes 'files are anybody to read, whatever umask was' modes_are 644
	refuses 2 "unknown argument '--fast'" 'an unknown option' in_shell "$support/sctp-load" --fast
	refuses 2 'needs a folder' '--root without a folder' in_shell "$support/sctp-load" --root
	passes 'help' in_shell "$support/sctp-load" --help
done
