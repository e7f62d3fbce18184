#!/bin/sh
# Finds out what keeps SCTP from working, and says what to do.
set -eu
PATH=/usr/bin:/bin:/usr/sbin:/sbin
export PATH

usage() {
	cat <<'EOF'
Usage: sctp-doctor [--json]

Goes through all that SCTP needs to work, one thing after the other, and prints a
tick for each; at the first that is amiss it says what to do and stops. As root
it can see more.

--json  print one line of JSON instead

--root FOLDER  for tests: FOLDER stands in for /, with its files and commands

Exit status: 0 SCTP works, 2 wrong usage, or what is amiss:
  11 kernel      this version of SCTP does not know the kernel
  12 extension   SCTP.kext is missing, or has no code for this Mac
  13 integrity   System Integrity Protection insists on a signature
  14 consent     nobody has allowed the extension, or the Mac allows none
  15 collection  the extension is not in the auxiliary kernel collection
  16 loaded      the extension is not loaded
  17 protocol    programs get no sockets
  18 loopback    no association over the loopback interface
EOF
}

# The tick is more than ASCII: the terminal's own settings say whether it can show that.
case ${LC_ALL:-${LC_CTYPE:-${LANG:-}}} in
*UTF-8 | *utf8) yes='✓' no='✗' ;;
*) yes='[ok]' no='[!!]' ;;
esac

system=
json=no
while [ $# -gt 0 ]; do
	case $1 in
	--json) json=yes ;;
	--root)
		[ $# -ge 2 ] || set -- --root ''
		[ -d "$2" ] || {
			printf 'sctp-doctor: --root needs a folder\n' >&2
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
		printf "sctp-doctor: unknown argument '%s': see --help\\n" "$1" >&2
		exit 2
		;;
	esac
	shift
done
# shellcheck source=scripts/macos/common.sh
. "$system/Library/Application Support/SCTP/common.sh"

# The answers of a check.
good() { answer=good found=$1 todo=; }
unknown() { answer=unknown found=$1 todo=; }
skipped() { answer=skipped found=$1 todo=; }
# amiss FOUND TO-DO
amiss() { answer=amiss found=$1 todo=$2; }

check_kernel() {
	this="macOS $(sw_vers -productVersion 2>/dev/null), kernel $kernel, xnu-$xnu, $architecture"
	if kernel_is newer; then
		amiss "$this: newer than any that SCTP $sctp_version knows" "install a newer version of SCTP"
	elif kernel_is older || ! macos_of "$kernel" >/dev/null; then
		amiss "$this: not supported" "see the support matrix of SCTP: there is no version for this kernel"
	else
		good "$this"
	fi
}

check_extension() {
	binary=$kext/Contents/MacOS/SCTP
	if [ ! -r "$binary" ]; then
		amiss "$kext is missing" "install the SCTP package once more"
	elif architectures_of "$binary" | grep -qx "$architecture"; then
		good "SCTP.kext $sctp_version has code for $architecture"
	else
		amiss "SCTP.kext has no code for $architecture" "install a package that is made for $architecture too"
	fi
}

check_integrity() {
	if is_signed; then
		good "the extension has a signature"
		return
	fi
	case $(signature_needed) in
	no) good "System Integrity Protection takes an extension without signature" ;;
	yes)
		amiss "the extension is not signed, and System Integrity Protection insists on a signature" \
			"$(how_to_load_unsigned)"
		;;
	*) unknown "System Integrity Protection's settings cannot be told" ;;
	esac
}

check_consent() {
	if [ "$architecture" = arm64 ]; then
		# Whether extensions of third parties are allowed at all.
		policy=$(bputil -d 2>/dev/null | sed -n 's/^.*3rd Party Kexts Status: *\([A-Za-z]*\).*$/\1/p')
		if [ "$policy" = Disabled ]; then
			amiss "this Mac allows no kernel extensions but Apple's" \
				"in Startup Security Utility (hold the power button at the start) allow kernel extensions"
			return
		fi
	elif [ "$(spctl kext-consent status 2>/dev/null)" = 'Kernel Extension User Consent: DISABLED' ]; then
		good "no consent is asked for"
		return
	fi
	case $(sqlite3 "$system/var/db/SystemPolicyConfiguration/KextPolicy" \
		"SELECT allowed FROM kext_policy WHERE bundle_id='$identifier'" 2>/dev/null) in
	*1*) good "an administrator has allowed the extension" ;;
	*0*) amiss "nobody has allowed the extension yet" "allow SCTP in $(where_to_allow), then restart" ;;
	*) unknown "whether the extension is allowed cannot be told; root may be able to" ;;
	esac
}

check_collection() {
	if ! has_collections; then
		skipped "not needed before macOS 11"
		return
	fi
	listed=$(kmutil showloaded --show all 2>/dev/null) || {
		unknown "the kernel collections cannot be read"
		return
	}
	case $listed in
	*"$identifier"*) good "the extension is in the auxiliary kernel collection" ;;
	*)
		amiss "the extension is not in the auxiliary kernel collection" \
			"run $load_command, allow SCTP in $(where_to_allow), then restart"
		;;
	esac
}

check_loaded() {
	if [ "$running" = "$sctp_version" ]; then
		good "SCTP $running is loaded"
	elif [ -n "$running" ]; then
		amiss "SCTP $running is loaded, and $sctp_version is installed" restart
	elif [ "$(state_of kernel)" = "$kernel" ] && [ -n "$(state_of reason)" ]; then
		amiss "SCTP is not loaded: $(state_of reason)" "$(state_of advice)"
	else
		amiss "SCTP is not loaded" "run $load_command"
	fi
}

check_protocol() {
	if problem=$("$support/sctp-probe" socket 2>&1); then
		good "programs get sockets of protocol 132"
	else
		amiss "programs get no sockets: $problem" \
			"look for 'sctp' in the kernel's log (sudo dmesg) and report that line"
	fi
}

check_loopback() {
	if problem=$("$support/sctp-probe" loopback 2>&1); then
		good "an association over the loopback interface carries data"
	else
		amiss "no association over the loopback interface: ${problem:-it took too long}" \
			"see that no packet filter (sudo pfctl -s rules) blocks protocol 132; if none does, report this"
	fi
}

check() {
	if [ -n "$failed" ]; then
		skipped 'not looked at'
		return
	fi
	# What was asked for on the way does not matter any more once the extension is there.
	case ${running:+loaded},$1 in
	loaded,integrity | loaded,consent | loaded,collection)
		good "good enough: the extension is loaded"
		return
		;;
	esac
	case $1 in
	kernel) check_kernel ;;
	extension) check_extension ;;
	integrity) check_integrity ;;
	consent) check_consent ;;
	collection) check_collection ;;
	loaded) check_loaded ;;
	protocol) check_protocol ;;
	loopback) check_loopback ;;
	esac
}

# json_text TEXT: as a JSON string.
json_text() {
	printf '"%s"' "$(printf '%s' "$1" | tr '\n\t' '  ' | tr -d '\000-\037' | sed 's/[\\"]/\\&/g')"
}

report() {
	if [ $json = yes ]; then
		objects="$objects${objects:+,}{\"name\":\"$1\",\"result\":\"$answer\",\"found\":$(json_text "$found"),"
		objects="$objects\"todo\":$(json_text "$todo")}"
		return
	fi
	case $answer in
	good) mark=$yes ;;
	amiss) mark=$no ;;
	unknown) mark='?' ;;
	*) mark=- ;;
	esac
	printf '%s %s: %s\n' "$mark" "$1" "$found"
	if [ -n "$todo" ]; then printf '  To do: %s\n' "$todo"; fi
}

find_kernel || {
	printf "sctp-doctor: this system does not tell its kernel's version: is it a Mac?\\n" >&2
	exit 11
}
running=$(loaded_version)

objects=
failed=
exit_status=0
number=10
for rung in kernel extension integrity consent collection loaded protocol loopback; do
	number=$((number + 1))
	check $rung
	report $rung
	if [ "$answer" = amiss ]; then
		failed=$rung
		exit_status=$number
	fi
done
if [ $json = yes ]; then
	printf '{"works":%s,"version":%s,"kernel":%s,"architecture":%s,"failed":%s,"rungs":[%s]}\n' \
		"$([ -n "$failed" ] && echo false || echo true)" "$(json_text "$sctp_version")" "$(json_text "$kernel")" \
		"$(json_text "$architecture")" "$(json_text "$failed")" "$objects"
fi
exit $exit_status
