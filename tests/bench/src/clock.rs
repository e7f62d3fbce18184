//! The clock of this machine.

use sctp_engine::time::{Span, Time};
use std::sync::OnceLock;
use std::time::Instant;

/// The time since the first call, as the engine wants it.
pub(crate) fn now() -> Time {
    static START: OnceLock<Instant> = OnceLock::new();
    let passed = START.get_or_init(Instant::now).elapsed();
    Time(u64::try_from(passed.as_nanos()).unwrap_or(u64::MAX))
}

/// Seconds since `earlier`.
pub(crate) fn seconds_since(earlier: Time) -> f64 {
    let Span(nanoseconds) = now().since(earlier);
    #[expect(clippy::cast_precision_loss, reason = "a measurement is not exact to the nanosecond")]
    let nanoseconds = nanoseconds as f64;
    nanoseconds / 1e9
}
