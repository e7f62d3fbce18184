//! From an association to the receive queue of its endpoint.

use super::Engine;
use crate::inbox::{Item, Queued};
use crate::options::{Events, Interleave};
use crate::slab::Key;

impl Engine {
    /// Moves what can be read from the association to the endpoint's queue.
    pub(super) fn deliver(&mut self, key: Key) {
        let Self { associations, endpoints, changed, .. } = self;
        let Some(association) = associations.get_mut(key) else { return };
        if association.waiting {
            return;
        }
        let owner = association.endpoint;
        let Some((owner, endpoint)) = owner.and_then(|owner| Some((owner, endpoints.get_mut(owner)?))) else {
            // The socket is closed: nobody will read.
            association.inbound.begin_part(0, true);
            while association.inbound.pop().is_some() {}
            return;
        };
        let alone = endpoint.options.interleave != Interleave::Streams;
        association.begin_part(endpoint.options.delivery_point(), alone);
        let about = (key, association.peer(), association.settings.context);
        let (inbound, part) = (&mut association.inbound, &mut association.part);
        while let Some(next) = inbound.peek() {
            // A place in the queue first: what was acknowledged must not be lost for want of memory.
            if endpoint.inbox.reserve_part(key, *part, next).is_err() {
                break;
            }
            let Some(delivery) = inbound.pop() else { break };
            let grown = endpoint.inbox.push_data(about, delivery, part);
            association.unread = association.unread.saturating_add(grown);
            changed.push(owner.index);
        }
    }

    /// Delivers all that there is of an association from which nothing more comes. Of a message that was delivered in
    /// part the user hears that it has no end, right behind that part (RFC 6458 section 6.1.7).
    pub(super) fn deliver_last(&mut self, key: Key) {
        self.deliver(key);
        let Self { associations, endpoints, changed, .. } = self;
        let Some(association) = associations.get_mut(key) else { return };
        let Some(notification) = association.inbound.give_up_part() else { return };
        let part = association.part.take();
        let owner = association.endpoint;
        if let Some(owner) = owner
            && let Some(endpoint) = endpoints.get_mut(owner)
        {
            let tell = association.settings.events.contains(Events::PARTIAL_DELIVERY);
            let waits = endpoint.inbox.lose_rest(key, part, tell);
            if waits.is_none() && tell && endpoint.inbox.reserve().is_ok() {
                let (from, context) = (association.peer(), association.settings.context);
                let item = Item::Notification(notification);
                let _ = endpoint.inbox.push_front(Queued { association: key, from, context, item });
            }
            changed.push(owner.index);
        }
        self.deliver(key);
    }
}
