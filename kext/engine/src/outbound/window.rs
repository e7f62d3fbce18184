//! The send window: all chunks that have a TSN and are not cumulatively acknowledged.

use super::messages::Handle;
use crate::path::{MAX_PATHS, Path, PathId};
use crate::ring::Ring;
use crate::time::Time;
use sctp_wire::{Data, DataFlags, Tsn};

/// Most chunks in the window: what Gap Ack Blocks can name (RFC 9260 section 3.3.4). It also keeps the two limits at
/// the end of section 6.1, for the spread of TSNs and for the ordered messages of one stream.
pub(crate) const MAX_CHUNKS: usize = 65_535;

/// Where a chunk is believed to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChunkState {
    /// Outstanding.
    InFlight,
    /// Reported missing: to be sent again, to the same address (section 6.4).
    Missing,
    /// T3-rtx expired: to be sent again, to another address if there is one (section 6.4).
    TimedOut,
    /// In a Gap Ack Block of the newest SACK.
    Acked,
}

/// A DATA chunk that was sent.
#[derive(Debug)]
pub(crate) struct Chunk {
    pub(crate) message: Handle,
    /// Where its bytes begin in the message.
    pub(crate) offset: usize,
    /// Bytes of user data.
    pub(crate) length: u16,
    pub(crate) flags: DataFlags,
    pub(crate) state: ChunkState,
    /// Where it was sent last.
    pub(crate) path: PathId,
    pub(crate) retransmitted: bool,
    /// Miss indications (section 7.2.4).
    pub(crate) missing: u8,
    /// Was acknowledged once, so it is never newly acknowledged again.
    pub(crate) counted: bool,
}

impl Chunk {
    /// Whether it waits to be sent again.
    pub(crate) const fn is_lost(&self) -> bool {
        matches!(self.state, ChunkState::Missing | ChunkState::TimedOut)
    }

    /// Bytes with header and padding.
    pub(crate) fn size(&self) -> u32 {
        chunk_size(usize::from(self.length))
    }
}

/// Bytes of a DATA chunk with header and padding.
pub(crate) fn chunk_size(length: usize) -> u32 {
    let size = length.saturating_add(Data::HEADER_LEN).saturating_add(3) & !3;
    u32::try_from(size).unwrap_or(u32::MAX)
}

/// What one SACK newly acknowledged.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// Bytes of chunks, by the path they were sent on last.
    pub(crate) sizes: [u32; MAX_PATHS],
    /// Bytes of user data.
    pub(crate) payload: usize,
    /// Paths with something in `sizes`, one bit each.
    pub(crate) paths: u32,
    /// Paths of which the earliest outstanding chunk was acknowledged.
    pub(crate) earliest: [bool; MAX_PATHS],
}

/// The chunks, and what can be said of all of them together.
#[derive(Debug)]
pub(crate) struct Window {
    chunks: Ring<Chunk>,
    /// The Cumulative TSN Ack Point.
    cumulative: Tsn,
    /// User bytes in flight.
    in_flight: u32,
    lost: usize,
    /// No chunk before this one is lost.
    first_lost: Tsn,
    /// No chunk after this one is in state [`ChunkState::Acked`].
    highest_acked: Tsn,
}

impl Window {
    /// An empty window before the first TSN.
    pub(crate) const fn new(initial: Tsn) -> Self {
        let cumulative = initial.previous();
        Self {
            chunks: Ring::new(),
            cumulative,
            in_flight: 0,
            lost: 0,
            first_lost: initial,
            highest_acked: cumulative,
        }
    }

    /// The Cumulative TSN Ack Point.
    pub(crate) const fn cumulative(&self) -> Tsn {
        self.cumulative
    }

    /// How many chunks there are.
    pub(crate) const fn len(&self) -> usize {
        self.chunks.len()
    }

    /// Whether everything that was sent is cumulatively acknowledged.
    pub(crate) const fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }

    /// User bytes in flight.
    pub(crate) const fn in_flight(&self) -> u32 {
        self.in_flight
    }

    /// How many chunks wait to be sent again.
    pub(crate) const fn lost(&self) -> usize {
        self.lost
    }

    /// No chunk after this one is in state [`ChunkState::Acked`].
    pub(crate) const fn highest_acked(&self) -> Tsn {
        self.highest_acked
    }

    /// The TSN of the next new chunk.
    pub(crate) fn next_tsn(&self) -> Tsn {
        self.tsn(self.chunks.len())
    }

    /// The TSN at a position.
    pub(crate) fn tsn(&self, position: usize) -> Tsn {
        // The window never has more than MAX_CHUNKS.
        self.cumulative.next().add(u32::try_from(position).unwrap_or(0))
    }

    /// Steps from the first chunk to a TSN; meaningless for a TSN before it.
    fn position(&self, tsn: Tsn) -> usize {
        usize::try_from(tsn.distance_from(self.cumulative.next())).unwrap_or(usize::MAX)
    }

    /// The position of the first chunk that may be lost.
    pub(crate) fn first_lost(&self) -> usize {
        if self.first_lost.after(self.cumulative) { self.position(self.first_lost) } else { 0 }
    }

    /// A chunk.
    pub(crate) fn get(&self, position: usize) -> Option<&Chunk> {
        self.chunks.get(position)
    }

    /// Makes room for one more chunk. Returns whether there is some.
    pub(crate) fn reserve(&mut self) -> bool {
        self.chunks.len() < MAX_CHUNKS && self.chunks.reserve(1).is_ok()
    }

    /// Adds the chunk with the next TSN, which is being sent to its path now. There must be room.
    pub(crate) fn push(&mut self, now: Time, chunk: Chunk, path: &mut Path) {
        let (tsn, size, length) = (self.next_tsn(), chunk.size(), chunk.length);
        if self.chunks.push_back(chunk).is_ok() {
            self.enter_flight(now, tsn, size, length, path);
            if path.timing.is_none() {
                path.timing = Some((tsn, now));
            }
        }
    }

    /// A lost chunk is being sent again to `id`.
    pub(crate) fn retransmit(&mut self, now: Time, position: usize, id: PathId, paths: &mut [Path]) {
        let tsn = self.tsn(position);
        for path in &mut *paths {
            // Section 6.3.1 C5: nothing from the oldest retransmitted chunk on can be measured.
            if path.timing.is_some_and(|(timed, _)| timed.at_or_after(tsn)) {
                path.timing = None;
            }
        }
        let Some(path) = paths.get_mut(id.position()) else { return };
        let Some(chunk) = self.chunks.get_mut(position) else { return };
        chunk.state = ChunkState::InFlight;
        chunk.path = id;
        chunk.retransmitted = true;
        chunk.missing = 0;
        let (size, length) = (chunk.size(), chunk.length);
        self.lost = self.lost.saturating_sub(1);
        if path.earliest.is_none_or(|earliest| tsn.at_or_before(earliest)) {
            // Section 6.1: the earliest outstanding chunk is sent again.
            path.restart_t3(now);
        }
        self.enter_flight(now, tsn, size, length, path);
    }

    fn enter_flight(&mut self, now: Time, tsn: Tsn, size: u32, length: u16, path: &mut Path) {
        if path.congestion.flight() == 0 || path.t3 == Time::NEVER {
            path.restart_t3(now);
        }
        if path.earliest.is_none_or(|earliest| tsn.before(earliest)) {
            path.earliest = Some(tsn);
        }
        path.congestion.add_flight(size);
        self.in_flight = self.in_flight.saturating_add(u32::from(length));
    }

    /// Moves the search for lost chunks past those that are not, as far as that is known.
    pub(crate) fn skip_found(&mut self) {
        let mut position = self.first_lost();
        if self.lost == 0 {
            position = self.chunks.len();
        }
        while self.chunks.get(position).is_some_and(|chunk| !chunk.is_lost()) {
            position = position.saturating_add(1);
        }
        self.first_lost = self.tsn(position);
    }

    /// Takes a chunk that is in flight for lost. Returns its path, and user bytes to give back to the peer's window.
    pub(crate) fn lose(
        &mut self,
        position: usize,
        state: ChunkState,
        paths: &mut [Path],
    ) -> Option<(PathId, u16)> {
        let tsn = self.tsn(position);
        let first_lost = self.first_lost();
        let chunk = self.chunks.get_mut(position)?;
        if chunk.state != ChunkState::InFlight {
            return None;
        }
        chunk.state = state;
        chunk.missing = 0;
        let (id, length, size) = (chunk.path, chunk.length, chunk.size());
        self.in_flight = self.in_flight.saturating_sub(u32::from(length));
        if self.lost == 0 || position < first_lost {
            self.first_lost = tsn;
        }
        self.lost = self.lost.saturating_add(1);
        if let Some(path) = paths.get_mut(id.position()) {
            path.congestion.remove_flight(size);
            if path.earliest == Some(tsn) {
                path.earliest = self.earliest(id, path, position.saturating_add(1));
            }
        }
        Some((id, length))
    }

    /// Takes the first chunk out, acknowledged cumulatively.
    pub(crate) fn pop(&mut self, now: Time, tally: &mut Tally, paths: &mut [Path]) -> Option<Chunk> {
        self.acknowledge(now, 0, tally, paths);
        let chunk = self.chunks.pop_front()?;
        self.cumulative = self.cumulative.next();
        if self.highest_acked.before(self.cumulative) {
            self.highest_acked = self.cumulative;
        }
        Some(chunk)
    }

    /// Marks a chunk as acknowledged. Returns whether that is new.
    pub(crate) fn acknowledge(
        &mut self,
        now: Time,
        position: usize,
        tally: &mut Tally,
        paths: &mut [Path],
    ) -> bool {
        let tsn = self.tsn(position);
        let Some(chunk) = self.chunks.get_mut(position) else { return false };
        let Some(path) = paths.get_mut(chunk.path.position()) else { return false };
        let size = chunk.size();
        // What was given up on a path may have arrived over it long ago: that says nothing of the path now.
        let in_time = chunk.state != ChunkState::TimedOut;
        match chunk.state {
            ChunkState::InFlight => {
                path.congestion.remove_flight(size);
                self.in_flight = self.in_flight.saturating_sub(u32::from(chunk.length));
            }
            ChunkState::Missing | ChunkState::TimedOut => self.lost = self.lost.saturating_sub(1),
            ChunkState::Acked => return false,
        }
        chunk.state = ChunkState::Acked;
        if self.highest_acked.before(tsn) {
            self.highest_acked = tsn;
        }
        let place = chunk.path.position();
        if path.earliest == Some(tsn)
            && let Some(earliest) = tally.earliest.get_mut(place)
        {
            *earliest = true;
        }
        if core::mem::replace(&mut chunk.counted, true) {
            return false;
        }
        if let Some((timed, sent)) = path.timing
            && timed == tsn
        {
            path.rto.measure(now.since(sent));
            path.timing = None;
        }
        if let Some(sum) = tally.sizes.get_mut(place) {
            *sum = sum.saturating_add(size);
        }
        tally.payload = tally.payload.saturating_add(usize::from(chunk.length));
        if in_time {
            tally.paths |= u32::try_from(place).ok().and_then(|place| 1_u32.checked_shl(place)).unwrap_or(0);
        }
        true
    }

    /// The peer has dropped a chunk that it had acknowledged in a gap (section 6.2.1 D iii). Returns whether it had.
    pub(crate) fn renege(&mut self, now: Time, position: usize, paths: &mut [Path]) -> bool {
        let tsn = self.tsn(position);
        let Some(chunk) = self.chunks.get_mut(position) else { return false };
        let Some(path) = paths.get_mut(chunk.path.position()) else { return false };
        if chunk.state != ChunkState::Acked {
            return false;
        }
        chunk.state = ChunkState::InFlight;
        let (size, length) = (chunk.size(), chunk.length);
        self.enter_flight(now, tsn, size, length, path);
        true
    }

    /// No chunk after `tsn` is in state [`ChunkState::Acked`], the newest SACK says.
    pub(crate) const fn set_highest_acked(&mut self, tsn: Tsn) {
        self.highest_acked = tsn;
    }

    /// Counts a miss indication for a chunk that can be fast retransmitted (section 7.2.4). Returns how many it has.
    pub(crate) fn count_missing(&mut self, position: usize) -> u8 {
        match self.chunks.get_mut(position) {
            // Rule 5; and after a time-out, SACKs for what was sent before that say nothing of the newest copy.
            Some(chunk) if chunk.state == ChunkState::InFlight && !chunk.retransmitted => {
                chunk.missing = chunk.missing.saturating_add(1);
                chunk.missing
            }
            Some(_) | None => 0,
        }
    }

    /// After acknowledgements: stops T3-rtx of a path or starts it anew (section 6.3.2 R2 and R3).
    pub(crate) fn settle_t3(&self, now: Time, id: PathId, path: &mut Path, earliest_acked: bool) {
        if path.congestion.flight() == 0 {
            path.t3 = Time::NEVER;
            path.earliest = None;
        } else if earliest_acked {
            let from = path.earliest.filter(|earliest| earliest.after(self.cumulative));
            path.earliest = self.earliest(id, path, from.map_or(0, |earliest| self.position(earliest)));
            path.restart_t3(now);
        }
    }

    /// The first chunk in flight to a path at or behind a position.
    fn earliest(&self, id: PathId, path: &Path, from: usize) -> Option<Tsn> {
        if path.congestion.flight() == 0 {
            return None;
        }
        let here = |position: &usize| {
            self.chunks
                .get(*position)
                .is_some_and(|chunk| chunk.path == id && chunk.state == ChunkState::InFlight)
        };
        (from..self.chunks.len()).find(here).map(|position| self.tsn(position))
    }
}
