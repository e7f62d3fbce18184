#!/bin/sh
# Makes the installer package.
set -eu
caller=$PWD
cd "$(dirname "$0")/.."
. scripts/lib.sh
. scripts/macos/plist.sh

usage() {
	cat <<'EOF'
Usage: ./build.sh pkg [--kext FOLDER] [--arm64e-kext FILE] [--out FOLDER]
                      [--sign IDENTITY]

Makes the installer package build/SCTP-VERSION.pkg, whose content is also laid
out in build/pkg/root: the kernel extension, headers, libsctp, the tools, and
what loads the extension at boot. On Linux it is written without Apple's tools,
and is the same, byte for byte, for the same input; on a Mac by pkgbuild and
productbuild.

--kext FOLDER       package this kext. Default: build it
--arm64e-kext FILE  add the arm64e code of the kext (or its executable) FILE
--out FOLDER        write into FOLDER instead of build
--sign IDENTITY     sign the package, on a Mac

With SOURCE_DATE_EPOCH set, that is the time of all files in it.

Exit status: 0 made, 1 failed, 2 wrong usage.
EOF
}

kext=
arm64e=
out=$root/build
sign=
while [ $# -gt 0 ]; do
	case $1 in
	--kext | --arm64e-kext | --out | --sign)
		require_value "$1" $#
		case $1 in
		--kext) kext=$(absolute "$2") ;;
		--arm64e-kext) arm64e=$(absolute "$2") ;;
		--out) out=$(absolute "$2") ;;
		--sign) sign=$2 ;;
		esac
		shift
		;;
	-h | --help)
		usage
		exit 0
		;;
	*) usage_error "unknown argument '$1'" ;;
	esac
	shift
done
on_macos || [ -z "$sign" ] || usage_error "--sign needs a Mac"

umask 022
version=$(project_version)
identifier=org.sctp.SCTP
component=SCTP-component.pkg
package=$out/SCTP-$version.pkg
stage=$out/pkg
programs=$out/programs
# The first of January 2026.
mtime=${SOURCE_DATE_EPOCH:-1767225600}

# put MODE SOURCE PATH: a file for PATH on the volume.
put() {
	mkdir -p "$stage/root/$(dirname "$3")"
	cp "$2" "$stage/root/$3"
	chmod "$1" "$stage/root/$3"
}

# binary_of KEXT-OR-FILE
binary_of() {
	if [ -d "$1" ]; then set -- "$1/Contents/MacOS/SCTP"; fi
	[ -r "$1" ] || die "$1 cannot be read"
	printf '%s\n' "$1"
}

stage_kext() {
	bundle=Library/Extensions/SCTP.kext/Contents
	binary=$(binary_of "$kext")
	if [ -n "$arm64e" ]; then
		second=$(binary_of "$arm64e")
		[ "$($lipo -archs "$second" | tr -d ' ')" = arm64e ] || die "$second has not just code for arm64e"
		$lipo -create "$binary" "$second" -output "$stage/SCTP" || die "$binary and $second do not go into one file"
		binary=$stage/SCTP
	fi
	put 755 "$binary" $bundle/MacOS/SCTP
	architectures=$($lipo -archs "$stage/root/$bundle/MacOS/SCTP" | sed 's/ *$//')
	if [ -d "$kext/Contents/_CodeSignature" ] && [ -z "$arm64e" ]; then
		cp -R "$kext/Contents/_CodeSignature" "$stage/root/$bundle/"
		put 644 "$kext/Contents/Info.plist" $bundle/Info.plist
	else
		# Made for the oldest kernel: it then serves all.
		scripts/plist.sh --kernel-version 17.0.0 "$stage/Info.plist"
		put 644 "$stage/Info.plist" $bundle/Info.plist
	fi
}

stage_root() {
	stage_kext
	for header in sctp.h sctp_uio.h; do
		put 644 shim-c/include/netinet/$header usr/local/include/netinet/$header
	done
	put 755 "$programs/libsctp.dylib" usr/local/lib/libsctp.dylib
	for tool in sctp-doctor sctp-uninstall; do
		put 755 scripts/macos/$tool.sh usr/local/bin/$tool
		put 644 scripts/macos/$tool.8 usr/local/share/man/man8/$tool.8
	done
	put 755 "$programs/sctpstat" usr/local/bin/sctpstat
	put 644 shim-c/sctpstat/sctpstat.8 usr/local/share/man/man8/sctpstat.8
	put 644 scripts/macos/org.sctp.load.plist Library/LaunchDaemons/org.sctp.load.plist
	support="Library/Application Support/SCTP"
	put 755 scripts/macos/sctp-load.sh "$support/sctp-load"
	put 755 "$programs/sctp-probe" "$support/sctp-probe"
	put 644 LICENSE "$support/LICENSE"
	put 644 Info.plist.template "$support/Info.plist.template"
	for shared in common.sh plist.sh; do
		put 644 scripts/macos/$shared "$support/$shared"
	done
	scripts/pkg/kernels.sh >"$stage/kernels"
	put 644 "$stage/kernels" "$support/kernels"
	list_files >"$stage/files"
	put 644 "$stage/files" "$support/files"
	find "$stage/root" -type d -exec chmod 755 {} +
}

# Folders that other software has too.
is_shared() {
	case $1 in
	Library/Extensions/SCTP.kext | Library/Extensions/SCTP.kext/* | "$support" | usr/local/include/netinet) return 1 ;;
	esac
}

# What sctp-uninstall goes by: all files, what it needs itself at the end; then the folders that are ours, a folder after
# what it holds.
list_files() (
	cd "$stage/root"
	last="$support/common.sh
$support/plist.sh
$support/kernels
$support/files
usr/local/bin/sctp-uninstall"
	{ find . -type f | sed 's|^\./||' | sort | grep -Fxv "$last"; printf '%s\n' "$last"; } | sed 's/^/file /'
	find . -depth -type d | sed 's|^\./||' | sort -r | while read -r folder; do
		is_shared "$folder" || printf 'folder %s\n' "$folder"
	done
)

# The last macOS that is known, and the first that is not.
newest_macos=${macos_versions##*:}
newest_macos=${newest_macos%%.*}
before_macos=$((newest_macos + 1))

# fill FILE: from scripts/pkg.
fill() {
	sed -e "s/@VERSION@/$version/g" -e "s/@ARCHITECTURES@/$architectures/g" -e "s/@OLDEST_MACOS@/10.13/g" \
		-e "s/@NEWEST_MACOS@/$newest_macos/g" -e "s/@BEFORE_MACOS@/$before_macos/g" "scripts/pkg/$1"
}

stage_package() {
	mkdir -p "$stage/scripts" "$stage/resources"
	for script in preinstall postinstall; do
		cp scripts/macos/$script.sh "$stage/scripts/$script"
		chmod 755 "$stage/scripts/$script"
	done
	for page in welcome requirements conclusion; do
		fill $page.html >"$stage/resources/$page.html"
	done
	cp LICENSE "$stage/resources/license.txt"
	fill Distribution.template >"$stage/Distribution"
	fill PackageInfo.template >"$stage/PackageInfo"
}

write_on_linux() {
	cargo run --quiet --package flatpkg -- --component $component --root "$stage/root" --scripts "$stage/scripts" \
		--resources "$stage/resources" --package-info "$stage/PackageInfo" --distribution "$stage/Distribution" \
		--mtime "$mtime" "$package"
}

# Not tried yet: no Mac was at hand when this was written.
write_on_macos() {
	find "$stage/root" -exec touch -h -t "$(date -u -r "$mtime" +%Y%m%d%H%M.%S)" {} +
	# The bundle goes where it is told to, over whatever is there.
	pkgbuild --analyze --root "$stage/root" "$stage/components.plist"
	plutil -replace 0.BundleIsRelocatable -bool NO "$stage/components.plist"
	plutil -replace 0.BundleIsVersionChecked -bool NO "$stage/components.plist"
	printf '%s\n' '<?xml version="1.0" encoding="utf-8"?>' \
		'<pkg-info overwrite-permissions="false" postinstall-action="none"/>' >"$stage/info"
	pkgbuild --root "$stage/root" --component-plist "$stage/components.plist" --scripts "$stage/scripts" \
		--identifier $identifier.pkg --version "$version" --install-location / --ownership recommended \
		--info "$stage/info" "$stage/$component"
	# productbuild counts the files itself, and writes '#' before what it has taken in.
	sed -e 's/ installKBytes="@INSTALL_KBYTES@"//' -e 's/>#SCTP-component/>SCTP-component/' "$stage/Distribution" \
		>"$stage/Distribution.macos"
	set -- --distribution "$stage/Distribution.macos" --resources "$stage/resources" --package-path "$stage"
	[ -z "$sign" ] || set -- "$@" --sign "$sign"
	productbuild "$@" "$package"
}

scripts/packages.sh build
use_toolchain
lipo=$(llvm llvm-lipo)
! on_macos || lipo=lipo
if [ -z "$kext" ]; then
	scripts/build.sh
	kext=$root/build/SCTP.kext
fi
scripts/programs.sh "$programs" >/dev/null
rm -rf "$stage"
mkdir -p "$stage"
stage_root
stage_package
rm -f "$package"
if on_macos; then write_on_macos; else write_on_linux; fi
say "$package is made: $(find "$stage/root" -type f | wc -l | tr -d ' ') files, for $architectures"
