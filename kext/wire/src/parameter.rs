//! The parameters that INIT, INIT ACK and HEARTBEAT chunks carry (RFC 9260 sections 3.2.1, 3.3.2.1,
//! 3.3.3.1 and 3.3.5). Their framing is drawn in `tlv.rs`; the values are
//!
//! ```text
//! Heartbeat Info (1)             what its sender likes
//! IPv4 Address (5)               4 bytes
//! IPv6 Address (6)               16 bytes
//! State Cookie (7)               what its sender likes
//! Unrecognized Parameter (8)     a whole parameter
//! Cookie Preservative (9)        4 bytes: milliseconds
//! Host Name Address (11)         a name; no longer to be used, and to be refused
//! Supported Address Types (12)   2 bytes for each type
//! Adaptation Layer (0xc006)      4 bytes (RFC 5061 section 4.2.6)
//! ECN Capable (0x8000)           nothing (reserved by RFC 9260 section 15.3; RFC 4960 appendix A)
//! ```

use crate::cursor::{Full, Writer};
use crate::error::Malformed;
use crate::packet::UnrecognizedAction;
use crate::tlv::{ParameterWriter, Tlvs};
use crate::u16_list::U16List;

/// The numbers of the parameter types.
pub mod parameter_type {
    /// Heartbeat Info.
    pub const HEARTBEAT_INFO: u16 = 1;
    /// IPv4 Address.
    pub const IPV4_ADDRESS: u16 = 5;
    /// IPv6 Address.
    pub const IPV6_ADDRESS: u16 = 6;
    /// State Cookie.
    pub const STATE_COOKIE: u16 = 7;
    /// Unrecognized Parameter.
    pub const UNRECOGNIZED_PARAMETER: u16 = 8;
    /// Cookie Preservative.
    pub const COOKIE_PRESERVATIVE: u16 = 9;
    /// Host Name Address.
    pub const HOST_NAME_ADDRESS: u16 = 11;
    /// Supported Address Types.
    pub const SUPPORTED_ADDRESS_TYPES: u16 = 12;
    /// ECN Capable.
    pub const ECN_CAPABLE: u16 = 0x8000;
    /// Adaptation Layer Indication (RFC 5061).
    pub const ADAPTATION_LAYER_INDICATION: u16 = 0xc006;
}

/// A sequence of parameters, not looked at yet.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Parameters<'a> {
    bytes: &'a [u8],
}

impl<'a> Parameters<'a> {
    /// The parameters that `bytes` hold, one behind the other and each but the last padded.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    /// The parameters in their order, up to and with the first that has a wrong length.
    pub fn iter(&self) -> impl Iterator<Item = Result<RawParameter<'a>, Malformed>> + Clone + use<'a> {
        Tlvs::new(self.bytes).map(|tlv| match tlv {
            Ok(tlv) => Ok(RawParameter { kind: tlv.kind, value: tlv.value, bytes: tlv.bytes }),
            Err(_) => Err(Malformed::ParameterLength),
        })
    }

    /// The parameters as they stand in the packet.
    #[must_use]
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.bytes
    }
}

/// A parameter of any type.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RawParameter<'a> {
    /// The parameter type.
    pub kind: u16,
    /// Its value, without padding.
    pub value: &'a [u8],
    /// The whole parameter with type and length, without padding.
    pub bytes: &'a [u8],
}

impl RawParameter<'_> {
    /// What to do with this parameter if its type is not known.
    #[must_use]
    pub const fn unrecognized_action(&self) -> UnrecognizedAction {
        let [high, _] = self.kind.to_be_bytes();
        UnrecognizedAction::of(high)
    }
}

/// A parameter by its type.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Parameter<'a> {
    /// What a HEARTBEAT wants echoed (section 3.3.5).
    HeartbeatInfo(&'a [u8]),
    /// An IPv4 address of the sender (section 3.3.2.1.1).
    Ipv4([u8; 4]),
    /// An IPv6 address of the sender (section 3.3.2.1.2).
    Ipv6([u8; 16]),
    /// The cookie to be echoed (section 3.3.3.1.1).
    StateCookie(&'a [u8]),
    /// A parameter of the INIT, complete with type and length, that was not understood (section
    /// 3.3.3.1.2).
    UnrecognizedParameter(&'a [u8]),
    /// By how many milliseconds the cookie should live longer (section 3.3.2.1.3).
    CookiePreservative(u32),
    /// A host name, to be answered with an ABORT (section 3.3.2.1.4).
    HostName(&'a [u8]),
    /// The types of addresses the sender can reach (section 3.3.2.1.5).
    SupportedAddressTypes(U16List<'a>),
    /// The sender understands ECNE and CWR chunks.
    EcnCapable,
    /// What the sender's adaptation layer is (RFC 5061 section 4.2.6).
    AdaptationLayerIndication(u32),
    /// Any other.
    Unrecognized(RawParameter<'a>),
}

impl<'a> Parameter<'a> {
    /// Reads the value of a parameter.
    ///
    /// # Errors
    /// [`Malformed::ParameterValue`] when the value is not of a length it may have.
    pub fn parse(raw: RawParameter<'a>) -> Result<Self, Malformed> {
        let wrong = Malformed::ParameterValue(raw.kind);
        Ok(match raw.kind {
            parameter_type::HEARTBEAT_INFO => Self::HeartbeatInfo(raw.value),
            parameter_type::IPV4_ADDRESS => Self::Ipv4(raw.value.try_into().map_err(|_| wrong)?),
            parameter_type::IPV6_ADDRESS => Self::Ipv6(raw.value.try_into().map_err(|_| wrong)?),
            parameter_type::STATE_COOKIE => Self::StateCookie(raw.value),
            parameter_type::UNRECOGNIZED_PARAMETER => Self::UnrecognizedParameter(raw.value),
            parameter_type::COOKIE_PRESERVATIVE => {
                Self::CookiePreservative(u32::from_be_bytes(raw.value.try_into().map_err(|_| wrong)?))
            }
            parameter_type::HOST_NAME_ADDRESS => Self::HostName(raw.value),
            parameter_type::SUPPORTED_ADDRESS_TYPES => {
                Self::SupportedAddressTypes(U16List::parse(raw.value).ok_or(wrong)?)
            }
            parameter_type::ECN_CAPABLE if raw.value.is_empty() => Self::EcnCapable,
            parameter_type::ECN_CAPABLE => return Err(wrong),
            parameter_type::ADAPTATION_LAYER_INDICATION => {
                Self::AdaptationLayerIndication(u32::from_be_bytes(raw.value.try_into().map_err(|_| wrong)?))
            }
            _ => Self::Unrecognized(raw),
        })
    }

    /// The parameter type.
    #[must_use]
    pub const fn kind(&self) -> u16 {
        match self {
            Self::HeartbeatInfo(_) => parameter_type::HEARTBEAT_INFO,
            Self::Ipv4(_) => parameter_type::IPV4_ADDRESS,
            Self::Ipv6(_) => parameter_type::IPV6_ADDRESS,
            Self::StateCookie(_) => parameter_type::STATE_COOKIE,
            Self::UnrecognizedParameter(_) => parameter_type::UNRECOGNIZED_PARAMETER,
            Self::CookiePreservative(_) => parameter_type::COOKIE_PRESERVATIVE,
            Self::HostName(_) => parameter_type::HOST_NAME_ADDRESS,
            Self::SupportedAddressTypes(_) => parameter_type::SUPPORTED_ADDRESS_TYPES,
            Self::EcnCapable => parameter_type::ECN_CAPABLE,
            Self::AdaptationLayerIndication(_) => parameter_type::ADAPTATION_LAYER_INDICATION,
            Self::Unrecognized(raw) => raw.kind,
        }
    }

    /// Adds the parameter behind those already written.
    ///
    /// # Errors
    /// [`Full`] when it does not fit; nothing has been written then.
    pub fn emit(&self, writer: &mut ParameterWriter<'_, '_>) -> Result<(), Full> {
        writer.parameter(self.kind(), |value| self.emit_value(value))
    }

    fn emit_value(&self, value: &mut Writer<'_>) -> Result<(), Full> {
        match self {
            Self::HeartbeatInfo(bytes)
            | Self::StateCookie(bytes)
            | Self::UnrecognizedParameter(bytes)
            | Self::HostName(bytes) => value.bytes(bytes),
            Self::Ipv4(address) => value.bytes(address),
            Self::Ipv6(address) => value.bytes(address),
            Self::CookiePreservative(number) | Self::AdaptationLayerIndication(number) => value.u32(*number),
            Self::SupportedAddressTypes(types) => value.bytes(types.as_bytes()),
            Self::EcnCapable => Ok(()),
            Self::Unrecognized(raw) => value.bytes(raw.value),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use proptest::prelude::*;

    use super::{Parameter, Parameters, RawParameter, parameter_type};
    use crate::{Malformed, ParameterWriter, U16List, UnrecognizedAction, Writer};

    fn read(bytes: &[u8]) -> Vec<Result<Parameter<'_>, Malformed>> {
        Parameters::new(bytes).iter().map(|raw| raw.and_then(Parameter::parse)).collect()
    }

    fn written(parameters: &[Parameter<'_>]) -> Vec<u8> {
        let mut buffer = std::vec![0xa5; 4096];
        let mut writer = Writer::new(&mut buffer);
        let mut list = ParameterWriter::new(&mut writer);
        parameters.iter().for_each(|parameter| parameter.emit(&mut list).unwrap());
        let length = writer.position();
        buffer.truncate(length);
        buffer
    }

    #[test]
    fn every_type_as_it_stands_in_a_packet() {
        let unknown = RawParameter { kind: 0xc001, value: &[3], bytes: &[0xc0, 1, 0, 5, 3] };
        let examples: [(&[u8], Parameter<'_>); 11] = [
            (&[0, 1, 0, 6, 7, 8], Parameter::HeartbeatInfo(&[7, 8])),
            (&[0, 5, 0, 8, 192, 0, 2, 1], Parameter::Ipv4([192, 0, 2, 1])),
            (
                &[0, 6, 0, 20, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
                Parameter::Ipv6([0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]),
            ),
            (&[0, 7, 0, 7, 1, 2, 3], Parameter::StateCookie(&[1, 2, 3])),
            (&[0, 8, 0, 8, 0xc0, 1, 0, 4], Parameter::UnrecognizedParameter(&[0xc0, 1, 0, 4])),
            (&[0, 9, 0, 8, 0, 0, 3, 0xe8], Parameter::CookiePreservative(1000)),
            (&[0, 11, 0, 6, b'a', 0], Parameter::HostName(b"a\0")),
            (&[0, 12, 0, 8, 0, 5, 0, 6], Parameter::SupportedAddressTypes(U16List::new(&[[0, 5], [0, 6]]))),
            (&[0x80, 0, 0, 4], Parameter::EcnCapable),
            (&[0xc0, 6, 0, 8, 1, 2, 3, 4], Parameter::AdaptationLayerIndication(0x0102_0304)),
            (&[0xc0, 1, 0, 5, 3], Parameter::Unrecognized(unknown)),
        ];
        for (bytes, parameter) in examples {
            assert_eq!(read(bytes), [Ok(parameter)]);
            assert_eq!(written(&[parameter]), bytes);
        }
        let all = examples.map(|(_, parameter)| parameter);
        assert_eq!(read(&written(&all)), all.map(Ok));
    }

    #[test]
    fn a_value_of_a_wrong_length_is_refused() {
        let even: Vec<usize> = (0..32).step_by(2).collect();
        for (kind, lengths) in [
            (parameter_type::IPV4_ADDRESS, &[4][..]),
            (parameter_type::IPV6_ADDRESS, &[16]),
            (parameter_type::COOKIE_PRESERVATIVE, &[4]),
            (parameter_type::SUPPORTED_ADDRESS_TYPES, &even),
            (parameter_type::ECN_CAPABLE, &[0]),
            (parameter_type::ADAPTATION_LAYER_INDICATION, &[4]),
        ] {
            for length in 0..32 {
                let raw = RawParameter { kind, value: &[0; 32][..length], bytes: &[] };
                let expected =
                    if lengths.contains(&length) { None } else { Some(Malformed::ParameterValue(kind)) };
                assert_eq!(Parameter::parse(raw).err(), expected, "type {kind}, {length} bytes");
            }
        }
    }

    #[test]
    fn a_wrong_length_field_is_reported_once() {
        let seen = read(&[0x80, 0, 0, 4, 0, 5, 0, 9, 1, 2, 3, 4]);
        assert_eq!(seen, [Ok(Parameter::EcnCapable), Err(Malformed::ParameterLength)]);
    }

    #[test]
    fn the_two_highest_bits_say_what_to_do() {
        let action = |kind| RawParameter { kind, value: &[], bytes: &[] }.unrecognized_action();
        assert_eq!(action(0x3fff), UnrecognizedAction::Stop);
        assert_eq!(action(0x4000), UnrecognizedAction::StopAndReport);
        assert_eq!(action(0x8008), UnrecognizedAction::Skip);
        assert_eq!(action(0xc006), UnrecognizedAction::SkipAndReport);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_to_their_end(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let raw: Vec<_> = Parameters::new(&bytes).iter().collect();
            prop_assert!(raw.iter().rev().skip(1).all(Result::is_ok));
            for parameter in raw.into_iter().flatten() {
                if let Ok(value) = Parameter::parse(parameter) {
                    prop_assert_eq!(&written(&[value])[..], parameter.bytes);
                }
            }
        }
    }
}
