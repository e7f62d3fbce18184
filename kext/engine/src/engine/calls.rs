//! Users' calls on endpoints.

use super::{AssociationId, EndpointId, Engine, Scope};
use crate::address::{Address, Family};
use crate::association::{Ending, Farewell, State};
use crate::endpoint::{Endpoint, Style};
use crate::error::Error;
use crate::options::{Options, Settings};
use crate::slab::Key;
use crate::status::{AssociationStatus, PathStatus, Totals, path_status};
use crate::time::Time;
use alloc::vec::Vec;

/// How a close leaves the associations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Close {
    /// SHUTDOWN once all data is acknowledged (RFC 9260 section 9.2).
    Graceful,
    /// ABORT now (section 9.1).
    Abort,
}

impl Engine {
    /// Makes an endpoint; `context` comes back with every update.
    ///
    /// # Errors
    /// [`Error::NoMemory`].
    pub fn open(&mut self, style: Style, family: Family, context: usize) -> Result<EndpointId, Error> {
        let vacant = self.endpoints.vacant()?;
        self.changed.reserve(vacant.index)?;
        let future = Settings { protocol: self.variables.protocol(), ..Settings::default() };
        let options = Options { future, ..Options::default() };
        Ok(self.endpoints.insert(Endpoint::new(context, style, family, options))?.into())
    }

    pub(super) fn endpoint(&self, id: EndpointId) -> Result<&Endpoint, Error> {
        self.endpoints.get(id.into()).ok_or(Error::Invalid)
    }

    pub(super) fn endpoint_mut(&mut self, id: EndpointId) -> Result<&mut Endpoint, Error> {
        self.endpoints.get_mut(id.into()).ok_or(Error::Invalid)
    }

    /// Forgets an endpoint; its associations end by themselves as `how` says.
    pub fn close(&mut self, now: Time, id: EndpointId, how: Close) {
        let key = Key::from(id);
        while let Some(association) =
            self.endpoints.get(key).and_then(|endpoint| endpoint.associations.last()).copied()
        {
            // A peer whose association was never accepted is told so; set-up without data is given up.
            let abort = how == Close::Abort
                || self.associations.get(association).is_none_or(|association| {
                    association.waiting
                        || (matches!(association.state, State::CookieWait { .. })
                            && association.outbound.is_drained())
                });
            self.detach(association);
            if abort {
                self.abort_association(association, Error::Aborted, Vec::new());
            } else if let Some(found) = self.associations.get_mut(association) {
                // What nobody will read holds no window back.
                found.on_read(found.unread);
                self.deliver(association);
                let _ = self.shut_down(now, association);
            }
        }
        self.leave_port(key);
        let unread = self.endpoints.remove(key, u32::BITS).map_or(0, |endpoint| endpoint.inbox.messages());
        self.counters.messages_abandoned = self.counters.messages_abandoned.wrapping_add(unread);
    }

    /// Aborts every association, so that the engine can be thrown away.
    pub fn quiesce(&mut self) {
        for index in 0..self.associations.end() {
            if let Some(key) = self.associations.key_at(index) {
                self.abort_association(key, Error::Aborted, Vec::new());
            }
        }
    }

    /// Ends an association by an ABORT with the user's reason.
    pub(super) fn abort_association(&mut self, key: Key, error: Error, reason: Vec<u8>) {
        let known = self.associations.get(key).is_some_and(|association| association.peer_tag != 0);
        let farewell = if known { Farewell::Reason(reason) } else { Farewell::Silence };
        self.end(key, Ending::new(Some(error), farewell));
    }

    /// Takes associations from peers; `backlog` may wait until they are [`Engine::taken`], 0 stops listening.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a one-to-one endpoint with an association; [`Error::AddressInUse`] where another that shares
    /// the port listens (RFC 6458 section 8.1.27); those of [`Engine::bind`].
    pub fn listen(&mut self, id: EndpointId, backlog: u32) -> Result<(), Error> {
        let endpoint = self.endpoint(id)?;
        let connected = endpoint.backlog == 0 && !endpoint.associations.is_empty();
        if endpoint.style == Style::OneToOne && (connected || endpoint.send_closed) {
            return Err(Error::Invalid);
        }
        self.bind_if_unbound(id)?;
        if backlog > 0 && self.is_listened_on(id.into()) {
            return Err(Error::AddressInUse);
        }
        self.endpoint_mut(id)?.backlog = backlog;
        Ok(())
    }

    /// SHUT_WR of a one-to-one endpoint. A message that was not ended never will be: then it is an ABORT.
    ///
    /// # Errors
    /// [`Error::NotConnected`], [`Error::NotSupported`] for one-to-many (RFC 6458 section 3.1.6).
    pub fn shutdown(&mut self, now: Time, id: EndpointId) -> Result<(), Error> {
        let endpoint = self.endpoint_mut(id)?;
        if endpoint.style == Style::OneToMany {
            return Err(Error::NotSupported);
        }
        endpoint.send_closed = true;
        let key = endpoint.only_association().ok_or(Error::NotConnected)?;
        let _ = self.shut_down(now, key);
        Ok(())
    }

    /// SHUTDOWN once all data is acknowledged, or ABORT if a message was not ended. Returns whether it is a SHUTDOWN.
    pub(super) fn shut_down(&mut self, now: Time, key: Key) -> bool {
        let Some(association) = self.associations.get_mut(key) else { return false };
        if association.outbound.has_unfinished() {
            self.abort_association(key, Error::Aborted, Vec::new());
            return false;
        }
        association.begin_shutdown(now);
        self.settle(now, key);
        true
    }

    /// The associations of an endpoint.
    ///
    /// # Errors
    /// [`Error::Invalid`].
    pub fn associations_of(
        &self,
        id: EndpointId,
    ) -> Result<impl ExactSizeIterator<Item = AssociationId> + '_, Error> {
        Ok(self.endpoint(id)?.associations.iter().map(|key| AssociationId::from(*key)))
    }

    /// How an association stands.
    ///
    /// # Errors
    /// [`Error::NoSuchAssociation`]; [`Error::Invalid`] for any scope that does not name an association.
    pub fn status(&self, id: EndpointId, scope: Scope) -> Result<AssociationStatus, Error> {
        let key = self.single(id, scope)?.ok_or(Error::Invalid)?;
        let association = self.associations.get(key).ok_or(Error::NoSuchAssociation)?;
        association.status(key, self.endpoint(id)?.inbox.len()).ok_or(Error::Invalid)
    }

    /// How much there is of everything. Looks at every association.
    #[must_use]
    pub fn totals(&self) -> Totals {
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let mut totals = Totals {
            endpoints: self.endpoints.len(),
            associations: self.associations.len(),
            local_addresses: count(self.addresses.len()),
            ..Totals::default()
        };
        let keys = (0..self.associations.end()).filter_map(|index| self.associations.key_at(index));
        for association in keys.filter_map(|key| self.associations.get(key)) {
            totals.paths = totals.paths.saturating_add(count(association.paths.len()));
            totals.chunks = totals.chunks.saturating_add(count(association.outbound.outstanding_chunks()));
            totals.waiting = totals.waiting.saturating_add(count(association.outbound.waiting_messages()));
        }
        let keys = (0..self.endpoints.end()).filter_map(|index| self.endpoints.key_at(index));
        for endpoint in keys.filter_map(|key| self.endpoints.get(key)) {
            totals.readable = totals.readable.saturating_add(count(endpoint.inbox.len()));
        }
        totals
    }

    /// How a path stands: the one to `address`, of the named association or, when none is, of the one with that
    /// address.
    ///
    /// # Errors
    /// [`Error::NoSuchAssociation`] when there is no such association or path; [`Error::Invalid`] for the scopes that
    /// may be many.
    pub fn path_status(
        &self,
        id: EndpointId,
        scope: Scope,
        address: &Address,
    ) -> Result<(AssociationId, PathStatus), Error> {
        let address = &address.normalized();
        let key = self.single(id, scope)?.or_else(|| self.association_of(id.into(), address));
        let key = key.ok_or(Error::NoSuchAssociation)?;
        let association = self.associations.get(key).ok_or(Error::NoSuchAssociation)?;
        let path = association.path_to(address).and_then(|path| association.path(path));
        Ok((key.into(), path_status(path.ok_or(Error::NoSuchAssociation)?)))
    }

    /// The address of an endpoint: the first of several, the wildcard address when it is bound to all.
    ///
    /// # Errors
    /// [`Error::Invalid`].
    pub fn local_address(&self, id: EndpointId) -> Result<Address, Error> {
        let endpoint = self.endpoint(id)?;
        let association = endpoint.only_association().filter(|_| endpoint.style == Style::OneToOne);
        let learned = association.and_then(|key| self.associations.get(key)).map(|found| found.local);
        let learned = learned.filter(|address| !address.is_any());
        Ok(endpoint.options.shown(learned.unwrap_or_else(|| endpoint.own_address())))
    }

    /// The primary address of a one-to-one endpoint's peer.
    ///
    /// # Errors
    /// [`Error::NotConnected`], [`Error::Invalid`].
    pub fn peer_address(&self, id: EndpointId) -> Result<Address, Error> {
        let endpoint = self.endpoint(id)?;
        let key = endpoint.only_association().filter(|_| endpoint.style == Style::OneToOne);
        let association = key.and_then(|key| self.associations.get(key)).ok_or(Error::NotConnected)?;
        if association.is_set_up() {
            Ok(endpoint.options.shown(association.peer()))
        } else {
            Err(Error::NotConnected)
        }
    }
}
