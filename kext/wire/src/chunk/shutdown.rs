//! SHUTDOWN (RFC 9260 section 3.3.8): the sender has no more to send and wants to end the association.
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |    Type = 7   |  Chunk Flags  |           Length = 8          |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |                       Cumulative TSN Ack                      |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! ```

use super::{WrongLength, chunk_type, number_in};
use crate::cursor::Full;
use crate::packet::PacketWriter;
use crate::serial::Tsn;

/// A SHUTDOWN chunk.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Shutdown {
    /// Every TSN up to this one has arrived.
    pub cumulative_tsn: Tsn,
}

impl Shutdown {
    pub(super) fn parse(value: &[u8]) -> Result<Self, WrongLength> {
        number_in(value).map(|tsn| Self { cumulative_tsn: Tsn(tsn) })
    }

    /// Adds the chunk to a packet.
    ///
    /// # Errors
    /// [`Full`] when it does not fit; the packet is as before then.
    pub fn emit(&self, packet: &mut PacketWriter<'_>) -> Result<(), Full> {
        packet.chunk(chunk_type::SHUTDOWN, 0, |body| body.u32(self.cumulative_tsn.0))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Shutdown;
    use crate::testing::{assert_only_lengths, assert_same, assert_survives};
    use crate::{Chunk, Tsn};

    #[test]
    fn example() {
        let chunk = Shutdown { cumulative_tsn: Tsn(0x0102_0304) };
        assert_same(&[7, 0, 0, 8, 1, 2, 3, 4], &Chunk::Shutdown(chunk));
    }

    #[test]
    fn lengths() {
        assert_only_lengths(7, |length| length == 4);
    }

    proptest! {
        #[test]
        fn round_trip(tsn: u32) {
            assert_survives(&Chunk::Shutdown(Shutdown { cumulative_tsn: Tsn(tsn) }));
        }
    }
}
