#!/bin/sh
# Tests of the load-commands gate and of what kextlink refuses.
set -eu
. scripts/tests/lib.sh
needs_lld

gate=scripts/gates/load-commands.sh
good=$(bundle good)

passes 'a kext' $gate "$(kext good)"
refuses 1 'file type 8 is not MH_KEXT_BUNDLE' 'a bundle' $gate "$good"
refuses 1 'indirect symbols' 'stubs that dyld would bind' $gate "$good"
refuses 1 'not a 64-bit little-endian Mach-O file' 'a file of another kind' $gate /bin/sh
constructor=$(bundle constructor)
refuses 1 'a kext has no constructors' 'a constructor' kextlink bundle "$constructor" "$work/out"
head -c 3000 "$good" >"$work/short"
refuses 1 'the file ends before' 'half a file' kextlink bundle "$work/short" "$work/out"
refuses 2 'wrong usage' 'kextlink without arguments' kextlink
passes 'kextlink --help' kextlink --help
refuses 2 'see --help' 'no file' $gate
passes 'help' $gate --help
