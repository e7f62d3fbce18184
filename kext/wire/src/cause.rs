//! The error causes that ABORT and ERROR chunks carry (RFC 9260 section 3.3.10). Their framing is drawn
//! in `tlv.rs`; the values are
//!
//! ```text
//! Invalid Stream Identifier (1)             2 bytes: stream, 2 bytes reserved
//! Missing Mandatory Parameter (2)           4 bytes: count, 2 bytes for each type
//! Stale Cookie (3)                          4 bytes: microseconds
//! Out of Resource (4)                       nothing
//! Unresolvable Address (5)                  a whole parameter
//! Unrecognized Chunk Type (6)               a whole chunk
//! Invalid Mandatory Parameter (7)           nothing
//! Unrecognized Parameters (8)               whole parameters
//! No User Data (9)                          4 bytes: TSN
//! Cookie Received While Shutting Down (10)  nothing
//! Restart with New Addresses (11)           whole address parameters
//! User-Initiated Abort (12)                 the reason the user gave
//! Protocol Violation (13)                   more about it
//! ```

use crate::cursor::{Full, Reader, Truncated, Writer, padding};
use crate::error::Malformed;
use crate::serial::Tsn;
use crate::tlv::{ParameterWriter, Tlvs};
use crate::u16_list::U16List;

/// The numbers of the error causes.
pub mod cause_code {
    /// Invalid Stream Identifier.
    pub const INVALID_STREAM_IDENTIFIER: u16 = 1;
    /// Missing Mandatory Parameter.
    pub const MISSING_MANDATORY_PARAMETER: u16 = 2;
    /// Stale Cookie.
    pub const STALE_COOKIE: u16 = 3;
    /// Out of Resource.
    pub const OUT_OF_RESOURCE: u16 = 4;
    /// Unresolvable Address.
    pub const UNRESOLVABLE_ADDRESS: u16 = 5;
    /// Unrecognized Chunk Type.
    pub const UNRECOGNIZED_CHUNK_TYPE: u16 = 6;
    /// Invalid Mandatory Parameter.
    pub const INVALID_MANDATORY_PARAMETER: u16 = 7;
    /// Unrecognized Parameters.
    pub const UNRECOGNIZED_PARAMETERS: u16 = 8;
    /// No User Data.
    pub const NO_USER_DATA: u16 = 9;
    /// Cookie Received While Shutting Down.
    pub const COOKIE_RECEIVED_WHILE_SHUTTING_DOWN: u16 = 10;
    /// Restart of an Association with New Addresses.
    pub const RESTART_WITH_NEW_ADDRESSES: u16 = 11;
    /// User-Initiated Abort.
    pub const USER_INITIATED_ABORT: u16 = 12;
    /// Protocol Violation.
    pub const PROTOCOL_VIOLATION: u16 = 13;
}

/// A sequence of error causes, not looked at yet.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Causes<'a> {
    bytes: &'a [u8],
}

impl<'a> Causes<'a> {
    /// The causes that `bytes` hold, one behind the other and each but the last padded.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    /// The causes in their order, up to and with the first that has a wrong length.
    pub fn iter(&self) -> impl Iterator<Item = Result<RawCause<'a>, Malformed>> + Clone + use<'a> {
        Tlvs::new(self.bytes).map(|tlv| match tlv {
            Ok(tlv) => Ok(RawCause { code: tlv.kind, value: tlv.value, bytes: tlv.bytes }),
            Err(_) => Err(Malformed::CauseLength),
        })
    }

    /// The code of the first cause, 0 if there is none.
    #[must_use]
    pub fn first_code(&self) -> u16 {
        self.iter().next().and_then(Result::ok).map_or(0, |cause| cause.code)
    }

    /// The causes as they stand in the packet.
    #[must_use]
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.bytes
    }
}

/// An error cause of any code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RawCause<'a> {
    /// The cause code.
    pub code: u16,
    /// Its value, without padding.
    pub value: &'a [u8],
    /// The whole cause with code and length, without padding.
    pub bytes: &'a [u8],
}

/// An error cause by its code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cause<'a> {
    /// DATA came on a stream that does not exist.
    InvalidStream {
        /// The stream.
        stream: u16,
    },
    /// An INIT or INIT ACK lacked parameters of these types.
    MissingParameters(U16List<'a>),
    /// The cookie was good, but too old.
    StaleCookie {
        /// By how many microseconds; 0 if the sender does not tell.
        micros: u32,
    },
    /// The sender has no memory or no place for the association.
    OutOfResource,
    /// The address parameter that is of no use to the sender.
    UnresolvableAddress(&'a [u8]),
    /// The chunk whose type is not known.
    UnrecognizedChunk(&'a [u8]),
    /// A mandatory parameter of an INIT or INIT ACK has a value it may not have.
    InvalidMandatoryParameter,
    /// The parameters whose types are not known.
    UnrecognizedParameters(&'a [u8]),
    /// A DATA chunk was empty.
    NoUserData {
        /// The TSN of that chunk.
        tsn: Tsn,
    },
    /// A COOKIE ECHO came in the state SHUTDOWN-ACK-SENT.
    CookieWhileShuttingDown,
    /// The address parameters that a restart may not add.
    RestartWithNewAddresses(&'a [u8]),
    /// The user aborted, for this reason.
    UserInitiatedAbort(&'a [u8]),
    /// The peer broke the protocol in a way that no other cause describes.
    ProtocolViolation(&'a [u8]),
    /// Any other.
    Unknown(RawCause<'a>),
}

impl<'a> Cause<'a> {
    /// Reads the value of an error cause.
    ///
    /// # Errors
    /// [`Malformed::CauseValue`] when the value is not of a length it may have. Since a cause is advice
    /// from a peer that is giving up, its code is good to know even then.
    pub fn parse(raw: RawCause<'a>) -> Result<Self, Malformed> {
        let wrong = Malformed::CauseValue(raw.code);
        let number = || raw.value.try_into().map(u32::from_be_bytes).map_err(|_| wrong);
        let nothing = |cause| if raw.value.is_empty() { Ok(cause) } else { Err(wrong) };
        match raw.code {
            cause_code::INVALID_STREAM_IDENTIFIER => {
                let [high, low, _, _] = number()?.to_be_bytes();
                Ok(Self::InvalidStream { stream: u16::from_be_bytes([high, low]) })
            }
            cause_code::MISSING_MANDATORY_PARAMETER => {
                missing_parameters(raw.value).map(Self::MissingParameters).map_err(|_| wrong)
            }
            cause_code::STALE_COOKIE => Ok(Self::StaleCookie { micros: number()? }),
            cause_code::OUT_OF_RESOURCE => nothing(Self::OutOfResource),
            cause_code::UNRESOLVABLE_ADDRESS => Ok(Self::UnresolvableAddress(raw.value)),
            cause_code::UNRECOGNIZED_CHUNK_TYPE => Ok(Self::UnrecognizedChunk(raw.value)),
            cause_code::INVALID_MANDATORY_PARAMETER => nothing(Self::InvalidMandatoryParameter),
            cause_code::UNRECOGNIZED_PARAMETERS => Ok(Self::UnrecognizedParameters(raw.value)),
            cause_code::NO_USER_DATA => Ok(Self::NoUserData { tsn: Tsn(number()?) }),
            cause_code::COOKIE_RECEIVED_WHILE_SHUTTING_DOWN => nothing(Self::CookieWhileShuttingDown),
            cause_code::RESTART_WITH_NEW_ADDRESSES => Ok(Self::RestartWithNewAddresses(raw.value)),
            cause_code::USER_INITIATED_ABORT => Ok(Self::UserInitiatedAbort(raw.value)),
            cause_code::PROTOCOL_VIOLATION => Ok(Self::ProtocolViolation(raw.value)),
            _ => Ok(Self::Unknown(raw)),
        }
    }

    /// The cause code.
    #[must_use]
    pub const fn code(&self) -> u16 {
        match self {
            Self::InvalidStream { .. } => cause_code::INVALID_STREAM_IDENTIFIER,
            Self::MissingParameters(_) => cause_code::MISSING_MANDATORY_PARAMETER,
            Self::StaleCookie { .. } => cause_code::STALE_COOKIE,
            Self::OutOfResource => cause_code::OUT_OF_RESOURCE,
            Self::UnresolvableAddress(_) => cause_code::UNRESOLVABLE_ADDRESS,
            Self::UnrecognizedChunk(_) => cause_code::UNRECOGNIZED_CHUNK_TYPE,
            Self::InvalidMandatoryParameter => cause_code::INVALID_MANDATORY_PARAMETER,
            Self::UnrecognizedParameters(_) => cause_code::UNRECOGNIZED_PARAMETERS,
            Self::NoUserData { .. } => cause_code::NO_USER_DATA,
            Self::CookieWhileShuttingDown => cause_code::COOKIE_RECEIVED_WHILE_SHUTTING_DOWN,
            Self::RestartWithNewAddresses(_) => cause_code::RESTART_WITH_NEW_ADDRESSES,
            Self::UserInitiatedAbort(_) => cause_code::USER_INITIATED_ABORT,
            Self::ProtocolViolation(_) => cause_code::PROTOCOL_VIOLATION,
            Self::Unknown(raw) => raw.code,
        }
    }

    /// Adds the cause behind those already written. A value of free length is cut off where the room
    /// ends: the peer still learns the code.
    ///
    /// # Errors
    /// [`Full`] when not even that fits; nothing has been written then.
    pub fn emit(&self, writer: &mut ParameterWriter<'_, '_>) -> Result<(), Full> {
        let room = writer.remaining().ok_or(Full)?;
        writer.parameter(self.code(), |value| self.emit_value(value, room))
    }

    fn emit_value(&self, value: &mut Writer<'_>, room: usize) -> Result<(), Full> {
        match self {
            Self::InvalidStream { stream } => {
                value.u16(*stream)?;
                value.u16(0)
            }
            Self::MissingParameters(types) => {
                value.u32(u32::try_from(types.len()).map_err(|_| Full)?)?;
                value.bytes(types.as_bytes())
            }
            Self::StaleCookie { micros } => value.u32(*micros),
            Self::NoUserData { tsn } => value.u32(tsn.0),
            Self::OutOfResource | Self::InvalidMandatoryParameter | Self::CookieWhileShuttingDown => Ok(()),
            Self::UnrecognizedChunk(bytes) => {
                value.bytes(bytes.get(..room).unwrap_or(bytes))?;
                // Quoted as it stood in its packet, so its padding counts (section 3.3.10.6). Cut off it has none.
                value.zeros(padding(bytes.len()).min(room.saturating_sub(bytes.len())))
            }
            Self::UnresolvableAddress(bytes)
            | Self::UnrecognizedParameters(bytes)
            | Self::RestartWithNewAddresses(bytes)
            | Self::UserInitiatedAbort(bytes)
            | Self::ProtocolViolation(bytes)
            | Self::Unknown(RawCause { value: bytes, .. }) => value.bytes(bytes.get(..room).unwrap_or(bytes)),
        }
    }
}

/// Adds as many of `causes` as fit, in their order.
pub(crate) fn emit_causes(body: &mut Writer<'_>, causes: &[Cause<'_>]) {
    let mut writer = ParameterWriter::new(body);
    for cause in causes {
        if cause.emit(&mut writer).is_err() {
            return;
        }
    }
}

/// The list in a Missing Mandatory Parameter cause. Its sender may have counted the padding behind an odd
/// number of types into the length.
fn missing_parameters(value: &[u8]) -> Result<U16List<'_>, Truncated> {
    let mut reader = Reader::new(value);
    let count = usize::try_from(reader.u32()?).map_err(|_| Truncated)?;
    let list = U16List::parse(reader.bytes(count.checked_mul(2).ok_or(Truncated)?)?).ok_or(Truncated)?;
    if reader.remaining() < 4 { Ok(list) } else { Err(Truncated) }
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use proptest::prelude::*;

    use super::{Cause, Causes, RawCause, emit_causes};
    use crate::{Malformed, Tsn, U16List, Writer};

    fn read(bytes: &[u8]) -> Vec<Result<Cause<'_>, Malformed>> {
        Causes::new(bytes).iter().map(|raw| raw.and_then(Cause::parse)).collect()
    }

    fn written(room: usize, causes: &[Cause<'_>]) -> Vec<u8> {
        let mut buffer = std::vec![0xa5; room];
        let mut writer = Writer::new(&mut buffer);
        emit_causes(&mut writer, causes);
        let length = writer.position();
        buffer.truncate(length);
        buffer
    }

    const EXAMPLES: [(&[u8], Cause<'_>); 14] = [
        (&[0, 1, 0, 8, 1, 2, 0, 0], Cause::InvalidStream { stream: 0x0102 }),
        (&[0, 2, 0, 10, 0, 0, 0, 1, 0, 7], Cause::MissingParameters(U16List::new(&[[0, 7]]))),
        (&[0, 3, 0, 8, 0, 0, 1, 0], Cause::StaleCookie { micros: 256 }),
        (&[0, 4, 0, 4], Cause::OutOfResource),
        (&[0, 5, 0, 10, 0, 11, 0, 6, b'a', 0], Cause::UnresolvableAddress(&[0, 11, 0, 6, b'a', 0])),
        (&[0, 6, 0, 8, 0x55, 0, 0, 4], Cause::UnrecognizedChunk(&[0x55, 0, 0, 4])),
        (&[0, 7, 0, 4], Cause::InvalidMandatoryParameter),
        (&[0, 8, 0, 8, 0xc0, 1, 0, 4], Cause::UnrecognizedParameters(&[0xc0, 1, 0, 4])),
        (&[0, 9, 0, 8, 0, 0, 0, 5], Cause::NoUserData { tsn: Tsn(5) }),
        (&[0, 10, 0, 4], Cause::CookieWhileShuttingDown),
        (&[0, 11, 0, 12, 0, 5, 0, 8, 9, 9, 9, 9], Cause::RestartWithNewAddresses(&[0, 5, 0, 8, 9, 9, 9, 9])),
        (&[0, 12, 0, 7, b'b', b'y', b'e'], Cause::UserInitiatedAbort(b"bye")),
        (&[0, 13, 0, 6, b'n', b'o'], Cause::ProtocolViolation(b"no")),
        (&[1, 0, 0, 5, 1], Cause::Unknown(RawCause { code: 256, value: &[1], bytes: &[1, 0, 0, 5, 1] })),
    ];

    #[test]
    fn every_code_as_it_stands_in_a_packet() {
        for (bytes, cause) in EXAMPLES {
            assert_eq!(read(bytes), [Ok(cause)]);
            assert_eq!(written(256, &[cause]), bytes);
        }
        let all = EXAMPLES.map(|(_, cause)| cause);
        assert_eq!(read(&written(256, &all)), all.map(Ok));
    }

    #[test]
    fn a_value_of_a_wrong_length_is_refused() {
        for (code, fits) in [(1, 4), (3, 4), (4, 0), (7, 0), (9, 4), (10, 0)] {
            for length in 0..16 {
                let raw = RawCause { code, value: &[0; 16][..length], bytes: &[] };
                let expected = if length == fits { None } else { Some(Malformed::CauseValue(code)) };
                assert_eq!(Cause::parse(raw).err(), expected, "code {code}, {length} bytes");
            }
        }
    }

    #[test]
    fn the_count_of_missing_parameters_must_fit_the_length() {
        let parse = |value| Cause::parse(RawCause { code: 2, value, bytes: &[] });
        let one = Ok(Cause::MissingParameters(U16List::new(&[[0, 7]])));
        assert_eq!(parse(&[0, 0, 0, 1, 0, 7]), one);
        assert_eq!(parse(&[0, 0, 0, 1, 0, 7, 0, 0]), one);
        for wrong in [&[0, 0, 0][..], &[0, 0, 0, 2, 0, 7], &[0xff; 8], &[0, 0, 0, 1, 0, 7, 0, 7, 0, 7]] {
            assert_eq!(parse(wrong), Err(Malformed::CauseValue(2)));
        }
    }

    #[test]
    fn a_long_value_is_cut_off_and_what_follows_is_left_out() {
        let causes = [Cause::ProtocolViolation(b"a long story"), Cause::OutOfResource];
        assert_eq!(written(10, &causes), [0, 13, 0, 10, b'a', b' ', b'l', b'o', b'n', b'g']);
        assert_eq!(written(4, &causes), [0, 13, 0, 4]);
        assert_eq!(written(3, &causes), []);
        let missing = Cause::MissingParameters(U16List::new(&[[0, 7]]));
        assert_eq!(written(9, &[missing, Cause::OutOfResource]), []);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_to_their_end(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let raw: Vec<_> = Causes::new(&bytes).iter().collect();
            prop_assert!(raw.iter().rev().skip(1).all(Result::is_ok));
            for cause in read(&bytes).into_iter().flatten() {
                let again = written(256, &[cause]);
                prop_assert_eq!(read(&again), [Ok(cause)]);
            }
        }
    }
}
