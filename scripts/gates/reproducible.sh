#!/bin/sh
# Gate: the same sources give the same kext, wherever they are built.
set -eu
cd "$(dirname "$0")/../.."
. scripts/lib.sh

usage() {
	cat <<'EOF'
Usage: scripts/gates/reproducible.sh [--build COMMAND]

Builds build/SCTP.kext from two copies of the sources in folders of different
names, with nothing in common but what cargo has downloaded, and fails if the
two differ in any byte.

--build COMMAND  what is run in each copy, instead of
                 './build.sh build --no-gates'

Exit status: 0 passed, 1 failed, 2 wrong usage.
EOF
}

build='./build.sh build --no-gates'
while [ $# -gt 0 ]; do
	case $1 in
	--build)
		require_value "$1" $#
		build=$2
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

mkdir -p build/logs
log=$root/build/logs/reproducible.log
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM
for copy in one a/second/copy; do
	mkdir -p "$folder/$copy"
	tar -c --exclude ./build --exclude ./target --exclude ./.git . | tar -x -C "$folder/$copy"
	(
		unset CARGO_TARGET_DIR
		cd "$folder/$copy"
		sh -c "$build"
	) >"$log" 2>&1 </dev/null || die "the build failed: $(tail -n 1 "$log") ($log)"
	[ -d "$folder/$copy/build/SCTP.kext" ] || die "the build made no build/SCTP.kext"
done
difference=$(diff -r "$folder/one/build/SCTP.kext" "$folder/a/second/copy/build/SCTP.kext" | head -n 1) || true
[ -z "$difference" ] || die "two builds differ: $(printf '%s' "$difference" | sed "s|$folder/||g")"
say "reproducible: two builds in two folders are the same, byte for byte"
