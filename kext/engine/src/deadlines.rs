//! The next deadline of every association in one heap, so that the engine has one wake-up.

use crate::memory::{self, OutOfMemory};
use crate::time::Time;
use alloc::vec::Vec;

const ABSENT: u32 = u32::MAX;

/// A binary heap of deadlines with one entry for each table position; O(log n) to change one.
#[derive(Debug, Default)]
pub(crate) struct Deadlines {
    heap: Vec<(Time, u32)>,
    /// Where in `heap` each position stands, or [`ABSENT`].
    places: Vec<u32>,
}

impl Deadlines {
    /// No deadlines.
    #[must_use]
    pub(crate) const fn new() -> Self {
        Self { heap: Vec::new(), places: Vec::new() }
    }

    /// Makes room for positions up to `index`, so that [`Deadlines::set`] never allocates.
    ///
    /// # Errors
    /// [`OutOfMemory`].
    pub(crate) fn reserve(&mut self, index: u32) -> Result<(), OutOfMemory> {
        while u32::try_from(self.places.len()).is_ok_and(|length| length <= index) {
            memory::push(&mut self.places, ABSENT)?;
        }
        let missing = self.places.len().saturating_sub(self.heap.len());
        self.heap.try_reserve(missing).map_err(|_| OutOfMemory)
    }

    /// Gives a reserved position a deadline; [`Time::NEVER`] takes it out.
    pub(crate) fn set(&mut self, index: u32, deadline: Time) {
        let Some(place) = usize::try_from(index).ok().and_then(|index| self.places.get(index)).copied()
        else {
            return;
        };
        let place = usize::try_from(place).ok().filter(|place| *place < self.heap.len());
        match (place, deadline) {
            (None, Time::NEVER) => {}
            (None, _) => {
                let end = self.heap.len();
                if memory::push(&mut self.heap, (deadline, index)).is_ok() {
                    self.note(end);
                    self.up(end);
                }
            }
            (Some(place), Time::NEVER) => {
                let last = self.heap.len().saturating_sub(1);
                self.swap(place, last);
                self.heap.truncate(last);
                if let Some(slot) = usize::try_from(index).ok().and_then(|index| self.places.get_mut(index)) {
                    *slot = ABSENT;
                }
                self.settle(place);
            }
            // Most packets change no deadline, and then the neighbours in the heap need not be looked at.
            (Some(place), _) if self.key(place) == deadline => {}
            (Some(place), _) => {
                if let Some(entry) = self.heap.get_mut(place) {
                    entry.0 = deadline;
                }
                self.settle(place);
            }
        }
    }

    /// The earliest deadline, [`Time::NEVER`] if there is none.
    #[must_use]
    pub(crate) fn earliest(&self) -> Time {
        self.heap.first().map_or(Time::NEVER, |entry| entry.0)
    }

    /// The position with the earliest deadline, if that is not after `now`.
    #[must_use]
    pub(crate) fn due(&self, now: Time) -> Option<u32> {
        self.heap.first().filter(|entry| entry.0 <= now).map(|entry| entry.1)
    }

    fn settle(&mut self, place: usize) {
        self.up(place);
        self.down(place);
    }

    fn key(&self, place: usize) -> Time {
        self.heap.get(place).map_or(Time::NEVER, |entry| entry.0)
    }

    fn up(&mut self, mut place: usize) {
        while place > 0 {
            let parent = place.saturating_sub(1) / 2;
            if self.key(parent) <= self.key(place) {
                return;
            }
            self.swap(parent, place);
            place = parent;
        }
    }

    fn down(&mut self, mut place: usize) {
        loop {
            let left = place.saturating_mul(2).saturating_add(1);
            let right = left.saturating_add(1);
            let child = if self.key(right) < self.key(left) { right } else { left };
            if child >= self.heap.len() || self.key(place) <= self.key(child) {
                return;
            }
            self.swap(place, child);
            place = child;
        }
    }

    fn swap(&mut self, a: usize, b: usize) {
        if let (Some(first), Some(second)) = (self.heap.get(a).copied(), self.heap.get(b).copied()) {
            if let Some(entry) = self.heap.get_mut(a) {
                *entry = second;
            }
            if let Some(entry) = self.heap.get_mut(b) {
                *entry = first;
            }
        }
        self.note(a);
        self.note(b);
    }

    fn note(&mut self, place: usize) {
        let Some((_, index)) = self.heap.get(place).copied() else { return };
        let slot = usize::try_from(index).ok().and_then(|index| self.places.get_mut(index));
        if let (Some(slot), Ok(place)) = (slot, u32::try_from(place)) {
            *slot = place;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_earliest_is_always_first(steps in prop::collection::vec((0_u32..50, prop::option::of(0_u64..1000)), 0..300)) {
            let mut deadlines = Deadlines::new();
            deadlines.reserve(49).unwrap();
            let mut model = [Time::NEVER; 50];
            for (index, deadline) in steps {
                let deadline = deadline.map_or(Time::NEVER, Time);
                deadlines.set(index, deadline);
                model[index as usize] = deadline;
                let earliest = *model.iter().min().unwrap();
                prop_assert_eq!(deadlines.earliest(), earliest);
                match deadlines.due(Time(500)) {
                    Some(due) => prop_assert_eq!(model[due as usize], earliest),
                    None => prop_assert!(earliest > Time(500)),
                }
            }
        }
    }
}
