//! What follows when the user changes a setting of an association that is there.

use super::{Association, State, heartbeat::tell};
use crate::notification::AddressChange;
use crate::options::{PathSettings, Settings};
use crate::path::{PathId, PathState, Search};
use crate::random::Random;
use crate::time::{Span, Time};

impl Association {
    /// Takes the settings over, but for those of paths: see [`Association::change_paths`].
    pub(crate) fn set(&mut self, mut settings: Settings) {
        // RFC 9260 section 3.3.2: what the peer was promised is not taken away.
        let promised = self.settings.protocol.receive_buffer;
        settings.protocol.receive_buffer = settings.protocol.receive_buffer.max(promised);
        self.settings = settings;
        self.apply_settings();
        for path in self.paths.iter_mut() {
            path.rto.set_parameters(settings.protocol.rto);
            let pmdcs = path.pmdcs();
            path.congestion.limit(settings.protocol.max_cwnd, pmdcs);
        }
    }

    /// Tells the sending half what it keeps of the settings.
    pub(crate) fn apply_settings(&mut self) {
        let protocol = &self.settings.protocol;
        self.outbound.set_max_segment(protocol.max_segment);
        self.outbound.set_max_burst(protocol.max_burst);
        self.outbound.set_scheduler(protocol.scheduler);
    }

    /// Changes the settings of one path or, `None`, of all that there are and will be.
    pub(crate) fn change_paths(
        &mut self,
        now: Time,
        only: Option<PathId>,
        change: &impl Fn(&mut PathSettings),
    ) {
        if only.is_none() {
            change(&mut self.settings.protocol.path);
        }
        for place in 0..self.paths.len() {
            if only.is_some_and(|only| only.position() != place) {
                continue;
            }
            let Some(path) = self.paths.get_mut(place) else { return };
            let before = path.settings;
            change(&mut path.settings);
            self.apply_path_settings(now, place, &before);
        }
        self.begin_searches(now);
    }

    fn apply_path_settings(&mut self, now: Time, place: usize, before: &PathSettings) {
        let (alone, set_up) = (self.paths.len() == 1, self.is_set_up());
        let Some(path) = self.paths.get_mut(place) else { return };
        let after = path.settings;
        if after.interval() != before.interval() && set_up && path.heartbeat.nonce == 0 && !path.is_probed() {
            let least = Span(path.rto.current().0 / 2);
            path.heartbeat.deadline =
                after.interval().map_or(Time::NEVER, |interval| now.plus(least).plus(interval));
        }
        if (after.pmtud, after.chunk_room) != (before.pmtud, before.chunk_room) {
            if after.pmtud {
                path.search = Search::new(path.remote.family);
            } else {
                let fixed = if after.chunk_room == 0 { path.mtu } else { path.packet_with(after.chunk_room) };
                path.search.disable(fixed, &mut path.mtu);
            }
        }
        let change = path.judge(alone);
        if path.state == PathState::PotentiallyFailed && path.heartbeat.nonce == 0 {
            path.heartbeat.deadline = path.heartbeat.deadline.min(now);
        }
        tell(&mut self.path_news, path, change);
    }

    /// SPP_HB_DEMAND: a heartbeat now, whatever else the path does (RFC 9260 section 8.3).
    pub(crate) fn demand_heartbeat(&mut self, now: Time, id: PathId, random: &mut Random) {
        if !matches!(self.state, State::Established) {
            return;
        }
        if let Some(path) = self.path_mut(id) {
            path.heartbeat.nonce = random.nonzero64();
            path.heartbeat.due = true;
            path.heartbeat.deadline = now.plus(path.rto.current());
        }
    }

    /// Makes a path the primary one. Returns whether it may be: an address that is not known to be the peer's may not.
    pub(crate) fn make_primary(&mut self, id: PathId) -> bool {
        let path = self.paths.get(id.position()).filter(|path| path.state != PathState::Unconfirmed);
        let Some(path) = path else { return false };
        if id != self.primary {
            tell(&mut self.path_news, path, Some(AddressChange::MadePrimary));
            self.primary = id;
        }
        true
    }
}
