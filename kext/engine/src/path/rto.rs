//! The retransmission timeout (RFC 9260 section 6.3.1).

use crate::time::Span;

/// The clock granularity G of rule G1: no timer is finer, so RTTVAR is not let below it.
const GRANULARITY: Span = Span::from_millis(1);

/// RTO.Initial, RTO.Min and RTO.Max (section 16).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RtoParameters {
    /// RTO before the first measurement, 1 s by default.
    pub initial: Span,
    /// The least RTO, 1 s by default.
    pub min: Span,
    /// The greatest RTO, 60 s by default; must not be less than `min`.
    pub max: Span,
}

/// The round-trip times of one path and the timeout that follows from them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rto {
    current: Span,
    /// RTO.Min and RTO.Max.
    min: Span,
    max: Span,
    /// SRTT, zero before the first measurement.
    smoothed: Span,
    /// RTTVAR, zero before the first measurement and never after it.
    variation: Span,
}

impl Rto {
    /// Rule C1: RTO.Initial until there is a measurement.
    pub(crate) fn new(parameters: &RtoParameters) -> Self {
        let RtoParameters { initial, min, max } = *parameters;
        let current = initial.min(max).max(min);
        Self { current, min, max, smoothed: Span::ZERO, variation: Span::ZERO }
    }

    /// Takes other bounds over from the next measurement or time-out on.
    pub(crate) const fn set_parameters(&mut self, parameters: RtoParameters) {
        (self.min, self.max) = (parameters.min, parameters.max);
    }

    /// The RTO.
    pub(crate) const fn current(&self) -> Span {
        self.current
    }

    /// SRTT, zero before the first measurement.
    pub(crate) const fn smoothed(&self) -> Span {
        self.smoothed
    }

    /// The RTO doubled `times` times, at most RTO.Max.
    pub(crate) fn doubled(&self, times: u8) -> Span {
        let doubled = self.current.0.saturating_mul(1 << times.min(32));
        Span(doubled).min(self.max).max(self.current)
    }

    /// Takes a measured round-trip time into account (rules C2, C3, C6, C7 and G1).
    ///
    /// With RTO.Alpha = 1/8 and RTO.Beta = 1/4 the products are shifts, as RFC 6298 section 2.3 recommends.
    pub(crate) fn measure(&mut self, rtt: Span) {
        let rtt = rtt.min(self.max).0;
        let (srtt, rttvar) = match (self.smoothed, self.variation) {
            (_, Span::ZERO) => (rtt, rtt >> 1),
            (Span(srtt), Span(rttvar)) => {
                let kept = rttvar.saturating_sub(rttvar >> 2);
                let added = srtt.abs_diff(rtt) >> 2;
                (srtt.saturating_sub(srtt >> 3).saturating_add(rtt >> 3), kept.saturating_add(added))
            }
        };
        let rttvar = rttvar.max(GRANULARITY.0);
        (self.smoothed, self.variation) = (Span(srtt), Span(rttvar));
        let rto = Span(srtt.saturating_add(rttvar.saturating_mul(4)));
        self.current = rto.min(self.max).max(self.min);
    }

    /// Doubles the RTO after a time-out (section 6.3.3 E2).
    pub(crate) fn backoff(&mut self) {
        self.current = self.doubled(1);
    }
}
