//! IPv4 around SCTP packets: the kernel inside the test host takes and gives IP packets.

use core::ffi::c_void;
use sctp_engine::address::Address;
use std::collections::BTreeMap;
use std::sync::Mutex;

const HEADER: usize = 20;
const SCTP: u8 = 132;
const MORE_FRAGMENTS: u16 = 0x2000;
const OFFSET: u16 = 0x1fff;

/// What left, in its order.
static LEFT: Mutex<Vec<Vec<u8>>> = Mutex::new(Vec::new());

/// Takes a packet that leaves: for host_memory_link_attach.
///
/// # Safety
/// `packet` points at `length` bytes.
pub(super) unsafe extern "C" fn take(_context: *mut c_void, packet: *const c_void, length: usize) {
    // SAFETY: the caller's promise.
    let bytes = unsafe { core::slice::from_raw_parts(packet.cast::<u8>(), length) };
    LEFT.lock().expect("nobody panics with it").push(bytes.to_vec());
}

/// The SCTP packets that left since the last time, put together where IP had fragmented them, with where they go.
pub(super) fn left(fragments: &mut BTreeMap<u16, Vec<u8>>) -> Vec<([u8; 4], Vec<u8>)> {
    let packets = core::mem::take(&mut *LEFT.lock().expect("nobody panics with it"));
    packets.iter().filter_map(|packet| whole(packet, fragments)).collect()
}

fn whole(packet: &[u8], fragments: &mut BTreeMap<u16, Vec<u8>>) -> Option<([u8; 4], Vec<u8>)> {
    let (header, payload) = packet.split_at_checked(HEADER)?;
    if header[0] != 0x45 || header[9] != SCTP {
        return None;
    }
    let destination = [header[16], header[17], header[18], header[19]];
    let fragment = u16::from_be_bytes([header[6], header[7]]);
    if fragment & (MORE_FRAGMENTS | OFFSET) == 0 {
        return Some((destination, payload.to_vec()));
    }
    // The host sends fragments in their order.
    let identification = u16::from_be_bytes([header[4], header[5]]);
    let known = fragments.entry(identification).or_default();
    known.extend(payload);
    if fragment & MORE_FRAGMENTS == 0 {
        Some((destination, fragments.remove(&identification)?))
    } else {
        None
    }
}

/// An IP packet around an SCTP packet.
pub(super) fn packet(source: Address, destination: Address, bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(HEADER + bytes.len()).unwrap_or(u16::MAX).to_be_bytes();
    let mut packet = vec![0x45, 0, length[0], length[1], 0, 1, 0, 0, 64, SCTP, 0, 0];
    packet.extend(&source.bytes[..4]);
    packet.extend(&destination.bytes[..4]);
    let words = packet.as_chunks::<2>().0.iter().map(|word| u32::from(u16::from_be_bytes(*word)));
    let sum: u32 = words.sum();
    let folded = (sum & 0xffff) + (sum >> 16);
    let checksum = !u16::try_from((folded & 0xffff) + (folded >> 16)).unwrap_or(0);
    packet[10..12].copy_from_slice(&checksum.to_be_bytes());
    packet.extend(bytes);
    packet
}
