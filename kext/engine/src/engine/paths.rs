//! Options of paths (RFC 6458 sections 8.1.9 and 8.1.12, RFC 7829 section 7.2).

use super::{AssociationId, EndpointId, Engine, Scope};
use crate::address::Address;
use crate::error::Error;
use crate::options::PathSettings;
use crate::path::PathId;
use crate::slab::Key;
use crate::time::Time;

/// What the user may know of a path, or of the paths to come.
#[derive(Clone, Copy, Debug)]
pub struct PathOptions {
    /// The association; `None` for those to come.
    pub association: Option<AssociationId>,
    /// What is set.
    pub settings: PathSettings,
    /// Bytes for chunks in the largest packet; without a path what the user wants, 0 for nothing.
    pub chunk_room: u32,
}

/// The paths that an option is about.
enum Chosen {
    /// Those of associations to come.
    Future,
    /// All of an association.
    All(Key),
    One(Key, PathId),
}

impl Engine {
    /// `address` chooses a path, and without a name the association too.
    fn choose_paths(&self, id: EndpointId, scope: Scope, address: Option<&Address>) -> Result<Chosen, Error> {
        let named = self.single(id, scope)?;
        let Some(address) = address.map(|address| address.normalized()) else {
            return Ok(named.map_or(Chosen::Future, Chosen::All));
        };
        let key = named.or_else(|| self.association_of(id.into(), &address)).ok_or(Error::Invalid)?;
        let path = self.associations.get(key).and_then(|association| association.path_to(&address));
        Ok(Chosen::One(key, path.ok_or(Error::Invalid)?))
    }

    /// The settings of a path, or those that paths begin with.
    ///
    /// # Errors
    /// [`Error::NoSuchAssociation`]; [`Error::Invalid`] for an address that is not the peer's and for the scopes that
    /// may be many.
    pub fn path_options(
        &self,
        id: EndpointId,
        scope: Scope,
        address: Option<&Address>,
    ) -> Result<PathOptions, Error> {
        let of = |association: Option<AssociationId>, settings: PathSettings| {
            let chunk_room = if settings.pmtud { 0 } else { settings.chunk_room };
            PathOptions { association, settings, chunk_room }
        };
        let association = |key| self.associations.get(key).ok_or(Error::NoSuchAssociation);
        match self.choose_paths(id, scope, address)? {
            Chosen::Future => Ok(of(None, self.endpoint(id)?.options.future.protocol.path)),
            Chosen::All(key) => Ok(of(Some(key.into()), association(key)?.settings.protocol.path)),
            Chosen::One(key, path) => {
                let path = association(key)?.path(path).ok_or(Error::Invalid)?;
                Ok(PathOptions { chunk_room: path.chunk_room(), ..of(Some(key.into()), path.settings) })
            }
        }
    }

    /// Changes the settings of a path, of all of an association, or those that paths begin with.
    ///
    /// # Errors
    /// As [`Engine::path_options`].
    pub fn change_paths(
        &mut self,
        now: Time,
        id: EndpointId,
        scope: Scope,
        address: Option<&Address>,
        change: impl Fn(&mut PathSettings),
    ) -> Result<(), Error> {
        let (key, only) = match self.choose_paths(id, scope, address)? {
            Chosen::Future => {
                change(&mut self.endpoint_mut(id)?.options.future.protocol.path);
                return Ok(());
            }
            Chosen::All(key) => (key, None),
            Chosen::One(key, path) => (key, Some(path)),
        };
        let association = self.associations.get_mut(key).ok_or(Error::NoSuchAssociation)?;
        association.change_paths(now, only, &change);
        self.settle(now, key);
        Ok(())
    }

    /// SPP_HB_DEMAND: sends a heartbeat to an address now.
    ///
    /// # Errors
    /// As [`Engine::path_options`], and [`Error::Invalid`] without an address.
    pub fn demand_heartbeat(
        &mut self,
        now: Time,
        id: EndpointId,
        scope: Scope,
        address: Option<&Address>,
    ) -> Result<(), Error> {
        let Chosen::One(key, path) = self.choose_paths(id, scope, address)? else {
            return Err(Error::Invalid);
        };
        let Self { associations, random, .. } = self;
        let association = associations.get_mut(key).ok_or(Error::NoSuchAssociation)?;
        association.demand_heartbeat(now, path, random);
        self.settle(now, key);
        Ok(())
    }

    /// Sends what has no path of its own to `address` from now on.
    ///
    /// # Errors
    /// As [`Engine::path_options`], and [`Error::Invalid`] for an address that is not confirmed.
    pub fn set_primary(
        &mut self,
        now: Time,
        id: EndpointId,
        scope: Scope,
        address: &Address,
    ) -> Result<(), Error> {
        let Chosen::One(key, path) = self.choose_paths(id, scope, Some(address))? else {
            return Err(Error::Invalid);
        };
        let association = self.associations.get_mut(key).ok_or(Error::NoSuchAssociation)?;
        if !association.make_primary(path) {
            return Err(Error::Invalid);
        }
        self.settle(now, key);
        Ok(())
    }
}
