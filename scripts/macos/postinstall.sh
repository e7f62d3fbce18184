#!/bin/sh
# Run by Installer after the files are in place: starts the boot script, whose answer is in its state file.
# $3: the volume.
set -u
PATH=/usr/bin:/bin:/usr/sbin:/sbin
export PATH

volume=${3:-/}
# The system looks at this folder's time to see whether its caches are old.
touch "${volume%/}/Library/Extensions"
[ "$volume" = / ] || exit 0
launchctl bootstrap system /Library/LaunchDaemons/org.sctp.load.plist ||
	echo "SCTP is installed; it is loaded at the next start: then run sctp-doctor"
# What the machine still needs is no failure of the installation: sctp-doctor tells it.
exit 0
