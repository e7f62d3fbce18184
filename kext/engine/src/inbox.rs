//! What waits to be read at an endpoint.

use crate::address::Address;
use crate::inbound::{Delivery, Rest};
use crate::memory::OutOfMemory;
use crate::message::Message;
use crate::notification::Notification;
use crate::options::Interleave;
use crate::ring::Ring;
use crate::slab::Key;

/// What waits to be read.
#[derive(Debug)]
pub enum Item {
    /// A message of the peer.
    Data(Delivery),
    /// Something to be told, not yet in the user's layout.
    Notification(Notification),
    /// The same, laid out, and perhaps read in part.
    LaidOut(Message),
}

/// An entry of an endpoint's receive queue.
#[derive(Debug)]
pub struct Queued {
    /// The association it came over.
    pub(crate) association: Key,
    /// The peer's address.
    pub(crate) from: Address,
    /// SCTP_CONTEXT of the association when it came.
    pub context: u32,
    /// What came.
    pub item: Item,
}

impl Queued {
    /// The bytes to read; none for a notification that is not laid out.
    #[must_use]
    pub const fn message(&self) -> Option<&Message> {
        match &self.item {
            Item::Data(delivery) => Some(&delivery.message),
            Item::LaidOut(message) => Some(message),
            Item::Notification(_) => None,
        }
    }

    /// The message of the peer.
    pub(crate) const fn delivery(&self) -> Option<&Delivery> {
        match &self.item {
            Item::Data(delivery) => Some(delivery),
            Item::LaidOut(_) | Item::Notification(_) => None,
        }
    }

    /// What counts against the receive window, bytes.
    pub(crate) fn window_charge(&self) -> usize {
        self.delivery().map_or(0, Delivery::window_charge)
    }

    /// Bytes of memory that a notification takes, 0 for anything else.
    fn notified(&self) -> usize {
        match &self.item {
            Item::Notification(notification) => size_of::<Self>().saturating_add(notification.data().len()),
            Item::Data(_) | Item::LaidOut(_) => 0,
        }
    }

    /// Bytes that can be read of it.
    #[must_use]
    pub fn readable(&self) -> usize {
        match &self.item {
            Item::Data(Delivery { message, .. }) | Item::LaidOut(message) => message.remaining(),
            Item::Notification(notification) => notification.length(),
        }
    }
}

/// The name of an entry that was not taken out yet: its distance from the first one ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place(usize);

/// The receive queue of an endpoint.
#[derive(Debug)]
pub(crate) struct Inbox {
    queue: Ring<Queued>,
    /// The place of the first entry in `queue`.
    front: Place,
    /// Given back by a reader: next of all. Its own place, so that giving back cannot fail.
    returned: Option<Queued>,
    /// The association whose message was begun to be read and must be read to its end before anything else.
    begun: Option<Key>,
    /// Bytes to read in `queue`, and in what a reader holds.
    bytes: usize,
    /// Bytes of memory that the notifications in `queue` take.
    notified: usize,
}

impl Inbox {
    pub(crate) const fn new() -> Self {
        Self { queue: Ring::new(), front: Place(0), returned: None, begun: None, bytes: 0, notified: 0 }
    }

    /// Bytes of memory that the notifications take which wait.
    pub(crate) const fn notified(&self) -> usize {
        self.notified
    }

    /// Entries that wait, readable now or not.
    pub(crate) const fn len(&self) -> usize {
        self.queue.len().saturating_add(if self.returned.is_some() { 1 } else { 0 })
    }

    /// Messages of peers that wait.
    pub(crate) fn messages(&self) -> u64 {
        let queued = (0..self.queue.len()).filter_map(|place| self.queue.get(place));
        let messages = queued.chain(&self.returned).filter(|queued| queued.delivery().is_some());
        u64::try_from(messages.count()).unwrap_or(0)
    }

    /// Bytes that can be read now, those of notifications too; 1 when there are only empty messages.
    pub(crate) fn readable(&self) -> usize {
        if self.next().is_some() { self.bytes.max(1) } else { 0 }
    }

    /// The next entry that may be read.
    pub(crate) fn next(&self) -> Option<&Queued> {
        self.returned.as_ref().or_else(|| self.queue.get(0).filter(|next| self.lets_through(next)))
    }

    /// Makes room for one more entry.
    pub(crate) fn reserve(&mut self) -> Result<(), OutOfMemory> {
        self.queue.reserve(1)
    }

    /// Makes room for `next`, of an association whose message in parts waits at `place`.
    pub(crate) fn reserve_part(
        &mut self,
        association: Key,
        place: Option<Place>,
        next: &Delivery,
    ) -> Result<(), OutOfMemory> {
        match self.unfinished(association, place) {
            Some(delivery) if !next.first => delivery.message.reserve(next.message.parts()),
            Some(_) | None => self.reserve(),
        }
    }

    /// Adds an entry, for which there is room.
    pub(crate) fn push(&mut self, queued: Queued) -> Place {
        let place = Place(self.front.0.wrapping_add(self.queue.len()));
        self.notified = self.notified.saturating_add(queued.notified());
        self.bytes = self.bytes.saturating_add(queued.readable());
        let _: Result<(), OutOfMemory> = self.queue.push_back(queued);
        place
    }

    /// Adds an entry before all others, for which there is room.
    pub(crate) fn push_front(&mut self, queued: Queued) -> Place {
        self.front.0 = self.front.0.wrapping_sub(1);
        self.notified = self.notified.saturating_add(queued.notified());
        self.bytes = self.bytes.saturating_add(queued.readable());
        let _: Result<(), OutOfMemory> = self.queue.push_front(queued);
        self.front
    }

    /// Adds a message of an association, or a part of one, for which there is room. A part goes to the entry at `place`
    /// with those before it, if no reader has taken that; `place` becomes that of the next part. Returns by how much the
    /// window charge grew.
    pub(crate) fn push_data(
        &mut self,
        about: (Key, Address, u32),
        delivery: Delivery,
        place: &mut Option<Place>,
    ) -> usize {
        let (association, from, context) = about;
        let (first, follows) = (delivery.first, delivery.rest == Rest::Follows);
        if !first && let Some(unfinished) = self.unfinished(association, *place) {
            let (charge, bytes) = (unfinished.window_charge(), delivery.message.remaining());
            unfinished.extend(delivery);
            let grown = unfinished.window_charge().saturating_sub(charge);
            self.bytes = self.bytes.saturating_add(bytes);
            *place = place.filter(|_| follows);
            return grown;
        }
        let grown = delivery.window_charge();
        let queued = Queued { association, from, context, item: Item::Data(delivery) };
        let next = !first && self.begun == Some(association);
        let here = if next { self.push_front(queued) } else { self.push(queued) };
        if follows {
            *place = Some(here);
        } else if !first {
            *place = None;
        }
        grown
    }

    /// The message in parts of an association at a place, if no reader has taken it and it has no end yet.
    fn unfinished(&mut self, association: Key, place: Option<Place>) -> Option<&mut Delivery> {
        let place = place?;
        let entry = self.queue.get_mut(place.0.wrapping_sub(self.front.0))?;
        match &mut entry.item {
            // A place may be used again by an entry that was put before all others.
            Item::Data(delivery) if entry.association == association && delivery.rest == Rest::Follows => {
                Some(delivery)
            }
            Item::Data(_) | Item::Notification(_) | Item::LaidOut(_) => None,
        }
    }

    /// Whether an entry may be read although a message was begun.
    fn lets_through(&self, queued: &Queued) -> bool {
        let goes_on = queued.delivery().is_some_and(|delivery| !delivery.first);
        self.begun.is_none_or(|begun| begun == queued.association && goes_on)
    }

    /// Takes out the next entry that may be read (RFC 6458 section 8.1.20). Its bytes count until they are given back.
    pub(crate) fn take(&mut self, interleave: Interleave) -> Option<Queued> {
        if interleave != Interleave::Nothing {
            self.begun = None;
        }
        if let Some(returned) = self.returned.take() {
            return Some(returned);
        }
        self.next()?;
        let taken = self.queue.pop_front()?;
        self.front.0 = self.front.0.wrapping_add(1);
        self.notified = self.notified.saturating_sub(taken.notified());
        if interleave == Interleave::Nothing
            && let Some(delivery) = taken.delivery()
        {
            self.begun = (delivery.rest == Rest::Follows).then_some(taken.association);
        }
        Some(taken)
    }

    /// Gives an entry back of which `consumed` further bytes were read; what is left is next again.
    pub(crate) fn give_back(&mut self, queued: Queued, consumed: usize) {
        self.bytes = self.bytes.saturating_sub(consumed);
        self.returned = Some(queued);
    }

    /// The reader is done with an entry.
    pub(crate) fn consume(&mut self, queued: &Queued) {
        self.bytes = self.bytes.saturating_sub(queued.readable());
        if let Some(delivery) = queued.delivery()
            && delivery.rest == (Rest::Lost { tell: true })
        {
            // Behind what there was of the message, and before all else.
            let told = Queued { item: Item::Notification(delivery.lost()), ..*queued };
            self.bytes = self.bytes.saturating_add(told.readable());
            self.returned = Some(told);
        }
    }

    /// The end of a message will not come of which the beginning was delivered, and the last part so far to `place`. With
    /// `tell` the user hears of it after that; if a reader has taken it, `None` is returned and the caller adds the
    /// notification before all others.
    pub(crate) fn lose_rest(&mut self, association: Key, place: Option<Place>, tell: bool) -> Option<()> {
        if self.begun == Some(association) {
            self.begun = None;
        }
        self.unfinished(association, place)?.rest = Rest::Lost { tell };
        Some(())
    }

    /// An empty queue with room for all entries of an association.
    pub(crate) fn room_for(&self, association: Key) -> Result<Self, OutOfMemory> {
        let entries = (0..self.queue.len()).filter_map(|position| self.queue.get(position));
        let mut room = Self::new();
        room.queue.reserve(entries.filter(|entry| entry.association == association).count())?;
        Ok(room)
    }

    /// Moves all entries of an association to `to`, which has room for them and no others. The places of those behind
    /// them change: `moved` hears of every message in parts that another part may follow, whose it is and its old and its
    /// new place, here or there.
    pub(crate) fn split(
        &mut self,
        association: Key,
        to: &mut Self,
        mut moved: impl FnMut(Key, Place, Place),
    ) {
        let mut end = self.front;
        for step in 0..self.queue.len() {
            let Some(queued) = self.queue.pop_front() else { break };
            let owner = queued.association;
            let unfinished = queued.delivery().is_some_and(|delivery| delivery.rest == Rest::Follows);
            let new = if owner == association {
                self.notified = self.notified.saturating_sub(queued.notified());
                self.bytes = self.bytes.saturating_sub(queued.readable());
                to.push(queued)
            } else {
                let _: Result<(), OutOfMemory> = self.queue.push_back(queued);
                let place = end;
                end.0 = end.0.wrapping_add(1);
                place
            };
            if unfinished {
                moved(owner, Place(self.front.0.wrapping_add(step)), new);
            }
        }
        if let Some(returned) = self.returned.take_if(|returned| returned.association == association) {
            let bytes = returned.readable();
            self.bytes = self.bytes.saturating_sub(bytes);
            to.give_back(returned, 0);
            to.bytes = to.bytes.saturating_add(bytes);
        }
        to.begun = self.begun.take_if(|begun| *begun == association);
    }

    /// Lets everything be read.
    pub(crate) const fn unblock(&mut self) {
        self.begun = None;
    }
}
