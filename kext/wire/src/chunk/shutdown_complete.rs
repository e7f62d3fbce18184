//! SHUTDOWN COMPLETE (RFC 9260 section 3.3.13): answers a SHUTDOWN ACK; the association is no more.
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |   Type = 14   |   Reserved  |T|           Length = 4          |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! ```

use super::{T_BIT, WrongLength, chunk_type, nothing_in};
use crate::cursor::Full;
use crate::packet::PacketWriter;

/// A SHUTDOWN COMPLETE chunk.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ShutdownComplete {
    /// The T bit: the packet has the verification tag that its receiver itself sent (section 8.5.1).
    pub reflected: bool,
}

impl ShutdownComplete {
    pub(super) fn parse(flags: u8, value: &[u8]) -> Result<Self, WrongLength> {
        nothing_in(value).map(|()| Self { reflected: flags & T_BIT != 0 })
    }

    /// Adds the chunk to a packet.
    ///
    /// # Errors
    /// [`Full`] when it does not fit; the packet is as before then.
    pub fn emit(&self, packet: &mut PacketWriter<'_>) -> Result<(), Full> {
        packet.chunk(chunk_type::SHUTDOWN_COMPLETE, if self.reflected { T_BIT } else { 0 }, |_| Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::ShutdownComplete;
    use crate::Chunk;
    use crate::testing::{assert_only_lengths, assert_same, parse};

    #[test]
    fn examples() {
        for (flags, reflected) in [(0, false), (1, true)] {
            let chunk = Chunk::ShutdownComplete(ShutdownComplete { reflected });
            assert_same(&[14, flags, 0, 4], &chunk);
            assert_eq!(parse(&[14, flags | 0xfe, 0, 4]), Ok(chunk));
        }
    }

    #[test]
    fn lengths() {
        assert_only_lengths(14, |length| length == 0);
    }
}
