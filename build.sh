#!/bin/sh
# The one entry for people and for continuous integration. Each command is a script of its own in scripts/.
set -eu

usage() {
	cat <<'EOF'
Usage: ./build.sh COMMAND [OPTION...]

Commands:
  demo          show SCTP working: build the extension and run programs over it here
  build         build build/SCTP.kext
  pkg           make the installer package build/SCTP-VERSION.pkg
  test          build and run every test suite
  check         check formatting, lints and documentation, changing nothing
  bench         measure the engine beside usrsctp
  fuzz          feed mutated packets and random calls to the engine
  sim           run the simulator's scenarios with many seeds
  requirements  report how each requirement of RFC 9260 is kept and tested
  api           report which test shows each part of the socket API
  help          show this text

'./build.sh COMMAND --help' tells a command's options.

Debian packages that a command needs are installed when it runs as root;
otherwise it says which are missing. Nothing outside the folders build and
target is written, but for what cargo downloads.

Exit status: 0 done, 1 failed, 2 wrong usage.
EOF
}

scripts=$(dirname "$0")/scripts
command=${1:-help}
[ $# -eq 0 ] || shift

case $command in
demo | build | pkg | test | check | bench | fuzz | sim | requirements | api)
	exec sh "$scripts/$command.sh" "$@"
	;;
help | -h | --help)
	usage
	;;
*)
	echo "build.sh: unknown command '$command': see ./build.sh help" >&2
	exit 2
	;;
esac
