//! Addresses between C and the engine.

use crate::contract;
use alloc::vec::Vec;
use sctp_engine::address::{Address, Family};
use sctp_engine::memory::{self, OutOfMemory};

pub(crate) const fn family(number: u8) -> Option<Family> {
    match number {
        0 => Some(Family::None),
        4 => Some(Family::V4),
        6 => Some(Family::V6),
        _ => None,
    }
}

/// An address that the shim lends; one of an unknown family is none.
///
/// # Safety
/// `address` points to a `struct sctp_address`.
pub(crate) unsafe fn read(address: *const contract::sctp_address) -> Address {
    // SAFETY: the caller's promise.
    from_c(unsafe { &*address })
}

/// Addresses that the shim lends, in a list of our own.
///
/// # Errors
/// [`OutOfMemory`].
///
/// # Safety
/// As [`crate::lent::addresses`].
pub(crate) unsafe fn read_all(
    addresses: *const contract::sctp_address,
    count: usize,
) -> Result<Vec<Address>, OutOfMemory> {
    // SAFETY: the caller's promise.
    let lent = unsafe { crate::lent::addresses(addresses, count) };
    let mut list = Vec::new();
    for address in lent {
        memory::push(&mut list, from_c(address))?;
    }
    Ok(list)
}

pub(crate) fn from_c(address: &contract::sctp_address) -> Address {
    match family(address.family) {
        Some(family @ (Family::V4 | Family::V6)) => {
            Address { family, port: address.port, scope: address.scope, bytes: address.bytes }
        }
        Some(Family::None) | None => Address { port: address.port, ..Address::default() },
    }
}

pub(crate) const fn to_c(address: &Address) -> contract::sctp_address {
    let family = match address.family {
        Family::None => 0,
        Family::V4 => 4,
        Family::V6 => 6,
    };
    contract::sctp_address {
        family,
        reserved: 0,
        port: address.port,
        scope: address.scope,
        bytes: address.bytes,
    }
}

const LENGTH: usize = size_of::<contract::sockaddr_storage>();
const AF_UNSPEC: u8 = 0;
const AF_INET: u8 = 2;
const AF_INET6: u8 = 30;

/// The family that Darwin gives this number.
pub(crate) fn family_of(number: u32) -> Option<Family> {
    match u8::try_from(number).ok()? {
        AF_INET => Some(Family::V4),
        AF_INET6 => Some(Family::V6),
        _ => None,
    }
}

/// The address in a `struct sockaddr_storage`, none at all where it is all zero; `None` for a family that SCTP does not
/// know.
pub(crate) fn from_storage(storage: &contract::sockaddr_storage) -> Option<Address> {
    // SAFETY: the structure has numbers only and this size.
    let bytes = unsafe { core::mem::transmute_copy::<contract::sockaddr_storage, [u8; LENGTH]>(storage) };
    let port = u16::from_be_bytes(*bytes.get(2..)?.first_chunk()?);
    match bytes.get(1).copied()? {
        AF_UNSPEC => Some(Address::default()),
        AF_INET => Some(Address::v4(*bytes.get(4..)?.first_chunk()?, port)),
        AF_INET6 => {
            let scope = u32::from_ne_bytes(*bytes.get(24..)?.first_chunk()?);
            Some(Address { family: Family::V6, port, scope, bytes: *bytes.get(8..)?.first_chunk()? })
        }
        _ => None,
    }
}

/// A `struct sockaddr_storage` as Darwin lays it out.
pub(crate) fn to_storage(address: &Address) -> contract::sockaddr_storage {
    // SAFETY: the structure has numbers only and this size.
    unsafe { core::mem::transmute::<[u8; LENGTH], contract::sockaddr_storage>(storage_bytes(address)) }
}

/// Bytes of the `struct sockaddr_in` or `sockaddr_in6` of an address.
pub(crate) const fn name_length(family: Family) -> usize {
    match family {
        Family::None => 0,
        Family::V4 => size_of::<contract::sockaddr_in>(),
        Family::V6 => size_of::<contract::sockaddr_in6>(),
    }
}

/// The bytes of a `struct sockaddr_storage` as Darwin lays it out.
pub(crate) fn storage_bytes(address: &Address) -> [u8; LENGTH] {
    let mut bytes = [0_u8; LENGTH];
    let port = address.port.to_be_bytes();
    let mut put = |at: usize, from: &[u8]| {
        for (byte, from) in bytes.iter_mut().skip(at).zip(from) {
            *byte = *from;
        }
    };
    match address.family {
        Family::None => {}
        Family::V4 => {
            put(0, &[16, AF_INET]);
            put(2, &port);
            put(4, address.bytes.first_chunk::<4>().map_or(&[], |bytes| bytes.as_slice()));
        }
        Family::V6 => {
            put(0, &[28, AF_INET6]);
            put(2, &port);
            put(8, &address.bytes);
            put(24, &address.scope.to_ne_bytes());
        }
    }
    bytes
}
