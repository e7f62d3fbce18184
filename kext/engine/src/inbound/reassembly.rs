//! Fragments that wait for the rest of their message (RFC 9260 section 6.9).
//!
//! The fragments of a message have consecutive TSNs, so a fragment finds the one before and the one after it by
//! TSN alone. Fragments that adjoin are linked into a piece; the two ends of a piece know each other, so that
//! joining pieces, and seeing that a message is whole, takes the same few steps for any length.

use super::index::Index;
use super::pool::Pool;
use super::received::Received;
use crate::memory::{self, OutOfMemory};
use crate::message::Message;
use alloc::vec::Vec;
use sctp_wire::{Data, DataFlags, Ssn, Tsn};

/// Below this average the fragments of a message are copied together instead of kept as parts of it.
const SMALL_FRAGMENT: usize = 256;

/// Bytes of tables that one fragment takes beside its payload.
pub(super) const FRAGMENT_BYTES: usize = Pool::<Fragment>::SLOT_BYTES + Index::ENTRY_BYTES;

/// The chunk cannot belong to the same sequence of messages as its neighbours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Contradiction;

/// What all fragments of one message have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Identity {
    stream: u16,
    /// None for an unordered message: its field has no significance (section 6.6).
    ssn: Option<Ssn>,
}

impl Identity {
    fn of(data: &Data<'_>) -> Self {
        let unordered = data.flags.contains(DataFlags::UNORDERED);
        Self { stream: data.stream, ssn: (!unordered).then_some(data.ssn) }
    }
}

#[derive(Debug)]
struct Fragment {
    bytes: Vec<u8>,
    tsn: Tsn,
    ppid: u32,
    identity: Identity,
    begin: bool,
    end: bool,
    /// The fragment after this one, if it is here.
    next: Option<u32>,
    /// At either end of a piece: its other end.
    other_end: u32,
}

/// The fragments right before and right after a chunk, as far as they are here and of its message.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fit {
    before: Option<u32>,
    after: Option<u32>,
}

/// A whole message.
#[derive(Debug)]
pub(super) struct Whole {
    pub(super) message: Message,
    /// TSN of the first fragment.
    pub(super) tsn: Tsn,
    /// As in the first fragment.
    pub(super) ppid: u32,
    /// What its fragments were charged.
    pub(super) charge: usize,
}

/// All fragments of messages that are not whole.
#[derive(Debug)]
pub(super) struct Reassembly {
    fragments: Pool<Fragment>,
    by_tsn: Index,
}

impl Reassembly {
    pub(super) const fn new() -> Self {
        Self { fragments: Pool::new(), by_tsn: Index::new() }
    }

    fn at(&self, tsn: Tsn) -> Option<(u32, &Fragment)> {
        let handle = self.by_tsn.get(tsn.0)?;
        Some((handle, self.fragments.get(handle)?))
    }

    /// Holds a chunk against its neighbours: a message begins where the one before it ended.
    pub(super) fn fit(&self, data: &Data<'_>, received: &Received) -> Result<Fit, Contradiction> {
        let begin = data.flags.contains(DataFlags::BEGIN);
        let end = data.flags.contains(DataFlags::END);
        let identity = Identity::of(data);
        let before = match self.at(data.tsn.previous()) {
            Some((handle, fragment)) if !fragment.end => {
                if begin || fragment.identity != identity {
                    return Err(Contradiction);
                }
                Some(handle)
            }
            Some(_) if !begin => return Err(Contradiction),
            None if !begin && received.contains(data.tsn.previous()) => return Err(Contradiction),
            Some(_) | None => None,
        };
        let after = match self.at(data.tsn.next()) {
            Some((handle, fragment)) if !fragment.begin => {
                if end || fragment.identity != identity {
                    return Err(Contradiction);
                }
                Some(handle)
            }
            Some(_) if !end => return Err(Contradiction),
            None if !end && received.contains(data.tsn.next()) => return Err(Contradiction),
            Some(_) | None => None,
        };
        Ok(Fit { before, after })
    }

    /// The same for a chunk that is acknowledged and dropped: no message may run across it.
    pub(super) fn fit_dropped(&self, tsn: Tsn) -> Result<(), Contradiction> {
        let cuts = self.at(tsn.previous()).is_some_and(|(_, fragment)| !fragment.end)
            || self.at(tsn.next()).is_some_and(|(_, fragment)| !fragment.begin);
        if cuts { Err(Contradiction) } else { Ok(()) }
    }

    /// Takes a chunk in, and the message out if that made it whole.
    ///
    /// When memory is refused nothing has changed.
    pub(super) fn add(&mut self, data: &Data<'_>, fit: Fit) -> Result<Option<Whole>, OutOfMemory> {
        let bytes = memory::copy(data.payload)?;
        let begin = data.flags.contains(DataFlags::BEGIN);
        let end = data.flags.contains(DataFlags::END);
        if begin && end {
            let charge = super::charge(bytes.len());
            return Ok(Some(Whole { message: Message::new(bytes), tsn: data.tsn, ppid: data.ppid, charge }));
        }
        let head = fit.before.and_then(|handle| self.fragments.get(handle)).map(|before| before.other_end);
        let tail = fit.after.and_then(|handle| self.fragments.get(handle)).map(|after| after.other_end);
        let begins = begin || head.and_then(|head| self.fragments.get(head)).is_some_and(|head| head.begin);
        let ends = end || tail.and_then(|tail| self.fragments.get(tail)).is_some_and(|tail| tail.end);
        let assembly = if begins && ends {
            Some(self.reserve_assembly(head, fit.after, data.payload.len())?)
        } else {
            None
        };

        self.by_tsn.reserve()?;
        let fragment = Fragment {
            bytes,
            tsn: data.tsn,
            ppid: data.ppid,
            identity: Identity::of(data),
            begin,
            end,
            next: fit.after,
            other_end: 0,
        };
        let own = self.fragments.insert(fragment)?;
        self.by_tsn.insert(data.tsn.0, own)?;
        if let Some(before) = fit.before.and_then(|before| self.fragments.get_mut(before)) {
            before.next = Some(own);
        }
        let (head, tail) = (head.unwrap_or(own), tail.unwrap_or(own));
        for (one, other) in [(head, tail), (tail, head)] {
            if let Some(fragment) = self.fragments.get_mut(one) {
                fragment.other_end = other;
            }
        }
        Ok(assembly.and_then(|assembly| self.collect(head, assembly)))
    }

    /// Reserves the memory of a message made of two pieces, either of which may be missing, and `own` bytes between.
    fn reserve_assembly(
        &self,
        head: Option<u32>,
        after: Option<u32>,
        own: usize,
    ) -> Result<Assembly, OutOfMemory> {
        let (mut count, mut length) = (1_usize, own);
        for start in [head, after] {
            let mut at = start;
            while let Some(fragment) = at.and_then(|handle| self.fragments.get(handle)) {
                count = count.saturating_add(1);
                length = length.saturating_add(fragment.bytes.len());
                at = fragment.next;
            }
        }
        Assembly::reserve(count, length)
    }

    /// Takes the piece that starts at `head` out.
    fn collect(&mut self, head: u32, mut assembly: Assembly) -> Option<Whole> {
        let first = self.fragments.get(head)?;
        let (tsn, ppid) = (first.tsn, first.ppid);
        let mut charge = 0_usize;
        let mut at = Some(head);
        while let Some(fragment) = at.and_then(|handle| self.fragments.remove(handle)) {
            self.by_tsn.remove(fragment.tsn.0);
            charge = charge.saturating_add(super::charge(fragment.bytes.len()));
            at = fragment.next;
            assembly.append(fragment.bytes);
        }
        Some(Whole { message: assembly.finish(), tsn, ppid, charge })
    }
}

/// A message being put together in memory that was reserved.
#[derive(Debug)]
enum Assembly {
    /// Every fragment becomes a part of the message: nothing is copied.
    Parts(Message),
    /// The fragments are so small that a part each would cost more than their bytes.
    Copied(Vec<u8>),
}

impl Assembly {
    fn reserve(count: usize, length: usize) -> Result<Self, OutOfMemory> {
        if length < count.saturating_mul(SMALL_FRAGMENT) {
            let mut bytes = Vec::new();
            bytes.try_reserve_exact(length).map_err(|_| OutOfMemory)?;
            return Ok(Self::Copied(bytes));
        }
        let mut message = Message::default();
        message.reserve(count)?;
        Ok(Self::Parts(message))
    }

    /// Adds the next fragment, which was counted: this cannot fail.
    fn append(&mut self, bytes: Vec<u8>) {
        let _ = match self {
            Self::Parts(message) => message.append(bytes),
            Self::Copied(whole) => memory::append(whole, &bytes),
        };
    }

    fn finish(self) -> Message {
        match self {
            Self::Parts(message) => message,
            Self::Copied(bytes) => Message::new(bytes),
        }
    }
}
