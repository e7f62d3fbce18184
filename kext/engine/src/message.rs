//! A user message on its way: the bytes of one send call, or the fragments of one received message.

use crate::memory::{self, OutOfMemory};
use alloc::vec::Vec;

/// Parts with fewer bytes are copied together.
const SMALL_PART: usize = 256;
/// Bytes of a part to which no small one is added.
const SMALL_PARTS: usize = 4096;

/// The bytes of a user message in one or more contiguous parts; a read part is dropped from the front.
///
/// A message to send has one part. A received one has a part per DATA chunk, so that reassembly copies nothing.
#[derive(Debug, Default)]
pub struct Message {
    first: Vec<u8>,
    rest: Vec<Vec<u8>>,
    length: usize,
    consumed: usize,
}

impl Message {
    /// A message of one part.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Self {
        let length = bytes.len();
        Self { first: bytes, rest: Vec::new(), length, consumed: 0 }
    }

    /// Appends a part.
    ///
    /// # Errors
    /// [`OutOfMemory`]: the message is as before and `bytes` is dropped.
    pub fn append(&mut self, bytes: Vec<u8>) -> Result<(), OutOfMemory> {
        let length = self.length.saturating_add(bytes.len());
        memory::push(&mut self.rest, bytes)?;
        self.length = length;
        Ok(())
    }

    /// Makes room for `parts` further parts, so that appending them cannot fail.
    ///
    /// # Errors
    /// [`OutOfMemory`].
    pub fn reserve(&mut self, parts: usize) -> Result<(), OutOfMemory> {
        self.rest.try_reserve_exact(parts).map_err(|_| OutOfMemory)
    }

    /// How many parts there are.
    #[must_use]
    pub const fn parts(&self) -> usize {
        self.rest.len().saturating_add(1)
    }

    /// Appends the parts of another message of which nothing was consumed, for which [`Message::reserve`] made room.
    /// Small ones are copied together, for a part takes some memory beside its bytes.
    pub fn extend(&mut self, other: Self) {
        self.length = self.length.saturating_add(other.length);
        for part in core::iter::once(other.first).chain(other.rest) {
            let last = self.rest.last_mut().unwrap_or(&mut self.first);
            let small = part.len() < SMALL_PART && last.len() < SMALL_PARTS;
            if part.is_empty() || (small && memory::append_gradually(last, &part).is_ok()) {
                continue;
            }
            // There is room for as many parts as the other message has.
            let _ = memory::push(&mut self.rest, part);
        }
    }

    /// Bytes that were not consumed yet.
    #[must_use]
    pub const fn remaining(&self) -> usize {
        self.length.saturating_sub(self.consumed)
    }

    /// All bytes, those consumed too.
    #[must_use]
    pub const fn length(&self) -> usize {
        self.length
    }

    /// Marks `count` further bytes as read.
    pub fn consume(&mut self, count: usize) {
        self.consumed = self.consumed.saturating_add(count).min(self.length);
    }

    /// The contiguous bytes that begin `offset` bytes after what was consumed; empty past the end.
    #[must_use]
    pub fn span(&self, offset: usize) -> &[u8] {
        let mut skip = self.consumed.saturating_add(offset);
        for part in core::iter::once(&self.first).chain(&self.rest) {
            if skip < part.len() {
                return part.get(skip..).unwrap_or_default();
            }
            skip = skip.saturating_sub(part.len());
        }
        &[]
    }

    /// The bytes of a message of one part, as one to send is.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.first
    }

    /// The bytes of a message of one part, to be filled before it is sent.
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.first
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    fn bytes(message: &Message) -> Vec<u8> {
        let mut all = Vec::new();
        while all.len() < message.remaining() {
            all.extend_from_slice(message.span(all.len()));
        }
        all
    }

    #[test]
    fn small_parts_of_another_message_are_copied_together() {
        let mut message = Message::new(vec![1; 300]);
        let mut whole = vec![1; 300];
        for number in 0..=99 {
            message.reserve(1).unwrap();
            message.extend(Message::new(vec![number; 100]));
            whole.extend_from_slice(&[number; 100]);
        }
        assert_eq!((message.length(), bytes(&message)), (10_300, whole));
        assert_eq!(message.parts(), 3);
    }

    #[test]
    fn large_parts_of_another_message_are_moved() {
        let mut other = Message::new(vec![2; 1000]);
        other.append(vec![3; 500]).unwrap();
        let address = other.span(0).as_ptr();
        let mut message = Message::new(vec![1; 10]);
        message.consume(5);
        message.reserve(other.parts()).unwrap();
        message.extend(other);
        assert_eq!((message.span(5).as_ptr(), message.parts(), message.remaining()), (address, 3, 1505));
    }
}
