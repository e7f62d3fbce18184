//! Set-up from this side (RFC 9260 section 5.1 A, RFC 6458 section 9.9).

use super::addresses::{emit_types, encode};
use super::{AssociationId, EndpointId, Engine};
use crate::address::Address;
use crate::association::{Association, Beginning};
use crate::endpoint::{Endpoint, Style};
use crate::error::Error;
use crate::memory;
use crate::options::Settings;
use crate::path::MAX_PATHS;
use crate::slab::Key;
use crate::time::Time;
use sctp_wire::Tsn;

/// When the INIT goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begin {
    /// At once.
    Now,
    /// With [`Engine::begin`], or when the time is over in which it would have been sent again.
    Later,
}

/// Addresses of one peer in the form that addresses have within the engine, each once.
type Peers = heapless::Vec<Address, MAX_PATHS>;

/// Checks addresses that a user gives for one peer.
fn checked(endpoint: &Endpoint, addresses: &[Address]) -> Result<Peers, Error> {
    let port = addresses.first().ok_or(Error::Invalid)?.port;
    let mut peers = Peers::new();
    for address in addresses {
        let address = address.normalized();
        if !endpoint.bound_families().take(address.family) {
            return Err(Error::FamilyNotSupported);
        }
        if address.port == 0 || address.port != port {
            return Err(Error::Invalid);
        }
        if !address.is_unicast() {
            return Err(Error::AddressNotAvailable);
        }
        if !peers.contains(&address) {
            // Beyond MAX_PATHS they are not used.
            let _ = peers.push(address);
        }
    }
    Ok(peers)
}

impl Engine {
    /// Begins an association with a peer of one address, at once.
    ///
    /// # Errors
    /// Those of [`Engine::connect_to_any`].
    pub fn connect(&mut self, now: Time, id: EndpointId, peer: Address) -> Result<AssociationId, Error> {
        self.connect_to_any(now, id, &[peer], Begin::Now)
    }

    /// Begins an association; it is up once an update says so. The INIT goes to one of the peer's addresses after the
    /// other until there is an answer.
    ///
    /// # Errors
    /// [`Error::IsConnected`], [`Error::Already`], [`Error::NotSupported`] on a one-to-one listener,
    /// [`Error::AddressNotAvailable`] for an address that is not unicast, [`Error::FamilyNotSupported`],
    /// [`Error::Invalid`] for no address, port 0 and ports that differ, [`Error::AddressInUse`] where another endpoint
    /// on this port has an association with the peer, [`Error::NoMemory`], those of [`Engine::bind`].
    pub fn connect_to_any(
        &mut self,
        now: Time,
        id: EndpointId,
        peers: &[Address],
        begin: Begin,
    ) -> Result<AssociationId, Error> {
        let endpoint = self.endpoint(id)?;
        let single = endpoint.style == Style::OneToOne;
        if single && endpoint.backlog > 0 {
            return Err(Error::NotSupported);
        }
        let peers = checked(endpoint, peers)?;
        let only = endpoint.only_association().filter(|_| single);
        let with_any = || peers.iter().find_map(|peer| self.association_of(id.into(), peer));
        if let Some(key) = only.or_else(with_any) {
            let up = self.associations.get(key).is_some_and(Association::is_set_up);
            return Err(if up { Error::IsConnected } else { Error::Already });
        }
        let settings = endpoint.options.future;
        let key = self.associate(now, id, &peers, settings)?;
        if begin == Begin::Later
            && let Some(association) = self.associations.get_mut(key)
        {
            association.hold_init();
        }
        Ok(key.into())
    }

    /// Sends the INIT that [`Begin::Later`] held back.
    ///
    /// # Errors
    /// [`Error::NoSuchAssociation`] with this peer; [`Error::Already`] when it has begun.
    pub fn begin(&mut self, now: Time, id: EndpointId, peer: Address) -> Result<(), Error> {
        let endpoint = self.endpoint(id)?;
        let only = endpoint.only_association().filter(|_| endpoint.style == Style::OneToOne);
        let key = only.or_else(|| self.association_of(id.into(), &peer.normalized()));
        let key = key.ok_or(Error::NoSuchAssociation)?;
        let association = self.associations.get_mut(key).ok_or(Error::NoSuchAssociation)?;
        if !association.holds_init() {
            return Err(Error::Already);
        }
        association.call(now);
        self.settle(now, key);
        Ok(())
    }

    /// Makes the association in COOKIE-WAIT with a peer that has these addresses.
    pub(super) fn associate(
        &mut self,
        now: Time,
        id: EndpointId,
        peers: &[Address],
        settings: Settings,
    ) -> Result<Key, Error> {
        let peers = &checked(self.endpoint(id)?, peers)?;
        self.bind_if_unbound(id)?;
        let endpoint = self.endpoint(id)?;
        let (local_port, local_addresses) = (endpoint.port, endpoint.addresses.copy()?);
        // Section 1.3: two endpoints have one association at most. Those that a listener accepted share its port.
        let taken = |peer| self.association_between(local_port, &local_addresses, peer).is_some();
        if peers.iter().any(taken) {
            return Err(Error::AddressInUse);
        }
        let endpoint = self.endpoint_mut(id)?;
        endpoint.end_of_file = false;
        endpoint.send_closed = false;
        let families = endpoint.bound_families();
        let (local_tag, local_tsn) = (self.random.nonzero(), Tsn(self.random.u32()));
        let list = encode(|parameters| {
            self.emit_addresses(&local_addresses, peers, families, parameters);
            // Section 5.1.2 B; there is room for it.
            let _ = emit_types(families, parameters);
        });
        let list = memory::copy(&list)?;
        let begin = Beginning {
            endpoint: id.into(),
            settings,
            local_port,
            local_addresses,
            families,
            peers,
            local_tag,
            local_tsn,
        };
        let key = self.add_association(begin)?;
        if let Some(association) = self.associations.get_mut(key) {
            association.address_list = list;
            for peer in peers {
                association.confirm(peer);
            }
            association.call(now);
        }
        self.settle(now, key);
        self.changed.push(Key::from(id).index);
        Ok(key)
    }
}
