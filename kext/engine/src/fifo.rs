//! Queues of table positions in which each position stands at most once; queueing never allocates.

use crate::memory::{self, OutOfMemory};
use alloc::vec::Vec;

/// The link of a position that does not wait.
const ABSENT: u32 = u32::MAX;

/// The link of the position that waits last; those before it have the position after them.
const LAST: u32 = u32::MAX - 1;

/// A first-in first-out queue of positions of a table.
#[derive(Debug, Default)]
pub(crate) struct Fifo {
    links: Vec<u32>,
    ends: Option<(u32, u32)>,
}

impl Fifo {
    /// An empty queue.
    #[must_use]
    pub(crate) const fn new() -> Self {
        Self { links: Vec::new(), ends: None }
    }

    fn link(&mut self, index: u32) -> Option<&mut u32> {
        self.links.get_mut(usize::try_from(index).ok()?)
    }

    /// Makes room for positions up to `index`.
    ///
    /// # Errors
    /// [`OutOfMemory`].
    pub(crate) fn reserve(&mut self, index: u32) -> Result<(), OutOfMemory> {
        while u32::try_from(self.links.len()).is_ok_and(|length| length <= index) {
            memory::push(&mut self.links, ABSENT)?;
        }
        Ok(())
    }

    /// Appends a position that was reserved, unless it waits already.
    pub(crate) fn push(&mut self, index: u32) {
        match self.link(index) {
            Some(link) if *link == ABSENT => *link = LAST,
            Some(_) | None => return,
        }
        self.ends = match self.ends {
            None => Some((index, index)),
            Some((first, last)) => {
                if let Some(link) = self.link(last) {
                    *link = index;
                }
                Some((first, index))
            }
        };
    }

    /// Takes the oldest position out.
    pub(crate) fn pop(&mut self) -> Option<u32> {
        let (first, last) = self.ends?;
        let next = core::mem::replace(self.link(first)?, ABSENT);
        self.ends = (next < LAST).then_some((next, last));
        Some(first)
    }

    /// Whether nothing waits.
    #[must_use]
    pub(crate) const fn is_empty(&self) -> bool {
        self.ends.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_order_and_takes_each_position_once() {
        let mut fifo = Fifo::new();
        fifo.reserve(9).unwrap();
        for index in [3, 1, 3, 9, 1, 10] {
            fifo.push(index);
        }
        assert_eq!((fifo.pop(), fifo.pop()), (Some(3), Some(1)));
        fifo.push(3);
        assert_eq!((fifo.pop(), fifo.pop(), fifo.pop()), (Some(9), Some(3), None));
        assert!(fifo.is_empty());
    }
}
