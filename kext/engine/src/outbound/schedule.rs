//! Which message is sent next: first come, first served (RFC 8260 section 3.1).

use super::OutMessage;
use crate::memory::OutOfMemory;
use crate::ring::Ring;

/// Messages of which nothing was sent yet.
#[derive(Debug)]
pub(crate) struct Schedule {
    waiting: Ring<OutMessage>,
}

impl Schedule {
    /// No messages.
    pub(crate) const fn new() -> Self {
        Self { waiting: Ring::new() }
    }

    /// How many messages wait.
    pub(crate) const fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Adds a message.
    ///
    /// # Errors
    /// The message comes back when there is no memory for it.
    pub(crate) fn push(&mut self, message: OutMessage) -> Result<(), OutMessage> {
        if self.waiting.reserve(1).is_err() {
            return Err(message);
        }
        // There is room now.
        let _: Result<(), OutOfMemory> = self.waiting.push_back(message);
        Ok(())
    }

    /// The message that is next.
    pub(crate) fn peek(&self) -> Option<&OutMessage> {
        self.waiting.get(0)
    }

    /// Takes out the message that [`Schedule::peek`] shows.
    pub(crate) fn pop(&mut self) -> Option<OutMessage> {
        self.waiting.pop_front()
    }

    /// Changes every message.
    pub(crate) fn for_each(&mut self, change: impl Fn(&mut OutMessage)) {
        (0..self.waiting.len()).for_each(|place| {
            if let Some(message) = self.waiting.get_mut(place) {
                change(message);
            }
        });
    }

    /// Drops the messages that `keep` does not want, and returns their bytes. The order of the others stays.
    pub(crate) fn retain(&mut self, keep: impl Fn(&OutMessage) -> bool) -> usize {
        let mut dropped = 0_usize;
        for _ in 0..self.waiting.len() {
            let Some(message) = self.waiting.pop_front() else { break };
            let length = message.message.length();
            // A message goes into the slot that has just become free.
            if !(keep(&message) && self.waiting.push_back(message).is_ok()) {
                dropped = dropped.saturating_add(length);
            }
        }
        dropped
    }
}
