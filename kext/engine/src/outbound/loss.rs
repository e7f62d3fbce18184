//! Chunks that are taken for lost: by miss indications (RFC 9260 section 7.2.4) or by a time-out (section 6.3.3).

use super::Outbound;
use super::window::ChunkState;
use crate::path::{PathId, Paths};
use crate::time::Time;
use sctp_wire::Tsn;

/// Miss indications after which a chunk is sent again.
const MISS_INDICATIONS: u8 = 3;

impl Outbound {
    /// Counts a miss indication for each chunk in flight up to position `until`, and for those that the peer
    /// acknowledged before up to `reneged_end` (section 6.2.1 D iii). Chunks with the third one are to be sent again.
    pub(super) fn count_missing(&mut self, until: usize, reneged_end: usize, paths: &mut Paths) {
        let mut entered = false;
        for position in 0..until.max(reneged_end) {
            let reneged = self.window.get(position).is_some_and(|chunk| chunk.counted);
            if position >= until && !reneged {
                continue;
            }
            if self.window.count_missing(position) < MISS_INDICATIONS {
                continue;
            }
            let Some(id) = self.lose(position, ChunkState::Missing, paths) else { continue };
            if self.fast_recovery.is_some() && !entered {
                continue;
            }
            // Rules 2, 3 and 6: once for each path that lost something, until Fast Recovery is over.
            entered = true;
            self.fast_recovery = Some(self.window.next_tsn().previous());
            if let Some(path) = paths.get_mut(id.position())
                && !path.congestion.awaits_fast_retransmit()
            {
                let pmdcs = path.pmdcs();
                path.congestion.on_loss(pmdcs);
            }
        }
    }

    /// A packet to this path was marked for congestion. In Fast Recovery the window was reduced already, which one loss
    /// and one mark in the same window of data share (RFC 3168 section 6.1.2).
    pub(crate) fn on_congestion(&self, id: PathId, paths: &mut Paths) {
        if self.fast_recovery.is_none()
            && let Some(path) = paths.get_mut(id.position())
        {
            let pmdcs = path.pmdcs();
            path.congestion.on_congestion(pmdcs);
        }
    }

    /// The path that a TSN was sent to last; once it is acknowledged, where new data went last.
    pub(crate) fn path_of(&self, tsn: Tsn) -> PathId {
        let position = tsn.distance_from(self.cumulative_acked().next());
        let chunk = usize::try_from(position).ok().and_then(|position| self.window.get(position));
        chunk.map_or(self.fresh_path, |chunk| chunk.path)
    }

    /// T3-rtx of a path expired.
    pub(crate) fn on_t3(&mut self, now: Time, id: PathId, paths: &mut Paths) {
        let Some(path) = paths.get_mut(id.position()) else { return };
        path.t3 = Time::NEVER;
        self.burst = 0;
        if self.pause.take().is_some() && path.congestion.flight() == 0 {
            // It only timed the next attempt.
            return;
        }
        if path.congestion.flight() == 0 {
            return;
        }
        // Section 6.1 rule A: a zero window probe does not affect cwnd.
        if !self.probe.in_flight || self.window.len() > 1 {
            let pmdcs = path.pmdcs();
            path.congestion.on_timeout(pmdcs);
        }
        path.rto.backoff();
        path.search.on_timeout(now, &mut path.mtu);
        path.timing = None;
        // Slow start follows, and Fast Recovery would keep the window from opening.
        self.fast_recovery = None;
        for position in 0..self.window.len() {
            if self.window.get(position).is_some_and(|chunk| chunk.path == id) {
                self.lose(position, ChunkState::TimedOut, paths);
            }
        }
    }

    /// Marks a chunk for retransmission, which gives its bytes back to the peer's window (section 6.2.1 C).
    fn lose(&mut self, position: usize, state: ChunkState, paths: &mut Paths) -> Option<PathId> {
        let (id, length) = self.window.lose(position, state, paths)?;
        self.peer_rwnd = self.peer_rwnd.saturating_add(u32::from(length));
        Some(id)
    }
}
