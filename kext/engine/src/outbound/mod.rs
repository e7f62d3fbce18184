//! The sending half of an association: from a user's message to DATA chunks, until they are acknowledged
//! (RFC 9260 sections 6.1 to 6.3, 6.9 and 7).
//!
//! The [`messages`] are kept until their last chunk is cumulatively acknowledged. The [`window`] holds the chunks; they
//! point into the messages.

mod acknowledge;
mod fragment;
mod loss;
mod messages;
mod schedule;
mod send;
#[cfg(test)]
mod tests;
mod window;

use crate::memory::OutOfMemory;
use crate::options::Scheduler;
use crate::path::{Path, PathId};
use crate::ring::Ring;
use crate::sequence::SequenceNumbers;
use alloc::vec::Vec;
pub(crate) use fragment::full_length;
use messages::{Messages, Outgoing};
use schedule::Schedule;
use sctp_wire::Tsn;
use window::Window;

/// A message of the user.
#[derive(Debug)]
pub(crate) struct OutMessage {
    /// The bytes, at least one.
    pub(crate) bytes: Vec<u8>,
    pub(crate) stream: u16,
    /// Payload Protocol Identifier.
    pub(crate) ppid: u32,
    /// Given back with notifications about the message.
    pub(crate) context: u32,
    /// Deliver without regard to order (section 6.6).
    pub(crate) unordered: bool,
    /// Ask for an immediate SACK (RFC 7053).
    pub(crate) immediate: bool,
    /// Send it to this path rather than to the primary one.
    pub(crate) path: Option<PathId>,
    /// These bytes are the first of a message: no chunk has any before them.
    pub(crate) begins: bool,
    /// These bytes are the last of a message. Otherwise the user goes on with it (RFC 6458 section 8.1.26).
    pub(crate) ends: bool,
}

/// Why a message was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EnqueueError {
    NoMemory,
    /// The association has fewer streams.
    BadStream,
    /// A message on another stream was not ended: all fragments of one have consecutive TSNs (section 6.9).
    Unfinished,
}

/// A message that the user has not ended.
#[derive(Clone, Copy, Debug)]
struct Unfinished {
    stream: u16,
    unordered: bool,
}

/// What an acknowledgement has brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct SackEffect {
    /// User bytes acknowledged for the first time, in a gap or cumulatively.
    pub(crate) newly_acked: usize,
    /// Whether the Cumulative TSN Ack Point moved.
    pub(crate) cumulative_advanced: bool,
    /// The paths that data was newly acknowledged of before T3-rtx gave it up there, bit 0 for path 0.
    pub(crate) path_acked: u32,
}

/// How many DATA chunks went into a packet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sent {
    /// Sent for the first time.
    pub(crate) new: usize,
    /// Retransmissions.
    pub(crate) again: usize,
    /// Those of them that SACKs reported missing (section 7.2.4).
    pub(crate) fast: usize,
}

/// Why an acknowledgement was not used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SackError {
    /// Older than one that came before (section 6.2.1 D i): to be ignored.
    Old,
    /// Acknowledges what was never sent: a protocol violation.
    AckOfUnsent,
}

/// A zero window probe and the waiting for it (section 6.1 rule A).
#[derive(Debug, Default)]
struct Probe {
    /// The chunk in flight was sent although the peer had no room.
    in_flight: bool,
    /// A SACK came since it was sent last.
    answered: bool,
    /// Probes since the peer last had room.
    count: u8,
}

/// The sending half of an association.
///
/// The fields stand in memory in this order: first what tells whether there is something to send.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct Outbound {
    /// User bytes that are in no chunk yet.
    unsent: usize,
    /// User bytes that are not cumulatively acknowledged.
    buffered: usize,
    /// Nothing may be sent until T3-rtx of this path expires or a SACK comes.
    pause: Option<PathId>,
    /// Where new data without a path of its own went last.
    fresh_path: PathId,
    /// Packets with new data since the last event that allows a burst (section 6.1 rule D).
    burst: u32,
    /// Max.Burst (section 16); 0 for any number.
    max_burst: u32,
    /// The room that the peer has, bytes (section 6.2.1).
    peer_rwnd: u32,
    /// The most user bytes of a chunk, 0 for what fits a packet.
    max_segment: u32,
    probe: Probe,
    /// The Fast Recovery exit point while in Fast Recovery (section 7.2.4).
    fast_recovery: Option<Tsn>,
    window: Window,
    messages: Messages,
    numbers: SequenceNumbers,
    unfinished: Option<Unfinished>,
    schedule: Schedule,
    /// Messages that will not be sent, until the user is told.
    failed: Ring<Outgoing>,
}

impl Outbound {
    /// Nothing to send, on streams 0 to `streams` - 1, to a peer with room for `peer_rwnd` bytes.
    ///
    /// # Errors
    /// [`OutOfMemory`].
    pub(crate) fn new(initial_tsn: Tsn, streams: u16, peer_rwnd: u32) -> Result<Self, OutOfMemory> {
        let mut numbers = SequenceNumbers::new();
        numbers.grow(streams)?;
        Ok(Self {
            messages: Messages::new(),
            unfinished: None,
            schedule: Schedule::new(),
            window: Window::new(initial_tsn),
            max_segment: 0,
            max_burst: 4,
            numbers,
            unsent: 0,
            buffered: 0,
            peer_rwnd,
            probe: Probe::default(),
            pause: None,
            fresh_path: PathId(0),
            fast_recovery: None,
            burst: 0,
            failed: Ring::new(),
        })
    }

    /// Gives up the streams from `streams` on: the peer takes fewer (section 5.1.1). Messages that wait for one of
    /// them fail; none was sent before the number of streams is known.
    pub(crate) fn limit_streams(&mut self, streams: u16) {
        self.numbers.limit(streams);
        let dropped = self.messages.retain(&mut self.failed, |message| message.stream < streams);
        // What comes of a message whose beginning was dropped is refused for its stream.
        self.unfinished = self.unfinished.filter(|unfinished| unfinished.stream < streams);
        self.unsent = self.unsent.saturating_sub(dropped);
        self.buffered = self.buffered.saturating_sub(dropped);
    }

    /// Whether messages failed that the user was not told of.
    pub(crate) const fn has_failed(&self) -> bool {
        !self.failed.is_empty()
    }

    /// Takes out a message that failed, and whether a part of it was sent. With `all` any that is not acknowledged has
    /// failed: nothing more is sent.
    pub(crate) fn take_failed(&mut self, all: bool) -> Option<(OutMessage, bool)> {
        let failed = self.failed.pop_front();
        let failed = if all { failed.or_else(|| self.messages.give_up()) } else { failed };
        failed.map(|outgoing| (outgoing.message, outgoing.sent > 0))
    }

    /// Messages that wait go to the primary path, whatever the user wanted: the peer has other addresses than was
    /// thought. Nothing was sent yet.
    pub(crate) fn forget_paths(&mut self) {
        self.messages.for_each(|message| message.path = None);
    }

    /// Takes a message to be sent, or what comes next of the one that was not ended. A message without bytes is sent at
    /// once: as nothing (section 6.2, last point).
    ///
    /// # Errors
    /// The message comes back with the reason.
    pub(crate) fn enqueue(&mut self, mut message: OutMessage) -> Result<(), (EnqueueError, OutMessage)> {
        let length = message.bytes.len();
        if message.stream >= self.streams() {
            return Err((EnqueueError::BadStream, message));
        }
        if length == 0 {
            return Ok(());
        }
        let ends = message.ends;
        let begun = self.unfinished;
        let next = Unfinished { stream: message.stream, unordered: message.unordered };
        let pushed = match begun {
            Some(begun) if begun.stream != message.stream => return Err((EnqueueError::Unfinished, message)),
            Some(begun) => {
                (message.begins, message.unordered) = (false, begun.unordered);
                self.messages.push_piece(message)
            }
            None => {
                message.begins = true;
                // Without memory to count what its stream has had, it goes at once.
                let turn = self.schedule.turn(message.stream, length).unwrap_or(0);
                self.messages.push(message, turn)
            }
        };
        pushed.map_err(|message| (EnqueueError::NoMemory, message))?;
        self.unfinished = if ends { None } else { Some(begun.unwrap_or(next)) };
        self.unsent = self.unsent.saturating_add(length);
        self.buffered = self.buffered.saturating_add(length);
        // The user's call allows a burst (section 6.1 rule D).
        self.burst = 0;
        Ok(())
    }

    /// Whether the user has not ended the last message.
    pub(crate) const fn has_unfinished(&self) -> bool {
        self.unfinished.is_some()
    }

    /// Messages, or pieces of them, that are kept for their acknowledgement.
    pub(crate) const fn kept_messages(&self) -> usize {
        self.messages.len()
    }

    /// User bytes that are not cumulatively acknowledged, sent or not.
    pub(crate) const fn buffered_bytes(&self) -> usize {
        self.buffered
    }

    /// Whether nothing waits and nothing is outstanding, so that SHUTDOWN may be sent (section 9.2).
    pub(crate) const fn is_drained(&self) -> bool {
        self.messages.is_empty() && self.window.is_empty()
    }

    /// Whether something was sent that is not cumulatively acknowledged.
    pub(crate) const fn has_outstanding(&self) -> bool {
        !self.window.is_empty()
    }

    /// How many streams there are to the peer.
    pub(crate) const fn streams(&self) -> u16 {
        self.numbers.streams()
    }

    /// Messages of which nothing was sent yet.
    pub(crate) fn waiting_messages(&self) -> usize {
        self.messages.waiting()
    }

    /// DATA chunks that were sent and are not cumulatively acknowledged.
    pub(crate) const fn outstanding_chunks(&self) -> usize {
        self.window.len()
    }

    /// The TSN of the next new chunk.
    pub(crate) fn next_tsn(&self) -> Tsn {
        self.window.next_tsn()
    }

    /// The Cumulative TSN Ack Point.
    pub(crate) const fn cumulative_acked(&self) -> Tsn {
        self.window.cumulative()
    }

    /// The room that the peer has, less what is on its way, bytes (section 6.2.1).
    pub(crate) const fn peer_rwnd(&self) -> u32 {
        self.peer_rwnd
    }

    /// Limits the user bytes of chunks that are made from now on; 0 for no limit but the path's.
    pub(crate) const fn set_max_segment(&mut self, bytes: u32) {
        self.max_segment = bytes;
    }

    /// Chooses the scheduler of the messages that come from now on.
    pub(crate) fn set_scheduler(&mut self, scheduler: Scheduler) {
        if scheduler != self.schedule.scheduler() {
            self.schedule.choose(scheduler);
            self.messages.forget_turns();
        }
    }

    /// SCTP_STREAM_SCHEDULER_VALUE of a stream.
    pub(crate) fn stream_value(&self, stream: u16) -> u16 {
        self.schedule.value(stream)
    }

    /// Sets it, for the messages that come from now on.
    ///
    /// # Errors
    /// [`OutOfMemory`].
    pub(crate) fn set_stream_value(&mut self, stream: u16, value: u16) -> Result<(), OutOfMemory> {
        self.schedule.set_value(stream, value)
    }

    /// Sets Max.Burst; 0 for any number.
    pub(crate) const fn set_max_burst(&mut self, packets: u32) {
        self.max_burst = packets;
    }

    /// The most user bytes that go into one chunk.
    pub(crate) fn full_length(&self, paths: &[Path]) -> usize {
        full_length(paths, self.max_segment)
    }

    /// Takes over the a_rwnd of INIT or INIT ACK (section 6.2.1 A).
    pub(crate) const fn set_peer_rwnd(&mut self, bytes: u32) {
        self.peer_rwnd = bytes;
    }

    /// Whether a zero window probe is outstanding.
    pub(crate) const fn has_probe(&self) -> bool {
        self.probe.in_flight
    }

    /// Whether T3-rtx runs for a zero window probe that the peer answers, so that its expiry is no error
    /// (section 6.1 rule A), or only times the next attempt to send.
    pub(crate) const fn is_probing(&self) -> bool {
        let waiting = self.pause.is_some() && self.window.lost() == 0;
        waiting || (self.probe.in_flight && self.probe.answered)
    }
}
