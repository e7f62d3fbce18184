//! The one place where what a handler decided is done, and where an association is brought in line after it.

use super::Engine;
use super::farewells::Last;
use crate::association::{Association, Beginning, Disposition, Ending, Farewell};
use crate::counters::bump;
use crate::endpoint::Style;
use crate::error::Error;
use crate::memory;
use crate::notification::{Change, Notification};
use crate::slab::Key;
use crate::time::Time;
use alloc::vec::Vec;
use sctp_wire::cause_code;

impl Engine {
    pub(super) fn apply(&mut self, key: Key, disposition: Disposition) {
        match disposition {
            Disposition::Continue
            | Disposition::Ignore
            | Disposition::DropPacket(_)
            | Disposition::Refuse { .. } => {}
            Disposition::Established => {
                bump(&mut self.counters.active_establishments);
                self.came_up(key);
            }
            Disposition::PeerShutdown => self.notify(key, Notification::Shutdown),
            Disposition::End(ending) => self.end(key, ending),
        }
    }

    /// Adds an association to all tables. Nothing is left behind when memory runs out.
    pub(super) fn add_association(&mut self, begin: Beginning<'_>) -> Result<Key, Error> {
        let owner = begin.endpoint;
        let association = Association::new(begin)?;
        let tie_tags = (self.random.nonzero(), self.random.nonzero());
        let vacant = self.associations.vacant()?;
        if vacant.index >= 1 << super::ASSOCIATION_INDEX_BITS {
            return Err(Error::NoMemory);
        }
        self.deadlines.reserve(vacant.index)?;
        self.ready.reserve(vacant.index)?;
        self.farewells.reserve(self.associations.len().saturating_add(1))?;
        let endpoint = self.endpoints.get_mut(owner).ok_or(Error::Invalid)?;
        let place = endpoint.associations.len();
        memory::push(&mut endpoint.associations, vacant)?;
        let Ok(key) = self.associations.insert(Association { place, tie_tags, ..association }) else {
            if let Some(endpoint) = self.endpoints.get_mut(owner) {
                endpoint.associations.pop();
            }
            return Err(Error::NoMemory);
        };
        if self.enter_tag(key).is_err() || self.enter_paths(key).is_err() {
            self.remove_association(key);
            return Err(Error::NoMemory);
        }
        Ok(key)
    }

    /// Takes an association out of all tables.
    pub(super) fn remove_association(&mut self, key: Key) -> Option<Association> {
        self.leave_tag(key);
        self.leave_paths(key);
        self.deadlines.remove(key.index);
        self.detach(key);
        let removed = self.associations.remove(key, super::ASSOCIATION_GENERATION_BITS);
        if removed.as_ref().is_some_and(|association| association.counted) {
            self.current = self.current.saturating_sub(1);
        }
        self.farewells.release(self.associations.len());
        removed
    }

    /// Takes an association from its endpoint.
    pub(super) fn detach(&mut self, key: Key) {
        let Some(association) = self.associations.get_mut(key) else { return };
        let place = association.place;
        let counted = core::mem::take(&mut association.counted_send);
        let full = core::mem::take(&mut association.counted_full);
        let Some(owner) = association.endpoint.take() else { return };
        let Some(endpoint) = self.endpoints.get_mut(owner) else { return };
        endpoint.send_bytes = endpoint.send_bytes.saturating_sub(counted);
        endpoint.full = endpoint.full.saturating_sub(usize::from(full));
        if place < endpoint.associations.len() {
            endpoint.associations.swap_remove(place);
        }
        if let Some(moved) = endpoint.associations.get(place).copied()
            && let Some(moved) = self.associations.get_mut(moved)
        {
            moved.place = place;
        }
        self.changed.push(owner.index);
    }

    /// The association is over: say farewell, tell the socket, forget it.
    pub(super) fn end(&mut self, key: Key, ending: Ending) {
        let Some(association) = self.associations.get(key) else { return };
        let owner = association.endpoint;
        let cause = ending.cause();
        let tag = match ending.farewell {
            Farewell::ReflectedAbort(_) => association.local_tag,
            Farewell::Silence
            | Farewell::ShutdownComplete
            | Farewell::Abort(_)
            | Farewell::Reason(_)
            | Farewell::HostName(_) => association.peer_tag,
        };
        let waiting = association.waiting;
        let change = match (ending.error, association.is_set_up()) {
            (None, _) => Change::ShutdownComplete,
            (Some(_), true) => Change::Lost,
            (Some(_), false) => Change::CannotStart,
        };
        let (source, destination, room, ip) =
            // Section 5.4: not to an address that is not known to be the peer's.
            association.path(association.control_path()).map_or_else(Default::default, |path| {
                let source = association.local_addresses.some_source_to(&path.remote);
                let source = if path.local.is_any() { source } else { path.local };
                let room = path.mtu.saturating_sub(path.remote.ip_header());
                let ip = path.ip(&association.settings.protocol.ip);
                (source.with_port(association.local.port), path.remote, room, ip)
            });
        let room = usize::try_from(room).unwrap_or(usize::MAX);
        if !matches!(ending.farewell, Farewell::Silence)
            && self
                .farewells
                .push(Last { source, destination, room, tag, ip, farewell: ending.farewell })
                .is_err()
        {
            bump(&mut self.counters.replies_dropped);
        }
        bump(if ending.error.is_some() { &mut self.counters.aborted } else { &mut self.counters.shut_down });
        self.deliver_last(key);
        self.tell_failed(key, cause, true);
        self.notify_change(key, change, cause, ending.abort.map_or_else(Vec::new, |abort| abort.chunk));
        self.remove_association(key);
        if let Some(owner) = owner
            && let Some(endpoint) = self.endpoints.get_mut(owner)
            && endpoint.style == Style::OneToOne
            && !waiting
        {
            endpoint.error = ending.error;
            endpoint.end_of_file = true;
            endpoint.send_closed = true;
        }
    }

    /// Makes changes of the paths of an association known to the table and to the user.
    fn settle_paths(&mut self, key: Key) {
        // Without memory for the table, packets from a further path are nobody's until there is some.
        let _ = self.enter_paths(key);
        let Some(association) = self.associations.get_mut(key) else { return };
        for news in core::mem::take(&mut association.path_news) {
            self.notify(key, Notification::PeerAddressChange(news));
        }
    }

    /// Brings deadlines, the send queue and the socket's counts in line with an association that may have changed.
    pub(super) fn settle(&mut self, now: Time, key: Key) {
        if self.associations.get(key).is_some_and(Association::has_path_changes) {
            self.settle_paths(key);
        }
        if self.associations.get(key).is_some_and(|association| association.outbound.has_failed()) {
            // The peer takes fewer streams.
            self.tell_failed(key, cause_code::INVALID_STREAM_IDENTIFIER, false);
        }
        let Self { associations, endpoints, changed, deadlines, ready, current, .. } = self;
        let Some(association) = associations.get_mut(key) else { return };
        if association.is_current() != association.counted {
            association.counted = !association.counted;
            *current =
                if association.counted { current.saturating_add(1) } else { current.saturating_sub(1) };
        }
        deadlines.set(key.index, association.deadline());
        if association.has_packet(now) {
            ready.push(key.index);
        }
        let Some(owner) = association.endpoint else { return };
        let Some(endpoint) = endpoints.get_mut(owner) else { return };
        let counted =
            core::mem::replace(&mut association.counted_send, association.outbound.buffered_bytes());
        let total = endpoint.send_bytes.saturating_sub(counted).saturating_add(association.counted_send);
        let is_full = association.is_full(endpoint.options.send_limit());
        let was_full = core::mem::replace(&mut association.counted_full, is_full);
        let full = endpoint.full.saturating_sub(usize::from(was_full)).saturating_add(usize::from(is_full));
        let finished =
            endpoint.style == Style::OneToOne && !association.waiting && association.peer_finished();
        let sending = total != endpoint.send_bytes || full != endpoint.full;
        if sending || (finished && !endpoint.end_of_file) {
            endpoint.send_bytes = total;
            endpoint.full = full;
            endpoint.end_of_file |= finished;
            endpoint.send_closed |= finished;
            changed.push(owner.index);
        }
        if counted > 0 && association.is_dry() {
            self.notify(key, Notification::SenderDry);
        }
    }
}
