//! A received packet.

use super::chunks::Chunks;
use super::header::{CHECKSUM_AT, COMMON_HEADER_LEN, CommonHeader, checksum};

/// A packet whose checksum is right.
#[derive(Clone, Copy, Debug)]
pub struct Packet<'a> {
    /// Its common header.
    pub header: CommonHeader,
    body: &'a [u8],
}

/// Why bytes are no packet. Such a packet is dropped without an answer (RFC 9260 section 6.8).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PacketError {
    /// Fewer bytes than a common header.
    TooShort,
    /// The checksum is another than that of the bytes.
    BadChecksum,
}

impl<'a> Packet<'a> {
    /// Reads the common header and checks the checksum.
    ///
    /// # Errors
    /// [`PacketError`]. When built for fuzzing every checksum is right, so that a fuzzer gets past it.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, PacketError> {
        let header = CommonHeader::parse(bytes).map_err(|_| PacketError::TooShort)?;
        let body = bytes.get(COMMON_HEADER_LEN..).ok_or(PacketError::TooShort)?;
        let sent = bytes.get(CHECKSUM_AT..COMMON_HEADER_LEN);
        if !cfg!(fuzzing) && checksum(bytes).as_ref().map(<[u8; 4]>::as_slice) != sent {
            return Err(PacketError::BadChecksum);
        }
        Ok(Self { header, body })
    }

    /// The chunks in their order.
    #[must_use]
    pub const fn chunks(&self) -> Chunks<'a> {
        Chunks::new(self.body)
    }
}

#[cfg(test)]
mod tests {
    use super::{CommonHeader, Packet, PacketError};
    use crate::testing;

    #[test]
    fn reads_the_header_and_the_chunks() {
        let packet = testing::packet(crate::emit_cookie_ack);
        let parsed = Packet::parse(&packet).unwrap();
        assert_eq!(parsed.header, testing::HEADER);
        assert_eq!(parsed.chunks().count(), 1);
        assert_eq!(CommonHeader::parse(&packet[..8]), Ok(testing::HEADER));
    }

    #[test]
    fn a_short_packet_is_refused() {
        let packet = testing::packet(|_| Ok(()));
        assert_eq!(packet.len(), 12);
        assert!(Packet::parse(&packet).is_ok_and(|packet| packet.chunks().next().is_none()));
        for length in 0..packet.len() {
            assert_eq!(Packet::parse(&packet[..length]).unwrap_err(), PacketError::TooShort);
        }
    }

    #[test]
    fn any_flipped_bit_is_noticed() {
        let packet = testing::packet(|writer| writer.chunk(0xc0, 1, |body| body.bytes(b"flip me")));
        for bit in 0..packet.len() * 8 {
            let mut flipped = packet.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(Packet::parse(&flipped).unwrap_err(), PacketError::BadChecksum, "bit {bit}");
        }
    }
}
