# A machine that stands in for a Mac: a folder with the installed files, and stand-ins for the commands of macOS.
# shellcheck shell=sh
. scripts/tests/lib.sh

here=$root/scripts/tests/pkg
# A volume's name may have blanks.
mac="$work/Macintosh HD"
machine=$mac/machine

# The shells that /bin/sh is on a Mac: bash as in POSIX, and dash.
# shellcheck disable=SC2034 # for those who source this
shells='dash bash'
shell=dash

# in_shell SCRIPT ARGUMENT...: runs it by the shell in $shell, away from what this environment has set; by means of
# $wrapper if that is set.
in_shell() {
	script=$1
	shift
	case $shell in
	dash) set -- /bin/dash "$script" "$@" ;;
	bash) set -- /bin/bash --posix "$script" "$@" ;;
	esac
	# One word an argument.
	# shellcheck disable=SC2086
	${wrapper:-} env -i HOME=/nonexistent LANG="${language:-C}" PATH="${path:-/nonexistent}" IFS=/ "$@"
}

# kernel X.Y.Z XNU [ARCHITECTURE]: the machine gets that kernel.
kernel() {
	case ${3:-x86_64} in
	x86_64) arm64=0 release=RELEASE_X86_64 ;;
	arm64) arm64=1 release=RELEASE_ARM64_T8103 ;;
	esac
	cat >"$machine/sysctl" <<EOF
kern.osrelease=$1
kern.version=Darwin Kernel Version $1: Mon Aug 22 20:17:10 PDT 2022; root:xnu-$2~2/$release
hw.optional.arm64=$arm64
EOF
}

# mach_o ARCHITECTURE...: the header of a binary for those.
mach_o() {
	if [ $# -eq 1 ]; then
		case $1 in
		x86_64) printf '\317\372\355\376\007\000\000\001' ;;
		arm64) printf '\317\372\355\376\014\000\000\001' ;;
		esac
		printf '%064d' 0
		return
	fi
	printf '\312\376\272\276\000\000\000'
	# Two is all that is ever needed.
	printf '\002'
	for architecture in "$@"; do
		case $architecture in
		x86_64) printf '\001\000\000\007' ;;
		arm64) printf '\001\000\000\014' ;;
		esac
		printf '%016d' 0
	done
}

# put_probe: one that stands in for the program in the package, which is for a Mac.
put_probe() {
	install -m 755 "$here/system/stand-in.sh" "$mac/usr/bin/sctp-probe"
	printf '#!/bin/sh\nexec "%s/usr/bin/sctp-probe" "$@"\n' "$mac" >"$support/sctp-probe"
	chmod 755 "$support/sctp-probe"
}

# new_mac [ARCHITECTURE...]: a machine with macOS 10.13 where the package was just installed; the kext has code for
# those architectures, x86_64 if none is given.
new_mac() {
	rm -rf "$mac"
	bundle=$mac/Library/Extensions/SCTP.kext/Contents
	mkdir -p "$mac/usr/bin" "$mac/bin" "$mac/usr/sbin" "$machine" "$bundle/MacOS" \
		"$mac/Library/Application Support/SCTP" "$mac/usr/local/bin" "$mac/Library/LaunchDaemons"
	for command in cat mv rm mkdir rmdir sync logger sysctl sw_vers plutil kextstat kextload kextunload kmutil csrutil \
		spctl sqlite3 bputil launchctl pkgutil; do
		install -m 755 "$here/system/stand-in.sh" "$mac/usr/bin/$command"
	done
	support="$mac/Library/Application Support/SCTP"
	scripts/pkg/kernels.sh >"$support/kernels"
	cp scripts/macos/common.sh scripts/macos/plist.sh Info.plist.template "$support"
	cp scripts/macos/sctp-load.sh "$support/sctp-load"
	put_probe
	mach_o "${@:-x86_64}" >"$bundle/MacOS/SCTP"
	scripts/plist.sh --kernel-version 17.0.0 "$bundle/Info.plist"
	kernel 17.0.0 4570.1.46
	echo 10.13.6 >"$machine/product-version"
	echo 'System Integrity Protection status: disabled.' >"$machine/sip"
	echo ENABLED >"$machine/consent"
}

# plist_says KEY: from the machine's Info.plist, read by a parser that is not ours.
plist_says() {
	python3 -c 'import plistlib, sys; print(plistlib.load(open(sys.argv[1], "rb"))[sys.argv[2]])' \
		"$mac/Library/Extensions/SCTP.kext/Contents/Info.plist" "$1"
}

# is_made_for X.Y.Z
is_made_for() {
	[ "$(plist_says OSBundleLibraries)" = \
		"{'com.apple.kpi.bsd': '$1', 'com.apple.kpi.libkern': '$1', 'com.apple.kpi.mach': '$1'}" ]
}

# state_says NAME VALUE: a pattern of the shell.
state_says() (
	found=$(sed -n "s/^$1=//p" "$mac/Library/Application Support/SCTP/state")
	# A pattern on purpose.
	# shellcheck disable=SC2254
	case $found in
	$2) ;;
	*) die "$1 is '$found', not '$2'" ;;
	esac
)

# log_says PATTERN: as the last line of the system's log.
log_says() (
	[ -e "$machine/log" ] || die "nothing in the log"
	# A pattern on purpose.
	# shellcheck disable=SC2254
	case $(tail -n 1 "$machine/log") in
	$1) ;;
	*) die "the log says '$(tail -n 1 "$machine/log")', not '$1'" ;;
	esac
)

# Fingerprints of all files of the machine, but for what stands for the machine itself.
fingerprints() {
	(cd "$mac" && find . -path ./machine -prune -o -type f -exec cksum {} + | sort -k 3)
}

# unchanged COMMAND...: runs it, with its status; 99 if a file is another afterwards, but for the state file.
unchanged() {
	fingerprints >"$work/before"
	status=0
	"$@" || status=$?
	fingerprints | grep -v '/Library/Application Support/SCTP/state$' >"$work/after"
	grep -v '/Library/Application Support/SCTP/state$' "$work/before" | diff - "$work/after" || return 99
	return $status
}
