#!/bin/sh
# Fills the placeholders of Info.plist.template.
set -eu
caller=$PWD
cd "$(dirname "$0")/.."
. scripts/lib.sh
. scripts/macos/plist.sh

usage() {
	cat <<'EOF'
Usage: scripts/plist.sh [--kernel-version X.Y.Z] [--template FILE] OUT

Writes the kext's property list to OUT, whole or not at all.

--kernel-version X.Y.Z  the oldest kernel that shall load the kext, as 'uname -r'
                        shows it: 17.0.0 (macOS 10.13) to 24.x.y (macOS 15).
                        Default: this Mac's kernel; elsewhere 17.0.0
--template FILE         another template than Info.plist.template

Exit status: 0 written, 1 nothing written, 2 wrong usage.
EOF
}

template=Info.plist.template
kernel=
out=
while [ $# -gt 0 ]; do
	case $1 in
	--kernel-version | --template)
		require_value "$1" $#
		if [ "$1" = --template ]; then template=$(absolute "$2"); else kernel=$2; fi
		shift
		;;
	-h | --help)
		usage
		exit 0
		;;
	-*) usage_error "unknown option '$1'" ;;
	*)
		[ -z "$out" ] || usage_error "more than one OUT"
		out=$(absolute "$1")
		;;
	esac
	shift
done
[ -n "$out" ] || usage_error "no OUT given"
if [ -z "$kernel" ]; then
	if on_macos; then kernel=$(uname -r); else kernel=17.0.0; fi
fi
is_kernel_version "$kernel" || usage_error "kernel version '$kernel' is not of the form X.Y.Z"
macos_of "$kernel" >/dev/null || die "kernel version $kernel is not supported: 17.0.0 to 24.x.y are"

new=$out.new.$$
trap 'rm -f "$new"' EXIT
trap 'exit 1' HUP INT TERM
version=$(project_version)
touch "$new" 2>/dev/null || die "$out: cannot be written"
problem=$(fill_plist "$template" "$version" "$kernel" 2>&1 >"$new") || die "${problem:-$out: cannot be written}"
mv "$new" "$out" || die "$out: cannot be written"
