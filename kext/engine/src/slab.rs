//! A table of values under keys that are never given out twice in a row: index and generation.

use crate::memory::{self, OutOfMemory};
use alloc::vec::Vec;

/// Entries a page holds: growing allocates one page, whatever the size of the table.
const PAGE: usize = 16;

/// The generation stands in front of the value, where a look-up begins.
#[derive(Debug)]
#[repr(C)]
struct Entry<T> {
    generation: u32,
    next_free: Option<u32>,
    value: Option<T>,
}

/// Names a value in a [`Slab`]. A key of a value that was removed finds nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    /// Position in the table.
    pub(crate) index: u32,
    /// How often the position was used, from 1.
    pub(crate) generation: u32,
}

/// A growing table; values never move.
#[derive(Debug)]
pub(crate) struct Slab<T> {
    pages: Vec<Vec<Entry<T>>>,
    free: Option<u32>,
    length: u32,
    used: u32,
}

impl<T> Slab<T> {
    /// An empty table.
    #[must_use]
    pub(crate) const fn new() -> Self {
        Self { pages: Vec::new(), free: None, length: 0, used: 0 }
    }

    /// How many values there are.
    #[must_use]
    pub(crate) const fn len(&self) -> u32 {
        self.used
    }

    fn entry(&self, index: u32) -> Option<&Entry<T>> {
        let index = usize::try_from(index).ok()?;
        self.pages.get(index / PAGE)?.get(index % PAGE)
    }

    fn entry_mut(&mut self, index: u32) -> Option<&mut Entry<T>> {
        let index = usize::try_from(index).ok()?;
        self.pages.get_mut(index / PAGE)?.get_mut(index % PAGE)
    }

    /// The key that the next [`Slab::insert`] uses.
    ///
    /// # Errors
    /// [`OutOfMemory`] when the table cannot grow.
    pub(crate) fn vacant(&mut self) -> Result<Key, OutOfMemory> {
        if let Some(index) = self.free {
            let generation = self.entry(index).map_or(1, |entry| entry.generation);
            return Ok(Key { index, generation });
        }
        let index = self.length;
        let room = self.pages.last().is_some_and(|page| page.len() < PAGE);
        if !room {
            let mut page = Vec::new();
            page.try_reserve_exact(PAGE).map_err(|_| OutOfMemory)?;
            memory::push(&mut self.pages, page)?;
        }
        let page = self.pages.last_mut().ok_or(OutOfMemory)?;
        memory::push(page, Entry { generation: 1, next_free: None, value: None })?;
        self.length = self.length.saturating_add(1);
        self.free = Some(index);
        Ok(Key { index, generation: 1 })
    }

    /// Stores `value` and returns its key, the one [`Slab::vacant`] named.
    ///
    /// # Errors
    /// [`OutOfMemory`]: `value` is dropped.
    pub(crate) fn insert(&mut self, value: T) -> Result<Key, OutOfMemory> {
        let key = self.vacant()?;
        let entry = self.entry_mut(key.index).ok_or(OutOfMemory)?;
        let next = entry.next_free.take();
        entry.value = Some(value);
        self.free = next;
        self.used = self.used.saturating_add(1);
        Ok(key)
    }

    /// Takes a value out. Its place gets the next generation, which stays within `bits` bits.
    pub(crate) fn remove(&mut self, key: Key, bits: u32) -> Option<T> {
        let free = self.free;
        let entry = self.entry_mut(key.index).filter(|entry| entry.generation == key.generation)?;
        let value = entry.value.take()?;
        let limit = 1_u32.checked_shl(bits).map_or(u32::MAX, |limit| limit.wrapping_sub(1));
        entry.generation = if entry.generation >= limit { 1 } else { entry.generation.wrapping_add(1) };
        entry.next_free = free;
        self.free = Some(key.index);
        self.used = self.used.saturating_sub(1);
        Some(value)
    }

    /// The value under `key`.
    #[must_use]
    pub(crate) fn get(&self, key: Key) -> Option<&T> {
        self.entry(key.index).filter(|entry| entry.generation == key.generation)?.value.as_ref()
    }

    /// The value under `key`.
    pub(crate) fn get_mut(&mut self, key: Key) -> Option<&mut T> {
        self.entry_mut(key.index).filter(|entry| entry.generation == key.generation)?.value.as_mut()
    }

    /// The key of the value at a position, if there is one.
    #[must_use]
    pub(crate) fn key_at(&self, index: u32) -> Option<Key> {
        let entry = self.entry(index).filter(|entry| entry.value.is_some())?;
        Some(Key { index, generation: entry.generation })
    }

    /// One more than the highest position in use.
    #[must_use]
    pub(crate) const fn end(&self) -> u32 {
        self.length
    }
}

impl<T> Default for Slab<T> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_removed_key_finds_nothing_and_its_place_is_used_again() {
        let mut slab = Slab::new();
        let keys: Vec<Key> = (0..100).map(|n| slab.insert(n).unwrap()).collect();
        assert_eq!(slab.remove(keys[40], 12), Some(40));
        assert_eq!(slab.get(keys[40]), None);
        assert_eq!(slab.remove(keys[40], 12), None);
        let again = slab.insert(7).unwrap();
        assert_eq!(again.index, 40);
        assert_ne!(again.generation, keys[40].generation);
        assert_eq!(slab.get(again), Some(&7));
        assert_eq!(slab.len(), 100);
    }

    #[test]
    fn generations_stay_within_their_bits() {
        let mut slab = Slab::new();
        for _ in 0..20 {
            let key = slab.insert(()).unwrap();
            assert!((1..=7).contains(&key.generation));
            slab.remove(key, 3);
        }
    }
}
