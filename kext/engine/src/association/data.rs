//! DATA and SACK (RFC 9260 section 6).

use super::heartbeat::tell;
use super::{Association, Disposition, State};
use crate::counters::{Counters, bump};
use crate::error::Error;
use crate::inbound::{SackNeed, Verdict};
use crate::options::MAX_SACK_DELAY;
use crate::outbound::{SackEffect, SackError};
use crate::time::{Span, Time};
use sctp_wire::{Cause, Data, DataFlags, Sack};

/// Bytes of a chunk that a receive buffer without room for it is full for.
const FULL_CHUNK: usize = 1500;

impl Association {
    /// A DATA chunk (section 6.2).
    pub(crate) fn on_data(&mut self, data: &Data<'_>, counters: &mut Counters) -> Disposition {
        match self.state {
            State::Established | State::ShutdownPending | State::ShutdownSent => {}
            // Section 9.2: once SHUTDOWN was received no new data may come; before set-up none can.
            State::CookieWait { .. }
            | State::CookieEchoed { .. }
            | State::ShutdownReceived
            | State::ShutdownAckSent => return Disposition::Ignore,
        }
        self.data_source = self.reply_path;
        let room = self.told_room();
        match self.inbound.receive(data, room) {
            Verdict::Accepted => {
                bump(if data.flags.contains(DataFlags::UNORDERED) {
                    &mut counters.unordered_chunks_received
                } else {
                    &mut counters.ordered_chunks_received
                });
                let reassembled = u64::from(self.inbound.take_reassembled());
                counters.messages_reassembled = counters.messages_reassembled.wrapping_add(reassembled);
                let length = u32::try_from(data.payload.len()).unwrap_or(u32::MAX);
                self.taken = self.taken.saturating_add(length);
            }
            Verdict::Duplicate => bump(&mut counters.data_duplicates),
            Verdict::Dropped => {
                bump(&mut counters.data_dropped);
                if self.unread == 0 && self.inbound.is_stuck(data, room) {
                    // What fills the buffer waits for messages that the peer has left out.
                    return Disposition::abort(Error::Aborted, Cause::OutOfResource);
                }
            }
            Verdict::NoMemory => bump(&mut counters.no_memory),
            Verdict::InvalidStream => {
                bump(&mut counters.bad_streams);
                self.report(&Cause::InvalidStream { stream: data.stream });
            }
            Verdict::NoUserData => {
                return Disposition::abort(Error::Aborted, Cause::NoUserData { tsn: data.tsn });
            }
            Verdict::Violation => return Disposition::violation(b"DATA fragments contradict each other"),
        }
        Disposition::Continue
    }

    /// After the last chunk of a packet that had DATA: decides when the SACK goes (section 6.2).
    pub(crate) fn end_of_data(&mut self, now: Time) {
        self.active_at = now;
        let waited = matches!(self.inbound.sack(), SackNeed::Delayed);
        self.inbound.end_of_packet(self.settings.protocol.sack_frequency);
        if matches!(self.state, State::ShutdownSent) {
            // Section 9.2: answer DATA at once with SACK and SHUTDOWN.
            self.inbound.want_sack_now();
            self.due.insert(super::Due::SHUTDOWN);
        }
        if self.settings.protocol.sack_delay == Span::ZERO && matches!(self.inbound.sack(), SackNeed::Delayed)
        {
            self.inbound.want_sack_now();
        }
        if !waited && matches!(self.inbound.sack(), SackNeed::Delayed) {
            self.sack_at = now.plus(self.settings.protocol.sack_delay.min(MAX_SACK_DELAY));
        }
    }

    /// A SACK chunk (section 6.2.1).
    pub(crate) fn on_sack(&mut self, now: Time, sack: &Sack<'_>) -> Disposition {
        match self.state {
            State::Established | State::ShutdownPending | State::ShutdownReceived => {}
            State::CookieWait { .. }
            | State::CookieEchoed { .. }
            | State::ShutdownSent
            | State::ShutdownAckSent => return Disposition::Ignore,
        }
        let effect = match self.outbound.on_sack(now, sack, &mut self.paths) {
            Ok(effect) => effect,
            Err(SackError::Old) => return Disposition::Ignore,
            Err(SackError::AckOfUnsent) => return Disposition::violation(b"SACK of a TSN that was not sent"),
        };
        if self.outbound.is_probing() {
            // Section 6.1 rule A: a peer that answers probes is alive, however long its window stays closed.
            self.errors = 0;
        }
        self.acknowledged(now, &effect);
        self.after_acknowledgement(now);
        Disposition::Continue
    }

    /// Clears the error counters of paths that had data acknowledged (sections 8.1 and 8.2).
    pub(crate) fn acknowledged(&mut self, now: Time, effect: &SackEffect) {
        if effect.newly_acked > 0 {
            self.errors = 0;
            self.active_at = now;
        }
        let paths = effect.path_acked;
        for (place, path) in self.paths.iter_mut().enumerate() {
            if u32::try_from(place).is_ok_and(|place| paths.checked_shr(place).unwrap_or(0) & 1 == 1) {
                let change = path.on_answer();
                tell(&mut self.path_news, path, change);
            }
        }
    }

    /// Begins to deliver the message that is being received in parts if it has come to the `point`, bytes, or fills the
    /// receive buffer (section 6.9). See [`crate::inbound::Inbound::begin_part`].
    pub(crate) fn begin_part(&mut self, point: u32, alone: bool) {
        let closed = self.window() == 0 && !self.inbound.has_gap();
        let full = self.unread == 0 && (closed || self.inbound.is_full(FULL_CHUNK, self.room()));
        let point = usize::try_from(point).unwrap_or(usize::MAX);
        self.inbound.begin_part(if full { 0 } else { point }, alone);
    }

    /// The user read `bytes`: the window opens, and the peer is told when that matters (section 6.2, SWS). Returns whether
    /// it is.
    pub(crate) fn on_read(&mut self, bytes: usize) -> bool {
        self.unread = self.unread.saturating_sub(bytes);
        let window = self.window();
        let mtu = self.path(self.primary).map_or(1500, |path| path.mtu);
        // A quarter of the buffer, as section 6.2 advises: no burst of updates while a full buffer is read.
        let quarter = self.settings.protocol.receive_buffer / 4;
        let step = mtu.saturating_mul(2).min(self.settings.protocol.receive_buffer / 2).max(quarter).max(1);
        let opens = window >= self.advertised.saturating_add(step)
            && self.advertised < self.settings.protocol.receive_buffer / 2;
        if opens {
            self.inbound.want_sack_now();
        }
        opens
    }
}
