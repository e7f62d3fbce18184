//! Packets that are almost right.

use sctp_sim::Random;
use sctp_wire::COMMON_HEADER_LEN;

/// Bytes of a chunk's type, flags and length.
const CHUNK_HEADER: usize = 4;

/// Values that lie on a border somewhere.
const BORDERS: [u8; 8] = [0, 1, 2, 3, 4, 0x7f, 0x80, 0xff];

/// A number below `limit`; 0 if that is 0.
pub(crate) fn index(random: &mut Random, limit: usize) -> usize {
    let limit = u64::try_from(limit).expect("a count").max(1);
    usize::try_from(random.below(limit)).expect("a position")
}

/// Changes a packet in one to four places; `other` lends its chunks.
pub(crate) fn mutate(random: &mut Random, packet: &mut Vec<u8>, other: &[u8]) {
    for _ in 0..=random.below(4) {
        if packet.len() <= COMMON_HEADER_LEN {
            *packet = other.to_vec();
            continue;
        }
        match random.below(9) {
            0 => {
                let at = index(random, packet.len());
                packet[at] ^= 1 << random.below(8);
            }
            1 => {
                let at = body_position(random, packet);
                packet[at] = BORDERS[index(random, BORDERS.len())];
            }
            2 => change_length(random, packet),
            3 => {
                let length = index(random, packet.len());
                packet.truncate(length);
            }
            4 => append_chunks(packet, other),
            5 => append_chunks(packet, &packet.clone()),
            6 => append_random_chunk(random, packet),
            7 => {
                let at = body_position(random, packet);
                let end = (at + 4).min(packet.len());
                packet[at..end].fill(BORDERS[index(random, BORDERS.len())]);
            }
            _ => {
                let at = body_position(random, packet);
                packet.drain(at..(at + 4).min(packet.len()));
            }
        }
    }
}

/// A packet of chunks with random types and lengths.
pub(crate) fn random_packet(random: &mut Random, header: &[u8]) -> Vec<u8> {
    let mut packet = header.get(..COMMON_HEADER_LEN).unwrap_or(&[0; COMMON_HEADER_LEN]).to_vec();
    for _ in 0..=random.below(4) {
        append_random_chunk(random, &mut packet);
    }
    packet
}

/// Gives a packet the checksum it should have.
pub(crate) fn seal(packet: &mut [u8]) {
    let checksum = COMMON_HEADER_LEN - 4..COMMON_HEADER_LEN;
    if packet.len() >= COMMON_HEADER_LEN {
        packet[checksum.clone()].fill(0);
        let sum = crc32c::crc32c(packet).to_le_bytes();
        packet[checksum].copy_from_slice(&sum);
    }
}

fn body_position(random: &mut Random, packet: &[u8]) -> usize {
    COMMON_HEADER_LEN + index(random, packet.len() - COMMON_HEADER_LEN)
}

/// Changes a 16-bit field at an even place: the length of a chunk or a parameter, often.
fn change_length(random: &mut Random, packet: &mut [u8]) {
    let at = body_position(random, packet) & !1;
    if let Some(field) = packet.get_mut(at..at + 2) {
        let delta = [1, 2, 4, 0x100, 0xffff, 0xfffc][index(random, 6)];
        let value = u16::from_be_bytes([field[0], field[1]]).wrapping_add(delta);
        field.copy_from_slice(&value.to_be_bytes());
    }
}

fn append_chunks(packet: &mut Vec<u8>, other: &[u8]) {
    packet.resize(packet.len().next_multiple_of(4), 0);
    packet.extend_from_slice(other.get(COMMON_HEADER_LEN..).unwrap_or_default());
    packet.truncate(4096);
}

fn append_random_chunk(random: &mut Random, packet: &mut Vec<u8>) {
    packet.resize(packet.len().next_multiple_of(4), 0);
    // The types of RFC 9260 are below 16; the upper bits say what is to be done with the others.
    let kind = if random.chance(800) { random.below(16) } else { random.below(256) };
    let length = index(random, 64);
    packet.push(u8::try_from(kind).expect("a byte"));
    packet.push(u8::try_from(random.below(16)).expect("a byte"));
    packet.extend_from_slice(&u16::try_from(length + CHUNK_HEADER).expect("a short chunk").to_be_bytes());
    for _ in 0..length {
        let byte = if random.chance(500) {
            BORDERS[index(random, BORDERS.len())]
        } else {
            random.number().to_be_bytes()[0]
        };
        packet.push(byte);
    }
}
