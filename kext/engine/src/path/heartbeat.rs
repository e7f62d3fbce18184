//! The heartbeat of one path (RFC 9260 section 8.3).

use crate::time::Time;

/// When it goes, and whether one is under way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Heartbeat {
    /// When the next one goes, or the last one is given up.
    pub(crate) deadline: Time,
    /// Drawn anew for each heartbeat; zero when none is under way.
    pub(crate) nonce: u64,
    /// To be sent now.
    pub(crate) due: bool,
}

impl Heartbeat {
    /// No heartbeat: before the association is up, and once it shuts down.
    pub(crate) const NONE: Self = Self { deadline: Time::NEVER, nonce: 0, due: false };
}
