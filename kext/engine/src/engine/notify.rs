//! What the users of an endpoint are told besides data (RFC 6458 section 6.1).

use super::{EndpointId, Engine, Scope};
use crate::inbox::{Item, Queued};
use crate::notification::{Change, FailedMessage, Notification};
use crate::options::{Events, SendFlags};
use crate::outbound::{OutMessage, Outbound};
use crate::slab::Key;
use alloc::vec::Vec;
use sctp_wire::ErrorChunk;

/// Bytes that notifications may take, however small the receive buffer is.
const LEAST_ROOM: usize = 16 * 1024;

impl Engine {
    /// The association is up: its socket must hear of it.
    pub(super) fn came_up(&mut self, key: Key) {
        self.tell_up(key, Change::Up);
        if let Some(endpoint) = self.associations.get(key).and_then(|association| association.endpoint) {
            self.changed.push(endpoint.index);
        }
    }

    /// Tells that set-up came to its end, and what the peer said in it.
    pub(super) fn tell_up(&mut self, key: Key, change: Change) {
        self.notify_change(key, change, 0, Vec::new());
        if let Some(code) = self.associations.get(key).and_then(|association| association.adaptation) {
            self.notify(key, Notification::Adaptation(code));
        }
        self.notify(key, Notification::NoAuthentication);
    }

    pub(super) fn notify_change(&mut self, key: Key, change: Change, cause: u16, abort: Vec<u8>) {
        let Some(association) = self.associations.get(key) else { return };
        let (inbound_streams, outbound_streams) =
            (association.inbound_streams, association.outbound.streams());
        self.notify(
            key,
            Notification::AssociationChange { change, cause, outbound_streams, inbound_streams, abort },
        );
    }

    /// An ERROR chunk came; `chunk` are all its bytes.
    pub(super) fn tell_peer_error(&mut self, key: Key, error: &ErrorChunk<'_>, chunk: &[u8]) {
        if self.wants(key, Events::PEER_ERROR)
            && let Ok(chunk) = crate::memory::copy(chunk)
        {
            self.notify(key, Notification::RemoteError { cause: error.causes.first_code(), chunk });
        }
    }

    /// Tells of the messages that failed; of `all` that are not acknowledged when nothing more is sent.
    pub(super) fn tell_failed(&mut self, key: Key, cause: u16, all: bool) {
        while let Some((message, sent)) =
            self.associations.get_mut(key).and_then(|association| association.outbound.take_failed(all))
        {
            self.tell_failed_message(key, message, sent, cause);
        }
    }

    /// Tells of all messages of an association that it no longer has, for it began anew.
    pub(super) fn tell_dropped(&mut self, key: Key, mut outbound: Outbound) {
        while let Some((message, sent)) = outbound.take_failed(true) {
            self.tell_failed_message(key, message, sent, 0);
        }
    }

    fn tell_failed_message(&mut self, key: Key, message: OutMessage, sent: bool, cause: u16) {
        let OutMessage { bytes, stream, ppid, context, unordered, immediate, path, begins, ends } = message;
        let mut flags = SendFlags::empty();
        flags.set(SendFlags::UNORDERED, unordered);
        flags.set(SendFlags::SACK_IMMEDIATELY, immediate);
        flags.set(SendFlags::ADDR_OVER, path.is_some());
        // Who subscribed to both is told once, in the form that is not deprecated.
        let deprecated = !self.wants(key, Events::SEND_FAILED);
        let failed =
            FailedMessage { deprecated, sent, cause, stream, ppid, context, flags, begins, ends, bytes };
        self.notify(key, Notification::SendFailed(failed));
    }

    /// Tells at once that there is nothing to be sent if that is so, to who has just asked (RFC 6458 section 6.1.9).
    pub fn tell_if_dry(&mut self, id: EndpointId, scope: Scope) {
        if let Ok(Some(key)) = self.single(id, scope)
            && self.associations.get(key).is_some_and(|association| association.is_dry())
        {
            self.notify(key, Notification::SenderDry);
        }
    }

    fn wants(&self, key: Key, events: Events) -> bool {
        self.associations.get(key).is_some_and(|association| association.settings.events.contains(events))
    }

    /// Queues a notification for a user who asked for it. Without memory it is lost, as RFC 6458 allows.
    pub(super) fn notify(&mut self, key: Key, notification: Notification) {
        let Self { associations, endpoints, changed, .. } = self;
        let Some(association) = associations.get(key).filter(|association| !association.waiting) else {
            return;
        };
        let Some(owner) = association.endpoint else { return };
        let Some(endpoint) = endpoints.get_mut(owner) else { return };
        if !association.settings.events.contains(notification.event()) {
            return;
        }
        let room = usize::try_from(endpoint.options.future.protocol.receive_buffer).unwrap_or(usize::MAX);
        let full = endpoint.inbox.notified() >= room.max(LEAST_ROOM);
        let notification = if full { Notification::Stopped } else { notification };
        let (from, context) = (association.peer(), association.settings.context);
        if endpoint.inbox.reserve().is_ok() {
            let item = Item::Notification(notification);
            let _ = endpoint.inbox.push(Queued { association: key, from, context, item });
        }
        changed.push(owner.index);
        if full {
            self.stop_notifications(owner);
        }
    }

    /// Nobody reads the notifications, and a peer must not fill memory with them: all subscriptions of the endpoint end
    /// (RFC 6458 section 6.1.10).
    fn stop_notifications(&mut self, owner: Key) {
        let Self { associations, endpoints, .. } = self;
        let Some(endpoint) = endpoints.get_mut(owner) else { return };
        endpoint.options.future.events &= Events::DATA_IO;
        for key in &endpoint.associations {
            if let Some(association) = associations.get_mut(*key) {
                association.settings.events &= Events::DATA_IO;
            }
        }
    }
}
