//! Which TSNs have arrived: the Cumulative TSN Ack Point and the runs above it (RFC 9260 section 6.7).

use crate::memory::{self, OutOfMemory};
use alloc::vec::Vec;
use sctp_wire::Tsn;

/// How far above the cumulative TSN a chunk may be.
///
/// It keeps Gap Ack Block offsets within their 16 bits, and fewer than half of the stream sequence numbers in
/// flight, so that serial comparison of those is never ambiguous for a peer that obeys the protocol.
pub(super) const WINDOW: u32 = 32_767;

/// Most runs that are remembered. More than fit in a SACK chunk of any usual packet; it bounds the work per chunk.
const MAX_RUNS: usize = 512;

/// TSNs that arrived without a break, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Run {
    first: Tsn,
    last: Tsn,
}

/// What is known of a TSN before its chunk is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Arrived before.
    Duplicate,
    /// Continues the sequence: the Cumulative TSN Ack Point moves.
    Next,
    /// Leaves a gap below it.
    Ahead,
    /// Outside of the window.
    Beyond,
}

/// The set of TSNs that arrived.
#[derive(Debug)]
pub(super) struct Received {
    cumulative: Tsn,
    runs: Vec<Run>,
}

impl Received {
    pub(super) const fn new(initial: Tsn) -> Self {
        Self { cumulative: initial.previous(), runs: Vec::new() }
    }

    pub(super) const fn cumulative(&self) -> Tsn {
        self.cumulative
    }

    pub(super) const fn has_gap(&self) -> bool {
        !self.runs.is_empty()
    }

    /// Offsets of the Gap Ack Blocks from the cumulative TSN, lowest first.
    pub(super) fn gaps(&self) -> impl Iterator<Item = (u16, u16)> + Clone {
        let offset = |tsn: Tsn| u16::try_from(tsn.distance_from(self.cumulative)).unwrap_or(u16::MAX);
        self.runs.iter().map(move |run| (offset(run.first), offset(run.last)))
    }

    /// Position of the first run that does not end before `tsn`.
    fn position(&self, tsn: Tsn) -> usize {
        self.runs.partition_point(|run| run.last.before(tsn))
    }

    pub(super) fn contains(&self, tsn: Tsn) -> bool {
        tsn.at_or_before(self.cumulative)
            || self.runs.get(self.position(tsn)).is_some_and(|run| run.first.at_or_before(tsn))
    }

    pub(super) fn standing(&self, tsn: Tsn) -> Standing {
        let ahead = tsn.distance_from(self.cumulative);
        if tsn.at_or_before(self.cumulative) {
            Standing::Duplicate
        } else if ahead > WINDOW {
            Standing::Beyond
        } else if self.contains(tsn) {
            Standing::Duplicate
        } else if ahead == 1 {
            Standing::Next
        } else {
            Standing::Ahead
        }
    }

    /// Makes sure that a new `tsn` can be recorded. There is always room for one that joins a run.
    pub(super) fn reserve(&mut self, tsn: Tsn) -> Result<(), OutOfMemory> {
        if self.contains(tsn.previous()) || self.contains(tsn.next()) {
            return Ok(());
        }
        if self.runs.len() >= MAX_RUNS {
            return Err(OutOfMemory);
        }
        self.runs.try_reserve(1).map_err(|_| OutOfMemory)
    }

    /// Records a `tsn` that is new and for which [`Received::reserve`] made room.
    pub(super) fn record(&mut self, tsn: Tsn) {
        let at = self.position(tsn);
        let joins_right = self.runs.get(at).is_some_and(|run| run.first == tsn.next());
        match at.checked_sub(1).and_then(|left| self.runs.get_mut(left)) {
            None if tsn == self.cumulative.next() => self.cumulative = tsn,
            Some(left) if left.last.next() == tsn => left.last = tsn,
            Some(_) | None => {
                match self.runs.get_mut(at) {
                    Some(right) if joins_right => right.first = tsn,
                    Some(_) | None => self.insert(at, Run { first: tsn, last: tsn }),
                }
                return;
            }
        }
        if joins_right && let Some(right) = self.remove(at) {
            match at.checked_sub(1).and_then(|left| self.runs.get_mut(left)) {
                Some(left) => left.last = right.last,
                None => self.cumulative = right.last,
            }
        }
    }

    // The library's insert and remove check the position with a panic; these two move the rest along by hand.

    fn insert(&mut self, at: usize, mut run: Run) {
        for slot in self.runs.iter_mut().skip(at) {
            core::mem::swap(slot, &mut run);
        }
        // Room was reserved, so this cannot fail.
        let _ = memory::push(&mut self.runs, run);
    }

    fn remove(&mut self, at: usize) -> Option<Run> {
        let mut run = self.runs.pop()?;
        for slot in self.runs.iter_mut().skip(at).rev() {
            core::mem::swap(slot, &mut run);
        }
        Some(run)
    }
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::arithmetic_side_effects,
        clippy::disallowed_types,
        reason = "a test may panic and allocate"
    )]

    use super::*;
    use alloc::collections::BTreeSet;
    use proptest::prelude::*;

    fn received(initial: Tsn, offsets: &[u32]) -> Received {
        let mut received = Received::new(initial);
        for offset in offsets {
            let tsn = initial.add(*offset);
            received.reserve(tsn).unwrap();
            received.record(tsn);
        }
        received
    }

    #[test]
    fn section_6_7_the_example_of_figure_9() {
        let received = received(Tsn(6), &[0, 2]);
        assert_eq!(received.cumulative(), Tsn(6));
        assert_eq!(received.gaps().collect::<Vec<_>>(), [(2, 2)]);
    }

    #[test]
    fn runs_are_bounded_but_filling_a_gap_is_always_possible() {
        let initial = Tsn(u32::MAX - 100);
        let count = u32::try_from(MAX_RUNS).unwrap();
        let odd: Vec<u32> = (0..count).map(|n| 2 * n + 1).collect();
        let mut full = received(initial, &odd);
        assert_eq!(full.reserve(initial.add(2 * count + 1)), Err(OutOfMemory));
        for offset in (0..count).map(|n| 2 * n) {
            full.reserve(initial.add(offset)).unwrap();
            full.record(initial.add(offset));
        }
        assert_eq!((full.cumulative(), full.has_gap()), (initial.add(2 * count - 1), false));
    }

    #[test]
    fn the_window_ends_where_it_says() {
        let received = Received::new(Tsn(0));
        assert_eq!(received.standing(Tsn(0)), Standing::Next);
        assert_eq!(received.standing(Tsn(WINDOW - 1)), Standing::Ahead);
        assert_eq!(received.standing(Tsn(WINDOW)), Standing::Beyond);
        assert_eq!(received.standing(Tsn(0x7fff_ffff)), Standing::Beyond);
        assert_eq!(received.standing(Tsn(0x8000_0000)), Standing::Duplicate);
        assert_eq!(received.standing(Tsn(u32::MAX)), Standing::Duplicate);
    }

    proptest! {
        #[test]
        fn behaves_like_a_set(initial: u32, offsets in prop::collection::vec(0..60_u32, 0..90)) {
            let mut received = Received::new(Tsn(initial));
            let mut model = BTreeSet::new();
            for offset in offsets {
                let tsn = Tsn(initial).add(offset);
                let standing = received.standing(tsn);
                prop_assert_eq!(standing == Standing::Duplicate, model.contains(&offset));
                if standing != Standing::Duplicate {
                    received.reserve(tsn).unwrap();
                    received.record(tsn);
                    model.insert(offset);
                }
                let cumulative = (0..).find(|offset| !model.contains(offset)).unwrap();
                prop_assert_eq!(received.cumulative(), Tsn(initial).add(cumulative).previous());
                let reported: BTreeSet<u32> = received
                    .gaps()
                    .flat_map(|(first, last)| first..=last)
                    .map(|offset| u32::from(offset) + cumulative - 1)
                    .collect();
                prop_assert_eq!(&reported, &model.iter().copied().filter(|offset| *offset > cumulative).collect());
                // Blocks are ascending, and never adjacent: that would be one block.
                prop_assert!(received.gaps().zip(received.gaps().skip(1)).all(|(a, b)| a.1 + 1 < b.0));
            }
        }
    }
}
