//! Deadlines that passed (RFC 9260 sections 5.1.4 T1, 6.3.3 T3, 9.2 T2 and T5).

use super::{Association, Disposition, Due, Ending, Farewell, State};
use crate::counters::{Counters, bump};
use crate::error::Error;
use crate::inbound::SackNeed;
use crate::path::{PathId, alternate};
use crate::random::Random;
use crate::time::Time;

const fn count(timeouts: &mut u32) {
    *timeouts = timeouts.saturating_add(1);
}

const DEAD: Disposition = Disposition::End(Ending::new(Some(Error::TimedOut), Farewell::Abort(None)));

impl Association {
    /// Does all that is due at `now`.
    pub(crate) fn on_deadline(
        &mut self,
        now: Time,
        random: &mut Random,
        counters: &mut Counters,
    ) -> Disposition {
        if self.guard <= now {
            bump(&mut counters.guard_timeouts);
            return DEAD;
        }
        if self.handshake <= now {
            let disposition = self.on_handshake_timeout(now, random, counters);
            if matches!(disposition, Disposition::End(_)) {
                return disposition;
            }
        }
        if self.sack_at <= now {
            self.sack_at = Time::NEVER;
            if matches!(self.inbound.sack(), SackNeed::Delayed) {
                count(&mut self.timeouts.sack);
            }
            bump(&mut counters.sack_timeouts);
            self.inbound.want_sack_now();
        }
        for place in 0..self.paths.len() {
            if self.paths.get(place).is_some_and(|path| path.t3 <= now) {
                count(&mut self.timeouts.data);
                if self.on_t3(now, place, counters) {
                    return DEAD;
                }
            }
            let due = self.paths.get(place).is_some_and(|path| path.heartbeat.deadline <= now);
            if due {
                bump(&mut counters.heartbeat_timeouts);
                if self.on_heartbeat_timeout(now, place, random) {
                    return DEAD;
                }
            }
        }
        // Last: a time-out of data may have begun a search anew.
        self.on_search_deadline(now, random, counters);
        if self.idle_deadline() <= now {
            bump(&mut counters.idle_timeouts);
            self.begin_shutdown(now);
        }
        Disposition::Continue
    }

    /// T3-rtx of a path (section 6.3.3). Returns whether the association is given up (section 8.1).
    fn on_t3(&mut self, now: Time, place: usize, counters: &mut Counters) -> bool {
        let Ok(id) = u8::try_from(place) else { return false };
        let probing = self.outbound.is_probing();
        bump(if probing { &mut counters.probe_timeouts } else { &mut counters.data_timeouts });
        self.outbound.on_t3(now, PathId(id), &mut self.paths);
        if probing {
            // Section 6.1 rule A: a window probe that a living peer does not accept is not an error.
            return false;
        }
        self.on_path_error(now, place);
        self.errors = self.errors.saturating_add(1);
        self.errors > self.settings.protocol.association_max_retransmits
    }

    /// T1-init, T1-cookie or T2-shutdown: send the chunk again, or give up.
    fn on_handshake_timeout(
        &mut self,
        now: Time,
        random: &mut Random,
        counters: &mut Counters,
    ) -> Disposition {
        self.handshake = Time::NEVER;
        let (limit, due) = match &mut self.state {
            State::CookieWait { held: true, .. } => {
                self.call(now);
                return Disposition::Continue;
            }
            State::CookieWait { attempts, .. } => {
                count(&mut self.timeouts.init);
                bump(&mut counters.init_timeouts);
                *attempts = attempts.saturating_add(1);
                if *attempts > self.settings.protocol.max_init_retransmits {
                    let error = Some(Error::TimedOut);
                    return Disposition::End(Ending::new(error, Farewell::Silence));
                }
                (u16::MAX, Due::INIT)
            }
            State::CookieEchoed { attempts, .. } => {
                count(&mut self.timeouts.cookie);
                bump(&mut counters.cookie_timeouts);
                *attempts = attempts.saturating_add(1);
                if *attempts > self.settings.protocol.max_init_retransmits {
                    return DEAD;
                }
                (u16::MAX, Due::COOKIE_ECHO)
            }
            State::ShutdownSent => {
                count(&mut self.timeouts.shutdown);
                bump(&mut counters.shutdown_timeouts);
                (self.settings.protocol.association_max_retransmits, Due::SHUTDOWN)
            }
            State::ShutdownAckSent => {
                count(&mut self.timeouts.shutdown_ack);
                bump(&mut counters.shutdown_ack_timeouts);
                (self.settings.protocol.association_max_retransmits, Due::SHUTDOWN_ACK)
            }
            State::Established | State::ShutdownPending | State::ShutdownReceived => {
                return Disposition::Continue;
            }
        };
        self.errors = self.errors.saturating_add(1);
        if self.errors > limit {
            return DEAD;
        }
        self.due.insert(due);
        let init = due == Due::INIT;
        let ceiling = self.settings.protocol.max_init_timeout;
        let id = self.handshake_path();
        if let Some(path) = self.path_mut(id) {
            path.rto.backoff();
        }
        if self.is_set_up() {
            // Section 8.2: SHUTDOWN and SHUTDOWN ACK count as well; the next one tries another address (section 6.4).
            self.on_path_error(now, id.position());
            self.reply_path = alternate(&self.paths, id);
        } else {
            self.setup_path = self.next_setup_path(id);
            self.ask_for_confirmation(self.setup_path, random);
        }
        self.start_handshake(now);
        if init && ceiling.0 != 0 {
            self.handshake = self.handshake.min(now.plus(ceiling));
        }
        Disposition::Continue
    }
}
