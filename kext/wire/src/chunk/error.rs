//! ERROR (RFC 9260 section 3.3.10): reports errors that do not end the association.
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |   Type = 9    |  Chunk Flags  |            Length             |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! \                    one or more Error Causes                   \
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! ```

use super::chunk_type;
use crate::cause::{Cause, Causes, emit_causes};
use crate::cursor::Full;
use crate::packet::PacketWriter;

/// An ERROR chunk.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ErrorChunk<'a> {
    /// What went wrong. One without causes says nothing and harms nothing.
    pub causes: Causes<'a>,
}

impl<'a> ErrorChunk<'a> {
    pub(super) const fn parse(value: &'a [u8]) -> Self {
        Self { causes: Causes::new(value) }
    }

    /// Adds the chunk to a packet.
    ///
    /// # Errors
    /// [`Full`] when it does not fit; the packet is as before then.
    pub fn emit(&self, packet: &mut PacketWriter<'_>) -> Result<(), Full> {
        packet.chunk(chunk_type::ERROR, 0, |body| body.bytes(self.causes.as_bytes()))
    }
}

/// Adds an ERROR to a packet. A cause that is too long is cut off and what does not fit behind it is left
/// out.
///
/// # Errors
/// [`Full`] when no cause fits at all; the packet is as before then.
pub fn emit_error(packet: &mut PacketWriter<'_>, causes: &[Cause<'_>]) -> Result<(), Full> {
    packet.chunk(chunk_type::ERROR, 0, |body| {
        emit_causes(body, causes);
        if body.position() == 0 { Err(Full) } else { Ok(()) }
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{ErrorChunk, emit_error};
    use crate::testing::{HEADER, assert_same, assert_survives, chunks};
    use crate::{Cause, Causes, Chunk, Full, PacketWriter};

    #[test]
    fn example() {
        let bytes = [9, 0, 0, 20, 0, 3, 0, 8, 0, 0, 0, 9, 0, 6, 0, 8, 0xee, 0, 0, 0];
        let error = ErrorChunk { causes: Causes::new(&bytes[4..]) };
        assert_same(&bytes, &Chunk::Error(error));
        let causes = [Cause::StaleCookie { micros: 9 }, Cause::UnrecognizedChunk(&[0xee])];
        assert_eq!(chunks(|packet| emit_error(packet, &causes)), bytes);
    }

    #[test]
    fn an_error_that_would_say_nothing_is_not_sent() {
        let mut buffer = [0; 64];
        let mut packet = PacketWriter::new(&mut buffer, 18, HEADER).unwrap();
        assert_eq!(emit_error(&mut packet, &[Cause::OutOfResource]), Err(Full));
        assert!(packet.is_empty());
    }

    proptest! {
        #[test]
        fn round_trip(causes in proptest::collection::vec(any::<u8>(), 0..200)) {
            assert_survives(&Chunk::Error(ErrorChunk { causes: Causes::new(&causes) }));
        }
    }
}
