//! The addresses of this host, and which of them a peer is told (RFC 9260 section 5.1.2).

use super::Engine;
use crate::address::{Address, Families, Family};
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

    /// The addresses that a peer at `peer` is told besides the source of the packet: none for an endpoint that is bound
    /// to one address, and none when there is only one (section 5.1.2 A and B).
    pub(super) fn emit_addresses(
        &self,
        bound: &Address,
        peer: &Address,
        families: Families,
        writer: &mut ParameterWriter<'_, '_>,
    ) {
        if !bound.is_any() {
            return;
        }
        let listed = self
            .addresses
            .iter()
            .filter(|address| families.take(address.family) && address.is_of_use_at(peer))
            .take(MAX_LISTED);
        if listed.clone().count() > 1 {
            for address in listed {
                // What does not fit is not told: the peer has the other addresses.
                let _ = emit_address(address, writer);
            }
        }
    }
}
