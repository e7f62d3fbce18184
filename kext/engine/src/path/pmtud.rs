//! Packetization Layer Path MTU Discovery (RFC 8899), one search for each path.
//!
//! All sizes are those of IP packets, header included, in bytes. The search says which size is to be tried, and learns
//! what became of it; what is known to pass is kept in the path's MTU, which the search changes.

#[cfg(test)]
mod tests;

use super::Path;
use crate::address::Family;
use crate::options::PathSettings;
use crate::random::Random;
use crate::time::{Span, Time};

/// MAX_PROBES: a size is given up after so many lost probes (section 5.1.2).
const MAX_PROBES: u8 = 3;

/// How long to wait after the least size did not pass either.
const RETRY_AFTER: Span = Span::from_secs(30);

/// Expiries of T3-rtx in a row after which packets are believed to be lost for their size (section 4.3).
const TIMEOUTS: u8 = 2;

/// The search ends when it could gain no more than this.
const CLOSE_ENOUGH: u32 = 16;

/// The most that is searched for, whatever the user allows: a jumbo frame.
const LARGEST: u32 = 9000;

/// What is believed to pass until it is seen not to: an Ethernet frame.
const USUAL: u32 = 1500;

/// The states of section 5.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Not begun.
    Idle,
    /// DISABLED: the user has set the MTU.
    Disabled,
    /// BASE: does the size that should pass everywhere pass?
    Base,
    /// SEARCHING.
    Searching,
    /// SEARCH_COMPLETE.
    Complete,
    /// ERROR: not even BASE_PLPMTU is known to pass.
    Error,
}

impl Path {
    /// Begins the search, or keeps the MTU that the user wants.
    pub(crate) fn begin_search(&mut self, now: Time) {
        let PathSettings { pmtud, pmtu_raise, mtu, chunk_room, .. } = self.settings;
        if pmtud {
            self.search.begin(now, mtu, pmtu_raise, &mut self.mtu);
        } else {
            let fixed = if chunk_room == 0 { mtu } else { self.packet_with(chunk_room) };
            self.search.disable(fixed, &mut self.mtu);
        }
    }
}

/// The search for the MTU of one path.
///
/// In memory it ends with what is looked at for every packet.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub(crate) struct Search {
    /// What the probe under way carries; zero when there is none.
    nonce: u64,
    /// MIN_PLPMTU.
    least: u32,
    /// BASE_PLPMTU.
    base: u32,
    /// MAX_PLPMTU.
    largest: u32,
    /// The smallest size that is believed not to pass.
    ceiling: u32,
    /// A size that a router named: to be tried before others.
    hint: u32,
    /// PROBED_SIZE.
    size: u32,
    /// PROBE_COUNT: probes of this size that were lost.
    lost: u8,
    /// Expiries of T3-rtx in a row.
    timeouts: u8,
    phase: Phase,
    /// A probe is to be sent.
    due: bool,
    /// A probe is what was sent last to this path.
    newest: bool,
    /// PMTU_RAISE_TIMER (section 5.1.1): when a finished search begins again, for the path may have changed.
    raise_after: Span,
    /// When a probe is given up, or the next one goes.
    deadline: Time,
}

impl Search {
    /// A search that has not begun.
    pub(crate) const fn new(family: Family) -> Self {
        // Section 5.1.2: 1200 as BASE_PLPMTU, except where IPv6 promises more; the least that is calculated with is
        // the minimum of IP (RFC 791, RFC 8200 section 5).
        let (least, base) = match family {
            Family::None | Family::V4 => (576, 1200),
            Family::V6 => (1280, 1280),
        };
        Self {
            phase: Phase::Idle,
            least,
            base,
            largest: base,
            ceiling: u32::MAX,
            hint: 0,
            size: base,
            lost: 0,
            nonce: 0,
            due: false,
            newest: false,
            raise_after: Span::ZERO,
            deadline: Time::NEVER,
            timeouts: 0,
        }
    }

    /// The state.
    #[cfg(test)]
    pub(crate) const fn phase(&self) -> Phase {
        self.phase
    }

    /// Whether the search has yet to begin.
    pub(crate) const fn is_idle(&self) -> bool {
        matches!(self.phase, Phase::Idle)
    }

    /// Whether routers are to be kept from fragmenting packets: not before the search begins, when it is off, or when
    /// hardly anything passes (section 5.2, ERROR).
    pub(crate) const fn forbids_fragments(&self) -> bool {
        matches!(self.phase, Phase::Base | Phase::Searching | Phase::Complete)
    }

    /// When [`Search::on_deadline`] is to be called.
    pub(crate) const fn deadline(&self) -> Time {
        self.deadline
    }

    /// The size of the probe to be sent, if one is.
    pub(crate) const fn due(&self) -> Option<u32> {
        if self.due { Some(self.size) } else { None }
    }

    /// Keeps a fixed MTU.
    pub(crate) fn disable(&mut self, fixed: u32, mtu: &mut u32) {
        self.phase = Phase::Disabled;
        *mtu = fixed.max(self.least);
    }

    /// Begins; `largest` is what the interface takes, `raise_after` the time to the next search. Up to the usual size user data are the probes (section 4.1): when
    /// they get lost, or a router complains, the search goes on from BASE_PLPMTU.
    pub(crate) fn begin(&mut self, now: Time, largest: u32, raise_after: Span, mtu: &mut u32) {
        self.raise_after = raise_after;
        self.largest = largest.min(LARGEST).max(self.least) & !3;
        self.base = self.base.min(self.largest);
        self.timeouts = 0;
        *mtu = self.largest.min(USUAL);
        self.choose(now, *mtu);
    }

    /// Back to BASE_PLPMTU.
    fn restart(&mut self, now: Time, ceiling: u32, mtu: &mut u32) {
        self.ceiling = ceiling;
        (self.phase, self.size) =
            if ceiling > self.base { (Phase::Base, self.base) } else { (Phase::Error, self.least) };
        *mtu = self.size;
        self.timeouts = 0;
        self.probe_at(now);
    }

    /// The next probe goes at `at`; one under way counts no longer.
    const fn probe_at(&mut self, at: Time) {
        self.lost = 0;
        self.nonce = 0;
        self.due = false;
        self.deadline = at;
    }

    /// The deadline passed: a probe was lost, or one is to be sent. `rto` is how long to wait for the answer.
    pub(crate) fn on_deadline(&mut self, now: Time, rto: Span, random: &mut Random, mtu: &mut u32) {
        self.deadline = Time::NEVER;
        if self.nonce != 0 {
            self.nonce = 0;
            self.lost = self.lost.saturating_add(1);
            if self.lost >= MAX_PROBES {
                self.on_failure(now, mtu);
            }
        } else if self.phase == Phase::Complete {
            (self.ceiling, self.hint) = (u32::MAX, 0);
            self.choose(now, *mtu);
        }
        let waits = self.deadline != Time::NEVER && self.deadline > now;
        if !waits && matches!(self.phase, Phase::Base | Phase::Searching | Phase::Error) {
            self.nonce = random.nonzero64();
            self.due = true;
            self.deadline = now.plus(rto);
        }
    }

    /// The size does not pass.
    fn on_failure(&mut self, now: Time, mtu: &mut u32) {
        match self.phase {
            Phase::Base => {
                self.phase = Phase::Error;
                self.ceiling = self.size;
                self.size = self.least;
                *mtu = self.least;
                self.probe_at(now);
            }
            Phase::Error => self.probe_at(now.plus(RETRY_AFTER)),
            Phase::Searching => {
                self.ceiling = self.size;
                self.choose(now, *mtu);
            }
            Phase::Idle | Phase::Disabled | Phase::Complete => {}
        }
    }

    /// The next size (section 5.3): the largest one, then one that a router named, then halfway between what passes
    /// and what does not.
    fn choose(&mut self, now: Time, mtu: u32) {
        let untried = self.ceiling > self.largest;
        self.size = if self.hint > mtu && self.hint < self.ceiling {
            core::mem::take(&mut self.hint).min(self.largest)
        } else if untried {
            self.largest
        } else {
            (mtu.saturating_add(self.ceiling) / 2) & !3
        };
        let gain = self.ceiling.min(self.largest.saturating_add(CLOSE_ENOUGH)).saturating_sub(mtu);
        let done = self.size <= mtu || !untried && gain <= CLOSE_ENOUGH;
        self.phase = if done { Phase::Complete } else { Phase::Searching };
        self.probe_at(if done { now.plus(self.raise_after) } else { now });
    }

    /// A probe is being sent. Returns what it carries, so that its answer is known.
    pub(crate) const fn send(&mut self) -> u64 {
        self.due = false;
        self.newest = true;
        self.nonce
    }

    /// A packet that is no probe is being sent.
    pub(crate) const fn other_sent(&mut self) {
        self.newest = false;
    }

    /// An answer to a probe. Returns whether it is the one that is waited for.
    pub(crate) fn on_answer(&mut self, now: Time, nonce: u64, mtu: &mut u32) -> bool {
        if nonce == 0 || nonce != self.nonce {
            return false;
        }
        if self.phase == Phase::Error {
            self.ceiling = self.ceiling.min(self.base.saturating_add(4));
        }
        *mtu = self.size;
        self.choose(now, self.size);
        true
    }

    /// A router says that it passes no more than `limit` (section 4.6.2). That is only a hint: nothing but an answer to
    /// a probe makes a size one that passes, and a claim of less than IP promises is not believed.
    pub(crate) fn on_too_big(&mut self, now: Time, limit: u32, mtu: &mut u32) {
        let limit = limit & !3;
        let sent = if self.nonce != 0 { (*mtu).max(self.size) } else { *mtu };
        if matches!(self.phase, Phase::Idle | Phase::Disabled) || limit < self.least || limit >= sent {
            return;
        }
        self.hint = limit;
        let ceiling = limit.saturating_add(4);
        if limit < *mtu {
            self.restart(now, ceiling, mtu);
        } else if self.phase == Phase::Searching {
            self.ceiling = ceiling;
            self.choose(now, *mtu);
        }
    }

    /// This host could not send the last packet for its size.
    pub(crate) fn on_refused(&mut self, now: Time, mtu: &mut u32) {
        if matches!(self.phase, Phase::Idle | Phase::Disabled) {
            return;
        }
        if self.newest && self.nonce != 0 {
            self.on_failure(now, mtu);
        } else if *mtu > self.least {
            self.restart(now, *mtu, mtu);
        }
    }

    /// T3-rtx of the path expired: perhaps a black hole, which swallows what is larger than BASE_PLPMTU (section 4.3).
    pub(crate) fn on_timeout(&mut self, now: Time, mtu: &mut u32) {
        self.timeouts = self.timeouts.saturating_add(1);
        let grown = matches!(self.phase, Phase::Searching | Phase::Complete) && *mtu > self.base;
        if grown && self.timeouts >= TIMEOUTS {
            self.hint = 0;
            self.restart(now, u32::MAX, mtu);
        }
    }

    /// Data sent to this path was acknowledged.
    pub(crate) const fn on_progress(&mut self) {
        self.timeouts = 0;
    }
}
