//! COOKIE ECHO (RFC 9260 section 3.3.11): returns the cookie of an INIT ACK.
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |   Type = 10   |  Chunk Flags  |             Length            |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! \                             Cookie                            \
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! ```

use super::chunk_type;
use crate::cursor::Full;
use crate::packet::PacketWriter;

/// A COOKIE ECHO chunk.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CookieEcho<'a> {
    /// The cookie. Whether it is genuine, and not empty, is for whoever made it to say.
    pub cookie: &'a [u8],
}

impl<'a> CookieEcho<'a> {
    pub(super) const fn parse(value: &'a [u8]) -> Self {
        Self { cookie: value }
    }

    /// Adds the chunk to a packet, where it must be the first.
    ///
    /// # Errors
    /// [`Full`] when it does not fit; the packet is as before then.
    pub fn emit(&self, packet: &mut PacketWriter<'_>) -> Result<(), Full> {
        packet.chunk(chunk_type::COOKIE_ECHO, 0, |body| body.bytes(self.cookie))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::CookieEcho;
    use crate::Chunk;
    use crate::testing::{assert_same, assert_survives};

    #[test]
    fn example() {
        let chunk = Chunk::CookieEcho(CookieEcho { cookie: b"sweet" });
        assert_same(&[10, 0, 0, 9, b's', b'w', b'e', b'e', b't', 0, 0, 0], &chunk);
    }

    proptest! {
        #[test]
        fn round_trip(cookie in proptest::collection::vec(any::<u8>(), 0..600)) {
            assert_survives(&Chunk::CookieEcho(CookieEcho { cookie: &cookie }));
        }
    }
}
