//! Set-up from this side (RFC 9260 section 5.1 A).

use super::addresses::{emit_types, encode};
use super::{AssociationId, EndpointId, Engine};
use crate::address::Address;
use crate::association::Beginning;
use crate::endpoint::Style;
use crate::error::Error;
use crate::memory;
use crate::options::Settings;
use crate::slab::Key;
use crate::time::Time;
use sctp_wire::Tsn;

impl Engine {
    /// Begins an association; it is up once an update says so.
    ///
    /// # Errors
    /// [`Error::IsConnected`], [`Error::Already`], [`Error::NotSupported`] on a one-to-one listener,
    /// [`Error::AddressNotAvailable`] for an address that is not unicast, [`Error::FamilyNotSupported`],
    /// [`Error::Invalid`] for port 0, [`Error::NoMemory`], those of [`Engine::bind`].
    pub fn connect(&mut self, now: Time, id: EndpointId, peer: Address) -> Result<AssociationId, Error> {
        let peer = peer.normalized();
        let endpoint = self.endpoint(id)?;
        if endpoint.style == Style::OneToOne {
            if endpoint.backlog > 0 {
                return Err(Error::NotSupported);
            }
            if let Some(key) = endpoint.only_association() {
                let up = self.associations.get(key).is_some_and(|association| association.is_set_up());
                return Err(if up { Error::IsConnected } else { Error::Already });
            }
        } else if let Some(key) = self.association_of(id.into(), &peer) {
            let up = self.associations.get(key).is_some_and(|association| association.is_set_up());
            return Err(if up { Error::IsConnected } else { Error::Already });
        }
        let settings = endpoint.options.future;
        self.associate(now, id, &[peer], settings).map(AssociationId::from)
    }

    /// Makes the association in COOKIE-WAIT with a peer that has these addresses; INITs go to the first.
    pub(super) fn associate(
        &mut self,
        now: Time,
        id: EndpointId,
        peers: &[Address],
        settings: Settings,
    ) -> Result<Key, Error> {
        let endpoint = self.endpoint(id)?;
        for peer in peers {
            if !endpoint.bound_families().take(peer.family) {
                return Err(Error::FamilyNotSupported);
            }
            if peer.port == 0 {
                return Err(Error::Invalid);
            }
            if !peer.is_unicast() {
                return Err(Error::AddressNotAvailable);
            }
        }
        let peer = *peers.first().ok_or(Error::Invalid)?;
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
            self.emit_addresses(&local_addresses, &peer, families, parameters);
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
            association.confirm(&peer);
            association.start_handshake(now);
        }
        self.settle(now, key);
        self.changed.push(Key::from(id).index);
        Ok(key)
    }
}
