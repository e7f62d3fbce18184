//! Associations that move to a one-to-one endpoint of their own: accepted from a listener (RFC 6458 section 4.1.4), or
//! peeled off a one-to-many endpoint (section 9.2).

use super::{AssociationId, EndpointId, Engine, Scope};
use crate::association::Association;
use crate::endpoint::Style;
use crate::error::Error;
use crate::memory;
use crate::slab::Key;
use crate::time::Time;
use alloc::vec::Vec;

impl Engine {
    /// Moves the oldest association that waits on `listener` to `child`, a fresh one-to-one endpoint.
    ///
    /// # Errors
    /// [`Error::WouldBlock`] when none waits, [`Error::Invalid`] when `child` is not fresh; [`Error::NoMemory`]: the
    /// association is aborted.
    pub fn accept(&mut self, now: Time, listener: EndpointId, child: EndpointId) -> Result<(), Error> {
        self.check_fresh(child)?;
        let key = self.next_waiting(listener)?;
        if let Err(error) = self.adopt(key, listener, child) {
            self.abort_association(key, error, Vec::new());
            return Err(error);
        }
        if let Some(association) = self.associations.get_mut(key) {
            association.waiting = false;
        }
        let endpoint = self.endpoint_mut(listener)?;
        endpoint.untaken = endpoint.untaken.saturating_add(1);
        self.came_up(key);
        self.deliver(key);
        self.settle(now, key);
        Ok(())
    }

    /// The user took one of the endpoints that [`Engine::accept`] gave an association of `listener`.
    pub fn taken(&mut self, listener: EndpointId) {
        if let Ok(endpoint) = self.endpoint_mut(listener) {
            endpoint.untaken = endpoint.untaken.saturating_sub(1);
        }
    }

    /// Aborts the oldest association that waits on `listener`.
    pub fn refuse(&mut self, listener: EndpointId) {
        if let Ok(key) = self.next_waiting(listener) {
            self.abort_association(key, Error::Aborted, Vec::new());
        }
    }

    /// Takes the oldest waiting association out of the queue, past those that ended meanwhile.
    fn next_waiting(&mut self, listener: EndpointId) -> Result<Key, Error> {
        let Self { endpoints, associations, .. } = self;
        let endpoint = endpoints.get_mut(listener.into()).ok_or(Error::Invalid)?;
        while let Some(key) = endpoint.accept_queue.pop_front() {
            if associations.get(key).is_some() {
                return Ok(key);
            }
        }
        Err(Error::WouldBlock)
    }

    /// Moves an association of a one-to-many endpoint to `child`, a fresh one-to-one endpoint of the same family, with all
    /// of it that waits to be read. No reader may hold a message of `parent`.
    ///
    /// # Errors
    /// Nothing has changed: [`Error::NotSupported`] when `parent` is one-to-one, [`Error::NoSuchAssociation`],
    /// [`Error::NotConnected`] in set-up, [`Error::Invalid`] when `child` is not fresh, [`Error::NoMemory`].
    pub fn peel_off(
        &mut self,
        now: Time,
        parent: EndpointId,
        association: AssociationId,
        child: EndpointId,
    ) -> Result<(), Error> {
        let from = self.endpoint(parent)?;
        if from.style == Style::OneToOne {
            return Err(Error::NotSupported);
        }
        let key = self.single(parent, Scope::One(association))?.ok_or(Error::NoSuchAssociation)?;
        if !self.associations.get(key).is_some_and(Association::is_set_up) {
            return Err(Error::NotConnected);
        }
        self.check_fresh(child)?;
        if self.endpoint(child)?.family != from.family {
            return Err(Error::Invalid);
        }
        let mut unread = from.inbox.room_for(key)?;
        self.adopt(key, parent, child)?;
        let Self { associations, endpoints, changed, .. } = self;
        if let Some(from) = endpoints.get_mut(parent.into()) {
            from.inbox.split(key, &mut unread, |owner, old, new| {
                if let Some(owner) = associations.get_mut(owner).filter(|owner| owner.part == Some(old)) {
                    owner.part = Some(new);
                }
            });
        }
        if let Some(to) = endpoints.get_mut(child.into()) {
            to.inbox = unread;
            to.send_closed = !associations.get(key).is_some_and(Association::takes_data);
        }
        changed.push(Key::from(child).index);
        self.deliver(key);
        self.settle(now, key);
        Ok(())
    }

    fn check_fresh(&self, child: EndpointId) -> Result<(), Error> {
        let fresh = self.endpoint(child)?;
        if fresh.style != Style::OneToOne || !fresh.associations.is_empty() || fresh.port != 0 {
            return Err(Error::Invalid);
        }
        Ok(())
    }

    /// Gives an association to `child`, a fresh endpoint, which has the options of `parent` from then on. With an error
    /// nothing has changed.
    fn adopt(&mut self, key: Key, parent: EndpointId, child: EndpointId) -> Result<(), Error> {
        let options = self.endpoint(parent)?.options;
        let association = self.associations.get(key).ok_or(Error::NoSuchAssociation)?;
        let (port, addresses) = (association.local.port, association.local_addresses.copy()?);
        memory::push(&mut self.endpoint_mut(child)?.associations, key)?;
        self.detach(key);
        if let Some(association) = self.associations.get_mut(key) {
            association.endpoint = Some(child.into());
            association.place = 0;
        }
        let endpoint = self.endpoint_mut(child)?;
        endpoint.port = port;
        endpoint.addresses = addresses;
        endpoint.options = options;
        Ok(())
    }
}
