//! Notifications in the layout of netinet/sctp_uio.h (RFC 6458 section 6.1).

use crate::contract;
use crate::errno::errno;
use sctp_engine::memory::{self, OutOfMemory};
use sctp_engine::options::Options;
use sctp_engine::{AddressChange, AssociationId, Change, Message, Notification};

/// The longest layout, bytes: struct sctp_paddr_change.
const LONGEST: usize = size_of::<contract::sctp_paddr_change>();

const fn address_code(change: AddressChange) -> u32 {
    match change {
        AddressChange::Available => contract::SCTP_ADDR_AVAILABLE,
        AddressChange::Unreachable => contract::SCTP_ADDR_UNREACHABLE,
        AddressChange::Confirmed => contract::SCTP_ADDR_CONFIRMED,
        AddressChange::MadePrimary => contract::SCTP_ADDR_MADE_PRIM,
    }
}

const fn change_code(change: Change) -> u32 {
    match change {
        Change::Up => contract::SCTP_COMM_UP,
        Change::Lost => contract::SCTP_COMM_LOST,
        Change::Restart => contract::SCTP_RESTART,
        Change::ShutdownComplete => contract::SCTP_SHUTDOWN_COMP,
        Change::CannotStart => contract::SCTP_CANT_STR_ASSOC,
    }
}

/// The bytes that the user reads.
///
/// # Errors
/// [`OutOfMemory`].
pub(crate) fn lay_out(
    notification: &Notification,
    association: AssociationId,
    options: &Options,
) -> Result<Message, OutOfMemory> {
    let mut bytes = heapless::Vec::<u8, LONGEST>::new();
    let kind = match notification {
        Notification::AssociationChange { .. } => contract::SCTP_ASSOC_CHANGE,
        Notification::Shutdown => contract::SCTP_SHUTDOWN_EVENT,
        Notification::PeerAddressChange(_) => contract::SCTP_PEER_ADDR_CHANGE,
        Notification::PartialDelivery { .. } => contract::SCTP_PARTIAL_DELIVERY_EVENT,
    };
    let mut halves = |values: &[u32]| {
        for value in values {
            let value = u16::try_from(*value).unwrap_or(u16::MAX);
            let _ = bytes.extend_from_slice(&value.to_ne_bytes());
        }
    };
    // Type and flags; the length goes between these and what follows.
    halves(&[kind, 0, 0, 0]);
    if let Notification::AssociationChange { change, error, outbound_streams, inbound_streams } = notification
    {
        let error = error.map_or(0, |error| u32::try_from(errno(error)).unwrap_or_default());
        halves(&[change_code(*change), error, u32::from(*outbound_streams), u32::from(*inbound_streams)]);
    }
    if let Notification::PeerAddressChange(news) = notification {
        let _ = bytes.extend_from_slice(&crate::address::storage_bytes(&options.shown(news.address)));
        for word in [address_code(news.change), 0] {
            let _ = bytes.extend_from_slice(&word.to_ne_bytes());
        }
    }
    if let Notification::PartialDelivery { stream, ssn } = notification {
        let _ = bytes.extend_from_slice(&contract::SCTP_PARTIAL_DELIVERY_ABORTED.to_ne_bytes());
        for half in [*stream, ssn.0] {
            let _ = bytes.extend_from_slice(&half.to_ne_bytes());
        }
    }
    let _ = bytes.extend_from_slice(&association.0.to_ne_bytes());
    if matches!(notification, Notification::PeerAddressChange(_)) {
        // spc_padding.
        let _ = bytes.extend_from_slice(&[0; 4]);
    }
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_ne_bytes();
    for (byte, from) in bytes.iter_mut().skip(4).zip(length) {
        *byte = from;
    }
    memory::copy(&bytes).map(Message::new)
}
