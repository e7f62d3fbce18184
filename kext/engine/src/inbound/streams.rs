//! Messages: those that may be delivered, and those that wait for their turn in a stream (RFC 9260 section 6.6) or
//! for the end of a message that is delivered in parts (section 6.9).

use super::index::Index;
use super::pool::Pool;
use super::{Delivery, Rest};
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

/// First and last of messages in a row.
type Chain = Option<(u32, u32)>;

/// A message that is delivered in parts.
#[derive(Debug)]
struct Begun {
    stream: u16,
    /// None for an unordered message.
    ssn: Option<Ssn>,
    /// The whole association waits for its end, not the stream alone.
    alone: bool,
    /// Messages that could be delivered otherwise.
    waiting: Chain,
}

/// The inbound streams of an association.
#[derive(Debug)]
pub(super) struct Streams {
    /// The sequence number each stream delivers next; those past the end have delivered nothing.
    expected: Vec<Ssn>,
    messages: Pool<Entry>,
    /// Messages ahead of their stream, by stream and sequence number.
    waiting: Index,
    /// Messages that may be delivered now.
    ready: Chain,
    begun: Option<Begun>,
}

/// The key of a message in [`Streams::waiting`].
fn key(stream: u16, ssn: Ssn) -> u32 {
    u32::from(stream) << 16 | u32::from(ssn.0)
}

impl Streams {
    pub(super) const fn new() -> Self {
        Self { expected: Vec::new(), messages: Pool::new(), waiting: Index::new(), ready: None, begun: None }
    }

    fn expected(&self, stream: u16) -> Ssn {
        self.expected.get(usize::from(stream)).copied().unwrap_or_default()
    }

    /// Checks that a message of this stream may still come, or begin with a fragment if it `begins`, and makes room for
    /// it, so that [`Streams::add`] cannot fail. An unordered message has no `ssn`.
    pub(super) fn reserve(&mut self, stream: u16, ssn: Option<Ssn>, begins: bool) -> Result<(), Refusal> {
        if let Some(ssn) = ssn {
            let begun = self.begun.as_ref().filter(|_| begins);
            let begun = begun.is_some_and(|begun| (begun.stream, begun.ssn) == (stream, Some(ssn)));
            let used =
                !ssn.at_or_after(self.expected(stream)) || self.waiting.get(key(stream, ssn)).is_some();
            if used || begun {
                return Err(Refusal::Repeated);
            }
            while self.expected.len() <= usize::from(stream) {
                memory::push(&mut self.expected, Ssn(0))?;
            }
            self.waiting.reserve()?;
        }
        Ok(self.messages.reserve(1)?)
    }

    /// Makes room for a part of a message, so that [`Streams::add_part`] cannot fail.
    pub(super) fn reserve_part(&mut self) -> Result<(), OutOfMemory> {
        self.messages.reserve(1)
    }

    /// Whether a message that is not whole is next in its stream; an unordered one always is.
    pub(super) fn is_turn(&self, stream: u16, ssn: Option<Ssn>) -> bool {
        ssn.is_none_or(|ssn| ssn == self.expected(stream))
    }

    /// Takes a whole message in, for which [`Streams::reserve`] made room.
    pub(super) fn add(&mut self, delivery: Delivery, charge: usize) {
        let (stream, ssn, unordered) = (delivery.stream, delivery.ssn, delivery.unordered);
        let Ok(handle) = self.messages.insert(Entry { delivery, charge, next: None }) else { return };
        if unordered {
            self.make_ready(handle, stream);
        } else if ssn == self.expected(stream) {
            self.make_ready(handle, stream);
            self.advance(stream, ssn);
        } else {
            // Room was reserved, so this cannot fail.
            let _ = self.waiting.insert(key(stream, ssn), handle);
        }
    }

    /// A message will be delivered in parts. Until its end nothing else of its stream is delivered or, if `alone`, of
    /// the association (RFC 6458 section 8.1.20).
    pub(super) fn begin(&mut self, stream: u16, ssn: Option<Ssn>, alone: bool) {
        self.begun = Some(Begun { stream, ssn, alone, waiting: None });
    }

    /// Takes the next part of the message in, for which [`Streams::reserve_part`] made room.
    pub(super) fn add_part(&mut self, delivery: Delivery, charge: usize) {
        let last = matches!(delivery.rest, Rest::Nothing);
        if let Ok(handle) = self.messages.insert(Entry { delivery, charge, next: None }) {
            append(&mut self.messages, &mut self.ready, handle);
        }
        if last {
            let _ = self.finish();
        }
    }

    /// The message that is delivered in parts has no further parts: what waited for it goes on. Returns its stream and
    /// sequence number; `None` if there is no such message.
    pub(super) fn finish(&mut self) -> Option<(u16, Option<Ssn>)> {
        let begun = self.begun.take()?;
        let mut waiting = begun.waiting;
        while let Some(handle) = next(&mut self.messages, &mut waiting) {
            append(&mut self.messages, &mut self.ready, handle);
        }
        if let Some(ssn) = begun.ssn {
            self.advance(begun.stream, ssn);
        }
        Some((begun.stream, begun.ssn))
    }

    /// A message was delivered: those after it in its stream may be.
    fn advance(&mut self, stream: u16, mut ssn: Ssn) {
        ssn = ssn.next();
        while let Some(handle) = self.waiting.remove(key(stream, ssn)) {
            self.make_ready(handle, stream);
            ssn = ssn.next();
        }
        if let Some(expected) = self.expected.get_mut(usize::from(stream)) {
            *expected = ssn;
        }
    }

    fn make_ready(&mut self, handle: u32, stream: u16) {
        let chain = match &mut self.begun {
            Some(begun) if begun.alone || begun.stream == stream => &mut begun.waiting,
            Some(_) | None => &mut self.ready,
        };
        append(&mut self.messages, chain, handle);
    }

    /// Whether a message may be delivered.
    pub(super) const fn has_ready(&self) -> bool {
        self.ready.is_some()
    }

    /// The next message to deliver.
    pub(super) fn peek(&self) -> Option<&Delivery> {
        let (first, _) = self.ready?;
        self.messages.get(first).map(|entry| &entry.delivery)
    }

    /// Takes out the next message to deliver, with what it was charged.
    pub(super) fn pop(&mut self) -> Option<(Delivery, usize)> {
        let handle = next(&mut self.messages, &mut self.ready)?;
        let entry = self.messages.remove(handle)?;
        Some((entry.delivery, entry.charge))
    }
}

/// Puts a message at the end of a chain.
fn append(messages: &mut Pool<Entry>, chain: &mut Chain, handle: u32) {
    *chain = match *chain {
        None => Some((handle, handle)),
        Some((first, last)) => {
            if let Some(entry) = messages.get_mut(last) {
                entry.next = Some(handle);
            }
            Some((first, handle))
        }
    };
}

/// Takes the first message out of a chain.
fn next(messages: &mut Pool<Entry>, chain: &mut Chain) -> Option<u32> {
    let (first, last) = (*chain)?;
    let after = messages.get_mut(first).and_then(|entry| entry.next.take());
    *chain = after.map(|after| (after, last));
    Some(first)
}
