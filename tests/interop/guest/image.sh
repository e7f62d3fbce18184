#!/bin/sh
# Makes the guest: Debian's kernel for virtual machines, and a memory disk with the peer's programs.
set -eu
cd "$(dirname "$0")/../../.."

usage() {
	cat <<'END'
Usage: tests/interop/guest/image.sh FOLDER PROGRAM...

Writes FOLDER/vmlinuz and FOLDER/initramfs, with the PROGRAMs, which are
statically linked, in its folder /. The kernel package is downloaded with apt
once, and kept in FOLDER. What is missing is named in the last line.

Exit status: 0 made, 1 something is missing, 2 wrong usage.
END
}

# In the order in which each finds what it needs.
modules='virtio_ring virtio virtio_pci_legacy_dev virtio_pci_modern_dev virtio_pci failover net_failover virtio_net
libcrc32c udp_tunnel ip6_udp_tunnel sctp'
meta=linux-image-cloud-amd64

missing() {
	echo "$*"
	exit 1
}

# Debian's kernel package of the version that is current; its name in $package.
download() {
	# A list of packages that is out of date names a version that the archive no longer has.
	for attempt in listed updated; do
		[ $attempt = listed ] || apt-get update -qq >/dev/null 2>&1 || :
		package=$(apt-cache depends "$meta" 2>/dev/null | sed -n 's/^ *Depends: \(linux-image-.*\)/\1/p' | head -n 1)
		[ -n "$package" ] || continue
		[ ! -e "$folder/$package.deb" ] || return 0
		rm -rf "$folder/download"
		mkdir -p "$folder/download"
		if (cd "$folder/download" && apt-get download -q "$package") >"$folder/download.log" 2>&1; then
			mv "$folder/download/"*.deb "$folder/$package.deb"
			return 0
		fi
	done
	return 1
}

unpack() {
	rm -rf "$folder/kernel"
	mkdir -p "$folder/kernel"
	dpkg-deb -x "$folder/$package.deb" "$folder/kernel" || missing "the kernel package is damaged"
	cp "$folder/kernel/boot/vmlinuz-"* "$folder/vmlinuz"
}

# The memory disk holds the modules uncompressed, in a flat folder with their order.
fill() {
	rm -rf "$folder/disk"
	mkdir -p "$folder/disk/bin" "$folder/disk/dev" "$folder/disk/proc" "$folder/disk/sys" "$folder/disk/modules"
	cp "$(command -v busybox)" "$folder/disk/bin/busybox"
	cp tests/interop/guest/init "$folder/disk/init"
	cp "$@" "$folder/disk/"
	for module in $modules; do
		file=$(find "$folder/kernel/lib/modules" -name "$module.ko" | head -n 1)
		# What is not a module is part of this kernel.
		[ -n "$file" ] || continue
		cp "$file" "$folder/disk/modules/"
		echo "$module.ko" >>"$folder/disk/modules/order"
	done
	[ -e "$folder/disk/modules/sctp.ko" ] || missing "the kernel package has no SCTP"
	(cd "$folder/disk" && find . | cpio --quiet -o -H newc | gzip -1) >"$folder/initramfs"
}

if [ $# -lt 2 ]; then
	usage >&2
	exit 2
fi
folder=$(realpath -m "$1")
shift
for tool in apt-get apt-cache dpkg-deb cpio busybox; do
	command -v $tool >/dev/null || missing "$tool is not installed"
done
mkdir -p "$folder"
download || missing "the kernel package $meta cannot be downloaded"
# Once for each version.
if [ ! -e "$folder/$package.unpacked" ]; then
	unpack
	touch "$folder/$package.unpacked"
fi
fill "$@"
