#!/bin/sh
# Tests of the reproducible gate, with builds that take no time.
set -eu
. scripts/tests/lib.sh

gate=scripts/gates/reproducible.sh
make='mkdir -p build/SCTP.kext &&'

passes 'a build without a trace of its folder' $gate --build "$make cp Cargo.toml build/SCTP.kext/SCTP"
refuses 1 'two builds differ: ' 'a build that knows its folder' $gate --build "$make pwd >build/SCTP.kext/SCTP"
refuses 1 'the build failed: no luck' 'a build that fails' $gate --build 'echo no luck; exit 3'
refuses 1 'made no build/SCTP.kext' 'a build that makes nothing' $gate --build true
refuses 2 'needs a value' 'an option without value' $gate --build
passes 'help' $gate --help
