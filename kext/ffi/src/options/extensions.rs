//! Options of what is not there: their arguments are checked as if it were, and then the answer is EOPNOTSUPP.
//!
//! Who adds one of these extensions takes its rows away.

use super::{Call, Get, Plain, Row, Set, value};
use crate::contract;
use ::sctp_engine::address::Family;
use ::sctp_engine::{AssociationStatus, Error, Scope};
use core::mem::size_of;

pub(super) const ROWS: &[Row] = &[
    // PR-SCTP (RFC 3758, RFC 7496).
    supported(contract::SCTP_PR_SUPPORTED),
    get(contract::SCTP_PR_STREAM_STATUS, pr_stream_status),
    get(contract::SCTP_PR_ASSOC_STATUS, pr_assoc_status),
    // AUTH (RFC 4895).
    supported(contract::SCTP_AUTH_SUPPORTED),
    set(contract::SCTP_AUTH_CHUNK, auth_chunk),
    set(contract::SCTP_AUTH_KEY, auth_key),
    set(contract::SCTP_AUTH_DELETE_KEY, auth_key_id),
    set(contract::SCTP_AUTH_DEACTIVATE_KEY, auth_key_id),
    both(contract::SCTP_AUTH_ACTIVE_KEY, auth_active_key, auth_key_id),
    both(contract::SCTP_HMAC_IDENT, hmac_list, hmac_ident),
    get(contract::SCTP_PEER_AUTH_CHUNKS, peer_auth_chunks),
    get(contract::SCTP_LOCAL_AUTH_CHUNKS, local_auth_chunks),
    // ASCONF (RFC 5061).
    supported(contract::SCTP_ASCONF_SUPPORTED),
    both(contract::SCTP_AUTO_ASCONF, get_zero, set_zero),
    set(contract::SCTP_SET_PEER_PRIMARY_ADDR, set_peer_primary),
    set(contract::SCTP_SET_DYNAMIC_PRIMARY, |_, _| NOT_HERE),
    // RE-CONFIG (RFC 6525).
    supported(contract::SCTP_RECONFIG_SUPPORTED),
    both(contract::SCTP_ENABLE_STREAM_RESET, get_none, enable_stream_reset),
    set(contract::SCTP_RESET_STREAMS, reset_streams),
    set(contract::SCTP_RESET_ASSOC, reset_assoc),
    set(contract::SCTP_ADD_STREAMS, add_streams),
    // I-DATA (RFC 8260), NR-SACK and PKTDROP (drafts), zero checksums (RFC 9653).
    supported(contract::SCTP_INTERLEAVING_SUPPORTED),
    supported(contract::SCTP_NRSACK_SUPPORTED),
    supported(contract::SCTP_PKTDROP_SUPPORTED),
    set(contract::SCTP_ACCEPT_ZERO_CHECKSUM, accept_zero_checksum),
    // Verification tags are what two hosts know each other by: no program needs them (RFC 9260 section 12.2.4).
    absent(contract::SCTP_GET_NONCE_VALUES),
    // There is one routing table, and no log but the kernel's.
    absent(contract::SCTP_VRF_ID),
    absent(contract::SCTP_ADD_VRF_ID),
    absent(contract::SCTP_DEL_VRF_ID),
    absent(contract::SCTP_GET_VRF_IDS),
    absent(contract::SCTP_GET_ASOC_VRF),
    absent(contract::SCTP_SET_DEBUG_LEVEL),
    absent(contract::SCTP_CLR_STAT_LOG),
    absent(contract::SCTP_GET_STAT_LOG),
    absent(contract::SCTP_GET_PACKET_LOG),
    absent(contract::SCTP_SET_INITIAL_DBG_SEQ),
    absent(contract::SCTP_CMT_USE_DAC),
    absent(contract::SCTP_GET_HANDLE),
];

/// The answer to good arguments.
const NOT_HERE: Result<(), Error> = Err(Error::NotSupported);

const fn get(name: u32, get: Get) -> Row {
    Row { name, get: Some(get), set: None }
}

const fn set(name: u32, set: Set) -> Row {
    Row { name, get: None, set: Some(set) }
}

const fn both(name: u32, get: Get, set: Set) -> Row {
    Row { name, get: Some(get), set: Some(set) }
}

const fn absent(name: u32) -> Row {
    both(name, |_, _| Err(Error::NotSupported), |_, _| NOT_HERE)
}

/// Whether an extension is offered to peers: no, and it stays so.
const fn supported(name: u32) -> Row {
    both(name, get_none, |call, bytes| value::set_future(call, bytes, |_, on| zero(on)))
}

const fn zero(value: u32) -> Result<(), Error> {
    if value == 0 { Ok(()) } else { NOT_HERE }
}

fn get_none(call: &mut Call<'_>, room: &mut [u8]) -> Result<usize, Error> {
    value::get(call, room, |_| 0)
}

fn get_zero(_: &mut Call<'_>, room: &mut [u8]) -> Result<usize, Error> {
    0_u32.write(room)
}

fn set_zero(_: &mut Call<'_>, bytes: &[u8]) -> Result<(), Error> {
    zero(u32::read(bytes)?)
}

/// An association, of those that there are.
fn status(call: &Call<'_>, assoc_id: u32) -> Result<AssociationStatus, Error> {
    call.engine.status(call.endpoint, Scope::from(assoc_id))
}

/// As [`status`], with the error that FreeBSD has for the predefined names.
fn status_or_none(call: &Call<'_>, assoc_id: u32) -> Result<AssociationStatus, Error> {
    status(call, assoc_id).map_err(|_| Error::NoSuchAssociation)
}

/// What may be abandoned: by one policy, or by any.
fn counted_policy(number: u16) -> Result<(), Error> {
    match u32::from(number) {
        contract::SCTP_PR_SCTP_TTL
        | contract::SCTP_PR_SCTP_PRIO
        | contract::SCTP_PR_SCTP_RTX
        | contract::SCTP_PR_SCTP_ALL => Ok(()),
        _ => Err(Error::Invalid),
    }
}

fn pr_assoc_status(call: &mut Call<'_>, room: &mut [u8]) -> Result<usize, Error> {
    let asked = contract::sctp_prstatus::read(room)?;
    status(call, asked.sprstat_assoc_id)?;
    counted_policy(asked.sprstat_policy)?;
    Err(Error::NotSupported)
}

fn pr_stream_status(call: &mut Call<'_>, room: &mut [u8]) -> Result<usize, Error> {
    let asked = contract::sctp_prstatus::read(room)?;
    if asked.sprstat_sid >= status(call, asked.sprstat_assoc_id)?.outbound_streams {
        return Err(Error::Invalid);
    }
    pr_assoc_status(call, room)
}

/// Chunks that cannot be authenticated (RFC 4895 section 3.2): INIT, INIT ACK, SHUTDOWN COMPLETE, AUTH.
const NEVER_AUTHENTICATED: [u8; 4] = [1, 2, 14, 15];

fn auth_chunk(_: &mut Call<'_>, bytes: &[u8]) -> Result<(), Error> {
    if NEVER_AUTHENTICATED.contains(&u8::read(bytes)?) { Err(Error::Invalid) } else { NOT_HERE }
}

fn auth_key(call: &mut Call<'_>, bytes: &[u8]) -> Result<(), Error> {
    let key = contract::sctp_authkey::read(bytes)?;
    let behind = bytes.len().saturating_sub(size_of::<contract::sctp_authkey>());
    if usize::from(key.sca_keylength) > behind {
        return Err(Error::Invalid);
    }
    call.change(key.sca_assoc_id, |_| NOT_HERE)
}

fn auth_key_id(call: &mut Call<'_>, bytes: &[u8]) -> Result<(), Error> {
    call.change(contract::sctp_authkeyid::read(bytes)?.scact_assoc_id, |_| NOT_HERE)
}

fn auth_active_key(call: &mut Call<'_>, room: &mut [u8]) -> Result<usize, Error> {
    call.settings(contract::sctp_authkeyid::read(room)?.scact_assoc_id)?;
    Err(Error::NotSupported)
}

fn hmac_list(_: &mut Call<'_>, room: &mut [u8]) -> Result<usize, Error> {
    contract::sctp_hmacalgo::read(room)?;
    Err(Error::NotSupported)
}

/// The u16s of a list behind a structure `T`.
fn list<T>(bytes: &[u8], count: usize) -> Result<impl Iterator<Item = u32>, Error> {
    let (items, _) = bytes.get(size_of::<T>()..).unwrap_or_default().as_chunks::<2>();
    let items = items.get(..count).ok_or(Error::Invalid)?;
    Ok(items.iter().map(|item| u32::from(u16::from_ne_bytes(*item))))
}

/// RFC 4895 section 6.1: SHA-1 must be one of them.
fn hmac_ident(_: &mut Call<'_>, bytes: &[u8]) -> Result<(), Error> {
    let new = contract::sctp_hmacalgo::read(bytes)?;
    let count = usize::try_from(new.shmac_number_of_idents).map_err(|_| Error::Invalid)?;
    let mut idents = list::<contract::sctp_hmacalgo>(bytes, count)?;
    if idents.any(|ident| ident == contract::SCTP_AUTH_HMAC_ID_SHA1) { NOT_HERE } else { Err(Error::Invalid) }
}

fn peer_auth_chunks(call: &mut Call<'_>, room: &mut [u8]) -> Result<usize, Error> {
    status_or_none(call, contract::sctp_authchunks::read(room)?.gauth_assoc_id)?;
    Err(Error::NotSupported)
}

fn local_auth_chunks(call: &mut Call<'_>, room: &mut [u8]) -> Result<usize, Error> {
    call.settings(contract::sctp_authchunks::read(room)?.gauth_assoc_id)?;
    Err(Error::NotSupported)
}

fn set_peer_primary(call: &mut Call<'_>, bytes: &[u8]) -> Result<(), Error> {
    let new = contract::sctp_setpeerprim::read(bytes)?;
    status(call, new.sspp_assoc_id)?;
    match crate::address::from_storage(&new.sspp_addr).map(|address| address.family) {
        Some(Family::V4 | Family::V6) => NOT_HERE,
        Some(Family::None) | None => Err(Error::Invalid),
    }
}

fn enable_stream_reset(call: &mut Call<'_>, bytes: &[u8]) -> Result<(), Error> {
    let known = contract::SCTP_ENABLE_RESET_STREAM_REQ
        | contract::SCTP_ENABLE_RESET_ASSOC_REQ
        | contract::SCTP_ENABLE_CHANGE_ASSOC_REQ;
    if contract::sctp_assoc_value::read(bytes)?.assoc_value & !known != 0 {
        return Err(Error::Invalid);
    }
    value::set(call, bytes, |_, requests| zero(requests))
}

fn reset_streams(call: &mut Call<'_>, bytes: &[u8]) -> Result<(), Error> {
    let new = contract::sctp_reset_streams::read(bytes)?;
    let status = status_or_none(call, new.srs_assoc_id)?;
    let has = |flag| u32::from(new.srs_flags) & flag != 0;
    let incoming = has(contract::SCTP_STREAM_RESET_INCOMING);
    let outgoing = has(contract::SCTP_STREAM_RESET_OUTGOING);
    let mut streams = list::<contract::sctp_reset_streams>(bytes, usize::from(new.srs_number_streams))?;
    let bad = |stream| {
        (incoming && stream >= u32::from(status.inbound_streams))
            || (outgoing && stream >= u32::from(status.outbound_streams))
    };
    if !(incoming || outgoing) || streams.any(bad) { Err(Error::Invalid) } else { NOT_HERE }
}

fn reset_assoc(call: &mut Call<'_>, bytes: &[u8]) -> Result<(), Error> {
    status_or_none(call, u32::read(bytes)?)?;
    NOT_HERE
}

fn add_streams(call: &mut Call<'_>, bytes: &[u8]) -> Result<(), Error> {
    let new = contract::sctp_add_streams::read(bytes)?;
    let status = status_or_none(call, new.sas_assoc_id)?;
    let fits = status.inbound_streams.checked_add(new.sas_instrms).is_some()
        && status.outbound_streams.checked_add(new.sas_outstrms).is_some();
    let none = new.sas_instrms == 0 && new.sas_outstrms == 0;
    if none || !fits { Err(Error::Invalid) } else { NOT_HERE }
}

fn accept_zero_checksum(_: &mut Call<'_>, bytes: &[u8]) -> Result<(), Error> {
    match u32::read(bytes)? {
        contract::SCTP_EDMID_NONE => Ok(()),
        contract::SCTP_EDMID_LOWER_LAYER_DTLS => NOT_HERE,
        _ => Err(Error::Invalid),
    }
}
