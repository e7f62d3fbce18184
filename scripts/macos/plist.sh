# Fills the template of the kext's property list. Used by the build and, installed, by the boot script.
# shellcheck shell=sh

# Darwin's major version, and the macOS that came with it.
macos_versions='17:10.13 18:10.14 19:10.15 20:11.0 21:12.0 22:13.0 23:14.0 24:15.0'

# macos_of X.Y.Z: the macOS of that kernel; fails for one that is not listed.
macos_of() {
	for pair in $macos_versions; do
		if [ "${pair%%:*}" = "${1%%.*}" ]; then
			printf '%s\n' "${pair#*:}"
			return 0
		fi
	done
	return 1
}

# is_kernel_version TEXT: it has the form X.Y.Z.
is_kernel_version() {
	printf '%s\n' "$1" | grep -Eqx '[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}'
}

# fill_plist TEMPLATE VERSION KERNEL: writes the filled property list; or, with status 1, what is wrong
# to the standard error.
fill_plist() {
	if [ ! -r "$1" ]; then
		printf '%s: cannot be read\n' "$1" >&2
		return 1
	fi
	for placeholder in VERSION MINIMUM_MACOS KERNEL_VERSION; do
		if ! grep -q "@$placeholder@" "$1"; then
			printf '%s: broken: @%s@ is missing\n' "$1" "$placeholder" >&2
			return 1
		fi
	done
	case $(head -n 1 "$1")$(tail -n 1 "$1") in
	'<?xml '*'</plist>') ;;
	*)
		printf '%s: broken: not a whole property list\n' "$1" >&2
		return 1
		;;
	esac
	unknown=$(grep -o '@[^@[:space:]]*@' "$1" | grep -Evx -m 1 '@(VERSION|MINIMUM_MACOS|KERNEL_VERSION)@') || true
	if [ -n "$unknown" ]; then
		printf '%s: broken: unknown placeholder %s\n' "$1" "$unknown" >&2
		return 1
	fi
	sed -e "s/@VERSION@/$2/g" -e "s/@MINIMUM_MACOS@/$(macos_of "$3")/g" -e "s/@KERNEL_VERSION@/$3/g" "$1"
}
