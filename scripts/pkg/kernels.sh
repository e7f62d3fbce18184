#!/bin/sh
# Writes which kernels the extension knows, for the installed scripts.
set -eu
caller=$PWD
cd "$(dirname "$0")/../.."
. scripts/lib.sh

usage() {
	cat <<'EOF'
Usage: scripts/pkg/kernels.sh [FILE]

Prints the version of SCTP, the oldest xnu of each architecture and the newest
major version of xnu whose structures FILE knows, as assignments of the shell.

FILE  the table of structures. Default: shim-c/kern/layout.c

Exit status: 0 printed, 1 FILE does not tell, 2 wrong usage.
EOF
}

table=shim-c/kern/layout.c
case $#,${1:-} in
0,) ;;
*,-h | *,--help)
	usage
	exit 0
	;;
1,[!-]*) table=$(absolute "$1") ;;
*) usage_error "not one FILE given" ;;
esac

version=$(project_version)
awk -v version="$version" '
	/^#(el)?if defined\(__x86_64__\)/ { architecture = "x86_64" }
	/^#(el)?if defined\(__aarch64__\)/ { architecture = "arm64" }
	/^static const struct xnu_tag oldest = / && architecture != "" {
		gsub(/^.*\{\{|\}\}.*$/, "")
		gsub(/, */, ".")
		oldest[architecture] = $0
	}
	/^#define NEWEST_MAJOR [0-9]+$/ { newest = $3 }
	END {
		if (oldest["x86_64"] == "" || oldest["arm64"] == "" || newest == "") exit 1
		printf "sctp_version=%s\noldest_x86_64=%s\noldest_arm64=%s\nnewest=%s\n",
			version, oldest["x86_64"], oldest["arm64"], newest
	}' "$table" || die "$table does not tell its kernels"
