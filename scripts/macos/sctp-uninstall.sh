#!/bin/sh
# Takes SCTP off the machine.
set -eu
PATH=/usr/bin:/bin:/usr/sbin:/sbin
export PATH

usage() {
	cat <<'EOF'
Usage: sctp-uninstall [--dry-run]

Unloads the SCTP kernel extension and removes every file that its package has
installed and that was made since, as root. Nothing else is touched, and nothing
at all while a program has an SCTP socket open.

--dry-run  only list the files

--root FOLDER  for tests: FOLDER stands in for /, with its files and commands

Exit status: 0 removed, 1 refused or failed, 2 wrong usage.
EOF
}

system=
dry=no
while [ $# -gt 0 ]; do
	case $1 in
	--dry-run) dry=yes ;;
	--root)
		[ $# -ge 2 ] || set -- --root ''
		[ -d "$2" ] || {
			printf 'sctp-uninstall: --root needs a folder\n' >&2
			exit 2
		}
		system=$2
		PATH=$system/usr/bin:$system/bin:$system/usr/sbin:$system/sbin:$PATH
		shift
		;;
	-h | --help)
		usage
		exit 0
		;;
	*)
		printf "sctp-uninstall: unknown argument '%s': see --help\\n" "$1" >&2
		exit 2
		;;
	esac
	shift
done
# shellcheck source=scripts/macos/common.sh
. "$system/Library/Application Support/SCTP/common.sh"

# refuse REASON
refuse() {
	printf 'sctp-uninstall: %s\n' "$1" >&2
	exit 1
}

# What is to go, a line each: 'file PATH' and 'folder PATH', in the order in which they go. The package's own list has
# what this script needs at its end. Folders go if nobody else has put anything into them.
everything() {
	for made in "$state" "$support/Info.plist.previous" "$support"/*.new.* "$plist".new.*; do
		[ ! -f "$made" ] || printf 'file %s\n' "${made#"$system"/}"
	done
	cat "$support/files"
}

list=$(everything)
if [ $dry = yes ]; then
	printf '%s\n' "$list" | sed "s|^[a-z]* |$system/|"
	exit 0
fi
if [ "$(id -u)" -ne 0 ] && [ -z "$system" ]; then refuse "only root may do this: sudo sctp-uninstall"; fi

find_kernel || refuse "this system does not tell its kernel's version: is it a Mac?"
if [ -n "$(loaded_version)" ]; then
	if has_collections; then
		output=$(kmutil unload -b $identifier 2>&1) || :
	else
		output=$(kextunload -b $identifier 2>&1) || :
	fi
	[ -z "$(loaded_version)" ] || refuse "nothing removed: the extension is in use: end the programs that have SCTP sockets \
(sudo lsof | grep -i sctp) and try again: $(printf '%s\n' "$output" | sed -n '$p')"
fi
# It fails where the daemon is not known, which is as good.
launchctl bootout system/$daemon 2>/dev/null || :

failed=
while read -r kind path; do
	case $kind in
	file) rm -f "$system/$path" 2>/dev/null || failed="$system/$path" ;;
	folder) rmdir "$system/$path" 2>/dev/null || : ;;
	esac
done <<EOF
$list
EOF
# The system looks at this folder's time to see whether its caches are old.
touch "$system/Library/Extensions" || :
pkgutil --forget $identifier.pkg >/dev/null 2>&1 || :
[ -z "$failed" ] || refuse "could not be removed: $failed"
printf 'sctp-uninstall: SCTP is removed\n'
if has_collections; then
	printf 'sctp-uninstall: at the next start macOS takes it out of its collection of extensions\n'
fi
