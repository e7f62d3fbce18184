//! COOKIE ACK (RFC 9260 section 3.3.12): answers a COOKIE ECHO; the association stands.
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |   Type = 11   |  Chunk Flags  |           Length = 4          |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! ```

use super::chunk_type;
use crate::cursor::Full;
use crate::packet::PacketWriter;

/// Adds a COOKIE ACK to a packet.
///
/// # Errors
/// [`Full`] when it does not fit; the packet is as before then.
pub fn emit_cookie_ack(packet: &mut PacketWriter<'_>) -> Result<(), Full> {
    packet.chunk(chunk_type::COOKIE_ACK, 0, |_| Ok(()))
}

#[cfg(test)]
mod tests {
    use crate::Chunk;
    use crate::testing::{assert_only_lengths, assert_same, parse};

    #[test]
    fn example() {
        assert_same(&[11, 0, 0, 4], &Chunk::CookieAck);
        assert_eq!(parse(&[11, 0xff, 0, 4]), Ok(Chunk::CookieAck));
    }

    #[test]
    fn lengths() {
        assert_only_lengths(11, |length| length == 0);
    }
}
