//! What a user is told besides data (RFC 6458 section 6.1). The C layout is made in `ffi`.

use crate::address::Address;
use crate::options::{Events, SendFlags};
use alloc::vec::Vec;
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

/// A message that was not delivered, or not acknowledged before the association ended.
#[derive(Debug, PartialEq, Eq)]
#[cfg_attr(test, derive(Clone))]
pub struct FailedMessage {
    /// The user wants SCTP_SEND_FAILED, not SCTP_SEND_FAILED_EVENT.
    pub deprecated: bool,
    /// At least a part of it was sent (SCTP_DATA_SENT).
    pub sent: bool,
    /// The code of an error cause (RFC 9260 section 3.3.10), 0 for none.
    pub cause: u16,
    /// Its stream.
    pub stream: u16,
    /// Its payload protocol identifier.
    pub ppid: u32,
    /// The user's own, as it came with the message.
    pub context: u32,
    /// How it was to be sent.
    pub flags: SendFlags,
    /// The message begins with these bytes.
    pub begins: bool,
    /// It ends with them. Without SCTP_EXPLICIT_EOR they are all of it, of which parts may have been delivered.
    pub ends: bool,
    /// What one call sent, or several small ones.
    pub bytes: Vec<u8>,
}

/// A notification about an association.
#[derive(Debug, PartialEq, Eq)]
#[cfg_attr(test, derive(Clone))]
pub enum Notification {
    /// SCTP_ASSOC_CHANGE.
    AssociationChange {
        /// What happened.
        change: Change,
        /// Why, if it is a failure: the code of an error cause (RFC 9260 section 3.3.10), 0 for none.
        cause: u16,
        /// Streams to the peer.
        outbound_streams: u16,
        /// Streams from the peer.
        inbound_streams: u16,
        /// The ABORT chunk that the peer sent; empty if it sent none.
        abort: Vec<u8>,
    },
    /// SCTP_REMOTE_ERROR: the peer sent an ERROR.
    RemoteError {
        /// The code of its first cause, 0 for none.
        cause: u16,
        /// The chunk.
        chunk: Vec<u8>,
    },
    /// SCTP_SEND_FAILED or SCTP_SEND_FAILED_EVENT.
    SendFailed(FailedMessage),
    /// SCTP_ADAPTATION_INDICATION: what the peer's adaptation layer said at set-up, opaque.
    Adaptation(u32),
    /// SCTP_AUTHENTICATION_EVENT with SCTP_AUTH_NO_AUTH: the peer does not authenticate.
    NoAuthentication,
    /// SCTP_SENDER_DRY_EVENT: all that the user sent was acknowledged.
    SenderDry,
    /// SCTP_NOTIFICATIONS_STOPPED_EVENT: too many wait to be read; the user hears of nothing until it subscribes again.
    Stopped,
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
            Self::RemoteError { .. } => Events::PEER_ERROR,
            Self::SendFailed(failed) if failed.deprecated => Events::SEND_FAILURE,
            Self::SendFailed(_) => Events::SEND_FAILED,
            Self::Adaptation(_) => Events::ADAPTATION,
            Self::NoAuthentication => Events::AUTHENTICATION,
            Self::SenderDry => Events::SENDER_DRY,
            // Whoever subscribes to anything hears of the end of it.
            Self::Stopped => Events::empty(),
        }
    }

    /// Bytes that the user reads: those of its structure in netinet/sctp_uio.h and what comes behind that.
    #[must_use]
    pub fn length(&self) -> usize {
        let structure = match self {
            // With the features of the association.
            Self::AssociationChange { change: Change::Up | Change::Restart, .. } => 21,
            Self::AssociationChange { .. } | Self::PartialDelivery { .. } | Self::NoAuthentication => 20,
            Self::Shutdown | Self::SenderDry => 12,
            Self::PeerAddressChange(_) => 152,
            Self::RemoteError { .. } | Self::Adaptation(_) => 16,
            Self::SendFailed(failed) if failed.deprecated => 144,
            Self::SendFailed(_) => 32,
            Self::Stopped => 8,
        };
        self.data().len().saturating_add(structure)
    }

    /// What comes behind the part of fixed length: a chunk of the peer, or a message of the user.
    #[must_use]
    pub fn data(&self) -> &[u8] {
        match self {
            Self::AssociationChange { abort: data, .. }
            | Self::RemoteError { chunk: data, .. }
            | Self::SendFailed(FailedMessage { bytes: data, .. }) => data,
            Self::Shutdown
            | Self::PeerAddressChange(_)
            | Self::PartialDelivery { .. }
            | Self::Adaptation(_)
            | Self::NoAuthentication
            | Self::SenderDry
            | Self::Stopped => &[],
        }
    }
}
