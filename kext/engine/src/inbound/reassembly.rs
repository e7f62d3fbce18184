//! Fragments that wait for the rest of their message (RFC 9260 section 6.9).
//!
//! The fragments of a message have consecutive TSNs, so a fragment finds the one before and the one after it by
//! TSN alone. Fragments that adjoin are linked into a piece; the two ends of a piece know each other, so that
//! joining pieces, and seeing that a message is whole, takes the same few steps for any length.
//!
//! A message that is delivered in parts leaves a mark in the place of what was delivered: what adjoins it is the next
//! part. There is one at most, for all before the first TSN that is missing is whole.

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
    /// At the first end of a piece: the bytes of all of it.
    piece_length: usize,
}

/// A message of which a part was delivered.
#[derive(Clone, Copy, Debug)]
struct Begun {
    /// The last TSN that was delivered.
    last: Tsn,
    identity: Identity,
    /// TSN and payload protocol identifier of the first fragment.
    tsn: Tsn,
    ppid: u32,
}

/// What is right before a chunk.
#[derive(Clone, Copy, Debug)]
enum Before {
    /// Nothing of its message that is here.
    Nothing,
    /// The part of its message that was delivered.
    Delivered(Begun),
    /// A fragment of its message.
    Fragment(u32),
}

/// What is right before and right after a chunk, as far as it is of its message.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fit {
    before: Before,
    after: Option<u32>,
}

impl Fit {
    /// Whether the chunk is the next part of the message that is delivered in parts.
    pub(super) const fn continues(&self) -> bool {
        matches!(self.before, Before::Delivered(_))
    }
}

/// A message, or a part of one that is delivered in parts.
#[derive(Debug)]
pub(super) struct Piece {
    pub(super) message: Message,
    /// TSN of the first fragment of the message.
    pub(super) tsn: Tsn,
    /// As in the first fragment of the message.
    pub(super) ppid: u32,
    /// What its fragments were charged.
    pub(super) charge: usize,
    /// The message begins with it.
    pub(super) begin: bool,
    /// The message ends with it.
    pub(super) end: bool,
}

/// A message of which the beginning is here, but not all.
#[derive(Clone, Copy, Debug)]
pub(super) struct Beginning {
    head: u32,
    pub(super) stream: u16,
    /// None for an unordered message.
    pub(super) ssn: Option<Ssn>,
    /// Bytes that are here without a gap.
    pub(super) length: usize,
}

/// All fragments of messages that are not whole.
#[derive(Debug)]
pub(super) struct Reassembly {
    fragments: Pool<Fragment>,
    by_tsn: Index,
    begun: Option<Begun>,
}

impl Reassembly {
    pub(super) const fn new() -> Self {
        Self { fragments: Pool::new(), by_tsn: Index::new(), begun: None }
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
        let before = match (self.delivered(data.tsn.previous()), self.at(data.tsn.previous())) {
            (Some(begun), _) => {
                if begin || begun.identity != identity {
                    return Err(Contradiction);
                }
                Before::Delivered(begun)
            }
            (None, Some((handle, fragment))) if !fragment.end => {
                if begin || fragment.identity != identity {
                    return Err(Contradiction);
                }
                Before::Fragment(handle)
            }
            (None, Some(_)) if !begin => return Err(Contradiction),
            (None, None) if !begin && received.contains(data.tsn.previous()) => return Err(Contradiction),
            (None, Some(_) | None) => Before::Nothing,
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
        let cuts = self.delivered(tsn.previous()).is_some()
            || self.at(tsn.previous()).is_some_and(|(_, fragment)| !fragment.end)
            || self.at(tsn.next()).is_some_and(|(_, fragment)| !fragment.begin);
        if cuts { Err(Contradiction) } else { Ok(()) }
    }

    /// Whether a message is being delivered in parts.
    pub(super) const fn has_begun(&self) -> bool {
        self.begun.is_some()
    }

    /// The message being delivered in parts, if `tsn` is the last of what was.
    fn delivered(&self, tsn: Tsn) -> Option<Begun> {
        self.begun.filter(|begun| begun.last == tsn)
    }

    /// The message that `cumulative` is the last TSN of so far, if it goes on.
    pub(super) fn beginning(&self, cumulative: Tsn) -> Option<Beginning> {
        let (_, last) = self.at(cumulative)?;
        let head = last.other_end;
        let first = self.fragments.get(head).filter(|first| first.begin)?;
        let Identity { stream, ssn } = first.identity;
        (!last.end).then_some(Beginning { head, stream, ssn, length: first.piece_length })
    }

    /// Takes the beginning of a message out: from now on it is delivered in parts.
    ///
    /// When memory is refused nothing has changed.
    pub(super) fn begin(&mut self, beginning: Beginning) -> Result<Piece, OutOfMemory> {
        let assembly = self.reserve_assembly(Some(beginning.head), None, 0)?;
        let first = self.fragments.get(beginning.head).ok_or(OutOfMemory)?;
        let begun = Begun { last: first.tsn, identity: first.identity, tsn: first.tsn, ppid: first.ppid };
        let taken = self.collect(Some(beginning.head), assembly, 0);
        self.begun = Some(Begun { last: taken.last.unwrap_or(begun.last), ..begun });
        Ok(taken.piece(&begun, true))
    }

    /// What was delivered in part has no further parts.
    pub(super) const fn give_up(&mut self) {
        self.begun = None;
    }

    /// Takes a chunk in, and the message out if that made it whole, or the next part of it.
    ///
    /// When memory is refused nothing has changed.
    pub(super) fn add(&mut self, data: &Data<'_>, fit: Fit) -> Result<Option<Piece>, OutOfMemory> {
        let bytes = memory::copy(data.payload)?;
        let begin = data.flags.contains(DataFlags::BEGIN);
        let end = data.flags.contains(DataFlags::END);
        if begin && end {
            let charge = super::charge(bytes.len());
            let message = Message::new(bytes);
            return Ok(Some(Piece { message, tsn: data.tsn, ppid: data.ppid, charge, begin, end }));
        }
        let before = match fit.before {
            Before::Delivered(begun) => {
                return self.add_next(begun, data.tsn, bytes, end, fit.after).map(Some);
            }
            Before::Fragment(handle) => Some(handle),
            Before::Nothing => None,
        };
        let head = before.and_then(|handle| self.fragments.get(handle)).map(|before| before.other_end);
        let tail = fit.after.and_then(|handle| self.fragments.get(handle)).map(|after| after.other_end);
        let begins = begin || head.and_then(|head| self.fragments.get(head)).is_some_and(|head| head.begin);
        let ends = end || tail.and_then(|tail| self.fragments.get(tail)).is_some_and(|tail| tail.end);
        let length = [head, fit.after].iter().fold(bytes.len(), |length, piece| {
            let first = piece.and_then(|handle| self.fragments.get(handle));
            length.saturating_add(first.map_or(0, |first| first.piece_length))
        });
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
            piece_length: 0,
        };
        let own = self.fragments.insert(fragment)?;
        self.by_tsn.insert(data.tsn.0, own)?;
        if let Some(before) = before.and_then(|before| self.fragments.get_mut(before)) {
            before.next = Some(own);
        }
        let (head, tail) = (head.unwrap_or(own), tail.unwrap_or(own));
        for (one, other) in [(head, tail), (tail, head)] {
            if let Some(fragment) = self.fragments.get_mut(one) {
                fragment.other_end = other;
            }
        }
        let Some(first) = self.fragments.get_mut(head) else { return Ok(None) };
        first.piece_length = length;
        let begun = Begun { last: first.tsn, identity: first.identity, tsn: first.tsn, ppid: first.ppid };
        Ok(assembly.map(|assembly| self.collect(Some(head), assembly, 0).piece(&begun, true)))
    }

    /// The next part of the message that is being delivered: a fragment, and the piece after it.
    fn add_next(
        &mut self,
        begun: Begun,
        tsn: Tsn,
        bytes: Vec<u8>,
        end: bool,
        after: Option<u32>,
    ) -> Result<Piece, OutOfMemory> {
        let mut assembly = self.reserve_assembly(None, after, bytes.len())?;
        let charge = super::charge(bytes.len());
        assembly.append(bytes);
        let mut taken = self.collect(after, assembly, charge);
        taken.end |= end;
        self.begun = (!taken.end).then_some(Begun { last: taken.last.unwrap_or(tsn), ..begun });
        Ok(taken.piece(&begun, false))
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

    /// Takes the piece that starts at `head` out, behind what is in `assembly` with its `charge`.
    fn collect(&mut self, head: Option<u32>, mut assembly: Assembly, mut charge: usize) -> Taken {
        let (mut last, mut end) = (None, false);
        let mut at = head;
        while let Some(fragment) = at.and_then(|handle| self.fragments.remove(handle)) {
            self.by_tsn.remove(fragment.tsn.0);
            charge = charge.saturating_add(super::charge(fragment.bytes.len()));
            (last, end, at) = (Some(fragment.tsn), fragment.end, fragment.next);
            assembly.append(fragment.bytes);
        }
        Taken { message: assembly.finish(), charge, last, end }
    }
}

/// What was taken out of the fragments.
struct Taken {
    message: Message,
    charge: usize,
    last: Option<Tsn>,
    /// Whether the message ends with it.
    end: bool,
}

impl Taken {
    fn piece(self, begun: &Begun, begin: bool) -> Piece {
        let Self { message, charge, end, .. } = self;
        Piece { message, tsn: begun.tsn, ppid: begun.ppid, charge, begin, end }
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
