#!/bin/sh
# Run by Installer before the files are put in place: unloads an older version, so that the new one can be loaded.
# $3: the volume.
set -u
PATH=/usr/bin:/bin:/usr/sbin:/sbin
export PATH

[ "${3:-/}" = / ] || exit 0
launchctl bootout system/org.sctp.load 2>/dev/null
# Refused while sockets are open; then the boot script says that a restart is needed.
if [ "$(uname -r | cut -d . -f 1)" -ge 20 ]; then
	kmutil unload -b org.sctp.SCTP
else
	kextunload -b org.sctp.SCTP
fi 2>/dev/null
exit 0
