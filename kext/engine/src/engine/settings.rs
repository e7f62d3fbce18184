//! Whom an option is about (RFC 6458 sections 7.2 and 8), and changing it there.

use super::{AssociationId, EndpointId, Engine};
use crate::address::Family;
use crate::association::Association;
use crate::endpoint::Style;
use crate::error::Error;
use crate::options::{Options, Settings};
use crate::slab::Key;
use crate::time::Time;

/// An `sctp_assoc_t` in an option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// SCTP_FUTURE_ASSOC: the associations to come.
    Future,
    /// SCTP_CURRENT_ASSOC: those there are.
    Current,
    /// SCTP_ALL_ASSOC: both.
    All,
    /// One association.
    One(AssociationId),
}

impl From<u32> for Scope {
    fn from(number: u32) -> Self {
        match number {
            0 => Self::Future,
            1 => Self::Current,
            2 => Self::All,
            _ => Self::One(AssociationId(number)),
        }
    }
}

/// What a scope comes to on an endpoint.
enum Chosen {
    Future,
    Current,
    All,
    One(Key),
}

impl Engine {
    /// A one-to-one endpoint has no choice: its association if there is one, or else the one to come.
    fn choose(&self, id: EndpointId, scope: Scope) -> Result<Chosen, Error> {
        let endpoint = self.endpoint(id)?;
        match (endpoint.style, scope) {
            (Style::OneToOne, _) => Ok(endpoint.only_association().map_or(Chosen::Future, Chosen::One)),
            (Style::OneToMany, Scope::Future) => Ok(Chosen::Future),
            (Style::OneToMany, Scope::Current) => Ok(Chosen::Current),
            (Style::OneToMany, Scope::All) => Ok(Chosen::All),
            (Style::OneToMany, Scope::One(name)) => {
                let key = Key::from(name);
                let ours = self.associations.get(key).is_some_and(|found| found.endpoint == Some(id.into()));
                if ours { Ok(Chosen::One(key)) } else { Err(Error::NoSuchAssociation) }
            }
        }
    }

    /// The association that an option is about, `None` for those to come.
    ///
    /// # Errors
    /// [`Error::NoSuchAssociation`]; [`Error::Invalid`] for the scopes that may be many.
    pub(super) fn single(&self, id: EndpointId, scope: Scope) -> Result<Option<Key>, Error> {
        match self.choose(id, scope)? {
            Chosen::Future => Ok(None),
            Chosen::One(key) => Ok(Some(key)),
            Chosen::Current | Chosen::All => Err(Error::Invalid),
        }
    }

    /// The name of the one association that an option is about.
    ///
    /// # Errors
    /// [`Error::NoSuchAssociation`]; [`Error::Invalid`] for any scope that does not name an association.
    pub fn association(&self, id: EndpointId, scope: Scope) -> Result<AssociationId, Error> {
        self.single(id, scope)?.map(AssociationId::from).ok_or(Error::Invalid)
    }

    /// The family of an endpoint.
    ///
    /// # Errors
    /// [`Error::Invalid`].
    pub fn family(&self, id: EndpointId) -> Result<Family, Error> {
        Ok(self.endpoint(id)?.family)
    }

    /// The style of an endpoint.
    ///
    /// # Errors
    /// [`Error::Invalid`].
    pub fn style(&self, id: EndpointId) -> Result<Style, Error> {
        Ok(self.endpoint(id)?.style)
    }

    /// The options of an endpoint.
    ///
    /// # Errors
    /// [`Error::Invalid`].
    pub fn options(&mut self, id: EndpointId) -> Result<&mut Options, Error> {
        Ok(&mut self.endpoint_mut(id)?.options)
    }

    /// The settings that `scope` names.
    ///
    /// # Errors
    /// [`Error::NoSuchAssociation`]; [`Error::Invalid`] for the scopes that may be many.
    pub fn settings(&self, id: EndpointId, scope: Scope) -> Result<&Settings, Error> {
        match self.single(id, scope)? {
            None => Ok(&self.endpoint(id)?.options.future),
            Some(key) => {
                self.associations.get(key).map(|found| &found.settings).ok_or(Error::NoSuchAssociation)
            }
        }
    }

    /// Changes the settings that `scope` names. Where `change` refuses, everything stays as it was.
    ///
    /// # Errors
    /// [`Error::NoSuchAssociation`], and the first of `change`; others are changed all the same.
    pub fn change_settings(
        &mut self,
        now: Time,
        id: EndpointId,
        scope: Scope,
        change: impl FnMut(&mut Settings) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let chosen = self.choose(id, scope)?;
        self.change_chosen(now, id, &chosen, change)
    }

    /// The same for an option that may not be set for many at once.
    ///
    /// # Errors
    /// [`Error::NoSuchAssociation`]; [`Error::Invalid`] for the scopes that may be many; those of `change`.
    pub fn change_single(
        &mut self,
        now: Time,
        id: EndpointId,
        scope: Scope,
        change: impl FnMut(&mut Settings) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let chosen = self.single(id, scope)?.map_or(Chosen::Future, Chosen::One);
        self.change_chosen(now, id, &chosen, change)
    }

    /// The same for an option of the whole socket: all associations there are and will be.
    ///
    /// # Errors
    /// [`Error::Invalid`]; the first of `change`.
    pub fn change_everywhere(
        &mut self,
        now: Time,
        id: EndpointId,
        change: impl FnMut(&mut Settings) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.change_chosen(now, id, &Chosen::All, change)
    }

    fn change_chosen(
        &mut self,
        now: Time,
        id: EndpointId,
        chosen: &Chosen,
        mut change: impl FnMut(&mut Settings) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut result = Ok(());
        if matches!(chosen, Chosen::Future | Chosen::All) {
            let future = &mut self.endpoint_mut(id)?.options.future;
            let mut settings = *future;
            result = change(&mut settings).map(|()| *future = settings);
        }
        let mut apply = |association: &mut Association| {
            let mut settings = association.settings;
            let changed = change(&mut settings).map(|()| association.set(settings));
            if result.is_ok() {
                result = changed;
            }
        };
        match chosen {
            Chosen::Future => {}
            Chosen::One(key) => self.change_association(now, *key, apply),
            Chosen::Current | Chosen::All => {
                let mut place = 0_usize;
                while let Some(key) = self.endpoint(id)?.associations.get(place).copied() {
                    self.change_association(now, key, &mut apply);
                    place = place.saturating_add(1);
                }
            }
        }
        result
    }

    fn change_association(&mut self, now: Time, key: Key, change: impl FnOnce(&mut Association)) {
        if let Some(association) = self.associations.get_mut(key) {
            change(association);
            self.settle(now, key);
        }
    }

    /// so_snd.sb_hiwat: what may wait at each association to be acknowledged. Bytes.
    ///
    /// # Errors
    /// [`Error::Invalid`].
    pub fn set_send_buffer(&mut self, now: Time, id: EndpointId, bytes: u32) -> Result<(), Error> {
        self.endpoint_mut(id)?.options.send_buffer = Some(bytes);
        // Which associations are full may change.
        self.change_chosen(now, id, &Chosen::Current, |_| Ok(()))
    }

    /// SCTP_STREAM_SCHEDULER_VALUE of a stream of an association (RFC 8260 section 4.3.3).
    ///
    /// # Errors
    /// [`Error::NoSuchAssociation`]; [`Error::Invalid`] for a stream that is not there and for any scope that does not
    /// name an association.
    pub fn stream_value(&self, id: EndpointId, scope: Scope, stream: u16) -> Result<u16, Error> {
        let key = self.single(id, scope)?.ok_or(Error::Invalid)?;
        let outbound = &self.associations.get(key).ok_or(Error::NoSuchAssociation)?.outbound;
        if stream < outbound.streams() { Ok(outbound.stream_value(stream)) } else { Err(Error::Invalid) }
    }

    /// Sets it, for the messages that come from now on.
    ///
    /// # Errors
    /// As [`Engine::stream_value`]; [`Error::NoMemory`].
    pub fn set_stream_value(
        &mut self,
        id: EndpointId,
        scope: Scope,
        stream: u16,
        value: u16,
    ) -> Result<(), Error> {
        let key = self.single(id, scope)?.ok_or(Error::Invalid)?;
        let outbound = &mut self.associations.get_mut(key).ok_or(Error::NoSuchAssociation)?.outbound;
        if stream >= outbound.streams() {
            return Err(Error::Invalid);
        }
        Ok(outbound.set_stream_value(stream, value)?)
    }

    /// so_rcv.sb_hiwat, bytes. Associations that are there only grow.
    ///
    /// # Errors
    /// [`Error::Invalid`].
    pub fn set_receive_buffer(&mut self, now: Time, id: EndpointId, bytes: u32) -> Result<(), Error> {
        self.change_everywhere(now, id, |settings| {
            settings.protocol.receive_buffer = bytes;
            Ok(())
        })
    }
}
