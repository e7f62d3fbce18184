//! A user message on its way: the bytes of one send call, or the fragments of one received message.

use crate::memory::{self, OutOfMemory};
use alloc::vec::Vec;

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

    /// The bytes of a message of one part, to be filled before it is sent.
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.first
    }
}
