#!/bin/sh
# Tests of sctp-doctor, and of its probe on the built extension.
set -eu
. scripts/tests/pkg/macos-lib.sh

doctor() {
	in_shell scripts/macos/sctp-doctor.sh --root "$mac" "$@"
}

# marks EXPECTED: the first characters of the lines that the last 'passes' or 'refuses' got.
marks() {
	found=$(grep -v '^  To do: ' "$work/output" | sed 's/ .*//' | tr '\n' ' ')
	if [ "$found" = "$1 " ]; then say "ok $suite: the marks of that"; else say "not ok $suite: marks '$found', not '$1'"; fi
}

# json EXPRESSION: of the answer, read by a parser that is not ours.
json() {
	doctor --json >"$work/json" || :
	python3 -c 'import json, sys
answer = json.load(open(sys.argv[1]))
sys.exit(0 if eval("(" + sys.argv[2] + ")") else repr(answer))' "$work/json" "$1"
}

for shell in $shells; do
	suite="doctor, $shell"

	new_mac
	project_version >"$machine/loaded"
	passes 'all is well' unchanged doctor
	marks '[ok] [ok] [ok] [ok] [ok] [ok] [ok] [ok]'
	language=de_DE.UTF-8
	passes 'on a terminal that knows Unicode' doctor
	marks '✓ ✓ ✓ ✓ ✓ ✓ ✓ ✓'
	language=C
	passes 'JSON' json "answer['works'] and answer['failed'] == '' and answer['version'] == '$(project_version)' and
		[rung['result'] for rung in answer['rungs']] == ['good'] * 8"

	kernel 25.0.0 12377.1.9
	refuses 11 'newer than any that SCTP' 'a newer kernel' doctor
	marks '[!!] - - - - - - -'
	kernel 16.7.0 3789.70.16
	refuses 11 'not supported' 'an older kernel' doctor
	echo >"$machine/sysctl"
	refuses 11 'is it a Mac?' 'no kernel of a Mac' doctor

	new_mac
	kernel 21.6.0 8020.140.41 arm64
	refuses 12 'no code for arm64' 'no code for the architecture' doctor
	rm "$bundle/MacOS/SCTP"
	refuses 12 'is missing' 'no kext' doctor
	marks '[ok] [!!] - - - - - -'

	new_mac
	echo 'System Integrity Protection status: enabled.' >"$machine/sip"
	refuses 13 'csrutil enable --without kext' 'System Integrity Protection' doctor
	passes 'JSON' json "answer['failed'] == 'integrity' and not answer['works'] and
		'Command-R' in answer['rungs'][2]['todo'] and answer['rungs'][3]['result'] == 'skipped'"
	mkdir "$bundle/_CodeSignature"
	refuses 16 'sctp-load' 'a signed one needs nothing' doctor
	rmdir "$bundle/_CodeSignature"
	echo 'csrutil: error' >"$machine/sip"
	refuses 16 'sctp-load' 'nobody can tell' doctor
	marks '[ok] [ok] ? ? - [!!] - -'

	new_mac
	echo 0 >"$machine/allowed"
	refuses 14 'System Preferences > Security & Privacy > General' 'no consent' doctor
	echo 1 >"$machine/allowed"
	refuses 16 'not loaded' 'consent' doctor
	echo 0 >"$machine/allowed"
	echo DISABLED >"$machine/consent"
	refuses 16 'not loaded' 'no consent needed' doctor
	marks '[ok] [ok] [ok] [ok] - [!!] - -'

	new_mac x86_64 arm64
	kernel 22.6.0 8796.141.3 arm64
	printf 'Security Mode:               Full       (smb0): absent\n3rd Party Kexts Status:      Disabled   (smb2): absent\n' \
		>"$machine/boot-policy"
	refuses 14 'Startup Security Utility' 'full security on Apple silicon' doctor
	printf '3rd Party Kexts Status:      Enabled    (smb2): true\n' >"$machine/boot-policy"
	refuses 15 'not in the auxiliary kernel collection' 'reduced security' doctor
	marks '[ok] [ok] [ok] ? [!!] - - -'
	touch "$machine/auxiliary"
	refuses 16 'not loaded' 'in the collection' doctor

	in_shell "$support/sctp-load" --root "$mac" >/dev/null 2>&1 || :
	passes 'loaded' doctor
	rm "$machine/loaded"
	echo 'Extension with identifiers org.sctp.SCTP not approved to load.' >"$machine/refusal"
	in_shell "$support/sctp-load" --root "$mac" >/dev/null 2>&1 || :
	refuses 16 'waits for an administrator' 'the reason of the boot script' doctor
	kernel 22.6.1 8796.141.3 arm64
	refuses 16 'SCTP is not loaded' 'a reason that is of another kernel' doctor
	echo 0.0.1 >"$machine/loaded"
	refuses 16 'SCTP 0.0.1 is loaded' 'another version is loaded' doctor

	new_mac
	project_version >"$machine/loaded"
	echo 'socket(AF_INET6, SOCK_STREAM): Protocol "x" not \ supported' >"$machine/probe-socket"
	refuses 17 'Protocol "x" not \ supported' 'no sockets' doctor
	passes 'JSON with quotes' json "'Protocol \"x\" not \\\\ supported' in answer['rungs'][6]['found']"
	rm "$machine/probe-socket"
	echo 'connect: Operation timed out' >"$machine/probe-loopback"
	refuses 18 'connect: Operation timed out' 'no association' doctor
	marks '[ok] [ok] [ok] [ok] [ok] [ok] [ok] [!!]'

	refuses 2 "unknown argument '--all'" 'an unknown option' doctor --all
	refuses 2 'needs a folder' '--root without a folder' in_shell scripts/macos/sctp-doctor.sh --root
	passes 'help' in_shell scripts/macos/sctp-doctor.sh --help
done

# The probe itself, on the extension in the test host.
suite='doctor, probe'
gcc -std=c11 -D_DEFAULT_SOURCE -Wall -Wextra -Werror -Ishim-c/include -o "$work/probe" shim-c/doctor/probe.c
refuses 1 'socket(AF_INET' 'without the extension' "$work/probe" socket
refuses 1 'socket: ' 'no association without it' "$work/probe" loopback
refuses 2 'usage: ' 'no argument' "$work/probe"
refuses 2 'usage: ' 'an unknown one' "$work/probe" fun
preload=$root/build/host/libsctphost_preload.so
if [ -e "$preload" ] && [ -d build/SCTP.kext ]; then
	with_extension() {
		LD_PRELOAD=$preload SCTP_KEXT=$root/build/SCTP.kext SCTP_HOST_ADDRESS=192.0.2.1 "$@"
	}
	passes 'sockets of the extension' with_extension "$work/probe" socket
	passes 'an association over the loopback interface' with_extension "$work/probe" loopback
else
	say "skip $suite: no test host: build it, and the extension"
fi
