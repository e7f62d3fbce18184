//! A queue that is also an array: in, out and any position in O(1), and growth that can be refused.

use crate::memory::{self, OutOfMemory};
use alloc::vec::Vec;

/// A ring that had more slots than this gives its memory back when the last value leaves.
const KEPT_SLOTS: usize = 256;

/// Slots of the first allocation.
const FIRST_SLOTS: usize = 8;

/// Values in order of arrival. Position 0 is the oldest.
#[derive(Debug)]
pub(crate) struct Ring<T> {
    /// The value at position 0 stands here, so that a queue which seldom has more than one needs no other memory.
    oldest: Option<T>,
    /// As many slots as a power of two, or none at all.
    slots: Vec<Option<T>>,
    /// The slot of position 1.
    head: usize,
    /// Values in slots.
    behind: usize,
}

impl<T> Ring<T> {
    /// An empty ring without memory.
    pub(crate) const fn new() -> Self {
        Self { oldest: None, slots: Vec::new(), head: 0, behind: 0 }
    }

    /// How many values there are.
    pub(crate) const fn len(&self) -> usize {
        if self.oldest.is_some() { self.behind.saturating_add(1) } else { 0 }
    }

    /// Whether there is no value.
    pub(crate) const fn is_empty(&self) -> bool {
        self.oldest.is_none()
    }

    /// The slot so many behind the head; the number of slots is a power of two.
    const fn slot(&self, steps: usize) -> usize {
        self.head.wrapping_add(steps) & self.slots.len().wrapping_sub(1)
    }

    /// Makes room for `more` further values, so that adding them cannot fail.
    ///
    /// # Errors
    /// [`OutOfMemory`]: the ring is as before.
    pub(crate) fn reserve(&mut self, more: usize) -> Result<(), OutOfMemory> {
        let needed = self.len().checked_add(more).ok_or(OutOfMemory)?.saturating_sub(1);
        if needed <= self.slots.len() {
            return Ok(());
        }
        let size = needed.max(FIRST_SLOTS).checked_next_power_of_two().ok_or(OutOfMemory)?;
        let mut slots = Vec::new();
        slots.try_reserve_exact(size).map_err(|_| OutOfMemory)?;
        // The room is there by now, so none of these can fail half-way.
        for steps in 0..self.behind {
            let slot = self.slot(steps);
            let value = self.slots.get_mut(slot).and_then(Option::take);
            memory::push(&mut slots, value)?;
        }
        while slots.len() < size {
            memory::push(&mut slots, None)?;
        }
        self.slots = slots;
        self.head = 0;
        Ok(())
    }

    /// Adds the newest value.
    ///
    /// # Errors
    /// [`OutOfMemory`]: the ring is as before and `value` is dropped. Never after a [`Ring::reserve`].
    pub(crate) fn push_back(&mut self, value: T) -> Result<(), OutOfMemory> {
        if self.oldest.is_none() {
            self.oldest = Some(value);
            return Ok(());
        }
        self.reserve(1)?;
        let slot = self.slot(self.behind);
        *self.slots.get_mut(slot).ok_or(OutOfMemory)? = Some(value);
        self.behind = self.behind.wrapping_add(1);
        Ok(())
    }

    /// Adds a value that is older than all others.
    ///
    /// # Errors
    /// [`OutOfMemory`]: the ring is as before and `value` is dropped. Never after a [`Ring::reserve`].
    pub(crate) fn push_front(&mut self, value: T) -> Result<(), OutOfMemory> {
        self.reserve(1)?;
        if let Some(second) = self.oldest.replace(value) {
            // As many slots as a power of two: one less than all of them is one back.
            let slot = self.slot(self.slots.len().wrapping_sub(1));
            *self.slots.get_mut(slot).ok_or(OutOfMemory)? = Some(second);
            self.head = slot;
            self.behind = self.behind.wrapping_add(1);
        }
        Ok(())
    }

    /// Takes the oldest value out.
    pub(crate) fn pop_front(&mut self) -> Option<T> {
        let value = self.oldest.take()?;
        if self.behind > 0 {
            self.oldest = self.slots.get_mut(self.head).and_then(Option::take);
            self.head = self.slot(1);
            self.behind = self.behind.wrapping_sub(1);
        } else if self.slots.len() > KEPT_SLOTS {
            *self = Self::new();
        }
        Some(value)
    }

    /// Changes places of the value at a position and of the next older one.
    pub(crate) fn swap_with_older(&mut self, position: usize) {
        let Some(steps) = position.checked_sub(1).filter(|steps| *steps < self.behind) else { return };
        let slot = self.slot(steps);
        let value = self.slots.get_mut(slot).and_then(Option::take);
        let older = match steps.checked_sub(1) {
            None => core::mem::replace(&mut self.oldest, value),
            Some(before) => {
                let before = self.slot(before);
                self.slots.get_mut(before).and_then(|place| core::mem::replace(place, value))
            }
        };
        if let Some(place) = self.slots.get_mut(slot) {
            *place = older;
        }
    }

    /// The value at a position.
    pub(crate) fn get(&self, position: usize) -> Option<&T> {
        match position.checked_sub(1) {
            None => self.oldest.as_ref(),
            Some(steps) if steps < self.behind => self.slots.get(self.slot(steps))?.as_ref(),
            Some(_) => None,
        }
    }

    /// The value at a position, to be changed.
    pub(crate) fn get_mut(&mut self, position: usize) -> Option<&mut T> {
        match position.checked_sub(1) {
            None => self.oldest.as_mut(),
            Some(steps) if steps < self.behind => {
                let slot = self.slot(steps);
                self.slots.get_mut(slot)?.as_mut()
            }
            Some(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Ring;
    use proptest::prelude::*;
    use std::collections::VecDeque;

    #[test]
    fn an_emptied_large_ring_gives_its_memory_back() {
        let mut ring = Ring::new();
        for value in 0..=super::KEPT_SLOTS + 1 {
            ring.push_back(value).unwrap();
        }
        while ring.pop_front().is_some() {}
        assert_eq!(ring.slots.capacity(), 0);
        ring.push_back(7).unwrap();
        assert_eq!((ring.len(), ring.get(0), ring.get(1)), (1, Some(&7), None));
    }

    #[test]
    fn one_value_takes_no_other_memory() {
        let mut ring = Ring::new();
        for value in 0..100 {
            ring.reserve(1).unwrap();
            ring.push_back(value).unwrap();
            assert_eq!((ring.slots.capacity(), ring.pop_front()), (0, Some(value)));
        }
    }

    #[test]
    fn reserved_room_is_used_without_growing() {
        let mut ring = Ring::new();
        ring.reserve(20).unwrap();
        let slots = ring.slots.len();
        for value in 0..20 {
            ring.push_back(value).unwrap();
        }
        assert_eq!(ring.slots.len(), slots);
    }

    #[test]
    fn an_impossible_size_is_refused() {
        let mut ring = Ring::<u64>::new();
        ring.push_back(1).unwrap();
        assert!(ring.reserve(usize::MAX).is_err());
        assert!(ring.reserve(usize::MAX / 2).is_err());
        assert_eq!(ring.pop_front(), Some(1));
    }

    proptest! {
        #[test]
        fn behaves_like_a_deque(steps in proptest::collection::vec(0..6_u8, 0..600)) {
            let (mut ring, mut model) = (Ring::new(), VecDeque::new());
            for (number, step) in steps.into_iter().enumerate() {
                match step {
                    0..=1 => {
                        ring.push_back(number).unwrap();
                        model.push_back(number);
                    }
                    2 => {
                        ring.push_front(number).unwrap();
                        model.push_front(number);
                    }
                    3 => {
                        let position = number % (model.len() + 1);
                        ring.swap_with_older(position);
                        if position > 0 && position < model.len() {
                            model.swap(position, position - 1);
                        }
                    }
                    _ => prop_assert_eq!(ring.pop_front(), model.pop_front()),
                }
                prop_assert_eq!((ring.len(), ring.is_empty()), (model.len(), model.is_empty()));
                prop_assert_eq!(ring.get(model.len()), None);
                let middle = model.len() / 2;
                prop_assert_eq!(ring.get(middle), model.get(middle));
                prop_assert_eq!(ring.get_mut(0).copied(), model.front().copied());
            }
        }
    }
}
