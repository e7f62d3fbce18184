//! What a user is told besides data (RFC 6458 section 6.1). The C layout is made in `ffi`.

use crate::address::Address;
use crate::error::Error;
use crate::options::Events;
use sctp_wire::Ssn;

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

/// How an address of the peer changed (RFC 6458 section 6.1.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressChange {
    /// SCTP_ADDR_AVAILABLE: it works again.
    Available,
    /// SCTP_ADDR_UNREACHABLE: more than Path.Max.Retrans errors.
    Unreachable,
    /// SCTP_ADDR_CONFIRMED: the peer answered there.
    Confirmed,
    /// SCTP_ADDR_MADE_PRIM: messages go there.
    MadePrimary,
}

/// An address of the peer that changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AddressNews {
    /// The address, with the peer's port.
    pub address: Address,
    /// What happened to it.
    pub change: AddressChange,
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
    /// SCTP_PEER_ADDR_CHANGE.
    PeerAddressChange(AddressNews),
    /// SCTP_PARTIAL_DELIVERY_EVENT: the rest of a message that was delivered in part will not come.
    PartialDelivery {
        /// The stream of the message.
        stream: u16,
        /// Its place in the stream; 0 if it is unordered.
        ssn: Ssn,
    },
}

impl Notification {
    /// The subscription that asks for it.
    #[must_use]
    pub const fn event(&self) -> Events {
        match self {
            Self::AssociationChange { .. } => Events::ASSOCIATION,
            Self::Shutdown => Events::SHUTDOWN,
            Self::PeerAddressChange(_) => Events::ADDRESS,
            Self::PartialDelivery { .. } => Events::PARTIAL_DELIVERY,
        }
    }
}
