//! Error causes that wait for the next ERROR chunk (RFC 9260 section 3.3.10).

use super::{Association, Due};
use crate::memory;
use alloc::vec::Vec;
use sctp_wire::{Cause, Causes, ParameterWriter, Writer};

/// Bytes of causes that may wait; what does not fit is not reported.
const ROOM: usize = 256;

/// Encoded causes, each padded to a multiple of four bytes.
#[derive(Debug)]
pub(crate) struct ErrorReport {
    /// [`ROOM`] bytes, or none while nothing waits.
    bytes: Vec<u8>,
    length: usize,
}

impl ErrorReport {
    pub(crate) const fn new() -> Self {
        Self { bytes: Vec::new(), length: 0 }
    }

    fn append(&mut self, cause: &Cause<'_>) -> bool {
        if self.bytes.is_empty() {
            let Ok(room) = memory::zeroed(ROOM) else { return false };
            self.bytes = room;
        }
        let start = self.length.next_multiple_of(4);
        let Some(room) = self.bytes.get_mut(start..) else { return false };
        let mut writer = Writer::new(room);
        if cause.emit(&mut ParameterWriter::new(&mut writer)).is_err() {
            return false;
        }
        let written = writer.position();
        for byte in self.bytes.get_mut(self.length..start).unwrap_or_default() {
            *byte = 0;
        }
        self.length = start.saturating_add(written);
        true
    }

    /// What waits.
    pub(crate) fn causes(&self) -> Causes<'_> {
        Causes::new(self.bytes.get(..self.length).unwrap_or_default())
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::new();
    }
}

impl Association {
    /// Queues an error cause for the next ERROR chunk; it is left out when there is no room or no memory.
    pub(crate) fn report(&mut self, cause: &Cause<'_>) {
        if self.error_report.append(cause) {
            self.due.insert(Due::ERROR);
        }
    }
}
