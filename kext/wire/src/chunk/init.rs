//! INIT (RFC 9260 section 3.3.2) and INIT ACK (section 3.3.3): begin an association.
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! | Type = 1 or 2 |  Chunk Flags  |            Length             |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |                         Initiate Tag                          |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |          Advertised Receiver Window Credit (a_rwnd)           |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |  Number of Outbound Streams   |   Number of Inbound Streams   |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |                          Initial TSN                          |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! \              Optional/Variable-Length Parameters              \
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! ```

use super::{WrongLength, chunk_type};
use crate::cursor::{Full, Reader};
use crate::packet::PacketWriter;
use crate::parameter::Parameters;
use crate::serial::Tsn;
use crate::tlv::ParameterWriter;

/// An INIT or INIT ACK chunk. Whether its numbers are allowed (no zero tag, no zero streams) is not
/// checked here, because the answers to that differ.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Init<'a> {
    /// The verification tag the sender wants to find in every packet to it.
    pub initiate_tag: u32,
    /// How many bytes the sender is ready to receive.
    pub a_rwnd: u32,
    /// How many streams the sender wants to send on.
    pub outbound_streams: u16,
    /// How many streams the sender allows the receiver to send on.
    pub inbound_streams: u16,
    /// The first TSN the sender will use.
    pub initial_tsn: Tsn,
    /// The parameters.
    pub parameters: Parameters<'a>,
}

impl<'a> Init<'a> {
    /// Bytes of the chunk before its parameters, chunk header included.
    pub const HEADER_LEN: usize = 20;

    pub(super) fn parse(value: &'a [u8]) -> Result<Self, WrongLength> {
        let mut reader = Reader::new(value);
        Ok(Self {
            initiate_tag: reader.u32()?,
            a_rwnd: reader.u32()?,
            outbound_streams: reader.u16()?,
            inbound_streams: reader.u16()?,
            initial_tsn: Tsn(reader.u32()?),
            parameters: Parameters::new(reader.rest()),
        })
    }

    /// Adds an INIT to a packet, with the field `parameters` and behind those what `more` writes.
    ///
    /// # Errors
    /// [`Full`] when it does not fit or `more` says so; the packet is as before then.
    pub fn emit_init(
        &self,
        packet: &mut PacketWriter<'_>,
        more: impl FnOnce(&mut ParameterWriter<'_, '_>) -> Result<(), Full>,
    ) -> Result<(), Full> {
        self.emit(packet, chunk_type::INIT, more)
    }

    /// Adds an INIT ACK to a packet, with the field `parameters` and behind those what `more` writes.
    ///
    /// # Errors
    /// [`Full`] when it does not fit or `more` says so; the packet is as before then.
    pub fn emit_init_ack(
        &self,
        packet: &mut PacketWriter<'_>,
        more: impl FnOnce(&mut ParameterWriter<'_, '_>) -> Result<(), Full>,
    ) -> Result<(), Full> {
        self.emit(packet, chunk_type::INIT_ACK, more)
    }

    fn emit(
        &self,
        packet: &mut PacketWriter<'_>,
        kind: u8,
        more: impl FnOnce(&mut ParameterWriter<'_, '_>) -> Result<(), Full>,
    ) -> Result<(), Full> {
        packet.chunk(kind, 0, |body| {
            body.u32(self.initiate_tag)?;
            body.u32(self.a_rwnd)?;
            body.u16(self.outbound_streams)?;
            body.u16(self.inbound_streams)?;
            body.u32(self.initial_tsn.0)?;
            let mut parameters = ParameterWriter::new(body);
            parameters.encoded(self.parameters.as_bytes())?;
            more(&mut parameters)
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Init;
    use crate::testing::{assert_only_lengths, assert_same, assert_survives, chunks};
    use crate::{Chunk, Full, Parameter, Parameters, RawParameter, Tsn};

    /// An INIT with a forward-TSN parameter (0xc000), one address, and a cookie of an odd length.
    const BYTES: [u8; 40] = [
        1, 0, 0, 37, 0xca, 0xfe, 0xba, 0xbe, 0, 1, 0xa0, 0, 0, 10, 8, 0, 0xff, 0xff, 0xff, 0xff, //
        0xc0, 0, 0, 4, 0, 5, 0, 8, 192, 0, 2, 1, 0, 7, 0, 5, 0xcc, 0, 0, 0,
    ];

    fn example(parameters: &[u8]) -> Init<'_> {
        Init {
            initiate_tag: 0xcafe_babe,
            a_rwnd: 106_496,
            outbound_streams: 10,
            inbound_streams: 2048,
            initial_tsn: Tsn(u32::MAX),
            parameters: Parameters::new(parameters),
        }
    }

    #[test]
    fn examples() {
        assert_same(&BYTES, &Chunk::Init(example(&BYTES[20..37])));
        let mut ack = BYTES;
        ack[0] = 2;
        assert_same(&ack, &Chunk::InitAck(example(&BYTES[20..37])));
        assert_same(&[&[1, 0, 0, 20], &BYTES[4..20]].concat(), &Chunk::Init(example(&[])));
    }

    #[test]
    fn parameters_are_added_behind_those_already_there() {
        let bytes = chunks(|packet| {
            example(&BYTES[20..24]).emit_init(packet, |parameters| {
                Parameter::Ipv4([192, 0, 2, 1]).emit(parameters)?;
                assert_eq!(Parameter::StateCookie(&[0; 65_535]).emit(parameters), Err(Full));
                Parameter::StateCookie(&[0xcc]).emit(parameters)
            })
        });
        assert_eq!(bytes, BYTES);
    }

    #[test]
    fn parameters_can_be_gone_through() {
        let init = example(&BYTES[20..37]);
        let unknown = RawParameter { kind: 0xc000, value: &[], bytes: &[0xc0, 0, 0, 4] };
        assert!(init.parameters.iter().map(|raw| raw.and_then(Parameter::parse)).eq([
            Ok(Parameter::Unrecognized(unknown)),
            Ok(Parameter::Ipv4([192, 0, 2, 1])),
            Ok(Parameter::StateCookie(&[0xcc])),
        ]));
    }

    #[test]
    fn lengths() {
        assert_only_lengths(1, |length| length >= 16);
        assert_only_lengths(2, |length| length >= 16);
    }

    proptest! {
        #[test]
        fn round_trip(
            initiate_tag: u32, a_rwnd: u32, outbound_streams: u16, inbound_streams: u16, tsn: u32,
            parameters in proptest::collection::vec(any::<u8>(), 0..200), ack: bool,
        ) {
            let parameters = Parameters::new(&parameters);
            let initial_tsn = Tsn(tsn);
            let init = Init {
                initiate_tag, a_rwnd, outbound_streams, inbound_streams, initial_tsn, parameters,
            };
            assert_survives(&if ack { Chunk::InitAck(init) } else { Chunk::Init(init) });
        }
    }
}
