//! The addresses of both ends (RFC 6458 sections 9.3 and 9.5).

use super::{Call, Plain, Row};
use crate::{address, contract};
use ::sctp_engine::address::Address;
use ::sctp_engine::{Error, Scope};
use core::mem::offset_of;

pub(super) const ROWS: &[Row] = &[
    Row { name: contract::SCTP_GET_PEER_ADDRESSES, get: Some(get_peer_addresses), set: None },
    Row { name: contract::SCTP_GET_LOCAL_ADDRESSES, get: Some(get_local_addresses), set: None },
    Row { name: contract::SCTP_GET_REMOTE_ADDR_SIZE, get: Some(get_peer_size), set: None },
    Row { name: contract::SCTP_GET_LOCAL_ADDR_SIZE, get: Some(get_local_size), set: None },
    Row { name: contract::SCTP_GET_ADDR_LEN, get: Some(get_name_length), set: None },
    call_on_the_socket(contract::SCTP_BINDX_ADD_ADDR),
    call_on_the_socket(contract::SCTP_BINDX_REM_ADDR),
    call_on_the_socket(contract::SCTP_CONNECT_X),
    call_on_the_socket(contract::SCTP_CONNECT_X_DELAYED),
    call_on_the_socket(contract::SCTP_CONNECT_X_COMPLETE),
    call_on_the_socket(contract::SCTP_PEELOFF),
];

/// An option that libsctp sets to make a call, which the shim makes: what comes here is known, and asked for wrongly.
const fn call_on_the_socket(name: u32) -> Row {
    Row { name, get: None, set: None }
}

/// Writes socket addresses one after the other behind the association's name; those that do not fit are left out.
/// Returns how much was used.
fn write_list(room: &mut [u8], addresses: impl Iterator<Item = Address>) -> usize {
    let mut used = offset_of!(contract::sctp_getaddresses, addr);
    for address in addresses {
        let length = address::name_length(address.family);
        let end = used.saturating_add(length);
        let Some(place) = room.get_mut(used..end) else { break };
        for (byte, from) in place.iter_mut().zip(address::storage_bytes(&address)) {
            *byte = from;
        }
        used = end;
    }
    used
}

fn write_size(room: &mut [u8], addresses: impl Iterator<Item = Address>) -> Result<usize, Error> {
    let size: usize = addresses.map(|address| address::name_length(address.family)).sum();
    u32::try_from(size).unwrap_or(u32::MAX).write(room)
}

fn get_peer_addresses(call: &mut Call<'_>, room: &mut [u8]) -> Result<usize, Error> {
    let scope = Scope::from(u32::read(room)?);
    Ok(write_list(room, call.engine.peer_addresses(call.endpoint, scope)?))
}

fn get_local_addresses(call: &mut Call<'_>, room: &mut [u8]) -> Result<usize, Error> {
    let scope = Scope::from(u32::read(room)?);
    Ok(write_list(room, call.engine.local_addresses(call.endpoint, scope)?))
}

/// The value on the way in names the association, as for the list.
fn get_peer_size(call: &mut Call<'_>, room: &mut [u8]) -> Result<usize, Error> {
    let scope = Scope::from(u32::read(room)?);
    write_size(room, call.engine.peer_addresses(call.endpoint, scope)?)
}

/// The value on the way in names the association, as for the list.
fn get_local_size(call: &mut Call<'_>, room: &mut [u8]) -> Result<usize, Error> {
    let scope = Scope::from(u32::read(room)?);
    write_size(room, call.engine.local_addresses(call.endpoint, scope)?)
}

/// From a family, in `assoc_value`, to the length of its socket addresses.
fn get_name_length(_: &mut Call<'_>, room: &mut [u8]) -> Result<usize, Error> {
    let mut value = contract::sctp_assoc_value::read(room)?;
    let family = address::family_of(value.assoc_value).ok_or(Error::Invalid)?;
    value.assoc_value = u32::try_from(address::name_length(family)).unwrap_or(u32::MAX);
    value.write(room)
}
