#!/bin/sh
# Fills the placeholders of Info.plist.template.
set -eu
caller=$PWD
cd "$(dirname "$0")/.."
. scripts/lib.sh

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

# Darwin's major version, and the macOS that came with it.
macos_versions='17:10.13 18:10.14 19:10.15 20:11.0 21:12.0 22:13.0 23:14.0 24:15.0'

# macos_of X.Y.Z
macos_of() {
	for pair in $macos_versions; do
		if [ "${pair%%:*}" = "${1%%.*}" ]; then
			printf '%s\n' "${pair#*:}"
			return 0
		fi
	done
	return 1
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
printf '%s\n' "$kernel" | grep -Eqx '[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}' ||
	usage_error "kernel version '$kernel' is not of the form X.Y.Z"
minimum=$(macos_of "$kernel") || die "kernel version $kernel is not supported: 17.0.0 to 24.x.y are"
version=$(project_version)

[ -r "$template" ] || die "$template: cannot be read"
for placeholder in VERSION MINIMUM_MACOS KERNEL_VERSION; do
	grep -q "@$placeholder@" "$template" || die "$template: broken: @$placeholder@ is missing"
done
case $(head -n 1 "$template")$(tail -n 1 "$template") in
'<?xml '*'</plist>') ;;
*) die "$template: broken: not a whole property list" ;;
esac

new=$out.new.$$
trap 'rm -f "$new"' EXIT
trap 'exit 1' HUP INT TERM
sed -e "s/@VERSION@/$version/g" -e "s/@MINIMUM_MACOS@/$minimum/g" -e "s/@KERNEL_VERSION@/$kernel/g" \
	"$template" >"$new" || die "$out: cannot be written"
unknown=$(grep -o '@[^@[:space:]]*@' "$new" | head -n 1) || true
[ -z "$unknown" ] || die "$template: broken: unknown placeholder $unknown"
mv "$new" "$out" || die "$out: cannot be written"
