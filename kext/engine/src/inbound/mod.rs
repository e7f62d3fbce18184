//! The receiving half of an association: DATA chunks in; messages and SACK chunks out.
//!
//! ```text
//!  receive --> received: which TSNs arrived ------------------------> emit_sack
//!     |           ^                                                      ^
//!     v           |                                                      |
//!  reassembly: fragments --> streams: messages --------> pop     acknowledgement: when
//! ```
//!
//! The caller gives every DATA chunk of a packet to [`Inbound::receive`], then calls [`Inbound::end_of_packet`],
//! takes what [`Inbound::pop`] returns until that is nothing, and looks at [`Inbound::sack`]. A message that grows too
//! long is delivered in parts from [`Inbound::begin_part`] on.
//!
//! What was acknowledged is never thrown away (RFC 9260 section 6.2 allows it, and advises against it). So a chunk
//! is taken in whole or, when there is no room or no memory, not at all, as if the network had lost it. A peer
//! cannot make this half hold much more than the room the caller names, nor work long on any chunk: every step is
//! bounded by a constant, or paid for by the chunks that took part in it.

mod acknowledgement;
mod index;
mod pool;
mod reassembly;
mod received;
mod streams;
#[cfg(test)]
mod tests;

pub(crate) use acknowledgement::SackNeed;

use crate::memory::OutOfMemory;
use crate::message::Message;
use crate::notification::Notification;
use acknowledgement::Acknowledgement;
use reassembly::{Contradiction, Piece, Reassembly};
use received::{Received, Standing};
use sctp_wire::{Data, DataFlags, Full, PacketWriter, Ssn, Tsn};
use streams::{Refusal, Streams};

/// The least a DATA chunk is charged for in [`Inbound::held_bytes`], however small it is.
///
/// The tables behind a chunk take up to half as much. A chunk of the usual size is charged for its payload alone, so
/// that a sender which counts payload sees the window it expects.
pub(crate) const LEAST_CHARGE: usize = 256;

const _: () =
    assert!(reassembly::FRAGMENT_BYTES <= LEAST_CHARGE / 2 && streams::MESSAGE_BYTES <= LEAST_CHARGE / 2);

/// Bytes that may be held beyond the receive buffer to fill gaps below chunks that were acknowledged already.
pub(crate) const OVERDRAFT: usize = 65_536;

/// What a chunk with `length` bytes of payload is charged for.
const fn charge(length: usize) -> usize {
    if length > LEAST_CHARGE { length } else { LEAST_CHARGE }
}

/// What comes behind the bytes of a [`Delivery`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// Nothing: the message ends with them.
    Nothing,
    /// Further parts of the message, in deliveries to come (RFC 9260 section 6.9).
    Follows,
    /// Nothing, though the message has not come to its end and never will. The user is then told so, if `tell`.
    Lost {
        /// Whether SCTP_PARTIAL_DELIVERY_EVENT is to follow.
        tell: bool,
    },
}

/// A message for the user, or a part of one.
#[derive(Debug)]
pub struct Delivery {
    /// The bytes.
    pub message: Message,
    /// Whether the message begins with them.
    pub first: bool,
    /// What comes behind them.
    pub rest: Rest,
    /// The stream it came on.
    pub stream: u16,
    /// Its place in the stream; without meaning if `unordered`.
    pub ssn: Ssn,
    /// The payload protocol identifier of its first fragment, as its sender passed it.
    pub ppid: u32,
    /// The TSN of its first fragment.
    pub tsn: Tsn,
    /// Delivered regardless of the order of the stream.
    pub unordered: bool,
}

impl Delivery {
    fn new(piece: Piece, stream: u16, ssn: Ssn, unordered: bool) -> Self {
        let Piece { message, tsn, ppid, begin, end, .. } = piece;
        let rest = if end { Rest::Nothing } else { Rest::Follows };
        Self { message, first: begin, rest, stream, ssn, ppid, tsn, unordered }
    }

    /// All parts of a message have one number, which an unordered one has not.
    fn of_part(piece: Piece, stream: u16, ssn: Option<Ssn>) -> Self {
        Self::new(piece, stream, ssn.unwrap_or_default(), ssn.is_none())
    }

    /// What a message that waits to be read counts against the receive window, bytes: what is left of it and, the same
    /// before and after it is read in part, what it lacks to the least charge. Without that a peer could fill a receive
    /// buffer with messages of one byte, each of which takes as much memory as this.
    pub(crate) const fn window_charge(&self) -> usize {
        let least = LEAST_CHARGE.saturating_sub(self.message.length());
        self.message.remaining().saturating_add(least)
    }

    /// That the message has no end.
    pub(crate) const fn lost(&self) -> Notification {
        Notification::PartialDelivery { stream: self.stream, ssn: self.ssn }
    }

    /// Adds the next part of the same message, for which there is room.
    pub(crate) fn extend(&mut self, next: Self) {
        self.message.extend(next.message);
        self.rest = next.rest;
    }
}

/// What became of a DATA chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Taken in.
    Accepted,
    /// It came before.
    Duplicate,
    /// No room or outside of the window: as if the packet had been lost.
    Dropped,
    /// The same for want of memory.
    NoMemory,
    /// No such stream (RFC 9260 section 6.5): acknowledged and dropped. An ERROR chunk is due at once.
    InvalidStream,
    /// No bytes in it (section 6.2): an ABORT chunk with cause "No User Data" is due.
    NoUserData,
    /// It contradicts what was received before (section 6.9): an ABORT chunk with cause "Protocol Violation" is due.
    Violation,
}

/// The receiving half of an association.
#[derive(Debug)]
pub(crate) struct Inbound {
    stream_count: u16,
    received: Received,
    reassembly: Reassembly,
    streams: Streams,
    acknowledgement: Acknowledgement,
    held: usize,
    /// Bytes taken in since the receive buffer became full.
    overdraft: usize,
    /// Messages of several chunks that became whole and were not counted.
    reassembled: u32,
}

impl Inbound {
    /// Nothing received yet. `initial_tsn` is the TSN the peer begins with, `streams` the number of inbound streams.
    #[must_use]
    pub(crate) const fn new(initial_tsn: Tsn, streams: u16) -> Self {
        Self {
            stream_count: streams,
            received: Received::new(initial_tsn),
            reassembly: Reassembly::new(),
            streams: Streams::new(),
            acknowledgement: Acknowledgement::new(),
            held: 0,
            overdraft: 0,
            reassembled: 0,
        }
    }

    /// Whether no DATA came yet.
    pub(crate) const fn is_untouched(&self) -> bool {
        self.acknowledgement.is_untouched()
    }

    /// Takes a DATA chunk in.
    ///
    /// `room` is how many bytes of the receive buffer are free: its size less [`Inbound::held_bytes`] and less what
    /// waits for the user elsewhere.
    pub(crate) fn receive(&mut self, data: &Data<'_>, room: usize) -> Verdict {
        if data.payload.is_empty() {
            return Verdict::NoUserData;
        }
        // Section 6.7: a chunk that fills a gap is acknowledged at once, as one that leaves a gap is.
        let urgent = self.received.has_gap() || data.flags.contains(DataFlags::IMMEDIATE);
        let verdict = self.admit(data, room).err().unwrap_or(Verdict::Accepted);
        match verdict {
            Verdict::Accepted | Verdict::InvalidStream => self.acknowledgement.chunk(urgent),
            Verdict::Duplicate => self.acknowledgement.duplicate(data.tsn),
            // Section 6.2: the sender is told at once what was not taken in.
            Verdict::Dropped | Verdict::NoMemory => self.acknowledgement.chunk(true),
            Verdict::NoUserData | Verdict::Violation => {}
        }
        verdict
    }

    /// Everything that can refuse comes before everything that changes.
    fn admit(&mut self, data: &Data<'_>, room: usize) -> Result<(), Verdict> {
        let standing = self.received.standing(data.tsn);
        let charge = charge(data.payload.len());
        match standing {
            Standing::Duplicate => return Err(Verdict::Duplicate),
            Standing::Beyond => return Err(Verdict::Dropped),
            Standing::Next if !self.has_room_for_next(charge, room) => return Err(Verdict::Dropped),
            // One byte always stays free, so that what is missing below can still come in.
            Standing::Ahead if charge >= room => return Err(Verdict::Dropped),
            Standing::Next | Standing::Ahead => {}
        }
        self.received.reserve(data.tsn)?;
        if data.stream >= self.stream_count {
            self.reassembly.fit_dropped(data.tsn)?;
            self.received.record(data.tsn);
            return Err(Verdict::InvalidStream);
        }
        let fit = self.reassembly.fit(data, &self.received)?;
        let ssn = (!data.flags.contains(DataFlags::UNORDERED)).then_some(data.ssn);
        if fit.continues() {
            self.streams.reserve_part()?;
        } else {
            self.streams.reserve(data.stream, ssn, data.flags.contains(DataFlags::BEGIN))?;
        }
        let piece = self.reassembly.add(data, fit)?;

        self.received.record(data.tsn);
        self.held = self.held.saturating_add(charge);
        self.overdraft = if room == 0 { self.overdraft.saturating_add(charge) } else { 0 };
        if let Some(piece) = piece {
            let charge = piece.charge;
            if fit.continues() {
                self.streams.add_part(Delivery::of_part(piece, data.stream, ssn), charge);
            } else {
                let alone = data.flags.contains(DataFlags::BEGIN | DataFlags::END);
                self.reassembled = self.reassembled.saturating_add(u32::from(!alone));
                self.streams.add(Delivery::new(piece, data.stream, data.ssn, ssn.is_none()), charge);
            }
        }
        Ok(())
    }

    /// Begins to deliver the message that is being received in parts, if `least` bytes of it are here without a gap and
    /// all before it was delivered (section 6.9). Until its end no other message is delivered or, unless `alone`, none
    /// of its stream. Without memory it does not begin.
    ///
    /// It is the message of the last TSN up to which nothing is missing: no other can fill the buffer for good.
    pub(crate) fn begin_part(&mut self, least: usize, alone: bool) {
        if self.reassembly.has_begun() || self.streams.has_ready() {
            return;
        }
        let Some(beginning) = self.reassembly.beginning(self.cumulative_tsn()) else { return };
        let (stream, ssn) = (beginning.stream, beginning.ssn);
        if beginning.length < least
            || !self.streams.is_turn(stream, ssn)
            || self.streams.reserve_part().is_err()
        {
            return;
        }
        let Ok(piece) = self.reassembly.begin(beginning) else { return };
        let charge = piece.charge;
        self.streams.begin(stream, ssn, alone);
        self.streams.add_part(Delivery::of_part(piece, stream, ssn), charge);
    }

    /// The end of a message that is delivered in parts will not come: what waited for it can be delivered. Returns what
    /// the user is to be told; `None` if there is no such message.
    pub(crate) fn give_up_part(&mut self) -> Option<Notification> {
        self.reassembly.give_up();
        let (stream, ssn) = self.streams.finish()?;
        Some(Notification::PartialDelivery { stream, ssn: ssn.unwrap_or_default() })
    }

    /// Whether a chunk of `length` bytes that all others wait for would be refused. `room` is as for
    /// [`Inbound::receive`].
    pub(crate) const fn is_full(&self, length: usize, room: usize) -> bool {
        !self.has_room_for_next(charge(length), room)
    }

    /// Whether a TSN is missing below one that came.
    pub(crate) const fn has_gap(&self) -> bool {
        self.received.has_gap()
    }

    /// Section 6.2: with a closed window only what is missing below TSNs already received is taken in. RFC 9260 would
    /// give up the highest TSN held in exchange; a bounded overdraft takes the place of that.
    const fn has_room_for_next(&self, charge: usize, room: usize) -> bool {
        room > 0 || self.received.has_gap() && self.overdraft.saturating_add(charge) <= OVERDRAFT
    }

    /// Whether nothing more can ever come in: a chunk that all others wait for was refused for want of `room`, and none
    /// of what is held can be delivered before it. `room` is as for [`Inbound::receive`], with nothing waiting elsewhere.
    pub(crate) fn is_stuck(&self, refused: &Data<'_>, room: usize) -> bool {
        let next = self.received.standing(refused.tsn) == Standing::Next;
        let refused = next && self.is_full(refused.payload.len(), room);
        let beginning = self.reassembly.beginning(self.cumulative_tsn());
        let may_begin =
            beginning.is_some_and(|beginning| self.streams.is_turn(beginning.stream, beginning.ssn));
        refused && !self.streams.has_ready() && !self.reassembly.has_begun() && !may_begin
    }

    /// Whether a message may be delivered.
    pub(crate) const fn has_ready(&self) -> bool {
        self.streams.has_ready()
    }

    /// How many messages of several chunks became whole since this was asked last.
    pub(crate) const fn take_reassembled(&mut self) -> u32 {
        core::mem::replace(&mut self.reassembled, 0)
    }

    /// The next message that may be delivered: ordered ones in the order of their stream (section 6.6), unordered
    /// ones as soon as they are whole.
    pub(crate) fn pop(&mut self) -> Option<Delivery> {
        let (delivery, charge) = self.streams.pop()?;
        self.held = self.held.saturating_sub(charge);
        Some(delivery)
    }

    /// What [`Inbound::pop`] would return.
    pub(crate) fn peek(&self) -> Option<&Delivery> {
        self.streams.peek()
    }

    /// Bytes charged for what is held here: of each chunk its payload, but at least [`LEAST_CHARGE`].
    #[must_use]
    pub(crate) const fn held_bytes(&self) -> usize {
        self.held
    }

    /// The last TSN up to which nothing is missing.
    #[must_use]
    pub(crate) const fn cumulative_tsn(&self) -> Tsn {
        self.received.cumulative()
    }

    /// All chunks of a packet went through [`Inbound::receive`]. Does nothing if there was none. Every `frequency`
    /// packets a SACK is due at once.
    pub(crate) fn end_of_packet(&mut self, frequency: u32) {
        self.acknowledgement.end_of_packet(self.received.has_gap(), frequency);
    }

    /// Whether a SACK chunk is due.
    #[must_use]
    pub(crate) const fn sack(&self) -> SackNeed {
        self.acknowledgement.need()
    }

    /// Makes a SACK chunk due at once: its timer ran out, or the window opened.
    pub(crate) const fn want_sack_now(&mut self) {
        self.acknowledgement.need_now();
    }

    /// Whether the cumulative TSN says all that a SACK chunk could say of TSNs: no gaps, no duplicates.
    pub(crate) fn is_plain(&self) -> bool {
        self.received.gaps().next().is_none() && self.acknowledgement.duplicates().next().is_none()
    }

    /// The peer was told the cumulative TSN by another chunk than a SACK: none is due.
    pub(crate) fn acknowledged(&mut self) {
        self.acknowledgement.sent();
    }

    /// Writes a SACK chunk, after which none is due. `a_rwnd` is in bytes.
    ///
    /// It has as many Gap Ack Blocks as fit, lowest first (section 6.7), then as many duplicates as fit.
    ///
    /// # Errors
    /// [`Full`] when not even its fixed part fits; it is due as before.
    pub(crate) fn emit_sack(&mut self, a_rwnd: u32, writer: &mut PacketWriter<'_>) -> Result<(), Full> {
        let duplicates = self.acknowledgement.duplicates();
        sctp_wire::emit_sack(writer, self.cumulative_tsn(), a_rwnd, self.received.gaps(), duplicates)?;
        self.acknowledgement.sent();
        Ok(())
    }
}

impl From<OutOfMemory> for Verdict {
    fn from(_: OutOfMemory) -> Self {
        Self::NoMemory
    }
}

impl From<Contradiction> for Verdict {
    fn from(_: Contradiction) -> Self {
        Self::Violation
    }
}

impl From<Refusal> for Verdict {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Repeated => Self::Violation,
            Refusal::NoMemory => Self::NoMemory,
        }
    }
}
