//! When a path has failed and when it works again (RFC 9260 sections 5.4 and 8.2, RFC 7829).

use super::{Path, PathState};
use crate::notification::AddressChange;
use crate::options::Protocol;

impl Path {
    /// Something sent to this address was not answered in time. `alone`: the peer has no other address, so that there
    /// is nothing to fail over to. Returns what the user is to be told.
    pub(crate) fn on_error(&mut self, protocol: &Protocol, alone: bool) -> Option<AddressChange> {
        if self.errors > protocol.path_max_retransmits {
            // Section 8.3: the counter stops there.
            return None;
        }
        self.errors = self.errors.saturating_add(1);
        let reachable = self.errors <= protocol.path_max_retransmits;
        self.state = match self.state {
            // Section 5.4: it stays unconfirmed, and is only probed less often.
            PathState::Unconfirmed => PathState::Unconfirmed,
            _ if !reachable => PathState::Inactive,
            PathState::Active if !alone && self.errors > protocol.potentially_failed_max_retransmits => {
                PathState::PotentiallyFailed
            }
            state => state,
        };
        (!reachable).then_some(AddressChange::Unreachable)
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
    pub(crate) const fn is_probed(&self, protocol: &Protocol) -> bool {
        match self.state {
            PathState::Unconfirmed => self.errors <= protocol.path_max_retransmits,
            PathState::PotentiallyFailed => protocol.heartbeat_interval.is_some(),
            PathState::Active | PathState::Inactive => false,
        }
    }
}
