//! The clock of this machine, or one that a measurement moves by itself.

use core::sync::atomic::{AtomicU64, Ordering};
use sctp_engine::time::{Span, Time};
use std::sync::OnceLock;
use std::time::Instant;

/// Nanoseconds since the beginning, once the clock is moved by hand; zero until then.
static MOVED: AtomicU64 = AtomicU64::new(0);

/// The time since the first call, as the engine wants it.
pub(crate) fn now() -> Time {
    static START: OnceLock<Instant> = OnceLock::new();
    match MOVED.load(Ordering::Relaxed) {
        0 => {
            let passed = START.get_or_init(Instant::now).elapsed();
            Time(u64::try_from(passed.as_nanos()).unwrap_or(u64::MAX))
        }
        moved => Time(moved),
    }
}

/// Moves the clock, which stands still otherwise from the first call on: what happens then depends on no machine.
pub(crate) fn move_by(Span(nanoseconds): Span) {
    MOVED.fetch_add(nanoseconds, Ordering::Relaxed);
}

/// Seconds since `earlier`.
pub(crate) fn seconds_since(earlier: Time) -> f64 {
    let Span(nanoseconds) = now().since(earlier);
    #[expect(clippy::cast_precision_loss, reason = "a measurement is not exact to the nanosecond")]
    let nanoseconds = nanoseconds as f64;
    nanoseconds / 1e9
}
