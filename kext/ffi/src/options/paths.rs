//! Paths: one, all of an association, or those to come.

use super::{Call, Plain, Row};
use crate::address::from_storage;
use crate::contract::{self, sockaddr_storage};
use ::sctp_engine::address::{Address, Family};
use ::sctp_engine::options::PathSettings;
use ::sctp_engine::time::Span;
use ::sctp_engine::{Error, PathOptions, Scope};

pub(super) const ROWS: &[Row] = &[
    Row { name: contract::SCTP_PRIMARY_ADDR, get: Some(get_primary), set: Some(set_primary) },
    Row { name: contract::SCTP_PEER_ADDR_PARAMS, get: Some(get_params), set: Some(set_params) },
    Row { name: contract::SCTP_PEER_ADDR_THLDS, get: Some(get_thresholds), set: Some(set_thresholds) },
    Row { name: contract::SCTP_REMOTE_UDP_ENCAPS_PORT, get: Some(get_tunnel), set: Some(set_tunnel) },
];

/// Bounds of spp_pathmtu, bytes for chunks: FreeBSD's.
const ROOM: core::ops::RangeInclusive<u32> = 512..=65_536;
/// The most that a heartbeat interval is taken for, milliseconds: FreeBSD's four hours.
const LONGEST_INTERVAL: u32 = 14_400_000;
/// The upper six bits of spp_dscp.
const DSCP: u8 = 0xfc;
/// The lower 20 bits of spp_ipv6_flowlabel.
const FLOW_LABEL: u32 = 0xf_ffff;
/// spt_pathcpthld: the primary path is never changed by the stack (RFC 7829 section 7.2).
const NO_SWITCHOVER: u16 = 0xffff;

/// The address of one path; `None` for all, which is the wildcard address or none at all.
fn chosen(storage: &sockaddr_storage) -> Result<Option<Address>, Error> {
    let address = from_storage(storage).ok_or(Error::FamilyNotSupported)?;
    Ok(Some(address).filter(|address| address.family != Family::None && !address.is_any()))
}

fn options(call: &Call<'_>, assoc_id: u32, storage: &sockaddr_storage) -> Result<PathOptions, Error> {
    call.engine.path_options(call.endpoint, Scope::from(assoc_id), chosen(storage)?.as_ref())
}

fn change(
    call: &mut Call<'_>,
    assoc_id: u32,
    storage: &sockaddr_storage,
    change: impl Fn(&mut PathSettings),
) -> Result<(), Error> {
    let address = chosen(storage)?;
    call.engine.change_paths(call.now, call.endpoint, Scope::from(assoc_id), address.as_ref(), change)
}

fn get_primary(call: &mut Call<'_>, room: &mut [u8]) -> Result<usize, Error> {
    let asked = contract::sctp_setprim::read(room)?;
    let status = call.engine.status(call.endpoint, Scope::from(asked.ssp_assoc_id))?;
    contract::sctp_setprim { ssp_addr: call.storage(&status.primary.address)?, ..asked }.write(room)
}

fn set_primary(call: &mut Call<'_>, bytes: &[u8]) -> Result<(), Error> {
    let new = contract::sctp_setprim::read(bytes)?;
    let address = chosen(&new.ssp_addr).ok().flatten().ok_or(Error::Invalid)?;
    call.engine.set_primary(call.now, call.endpoint, Scope::from(new.ssp_assoc_id), &address)
}

fn get_params(call: &mut Call<'_>, room: &mut [u8]) -> Result<usize, Error> {
    let asked = contract::sctp_paddrparams::read(room)?;
    let PathOptions { association, settings, chunk_room } =
        options(call, asked.spp_assoc_id, &asked.spp_address)?;
    let ipv6 = match chosen(&asked.spp_address)? {
        Some(address) => address.normalized().family == Family::V6,
        None => call.engine.family(call.endpoint)? == Family::V6,
    };
    // RFC 6458 section 8.1.12: nothing but IPv6 has flow labels.
    let flow_label = settings.flow_label.filter(|_| ipv6);
    let mut flags = if settings.heartbeats { contract::SPP_HB_ENABLE } else { contract::SPP_HB_DISABLE };
    flags |= if settings.pmtud { contract::SPP_PMTUD_ENABLE } else { contract::SPP_PMTUD_DISABLE };
    flags |= if settings.dscp.is_some() { contract::SPP_DSCP } else { 0 };
    flags |= if flow_label.is_some() { contract::SPP_IPV6_FLOWLABEL } else { 0 };
    contract::sctp_paddrparams {
        spp_assoc_id: association.map_or(contract::SCTP_FUTURE_ASSOC, |association| association.0),
        spp_hbinterval: settings.heartbeat_interval.as_millis(),
        spp_pathmtu: chunk_room,
        spp_flags: flags,
        spp_ipv6_flowlabel: flow_label.unwrap_or(0),
        spp_pathmaxrxt: settings.max_retransmits,
        spp_dscp: settings.dscp.unwrap_or(0),
        ..asked
    }
    .write(room)
}

fn set_params(call: &mut Call<'_>, bytes: &[u8]) -> Result<(), Error> {
    let new = contract::sctp_paddrparams::read(bytes)?;
    let has = |flag| new.spp_flags & flag != 0;
    let both = |one, other| has(one) && has(other);
    let fixed = has(contract::SPP_PMTUD_DISABLE) && new.spp_pathmtu != 0;
    if both(contract::SPP_HB_ENABLE, contract::SPP_HB_DISABLE)
        || both(contract::SPP_PMTUD_ENABLE, contract::SPP_PMTUD_DISABLE)
        || (fixed && !ROOM.contains(&new.spp_pathmtu))
        || (has(contract::SPP_HB_DEMAND) && chosen(&new.spp_address)?.is_none())
    {
        return Err(Error::Invalid);
    }
    change(call, new.spp_assoc_id, &new.spp_address, |path| {
        if has(contract::SPP_HB_ENABLE) {
            path.heartbeats = true;
            if has(contract::SPP_HB_TIME_IS_ZERO) {
                path.heartbeat_interval = Span::ZERO;
            } else if new.spp_hbinterval != 0 {
                let millis = new.spp_hbinterval.min(LONGEST_INTERVAL);
                path.heartbeat_interval = Span::from_millis(u64::from(millis));
            }
        }
        path.heartbeats &= !has(contract::SPP_HB_DISABLE);
        path.pmtud |= has(contract::SPP_PMTUD_ENABLE);
        path.pmtud &= !has(contract::SPP_PMTUD_DISABLE);
        if fixed {
            path.chunk_room = new.spp_pathmtu;
        } else if has(contract::SPP_PMTUD_ENABLE) {
            path.chunk_room = 0;
        }
        if new.spp_pathmaxrxt != 0 {
            path.max_retransmits = new.spp_pathmaxrxt;
        }
        if has(contract::SPP_DSCP) {
            path.dscp = Some(new.spp_dscp & DSCP);
        }
        if has(contract::SPP_IPV6_FLOWLABEL) {
            path.flow_label = Some(new.spp_ipv6_flowlabel & FLOW_LABEL);
        }
    })?;
    if !has(contract::SPP_HB_DEMAND) {
        return Ok(());
    }
    let address = chosen(&new.spp_address)?;
    call.engine.demand_heartbeat(call.now, call.endpoint, Scope::from(new.spp_assoc_id), address.as_ref())
}

fn get_thresholds(call: &mut Call<'_>, room: &mut [u8]) -> Result<usize, Error> {
    let asked = contract::sctp_paddrthlds::read(room)?;
    let PathOptions { association, settings, .. } = options(call, asked.spt_assoc_id, &asked.spt_address)?;
    contract::sctp_paddrthlds {
        spt_assoc_id: association.map_or(contract::SCTP_FUTURE_ASSOC, |association| association.0),
        spt_pathmaxrxt: settings.max_retransmits,
        spt_pathpfthld: settings.potentially_failed_max_retransmits,
        spt_pathcpthld: NO_SWITCHOVER,
        ..asked
    }
    .write(room)
}

fn set_thresholds(call: &mut Call<'_>, bytes: &[u8]) -> Result<(), Error> {
    let new = contract::sctp_paddrthlds::read(bytes)?;
    if new.spt_pathcpthld != NO_SWITCHOVER {
        return Err(Error::Invalid);
    }
    change(call, new.spt_assoc_id, &new.spt_address, |path| {
        path.max_retransmits = new.spt_pathmaxrxt;
        path.potentially_failed_max_retransmits = new.spt_pathpfthld;
    })
}

/// There is no tunnel through UDP: the port is always 0 (RFC 6951 section 6.1).
fn get_tunnel(call: &mut Call<'_>, room: &mut [u8]) -> Result<usize, Error> {
    let asked = contract::sctp_udpencaps::read(room)?;
    options(call, asked.sue_assoc_id, &asked.sue_address)?;
    contract::sctp_udpencaps { sue_port: 0, ..asked }.write(room)
}

fn set_tunnel(call: &mut Call<'_>, bytes: &[u8]) -> Result<(), Error> {
    let new = contract::sctp_udpencaps::read(bytes)?;
    options(call, new.sue_assoc_id, &new.sue_address)?;
    if new.sue_port == 0 { Ok(()) } else { Err(Error::NotSupported) }
}
