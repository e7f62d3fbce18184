//! Reading: a message is handed out whole and comes back when the reader is done with it.

use super::{AssociationId, EndpointId, Engine};
use crate::address::Address;
use crate::counters::bump;
use crate::error::Error;
use crate::inbox::{Item, Queued};
use crate::slab::Key;
use crate::time::Time;
use sctp_wire::Tsn;

/// A message that the reader holds.
#[derive(Debug)]
pub struct Received {
    /// The message and how it came. Private to the reader until it gives it back.
    pub queued: Queued,
    /// The association's name, also when it is over.
    pub association: AssociationId,
    /// The peer's address.
    pub from: Address,
    /// The cumulative TSN acknowledged to the peer, 0 when the association is over.
    pub cumulative_tsn: Tsn,
}

impl Engine {
    /// Takes the next message out. Its bytes still count against the window until it comes back.
    ///
    /// # Errors
    /// [`Error::WouldBlock`] when there is none, [`Error::Invalid`].
    pub fn receive(&mut self, id: EndpointId) -> Result<Received, Error> {
        let endpoint = self.endpoint_mut(id)?;
        let interleave = endpoint.options.interleave;
        let queued = endpoint.inbox.take(interleave).ok_or(Error::WouldBlock)?;
        let association = queued.association;
        let cumulative_tsn =
            self.associations.get(association).map_or(Tsn(0), |found| found.inbound.cumulative_tsn());
        let from = self.endpoint(id)?.options.shown(queued.from);
        Ok(Received { association: association.into(), from, cumulative_tsn, queued })
    }

    /// What comes behind the message that a reader holds, and the association that it came over.
    ///
    /// # Errors
    /// [`Error::Invalid`].
    pub fn next(&self, id: EndpointId) -> Result<Option<(&Queued, AssociationId)>, Error> {
        Ok(self.endpoint(id)?.inbox.next().map(|next| (next, next.association.into())))
    }

    /// Gives a message back of which `consumed` further bytes were read; what is left is next again.
    pub fn unreceive(&mut self, now: Time, id: EndpointId, mut queued: Queued, consumed: usize) {
        let (read, window) = match &mut queued.item {
            Item::Data(delivery) => {
                delivery.message.consume(consumed);
                (consumed, consumed)
            }
            // Notifications take nothing of the window.
            Item::LaidOut(message) => {
                message.consume(consumed);
                (consumed, 0)
            }
            Item::Notification(_) => (0, 0),
        };
        let association = queued.association;
        if let Ok(endpoint) = self.endpoint_mut(id) {
            endpoint.inbox.give_back(queued, read);
        }
        self.after_reading(now, id, association, window);
    }

    /// The reader is done with a message.
    pub fn consumed(&mut self, now: Time, id: EndpointId, queued: &Queued) {
        if let Ok(endpoint) = self.endpoint_mut(id) {
            endpoint.inbox.consume(queued);
        }
        self.after_reading(now, id, queued.association, queued.window_charge());
    }

    fn after_reading(&mut self, now: Time, id: EndpointId, association: Key, bytes: usize) {
        self.changed.push(Key::from(id).index);
        if let Some(found) = self.associations.get_mut(association) {
            if found.on_read(bytes) {
                bump(&mut self.counters.window_updates);
            }
            self.deliver(association);
            self.settle(now, association);
        }
    }

    /// Throws away all that waits to be read.
    pub fn flush(&mut self, now: Time, id: EndpointId) {
        if let Ok(endpoint) = self.endpoint_mut(id) {
            endpoint.inbox.unblock();
        }
        while let Ok(received) = self.receive(id) {
            self.consumed(now, id, &received.queued);
        }
    }
}
