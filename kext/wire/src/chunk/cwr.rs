//! CWR, Congestion Window Reduced (reserved by RFC 9260 section 3.2; the format is that of RFC 4960
//! appendix A): answers an ECNE.
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |   Type = 13   |  Chunk Flags  |           Length = 8          |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |                       Lowest TSN Number                       |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! ```

use super::{WrongLength, chunk_type, number_in};
use crate::cursor::Full;
use crate::packet::PacketWriter;
use crate::serial::Tsn;

/// A CWR chunk.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cwr {
    /// The lowest TSN of the ECNE that this answers.
    pub lowest_tsn: Tsn,
}

impl Cwr {
    pub(super) fn parse(value: &[u8]) -> Result<Self, WrongLength> {
        number_in(value).map(|tsn| Self { lowest_tsn: Tsn(tsn) })
    }

    /// Adds the chunk to a packet.
    ///
    /// # Errors
    /// [`Full`] when it does not fit; the packet is as before then.
    pub fn emit(&self, packet: &mut PacketWriter<'_>) -> Result<(), Full> {
        packet.chunk(chunk_type::CWR, 0, |body| body.u32(self.lowest_tsn.0))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Cwr;
    use crate::testing::{assert_only_lengths, assert_same, assert_survives};
    use crate::{Chunk, Tsn};

    #[test]
    fn example() {
        let chunk = Cwr { lowest_tsn: Tsn(0x0102_0304) };
        assert_same(&[13, 0, 0, 8, 1, 2, 3, 4], &Chunk::Cwr(chunk));
    }

    #[test]
    fn lengths() {
        assert_only_lengths(13, |length| length == 4);
    }

    proptest! {
        #[test]
        fn round_trip(tsn: u32) {
            assert_survives(&Chunk::Cwr(Cwr { lowest_tsn: Tsn(tsn) }));
        }
    }
}
