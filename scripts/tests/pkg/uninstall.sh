#!/bin/sh
# Tests of sctp-uninstall, on machines that stand in for Macs.
set -eu
. scripts/tests/pkg/macos-lib.sh

uninstall() {
	in_shell "$mac/usr/local/bin/sctp-uninstall" --root "$mac" "$@"
}

# What other software has put beside our files.
foreign="usr/local/bin/other
usr/local/include/netinet/other.h
Library/Application Support/Other/SCTP
Library/Extensions/Other.kext/Contents/Info.plist"

# installed_mac: with a list of files as the package has one, and other software.
installed_mac() {
	new_mac x86_64
	mkdir -p "$mac/usr/local/include/netinet"
	cp scripts/macos/sctp-uninstall.sh "$mac/usr/local/bin/sctp-uninstall"
	echo header >"$mac/usr/local/include/netinet/sctp.h"
	cat >"$support/files" <<'EOF'
file Library/Application Support/SCTP/Info.plist.template
file Library/Application Support/SCTP/sctp-load
file Library/Application Support/SCTP/sctp-probe
file Library/Extensions/SCTP.kext/Contents/Info.plist
file Library/Extensions/SCTP.kext/Contents/MacOS/SCTP
file usr/local/include/netinet/sctp.h
file Library/Application Support/SCTP/common.sh
file Library/Application Support/SCTP/plist.sh
file Library/Application Support/SCTP/kernels
file Library/Application Support/SCTP/files
file usr/local/bin/sctp-uninstall
folder usr/local/include/netinet
folder Library/Extensions/SCTP.kext/Contents/MacOS
folder Library/Extensions/SCTP.kext/Contents
folder Library/Extensions/SCTP.kext
folder Library/Application Support/SCTP
EOF
	printf '%s\n' "$foreign" | while read -r file; do
		mkdir -p "$(dirname "$mac/$file")"
		echo other >"$mac/$file"
	done
}

# Only what other software has put there is left.
others_are_left() {
	(cd "$mac" && find Library usr/local -type f) | sort >"$work/left"
	printf '%s\n' "$foreign" | sort | diff - "$work/left"
}

for shell in $shells; do
	suite="uninstall, $shell"

	installed_mac
	kernel 18.7.0 4903.270.47
	in_shell "$support/sctp-load" --root "$mac" >/dev/null
	touch "$support/state.new.1" "$bundle/Info.plist.new.99999"
	passes 'a dry run changes nothing' unchanged uninstall --dry-run
	uninstall --dry-run >"$work/list"
	passes 'and tells what goes' grep -qxF "$mac/Library/Extensions/SCTP.kext/Contents/MacOS/SCTP" "$work/list"
	passes 'what was made since too' grep -qxF "$support/Info.plist.previous" "$work/list"
	touch "$machine/open-sockets"
	refuses 1 'the extension is in use' 'sockets are open' unchanged uninstall
	passes 'it is still loaded' test -e "$machine/loaded"
	passes 'and the daemon runs' test ! -e "$machine/launchctl"
	rm "$machine/open-sockets"
	passes 'no sockets are open' uninstall
	passes 'the extension is unloaded' test ! -e "$machine/loaded"
	passes 'the daemon is gone' grep -qx 'bootout system/org.sctp.load' "$machine/launchctl"
	passes 'the receipt is gone' grep -qx -e '--forget org.sctp.SCTP.pkg' "$machine/pkgutil"
	passes 'and all files but those of others' others_are_left
	passes 'the folders are gone' test ! -e "$support" -a ! -e "$mac/Library/Extensions/SCTP.kext"
	passes 'but for one with a file of others' test -d "$mac/usr/local/include/netinet"

	installed_mac
	kernel 22.6.0 8796.141.3
	echo 0.0.1 >"$machine/loaded"
	touch "$machine/launchctl-fails"
	passes 'from macOS 13, with another version and no daemon' uninstall
	passes 'all is gone' others_are_left

	installed_mac
	rm "$mac/usr/local/include/netinet/sctp.h" "$support/sctp-load"
	passes 'files that are missing' uninstall
	passes 'the others go all the same' others_are_left
	refuses 2 "unknown argument '--all'" 'an unknown option' in_shell scripts/macos/sctp-uninstall.sh --all
	passes 'help' in_shell scripts/macos/sctp-uninstall.sh --help
done
