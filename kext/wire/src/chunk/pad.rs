//! PAD (RFC 4820 section 3): fills a packet up to a size that is to be tried. Receivers skip it.
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! | Type = 0x84   |   Flags = 0   |            Length             |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! \                         Padding Data                          \
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! ```

use super::chunk_type;
use crate::cursor::Full;
use crate::packet::PacketWriter;

/// Bytes of a chunk without a value.
const HEADER_LEN: usize = 4;

/// Fills the rest of a packet; does nothing when it is full.
///
/// # Errors
/// [`Full`] when the rest is too long for one chunk; the packet is as before then.
pub fn emit_pad(packet: &mut PacketWriter<'_>) -> Result<(), Full> {
    match packet.remaining().checked_sub(HEADER_LEN) {
        Some(length) => packet.chunk(chunk_type::PAD, 0, |body| body.zeros(length)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::emit_pad;
    use crate::testing::HEADER;
    use crate::{Packet, PacketWriter, UnrecognizedAction};

    #[test]
    fn a_packet_is_filled_up_to_its_limit() {
        for limit in (16..200).step_by(4) {
            let mut buffer = [0xa5; 200];
            let mut writer = PacketWriter::new(&mut buffer, limit, HEADER).unwrap();
            crate::emit_cookie_ack(&mut writer).unwrap();
            emit_pad(&mut writer).unwrap();
            assert_eq!(writer.finish(), limit);
            let packet = Packet::parse(&buffer[..limit]).unwrap();
            let pad = packet.chunks().nth(1).transpose().unwrap();
            assert_eq!(pad.is_some(), limit > 16);
            if let Some(pad) = pad {
                // RFC 4820 section 3: a receiver that does not know it goes on behind it, silently.
                assert_eq!((pad.kind, pad.unrecognized_action()), (0x84, UnrecognizedAction::Skip));
                assert!(pad.value.iter().all(|byte| *byte == 0));
            }
        }
    }
}
