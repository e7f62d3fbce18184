//! HEARTBEAT (RFC 9260 section 3.3.5) and HEARTBEAT ACK (section 3.3.6): is an address reachable?
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! | Type = 4 or 5 |  Chunk Flags  |            Length             |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |      Heartbeat Info = 1       |       Parameter Length        |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! \              Sender-Specific Heartbeat Information            \
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! ```

use super::chunk_type;
use crate::cursor::Full;
use crate::error::Malformed;
use crate::packet::{PacketWriter, RawChunk};
use crate::parameter::{Parameter, Parameters, RawParameter, parameter_type};
use crate::tlv::ParameterWriter;

/// A HEARTBEAT or HEARTBEAT ACK chunk.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Heartbeat<'a> {
    /// The value of the Heartbeat Info parameter, which only the sender of the HEARTBEAT understands.
    pub info: &'a [u8],
    /// All parameters behind it, encoded as they are: the answer gives them back too (section 8.3). Empty in what
    /// nobody extends.
    pub others: &'a [u8],
}

impl<'a> Heartbeat<'a> {
    /// A chunk with nothing but the info.
    #[must_use]
    pub const fn new(info: &'a [u8]) -> Self {
        Self { info, others: &[] }
    }

    /// Reads the first parameter. What is behind it is not looked at.
    pub(super) fn parse(raw: RawChunk<'a>) -> Result<Self, Malformed> {
        match Parameters::new(raw.value).iter().next().transpose()? {
            Some(RawParameter { kind: parameter_type::HEARTBEAT_INFO, value: info, bytes }) => {
                let others = raw.value.get(bytes.len().next_multiple_of(4)..).unwrap_or_default();
                Ok(Self { info, others })
            }
            _ => Err(Malformed::ChunkBody(raw.kind)),
        }
    }

    /// Adds a HEARTBEAT to a packet.
    ///
    /// # Errors
    /// [`Full`] when it does not fit; the packet is as before then.
    pub fn emit_request(&self, packet: &mut PacketWriter<'_>) -> Result<(), Full> {
        self.emit(packet, chunk_type::HEARTBEAT)
    }

    /// Adds a HEARTBEAT ACK to a packet.
    ///
    /// # Errors
    /// [`Full`] when it does not fit; the packet is as before then.
    pub fn emit_ack(&self, packet: &mut PacketWriter<'_>) -> Result<(), Full> {
        self.emit(packet, chunk_type::HEARTBEAT_ACK)
    }

    fn emit(&self, packet: &mut PacketWriter<'_>, kind: u8) -> Result<(), Full> {
        packet.chunk(kind, 0, |body| {
            let mut parameters = ParameterWriter::new(body);
            Parameter::HeartbeatInfo(self.info).emit(&mut parameters)?;
            parameters.encoded(self.others)
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Heartbeat;
    use crate::testing::{assert_same, assert_survives, parse};
    use crate::{Chunk, Malformed};

    #[test]
    fn examples() {
        let heartbeat = Heartbeat::new(b"when");
        assert_same(&[4, 0, 0, 12, 0, 1, 0, 8, b'w', b'h', b'e', b'n'], &Chunk::Heartbeat(heartbeat));
        assert_same(&[5, 0, 0, 12, 0, 1, 0, 8, b'w', b'h', b'e', b'n'], &Chunk::HeartbeatAck(heartbeat));
    }

    #[test]
    fn further_parameters_are_kept() {
        let others = &[0x80, 9, 0, 5, b'x', 0, 0, 0, 0x80, 10, 0, 4];
        let mut bytes = std::vec![5, 0, 0, 23, 0, 1, 0, 7, b'a', b'b', b'c', 0];
        bytes.extend(others);
        bytes[3] = 24;
        assert_same(&bytes, &Chunk::HeartbeatAck(Heartbeat { info: b"abc", others }));
    }

    #[test]
    fn the_parameter_must_be_there() {
        for kind in [4, 5] {
            assert_eq!(parse(&[kind, 0, 0, 4]), Err(Malformed::ChunkBody(kind)));
            assert_eq!(parse(&[kind, 0, 0, 8, 0, 2, 0, 4]), Err(Malformed::ChunkBody(kind)));
            assert_eq!(parse(&[kind, 0, 0, 8, 0, 5, 0, 4]), Err(Malformed::ChunkBody(kind)));
            assert_eq!(parse(&[kind, 0, 0, 8, 0, 1, 0, 5]), Err(Malformed::ParameterLength));
            assert_eq!(parse(&[kind, 0, 0, 7, 0, 1, 0]), Err(Malformed::ParameterLength));
        }
    }

    proptest! {
        #[test]
        fn round_trip(
            info in proptest::collection::vec(any::<u8>(), 0..300),
            others in proptest::collection::vec(any::<u8>(), 0..40),
            ack: bool,
        ) {
            let heartbeat = Heartbeat { info: &info, others: &others };
            assert_survives(&if ack {
                Chunk::HeartbeatAck(heartbeat)
            } else {
                Chunk::Heartbeat(heartbeat)
            });
        }
    }
}
