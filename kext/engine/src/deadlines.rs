//! The next deadline of every association in one heap, so that the engine has one wake-up.
//!
//! Nearly every deadline is put off or called off before it passes: a packet sets one, and its acknowledgement takes it
//! back. So an association keeps its place in the heap when its deadline moves away, and is moved only when that place
//! comes up. Then a packet touches one [`Entry`] here, and seldom the heap.

use crate::memory::{self, OutOfMemory};
use crate::time::Time;
use alloc::vec::Vec;

const ABSENT: u32 = u32::MAX;

/// Children of a place in the heap: as many as share a line of memory.
const CHILDREN: usize = 4;

/// What is known of one table position.
#[derive(Clone, Copy, Debug)]
struct Entry {
    deadline: Time,
    /// When it comes up in the heap: not after `deadline`; [`Time::NEVER`] when it is not there.
    comes_up: Time,
    /// Where in the heap it stands, or [`ABSENT`].
    place: u32,
}

impl Entry {
    const NONE: Self = Self { deadline: Time::NEVER, comes_up: Time::NEVER, place: ABSENT };
}

/// A heap of deadlines with one entry for each table position; O(log n) to bring one forward.
#[derive(Debug, Default)]
pub(crate) struct Deadlines {
    entries: Vec<Entry>,
    /// When a position comes up, and which: the earliest first, [`CHILDREN`] to a parent.
    heap: Vec<(Time, u32)>,
}

impl Deadlines {
    /// No deadlines.
    #[must_use]
    pub(crate) const fn new() -> Self {
        Self { entries: Vec::new(), heap: Vec::new() }
    }

    /// Makes room for positions up to `index`, so that [`Deadlines::set`] never allocates.
    ///
    /// # Errors
    /// [`OutOfMemory`].
    pub(crate) fn reserve(&mut self, index: u32) -> Result<(), OutOfMemory> {
        while u32::try_from(self.entries.len()).is_ok_and(|length| length <= index) {
            memory::push(&mut self.entries, Entry::NONE)?;
        }
        let missing = self.entries.len().saturating_sub(self.heap.len());
        self.heap.try_reserve(missing).map_err(|_| OutOfMemory)
    }

    fn entry(&mut self, index: u32) -> Option<&mut Entry> {
        self.entries.get_mut(usize::try_from(index).ok()?)
    }

    /// Gives a reserved position a deadline; [`Time::NEVER`] for none.
    pub(crate) fn set(&mut self, index: u32, deadline: Time) {
        let end = self.heap.len();
        let Some(entry) = self.entry(index) else { return };
        entry.deadline = deadline;
        if deadline < entry.comes_up {
            let place = usize::try_from(entry.place).unwrap_or(usize::MAX);
            if place < end || memory::push(&mut self.heap, (deadline, index)).is_ok() {
                self.up(place.min(end), (deadline, index));
            }
        } else if entry.place == 0 {
            self.put_off_first();
        }
    }

    /// Moves the first of the heap, whose deadline is later than it comes up, to where it belongs.
    fn put_off_first(&mut self) {
        let Some((_, index)) = self.heap.first().copied() else { return };
        match self.entry(index).map(|entry| entry.deadline) {
            Some(Time::NEVER) | None => self.remove(index),
            Some(deadline) => self.down(0, (deadline, index)),
        }
    }

    /// Takes a position out.
    pub(crate) fn remove(&mut self, index: u32) {
        let Some(entry) = self.entry(index) else { return };
        let place = core::mem::replace(entry, Entry::NONE).place;
        let Some(place) = usize::try_from(place).ok().filter(|place| *place < self.heap.len()) else {
            return;
        };
        let Some(last) = self.heap.pop() else { return };
        if place < self.heap.len() {
            self.up(place, last);
            let moved = self.heap.get(place).copied().unwrap_or(last);
            self.down(place, moved);
        }
    }

    /// A moment before which no deadline passes: the earliest one, unless that was put off; [`Time::NEVER`] if there is
    /// none.
    #[must_use]
    pub(crate) fn earliest(&self) -> Time {
        self.heap.first().map_or(Time::NEVER, |first| first.0)
    }

    /// The position with the earliest deadline, if that is not after `now`.
    pub(crate) fn due(&mut self, now: Time) -> Option<u32> {
        loop {
            let (comes_up, index) = self.heap.first().copied().filter(|first| first.0 <= now)?;
            if self.entry(index)?.deadline == comes_up {
                return Some(index);
            }
            self.put_off_first();
        }
    }

    /// Puts what belongs at `place` or before it where it belongs.
    fn up(&mut self, mut place: usize, moved: (Time, u32)) {
        while let Some(above) = place.checked_sub(1) {
            let above = above / CHILDREN;
            let Some(parent) = self.heap.get(above).copied().filter(|parent| parent.0 > moved.0) else {
                break;
            };
            self.put(place, parent);
            place = above;
        }
        self.put(place, moved);
    }

    /// Puts what belongs at `place` or behind it where it belongs.
    fn down(&mut self, mut place: usize, moved: (Time, u32)) {
        loop {
            let first = place.saturating_mul(CHILDREN).saturating_add(1);
            let children = self.heap.iter().copied().enumerate().skip(first).take(CHILDREN);
            let Some((below, child)) =
                children.min_by_key(|(_, child)| child.0).filter(|(_, child)| child.0 < moved.0)
            else {
                break;
            };
            self.put(place, child);
            place = below;
        }
        self.put(place, moved);
    }

    fn put(&mut self, place: usize, moved: (Time, u32)) {
        if let Some(slot) = self.heap.get_mut(place) {
            *slot = moved;
        }
        if let (Some(entry), Ok(place)) = (self.entry(moved.1), u32::try_from(place)) {
            entry.comes_up = moved.0;
            entry.place = place;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// How many positions a test uses.
    const COUNT: usize = 50;

    proptest! {
        #[test]
        fn no_deadline_is_missed_and_none_comes_early(
            steps in prop::collection::vec((0..50_u32, prop::option::of(0..1000_u64), 0..1000_u64), 0..300),
        ) {
            let mut deadlines = Deadlines::new();
            deadlines.reserve(49).unwrap();
            let mut model = [Time::NEVER; COUNT];
            for (index, deadline, now) in steps {
                let deadline = deadline.map_or(Time::NEVER, Time);
                deadlines.set(index, deadline);
                model[index as usize] = deadline;
                let earliest = *model.iter().min().unwrap();
                prop_assert!(deadlines.earliest() <= earliest);
                match deadlines.due(Time(now)) {
                    Some(due) => {
                        prop_assert_eq!(model[due as usize], earliest);
                        deadlines.remove(due);
                        model[due as usize] = Time::NEVER;
                    }
                    None => prop_assert!(earliest > Time(now) && deadlines.earliest() > Time(now)),
                }
            }
        }
    }

    #[test]
    fn the_deadline_of_one_position_is_always_known() {
        let mut deadlines = Deadlines::new();
        deadlines.reserve(0).unwrap();
        for deadline in [5, 3, 9, 9].map(Time).into_iter().chain([Time::NEVER, Time(4)]) {
            deadlines.set(0, deadline);
            assert_eq!(deadlines.earliest(), deadline);
        }
    }

    #[test]
    fn what_is_put_off_stays_until_it_comes_up() {
        let mut deadlines = Deadlines::new();
        deadlines.reserve(2).unwrap();
        for (index, deadline) in [(0, 10), (1, 20), (2, 30)] {
            deadlines.set(index, Time(deadline));
        }
        deadlines.set(1, Time(40));
        assert_eq!((deadlines.due(Time(9)), deadlines.due(Time(10))), (None, Some(0)));
        deadlines.set(0, Time::NEVER);
        assert_eq!(deadlines.earliest(), Time(20), "a wake-up for nothing");
        assert_eq!((deadlines.due(Time(20)), deadlines.earliest()), (None, Time(30)));
    }
}
