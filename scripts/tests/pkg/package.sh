#!/bin/sh
# Tests of the installer package: three readers look at it, and what it installs is run on a machine that stands in for
# a Mac.
set -eu
. scripts/tests/pkg/macos-lib.sh
needs_lld
suite=package

version=$(project_version)
# The extension that is there, or a small one of the same kind.
kext=$root/build/SCTP.kext
if [ ! -d "$kext" ]; then
	kext=$work/SCTP.kext
	mkdir -p "$kext/Contents/MacOS"
	mv "$(kext good)" "$kext/Contents/MacOS/SCTP"
fi
package=$work/out/SCTP-$version.pkg
stage=$work/out/pkg

make_package() {
	scripts/pkg.sh --kext "$kext" --out "$@"
}

# reader PACKAGE: what apple-flat-package finds in it.
reader() {
	CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_LTO=off cargo run --quiet --release --locked \
		--manifest-path scripts/tests/pkg/reader/Cargo.toml --target-dir "$(target_folder)/pkg-reader" -- "$1"
}

# The files and folders that were laid out, as the reader would name them.
laid_out() (
	cd "$stage/root"
	find . | LC_ALL=C sort | while read -r path; do
		if [ -f "$path" ]; then
			read -r sum size _ <<EOF
$(cksum "$path")
EOF
			printf '%s 100%s 0 0 %s %s\n' "$path" "$(stat -c %a "$path")" "$size" "$sum"
		else
			printf '%s 40%s 0 0 0 0\n' "$path" "$(stat -c %a "$path")"
		fi
	done
)

bom_is_right() {
	laid_out | sort >"$work/expected"
	sed -n 's/^bom //p' "$work/read" | sort | diff "$work/expected" -
}
payload_is_right() {
	laid_out | sed 's/ [0-9]*$//' | sort >"$work/expected"
	sed -n 's/^payload //p' "$work/read" | sort | diff "$work/expected" -
}
says() {
	grep -qx "$1" "$work/read"
}

unpack_with_bsdtar() {
	mkdir -p "$work/bsdtar/payload"
	bsdtar -xf "$package" -C "$work/bsdtar" &&
		bsdtar -xpf "$work/bsdtar/SCTP-component.pkg/Payload" -C "$work/bsdtar/payload" &&
		diff -r "$stage/root" "$work/bsdtar/payload"
}
unpack_with_7zz() {
	7zz x -y -o"$work/7zz" "$package" >/dev/null &&
		7zz x -y -o"$work/7zz" "$work/7zz/SCTP-component.pkg/Payload" >/dev/null &&
		7zz x -y -o"$work/7zz/payload" "$work/7zz/Payload~" >/dev/null &&
		diff -r "$stage/root" "$work/7zz/payload"
}
same_outside() {
	diff -r "$work/bsdtar/Resources" "$work/7zz/Resources" &&
		cmp "$work/bsdtar/SCTP-component.pkg/Bom" "$work/7zz/SCTP-component.pkg/Bom" &&
		cmp "$work/bsdtar/Distribution" "$work/7zz/Distribution"
}
owners_are_root() {
	[ "$(bsdtar -tvf "$work/bsdtar/SCTP-component.pkg/Payload" | awk '{ print $3, $4 }' | sort -u)" = '0 0' ]
}
scripts_are_there() {
	[ "$(bsdtar -tvf "$work/bsdtar/SCTP-component.pkg/Scripts" | awk '{ print $1, $NF }')" = "drwxr-xr-x .
-rwxr-xr-x ./postinstall
-rwxr-xr-x ./preinstall" ]
}

# xml FILE EXPRESSION: what the expression says of the document's root element.
xml() {
	python3 -c 'import sys, xml.etree.ElementTree as tree
root = tree.parse(sys.argv[1]).getroot()
print(eval(sys.argv[2]))' "$1" "$2"
}
counts_are_right() {
	files=$(find "$stage/root" | wc -l)
	bytes=$(find "$stage/root" -type f -exec cat {} + | wc -c)
	[ "$(xml "$work/bsdtar/SCTP-component.pkg/PackageInfo" 'root.find("payload").attrib')" = \
		"{'numberOfFiles': '$files', 'installKBytes': '$(((bytes + 1023) / 1024))'}" ]
}
pages_are_there() {
	for page in welcome readme license conclusion; do
		[ -s "$work/bsdtar/Resources/$(xml "$work/bsdtar/Distribution" "root.find('$page').attrib['file']")" ] || return 1
	done
	! grep -r '@[A-Z_]*@' "$work/bsdtar/Distribution" "$work/bsdtar/Resources" "$work/bsdtar/SCTP-component.pkg/PackageInfo"
}

# check_on MACOS ARM64: runs the installation check of $package; prints its message.
check_on() {
	bsdtar -xOf "$package" Distribution >"$work/Distribution"
	{
		cat <<EOF
var my = {result: {}};
var system = {
	version: {ProductVersion: '$1'},
	sysctl: function (name) { return name == 'hw.optional.arm64' ? $2 : undefined; },
	compareVersions: function (a, b) {
		a = a.split('.'); b = b.split('.');
		for (var i = 0; i < 3; i++) {
			var difference = (a[i] || 0) - (b[i] || 0);
			if (difference) return difference < 0 ? -1 : 1;
		}
		return 0;
	}
};
EOF
		xml "$work/Distribution" 'root.find("script").text'
		printf 'var allowed = %s;\n' "$(xml "$work/Distribution" 'root.find("installation-check").attrib["script"]')"
		printf '%s\n' 'if (!allowed) { print(my.result.type + ": " + my.result.message); throw new Error("refused"); }'
	} >"$work/check.js"
	duk "$work/check.js"
}

daemon_runs_what_is_there() {
	python3 - "$stage/root" <<'EOF'
import os, plistlib, sys
root = sys.argv[1]
daemon = plistlib.load(open(root + "/Library/LaunchDaemons/org.sctp.load.plist", "rb"))
assert daemon["Label"] == "org.sctp.load" and daemon["RunAtLoad"] is True and daemon["LaunchOnlyOnce"] is True
shell, script = daemon["ProgramArguments"]
assert shell == "/bin/sh" and os.access(root + script, os.X_OK)
kext = plistlib.load(open(root + "/Library/Extensions/SCTP.kext/Contents/Info.plist", "rb"))
assert os.access(root + "/Library/Extensions/SCTP.kext/Contents/MacOS/" + kext["CFBundleExecutable"], os.X_OK)
EOF
}

# install: the package's files onto the machine, over what is there.
install_package() {
	bsdtar -xpf "$work/bsdtar/SCTP-component.pkg/Payload" -C "$mac"
	put_probe
}

# run_script SCRIPT: one of Installer's, on the machine; the folders that it names itself stay those of this system.
run_script() {
	sed "s|^PATH=.*|PATH='$mac/usr/bin':/usr/bin:/bin|" "$work/out/pkg/scripts/$1" >"$work/$1"
	shell=dash in_shell "$work/$1" package.pkg / / /
}

passes 'it is made' make_package "$work/out"
passes 'bsdtar unpacks what was laid out' unpack_with_bsdtar
passes '7zz unpacks what was laid out' unpack_with_7zz
passes 'both see the same archive' same_outside
passes '7zz finds no checksum wrong' 7zz t "$package"
passes 'everything belongs to root and wheel' owners_are_root
passes 'the scripts are there' scripts_are_there
if reader "$package" >"$work/read" 2>"$work/reader.log"; then
	passes 'apple-flat-package reads a product' says 'kind Product'
	passes 'with the identifier' says 'identifier org.sctp.SCTP.pkg'
	passes 'and the version' says "version $version"
	passes 'the bill of materials is right, file by file' bom_is_right
	passes 'the payload is the same, file by file' payload_is_right
else
	say "not ok package: apple-flat-package: $(tail -n 1 "$work/reader.log")"
fi
passes 'the counts are right' counts_are_right
passes 'every page is there and filled' pages_are_there
passes "launchd's list and the kext's name what is there" daemon_runs_what_is_there
for page in sctp-doctor.8 sctp-uninstall.8 sctpstat.8; do
	passes "$page" mandoc -T lint -W warning "$stage/root/usr/local/share/man/man8/$page"
done

passes 'macOS 10.13 on Intel' check_on 10.13 undefined
passes 'macOS 15.7.2 on Intel' check_on 15.7.2 undefined
refuses 1 'Fatal: This is macOS 10.12.6. SCTP' 'macOS 10.12.6' check_on 10.12.6 undefined
refuses 1 'Fatal: This is macOS 16.0. SCTP' 'macOS 16.0' check_on 16.0 undefined
refuses 1 'Fatal: This is macOS 26.1. SCTP' 'macOS 26.1' check_on 26.1 undefined
refuses 1 'Fatal: This Mac has Apple silicon' 'Apple silicon without arm64e code' check_on 14.0 1

passes 'it is made once more, elsewhere' make_package "$work/a/second"
passes 'both are the same, byte for byte' cmp "$package" "$work/a/second/SCTP-$version.pkg"

clang-22 -target arm64e-apple-macos11 -mkernel -ffreestanding -O2 -c "$bad/good.c" -o "$work/arm64e"
passes 'with arm64e code' make_package "$work/universal" --arm64e-kext "$work/arm64e"
universal=$work/universal/pkg/root/Library/Extensions/SCTP.kext/Contents/MacOS/SCTP
passes 'it has both' llvm-lipo-22 "$universal" -verify_arch x86_64 arm64e
llvm-lipo-22 "$universal" -thin arm64e -output "$work/thin" || :
passes 'as they were' cmp "$work/thin" "$work/arm64e"
intel=$package
package=$work/universal/SCTP-$version.pkg
passes 'Apple silicon with arm64e code' check_on 14.0 1
passes 'Intel too' check_on 14.0 undefined
package=$intel
refuses 1 'has not just code for arm64e' 'arm64e code that is not' \
	make_package "$work/x" --arm64e-kext "$kext"
refuses 1 'cannot be read' 'no kext' scripts/pkg.sh --kext "$work/none" --out "$work/x"
refuses 2 'needs a Mac' 'a signature without Mac' make_package "$work/x" --sign me

shell=dash
new_mac x86_64
rm -r "${mac:?}/Library" "${mac:?}/usr/local"
fingerprints >"$work/untouched"
mkdir -p "$mac/usr/local/bin" "$mac/usr/local/include" "$mac/Library/Extensions"
install_package
passes 'preinstall' run_script preinstall
passes 'postinstall' run_script postinstall
passes 'launchd gets the job' grep -qx \
	'bootstrap system /Library/LaunchDaemons/org.sctp.load.plist' "$machine/launchctl"
passes 'what it installs loads the extension' in_shell "$support/sctp-load" --root "$mac"
passes 'and finds itself working' in_shell "$mac/usr/local/bin/sctp-doctor" --root "$mac"
passes 'and removes itself' in_shell "$mac/usr/local/bin/sctp-uninstall" --root "$mac"
nothing_left() {
	fingerprints | diff "$work/untouched" -
	left=$(cd "$mac" && find Library usr/local -type d -name '*[Ss][Cc][Tt][Pp]*' -o -type f)
	[ -z "$left" ] || die "left: $left"
}
passes 'to the last file' nothing_left
