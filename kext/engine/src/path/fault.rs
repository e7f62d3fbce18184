//! When a path has failed and when it works again (RFC 9260 sections 5.4 and 8.2, RFC 7829).

use super::{Path, PathState};
use crate::notification::AddressChange;

impl Path {
    /// Something sent to this address was not answered in time. `alone`: the peer has no other address, so that there
    /// is nothing to fail over to. Returns what the user is to be told.
    pub(crate) fn on_error(&mut self, alone: bool) -> Option<AddressChange> {
        if self.errors > self.settings.max_retransmits {
            // Section 8.3: the counter stops there.
            return None;
        }
        self.errors = self.errors.saturating_add(1);
        let change = self.judge(alone);
        // Section 5.4: an unconfirmed one stays so, and is only probed less often.
        let given_up = self.state == PathState::Unconfirmed && self.errors > self.settings.max_retransmits;
        if given_up { Some(AddressChange::Unreachable) } else { change }
    }

    /// Holds the errors against the limits, which the user may have changed. Returns what the user is to be told.
    pub(crate) fn judge(&mut self, alone: bool) -> Option<AddressChange> {
        let state = match self.state {
            PathState::Unconfirmed => PathState::Unconfirmed,
            _ if self.errors > self.settings.max_retransmits => PathState::Inactive,
            _ if !alone && self.errors > self.settings.potentially_failed_max_retransmits => {
                PathState::PotentiallyFailed
            }
            _ => PathState::Active,
        };
        match (core::mem::replace(&mut self.state, state), state) {
            (PathState::Inactive, PathState::Inactive) => None,
            (_, PathState::Inactive) => Some(AddressChange::Unreachable),
            (PathState::Inactive, _) => Some(AddressChange::Available),
            _ => None,
        }
    }

    /// The peer answered something that was sent to this address. Returns what the user is to be told.
    pub(crate) fn on_answer(&mut self) -> Option<AddressChange> {
        self.errors = 0;
        match core::mem::replace(&mut self.state, PathState::Active) {
            PathState::Unconfirmed => Some(AddressChange::Confirmed),
            PathState::Inactive => Some(AddressChange::Available),
            PathState::Active | PathState::PotentiallyFailed => None,
        }
    }

    /// Whether heartbeats go once an RTO: to confirm the address until that has failed too often (section 5.4), and to
    /// find out whether a path has failed (RFC 7829 section 3.2 rule 5).
    pub(crate) const fn is_probed(&self) -> bool {
        match self.state {
            PathState::Unconfirmed => self.errors <= self.settings.max_retransmits,
            PathState::PotentiallyFailed => self.settings.heartbeats,
            PathState::Active | PathState::Inactive => false,
        }
    }
}
