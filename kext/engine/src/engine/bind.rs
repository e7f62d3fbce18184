//! Local ports and addresses of endpoints (RFC 6458 sections 3.1.2, 4.1.2 and 9.1).

use super::{EndpointId, Engine};
use crate::address::{Address, Families};
use crate::endpoint::{Endpoint, Style};
use crate::error::Error;
use crate::local::LocalAddresses;
use crate::memory;
use crate::slab::Key;
use alloc::vec::Vec;

/// The range that ports are drawn from when the user names none.
const EPHEMERAL: core::ops::RangeInclusive<u16> = 49_152..=65_535;

/// An address that an endpoint can be bound to, in the form that addresses have within the engine.
fn checked(endpoint: &Endpoint, address: &Address) -> Result<Address, Error> {
    let address = address.normalized();
    // The wildcard address of IPv4 does not stand for all that an endpoint of family V6 takes.
    let family = if address.is_any() {
        endpoint.family == address.family
    } else {
        endpoint.families().take(address.family)
    };
    if !family {
        return Err(Error::FamilyNotSupported);
    }
    if !address.is_any() && !address.is_unicast() {
        return Err(Error::AddressNotAvailable);
    }
    Ok(address)
}

/// The port that a list of addresses is about, `bound` being that of the endpoint, 0 when there is none: each address
/// has this port or 0, and those of an unbound endpoint not 0 before this port.
fn common_port(addresses: &[Address], bound: u16) -> Result<u16, Error> {
    let first = addresses.first().ok_or(Error::Invalid)?.port;
    let port = if bound == 0 { first } else { bound };
    let fits = |address: &Address| address.port == 0 || address.port == port;
    if addresses.iter().all(fits) { Ok(port) } else { Err(Error::Invalid) }
}

impl Engine {
    /// Binds to an address, the wildcard address for all; port 0 for any port.
    ///
    /// # Errors
    /// [`Error::Invalid`] if bound already, [`Error::FamilyNotSupported`], [`Error::AddressInUse`],
    /// [`Error::AddressNotAvailable`] for an address that is not unicast, [`Error::NoMemory`].
    pub fn bind(&mut self, id: EndpointId, address: Address) -> Result<(), Error> {
        let endpoint = self.endpoint(id)?;
        if endpoint.port != 0 {
            return Err(Error::Invalid);
        }
        let address = checked(endpoint, &address)?;
        let addresses = LocalAddresses::of(&address)?;
        self.bind_to(id, address.port, addresses)
    }

    fn bind_to(&mut self, id: EndpointId, port: u16, addresses: LocalAddresses) -> Result<(), Error> {
        let families = addresses.families(self.endpoint(id)?.families());
        let key = Key::from(id);
        let port = if port == 0 { self.ephemeral(key, &addresses, families)? } else { port };
        if self.is_taken(key, port, &addresses, families) {
            return Err(Error::AddressInUse);
        }
        Ok(self.enter_port(key, port, addresses)?)
    }

    /// A free ephemeral port, tried upwards from a random one.
    fn ephemeral(&mut self, own: Key, addresses: &LocalAddresses, families: Families) -> Result<u16, Error> {
        let size = u32::from(EPHEMERAL.end().wrapping_sub(*EPHEMERAL.start())).saturating_add(1);
        let start = self.random.u32().checked_rem(size).unwrap_or(0);
        let mut ports = (0..size).filter_map(|step| {
            let offset = start.wrapping_add(step).checked_rem(size)?;
            u16::try_from(u32::from(*EPHEMERAL.start()).saturating_add(offset)).ok()
        });
        ports
            .find(|port| !self.is_bound_by(own, *port, addresses, families, |_| true))
            .ok_or(Error::AddressInUse)
    }

    pub(super) fn bind_if_unbound(&mut self, id: EndpointId) -> Result<(), Error> {
        if self.endpoint(id)?.port != 0 {
            return Ok(());
        }
        self.bind_to(id, 0, LocalAddresses::All)
    }

    /// SCTP_BINDX_ADD_ADDR: binds an endpoint that is not bound yet, or lets its later associations use further
    /// addresses. All of them or, with an error, none.
    ///
    /// The associations that there are go on as they are, for the peer does not hear of the addresses.
    ///
    /// # Errors
    /// Those of [`Engine::bind`]; [`Error::Invalid`] for no address, for ports that differ, and where some addresses
    /// and the wildcard address would come together; [`Error::NotSupported`] where there are no later associations:
    /// on a one-to-one endpoint with an association.
    pub fn bind_more(&mut self, id: EndpointId, addresses: &[Address]) -> Result<(), Error> {
        let endpoint = self.rebindable(id)?;
        let (bound, families) = (endpoint.port != 0, endpoint.families());
        let port = common_port(addresses, endpoint.port)?;
        if bound && endpoint.addresses.are_all() {
            return Err(Error::Invalid);
        }
        let mut list = Vec::new();
        for address in endpoint.addresses.listed() {
            memory::push(&mut list, *address)?;
        }
        for address in addresses {
            let address = checked(endpoint, address)?.with_port(0);
            if address.is_any() && (bound || addresses.len() > 1) {
                return Err(Error::Invalid);
            }
            if !list.contains(&address) {
                memory::push(&mut list, address)?;
            }
        }
        let all = list.iter().any(Address::is_any);
        let together = if all { LocalAddresses::All } else { LocalAddresses::Some(list) };
        if !bound {
            return self.bind_to(id, port, together);
        }
        if self.is_taken(id.into(), port, &together, together.families(families)) {
            return Err(Error::AddressInUse);
        }
        self.endpoint_mut(id)?.addresses = together;
        Ok(())
    }

    /// SCTP_BINDX_REM_ADDR: later associations use these addresses no more. All of them or, with an error, none.
    ///
    /// # Errors
    /// [`Error::Invalid`] for no address, a port that is not the endpoint's, the last address, and when it is bound to
    /// all; [`Error::AddressNotAvailable`] for an address that it is not bound to; [`Error::FamilyNotSupported`];
    /// [`Error::NotSupported`] as for [`Engine::bind_more`]; [`Error::NoMemory`].
    pub fn bind_less(&mut self, id: EndpointId, addresses: &[Address]) -> Result<(), Error> {
        let endpoint = self.rebindable(id)?;
        common_port(addresses, endpoint.port)?;
        if endpoint.port != 0 && endpoint.addresses.are_all() {
            return Err(Error::Invalid);
        }
        let mut gone = Vec::new();
        for address in addresses {
            let address = checked(endpoint, address)?.with_port(0);
            if endpoint.addresses.are_all() || !endpoint.addresses.listed().contains(&address) {
                return Err(Error::AddressNotAvailable);
            }
            memory::push(&mut gone, address)?;
        }
        let mut left = Vec::new();
        for address in endpoint.addresses.listed().iter().filter(|address| !gone.contains(address)) {
            memory::push(&mut left, *address)?;
        }
        if left.is_empty() {
            return Err(Error::Invalid);
        }
        self.endpoint_mut(id)?.addresses = LocalAddresses::Some(left);
        Ok(())
    }

    /// The endpoint, if it may have later associations.
    fn rebindable(&self, id: EndpointId) -> Result<&Endpoint, Error> {
        let endpoint = self.endpoint(id)?;
        let connected = endpoint.backlog == 0 && !endpoint.associations.is_empty();
        if endpoint.style == Style::OneToOne && (connected || (endpoint.port != 0 && !endpoint.registered)) {
            return Err(Error::NotSupported);
        }
        Ok(endpoint)
    }
}
