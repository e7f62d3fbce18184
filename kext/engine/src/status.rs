//! What a user may ask about an association (RFC 6458 section 8.2).

use crate::address::Address;
use crate::association::{Association, State};
use crate::engine::AssociationId;
use crate::path::{Path, PathState};
use crate::slab::Key;
use crate::time::Span;

/// The state of an association without what belongs to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StateName {
    /// COOKIE-WAIT.
    CookieWait,
    /// COOKIE-ECHOED.
    CookieEchoed,
    /// ESTABLISHED.
    Established,
    /// SHUTDOWN-PENDING.
    ShutdownPending,
    /// SHUTDOWN-SENT.
    ShutdownSent,
    /// SHUTDOWN-RECEIVED.
    ShutdownReceived,
    /// SHUTDOWN-ACK-SENT.
    ShutdownAckSent,
}

impl From<&State> for StateName {
    fn from(state: &State) -> Self {
        match state {
            State::CookieWait { .. } => Self::CookieWait,
            State::CookieEchoed { .. } => Self::CookieEchoed,
            State::Established => Self::Established,
            State::ShutdownPending => Self::ShutdownPending,
            State::ShutdownSent => Self::ShutdownSent,
            State::ShutdownReceived => Self::ShutdownReceived,
            State::ShutdownAckSent => Self::ShutdownAckSent,
        }
    }
}

/// One path to the peer.
#[derive(Clone, Copy, Debug)]
pub struct PathStatus {
    /// Where it leads.
    pub address: Address,
    /// The peer answered a heartbeat there, or set up the association over it.
    pub confirmed: bool,
    /// Not given up.
    pub active: bool,
    /// Congestion window, bytes.
    pub cwnd: u32,
    /// Smoothed round-trip time; zero before the first measurement.
    pub srtt: Span,
    /// Retransmission time-out.
    pub rto: Span,
    /// Largest IP packet, bytes.
    pub mtu: u32,
}

/// An association.
#[derive(Clone, Copy, Debug)]
pub struct AssociationStatus {
    /// Its name.
    pub association: AssociationId,
    /// Where it stands.
    pub state: StateName,
    /// The peer's window as this side reckons it, bytes.
    pub peer_window: u32,
    /// DATA chunks sent and not acknowledged.
    pub unacknowledged: u16,
    /// Messages that wait to be read.
    pub pending: u16,
    /// Streams from the peer.
    pub inbound_streams: u16,
    /// Streams to the peer.
    pub outbound_streams: u16,
    /// Payload bytes that fit in one DATA chunk.
    pub fragmentation_point: u32,
    /// The primary path.
    pub primary: PathStatus,
}

pub(crate) fn path_status(path: &Path) -> PathStatus {
    PathStatus {
        address: path.remote,
        confirmed: path.state != PathState::Unconfirmed,
        // RFC 7829 section 7: for a user who did not ask to see the state in between, such a path is active.
        active: matches!(path.state, PathState::Active | PathState::PotentiallyFailed),
        cwnd: path.congestion.cwnd(),
        srtt: path.rto.smoothed(),
        rto: path.rto.current(),
        mtu: path.mtu,
    }
}

impl Association {
    pub(crate) fn status(&self, key: Key, pending: usize) -> Option<AssociationStatus> {
        let path = self.path(self.primary)?;
        let count = |number: usize| u16::try_from(number).unwrap_or(u16::MAX);
        Some(AssociationStatus {
            association: key.into(),
            state: StateName::from(&self.state),
            peer_window: self.outbound.peer_rwnd(),
            unacknowledged: count(self.outbound.outstanding_chunks()),
            pending: count(pending),
            inbound_streams: self.inbound_streams,
            outbound_streams: self.outbound.streams(),
            fragmentation_point: path.mtu.saturating_sub(path.remote.ip_header()).saturating_sub(28),
            primary: path_status(path),
        })
    }
}
