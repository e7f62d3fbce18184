//! What an acknowledgement does (RFC 9260 section 6.2.1).

use super::window::Tally;
use super::{Outbound, SackEffect, SackError};
use crate::path::{MAX_PATHS, PathId, Paths};
use crate::time::Time;
use sctp_wire::{Sack, Tsn};

/// What the Gap Ack Blocks of a SACK say. Positions count from the Cumulative TSN Ack on.
#[derive(Debug, Default)]
struct GapReport {
    /// Behind the highest chunk that the SACK newly acknowledges: the HTNA of section 7.2.4.
    newly_acked_end: usize,
    /// Behind the highest chunk that is in a block.
    acked_end: usize,
    /// Behind the highest chunk that the peer has dropped again.
    reneged_end: usize,
}

impl Outbound {
    /// A SACK chunk.
    ///
    /// # Errors
    /// [`SackError`]; nothing changed then.
    pub(crate) fn on_sack(
        &mut self,
        now: Time,
        sack: &Sack<'_>,
        paths: &mut Paths,
    ) -> Result<SackEffect, SackError> {
        self.acknowledge(now, sack.cumulative_tsn, Some(sack), paths)
    }

    /// The Cumulative TSN Ack of a SHUTDOWN chunk, which says nothing of gaps or the window (section 9.2).
    ///
    /// # Errors
    /// [`SackError`]; nothing changed then.
    pub(crate) fn on_cumulative(
        &mut self,
        now: Time,
        cumulative: Tsn,
        paths: &mut Paths,
    ) -> Result<SackEffect, SackError> {
        self.acknowledge(now, cumulative, None, paths)
    }

    fn acknowledge(
        &mut self,
        now: Time,
        cumulative: Tsn,
        sack: Option<&Sack<'_>>,
        paths: &mut Paths,
    ) -> Result<SackEffect, SackError> {
        let advance =
            usize::try_from(cumulative.distance_from(self.cumulative_acked())).unwrap_or(usize::MAX);
        if advance > self.window.len() {
            // Rule D i.
            let old = cumulative.before(self.cumulative_acked());
            return Err(if old { SackError::Old } else { SackError::AckOfUnsent });
        }
        let sent = self.window.len().saturating_sub(advance);
        let names_unsent = |(start, end): (u16, u16)| start <= end && usize::from(end) > sent;
        if sack.is_some_and(|sack| sack.gaps.iter().any(names_unsent)) {
            // Section 12.4.
            return Err(SackError::AckOfUnsent);
        }
        let recovering = self.fast_recovery.is_some();
        let mut flight_before = [0; MAX_PATHS];
        for (flight, path) in flight_before.iter_mut().zip(paths.iter()) {
            *flight = path.congestion.flight();
        }
        let mut tally = Tally::default();
        for _ in 0..advance {
            self.pop(now, &mut tally, paths);
        }
        let gaps = sack.map(|sack| self.on_gaps(now, sack, &mut tally, paths)).unwrap_or_default();
        // Rule D iv.
        self.fast_recovery = self.fast_recovery.filter(|exit| exit.after(cumulative));
        // Section 7.2.4, note: the window opens before a loss closes it.
        for ((path, acked), before) in paths.iter_mut().zip(tally.sizes).zip(flight_before) {
            let pmdcs = path.pmdcs();
            path.congestion.on_acked(acked, before, pmdcs, recovering);
            if acked > 0 {
                path.search.on_progress();
            }
        }
        let until =
            if self.fast_recovery.is_some() && advance > 0 { gaps.acked_end } else { gaps.newly_acked_end };
        self.count_missing(until, gaps.reneged_end, paths);
        self.window.skip_found();
        for ((place, path), earliest) in paths.iter_mut().enumerate().zip(tally.earliest) {
            if self.window.lost() == 0 {
                path.congestion.cancel_fast_retransmit();
            }
            if let Some(id) = PathId::at(place) {
                self.window.settle_t3(now, id, path, earliest);
            }
        }
        self.burst = 0;
        self.pause = None;
        if let Some(sack) = sack {
            // Rule D ii.
            self.peer_rwnd = sack.a_rwnd.saturating_sub(self.window.in_flight());
        }
        self.settle_probe(now, sack.is_some_and(|sack| sack.a_rwnd == 0), paths);
        Ok(SackEffect {
            newly_acked: tally.payload,
            cumulative_advanced: advance > 0,
            path_acked: tally.paths,
        })
    }

    /// Takes the first chunk out of the window.
    fn pop(&mut self, now: Time, tally: &mut Tally, paths: &mut Paths) {
        if let Some(chunk) = self.window.pop(now, tally, paths) {
            self.buffered = self.buffered.saturating_sub(usize::from(chunk.length));
            self.messages.acknowledge_chunk(chunk.message);
        }
    }

    /// Goes through the window once and compares it with the Gap Ack Blocks.
    ///
    /// Blocks are taken in the order of the SACK; one that goes back behind what was already looked at counts only
    /// for the rest of it, and what lies beyond the window is nothing. So the work is bounded by window and SACK.
    fn on_gaps(&mut self, now: Time, sack: &Sack<'_>, tally: &mut Tally, paths: &mut Paths) -> GapReport {
        let mut report = GapReport::default();
        let mut blocks = sack.gaps.iter().map(|(start, end)| (usize::from(start), usize::from(end)));
        let mut block = blocks.next();
        let was_acked = self.window.highest_acked();
        for position in 0..self.window.len() {
            // Blocks count from the Cumulative TSN Ack, so the first chunk behind it has number 1.
            let number = position.saturating_add(1);
            while block.is_some_and(|(_, end)| end < number) {
                block = blocks.next();
            }
            if block.is_none() && self.window.tsn(position).after(was_acked) {
                break;
            }
            if block.is_some_and(|(start, _)| start <= number) {
                report.acked_end = number;
                if self.window.acknowledge(now, position, tally, paths) {
                    report.newly_acked_end = number;
                }
            } else if self.window.renege(now, position, paths) {
                report.reneged_end = number;
            }
        }
        self.window.set_highest_acked(sack.cumulative_tsn.add(u32::try_from(report.acked_end).unwrap_or(0)));
        report
    }

    /// Section 6.1 rule A: when the peer has no room and nothing is outstanding, waits an RTO before the first probe and
    /// twice as long before each further one.
    fn settle_probe(&mut self, now: Time, no_room: bool, paths: &mut Paths) {
        self.probe.answered = true;
        if no_room && !self.window.is_empty() {
            // The window closed on what is outstanding: all that is sent again are probes.
            self.probe.in_flight = true;
            return;
        }
        if !self.window.is_empty() && self.peer_rwnd == 0 {
            return;
        }
        self.probe.in_flight = false;
        // With nothing to send yet the wait begins as well: what comes within it is to be sent at its end.
        let closed = self.next_new_length(paths).map_or(no_room, |length| !self.has_room(length));
        if !closed {
            self.probe.count = 0;
        } else if self.window.is_empty()
            && let Some(path) = paths.get_mut(self.fresh_path.position())
        {
            path.t3 = now.plus(path.rto.doubled(self.probe.count));
            self.pause = Some(self.fresh_path);
        }
    }
}
