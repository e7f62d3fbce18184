#!/bin/sh
# Tests of the property list.
set -eu
. scripts/tests/lib.sh

plist=scripts/plist.sh
template=Info.plist.template
out=$work/Info.plist

# value KEY: from $out, read by a parser that is not ours.
value() {
	python3 -c 'import plistlib, sys; print(plistlib.load(open(sys.argv[1], "rb"))[sys.argv[2]])' "$out" "$1"
}

# has KEY VALUE
has() (
	found=$(value "$1")
	[ "$found" = "$2" ] || die "$1 is '$found', not '$2'"
)

# nothing_written COMMAND...: runs COMMAND, and makes its status 99 if it left any file behind.
nothing_written() {
	rm -f "$work"/Info.plist*
	status=0
	"$@" || status=$?
	for file in "$work"/Info.plist*; do
		[ ! -e "$file" ] || return 99
	done
	return $status
}

passes 'the oldest kernel' $plist --kernel-version 17.0.0 "$out"
passes 'identifier' has CFBundleIdentifier org.sctp.SCTP
passes 'version' has CFBundleVersion "$(project_version)"
passes 'macOS 10.13' has LSMinimumSystemVersion 10.13
kpi="{'com.apple.kpi.bsd': '17.0.0', 'com.apple.kpi.libkern': '17.0.0', 'com.apple.kpi.mach': '17.0.0'}"
passes 'interface sets' has OSBundleLibraries "$kpi"
passes 'another kernel' $plist --kernel-version 21.6.0 "$out"
passes 'macOS 12' has LSMinimumSystemVersion 12.0

refuses 1 'kernel version 16.7.0 is not supported' 'a kernel too old' \
	nothing_written $plist --kernel-version 16.7.0 "$out"
refuses 1 'kernel version 25.0.0 is not supported' 'a kernel nobody knows' \
	nothing_written $plist --kernel-version 25.0.0 "$out"
for version in 17 17.0 17.0.0.0 17.0.x 17.0.0/p; do
	refuses 2 'is not of the form X.Y.Z' "kernel version '$version'" \
		nothing_written $plist --kernel-version "$version" "$out"
done

sed 's/@VERSION@/1/' $template >"$work/missing"
refuses 1 'broken: @VERSION@ is missing' 'a placeholder missing' nothing_written $plist --template "$work/missing" "$out"
sed 's/KEXT/@KIND@/' $template >"$work/unknown"
refuses 1 'broken: unknown placeholder @KIND@' 'an unknown placeholder' \
	nothing_written $plist --template "$work/unknown" "$out"
head -n 35 $template >"$work/short"
refuses 1 'broken: ' 'half a template' nothing_written $plist --template "$work/short" "$out"
refuses 1 'cannot be read' 'no template' nothing_written $plist --template "$work/none" "$out"
refuses 1 'cannot be written' 'a folder that is not there' $plist "$work/none/Info.plist"
refuses 2 'no OUT given' 'no argument' $plist
passes 'help' $plist --help
