//! Error causes that wait for the next ERROR chunk (RFC 9260 section 3.3.10).

use super::{Association, Due};
use crate::memory;
use crate::path::Path;
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

    /// Bytes of the ERROR chunk.
    pub(crate) const fn size(&self) -> usize {
        self.length.saturating_add(4)
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::new();
    }
}

/// Room for COOKIE ACK, CWR, SHUTDOWN and SHUTDOWN ACK, which go in the same packet, bytes.
const OTHER_ANSWERS: usize = 4 + 8 + 8 + 4;

impl Association {
    /// After a packet: all answers to it, but for SACK, go in one (section 12.4). A report gives way to the answer to a
    /// HEARTBEAT, and that to what the association needs.
    pub(crate) fn answer_in_one_packet(&mut self) {
        if !self.due.contains(Due::HEARTBEAT_ACK) {
            return;
        }
        let apart = self.control_path() != self.reply_path;
        let fits = self.path(self.control_path()).map_or(0, Path::pmdcs);
        let size = self.heartbeat_replies.size().saturating_add(OTHER_ANSWERS);
        let both = size.saturating_add(self.error_report.size());
        let too_long = |size: usize| u32::try_from(size).is_ok_and(|size| size > fits);
        if self.due.contains(Due::ERROR) && (apart || too_long(both)) {
            self.due.remove(Due::ERROR);
            self.error_report.clear();
        }
        let others = Due::COOKIE_ACK | Due::SHUTDOWN | Due::SHUTDOWN_ACK;
        if self.due.intersects(others) && (apart || too_long(size)) {
            self.due.remove(Due::HEARTBEAT_ACK);
            self.heartbeat_replies.clear();
        }
    }

    /// Queues an error cause for the next ERROR chunk; it is left out when there is no room or no memory.
    pub(crate) fn report(&mut self, cause: &Cause<'_>) {
        if self.error_report.append(cause) {
            self.due.insert(Due::ERROR);
        }
    }
}
