#!/bin/sh
# Tests that the scripts and the extension agree which kernels there are: the extension's own table, compiled, is asked
# about the same tags.
set -eu
. scripts/tests/pkg/macos-lib.sh
suite=kernels

# The kernel's version string is a constant for the extension; here it is another for each tag, in a file of its own.
cat >"$work/main.c" <<'EOF'
#include <stdio.h>
char version[256];
const char *xnu_layout_choose(void);
int
main(int count, char **tags)
{
	for (int i = 1; i < count; i++) {
		snprintf(version, sizeof(version), "Darwin Kernel; root:xnu-%s~1/RELEASE", tags[i]);
		puts(xnu_layout_choose() == NULL ? "known" : "unknown");
	}
	return 0;
}
EOF

tags="4570.1.45 4570.1.46 4570.1.46.0.1 4570.0.99 4903.270.47 3789.70.16 7195.50.7 7195.60.74 7195.60.75 7195.141.2
8796.141.3 10002.1.13 11215.1.10 11417.999.1 11417.101.15 11418.0.1 12377.1.9 99999.1.1"

# script_says ARCHITECTURE: for each tag, what the installed scripts say.
script_says() (
	system=$mac
	. scripts/macos/common.sh
	architecture=$1
	for xnu in $tags; do
		if kernel_is older || kernel_is newer; then say unknown; else say known; fi
	done
)

# extension_says ARCHITECTURE: for each tag, what the extension's table says that is compiled for it.
extension_says() {
	# shellcheck disable=SC2086 # one word a tag
	"$work/$1" $tags
}

# They agree, and some tags are known and some not.
agree() {
	script_says "$1" >"$work/script"
	extension_says "$1" >"$work/extension"
	grep -q unknown "$work/script" && grep -qx known "$work/script" && diff "$work/script" "$work/extension"
}

new_mac x86_64
for architecture in x86_64 arm64; do
	# This machine runs the table of the other architecture too: it is nothing but numbers.
	case $architecture in
	x86_64) as= ;;
	arm64) as='-U__x86_64__ -D__aarch64__' ;;
	esac
	# shellcheck disable=SC2086 # one word an argument
	passes "the extension's table for $architecture compiles" gcc -std=c11 -w -ffreestanding $as -Ishim-c/kern \
		-Ishim-c/include -c -o "$work/layout.o" shim-c/kern/layout.c
	gcc -std=c11 -w -o "$work/$architecture" "$work/main.c" "$work/layout.o"
	passes "the scripts know the kernels that the extension knows on $architecture" agree $architecture
done

# The newest kernel has a macOS, and the one after it none.
newest_is_known() (
	. scripts/macos/plist.sh
	macos_of 24.6.0 && ! macos_of 25.0.0
)
passes 'the newest macOS is in the list' newest_is_known
sed '/NEWEST_MAJOR/d' shim-c/kern/layout.c >"$work/table"
refuses 1 'does not tell its kernels' 'a table without its newest' scripts/pkg/kernels.sh "$work/table"
sed '/xnu_tag oldest/d' shim-c/kern/layout.c >"$work/table"
refuses 1 'does not tell its kernels' 'a table without its oldest' scripts/pkg/kernels.sh "$work/table"
refuses 2 'not one FILE given' 'two tables' scripts/pkg/kernels.sh a b
passes 'help' scripts/pkg/kernels.sh --help
