#!/bin/sh
# Tests of the command lines of build.sh and its scripts.
set -eu
. scripts/tests/lib.sh

# Every command that build.sh lists must be there, and tell its options.
for command in $(./build.sh help | sed -n 's/^  \([a-z]*\) .*/\1/p'); do
	[ "$command" != help ] || continue
	passes "$command --help" ./build.sh "$command" --help
	refuses 2 'see --help' "$command with an unknown option" ./build.sh "$command" --no-such-option
done
passes 'no command' ./build.sh
refuses 2 "unknown command 'bild'" 'an unknown command' ./build.sh bild
refuses 2 "unknown architecture 'ppc'" 'an unknown architecture' ./build.sh build --arch ppc
refuses 2 'needs a value' 'an option without value' ./build.sh build --arch
passes 'packages --help' scripts/packages.sh --help
passes 'packages that are there' scripts/packages.sh build
refuses 2 "unknown purpose 'fun'" 'an unknown purpose' scripts/packages.sh fun
