//! HEARTBEAT (RFC 9260 section 8.3): is an idle path alive, and is an address the peer's (section 5.4)?

use super::{Association, Disposition, Due, State};
use crate::memory;
use crate::notification::{AddressChange, AddressNews};
use crate::path::{Path, PathState, usable};
use crate::random::Random;
use crate::time::{Span, Time};
use alloc::vec::Vec;
use sctp_wire::{Reader, Truncated};

/// Bytes of the Heartbeat Info that we send: path, nonce, time.
pub(crate) const INFO_LENGTH: usize = 17;

/// Notes what the user is to be told of a path. Without memory it is lost, as RFC 6458 allows.
pub(super) fn tell(news: &mut Vec<AddressNews>, path: &Path, change: Option<AddressChange>) {
    if let Some(change) = change {
        let _ = memory::push(news, AddressNews { address: path.remote, change });
    }
}

impl Association {
    /// Starts the heartbeat timers; an unconfirmed path is probed at once (section 5.4).
    pub(crate) fn start_heartbeats(&mut self, now: Time) {
        for path in self.paths.iter_mut() {
            path.heartbeat.deadline = match (path.is_probed(), path.settings.interval()) {
                (true, _) => now,
                (false, Some(interval)) => now.plus(interval),
                (false, None) => Time::NEVER,
            };
        }
    }

    /// The timer of a path ran out: count a lost heartbeat, and send the next if the path is idle.
    ///
    /// Returns whether the association has had more errors than Association.Max.Retrans allows.
    pub(crate) fn on_heartbeat_timeout(&mut self, now: Time, place: usize, random: &mut Random) -> bool {
        let idle = !self.carries_data(place);
        let Some(path) = self.paths.get_mut(place) else { return false };
        let lost = core::mem::take(&mut path.heartbeat.nonce) != 0;
        path.heartbeat.due = false;
        // RFC 7829 section 3.2 rule 6: while data is outstanding its fate decides.
        if lost {
            self.timeouts.heartbeat = self.timeouts.heartbeat.saturating_add(1);
        }
        if lost && idle {
            path.rto.backoff();
            // Section 8.1: only what is lost on the path that data takes says something of the association.
            if usable(&self.paths, self.primary).position() == place && self.is_confirmed(place) {
                self.errors = self.errors.saturating_add(1);
            }
            self.on_path_error(now, place);
        }
        let probed = self.is_probed(place);
        let crowded = probed && self.waits_for_another_probe(now, place, lost);
        let Some(path) = self.paths.get_mut(place) else { return false };
        let (rto, interval) = (path.rto.current(), path.settings.interval());
        let heartbeat = &mut path.heartbeat;
        if idle && !crowded && (probed || !lost) {
            heartbeat.nonce = random.nonzero64();
            heartbeat.due = true;
            heartbeat.deadline = now.plus(rto);
        } else if probed {
            heartbeat.deadline = now.plus(rto);
        } else {
            // After a lost heartbeat one RTO has passed.
            let least = if lost { Span::ZERO } else { Span(rto.0 / 2) };
            heartbeat.deadline = interval.map_or(Time::NEVER, |interval| {
                now.plus(least).plus(jitter(rto, random.u64())).plus(interval)
            });
        }
        self.errors > self.settings.protocol.association_max_retransmits
    }

    /// Whether the fate of data tells how the path does: some is outstanding on it, or is about to go there.
    fn carries_data(&self, place: usize) -> bool {
        let next = !self.outbound.is_drained() && usable(&self.paths, self.primary).position() == place;
        next || self.paths.get(place).is_some_and(|path| path.t3 != Time::NEVER)
    }

    fn is_confirmed(&self, place: usize) -> bool {
        self.paths.get(place).is_some_and(|path| path.state != PathState::Unconfirmed)
    }

    fn is_probed(&self, place: usize) -> bool {
        self.paths.get(place).is_some_and(|path| path.is_probed())
    }

    /// Whether the probe of an unconfirmed path has to wait: with an HB.Max.Burst of 1 (section 16) they go one after
    /// the other, in turn (section 5.4).
    fn waits_for_another_probe(&self, now: Time, place: usize, probed_last: bool) -> bool {
        let others = || {
            let others = self.paths.iter().enumerate().filter(|(other, _)| *other != place);
            others
                .map(|(_, path)| path)
                .filter(|path| path.state == PathState::Unconfirmed && path.is_probed())
        };
        let under_way = others().any(|path| path.heartbeat.nonce != 0);
        let waiting = others().any(|path| path.heartbeat.deadline <= now);
        !self.is_confirmed(place) && (under_way || (probed_last && waiting))
    }

    /// What was sent to a path was not answered in time (section 8.2).
    pub(super) fn on_path_error(&mut self, now: Time, place: usize) {
        let alone = self.paths.len() == 1;
        let Some(path) = self.paths.get_mut(place) else { return };
        let change = path.on_error(alone);
        tell(&mut self.path_news, path, change);
        // Perhaps it is our address that no longer works: the route chooses again, if there is a choice.
        path.local = self.local_addresses.source_to(&path.remote);
        if path.state == PathState::PotentiallyFailed && path.heartbeat.nonce == 0 {
            // RFC 7829 section 3.2 rule 6: at once.
            path.heartbeat.deadline = path.heartbeat.deadline.min(now);
        }
    }

    /// What the next heartbeat of a path says, once.
    pub(crate) fn take_heartbeat(&mut self, now: Time) -> Option<(usize, [u8; INFO_LENGTH])> {
        let place = self.paths.iter().position(|path| path.heartbeat.due)?;
        let heartbeat = &mut self.paths.get_mut(place)?.heartbeat;
        heartbeat.due = false;
        let mut info = [0; INFO_LENGTH];
        let fields = u8::try_from(place).into_iter();
        let fields = fields.chain(heartbeat.nonce.to_be_bytes()).chain(now.0.to_be_bytes());
        for (byte, field) in info.iter_mut().zip(fields) {
            *byte = field;
        }
        Some((place, info))
    }

    /// HEARTBEAT: give back what it carries as it is.
    pub(crate) fn on_heartbeat(&mut self, request: &sctp_wire::Heartbeat<'_>) -> Disposition {
        let unknown_peer = matches!(self.state, State::CookieWait { .. });
        let fits = self.path(self.reply_path).map_or(0, Path::pmdcs);
        // What is too long for one packet of answers is not answered: no honest peer sends it.
        let fits = usize::try_from(fits).unwrap_or(0);
        if !unknown_peer && self.heartbeat_replies.add(request, fits) {
            self.due.insert(Due::HEARTBEAT_ACK);
        }
        Disposition::Continue
    }

    /// HEARTBEAT ACK: counts only when it carries the nonce that was sent.
    pub(crate) fn on_heartbeat_ack(&mut self, now: Time, info: &[u8]) -> Disposition {
        let Ok((place, nonce, sent)) = read_info(info) else { return Disposition::Continue };
        let Some(path) = self.paths.get_mut(place) else { return Disposition::Continue };
        if nonce == 0 || path.heartbeat.nonce != nonce {
            return Disposition::Continue;
        }
        path.heartbeat.nonce = 0;
        path.rto.measure(now.since(sent));
        let change = path.on_answer();
        tell(&mut self.path_news, path, change);
        let (rto, interval) = (path.rto.current(), path.settings.interval());
        self.errors = 0;
        if !self.is_set_up() {
            // The timers start when it is.
            return Disposition::Continue;
        }
        let Some(path) = self.paths.get_mut(place) else { return Disposition::Continue };
        path.heartbeat.deadline = interval.map_or(Time::NEVER, |interval| {
            // The nonce was drawn at random, so it serves for the jitter too.
            now.plus(Span(rto.0 / 2)).plus(jitter(rto, nonce)).plus(interval)
        });
        if change == Some(AddressChange::Confirmed) {
            self.probe_next(now);
        }
        Disposition::Continue
    }
}

impl Association {
    /// The turn of the next unconfirmed path (section 5.4).
    fn probe_next(&mut self, now: Time) {
        let next = (0..self.paths.len()).find(|place| !self.is_confirmed(*place) && self.is_probed(*place));
        if let Some(path) = next.and_then(|place| self.paths.get_mut(place))
            && path.heartbeat.nonce == 0
        {
            path.heartbeat.deadline = now;
        }
    }
}

/// Section 8.3: a heartbeat goes after RTO and HB.interval with a jitter of +/- 50 % of the RTO. This comes on top of half
/// an RTO: between nothing and a whole one, as `random` has it.
fn jitter(rto: Span, random: u64) -> Span {
    Span(random.checked_rem(rto.0.saturating_add(1)).unwrap_or(0))
}

fn read_info(info: &[u8]) -> Result<(usize, u64, Time), Truncated> {
    let mut reader = Reader::new(info);
    let place = usize::from(reader.u8()?);
    let nonce = u64::from_be_bytes(reader.array()?);
    let sent = Time(u64::from_be_bytes(reader.array()?));
    if reader.is_empty() { Ok((place, nonce, sent)) } else { Err(Truncated) }
}
