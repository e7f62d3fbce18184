//! ABORT (RFC 9260 section 3.3.7): ends the association at once.
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |   Type = 6    |  Reserved   |T|            Length             |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! \                   zero or more Error Causes                   \
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! ```

use super::{T_BIT, chunk_type};
use crate::cause::{Cause, Causes, emit_causes};
use crate::cursor::Full;
use crate::packet::PacketWriter;

/// An ABORT chunk.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Abort<'a> {
    /// The T bit: the packet has the verification tag that its receiver itself sent (section 8.5.1).
    pub reflected: bool,
    /// Why.
    pub causes: Causes<'a>,
}

impl<'a> Abort<'a> {
    pub(super) const fn parse(flags: u8, value: &'a [u8]) -> Self {
        Self { reflected: flags & T_BIT != 0, causes: Causes::new(value) }
    }

    /// Adds the chunk to a packet.
    ///
    /// # Errors
    /// [`Full`] when it does not fit; the packet is as before then.
    pub fn emit(&self, packet: &mut PacketWriter<'_>) -> Result<(), Full> {
        let flags = if self.reflected { T_BIT } else { 0 };
        packet.chunk(chunk_type::ABORT, flags, |body| body.bytes(self.causes.as_bytes()))
    }
}

/// Adds an ABORT to a packet. A cause that is too long is cut off and what does not fit behind it is left
/// out, because an ABORT that says less is better than none.
///
/// # Errors
/// [`Full`] when it does not fit even without causes; the packet is as before then.
pub fn emit_abort(packet: &mut PacketWriter<'_>, reflected: bool, causes: &[Cause<'_>]) -> Result<(), Full> {
    let flags = if reflected { T_BIT } else { 0 };
    packet.chunk(chunk_type::ABORT, flags, |body| {
        emit_causes(body, causes);
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Abort, emit_abort};
    use crate::testing::{HEADER, assert_same, assert_survives, chunks, parse};
    use crate::{Cause, Causes, Chunk, Full, PacketWriter, Tsn};

    #[test]
    fn examples() {
        assert_same(&[6, 1, 0, 4], &Chunk::Abort(Abort { reflected: true, causes: Causes::new(&[]) }));
        let bytes = [6, 0, 0, 12, 0, 9, 0, 8, 0, 0, 0, 7];
        let abort = Abort { reflected: false, causes: Causes::new(&bytes[4..]) };
        assert_same(&bytes, &Chunk::Abort(abort));
        let cause = Cause::NoUserData { tsn: Tsn(7) };
        assert_eq!(chunks(|packet| emit_abort(packet, false, &[cause])), bytes);
        assert!(abort.causes.iter().map(|raw| raw.and_then(Cause::parse)).eq([Ok(cause)]));
    }

    #[test]
    fn reserved_flags_are_ignored() {
        let abort = Abort { reflected: false, causes: Causes::new(&[]) };
        assert_eq!(parse(&[6, 0xfe, 0, 4]), Ok(Chunk::Abort(abort)));
    }

    #[test]
    fn a_cause_that_does_not_fit_is_cut_off() {
        let mut buffer = [0; 64];
        let mut packet = PacketWriter::new(&mut buffer, 24, HEADER).unwrap();
        assert_eq!(emit_abort(&mut packet, true, &[Cause::UserInitiatedAbort(&[9; 100])]), Ok(()));
        assert_eq!(emit_abort(&mut packet, true, &[]), Err(Full));
        assert_eq!(packet.finish(), 24);
        assert_eq!(buffer[12..24], [6, 1, 0, 12, 0, 12, 0, 8, 9, 9, 9, 9]);
    }

    proptest! {
        #[test]
        fn round_trip(reflected: bool, causes in proptest::collection::vec(any::<u8>(), 0..200)) {
            assert_survives(&Chunk::Abort(Abort { reflected, causes: Causes::new(&causes) }));
        }
    }
}
