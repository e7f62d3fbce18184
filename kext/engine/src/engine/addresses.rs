//! The addresses of this host, and which of them a peer is told (RFC 9260 section 5.1.2).

use super::{EndpointId, Engine, Scope};
use crate::address::{Address, Families, Family};
use crate::endpoint::Style;
use crate::error::Error;
use crate::local::LocalAddresses;
use crate::memory::{self, OutOfMemory};
use alloc::vec::Vec;
use sctp_wire::{Full, Parameter, ParameterWriter, U16List, Writer, parameter_type};

/// Most addresses that a peer is told.
const MAX_LISTED: usize = 16;
/// Room for that many IPv6 Address parameters, and Supported Address Types before them.
const LIST_LENGTH: usize = 8 + MAX_LISTED * 20;

/// The parameters of an INIT that say where this side can be reached.
pub(super) type AddressList = heapless::Vec<u8, LIST_LENGTH>;

const V4: [u8; 2] = parameter_type::IPV4_ADDRESS.to_be_bytes();
const V6: [u8; 2] = parameter_type::IPV6_ADDRESS.to_be_bytes();

/// Writes an address parameter.
pub(super) fn emit_address(address: &Address, writer: &mut ParameterWriter<'_, '_>) -> Result<(), Full> {
    match (address.family, address.bytes) {
        (Family::None, _) => Ok(()),
        (Family::V4, [a, b, c, d, ..]) => Parameter::Ipv4([a, b, c, d]).emit(writer),
        (Family::V6, bytes) => Parameter::Ipv6(bytes).emit(writer),
    }
}

/// What `write` writes, as bytes to be sent later; cut off where it no longer fits.
pub(super) fn encode(write: impl FnOnce(&mut ParameterWriter<'_, '_>)) -> AddressList {
    let mut buffer = [0; LIST_LENGTH];
    let mut writer = Writer::new(&mut buffer);
    write(&mut ParameterWriter::new(&mut writer));
    let length = writer.position();
    AddressList::from_slice(buffer.get(..length).unwrap_or_default()).unwrap_or_default()
}

/// Supported Address Types (section 3.3.2.1.5).
pub(super) fn emit_types(families: Families, writer: &mut ParameterWriter<'_, '_>) -> Result<(), Full> {
    let types: &[[u8; 2]] = match (families.contains(Families::V4), families.contains(Families::V6)) {
        (true, true) => &[V4, V6],
        (true, false) => &[V4],
        (false, _) => &[V6],
    };
    Parameter::SupportedAddressTypes(U16List::new(types)).emit(writer)
}

impl Engine {
    /// The addresses of this host, ports and what is not unicast left aside. Associations of endpoints that are bound
    /// to the wildcard address may use all of them.
    ///
    /// # Errors
    /// [`OutOfMemory`]: the list is as before.
    pub fn set_addresses(&mut self, addresses: &[Address]) -> Result<(), OutOfMemory> {
        let mut list: Vec<Address> = Vec::new();
        for address in addresses {
            let address = address.with_port(0).normalized();
            if address.is_unicast() && !list.contains(&address) {
                memory::push(&mut list, address)?;
            }
        }
        self.addresses = list;
        for index in 0..self.associations.end() {
            let Some(key) = self.associations.key_at(index) else { continue };
            let Self { associations, addresses, .. } = self;
            if let Some(association) = associations.get_mut(key) {
                association.forget_sources(|source| addresses.iter().any(|found| found.same_host(source)));
            }
        }
        Ok(())
    }

    /// The addresses by name.
    pub(super) fn named<'a>(&'a self, addresses: &'a LocalAddresses) -> &'a [Address] {
        if addresses.are_all() { &self.addresses } else { addresses.listed() }
    }

    /// The addresses that later associations of an endpoint may use, none before it is bound; or those of an
    /// association that its peer can make use of (RFC 6458 section 9.5). With the port.
    ///
    /// # Errors
    /// [`Error::NoSuchAssociation`]; [`Error::Invalid`] for the scopes that may be many.
    pub fn local_addresses(
        &self,
        id: EndpointId,
        scope: Scope,
    ) -> Result<impl Iterator<Item = Address>, Error> {
        let endpoint = self.endpoint(id)?;
        let association = self.single(id, scope)?.and_then(|key| self.associations.get(key));
        let (addresses, families, port) = match association {
            Some(found) => (&found.local_addresses, found.families, found.local.port),
            None => (&endpoint.addresses, endpoint.bound_families(), endpoint.port),
        };
        // What the user bound is listed, and what packets come from, behind a translator of addresses for instance.
        let reachable = move |own: &Address| {
            association.is_none_or(|found| {
                !found.local_addresses.are_all()
                    || own.is_of_use_at(&found.peer())
                    || own.same_host(&found.local)
            })
        };
        let own = if port == 0 { &[] } else { self.named(addresses) };
        Ok(own
            .iter()
            .filter(move |own| families.take(own.family) && reachable(own))
            .map(move |own| endpoint.options.shown(own.with_port(port))))
    }

    /// The addresses of the peer of an association; none for a one-to-one endpoint without one (RFC 6458 section 9.3).
    ///
    /// # Errors
    /// [`Error::NoSuchAssociation`]; [`Error::Invalid`] where no association is named.
    pub fn peer_addresses(
        &self,
        id: EndpointId,
        scope: Scope,
    ) -> Result<impl Iterator<Item = Address>, Error> {
        let endpoint = self.endpoint(id)?;
        let association = self.single(id, scope)?.and_then(|key| self.associations.get(key));
        if association.is_none() && endpoint.style == Style::OneToMany {
            return Err(Error::Invalid);
        }
        let paths = association.map_or(&[][..], |found| &found.paths);
        Ok(paths.iter().map(|path| endpoint.options.shown(path.remote)))
    }

    /// The addresses, of those that may be used, that a peer at any of `peers` is told besides the source of the packet:
    /// none when there is only one (section 5.1.2 A and B).
    pub(super) fn emit_addresses(
        &self,
        usable: &LocalAddresses,
        peers: &[Address],
        families: Families,
        writer: &mut ParameterWriter<'_, '_>,
    ) {
        let listed = self
            .named(usable)
            .iter()
            .filter(|address| families.take(address.family))
            .filter(|address| peers.iter().any(|peer| address.is_of_use_at(peer)))
            .take(MAX_LISTED);
        if listed.clone().count() > 1 {
            for address in listed {
                // What does not fit is not told: the peer has the other addresses.
                let _ = emit_address(address, writer);
            }
        }
    }
}
