//! The messages of the user in the order in which they are sent: by their turns, which `schedule` gives.

use super::OutMessage;
use crate::memory;
use crate::ring::Ring;
use sctp_wire::Ssn;

/// A message that waits, is being sent, or was sent and is kept for its acknowledgement.
#[derive(Debug)]
pub(crate) struct Outgoing {
    pub(crate) message: OutMessage,
    /// Its place in its stream, from its first chunk on (section 6.5).
    pub(crate) ssn: Ssn,
    /// Chunks that are not cumulatively acknowledged.
    chunks: u32,
    /// Bytes that were put into chunks.
    pub(crate) sent: usize,
    /// Among those of which nothing was sent, the lower goes first.
    turn: u64,
}

impl Outgoing {
    /// Whether another message may go before it. One that came in pieces keeps its place: the next piece comes behind it.
    const fn gives_way(&self, turn: u64) -> bool {
        self.sent == 0 && self.message.begins && self.message.ends && self.turn > turn
    }

    /// Its turn.
    pub(crate) const fn turn(&self) -> u64 {
        self.turn
    }

    /// Bytes that are in no chunk yet.
    pub(crate) const fn unsent(&self) -> usize {
        self.message.bytes.len().saturating_sub(self.sent)
    }

    /// The bytes of a chunk.
    pub(crate) fn bytes(&self, offset: usize, length: usize) -> Option<&[u8]> {
        self.message.bytes.get(offset..)?.get(..length)
    }
}

/// Names a message, as long as it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Handle(u32);

/// Bytes of a piece that a further one of its message is joined with rather than stand alone: small chunks cost more.
const JOINED: usize = 16_384;

/// All messages that are not cumulatively acknowledged.
#[derive(Debug)]
pub(crate) struct Messages {
    queue: Ring<Outgoing>,
    /// How many, from the oldest on, are wholly in chunks.
    chunked: usize,
    /// The handle of the oldest.
    first: Handle,
}

impl Messages {
    /// No messages.
    pub(crate) const fn new() -> Self {
        Self { queue: Ring::new(), chunked: 0, first: Handle(0) }
    }

    /// Whether there is none.
    pub(crate) const fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// Adds a message or piece behind those of its turn and of lower ones.
    ///
    /// # Errors
    /// The message comes back when there is no memory for it.
    pub(crate) fn push(&mut self, message: OutMessage, turn: u64) -> Result<(), OutMessage> {
        if self.queue.reserve(1).is_err() {
            return Err(message);
        }
        let whole = message.begins && message.ends;
        let mut place = self.queue.len();
        // There is room now.
        let _ = self.queue.push_back(Outgoing { message, ssn: Ssn(0), chunks: 0, sent: 0, turn });
        while whole
            && place > self.chunked
            && self.queue.get(place.wrapping_sub(1)).is_some_and(|older| older.gives_way(turn))
        {
            self.queue.swap_with_older(place);
            place = place.wrapping_sub(1);
        }
        Ok(())
    }

    /// Those that wait go first, in their order, whatever comes.
    pub(crate) fn forget_turns(&mut self) {
        for position in self.chunked..self.queue.len() {
            if let Some(waiting) = self.queue.get_mut(position) {
                waiting.turn = 0;
            }
        }
    }

    /// Adds the next piece to the newest message, as part of its last piece if that is short and not all in chunks yet.
    ///
    /// # Errors
    /// As [`Messages::push`].
    pub(crate) fn push_piece(&mut self, piece: OutMessage) -> Result<(), OutMessage> {
        let newest = self.queue.len().wrapping_sub(1);
        let last = self.queue.get_mut(newest).filter(|last| last.unsent() > 0);
        if let Some(Outgoing { message, .. }) = last
            && message.bytes.len().saturating_add(piece.bytes.len()) <= JOINED
            && memory::append_gradually(&mut message.bytes, &piece.bytes).is_ok()
        {
            message.ends = piece.ends;
            message.immediate |= piece.immediate;
            return Ok(());
        }
        self.push(piece, 0)
    }

    /// How many there are; those that came in pieces may count several times.
    pub(crate) const fn len(&self) -> usize {
        self.queue.len()
    }

    /// The message of which the next chunk is to be sent.
    pub(crate) fn next(&self) -> Option<&Outgoing> {
        self.queue.get(self.chunked)
    }

    /// The handle of the message that [`Messages::next`] shows.
    pub(crate) fn next_handle(&self) -> Handle {
        Handle(self.first.0.wrapping_add(u32::try_from(self.chunked).unwrap_or(u32::MAX)))
    }

    /// How many messages have no chunk yet.
    pub(crate) fn waiting(&self) -> usize {
        let begun = self.next().is_some_and(|next| next.sent > 0);
        self.queue.len().saturating_sub(self.chunked).saturating_sub(usize::from(begun))
    }

    /// The next `length` bytes of the message that [`Messages::next`] shows went into a chunk.
    pub(crate) fn add_chunk(&mut self, length: usize, ssn: Ssn) {
        let Some(next) = self.queue.get_mut(self.chunked) else { return };
        next.ssn = ssn;
        next.sent = next.sent.saturating_add(length);
        next.chunks = next.chunks.saturating_add(1);
        if next.unsent() == 0 {
            self.chunked = self.chunked.saturating_add(1);
        }
    }

    fn position(&self, handle: Handle) -> Option<usize> {
        usize::try_from(handle.0.wrapping_sub(self.first.0)).ok()
    }

    /// A message.
    pub(crate) fn get(&self, handle: Handle) -> Option<&Outgoing> {
        self.queue.get(self.position(handle)?)
    }

    /// One chunk of a message was cumulatively acknowledged. Drops messages that need not be kept any longer.
    pub(crate) fn acknowledge_chunk(&mut self, handle: Handle) {
        if let Some(sent) = self.position(handle).and_then(|position| self.queue.get_mut(position)) {
            sent.chunks = sent.chunks.saturating_sub(1);
        }
        while self.queue.get(0).is_some_and(|oldest| oldest.chunks == 0 && oldest.unsent() == 0) {
            self.queue.pop_front();
            self.chunked = self.chunked.saturating_sub(1);
            self.first = Handle(self.first.0.wrapping_add(1));
        }
    }

    /// Changes every message.
    pub(crate) fn for_each(&mut self, change: impl Fn(&mut OutMessage)) {
        (0..self.queue.len()).for_each(|position| {
            if let Some(outgoing) = self.queue.get_mut(position) {
                change(&mut outgoing.message);
            }
        });
    }

    /// Moves the messages that `keep` does not want, none of which has a chunk, to `failed`, and returns their bytes. The
    /// order of the others stays.
    pub(crate) fn retain(
        &mut self,
        failed: &mut Ring<Outgoing>,
        keep: impl Fn(&OutMessage) -> bool,
    ) -> usize {
        let mut moved = 0_usize;
        for _ in 0..self.queue.len() {
            let Some(outgoing) = self.queue.pop_front() else { break };
            let length = outgoing.unsent();
            let kept = keep(&outgoing.message);
            // A message that is kept goes into the slot that has just become free. Without memory one that is not is lost.
            let queue = if kept { &mut self.queue } else { &mut *failed };
            if queue.push_back(outgoing).is_err() || !kept {
                moved = moved.saturating_add(length);
            }
        }
        moved
    }

    /// Takes out the oldest message, whatever its chunks: nothing more is sent.
    pub(crate) fn give_up(&mut self) -> Option<Outgoing> {
        self.queue.pop_front()
    }
}
