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
    /// Bytes for chunks in the largest packet (RFC 6458 section 8.2.2).
    pub mtu: u32,
}

/// How often each timer ran out (struct sctp_timeouts of netinet/sctp_uio.h).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timeouts {
    /// T1-init.
    pub init: u32,
    /// T1-cookie.
    pub cookie: u32,
    /// T3-rtx, of all paths.
    pub data: u32,
    /// The delayed SACK.
    pub sack: u32,
    /// T2-shutdown for a SHUTDOWN.
    pub shutdown: u32,
    /// T2-shutdown for a SHUTDOWN ACK.
    pub shutdown_ack: u32,
    /// Heartbeats that were not answered.
    pub heartbeat: u32,
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
    /// The most user bytes of one DATA chunk.
    pub fragmentation_point: u32,
    /// The primary path.
    pub primary: PathStatus,
    /// The receive window that the peer was told last, bytes.
    pub local_window: u32,
    /// Addresses of the peer.
    pub paths: u16,
    /// User bytes that were sent or wait to be, and were not acknowledged.
    pub send_buffered: u32,
    /// User bytes that came and cannot be delivered yet.
    pub receive_held: u32,
    /// How often timers ran out.
    pub timeouts: Timeouts,
}

/// How much there is of everything, over all endpoints.
#[derive(Clone, Copy, Debug, Default)]
pub struct Totals {
    /// Endpoints.
    pub endpoints: u32,
    /// Associations, with and without a socket.
    pub associations: u32,
    /// Addresses of this host.
    pub local_addresses: u32,
    /// Paths.
    pub paths: u32,
    /// DATA chunks sent and not acknowledged.
    pub chunks: u32,
    /// Messages and notifications that wait to be read.
    pub readable: u32,
    /// Messages of which nothing was sent yet.
    pub waiting: u32,
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
        mtu: path.chunk_room(),
    }
}

impl Association {
    pub(crate) fn status(&self, key: Key, pending: usize) -> Option<AssociationStatus> {
        let path = self.path(self.primary)?;
        let count = |number: usize| u16::try_from(number).unwrap_or(u16::MAX);
        let bytes = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Some(AssociationStatus {
            association: key.into(),
            state: StateName::from(&self.state),
            peer_window: self.outbound.peer_rwnd(),
            unacknowledged: count(self.outbound.outstanding_chunks()),
            pending: count(pending),
            inbound_streams: self.inbound_streams,
            outbound_streams: self.outbound.streams(),
            fragmentation_point: bytes(self.outbound.full_length(&self.paths)),
            primary: path_status(path),
            local_window: self.advertised,
            paths: count(self.paths.len()),
            send_buffered: bytes(self.outbound.buffered_bytes()),
            receive_held: bytes(self.inbound.held_bytes()),
            timeouts: self.timeouts,
        })
    }
}
