//! The paths of an association: one for each transport address of the peer (RFC 9260 sections 6.3, 7 and 8).

mod congestion;
mod fault;
mod heartbeat;
mod paths;
mod pmtud;
mod rto;
mod select;
#[cfg(test)]
mod tests;

pub(crate) use congestion::Congestion;
pub use congestion::WindowParameters;
pub(crate) use heartbeat::Heartbeat;
pub(crate) use paths::Paths;
pub(crate) use pmtud::Search;
pub(crate) use rto::Rto;
pub use rto::RtoParameters;
pub(crate) use select::{alternate, usable};

use crate::address::Address;
use crate::options::{IpHeader, IpSettings, PathSettings, Protocol};
use crate::time::Time;
use sctp_wire::{COMMON_HEADER_LEN, Tsn};

/// Most addresses of a peer that are used.
pub(crate) const MAX_PATHS: usize = 8;

/// The path MTU until something else is known, bytes (section 7.3).
const INITIAL_MTU: u32 = 1500;

/// The largest packet that IP can carry, bytes.
const MAX_MTU: u32 = 65_535;

/// The smallest path MTU that is calculated with, bytes: the minimum of IPv4 (RFC 791).
const MIN_MTU: u32 = 576;

/// Position of a path among the paths of its association.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PathId(pub(crate) u8);

impl PathId {
    /// The path at a position below [`MAX_PATHS`].
    pub(crate) fn at(position: usize) -> Option<Self> {
        u8::try_from(position).ok().map(Self)
    }

    /// The position in [`Paths`].
    pub(crate) fn position(self) -> usize {
        usize::from(self.0)
    }
}

/// What is known of a destination address (sections 5.4 and 8.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PathState {
    /// Not yet shown to be the peer's.
    Unconfirmed,
    /// Works, as far as known.
    Active,
    /// More than PotentiallyFailed.Max.Retrans errors in a row: used only if nothing better is left (RFC 7829).
    PotentiallyFailed,
    /// More than Path.Max.Retrans errors in a row.
    Inactive,
}

/// One destination address of the peer.
///
/// The fields stand in memory in this order: what every packet looks at together, from the end of `search` on, then what
/// a packet with DATA or a SACK changes.
#[derive(Clone, Debug)]
#[repr(C)]
pub(crate) struct Path {
    /// The search for a better `mtu`.
    pub(crate) search: Search,
    pub(crate) heartbeat: Heartbeat,
    /// When T3-rtx expires, [`Time::NEVER`] while it does not run.
    pub(crate) t3: Time,
    pub(crate) state: PathState,
    /// Consecutive time-outs (section 8.2).
    pub(crate) errors: u16,
    /// The largest IP packet, bytes.
    pub(crate) mtu: u32,
    pub(crate) remote: Address,
    /// The source address of packets; the wildcard when the route chooses.
    pub(crate) local: Address,
    pub(crate) congestion: Congestion,
    pub(crate) rto: Rto,
    /// The earliest outstanding TSN sent to this address (section 6.3.2 R3).
    pub(crate) earliest: Option<Tsn>,
    /// The chunk whose round trip is being measured, and when it was sent (section 6.3.1 C4).
    pub(crate) timing: Option<(Tsn, Time)>,
    pub(crate) settings: PathSettings,
    /// The last TSN that was sent before a mark for congestion reduced the window (RFC 4960 appendix A).
    pub(crate) reduced: Option<Tsn>,
    /// DATA chunks sent again, since the path began.
    pub(crate) retransmitted: u32,
    /// The last source address that was known, even while the route chooses again.
    known_local: Address,
}

impl Path {
    /// A path that nothing was sent on.
    pub(crate) fn new(remote: Address, local: Address, protocol: &Protocol) -> Self {
        let mut path = Self {
            remote,
            local,
            state: PathState::Unconfirmed,
            settings: protocol.path,
            errors: 0,
            mtu: INITIAL_MTU,
            rto: Rto::new(&protocol.rto),
            congestion: Congestion::new(remote.family, 0, protocol.window),
            t3: Time::NEVER,
            earliest: None,
            timing: None,
            heartbeat: Heartbeat::NONE,
            search: Search::new(remote.family),
            reduced: None,
            retransmitted: 0,
            known_local: local,
        };
        path.reset(protocol);
        path
    }

    /// Forgets what was measured and sent, as after a restart of the peer (sections 5.2.4.1 and 7.2.5). The state stays.
    pub(crate) fn reset(&mut self, protocol: &Protocol) {
        self.errors = 0;
        self.rto = Rto::new(&protocol.rto);
        self.congestion = Congestion::new(self.remote.family, self.pmdcs(), protocol.window);
        self.congestion.limit(protocol.max_cwnd, self.pmdcs());
        self.t3 = Time::NEVER;
        self.earliest = None;
        self.timing = None;
        self.heartbeat = Heartbeat::NONE;
        self.search = Search::new(self.remote.family);
        self.reduced = None;
    }

    /// The source address that the route chose is known. Another than before means other routes, of which nothing was
    /// measured yet (section 7.2.5.2).
    pub(crate) fn learn_local(&mut self, local: Address) {
        if !self.known_local.is_any() && !self.known_local.same_host(&local) {
            self.congestion.reinitialize(self.remote.family, self.pmdcs());
        }
        self.local = local;
        self.known_local = local;
    }

    /// PMDCS, the largest DATA chunk that fits one packet (section 1.5), bytes; a multiple of 4.
    pub(crate) fn pmdcs(&self) -> u32 {
        let header = u32::try_from(COMMON_HEADER_LEN).unwrap_or(u32::MAX);
        self.mtu.clamp(MIN_MTU, MAX_MTU).saturating_sub(self.remote.ip_header()).saturating_sub(header) & !3
    }

    /// What its packets say to IP.
    pub(crate) fn ip(&self, socket: &IpSettings) -> IpHeader {
        self.settings.header(socket, self.remote.family)
    }

    /// The IP packet with `room` bytes for chunks, bytes.
    pub(crate) fn packet_with(&self, room: u32) -> u32 {
        let header = u32::try_from(COMMON_HEADER_LEN).unwrap_or(u32::MAX);
        room.saturating_add(self.remote.ip_header()).saturating_add(header)
    }

    /// The bytes for chunks in the largest packet (RFC 6458 section 8.2.2).
    pub(crate) fn chunk_room(&self) -> u32 {
        self.mtu.saturating_sub(self.packet_with(0))
    }

    /// The next moment that something is to be done for the path; `searching` if its MTU may be searched for.
    pub(crate) fn deadline(&self, searching: bool) -> Time {
        let deadline = self.t3.min(self.heartbeat.deadline);
        if searching { deadline.min(self.search_deadline()) } else { deadline }
    }

    /// When the search for a better MTU has something to do. Only a path that works is searched.
    pub(crate) fn search_deadline(&self) -> Time {
        match self.state {
            PathState::Active if self.search.is_idle() => Time(0),
            PathState::Active => self.search.deadline(),
            PathState::Unconfirmed | PathState::PotentiallyFailed | PathState::Inactive => Time::NEVER,
        }
    }

    /// Starts T3-rtx anew with the current RTO.
    pub(crate) fn restart_t3(&mut self, now: Time) {
        self.t3 = now.plus(self.rto.current());
    }
}
