//! Values under small handles, for the structures of this module alone.
//!
//! Handles carry no generation, because none leaves the module. The memory goes back when the last value is taken
//! out, so that one burst of reordered data does not stay charged to an association for its whole life.

use crate::memory::{self, OutOfMemory};
use alloc::vec::Vec;

/// Capacity that an empty pool keeps, so that a steady trickle of reordered data does not allocate each time.
const KEPT: usize = 16;

#[derive(Debug)]
enum Slot<T> {
    Free(Option<u32>),
    Used(T),
}

/// A growing table of values.
#[derive(Debug)]
pub(super) struct Pool<T> {
    /// The value with handle 0 stands here, so that a pool which seldom has more than one needs no other memory.
    first: Option<T>,
    /// Those with the handles from 1 on.
    slots: Vec<Slot<T>>,
    /// The handle of the first free slot.
    free: Option<u32>,
    /// How many slots are not free.
    used: usize,
}

/// The place in the slots for a handle; none for handle 0.
fn place(handle: u32) -> Option<usize> {
    usize::try_from(handle.checked_sub(1)?).ok()
}

impl<T> Pool<T> {
    /// Bytes that one value takes in the table.
    pub(super) const SLOT_BYTES: usize = size_of::<Slot<T>>();

    pub(super) const fn new() -> Self {
        Self { first: None, slots: Vec::new(), free: None, used: 0 }
    }

    #[cfg(test)]
    pub(super) const fn is_empty(&self) -> bool {
        self.first.is_none() && self.used == 0
    }

    /// Makes room for `count` values, so that inserting them cannot fail.
    pub(super) fn reserve(&mut self, count: usize) -> Result<(), OutOfMemory> {
        let vacant = self.slots.len().saturating_sub(self.used);
        let vacant = vacant.saturating_add(usize::from(self.first.is_none()));
        self.slots.try_reserve(count.saturating_sub(vacant)).map_err(|_| OutOfMemory)
    }

    /// Stores `value` and returns its handle.
    pub(super) fn insert(&mut self, value: T) -> Result<u32, OutOfMemory> {
        if self.first.is_none() {
            self.first = Some(value);
            return Ok(0);
        }
        let handle = match self.free {
            Some(handle) => {
                let slot = place(handle).and_then(|place| self.slots.get_mut(place)).ok_or(OutOfMemory)?;
                let Slot::Free(next) = core::mem::replace(slot, Slot::Used(value)) else {
                    return Err(OutOfMemory);
                };
                self.free = next;
                handle
            }
            None => {
                let handle = self.slots.len().checked_add(1).and_then(|handle| u32::try_from(handle).ok());
                let handle = handle.ok_or(OutOfMemory)?;
                memory::push(&mut self.slots, Slot::Used(value))?;
                handle
            }
        };
        self.used = self.used.saturating_add(1);
        Ok(handle)
    }

    pub(super) fn get(&self, handle: u32) -> Option<&T> {
        let Some(place) = place(handle) else { return self.first.as_ref() };
        match self.slots.get(place)? {
            Slot::Used(value) => Some(value),
            Slot::Free(_) => None,
        }
    }

    pub(super) fn get_mut(&mut self, handle: u32) -> Option<&mut T> {
        let Some(place) = place(handle) else { return self.first.as_mut() };
        match self.slots.get_mut(place)? {
            Slot::Used(value) => Some(value),
            Slot::Free(_) => None,
        }
    }

    pub(super) fn remove(&mut self, handle: u32) -> Option<T> {
        let Some(place) = place(handle) else { return self.first.take() };
        let slot = self.slots.get_mut(place)?;
        if matches!(slot, Slot::Free(_)) {
            return None;
        }
        let Slot::Used(value) = core::mem::replace(slot, Slot::Free(self.free)) else { return None };
        self.free = Some(handle);
        self.used = self.used.saturating_sub(1);
        if self.used == 0 {
            self.free = None;
            self.slots.clear();
            if self.slots.capacity() > KEPT {
                self.slots = Vec::new();
            }
        }
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_are_used_again_and_an_empty_pool_gives_its_memory_back() {
        let mut pool = Pool::new();
        let handles: Vec<u32> = (0..100_u32).map(|n| pool.insert(n).unwrap()).collect();
        assert_eq!(pool.remove(handles[40]), Some(40));
        assert_eq!((pool.remove(handles[40]), pool.get(handles[40])), (None, None));
        assert_eq!(pool.insert(7).unwrap(), handles[40]);
        for handle in handles.iter().rev() {
            assert!(pool.remove(*handle).is_some());
        }
        assert!(pool.is_empty() && pool.slots.is_empty() && pool.slots.capacity() == 0);
        let only = pool.insert(1).unwrap();
        assert!(pool.slots.capacity() == 0 && pool.remove(only) == Some(1), "one value takes no memory");
        let few: Vec<u32> = (0..=KEPT).map(|_| pool.insert(1).unwrap()).collect();
        for handle in few {
            pool.remove(handle);
        }
        assert!(pool.slots.is_empty() && pool.free.is_none() && pool.slots.capacity() > 0);
    }
}
