//! What comes back about packets that did not arrive: ICMP (RFC 9260 section 10), and refusals of this host.

use super::{Engine, Transmit};
use crate::address::Address;
use crate::association::{Association, State};
use crate::counters::bump;
use crate::time::Time;
use sctp_wire::{Reader, Truncated, chunk_type};

/// What an ICMP or ICMPv6 message says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IcmpKind {
    /// Fragmentation Needed, Packet Too Big: the next link takes IP packets of `mtu` bytes, 0 if that was not said.
    TooBig {
        /// Bytes, IP header included.
        mtu: u32,
    },
    /// Protocol Unreachable, Unrecognized Next Header: there is no SCTP.
    ProtocolUnreachable,
    /// Port Unreachable.
    PortUnreachable,
    /// Any other Destination Unreachable.
    Unreachable,
}

/// An ICMP or ICMPv6 message about a packet of ours.
#[derive(Clone, Copy, Debug)]
pub struct IcmpError<'a> {
    /// The source of the quoted packet.
    pub local: Address,
    /// The destination of the quoted packet.
    pub peer: Address,
    /// What happened to it.
    pub kind: IcmpKind,
    /// As much of the SCTP packet, from its common header on, as was quoted.
    pub quoted: &'a [u8],
}

/// What a quoted SCTP packet shows.
struct Quoted {
    source_port: u16,
    destination_port: u16,
    tag: u32,
    /// The Initiate Tag, if the first chunk is an INIT and enough of it was quoted.
    initiate_tag: Option<u32>,
}

impl Quoted {
    /// Ports and tag are in the 8 bytes that every ICMP message quotes at least.
    fn read(bytes: &[u8]) -> Result<Self, Truncated> {
        let mut reader = Reader::new(bytes);
        let (source_port, destination_port, tag) = (reader.u16()?, reader.u16()?, reader.u32()?);
        let initiate_tag = Self::read_initiate_tag(reader).unwrap_or(None);
        Ok(Self { source_port, destination_port, tag, initiate_tag })
    }

    fn read_initiate_tag(mut reader: Reader<'_>) -> Result<Option<u32>, Truncated> {
        let _checksum = reader.u32()?;
        let kind = reader.u8()?;
        reader.bytes(3)?;
        let tag = reader.u32()?;
        Ok((kind == chunk_type::INIT).then_some(tag))
    }

    /// Rule ICMP6: whether the association sent this. An INIT carries tag 0, and in its body the tag of our own.
    fn is_from(&self, association: &Association) -> bool {
        if self.tag == 0 {
            self.initiate_tag == Some(association.local_tag)
        } else {
            self.tag == association.peer_tag
        }
    }
}

impl Engine {
    /// Takes an ICMP message. What does not fit an association, or might be forged, is counted and ignored.
    pub fn icmp(&mut self, now: Time, error: &IcmpError<'_>) {
        let used = self.on_icmp(now, error);
        bump(if used.is_some() { &mut self.counters.icmp_used } else { &mut self.counters.icmp_ignored });
    }

    fn on_icmp(&mut self, now: Time, error: &IcmpError<'_>) -> Option<()> {
        let quoted = Quoted::read(error.quoted).ok()?;
        let (local, peer) =
            (error.local.with_port(quoted.source_port), error.peer.with_port(quoted.destination_port));
        let key = self.association_for(&peer, &local)?;
        let association = self.associations.get_mut(key).filter(|association| quoted.is_from(association))?;
        match error.kind {
            // Rule ICMP7.
            IcmpKind::TooBig { mtu } => {
                let id = association.path_to(&peer)?;
                association.on_too_big(now, id, mtu);
            }
            // Rule ICMP8: as an ABORT; about an INIT only while its answer is waited for.
            IcmpKind::ProtocolUnreachable => {
                if quoted.tag == 0 && !matches!(association.state, State::CookieWait { .. }) {
                    return None;
                }
                let disposition = association.on_abort(None);
                self.apply(key, disposition);
            }
            // Rule ICMP3; and of rule ICMP9 only the timers of the path decide whether it works.
            IcmpKind::PortUnreachable | IcmpKind::Unreachable => return None,
        }
        self.settle(now, key);
        Some(())
    }

    /// This host could not send a packet. That is a loss as any other.
    pub const fn transmit_failed(&mut self) {
        bump(&mut self.counters.send_errors);
    }

    /// This host could not send a packet because it is too long for the interface: the path MTU is searched anew.
    pub fn transmit_refused(&mut self, now: Time, transmit: &Transmit) {
        let Some(key) = self.association_for(&transmit.destination, &transmit.source) else { return };
        let Some(association) = self.associations.get_mut(key) else { return };
        if let Some(id) = association.path_to(&transmit.destination).filter(|_| transmit.dont_fragment) {
            association.on_refused(now, id);
        }
        self.settle(now, key);
    }
}
