//! DATA (RFC 9260 section 3.3.1): user data.
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |   Type = 0    |  Res  |I|U|B|E|            Length             |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |                              TSN                              |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |       Stream Identifier       |    Stream Sequence Number     |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |                  Payload Protocol Identifier                  |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! \                           User Data                           \
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! ```

use bitflags::bitflags;

use super::{WrongLength, chunk_type};
use crate::cursor::{Full, Reader};
use crate::packet::PacketWriter;
use crate::serial::{Ssn, Tsn};

bitflags! {
    /// The flags of a DATA chunk.
    #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
    pub struct DataFlags: u8 {
        /// E: the last fragment of a message.
        const END = 1;
        /// B: the first fragment of a message.
        const BEGIN = 2;
        /// U: the message has no place in the order of its stream.
        const UNORDERED = 4;
        /// I: the receiver should acknowledge at once (section 3.3.1, "SACK-IMMEDIATELY").
        const IMMEDIATE = 8;
    }
}

/// A DATA chunk.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Data<'a> {
    /// The flags; reserved ones are dropped on the way in.
    pub flags: DataFlags,
    /// The number of this chunk.
    pub tsn: Tsn,
    /// The stream.
    pub stream: u16,
    /// The number of the message in its stream; without meaning if unordered.
    pub ssn: Ssn,
    /// The Payload Protocol Identifier: four bytes that only the users understand, here as if they were
    /// a number in network byte order.
    pub ppid: u32,
    /// The message or a fragment of it. Empty is a fault of the peer that has an answer of its own
    /// (section 6.2), so it is not malformed.
    pub payload: &'a [u8],
}

impl<'a> Data<'a> {
    /// Bytes of the chunk before its payload, chunk header included.
    pub const HEADER_LEN: usize = 16;

    pub(super) fn parse(flags: u8, value: &'a [u8]) -> Result<Self, WrongLength> {
        let mut reader = Reader::new(value);
        Ok(Self {
            flags: DataFlags::from_bits_truncate(flags),
            tsn: Tsn(reader.u32()?),
            stream: reader.u16()?,
            ssn: Ssn(reader.u16()?),
            ppid: reader.u32()?,
            payload: reader.rest(),
        })
    }

    /// Adds the chunk to a packet.
    ///
    /// # Errors
    /// [`Full`] when it does not fit; the packet is as before then.
    pub fn emit(&self, packet: &mut PacketWriter<'_>) -> Result<(), Full> {
        packet.chunk(chunk_type::DATA, self.flags.bits(), |body| {
            body.u32(self.tsn.0)?;
            body.u16(self.stream)?;
            body.u16(self.ssn.0)?;
            body.u32(self.ppid)?;
            body.bytes(self.payload)
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Data, DataFlags};
    use crate::testing::{assert_only_lengths, assert_same, assert_survives, chunks, parse};
    use crate::{Chunk, Ssn, Tsn};

    const BYTES: [u8; 20] =
        [0, 0x0b, 0, 19, 0x12, 0x34, 0x56, 0x78, 0, 5, 0, 9, 0, 0, 0, 0x2e, b'a', b'b', b'c', 0];
    const EXAMPLE: Data<'_> = Data {
        flags: DataFlags::BEGIN.union(DataFlags::END).union(DataFlags::IMMEDIATE),
        tsn: Tsn(0x1234_5678),
        stream: 5,
        ssn: Ssn(9),
        ppid: 46,
        payload: b"abc",
    };

    #[test]
    fn example() {
        assert_same(&BYTES, &Chunk::Data(EXAMPLE));
        assert_eq!(chunks(|packet| EXAMPLE.emit(packet)).len(), Data::HEADER_LEN + 4);
    }

    #[test]
    fn reserved_flags_are_ignored_and_empty_payload_is_let_through() {
        let mut bytes = BYTES;
        (bytes[1], bytes[3]) = (0xfb, 16);
        assert_eq!(parse(&bytes[..16]), Ok(Chunk::Data(Data { payload: &[], ..EXAMPLE })));
    }

    #[test]
    fn lengths() {
        assert_only_lengths(0, |length| length >= 12);
    }

    proptest! {
        #[test]
        fn round_trip(
            flags in 0..16_u8, tsn: u32, stream: u16, ssn: u16, ppid: u32,
            payload in proptest::collection::vec(any::<u8>(), 0..2000),
        ) {
            let flags = DataFlags::from_bits_retain(flags);
            let (tsn, ssn) = (Tsn(tsn), Ssn(ssn));
            assert_survives(&Chunk::Data(Data { flags, tsn, stream, ssn, ppid, payload: &payload }));
        }
    }
}
