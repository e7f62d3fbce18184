//! Whole messages: those that may be delivered, and those that wait for their turn in a stream
//! (RFC 9260 section 6.6).

use super::Delivery;
use super::index::Index;
use super::pool::Pool;
use crate::memory::{self, OutOfMemory};
use alloc::vec::Vec;
use sctp_wire::Ssn;

/// Bytes of tables that one message takes beside its payload.
pub(super) const MESSAGE_BYTES: usize = Pool::<Entry>::SLOT_BYTES + Index::ENTRY_BYTES;

/// Why a message may not be taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Its stream sequence number was used before.
    Repeated,
    /// Memory is short.
    NoMemory,
}

impl From<OutOfMemory> for Refusal {
    fn from(_: OutOfMemory) -> Self {
        Self::NoMemory
    }
}

#[derive(Debug)]
struct Entry {
    delivery: Delivery,
    charge: usize,
    /// The message to deliver after this one.
    next: Option<u32>,
}

/// The inbound streams of an association.
#[derive(Debug)]
pub(super) struct Streams {
    /// The sequence number each stream delivers next; those past the end have delivered nothing.
    expected: Vec<Ssn>,
    messages: Pool<Entry>,
    /// Messages ahead of their stream, by stream and sequence number.
    waiting: Index,
    /// First and last of the messages that may be delivered now.
    ready: Option<(u32, u32)>,
}

/// The key of a message in [`Streams::waiting`].
fn key(stream: u16, ssn: Ssn) -> u32 {
    u32::from(stream) << 16 | u32::from(ssn.0)
}

impl Streams {
    pub(super) const fn new() -> Self {
        Self { expected: Vec::new(), messages: Pool::new(), waiting: Index::new(), ready: None }
    }

    fn expected(&self, stream: u16) -> Ssn {
        self.expected.get(usize::from(stream)).copied().unwrap_or_default()
    }

    /// Checks that a message of this stream may still come, and makes room for it, so that
    /// [`Streams::add`] cannot fail. An unordered message has no `ssn`.
    pub(super) fn reserve(&mut self, stream: u16, ssn: Option<Ssn>) -> Result<(), Refusal> {
        if let Some(ssn) = ssn {
            if !ssn.at_or_after(self.expected(stream)) || self.waiting.get(key(stream, ssn)).is_some() {
                return Err(Refusal::Repeated);
            }
            while self.expected.len() <= usize::from(stream) {
                memory::push(&mut self.expected, Ssn(0))?;
            }
            self.waiting.reserve()?;
        }
        Ok(self.messages.reserve(1)?)
    }

    /// Takes a whole message in, for which [`Streams::reserve`] made room.
    pub(super) fn add(&mut self, delivery: Delivery, charge: usize) {
        let (stream, ssn, unordered) = (delivery.stream, delivery.ssn, delivery.unordered);
        let Ok(handle) = self.messages.insert(Entry { delivery, charge, next: None }) else { return };
        if unordered {
            self.make_ready(handle);
        } else if ssn == self.expected(stream) {
            let mut ssn = ssn;
            let mut released = Some(handle);
            while let Some(handle) = released {
                self.make_ready(handle);
                ssn = ssn.next();
                released = self.waiting.remove(key(stream, ssn));
            }
            if let Some(expected) = self.expected.get_mut(usize::from(stream)) {
                *expected = ssn;
            }
        } else {
            // Room was reserved, so this cannot fail.
            let _ = self.waiting.insert(key(stream, ssn), handle);
        }
    }

    fn make_ready(&mut self, handle: u32) {
        self.ready = match self.ready {
            None => Some((handle, handle)),
            Some((first, last)) => {
                if let Some(entry) = self.messages.get_mut(last) {
                    entry.next = Some(handle);
                }
                Some((first, handle))
            }
        };
    }

    /// Whether a message may be delivered.
    pub(super) const fn has_ready(&self) -> bool {
        self.ready.is_some()
    }

    /// Takes out the next message to deliver, with what it was charged.
    pub(super) fn pop(&mut self) -> Option<(Delivery, usize)> {
        let (first, last) = self.ready?;
        let entry = self.messages.remove(first)?;
        self.ready = entry.next.map(|next| (next, last));
        Some((entry.delivery, entry.charge))
    }
}
