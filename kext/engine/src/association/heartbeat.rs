//! HEARTBEAT (RFC 9260 section 8.3): is an idle path alive, and is an address the peer's (section 5.4)?

use super::{Association, Disposition, Due};
use crate::path::PathState;
use crate::random::Random;
use crate::time::{Span, Time};
use sctp_wire::{Reader, Truncated};

/// Bytes of the Heartbeat Info that we send: path, nonce, time.
pub(crate) const INFO_LENGTH: usize = 17;

/// The heartbeat of one path.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Heartbeat {
    /// When the next one goes, or the last one is given up.
    pub(crate) deadline: Time,
    /// Drawn anew for each heartbeat; zero when none is under way.
    pub(crate) nonce: u64,
    /// To be sent now.
    pub(crate) due: bool,
}

impl Default for Heartbeat {
    fn default() -> Self {
        Self { deadline: Time::NEVER, nonce: 0, due: false }
    }
}

impl Association {
    /// Starts the heartbeat timers; an unconfirmed path is probed at once (section 5.4).
    pub(crate) fn start_heartbeats(&mut self, now: Time) {
        for (heartbeat, path) in self.heartbeats.iter_mut().zip(&self.paths) {
            let wait = match (path.state, self.protocol.heartbeat_interval) {
                (PathState::Unconfirmed, _) => Span::ZERO,
                (PathState::Active | PathState::Inactive, Some(interval)) => interval,
                (PathState::Active | PathState::Inactive, None) => continue,
            };
            heartbeat.deadline = now.plus(wait);
        }
    }

    /// The timer of a path ran out: count a lost heartbeat, and send the next if the path is idle.
    ///
    /// Returns whether the association has had more errors than Association.Max.Retrans allows.
    pub(crate) fn on_heartbeat_timeout(&mut self, now: Time, place: usize, random: &mut Random) -> bool {
        let limit = self.protocol.path_max_retransmits;
        let (Some(heartbeat), Some(path)) = (self.heartbeats.get_mut(place), self.paths.get_mut(place))
        else {
            return false;
        };
        let mut lost = false;
        if heartbeat.nonce != 0 {
            lost = true;
            path.errors = path.errors.saturating_add(1);
            path.rto.backoff();
            if path.errors > limit && path.state == PathState::Active {
                path.state = PathState::Inactive;
            }
        }
        let idle = path.t3 == Time::NEVER;
        heartbeat.nonce = if idle { random.u64() | 1 } else { 0 };
        heartbeat.due = idle;
        let interval = match path.state {
            // Section 5.4: probe once an RTO until confirmed.
            PathState::Unconfirmed => Span::ZERO,
            PathState::Active | PathState::Inactive => {
                self.protocol.heartbeat_interval.unwrap_or(Span(u64::MAX))
            }
        };
        // Section 8.3: RTO plus interval, with a jitter of +/- 50 % of the RTO.
        let rto = path.rto.current().0;
        let jitter = rto / 2;
        let spread = random.u64().checked_rem(rto.saturating_add(1)).unwrap_or(0);
        let wait = rto.saturating_sub(jitter).saturating_add(spread).saturating_add(interval.0);
        heartbeat.deadline = now.plus(Span(wait));
        if lost {
            self.errors = self.errors.saturating_add(1);
        }
        self.errors > self.protocol.association_max_retransmits
    }

    /// What the next heartbeat of a path says, once.
    pub(crate) fn take_heartbeat(&mut self, now: Time) -> Option<(usize, [u8; INFO_LENGTH])> {
        let place = self.heartbeats.iter().position(|heartbeat| heartbeat.due)?;
        let heartbeat = self.heartbeats.get_mut(place)?;
        heartbeat.due = false;
        let mut info = [0; INFO_LENGTH];
        let fields = u8::try_from(place).into_iter();
        let fields = fields.chain(heartbeat.nonce.to_be_bytes()).chain(now.0.to_be_bytes());
        for (byte, field) in info.iter_mut().zip(fields) {
            *byte = field;
        }
        Some((place, info))
    }

    /// HEARTBEAT: give its info back as it is.
    pub(crate) fn on_heartbeat(&mut self, info: &[u8]) -> Disposition {
        self.heartbeat_reply.clear();
        // An info too long for one answer is not answered: no honest peer sends it.
        if self.heartbeat_reply.extend_from_slice(info).is_ok() {
            self.due.insert(Due::HEARTBEAT_ACK);
        }
        Disposition::Continue
    }

    /// HEARTBEAT ACK: counts only when it carries the nonce that was sent.
    pub(crate) fn on_heartbeat_ack(&mut self, now: Time, info: &[u8]) -> Disposition {
        let Ok((place, nonce, sent)) = read_info(info) else { return Disposition::Continue };
        let (Some(heartbeat), Some(path)) = (self.heartbeats.get_mut(place), self.paths.get_mut(place))
        else {
            return Disposition::Continue;
        };
        if nonce == 0 || heartbeat.nonce != nonce {
            return Disposition::Continue;
        }
        heartbeat.nonce = 0;
        path.errors = 0;
        path.rto.measure(now.since(sent));
        if path.state == PathState::Unconfirmed || path.state == PathState::Inactive {
            path.state = PathState::Active;
            let wait = self.protocol.heartbeat_interval.unwrap_or(Span(u64::MAX));
            heartbeat.deadline = now.plus(wait);
        }
        self.errors = 0;
        Disposition::Continue
    }
}

fn read_info(info: &[u8]) -> Result<(usize, u64, Time), Truncated> {
    let mut reader = Reader::new(info);
    let place = usize::from(reader.u8()?);
    let nonce = u64::from_be_bytes(reader.array()?);
    let sent = Time(u64::from_be_bytes(reader.array()?));
    if reader.is_empty() { Ok((place, nonce, sent)) } else { Err(Truncated) }
}
