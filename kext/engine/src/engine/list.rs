//! All there is, one record after the other: endpoints, their associations, the addresses of both (the tables of
//! RFC 3873). Between two records anything may change: what goes meanwhile is left out.

use super::Engine;
use crate::address::Address;
use crate::association::Association;
use crate::endpoint::{Endpoint, Style};
use crate::path::{Path, PathState};
use crate::slab::Key;
use crate::status::{AssociationStatus, PathStatus, path_status};
use crate::time::{Span, Time};
use sctp_wire::Tsn;

/// Where the next record is. All zero is the beginning.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub struct Cursor {
    stage: Stage,
    /// The place to look at next for an endpoint, and behind the last one, for an association without one.
    place: u32,
    endpoint: u32,
    endpoint_generation: u32,
    association: u32,
    association_generation: u32,
    /// How many associations, or addresses, of the same were there already.
    associations: u32,
    addresses: u32,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u32)]
enum Stage {
    #[default]
    Endpoint = 0,
    EndpointAddress,
    Association,
    /// The associations of sockets that were closed.
    Closed,
    AssociationAddress,
    Path,
    End,
    Over,
}

/// One record. Those of an association stand behind that of its endpoint.
#[derive(Clone, Copy, Debug)]
pub enum Record {
    /// An endpoint, then its own addresses.
    Endpoint(EndpointRecord),
    /// An address of this host, of what stands before.
    Local(Address),
    /// No more addresses of this host.
    LocalEnd,
    /// An association, then its addresses of this host and of the peer.
    Association(AssociationRecord),
    /// An address of the peer.
    Path(PathRecord),
    /// No more addresses of the peer.
    PathEnd,
    /// No more associations of the endpoint.
    AssociationEnd,
    /// No more endpoints.
    EndpointEnd,
    /// Nothing here: look on.
    Nothing,
}

/// An endpoint.
#[derive(Clone, Copy, Debug)]
pub struct EndpointRecord {
    /// `None`: the sockets of the associations that follow were closed.
    pub style: Option<Style>,
    /// It takes IPv6.
    pub v6: bool,
    /// It is bound to all addresses.
    pub all_addresses: bool,
    /// 0: not bound.
    pub port: u16,
    /// The most user bytes of one DATA chunk that the user wants; 0: as many as fit.
    pub max_segment: u32,
    /// Associations that wait for accept, and how many may.
    pub waiting: u32,
    /// 0: it does not listen.
    pub backlog: u32,
}

/// An association.
#[derive(Clone, Copy, Debug)]
pub struct AssociationRecord {
    /// What a user may ask as well.
    pub status: AssociationStatus,
    /// The ports.
    pub local_port: u16,
    /// The peer's.
    pub peer_port: u16,
    /// HB.interval of paths to come.
    pub heartbeat_interval: Span,
    /// Consecutive retransmissions without an acknowledgement.
    pub errors: u16,
    /// DATA chunks sent again.
    pub retransmitted: u32,
    /// Verification tags: ours, the peer's.
    pub tags: (u32, u32),
    /// The first TSN that was sent, the highest, and up to where the peer has acknowledged.
    pub sent: (Tsn, Tsn, Tsn),
    /// Up to where the peer's DATA came.
    pub received: Tsn,
    /// The least path MTU, bytes.
    pub mtu: u32,
    /// When it came up; [`Time::NEVER`] before.
    pub started: Time,
}

/// A path.
#[derive(Clone, Copy, Debug)]
pub struct PathRecord {
    /// What a user may ask as well.
    pub status: PathStatus,
    /// Only used if nothing better is left (RFC 7829).
    pub potentially_failed: bool,
    /// Path.Max.Retrans.
    pub max_retransmits: u16,
    /// DATA chunks sent again.
    pub retransmitted: u32,
    /// Consecutive time-outs.
    pub errors: u16,
    /// Bytes on their way.
    pub flight: u32,
    /// The largest IP packet, bytes.
    pub mtu: u32,
    /// Slow start threshold, bytes.
    pub ssthresh: u32,
    /// HB.interval; `None` without heartbeats.
    pub heartbeat_interval: Option<Span>,
}

impl Cursor {
    const fn endpoint(&self) -> Key {
        Key { index: self.endpoint, generation: self.endpoint_generation }
    }

    const fn association(&self) -> Key {
        Key { index: self.association, generation: self.association_generation }
    }

    const fn begin_addresses(&mut self, stage: Stage) {
        self.stage = stage;
        self.addresses = 0;
    }

    const fn begin_association(&mut self, key: Key) {
        self.association = key.index;
        self.association_generation = key.generation;
        self.begin_addresses(Stage::AssociationAddress);
    }

    fn next_address(&mut self) -> usize {
        let place = self.addresses;
        self.addresses = place.saturating_add(1);
        usize::try_from(place).unwrap_or(usize::MAX)
    }
}

impl Engine {
    /// The next record; `None` behind the last. It takes no longer than one look, whatever there is.
    #[must_use]
    pub fn next_record(&self, at: &mut Cursor) -> Option<Record> {
        match at.stage {
            Stage::Endpoint => Some(self.endpoint_record(at)),
            Stage::EndpointAddress => {
                let found = self.endpoints.get(at.endpoint());
                let address = found.and_then(|endpoint| self.nth_local_of(endpoint, at.next_address()));
                Some(address.map_or_else(
                    || {
                        at.stage = Stage::Association;
                        Record::LocalEnd
                    },
                    Record::Local,
                ))
            }
            Stage::Association => Some(self.association_record(at)),
            Stage::Closed => Some(self.closed_record(at)),
            Stage::AssociationAddress => {
                let found = self.associations.get(at.association());
                let address = found.and_then(|association| self.nth_local(association, at.next_address()));
                Some(address.map_or_else(
                    || {
                        at.begin_addresses(Stage::Path);
                        Record::LocalEnd
                    },
                    Record::Local,
                ))
            }
            Stage::Path => {
                let found = self.associations.get(at.association());
                let path = found.and_then(|association| association.paths.get(at.next_address()));
                Some(path.map_or_else(
                    || {
                        let of_closed = at.endpoint_generation == 0;
                        at.stage = if of_closed { Stage::Closed } else { Stage::Association };
                        Record::PathEnd
                    },
                    |path| Record::Path(path_record(path)),
                ))
            }
            Stage::End => {
                at.stage = Stage::Over;
                Some(Record::EndpointEnd)
            }
            Stage::Over => None,
        }
    }

    fn endpoint_record(&self, at: &mut Cursor) -> Record {
        let place = at.place;
        at.place = place.saturating_add(1);
        if let Some(key) = self.endpoints.key_at(place)
            && let Some(endpoint) = self.endpoints.get(key)
        {
            (at.endpoint, at.endpoint_generation) = (key.index, key.generation);
            at.associations = 0;
            at.begin_addresses(Stage::EndpointAddress);
            return Record::Endpoint(record_of(endpoint));
        }
        if place >= self.endpoints.end() {
            (at.endpoint, at.endpoint_generation) = (0, 0);
            (at.place, at.associations) = (0, 0);
            at.stage = Stage::Closed;
        }
        Record::Nothing
    }

    fn association_record(&self, at: &mut Cursor) -> Record {
        let found = self
            .endpoints
            .get(at.endpoint())
            .and_then(|endpoint| endpoint.associations.get(usize::try_from(at.associations).ok()?).copied());
        let Some(key) = found else {
            at.stage = Stage::Endpoint;
            return Record::AssociationEnd;
        };
        at.associations = at.associations.saturating_add(1);
        self.begin_association(at, key)
    }

    /// The first one stands behind a record for all of their endpoints.
    fn closed_record(&self, at: &mut Cursor) -> Record {
        let place = at.place;
        if place >= self.associations.end() {
            at.stage = Stage::End;
            return if at.associations > 0 { Record::AssociationEnd } else { Record::Nothing };
        }
        let key = self.associations.key_at(place);
        let closed =
            key.filter(|key| self.associations.get(*key).is_some_and(|found| found.endpoint.is_none()));
        if closed.is_some() && at.associations == 0 {
            at.associations = 1;
            return Record::Endpoint(EndpointRecord {
                style: None,
                v6: false,
                all_addresses: false,
                port: 0,
                max_segment: 0,
                waiting: 0,
                backlog: 0,
            });
        }
        if closed.is_some() && at.associations == 1 {
            at.associations = 2;
            return Record::LocalEnd;
        }
        at.place = place.saturating_add(1);
        closed.map_or(Record::Nothing, |key| self.begin_association(at, key))
    }

    fn begin_association(&self, at: &mut Cursor, key: Key) -> Record {
        let record = self.associations.get(key).and_then(|found| found.record(key));
        if record.is_some() {
            at.begin_association(key);
        }
        record.map_or(Record::Nothing, Record::Association)
    }

    /// An address that later associations of an endpoint may use, none before it is bound.
    fn nth_local_of(&self, endpoint: &Endpoint, place: usize) -> Option<Address> {
        let families = endpoint.bound_families();
        let own = if endpoint.port == 0 { &[] } else { self.named(&endpoint.addresses) };
        let mut usable = own.iter().filter(|own| families.take(own.family));
        Some(usable.nth(place)?.with_port(endpoint.port))
    }

    fn nth_local(&self, association: &Association, place: usize) -> Option<Address> {
        let (families, peer) = (association.families, association.peer());
        let own = self.named(&association.local_addresses).iter();
        let mut usable = own.filter(|own| families.take(own.family) && own.is_of_use_at(&peer));
        Some(usable.nth(place)?.with_port(association.local.port))
    }
}

fn record_of(endpoint: &Endpoint) -> EndpointRecord {
    EndpointRecord {
        style: Some(endpoint.style),
        v6: endpoint.family == crate::address::Family::V6,
        all_addresses: endpoint.addresses.are_all(),
        port: endpoint.port,
        max_segment: endpoint.options.future.protocol.max_segment,
        waiting: u32::try_from(endpoint.accept_queue.len()).unwrap_or(u32::MAX),
        backlog: endpoint.backlog,
    }
}

impl Association {
    fn record(&self, key: Key) -> Option<AssociationRecord> {
        let again = self.paths.iter().map(|path| path.retransmitted);
        Some(AssociationRecord {
            status: self.status(key, 0)?,
            local_port: self.local.port,
            peer_port: self.peer_port,
            heartbeat_interval: self.settings.protocol.path.heartbeat_interval,
            errors: self.errors,
            retransmitted: again.fold(0, u32::wrapping_add),
            tags: (self.local_tag, self.peer_tag),
            sent: (self.local_tsn, self.outbound.next_tsn().previous(), self.outbound.cumulative_acked()),
            received: self.inbound.cumulative_tsn(),
            mtu: self.paths.iter().map(|path| path.mtu).min()?,
            started: self.started,
        })
    }
}

fn path_record(path: &Path) -> PathRecord {
    PathRecord {
        status: path_status(path),
        potentially_failed: path.state == PathState::PotentiallyFailed,
        max_retransmits: path.settings.max_retransmits,
        retransmitted: path.retransmitted,
        errors: path.errors,
        flight: path.congestion.flight(),
        mtu: path.mtu,
        ssthresh: path.congestion.ssthresh(),
        heartbeat_interval: path.settings.heartbeats.then_some(path.settings.heartbeat_interval),
    }
}
