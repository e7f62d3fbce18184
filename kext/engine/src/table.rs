//! A hash table of positions: open addressing, linear probing, keyed hash.
//!
//! The caller hashes and compares, so that one table serves addresses, ports and tags without a copy of the key.

use crate::memory::OutOfMemory;
use alloc::vec::Vec;
use core::num::NonZeroU32;

/// Eight of them share a line of memory, so that a look-up seldom takes more than one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Slot {
    /// One half of the hash; the other one has nothing to add before the caller compares.
    hash: u32,
    /// One more than the value, so that an empty slot takes no more than a used one.
    successor: NonZeroU32,
}

impl Slot {
    /// `None` for the value `u32::MAX`, which is no position of a table.
    fn new(hash: u64, value: u32) -> Option<Self> {
        let [_, _, _, _, a, b, c, d] = hash.to_be_bytes();
        Some(Self {
            hash: u32::from_be_bytes([a, b, c, d]),
            successor: NonZeroU32::new(value.wrapping_add(1))?,
        })
    }

    const fn value(self) -> u32 {
        self.successor.get().wrapping_sub(1)
    }
}

/// Maps hashes to `u32` values; equal hashes may stand for several values.
#[derive(Debug, Default)]
pub(crate) struct Table {
    slots: Vec<Option<Slot>>,
    used: usize,
}

impl Table {
    /// An empty table.
    #[must_use]
    pub(crate) const fn new() -> Self {
        Self { slots: Vec::new(), used: 0 }
    }

    fn mask(&self) -> usize {
        self.slots.len().wrapping_sub(1)
    }

    fn home(&self, slot: Slot) -> usize {
        usize::try_from(slot.hash).unwrap_or_default() & self.mask()
    }

    /// The first value with this hash that `matches`. Work is bounded by the length of a run of neighbours.
    pub(crate) fn find(&self, hash: u64, mut matches: impl FnMut(u32) -> bool) -> Option<u32> {
        let wanted = Slot::new(hash, 0)?;
        let mut at = self.home(wanted);
        for _ in 0..self.slots.len() {
            let slot = (*self.slots.get(at)?)?;
            if slot.hash == wanted.hash && matches(slot.value()) {
                return Some(slot.value());
            }
            at = at.wrapping_add(1) & self.mask();
        }
        None
    }

    /// Makes room for one more value, so that the next [`Table::insert`] cannot fail.
    ///
    /// # Errors
    /// [`OutOfMemory`].
    pub(crate) fn reserve(&mut self) -> Result<(), OutOfMemory> {
        // At most half full, so that runs of neighbours stay short.
        if self.used.saturating_add(1).saturating_mul(2) <= self.slots.len() {
            return Ok(());
        }
        let size = self.slots.len().saturating_mul(2).max(16);
        let mut slots = Vec::new();
        slots.try_reserve_exact(size).map_err(|_| OutOfMemory)?;
        slots.resize(size, None);
        let old = core::mem::replace(&mut self.slots, slots);
        for slot in old.into_iter().flatten() {
            self.place(slot);
        }
        Ok(())
    }

    fn place(&mut self, new: Slot) {
        let (mask, mut at) = (self.mask(), self.home(new));
        for _ in 0..self.slots.len() {
            match self.slots.get_mut(at) {
                Some(slot @ None) => {
                    *slot = Some(new);
                    return;
                }
                Some(Some(_)) | None => at = at.wrapping_add(1) & mask,
            }
        }
    }

    /// Adds a value.
    ///
    /// # Errors
    /// [`OutOfMemory`]: the table is as before.
    pub(crate) fn insert(&mut self, hash: u64, value: u32) -> Result<(), OutOfMemory> {
        self.reserve()?;
        self.place(Slot::new(hash, value).ok_or(OutOfMemory)?);
        self.used = self.used.saturating_add(1);
        Ok(())
    }

    /// Takes a value out; nothing happens if it is not there.
    pub(crate) fn remove(&mut self, hash: u64, value: u32) {
        let Some(removed) = Slot::new(hash, value) else { return };
        let mask = self.mask();
        let mut at = self.home(removed);
        for _ in 0..self.slots.len() {
            match self.slots.get(at) {
                Some(Some(slot)) if *slot == removed => break,
                Some(Some(_)) => at = at.wrapping_add(1) & mask,
                Some(None) | None => return,
            }
        }
        self.used = self.used.saturating_sub(1);
        // Close the gap: pull back every neighbour that its own home does not keep where it is.
        let mut gap = at;
        for _ in 0..self.slots.len() {
            at = at.wrapping_add(1) & mask;
            let Some(Some(slot)) = self.slots.get(at).copied() else { break };
            let distance = at.wrapping_sub(self.home(slot)) & mask;
            if distance >= at.wrapping_sub(gap) & mask {
                if let Some(empty) = self.slots.get_mut(gap) {
                    *empty = Some(slot);
                }
                gap = at;
            }
        }
        if let Some(slot) = self.slots.get_mut(gap) {
            *slot = None;
        }
    }
}

#[cfg(test)]
#[expect(
    clippy::arithmetic_side_effects,
    clippy::disallowed_methods,
    reason = "a test may stop at an overflow and at the end of memory"
)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn behaves_like_a_list_of_pairs(steps in prop::collection::vec((any::<bool>(), 0_u64..40, 0_u32..20), 0..400)) {
            let mut table = Table::new();
            let mut model: Vec<(u64, u32)> = Vec::new();
            for (add, hash, value) in steps {
                // Few distinct hashes: long runs of neighbours that wrap around the end.
                let hash = hash.wrapping_mul(3);
                if add && !model.contains(&(hash, value)) {
                    table.insert(hash, value).unwrap();
                    model.push((hash, value));
                } else if !add {
                    table.remove(hash, value);
                    model.retain(|pair| *pair != (hash, value));
                }
                for hash in (0..40_u64).map(|n| n * 3) {
                    for value in 0..20 {
                        prop_assert_eq!(table.find(hash, |v| v == value).is_some(), model.contains(&(hash, value)));
                    }
                }
            }
        }
    }
}
