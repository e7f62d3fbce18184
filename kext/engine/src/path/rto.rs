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
    parameters: RtoParameters,
    /// SRTT and RTTVAR once there was a measurement.
    smoothed: Option<(Span, Span)>,
    current: Span,
}

impl Rto {
    /// Rule C1: RTO.Initial until there is a measurement.
    pub(crate) fn new(parameters: &RtoParameters) -> Self {
        let current = parameters.initial.min(parameters.max).max(parameters.min);
        Self { parameters: *parameters, smoothed: None, current }
    }

    /// Takes other bounds over from the next measurement or time-out on.
    pub(crate) const fn set_parameters(&mut self, parameters: RtoParameters) {
        self.parameters = parameters;
    }

    /// The RTO.
    pub(crate) const fn current(&self) -> Span {
        self.current
    }

    /// SRTT, zero before the first measurement.
    pub(crate) fn smoothed(&self) -> Span {
        self.smoothed.map_or(Span::ZERO, |(srtt, _)| srtt)
    }

    /// The RTO doubled `times` times, at most RTO.Max.
    pub(crate) fn doubled(&self, times: u8) -> Span {
        let doubled = self.current.0.saturating_mul(1 << times.min(32));
        Span(doubled).min(self.parameters.max).max(self.current)
    }

    /// Takes a measured round-trip time into account (rules C2, C3, C6, C7 and G1).
    ///
    /// With RTO.Alpha = 1/8 and RTO.Beta = 1/4 the products are shifts, as RFC 6298 section 2.3 recommends.
    pub(crate) fn measure(&mut self, rtt: Span) {
        let rtt = rtt.min(self.parameters.max).0;
        let (srtt, rttvar) = match self.smoothed {
            None => (rtt, rtt >> 1),
            Some((Span(srtt), Span(rttvar))) => {
                let kept = rttvar.saturating_sub(rttvar >> 2);
                let added = srtt.abs_diff(rtt) >> 2;
                (srtt.saturating_sub(srtt >> 3).saturating_add(rtt >> 3), kept.saturating_add(added))
            }
        };
        let rttvar = rttvar.max(GRANULARITY.0);
        self.smoothed = Some((Span(srtt), Span(rttvar)));
        let rto = Span(srtt.saturating_add(rttvar.saturating_mul(4)));
        self.current = rto.min(self.parameters.max).max(self.parameters.min);
    }

    /// Doubles the RTO after a time-out (section 6.3.3 E2).
    pub(crate) fn backoff(&mut self) {
        self.current = self.doubled(1);
    }
}
