#!/bin/sh
# A command of macOS, by the name it is called by, as far as the installed scripts use it. What the machine is like
# stands in files of the folder 'machine' beside the folders of commands; what happens to it goes there too.
set -eu
name=${0##*/}
machine=$(dirname "$0")/../../machine
PATH=/usr/bin:/bin

# of FILE: what the machine has there; nothing if there is none.
of() {
	if [ -e "$machine/$1" ]; then cat "$machine/$1"; fi
}

# value FILE KEY
value() {
	sed -n "s/^$2=//p" "$machine/$1"
}

# Every change to the machine is a step. The power fails before the step that the file 'cut' names, or, with a name
# that ends in 'half', in the middle of it.
step() {
	count=$(($(of steps) + 1))
	echo $count >"$machine/steps"
	case $(of cut) in
	"$count") kill -9 0 ;;
	"$count half")
		[ "$name" != cat ] || head -c 60
		kill -9 0
		;;
	esac
}

# What the kernel's loader does with the bundle: looks at its list and its binary, and asks those who may forbid it.
load() {
	python3 - "$1/Contents/Info.plist" "$(value sysctl kern.osrelease)" <<'EOF' || exit 1
import plistlib, sys
try:
    plist = plistlib.load(open(sys.argv[1], "rb"))
except Exception as error:
    sys.exit(f"Info.plist: {error}")
number = lambda text: [int(part) for part in text.split(".")]
for library, version in plist["OSBundleLibraries"].items():
    if number(version) > number(sys.argv[2]):
        sys.exit(f"SCTP.kext failed to load - (libkern/kext) dependency {library} {version} not found")
EOF
	if [ -e "$machine/refusal" ]; then
		of refusal >&2
		exit 1
	fi
	[ -e "$machine/loads-nothing" ] || sed -n 's/^sctp_version=//p' "$machine/../Library/Application Support/SCTP/kernels" \
		>"$machine/loaded"
}

unload() {
	if [ -e "$machine/open-sockets" ]; then
		echo '(kernel) Kext org.sctp.SCTP did not stop (return code 0x5).' >&2
		exit 1
	fi
	rm -f "$machine/loaded"
}

show_loaded() {
	[ ! -e "$machine/loaded" ] ||
		printf '  154    0 0xffffff7f80f1e000 0x2c000    0x2c000    org.sctp.SCTP (%s) 1B4E28BA-2FA1-11D2 <5 4 1>\n' \
			"$(of loaded)"
}

case $name in
cat | mv | rm | mkdir | rmdir | sync)
	step
	[ "$name" != sync ] || exit 0
	[ ! -e "$machine/disk-full" ] || [ "$name" != cat ] || exit 1
	exec "$name" "$@"
	;;
logger)
	step
	echo "$*" >>"$machine/log"
	;;
sysctl)
	[ "$1" = -n ]
	line=$(grep "^$2=" "$machine/sysctl") || exit 1
	printf '%s\n' "${line#*=}"
	;;
sw_vers)
	[ "$1" = -productVersion ]
	of product-version
	;;
plutil)
	[ "$1 $2" = '-lint -s' ]
	python3 -c 'import plistlib, sys; plistlib.load(open(sys.argv[1], "rb"))' "$3" 2>/dev/null
	;;
kextstat)
	[ "$*" = '-l -b org.sctp.SCTP' ]
	show_loaded
	;;
kextload)
	step
	load "$1"
	;;
kextunload)
	[ "$1" = -b ]
	step
	unload
	;;
kmutil)
	case $1 in
	load)
		[ "$2" = -p ]
		step
		load "$3"
		;;
	unload)
		[ "$2" = -b ]
		step
		unload
		;;
	showloaded)
		echo 'No variant specified, falling back to release' >&2
		echo 'Index Refs Address            Size       Wired      Name (Version) UUID <Linked Against>'
		show_loaded
		if [ "$*" = 'showloaded --show all' ] && [ ! -e "$machine/loaded" ] && [ -e "$machine/auxiliary" ]; then
			echo '  154    0 0xffffff7f80f1e000 0x2c000    0x2c000    org.sctp.SCTP (0.0.0) 1B4E28BA-2FA1-11D2 <5 4 1>'
		fi
		;;
	esac
	;;
csrutil)
	[ "$1" = status ]
	of sip
	;;
spctl)
	[ "$*" = 'kext-consent status' ]
	echo "Kernel Extension User Consent: $(of consent)"
	;;
sqlite3)
	# The policy's table: bundle, allowed.
	case $* in
	*/var/db/SystemPolicyConfiguration/KextPolicy*"bundle_id='org.sctp.SCTP'"*) of allowed ;;
	*) exit 1 ;;
	esac
	;;
bputil)
	[ "$1" = -d ]
	of boot-policy
	;;
launchctl)
	step
	echo "$*" >>"$machine/launchctl"
	[ ! -e "$machine/launchctl-fails" ]
	;;
pkgutil)
	step
	echo "$*" >>"$machine/pkgutil"
	;;
sctp-probe)
	if [ ! -e "$machine/loaded" ]; then
		echo 'socket(AF_INET, SOCK_SEQPACKET): Protocol not supported' >&2
		exit 1
	fi
	if [ -e "$machine/probe-$1" ]; then
		of "probe-$1" >&2
		exit 1
	fi
	;;
esac
