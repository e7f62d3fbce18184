//! What the engine has to say: packets, and endpoints whose socket must be brought up to date.

use super::{EndpointId, Engine};
use crate::address::Address;
use crate::association::State;
use crate::counters::{Again, bump};
use crate::endpoint::Style;
use crate::error::Error;
use crate::options::IpHeader;
use crate::time::Time;
use sctp_wire::COMMON_HEADER_LEN;

/// The chunks of a packet of `length` bytes.
fn behind_header(buffer: &[u8], length: usize) -> &[u8] {
    buffer.get(COMMON_HEADER_LEN..length).unwrap_or_default()
}

/// ECT(0), the code point that senders use (RFC 3168 section 5).
const ECN_CAPABLE_TRANSPORT: u8 = 0b10;

/// Where a packet goes.
#[derive(Clone, Copy, Debug)]
pub struct Transmit {
    /// Bytes written.
    pub length: usize,
    /// The wildcard address: let the route choose.
    pub source: Address,
    /// It may choose only a source for which [`Engine::may_send_from`] is true.
    pub restricted: bool,
    /// The peer.
    pub destination: Address,
    /// What the IP header says.
    pub ip: IpHeader,
    /// Routers are not to fragment the packet.
    pub dont_fragment: bool,
}

/// An endpoint as its socket must show it.
#[derive(Clone, Copy, Debug)]
pub struct Update {
    /// As given to [`Engine::open`].
    pub context: usize,
    /// The endpoint.
    pub endpoint: EndpointId,
    /// Bytes that can be read; 1 when only empty messages can.
    pub receive_bytes: usize,
    /// Bytes accepted for sending and not acknowledged, of all associations.
    pub send_bytes: usize,
    /// No association takes much more: each has a send buffer of its own.
    pub send_full: bool,
    /// Associations that wait for accept.
    pub pending_accepts: usize,
    /// Given once.
    pub error: Option<Error>,
    /// A one-to-one endpoint in set-up.
    pub connecting: bool,
    /// A one-to-one endpoint with an association that is up and not over.
    pub connected: bool,
    /// Nothing more will come.
    pub end_of_file: bool,
    /// Nothing more may be sent.
    pub send_closed: bool,
}

impl Engine {
    /// Whether [`Engine::transmit`] may have a packet.
    #[must_use]
    pub const fn has_transmit(&self) -> bool {
        !self.replies.is_empty() || !self.farewells.is_empty() || !self.ready.is_empty()
    }

    /// Writes the next packet into `buffer`, which must hold at least a path MTU.
    pub fn transmit(&mut self, now: Time, buffer: &mut [u8]) -> Option<Transmit> {
        let waiting = self.replies.pop(buffer).or_else(|| self.farewells.pop(buffer));
        if let Some(transmit) = waiting {
            self.farewells.release(self.associations.len());
            self.counters.count_sent(behind_header(buffer, transmit.length), Again::default());
            return Some(transmit);
        }
        while let Some(index) = self.ready.pop() {
            let Some(key) = self.associations.key_at(index) else { continue };
            let Some(association) = self.associations.get_mut(key) else { continue };
            let Some(emitted) = association.emit(now, buffer) else {
                // What fits no packet, such as a huge cookie, would be asked for for ever: it waits for its timer.
                self.deadlines.set(index, association.deadline());
                continue;
            };
            self.settle(now, key);
            self.counters.count_sent(behind_header(buffer, emitted.length), emitted.again);
            if emitted.window_probe {
                bump(&mut self.counters.window_probes);
            }
            let (source, destination) = (emitted.source, emitted.destination);
            let ecn = if emitted.ecn_capable { ECN_CAPABLE_TRANSPORT } else { 0 };
            let ip = IpHeader { tos: emitted.ip.tos | ecn, ..emitted.ip };
            let (length, dont_fragment) = (emitted.length, emitted.dont_fragment);
            let restricted = emitted.restricted;
            return Some(Transmit { length, source, restricted, destination, ip, dont_fragment });
        }
        None
    }

    /// Whether `candidate` may be the source of a packet that left the choice to the route.
    #[must_use]
    pub fn may_send_from(&self, transmit: &Transmit, candidate: &Address) -> bool {
        let key = self.association_for(&transmit.destination, &transmit.source);
        let association = key.and_then(|key| self.associations.get(key));
        association.is_none_or(|found| found.local_addresses.include(&candidate.normalized()))
    }

    /// The next endpoint that changed, whole.
    pub fn next_update(&mut self) -> Option<Update> {
        while let Some(index) = self.changed.pop() {
            let Some(key) = self.endpoints.key_at(index) else { continue };
            let associations = &self.associations;
            let Some(endpoint) = self.endpoints.get_mut(key) else { continue };
            let single = endpoint.style == Style::OneToOne;
            let association = endpoint.only_association().and_then(|key| associations.get(key));
            let up = association.is_some_and(|found| found.is_set_up());
            return Some(Update {
                context: endpoint.context,
                endpoint: key.into(),
                receive_bytes: endpoint.inbox.readable(),
                send_bytes: endpoint.send_bytes,
                send_full: endpoint.full > 0 && endpoint.full == endpoint.associations.len(),
                pending_accepts: endpoint.accept_queue.len(),
                error: endpoint.error.take(),
                connecting: single
                    && association.is_some_and(|found| {
                        matches!(found.state, State::CookieWait { .. } | State::CookieEchoed { .. })
                    }),
                connected: single && up,
                end_of_file: endpoint.end_of_file,
                send_closed: endpoint.send_closed,
            });
        }
        None
    }
}
