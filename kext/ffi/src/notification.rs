//! Notifications in the layout of netinet/sctp_uio.h (RFC 6458 section 6.1).

use crate::contract;
use sctp_engine::memory::{self, OutOfMemory};
use sctp_engine::options::Options;
use sctp_engine::{AddressChange, AssociationId, Change, FailedMessage, Message, Notification};

/// The longest part of fixed length, bytes.
const LONGEST: usize = if size_of::<contract::sctp_send_failed>() > size_of::<contract::sctp_paddr_change>() {
    size_of::<contract::sctp_send_failed>()
} else {
    size_of::<contract::sctp_paddr_change>()
};

/// What every association can do, for sac_info (RFC 6458 section 6.1.1).
const FEATURES: u32 = contract::SCTP_ASSOC_SUPPORTS_MULTIBUF;

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

const fn kind(notification: &Notification) -> u32 {
    match notification {
        Notification::AssociationChange { .. } => contract::SCTP_ASSOC_CHANGE,
        Notification::Shutdown => contract::SCTP_SHUTDOWN_EVENT,
        Notification::PeerAddressChange(_) => contract::SCTP_PEER_ADDR_CHANGE,
        Notification::PartialDelivery { .. } => contract::SCTP_PARTIAL_DELIVERY_EVENT,
        Notification::RemoteError { .. } => contract::SCTP_REMOTE_ERROR,
        Notification::SendFailed(FailedMessage { deprecated: true, .. }) => contract::SCTP_SEND_FAILED,
        Notification::SendFailed(_) => contract::SCTP_SEND_FAILED_EVENT,
        Notification::Adaptation(_) => contract::SCTP_ADAPTATION_INDICATION,
        Notification::NoAuthentication => contract::SCTP_AUTHENTICATION_EVENT,
        Notification::SenderDry => contract::SCTP_SENDER_DRY_EVENT,
        Notification::Stopped => contract::SCTP_NOTIFICATIONS_STOPPED_EVENT,
    }
}

/// A structure that is written field after field.
struct Layout(heapless::Vec<u8, LONGEST>);

impl Layout {
    /// Appends bytes; the structures are no longer than there is room.
    fn bytes(&mut self, bytes: &[u8]) {
        let _ = self.0.extend_from_slice(bytes);
    }

    fn halves(&mut self, values: &[u16]) {
        for value in values {
            self.bytes(&value.to_ne_bytes());
        }
    }

    fn words(&mut self, values: &[u32]) {
        for value in values {
            self.bytes(&value.to_ne_bytes());
        }
    }

    /// Zeros up to so many bytes.
    fn pad(&mut self, length: usize) {
        let _ = self.0.resize_default(length.max(self.0.len()));
    }
}

const fn half(value: u32) -> u16 {
    let [low, high, _, _] = value.to_le_bytes();
    u16::from_le_bytes([low, high])
}

/// struct sctp_send_failed or struct sctp_send_failed_event, behind the header.
fn failed(layout: &mut Layout, failed: &FailedMessage, association: AssociationId) {
    let part = match (failed.begins, failed.ends) {
        (true, true) => contract::SCTP_DATA_NOT_FRAG,
        (true, false) => contract::SCTP_DATA_FIRST_FRAG,
        (false, true) => contract::SCTP_DATA_LAST_FRAG,
        (false, false) => contract::SCTP_DATA_MIDDLE_FRAG,
    };
    let flags = failed.flags.bits() | half(part);
    layout.words(&[u32::from(failed.cause)]);
    if failed.deprecated {
        // struct sctp_sndrcvinfo: stream, ssn, flags and padding, and behind the context nothing that is known.
        layout.halves(&[failed.stream, 0, flags, 0]);
        layout.words(&[failed.ppid.to_be(), failed.context, 0, 0, 0, association.0]);
        layout.pad(core::mem::offset_of!(contract::sctp_send_failed, ssf_assoc_id));
    } else {
        layout.halves(&[failed.stream, flags]);
        layout.words(&[failed.ppid.to_be(), failed.context, association.0]);
    }
    layout.words(&[association.0]);
}

/// The part of fixed length, without sn_length.
fn fixed(notification: &Notification, association: AssociationId, options: &Options) -> Layout {
    let mut layout = Layout(heapless::Vec::new());
    let flags = match notification {
        Notification::SendFailed(failed) if failed.sent => contract::SCTP_DATA_SENT,
        Notification::SendFailed(_) => contract::SCTP_DATA_UNSENT,
        _ => 0,
    };
    layout.halves(&[half(kind(notification)), half(flags)]);
    layout.words(&[0]);
    match notification {
        Notification::AssociationChange { change, cause, outbound_streams, inbound_streams, .. } => {
            layout.halves(&[half(change_code(*change)), *cause, *outbound_streams, *inbound_streams]);
            layout.words(&[association.0]);
            if matches!(change, Change::Up | Change::Restart) {
                layout.bytes(&FEATURES.to_le_bytes()[..1]);
            }
        }
        Notification::Shutdown | Notification::SenderDry => layout.words(&[association.0]),
        Notification::PeerAddressChange(news) => {
            layout.bytes(&crate::address::storage_bytes(&options.shown(news.address)));
            layout.words(&[address_code(news.change), 0, association.0]);
            layout.pad(size_of::<contract::sctp_paddr_change>());
        }
        Notification::PartialDelivery { stream, ssn } => {
            layout.words(&[contract::SCTP_PARTIAL_DELIVERY_ABORTED]);
            layout.halves(&[*stream, ssn.0]);
            layout.words(&[association.0]);
        }
        Notification::RemoteError { cause, .. } => {
            layout.halves(&[cause.to_be(), 0]);
            layout.words(&[association.0]);
        }
        Notification::SendFailed(message) => failed(&mut layout, message, association),
        Notification::Adaptation(code) => layout.words(&[*code, association.0]),
        Notification::NoAuthentication => {
            layout.words(&[0, contract::SCTP_AUTH_NO_AUTH, association.0]);
        }
        Notification::Stopped => {}
    }
    layout
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
    let Layout(mut bytes) = fixed(notification, association, options);
    let data = notification.data();
    let length = u32::try_from(bytes.len().saturating_add(data.len())).unwrap_or(u32::MAX);
    for (byte, from) in bytes.iter_mut().skip(4).zip(length.to_ne_bytes()) {
        *byte = from;
    }
    let mut message = Message::new(memory::copy(&bytes)?);
    if !data.is_empty() {
        message.append(memory::copy(data)?)?;
    }
    Ok(message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sctp_engine::address::Address;
    use sctp_engine::options::SendFlags;
    use sctp_engine::{AddressNews, Notification};

    /// One of each, with a byte behind it where there may be any.
    fn all() -> std::vec::Vec<Notification> {
        let change = |change| Notification::AssociationChange {
            change,
            cause: 0,
            outbound_streams: 1,
            inbound_streams: 1,
            abort: std::vec![0],
        };
        let failed = |deprecated| {
            Notification::SendFailed(FailedMessage {
                deprecated,
                sent: true,
                cause: 0,
                stream: 0,
                ppid: 0,
                context: 0,
                flags: SendFlags::empty(),
                begins: true,
                ends: true,
                bytes: std::vec![0],
            })
        };
        let news = AddressNews { address: Address::v4([192, 0, 2, 1], 1), change: AddressChange::Available };
        std::vec![
            change(Change::Up),
            change(Change::Restart),
            change(Change::Lost),
            Notification::Shutdown,
            Notification::PeerAddressChange(news),
            Notification::PartialDelivery { stream: 0, ssn: Default::default() },
            Notification::RemoteError { cause: 0, chunk: std::vec![0] },
            failed(true),
            failed(false),
            Notification::Adaptation(0),
            Notification::NoAuthentication,
            Notification::SenderDry,
            Notification::Stopped,
        ]
    }

    #[test]
    fn every_notification_is_as_long_as_the_engine_counts_and_says_so() {
        for notification in all() {
            let message = lay_out(&notification, AssociationId(3), &Options::default()).unwrap();
            let length = u32::try_from(message.length()).unwrap();
            assert_eq!(message.length(), notification.length(), "{notification:?}");
            assert_eq!(message.span(0)[4..8], length.to_ne_bytes(), "{notification:?}");
        }
    }
}
