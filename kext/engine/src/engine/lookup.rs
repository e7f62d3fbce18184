//! From ports and addresses to endpoints and associations, in constant time.

use super::Engine;
use crate::address::{Address, Families};
use crate::association::Association;
use crate::endpoint::Endpoint;
use crate::local::LocalAddresses;
use crate::memory::OutOfMemory;
use crate::slab::Key;
use core::hash::Hasher;
use siphasher::sip::SipHasher13;

impl Engine {
    fn hasher(&self) -> SipHasher13 {
        SipHasher13::new_with_key(&self.hash_key)
    }

    fn hash_of_peer(&self, local_port: u16, peer: &Address) -> u64 {
        let mut hasher = self.hasher();
        hasher.write(&local_port.to_ne_bytes());
        hasher.write(&peer.port.to_ne_bytes());
        hasher.write(&peer.bytes);
        hasher.finish()
    }

    fn hash_of_tag(&self, tag: u32) -> u64 {
        let mut hasher = self.hasher();
        hasher.write(&tag.to_ne_bytes());
        hasher.finish()
    }

    fn hash_of_port(&self, port: u16) -> u64 {
        let mut hasher = self.hasher();
        hasher.write(&port.to_ne_bytes());
        hasher.finish()
    }

    fn association_at(&self, index: u32) -> Option<&Association> {
        self.associations.key_at(index).and_then(|key| self.associations.get(key))
    }

    fn endpoint_at(&self, index: u32) -> Option<&Endpoint> {
        self.endpoints.key_at(index).and_then(|key| self.endpoints.get(key))
    }

    /// An association of a local port with a peer, which `matches`.
    fn association_with(
        &self,
        local_port: u16,
        peer: &Address,
        matches: impl Fn(&Association) -> bool,
    ) -> Option<Key> {
        let index = self.by_peer.find(self.hash_of_peer(local_port, peer), |index| {
            self.association_at(index).is_some_and(|association| {
                association.local.port == local_port
                    && association.peer_port == peer.port
                    && association.path_to(peer).is_some()
                    && matches(association)
            })
        })?;
        self.associations.key_at(index)
    }

    /// The association that a packet from `source` to `destination` belongs to; the wildcard address stands for any.
    pub(super) fn association_for(&self, source: &Address, destination: &Address) -> Option<Key> {
        self.association_with(destination.port, source, |association| {
            destination.is_any() || association.local_addresses.include(destination)
        })
    }

    /// An association with a peer over a local port and one of these addresses.
    pub(super) fn association_between(
        &self,
        local_port: u16,
        local: &LocalAddresses,
        peer: &Address,
    ) -> Option<Key> {
        self.association_with(local_port, peer, |association| association.local_addresses.overlap(local))
    }

    /// The association of `endpoint` with a peer.
    pub(super) fn association_of(&self, endpoint: Key, peer: &Address) -> Option<Key> {
        let local_port = self.endpoints.get(endpoint)?.port;
        self.association_with(local_port, peer, |association| association.endpoint == Some(endpoint))
    }

    /// The association whose packets to `destination` carry `tag`, for a packet from an address that is not yet known
    /// as the peer's.
    pub(super) fn association_by_tag(&self, tag: u32, peer_port: u16, destination: &Address) -> Option<Key> {
        let index = self.by_tag.find(self.hash_of_tag(tag), |index| {
            self.association_at(index).is_some_and(|association| {
                association.local_tag == tag
                    && association.peer_port == peer_port
                    && association.local.port == destination.port
                    && association.local_addresses.include(destination)
            })
        })?;
        self.associations.key_at(index)
    }

    /// Enters the local tag of an association.
    pub(super) fn enter_tag(&mut self, key: Key) -> Result<(), OutOfMemory> {
        let Some(tag) = self.associations.get(key).map(|association| association.local_tag) else {
            return Ok(());
        };
        self.by_tag.insert(self.hash_of_tag(tag), key.index)
    }

    /// Takes the local tag of an association out.
    pub(super) fn leave_tag(&mut self, key: Key) {
        if let Some(tag) = self.associations.get(key).map(|association| association.local_tag) {
            self.by_tag.remove(self.hash_of_tag(tag), key.index);
        }
    }

    /// Enters every path of an association that was not entered yet.
    pub(super) fn enter_paths(&mut self, key: Key) -> Result<(), OutOfMemory> {
        while let Some((port, remote)) = self.associations.get(key).and_then(|association| {
            Some((
                association.local.port,
                association.paths.get(usize::from(association.entered_paths))?.remote,
            ))
        }) {
            let hash = self.hash_of_peer(port, &remote);
            self.by_peer.insert(hash, key.index)?;
            if let Some(association) = self.associations.get_mut(key) {
                association.entered_paths = association.entered_paths.saturating_add(1);
            }
        }
        Ok(())
    }

    /// Takes every path of an association out.
    pub(super) fn leave_paths(&mut self, key: Key) {
        let Some(entered) = self.associations.get(key).map(|association| association.entered_paths) else {
            return;
        };
        for place in 0..entered {
            let Some((port, remote)) = self.associations.get(key).and_then(|association| {
                Some((association.local.port, association.paths.get(usize::from(place))?.remote))
            }) else {
                break;
            };
            let hash = self.hash_of_peer(port, &remote);
            self.by_peer.remove(hash, key.index);
        }
        if let Some(association) = self.associations.get_mut(key) {
            association.entered_paths = 0;
        }
    }

    /// The endpoint that is bound to `destination` and takes associations.
    pub(super) fn listener_for(&self, destination: &Address) -> Option<Key> {
        let index = self.by_port.find(self.hash_of_port(destination.port), |index| {
            self.endpoint_at(index)
                .is_some_and(|endpoint| endpoint.backlog > 0 && endpoint.covers(destination))
        })?;
        self.endpoints.key_at(index)
    }

    /// Whether an endpoint is bound to this address and port.
    pub(super) fn is_bound(&self, address: &Address) -> bool {
        let found = self.by_port.find(self.hash_of_port(address.port), |index| {
            self.endpoint_at(index).is_some_and(|endpoint| endpoint.covers(address))
        });
        found.is_some()
    }

    /// Whether this port and one of these addresses of `families` belong to an endpoint that does not share them with
    /// `own`.
    pub(super) fn is_taken(
        &self,
        own: Key,
        port: u16,
        addresses: &LocalAddresses,
        families: Families,
    ) -> bool {
        let shares = self.endpoints.get(own).is_some_and(|own| own.options.reuse_port);
        self.is_bound_by(own, port, addresses, families, |other| !(shares && other.options.reuse_port))
    }

    /// Whether an endpoint that listens has the port and an address of another.
    pub(super) fn is_listened_on(&self, id: Key) -> bool {
        self.endpoints.get(id).is_some_and(|own| {
            let families = own.bound_families();
            self.is_bound_by(id, own.port, &own.addresses, families, |other| other.backlog > 0)
        })
    }

    /// Whether an endpoint other than `own`, such as `which` wants, is bound to this port and one of these addresses of
    /// `families`.
    pub(super) fn is_bound_by(
        &self,
        own: Key,
        port: u16,
        addresses: &LocalAddresses,
        families: Families,
        which: impl Fn(&Endpoint) -> bool,
    ) -> bool {
        let found = self.by_port.find(self.hash_of_port(port), |index| {
            index != own.index
                && self.endpoint_at(index).is_some_and(|endpoint| {
                    endpoint.port == port
                        && endpoint.bound_families().intersects(families)
                        && endpoint.addresses.overlap(addresses)
                        && which(endpoint)
                })
        });
        found.is_some()
    }

    /// Binds an endpoint.
    pub(super) fn enter_port(
        &mut self,
        key: Key,
        port: u16,
        addresses: LocalAddresses,
    ) -> Result<(), OutOfMemory> {
        let hash = self.hash_of_port(port);
        self.by_port.insert(hash, key.index)?;
        if let Some(endpoint) = self.endpoints.get_mut(key) {
            endpoint.port = port;
            endpoint.addresses = addresses;
            endpoint.registered = true;
        }
        Ok(())
    }

    /// Frees the port of an endpoint.
    pub(super) fn leave_port(&mut self, key: Key) {
        let Some(endpoint) = self.endpoints.get(key).filter(|endpoint| endpoint.registered) else { return };
        let hash = self.hash_of_port(endpoint.port);
        self.by_port.remove(hash, key.index);
        if let Some(endpoint) = self.endpoints.get_mut(key) {
            endpoint.registered = false;
        }
    }
}
