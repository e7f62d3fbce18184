//! The end of an association: SHUTDOWN and its answers (RFC 9260 section 9.2), and ABORT (9.1).

use super::{Association, Disposition, Due, Ending, Farewell, PeerAbort, State};
use crate::error::Error;
use crate::outbound::SackError;
use crate::path::Heartbeat;
use crate::time::{Span, Time};
use sctp_wire::Tsn;

impl Association {
    /// The user wants to shut down once all data is acknowledged.
    pub(crate) fn begin_shutdown(&mut self, now: Time) {
        match self.state {
            State::CookieWait { .. } | State::CookieEchoed { .. } => self.closing = true,
            State::Established => {
                self.state = State::ShutdownPending;
                self.after_acknowledgement(now);
            }
            State::ShutdownPending
            | State::ShutdownSent
            | State::ShutdownReceived
            | State::ShutdownAckSent => {}
        }
    }

    /// Goes on with the shutdown when the last data was acknowledged.
    pub(crate) fn after_acknowledgement(&mut self, now: Time) {
        if !self.outbound.is_drained() {
            return;
        }
        match self.state {
            State::ShutdownPending => {
                self.state = State::ShutdownSent;
                self.due.insert(Due::SHUTDOWN);
                let protocol = &self.settings.protocol;
                // Section 9.2: the guard runs from the first SHUTDOWN.
                self.guard = now.plus(match protocol.shutdown_guard {
                    Span::ZERO => Span(protocol.rto.max.0.saturating_mul(5)),
                    guard => guard,
                });
            }
            State::ShutdownReceived => {
                self.state = State::ShutdownAckSent;
                self.due.insert(Due::SHUTDOWN_ACK);
            }
            State::CookieWait { .. }
            | State::CookieEchoed { .. }
            | State::Established
            | State::ShutdownSent
            | State::ShutdownAckSent => return,
        }
        self.errors = 0;
        // Section 8.3: no HEARTBEAT after SHUTDOWN or SHUTDOWN ACK.
        for path in self.paths.iter_mut() {
            path.heartbeat = Heartbeat::NONE;
        }
        self.start_handshake(now);
    }

    /// A packet of the peer: it is not gone, so T2-shutdown begins anew (section 9.2).
    pub(crate) fn on_sign_of_life(&mut self, now: Time) {
        if matches!(self.state, State::ShutdownSent) {
            self.errors = 0;
            self.start_handshake(now);
        }
    }

    /// SHUTDOWN.
    pub(crate) fn on_shutdown(&mut self, now: Time, cumulative: Tsn) -> Disposition {
        match self.state {
            State::CookieWait { .. } | State::CookieEchoed { .. } | State::ShutdownAckSent => {
                return Disposition::Ignore;
            }
            State::Established | State::ShutdownPending | State::ShutdownReceived => {
                match self.outbound.on_cumulative(now, cumulative, &mut self.paths) {
                    Ok(effect) => self.acknowledged(now, &effect),
                    Err(SackError::Old) => {}
                    Err(SackError::AckOfUnsent) => {
                        return Disposition::violation(b"SHUTDOWN acknowledges a TSN that was not sent");
                    }
                }
                let first = !matches!(self.state, State::ShutdownReceived);
                self.state = State::ShutdownReceived;
                self.after_acknowledgement(now);
                if first {
                    return Disposition::PeerShutdown;
                }
            }
            State::ShutdownSent => {
                // Both sides shut down at once: both answer with SHUTDOWN ACK.
                self.state = State::ShutdownAckSent;
                self.due.remove(Due::SHUTDOWN);
                self.due.insert(Due::SHUTDOWN_ACK);
                self.errors = 0;
                self.start_handshake(now);
            }
        }
        Disposition::Continue
    }

    /// SHUTDOWN ACK: the peer has all our data, and we have its.
    pub(crate) fn on_shutdown_ack(&mut self) -> Disposition {
        match self.state {
            State::ShutdownSent | State::ShutdownAckSent => {
                Disposition::End(Ending::new(None, Farewell::ShutdownComplete))
            }
            State::CookieWait { .. }
            | State::CookieEchoed { .. }
            | State::Established
            | State::ShutdownPending
            | State::ShutdownReceived => Disposition::Ignore,
        }
    }

    /// SHUTDOWN COMPLETE.
    pub(crate) fn on_shutdown_complete(&mut self) -> Disposition {
        match self.state {
            State::ShutdownAckSent => Disposition::End(Ending::new(None, Farewell::Silence)),
            State::CookieWait { .. }
            | State::CookieEchoed { .. }
            | State::Established
            | State::ShutdownPending
            | State::ShutdownSent
            | State::ShutdownReceived => Disposition::Ignore,
        }
    }

    /// ABORT with a good tag, or what counts as one.
    pub(crate) fn on_abort(&self, abort: Option<PeerAbort>) -> Disposition {
        let error = if self.is_set_up() { Error::Reset } else { Error::Refused };
        Disposition::End(Ending { error: Some(error), farewell: Farewell::Silence, abort })
    }
}
