//! What the statistics ask an association.

use super::{Association, Due, State};

impl Association {
    /// Whether sctpCurrEstab of RFC 3873 counts it: ESTABLISHED, SHUTDOWN-PENDING or SHUTDOWN-RECEIVED.
    pub(crate) const fn is_current(&self) -> bool {
        matches!(self.state, State::Established | State::ShutdownPending | State::ShutdownReceived)
    }

    /// Whether the next packet has a control chunk that went before and was not answered.
    pub(crate) const fn repeats(&self) -> bool {
        match self.state {
            State::CookieWait { attempts, .. } | State::CookieEchoed { attempts, .. } => {
                attempts > 0 && self.due.intersects(Due::INIT.union(Due::COOKIE_ECHO))
            }
            State::ShutdownSent => self.timeouts.shutdown > 0 && self.due.contains(Due::SHUTDOWN),
            State::ShutdownAckSent => self.timeouts.shutdown_ack > 0 && self.due.contains(Due::SHUTDOWN_ACK),
            State::Established | State::ShutdownPending | State::ShutdownReceived => false,
        }
    }
}
