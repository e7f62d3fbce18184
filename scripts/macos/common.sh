# What the installed scripts share: where things are, which kernel runs, whether the extension is loaded.
# shellcheck shell=sh
# Sourced with $system set: empty, or the folder that stands in for / (tests).
: "${system?}"

umask 022
LC_ALL=C
export LC_ALL

# Those who source this use them.
# shellcheck disable=SC2034
identifier=org.sctp.SCTP
# shellcheck disable=SC2034
daemon=org.sctp.load
kext=$system/Library/Extensions/SCTP.kext
# shellcheck disable=SC2034
plist=$kext/Contents/Info.plist
# shellcheck disable=SC2034
daemon_plist=$system/Library/LaunchDaemons/$daemon.plist
support="$system/Library/Application Support/SCTP"
state=$support/state
# For a user to type.
# shellcheck disable=SC2034
load_command="sudo '$support/sctp-load'"

# shellcheck source=scripts/macos/plist.sh
. "$support/plist.sh"

# The version of SCTP and the kernels it knows: $sctp_version, $oldest_x86_64, $oldest_arm64, $newest.
# shellcheck source=/dev/null
. "$support/kernels"
: "${sctp_version:?} ${oldest_x86_64:?} ${oldest_arm64:?} ${newest:?}"

# Sets $kernel (22.6.0), $xnu (8796.141.3), $architecture (x86_64 or arm64); fails if the system does not tell.
find_kernel() {
	kernel=$(sysctl -n kern.osrelease) || return 1
	xnu=$(sysctl -n kern.version | sed -n 's/.*xnu-\([0-9][0-9.]*\).*/\1/p') || return 1
	# Not uname: it says x86_64 to a program that Rosetta translates.
	if [ "$(sysctl -n hw.optional.arm64 2>/dev/null)" = 1 ]; then architecture=arm64; else architecture=x86_64; fi
	is_kernel_version "$kernel" && [ -n "$xnu" ]
}

# kernel_is older|newer: than every kernel whose structures this version of the extension knows. The same as
# xnu_layout_choose in the extension, which refuses to start on such a kernel.
kernel_is() {
	if [ "$architecture" = arm64 ]; then oldest=$oldest_arm64; else oldest=$oldest_x86_64; fi
	printf '%s %s %s\n' "$xnu" "$oldest" "$newest" | awk -v question="$1" '{
		split($1, tag, "."); split($2, first, ".")
		for (i = 1; i <= 5 && tag[i] + 0 == first[i] + 0; i++) ;
		older = i <= 5 && tag[i] + 0 < first[i] + 0
		newer = tag[1] + 0 > $3 + 0
		exit !(question == "older" ? older : newer)
	}'
}

# The kernels up to macOS 10.15 load a kext when they are told to; later ones take it from a collection that is
# read at boot.
has_collections() {
	[ "${kernel%%.*}" -ge 20 ]
}

# The version of the extension that is loaded; nothing if none is.
loaded_version() {
	{
		if has_collections; then kmutil showloaded; else kextstat -l -b $identifier; fi
	} 2>/dev/null | sed -n 's/^.*[[:space:]]org\.sctp\.SCTP (\([0-9.]*\)).*$/\1/p'
}

# The architectures in a Mach-O file, one a line, read from its header.
architectures_of() {
	# Numbers of 32 bits: first those of the header, then five for each architecture.
	od -An -v -tx1 -N 168 "$1" 2>/dev/null | tr -d ' \n' | fold -w 8 | awk '
		function name(type) {
			if (type == "01000007") print "x86_64"
			if (type == "0100000c") print "arm64"
		}
		function swapped(word) {
			return substr(word, 7, 2) substr(word, 5, 2) substr(word, 3, 2) substr(word, 1, 2)
		}
		NR == 1 { fat = $1 == "cafebabe"; thin = $1 == "cffaedfe" }
		NR == 2 && thin { name(swapped($1)) }
		NR == 2 && fat { count = substr($1, 7) + 0 }
		NR > 2 && fat && NR % 5 == 3 && (NR - 3) / 5 < count { name($1) }'
}

# A signature covers Info.plist too: a signed bundle is never changed.
is_signed() {
	[ -d "$kext/Contents/_CodeSignature" ]
}

# System Integrity Protection insists that a kext is signed: 'yes', 'no', or nothing where it cannot be told.
signature_needed() {
	csrutil status 2>/dev/null | awk '
		/^System Integrity Protection status: enabled/ { answer = "yes" }
		/^System Integrity Protection status: disabled/ { answer = "no" }
		/Kext Signing: enabled/ { answer = "yes" }
		/Kext Signing: disabled/ { answer = "no" }
		END { print answer }'
}

# Where a user allows an extension, in the words of the running system.
where_to_allow() {
	if [ "${kernel%%.*}" -ge 22 ]; then
		printf 'System Settings > Privacy & Security\n'
	else
		printf 'System Preferences > Security & Privacy > General\n'
	fi
}

# What to do about System Integrity Protection.
how_to_load_unsigned() {
	if [ "$architecture" = arm64 ]; then
		printf '%s\n' "shut down, hold the power button until the options appear, and there: in Startup Security Utility" \
			"choose Reduced Security and allow kernel extensions; in Utilities > Terminal run csrutil disable" | tr '\n' ' '
	else
		printf 'start with Command-R held down, and in Utilities > Terminal run csrutil enable --without kext '
	fi
	printf '(this makes the Mac less safe), or install a signed package\n'
}

# state_of NAME: what the boot script noted under that name.
state_of() {
	sed -n "s/^$1=//p" "$state" 2>/dev/null || :
}
