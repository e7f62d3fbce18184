#!/bin/sh
# Tests of the imports gate.
set -eu
. scripts/tests/lib.sh
needs_lld

list=$work/list
printf 'printf com.apple.kpi.libkern # console\n' >"$list"
good=$(kext good)
private=$(kext private-import)
gate=scripts/gates/imports.sh

passes 'the reviewed imports' $gate "$good" "$list"
refuses 1 'soisconnected is imported but not on the list' 'an import nobody reviewed' $gate "$private" "$list"
printf 'panic com.apple.kpi.mach\n' >>"$list"
refuses 1 'line 2: panic is on the list but not imported' 'an entry nothing imports' $gate "$good" "$list"
printf 'printf com.apple.kpi.unsupported\n' >"$list"
refuses 1 'is not an interface set we declare' 'a set that is not ours' $gate "$good" "$list"
refuses 1 'No such file' 'a file that is not there' $gate "$work/none" "$list"
refuses 2 'see --help' 'no file' $gate
passes 'help' $gate --help
