//! Messages that have a TSN: kept until all their chunks are cumulatively acknowledged.

use super::OutMessage;
use crate::memory::OutOfMemory;
use crate::ring::Ring;
use sctp_wire::Ssn;

/// A message that is being sent or waits for its acknowledgement.
#[derive(Debug)]
pub(crate) struct Started {
    pub(crate) message: OutMessage,
    pub(crate) ssn: Ssn,
    /// Bytes that were put into chunks.
    pub(crate) sent: usize,
    /// Chunks that are not cumulatively acknowledged.
    chunks: usize,
}

impl Started {
    /// Bytes that are in no chunk yet.
    pub(crate) fn unsent(&self) -> usize {
        self.message.message.length().saturating_sub(self.sent)
    }

    /// Notes that the next `length` bytes went into a chunk.
    pub(crate) const fn add_chunk(&mut self, length: usize) {
        self.sent = self.sent.saturating_add(length);
        self.chunks = self.chunks.saturating_add(1);
    }
}

/// Names a started message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Handle(u32);

/// All started messages, in the order in which they were started.
#[derive(Debug)]
pub(crate) struct StartedMessages {
    messages: Ring<Started>,
    /// The handle of the oldest.
    first: Handle,
}

impl StartedMessages {
    /// No messages.
    pub(crate) const fn new() -> Self {
        Self { messages: Ring::new(), first: Handle(0) }
    }

    /// Whether there is none.
    pub(crate) const fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    /// Makes room for one more.
    ///
    /// # Errors
    /// [`OutOfMemory`].
    pub(crate) fn reserve(&mut self) -> Result<(), OutOfMemory> {
        self.messages.reserve(1)
    }

    /// Adds a message; there must be room for it.
    ///
    /// # Errors
    /// [`OutOfMemory`]: without room the message is dropped.
    pub(crate) fn push(&mut self, message: OutMessage, ssn: Ssn) -> Result<Handle, OutOfMemory> {
        let behind = u32::try_from(self.messages.len()).map_err(|_| OutOfMemory)?;
        self.messages.push_back(Started { message, ssn, sent: 0, chunks: 0 })?;
        Ok(Handle(self.first.0.wrapping_add(behind)))
    }

    fn position(&self, handle: Handle) -> Option<usize> {
        usize::try_from(handle.0.wrapping_sub(self.first.0)).ok()
    }

    /// A message.
    pub(crate) fn get(&self, handle: Handle) -> Option<&Started> {
        self.messages.get(self.position(handle)?)
    }

    /// A message, to be changed.
    pub(crate) fn get_mut(&mut self, handle: Handle) -> Option<&mut Started> {
        self.messages.get_mut(self.position(handle)?)
    }

    /// One chunk of a message was cumulatively acknowledged. Drops messages that need not be kept any longer.
    pub(crate) fn acknowledge_chunk(&mut self, handle: Handle) {
        if let Some(started) = self.get_mut(handle) {
            started.chunks = started.chunks.saturating_sub(1);
        }
        while self.messages.get(0).is_some_and(|oldest| oldest.chunks == 0 && oldest.unsent() == 0) {
            self.messages.pop_front();
            self.first = Handle(self.first.0.wrapping_add(1));
        }
    }
}
