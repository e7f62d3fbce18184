//! ECNE, Explicit Congestion Notification Echo (reserved by RFC 9260 section 3.2; the format is that of
//! RFC 4960 appendix A): a packet came with a mark of congestion.
//!
//! FreeBSD's stack appends how many packets came marked. That is let through and not used.
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |   Type = 12   |  Chunk Flags  |        Length = 8 or 12       |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |                       Lowest TSN Number                       |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |                Number of Packets, may be absent               |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! ```

use super::{WrongLength, chunk_type};
use crate::cursor::{Full, Reader};
use crate::packet::PacketWriter;
use crate::serial::Tsn;

/// Bytes of the count that may follow.
const PACKET_COUNT_LEN: usize = 4;

/// An ECNE chunk.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ecne {
    /// The lowest TSN in the packet that came marked.
    pub lowest_tsn: Tsn,
}

impl Ecne {
    pub(super) fn parse(value: &[u8]) -> Result<Self, WrongLength> {
        let mut reader = Reader::new(value);
        let lowest_tsn = Tsn(reader.u32()?);
        match reader.remaining() {
            0 | PACKET_COUNT_LEN => Ok(Self { lowest_tsn }),
            _ => Err(WrongLength),
        }
    }

    /// Adds the chunk to a packet.
    ///
    /// # Errors
    /// [`Full`] when it does not fit; the packet is as before then.
    pub fn emit(&self, packet: &mut PacketWriter<'_>) -> Result<(), Full> {
        packet.chunk(chunk_type::ECNE, 0, |body| body.u32(self.lowest_tsn.0))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Ecne;
    use crate::testing::{assert_only_lengths, assert_same, assert_survives};
    use crate::{Chunk, Tsn};

    #[test]
    fn example() {
        let chunk = Ecne { lowest_tsn: Tsn(0x0102_0304) };
        assert_same(&[12, 0, 0, 8, 1, 2, 3, 4], &Chunk::Ecne(chunk));
    }

    #[test]
    fn lengths() {
        assert_only_lengths(12, |length| length == 4 || length == 8);
    }

    proptest! {
        #[test]
        fn round_trip(tsn: u32) {
            assert_survives(&Chunk::Ecne(Ecne { lowest_tsn: Tsn(tsn) }));
        }
    }
}
