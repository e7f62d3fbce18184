#!/bin/sh
# Loads the SCTP kernel extension. Run once at each boot by launchd.
set -eu
PATH=/usr/bin:/bin:/usr/sbin:/sbin
export PATH

usage() {
	cat <<'EOF'
Usage: sctp-load [--again]

Loads the SCTP kernel extension, as root. launchd runs this at boot; run it by
hand after having removed what was in the way. If the extension is loaded
already, nothing is done.

Info.plist, which names the kernel, is filled anew from its template if it was
made for another kernel that this version of SCTP knows. What happened is noted
in '/Library/Application Support/SCTP/state' and in the system log; sctp-doctor
shows it, with what to do.

--again  load although the machine went down twice while loading before

--root FOLDER  for tests: FOLDER stands in for /, with its files and commands

Exit status: 0 loaded, 1 not loaded, 2 wrong usage.
EOF
}

system=
again=no
while [ $# -gt 0 ]; do
	case $1 in
	--again) again=yes ;;
	--root)
		[ $# -ge 2 ] || set -- --root ''
		[ -d "$2" ] || {
			printf 'sctp-load: --root needs a folder\n' >&2
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
		printf "sctp-load: unknown argument '%s': see --help\\n" "$1" >&2
		exit 2
		;;
	esac
	shift
done
if [ "$(id -u)" -ne 0 ] && [ -z "$system" ]; then
	printf "sctp-load: only root may do this: sudo '/Library/Application Support/SCTP/sctp-load'\\n" >&2
	exit 1
fi

# shellcheck source=scripts/macos/common.sh
. "$system/Library/Application Support/SCTP/common.sh"

# Attempts that the machine did not survive, one after the other: after that many, no more.
ATTEMPTS_MAX=2

# replace FILE [CHECK...]: the standard input becomes FILE, whole or not at all, if CHECK says yes to it. The name of
# what is half done ends in the number of the process, so that two of us do not write the same; what is left of one
# that was killed is removed.
replace() {
	file=$1
	shift
	for stale in "$file".new.*; do
		kill -0 "${stale##*.}" 2>/dev/null || rm -f "$stale" || :
	done
	if cat >"$file.new.$$" && { [ $# -eq 0 ] || "$@" "$file.new.$$"; } && sync && mv -f "$file.new.$$" "$file"; then
		return 0
	fi
	rm -f "$file.new.$$" || :
	return 1
}

# note RESULT REASON ADVICE ATTEMPTS: where nothing can be written, the log has to do.
note() {
	mkdir -p "$support" 2>/dev/null || :
	printf 'result=%s\nreason=%s\nadvice=%s\nattempts=%s\nkernel=%s\nxnu=%s\nversion=%s\n' \
		"$1" "$2" "$3" "$4" "${kernel:-}" "${xnu:-}" "$sctp_version" | replace "$state" 2>/dev/null || :
}

# The end of every run: the log, the state, a line for whoever called.
loaded() {
	note loaded '' '' 0
	logger -t sctp -p daemon.notice "SCTP $sctp_version is loaded on kernel $kernel" || :
	printf 'sctp-load: SCTP %s is loaded\n' "$sctp_version"
	exit 0
}

# refuse REASON ADVICE, a line each.
refuse() {
	set -- "$(printf '%s' "$1" | tr '\n' ' ')" "$2"
	note 'not loaded' "$1" "$2" 0
	logger -t sctp -p daemon.error "SCTP is not loaded: $1. To do: $2" || :
	printf 'sctp-load: not loaded: %s\nsctp-load: to do: %s\n' "$1" "$2" >&2
	exit 1
}

reinstall="install the SCTP package once more"

# The kernel that Info.plist was made for; nothing if it is broken.
plist_kernel() {
	plutil -lint -s "$plist" >/dev/null 2>&1 || return 0
	made_for=$(sed -n '/com\.apple\.kpi\.bsd/{n;s/^.*<string>\(.*\)<\/string>.*$/\1/p;}' "$plist")
	if is_kernel_version "$made_for"; then printf '%s\n' "$made_for"; fi
}

# is_at_most X.Y.Z A.B.C: the first is not the newer one.
is_at_most() {
	printf '%s\n%s\n' "$1" "$2" | sort -t . -k 1,1n -k 2,2n -k 3,3n -c 2>/dev/null
}

# Sees to an Info.plist with which the running kernel loads the extension, or ends with the reason.
prepare_plist() {
	template=$support/Info.plist.template
	! is_signed || return 0
	made_for=$(plist_kernel)
	[ "$made_for" != "$kernel" ] || return 0
	# The version asked for is the oldest that will do. Where a collection was built of the bundle as it is, a change
	# would cost the user a consent and a restart.
	if [ -n "$made_for" ] && is_at_most "$made_for" "$kernel" && has_collections; then return 0; fi

	problem=$(rewrite_plist 2>&1) || {
		# The old one is still there; if it is whole and asks for no newer kernel it serves.
		if [ -n "$made_for" ] && is_at_most "$made_for" "$kernel"; then return 0; fi
		refuse "Info.plist is not made for kernel $kernel, and a new one cannot be written: $problem" \
			"see that /Library/Extensions can be written, then run $load_command; or $reinstall"
	}
}

# The old one is kept, if it was whole; the new one is checked before it takes its place.
rewrite_plist() {
	content=$(fill_plist "$template" "$sctp_version" "$kernel") || return 1
	if [ -n "$made_for" ]; then
		mkdir -p "$support" && replace "$support/Info.plist.previous" <"$plist" || return 1
	fi
	printf '%s\n' "$content" | replace "$plist" plutil -lint -s
}

# Loads; sets $output to what the loader said.
load() {
	if has_collections; then
		output=$(kmutil load -p "$kext" 2>&1)
	else
		output=$(kextload "$kext" 2>&1)
	fi
}

# Why the loader failed, from what it said. Its exit status does not tell the causes apart.
explain() {
	case $output in
	*'not approved'* | *'ystem policy'* | *'consent'*)
		refuse "macOS waits for an administrator to allow it" \
			"allow SCTP in $(where_to_allow), restart, then run sctp-doctor"
		;;
	*'start/stop routine failed'* | *'start failed'*)
		refuse "the extension itself found something wrong with this kernel" \
			"look for 'sctp' in the kernel's log (sudo dmesg) and report that line"
		;;
	*'equires a restart'* | *'eboot'* | *'estart'*)
		refuse "macOS loads it at the next start" "restart, then run sctp-doctor"
		;;
	esac
	if ! is_signed && [ "$(signature_needed)" = yes ]; then
		refuse "it is not signed, and System Integrity Protection insists on a signature" "$(how_to_load_unsigned)"
	fi
	last=$(printf '%s\n' "$output" | sed -n '$p')
	refuse "macOS would not load it: ${last:-no reason given}" "run sudo sctp-doctor"
}

find_kernel || refuse "the system does not tell its kernel's version" "report this with the output of sysctl kern.version"
[ -d "$kext" ] || refuse "$kext is not there" "$reinstall"
running=$(loaded_version)
[ "$running" != "$sctp_version" ] || loaded
[ -z "$running" ] || refuse "version $running is loaded, and $sctp_version is installed" "restart"

if kernel_is older || ! macos_of "$kernel" >/dev/null && ! kernel_is newer; then
	refuse "kernel $kernel (xnu-$xnu) is not supported on $architecture" "see the support matrix of SCTP"
elif kernel_is newer; then
	refuse "kernel $kernel (xnu-$xnu) is newer than any that SCTP $sctp_version knows" "install a newer version of SCTP"
fi
architectures_of "$kext/Contents/MacOS/SCTP" | grep -qx "$architecture" ||
	refuse "SCTP.kext has nothing for $architecture" "install a package that is made for $architecture too"

attempts=$(state_of attempts)
case $attempts in [1-9]) ;; *) attempts=0 ;; esac
if [ "$attempts" -ge $ATTEMPTS_MAX ] && [ $again = no ]; then
	reason="the machine went down while it was being loaded, $attempts times in a row"
	note 'not loaded' "$reason" "report this; to try once more: $load_command --again" "$attempts"
	logger -t sctp -p daemon.error "SCTP is not loaded: $reason" || :
	printf 'sctp-load: not loaded: %s\n' "$reason" >&2
	exit 1
fi
prepare_plist
note loading "it is being loaded, or the machine went down meanwhile" "run sctp-doctor once more" $((attempts + 1))
load || explain
[ "$(loaded_version)" = "$sctp_version" ] || explain
problem=$("$support/sctp-probe" socket 2>&1) ||
	refuse "it is loaded, but makes no sockets: ${problem:-unknown cause}" \
		"look for 'sctp' in the kernel's log (sudo dmesg) and report that line"
loaded
