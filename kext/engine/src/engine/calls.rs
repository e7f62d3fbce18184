//! Users' calls on endpoints.

use super::{AssociationId, EndpointId, Engine, Scope};
use crate::address::{Address, Family};
use crate::association::{Ending, Farewell, State};
use crate::counters::bump;
use crate::endpoint::{Endpoint, Style};
use crate::error::Error;
use crate::message::Message;
use crate::options::{Options, SendDefaults, SendFlags, Settings, Switches};
use crate::outbound::{EnqueueError, OutMessage, full_length};
use crate::path::Path;
use crate::slab::Key;
use crate::status::{AssociationStatus, PathStatus, Totals, path_status};
use crate::time::Time;
use sctp_wire::Cause;

/// How a close leaves the associations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Close {
    /// SHUTDOWN once all data is acknowledged (RFC 9260 section 9.2).
    Graceful,
    /// ABORT now (section 9.1).
    Abort,
}

/// Where a message goes, and how (RFC 6458 section 5.3.4).
#[derive(Clone, Copy, Debug, Default)]
pub struct SendInfo {
    /// The peer's address; family `None`: by `association`, or the only one there is.
    pub to: Address,
    /// The association; `None`: by address.
    pub association: Option<AssociationId>,
    /// The stream.
    pub stream: u16,
    /// The payload protocol identifier, opaque.
    pub ppid: u32,
    /// Given back with notifications about the message.
    pub context: u32,
    /// Deliver without regard to order (RFC 9260 section 6.6).
    pub unordered: bool,
    /// Ask the peer to acknowledge at once (RFC 7053).
    pub immediate: bool,
    /// Send to `to` rather than to the primary path.
    pub to_this_address: bool,
    /// Shut the association down after the message.
    pub finish: bool,
    /// No control data came: the association's [`SendDefaults`] hold instead of what stands here.
    pub use_defaults: bool,
}

impl SendInfo {
    fn or(&self, defaults: &SendDefaults) -> Self {
        if !self.use_defaults {
            return *self;
        }
        let SendDefaults { stream, ppid, context, flags, .. } = *defaults;
        Self {
            stream,
            ppid,
            context,
            unordered: flags.contains(SendFlags::UNORDERED),
            immediate: flags.contains(SendFlags::SACK_IMMEDIATELY),
            to_this_address: flags.contains(SendFlags::ADDR_OVER),
            finish: flags.contains(SendFlags::EOF),
            ..*self
        }
    }
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
                self.abort_association(association, Error::Aborted);
            } else if let Some(found) = self.associations.get_mut(association) {
                // What nobody will read holds no window back.
                found.on_read(found.unread);
                found.begin_shutdown(now);
                self.deliver(association);
                self.settle(now, association);
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
                self.abort_association(key, Error::Aborted);
            }
        }
    }

    pub(super) fn abort_association(&mut self, key: Key, error: Error) {
        let known = self.associations.get(key).is_some_and(|association| association.peer_tag != 0);
        let farewell =
            if known { Farewell::Abort(Some(Cause::UserInitiatedAbort(&[]))) } else { Farewell::Silence };
        self.end(key, Ending { error: Some(error), farewell });
    }

    /// Takes associations from peers; `backlog` may wait for accept, 0 stops listening.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a one-to-one endpoint with an association; those of [`Engine::bind`].
    pub fn listen(&mut self, id: EndpointId, backlog: u32) -> Result<(), Error> {
        let endpoint = self.endpoint(id)?;
        let connected = endpoint.backlog == 0 && !endpoint.associations.is_empty();
        if endpoint.style == Style::OneToOne && (connected || endpoint.send_closed) {
            return Err(Error::Invalid);
        }
        self.bind_if_unbound(id)?;
        self.endpoint_mut(id)?.backlog = backlog;
        Ok(())
    }

    /// Moves the oldest association that waits on `listener` to `child`, a fresh one-to-one endpoint.
    ///
    /// # Errors
    /// [`Error::WouldBlock`] when none waits, [`Error::Invalid`] when `child` is not fresh, [`Error::NoMemory`].
    pub fn accept(&mut self, now: Time, listener: EndpointId, child: EndpointId) -> Result<(), Error> {
        let fresh = self.endpoint(child)?;
        if fresh.style != Style::OneToOne || !fresh.associations.is_empty() || fresh.port != 0 {
            return Err(Error::Invalid);
        }
        let key = self.next_waiting(listener)?;
        let options = self.endpoint(listener)?.options;
        let addresses = self.associations.get(key).ok_or(Error::WouldBlock)?.local_addresses.copy()?;
        crate::memory::push(&mut self.endpoint_mut(child)?.associations, key)?;
        self.detach(key);
        let association = self.associations.get_mut(key).ok_or(Error::WouldBlock)?;
        association.endpoint = Some(child.into());
        association.place = 0;
        association.waiting = false;
        let port = association.local.port;
        let endpoint = self.endpoint_mut(child)?;
        endpoint.port = port;
        endpoint.addresses = addresses;
        endpoint.options = options;
        self.came_up(key);
        self.deliver(key);
        self.settle(now, key);
        Ok(())
    }

    /// Aborts the oldest association that waits on `listener`.
    pub fn refuse(&mut self, listener: EndpointId) {
        if let Ok(key) = self.next_waiting(listener) {
            self.abort_association(key, Error::Aborted);
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

    /// Sends a message, setting the association up first where a one-to-many endpoint has none with the peer.
    ///
    /// # Errors
    /// The message comes back with [`Error::Pipe`] after a shutdown, [`Error::NotConnected`],
    /// [`Error::DestinationRequired`], [`Error::Invalid`] for a stream that was not negotiated or an association that
    /// is not there, [`Error::MessageTooLong`] where it would have to be fragmented and must not be, [`Error::NoMemory`],
    /// and those of [`Engine::connect`].
    pub fn send(
        &mut self,
        now: Time,
        id: EndpointId,
        info: &SendInfo,
        message: Message,
    ) -> Result<(), (Error, Message)> {
        let info = &SendInfo { to: info.to.normalized(), ..*info };
        let whole = match self.endpoint(id) {
            Ok(endpoint) => endpoint.options.switches.contains(Switches::DISABLE_FRAGMENTS),
            Err(error) => return Err((error, message)),
        };
        let key = match self.destination(now, id, info, message.length()) {
            Ok(key) => key,
            Err(error) => return Err((error, message)),
        };
        let Some(association) = self.associations.get_mut(key) else { return Err((Error::Invalid, message)) };
        let info = info.or(&association.settings.send_defaults);
        if !association.takes_data() {
            return Err((Error::Pipe, message));
        }
        if message.length() == 0 {
            // RFC 9260 section 3.3.1: there is no DATA chunk without user data.
            return Err((Error::Invalid, message));
        }
        if whole && message.length() > association.outbound.full_length(&association.paths) {
            return Err((Error::MessageTooLong, message));
        }
        let path = if info.to_this_address { association.path_to(&info.to) } else { None };
        let queued = association.outbound.enqueue(OutMessage {
            bytes: message.into_bytes(),
            stream: info.stream,
            ppid: info.ppid,
            context: info.context,
            unordered: info.unordered,
            immediate: info.immediate,
            path,
        });
        let result = queued.map_err(|(error, refused)| {
            let error = match error {
                EnqueueError::NoMemory => Error::NoMemory,
                EnqueueError::BadStream => Error::Invalid,
            };
            (error, Message::new(refused.bytes))
        });
        let sent = result.is_ok();
        if info.finish && result.is_ok() {
            association.begin_shutdown(now);
        }
        if sent && info.unordered {
            bump(&mut self.counters.sends_unordered);
        }
        if sent && (info.unordered || info.immediate || info.to_this_address) {
            bump(&mut self.counters.sends_with_flags);
        }
        self.settle(now, key);
        result
    }

    /// The association that a message goes to.
    fn destination(
        &mut self,
        now: Time,
        id: EndpointId,
        info: &SendInfo,
        length: usize,
    ) -> Result<Key, Error> {
        let endpoint = self.endpoint(id)?;
        if endpoint.send_closed {
            return Err(Error::Pipe);
        }
        if endpoint.style == Style::OneToOne {
            return endpoint.only_association().ok_or(Error::NotConnected);
        }
        if let Some(association) = info.association {
            let key = Key::from(association);
            let ours = self.associations.get(key).is_some_and(|found| found.endpoint == Some(id.into()));
            return if ours { Ok(key) } else { Err(Error::Invalid) };
        }
        if info.to.family == Family::None {
            return endpoint.only_association().ok_or(Error::DestinationRequired);
        }
        if let Some(key) = self.association_of(id.into(), &info.to) {
            return Ok(key);
        }
        // A message that cannot be sent must not leave an association behind.
        let future = &endpoint.options.future;
        if info.or(&future.send_defaults).stream >= future.protocol.outbound_streams {
            return Err(Error::Invalid);
        }
        if endpoint.options.switches.contains(Switches::DISABLE_FRAGMENTS) {
            let path = Path::new(info.to, Address::default(), &future.protocol);
            if length > full_length(&[path], future.protocol.max_segment) {
                return Err(Error::MessageTooLong);
            }
        }
        self.associate(now, id, info.to)
    }

    /// Ends one association: gracefully (SCTP_EOF) or at once (SCTP_ABORT).
    ///
    /// # Errors
    /// As [`Engine::send`] finds the association.
    pub fn finish(&mut self, now: Time, id: EndpointId, info: &SendInfo, how: Close) -> Result<(), Error> {
        self.finish_association(now, id, info, how)?;
        bump(match how {
            Close::Graceful => &mut self.counters.sends_with_eof,
            Close::Abort => &mut self.counters.sends_with_abort,
        });
        bump(&mut self.counters.sends_with_flags);
        Ok(())
    }

    fn finish_association(
        &mut self,
        now: Time,
        id: EndpointId,
        info: &SendInfo,
        how: Close,
    ) -> Result<(), Error> {
        let endpoint = self.endpoint(id)?;
        let key = match info.association {
            Some(association) => Key::from(association),
            None if info.to.family != Family::None => {
                self.association_of(id.into(), &info.to.normalized()).ok_or(Error::NotConnected)?
            }
            None => endpoint.only_association().ok_or(Error::NotConnected)?,
        };
        let association = self.associations.get_mut(key).ok_or(Error::NotConnected)?;
        if association.endpoint != Some(id.into()) {
            return Err(Error::Invalid);
        }
        match how {
            Close::Graceful => {
                association.begin_shutdown(now);
                self.settle(now, key);
            }
            Close::Abort => self.abort_association(key, Error::Aborted),
        }
        Ok(())
    }

    /// SHUT_WR of a one-to-one endpoint.
    ///
    /// # Errors
    /// [`Error::NotConnected`], [`Error::NotSupported`] for one-to-many (RFC 6458 section 3.1.6).
    pub fn shutdown(&mut self, now: Time, id: EndpointId) -> Result<(), Error> {
        let endpoint = self.endpoint_mut(id)?;
        if endpoint.style == Style::OneToMany {
            return Err(Error::NotSupported);
        }
        endpoint.send_closed = true;
        self.finish_association(now, id, &SendInfo::default(), Close::Graceful)
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
