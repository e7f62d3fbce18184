//! The receiving half of an association: DATA chunks in; messages and SACK chunks out.
//!
//! ```text
//!  receive --> received: which TSNs arrived ------------------------> emit_sack
//!     |           ^                                                      ^
//!     v           |                                                      |
//!  reassembly: fragments --> streams: whole messages --> pop     acknowledgement: when
//! ```
//!
//! The caller gives every DATA chunk of a packet to [`Inbound::receive`], then calls [`Inbound::end_of_packet`],
//! takes what [`Inbound::pop`] returns until that is nothing, and looks at [`Inbound::sack`].
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
use acknowledgement::Acknowledgement;
use reassembly::{Contradiction, Reassembly};
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

/// A message for the user.
#[derive(Debug)]
pub struct Delivery {
    /// Its bytes.
    pub message: Message,
    /// The stream it came on.
    pub stream: u16,
    /// Its place in the stream; as it came in, and without meaning, if `unordered`.
    pub ssn: Ssn,
    /// The payload protocol identifier of its first fragment, as its sender passed it.
    pub ppid: u32,
    /// The TSN of its first fragment.
    pub tsn: Tsn,
    /// Delivered regardless of the order of the stream.
    pub unordered: bool,
}

impl Delivery {
    /// What a waiting message is to be charged beside its bytes, the same before and after it is read in part: without
    /// it a peer could fill a receive buffer with messages of one byte, each of which takes as much memory as this.
    #[must_use]
    pub const fn overhead(&self) -> usize {
        LEAST_CHARGE.saturating_sub(self.message.length())
    }
}

/// What became of a DATA chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Taken in.
    Accepted,
    /// It came before.
    Duplicate,
    /// No room, no memory or outside of the window: as if the packet had been lost.
    Dropped,
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
            Verdict::Dropped => self.acknowledgement.chunk(true),
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
        let unordered = data.flags.contains(DataFlags::UNORDERED);
        self.streams.reserve(data.stream, (!unordered).then_some(data.ssn))?;
        let whole = self.reassembly.add(data, fit)?;

        self.received.record(data.tsn);
        self.held = self.held.saturating_add(charge);
        self.overdraft = if room == 0 { self.overdraft.saturating_add(charge) } else { 0 };
        if let Some(whole) = whole {
            let delivery = Delivery {
                message: whole.message,
                stream: data.stream,
                ssn: data.ssn,
                ppid: whole.ppid,
                tsn: whole.tsn,
                unordered,
            };
            self.streams.add(delivery, whole.charge);
        }
        Ok(())
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
        next && !self.has_room_for_next(charge(refused.payload.len()), room) && !self.streams.has_ready()
    }

    /// Whether a message may be delivered.
    pub(crate) const fn has_ready(&self) -> bool {
        self.streams.has_ready()
    }

    /// The next message that may be delivered: ordered ones in the order of their stream (section 6.6), unordered
    /// ones as soon as they are whole.
    pub(crate) fn pop(&mut self) -> Option<Delivery> {
        let (delivery, charge) = self.streams.pop()?;
        self.held = self.held.saturating_sub(charge);
        Some(delivery)
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
        Self::Dropped
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
            Refusal::NoMemory => Self::Dropped,
        }
    }
}
