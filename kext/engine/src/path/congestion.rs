//! The congestion control of one path (RFC 9260 section 7.2).

use crate::address::Family;
use crate::time::{Span, Time};

/// How a congestion window begins and grows.
#[derive(Clone, Copy, Debug)]
pub struct WindowParameters {
    /// The packets that it begins with; 0 for what RFC 9260 section 7.2.1 says.
    pub initial: u16,
    /// L: the packets by which one SACK opens it in slow start (section 7.2.1).
    pub limit: u16,
}

/// The congestion variables of a path. All sizes are bytes of DATA chunks with header and padding (section 7.2).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Congestion {
    parameters: WindowParameters,
    cwnd: u32,
    ssthresh: u32,
    /// SCTP_MAX_CWND: the window grows no further.
    ceiling: u32,
    partial_bytes_acked: u32,
    /// Bytes outstanding to this address.
    flight: u32,
    /// After a time-out only one packet may be in flight until something is acknowledged (section 7.2.3).
    probing_after_timeout: bool,
    /// A fast retransmission is due, which ignores cwnd (section 7.2.4 rule 3).
    fast_retransmit: bool,
    /// When data was sent last; [`Time::NEVER`] before that.
    last_sent: Time,
    /// Whether ssthresh was set for this idle period (section 7.2.1).
    idle: bool,
}

impl Congestion {
    /// The initial window (section 7.2.1).
    pub(crate) fn new(family: Family, pmdcs: u32, parameters: WindowParameters) -> Self {
        let floor = match family {
            Family::None | Family::V4 => 4404,
            Family::V6 => 4344,
        };
        let cwnd = match parameters.initial {
            0 => pmdcs.saturating_mul(4).min(pmdcs.saturating_mul(2).max(floor)),
            packets => pmdcs.saturating_mul(packets.into()),
        };
        Self {
            parameters,
            cwnd,
            ssthresh: u32::MAX,
            ceiling: u32::MAX,
            partial_bytes_acked: 0,
            flight: 0,
            probing_after_timeout: false,
            fast_retransmit: false,
            last_sent: Time::NEVER,
            idle: false,
        }
    }

    /// Begins anew on a network of which nothing is known (section 7.2.5). What is outstanding stays so.
    pub(crate) fn reinitialize(&mut self, family: Family, pmdcs: u32) {
        let Self { flight, fast_retransmit, last_sent, ceiling, parameters, .. } = *self;
        *self = Self { flight, fast_retransmit, last_sent, ceiling, ..Self::new(family, pmdcs, parameters) };
        self.cwnd = self.cwnd.min(ceiling);
    }

    /// Limits the window to `bytes`, but not to less than a full packet; 0 for no limit.
    pub(crate) fn limit(&mut self, bytes: u32, pmdcs: u32) {
        self.ceiling = if bytes == 0 { u32::MAX } else { bytes.max(pmdcs) };
        self.cwnd = self.cwnd.min(self.ceiling);
    }

    /// Bytes outstanding to this address.
    pub(crate) const fn flight(&self) -> u32 {
        self.flight
    }

    /// The congestion window, bytes.
    pub(crate) const fn cwnd(&self) -> u32 {
        self.cwnd
    }

    /// The slow-start threshold.
    pub(crate) const fn ssthresh(&self) -> u32 {
        self.ssthresh
    }

    /// Whether a packet with retransmissions may go (section 6.1 rules B and C; section 7.2.4 rule 3).
    pub(crate) const fn allows_retransmission(&self) -> bool {
        self.fast_retransmit || self.has_window()
    }

    /// Whether one more packet may go: the last one may exceed cwnd (section 6.1 rule B).
    pub(crate) const fn has_window(&self) -> bool {
        if self.probing_after_timeout { self.flight == 0 } else { self.flight < self.cwnd }
    }

    /// A chunk is outstanding on this path from now on.
    pub(crate) const fn add_flight(&mut self, size: u32) {
        self.flight = self.flight.saturating_add(size);
    }

    /// A chunk is no longer outstanding: acknowledged or lost.
    pub(crate) const fn remove_flight(&mut self, size: u32) {
        self.flight = self.flight.saturating_sub(size);
    }

    /// A packet with DATA was built.
    pub(crate) const fn on_packet(&mut self, now: Time) {
        self.fast_retransmit = false;
        self.last_sent = now;
        self.idle = false;
    }

    /// Lets the window of an idle path shrink, once an RTO (section 7.2.1, last point). Call before sending.
    pub(crate) fn decay(&mut self, now: Time, rto: Span, pmdcs: u32) {
        if self.flight != 0 {
            return;
        }
        let floor = pmdcs.saturating_mul(4);
        let mut since = self.last_sent.plus(rto);
        while since <= now && self.cwnd > floor && rto != Span::ZERO {
            if !self.idle {
                self.ssthresh = self.cwnd;
                self.idle = true;
            }
            self.cwnd = (self.cwnd / 2).max(floor);
            self.last_sent = since;
            since = since.plus(rto);
        }
    }

    /// Opens the window after `acked` bytes were newly acknowledged (sections 7.2.1 and 7.2.2).
    ///
    /// `flight_before` is what was outstanding before the SACK came.
    pub(crate) fn on_acked(&mut self, acked: u32, flight_before: u32, pmdcs: u32, recovering: bool) {
        if acked == 0 {
            return;
        }
        self.probing_after_timeout = false;
        if self.cwnd <= self.ssthresh {
            // The window counts as used when no whole packet would have fitted any more.
            let used = flight_before.saturating_add(pmdcs) > self.cwnd;
            if used && !recovering {
                let most = pmdcs.saturating_mul(self.parameters.limit.into());
                self.cwnd = self.cwnd.saturating_add(acked.min(most));
            }
        } else {
            self.partial_bytes_acked = self.partial_bytes_acked.saturating_add(acked);
            if flight_before < self.cwnd {
                self.partial_bytes_acked = self.partial_bytes_acked.min(self.cwnd);
            } else if self.partial_bytes_acked >= self.cwnd {
                self.partial_bytes_acked = self.partial_bytes_acked.saturating_sub(self.cwnd);
                self.cwnd = self.cwnd.saturating_add(pmdcs);
            }
        }
        self.cwnd = self.cwnd.min(self.ceiling);
        if self.flight == 0 {
            self.partial_bytes_acked = 0;
        }
    }

    /// SACKs report a loss (section 7.2.3), and the lost chunk is to be sent at once (section 7.2.4 rule 3).
    pub(crate) fn on_loss(&mut self, pmdcs: u32) {
        self.on_congestion(pmdcs);
        self.fast_retransmit = true;
    }

    /// The network is congested (section 7.2.3): lost a packet, or marked one (RFC 4960 appendix A).
    pub(crate) fn on_congestion(&mut self, pmdcs: u32) {
        self.ssthresh = (self.cwnd / 2).max(pmdcs.saturating_mul(4));
        // The floor of four chunks must not open a smaller window.
        self.cwnd = self.cwnd.min(self.ssthresh);
        self.partial_bytes_acked = 0;
    }

    /// Whether a fast retransmission is due.
    pub(crate) const fn awaits_fast_retransmit(&self) -> bool {
        self.fast_retransmit
    }

    /// What was to be retransmitted at once has arrived after all.
    pub(crate) const fn cancel_fast_retransmit(&mut self) {
        self.fast_retransmit = false;
    }

    /// T3-rtx expired (section 7.2.3).
    pub(crate) fn on_timeout(&mut self, pmdcs: u32) {
        self.ssthresh = (self.cwnd / 2).max(pmdcs.saturating_mul(4));
        self.cwnd = pmdcs;
        self.partial_bytes_acked = 0;
        self.probing_after_timeout = true;
        self.fast_retransmit = false;
    }
}
