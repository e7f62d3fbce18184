//! When a SACK chunk is due, and which duplicates it reports (RFC 9260 sections 6.2 and 6.7, RFC 7053).

use crate::memory;
use alloc::vec::Vec;
use sctp_wire::Tsn;

/// Duplicate TSNs reported in one SACK chunk; further ones are not reported.
const MAX_DUPLICATES: usize = 32;

/// Whether a SACK chunk is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SackNeed {
    /// Everything that arrived was acknowledged.
    None,
    /// Within SACK.Delay, at most 500 ms, of when this was first returned.
    Delayed,
    /// At once.
    Now,
}

/// What is owed to the sender.
#[derive(Debug)]
pub(super) struct Acknowledgement {
    need: SackNeed,
    /// Packets with DATA since the last SACK chunk.
    packets: u32,
    /// The packet being looked at had DATA.
    data: bool,
    /// The packet being looked at asks for an answer at once.
    urgent: bool,
    /// A SACK chunk was sent before.
    begun: bool,
    duplicates: Vec<Tsn>,
}

impl Acknowledgement {
    pub(super) const fn new() -> Self {
        Self {
            need: SackNeed::None,
            packets: 0,
            data: false,
            urgent: false,
            begun: false,
            duplicates: Vec::new(),
        }
    }

    /// A DATA chunk came; `urgent` if its sender should not wait for the acknowledgement.
    pub(super) fn chunk(&mut self, urgent: bool) {
        self.data = true;
        self.urgent |= urgent;
    }

    /// A DATA chunk came again (section 6.2: acknowledged at once).
    pub(super) fn duplicate(&mut self, tsn: Tsn) {
        self.chunk(true);
        // Without memory it is not reported: that is for information only.
        if self.duplicates.len() < MAX_DUPLICATES {
            let _ = memory::push(&mut self.duplicates, tsn);
        }
    }

    /// All chunks of a packet were looked at; `gap` if TSNs are missing now. One
    /// acknowledgement may answer `frequency` packets (section 6.2: two, unless the user wants it otherwise).
    pub(super) fn end_of_packet(&mut self, gap: bool, frequency: u32) {
        if !core::mem::take(&mut self.data) {
            return;
        }
        let urgent = core::mem::take(&mut self.urgent);
        self.packets = self.packets.saturating_add(1);
        // Section 5.1: the first DATA chunk of an association is acknowledged at once.
        if urgent || gap || !self.begun || self.packets >= frequency {
            self.need = SackNeed::Now;
        } else if self.need == SackNeed::None {
            self.need = SackNeed::Delayed;
        }
    }

    /// Whether nothing was acknowledged and nothing is to be.
    pub(super) const fn is_untouched(&self) -> bool {
        !self.begun && !self.data && matches!(self.need, SackNeed::None)
    }

    pub(super) const fn need(&self) -> SackNeed {
        self.need
    }

    pub(super) const fn need_now(&mut self) {
        self.need = SackNeed::Now;
    }

    pub(super) fn duplicates(&self) -> impl Iterator<Item = Tsn> + Clone {
        self.duplicates.iter().copied()
    }

    /// A SACK chunk was written.
    pub(super) fn sent(&mut self) {
        self.need = SackNeed::None;
        self.begun = true;
        self.packets = 0;
        self.duplicates.clear();
    }
}
