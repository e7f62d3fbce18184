//! What a user is told besides data (RFC 6458 section 6.1). The C layout is made in `ffi`.

use crate::error::Error;
use crate::options::Events;

/// How an association changed (RFC 6458 section 6.1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// SCTP_COMM_UP.
    Up,
    /// SCTP_COMM_LOST.
    Lost,
    /// SCTP_RESTART.
    Restart,
    /// SCTP_SHUTDOWN_COMP.
    ShutdownComplete,
    /// SCTP_CANT_STR_ASSOC.
    CannotStart,
}

/// A notification about an association.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notification {
    /// SCTP_ASSOC_CHANGE.
    AssociationChange {
        /// What happened.
        change: Change,
        /// Why, if it is a failure.
        error: Option<Error>,
        /// Streams to the peer.
        outbound_streams: u16,
        /// Streams from the peer.
        inbound_streams: u16,
    },
    /// SCTP_SHUTDOWN_EVENT: the peer sends nothing more.
    Shutdown,
}

impl Notification {
    /// The subscription that asks for it.
    #[must_use]
    pub const fn event(&self) -> Events {
        match self {
            Self::AssociationChange { .. } => Events::ASSOCIATION,
            Self::Shutdown => Events::SHUTDOWN,
        }
    }
}
