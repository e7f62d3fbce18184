//! How associations and their paths stand.

use super::{Call, Plain, Row};
use crate::contract;
use ::sctp_engine::{AssociationId, Error, PathStatus, Scope, Style};
use core::ffi::c_int;

pub(super) const ROWS: &[Row] = &[
    Row { name: contract::SCTP_STATUS, get: Some(get_status), set: None },
    Row { name: contract::SCTP_GET_PEER_ADDR_INFO, get: Some(get_path), set: None },
    Row { name: contract::SCTP_GET_ASSOC_NUMBER, get: Some(get_number), set: None },
    Row { name: contract::SCTP_GET_ASSOC_ID_LIST, get: Some(get_names), set: None },
    Row { name: contract::SCTP_TIMEOUTS, get: Some(get_timeouts), set: None },
    Row { name: contract::SCTP_GET_SNDBUF_USE, get: Some(get_buffers), set: None },
    Row { name: contract::SCTP_PCB_STATUS, get: Some(get_totals), set: None },
];

/// One-to-many only (RFC 6458 section 8.2.5).
fn get_number(call: &mut Call<'_>, room: &mut [u8]) -> Result<usize, Error> {
    call.needs(Style::OneToMany)?;
    let count = call.engine.associations_of(call.endpoint)?.len();
    u32::try_from(count).unwrap_or(u32::MAX).write(room)
}

/// One-to-many only (RFC 6458 section 8.2.6): how many, and behind that their names.
fn get_names(call: &mut Call<'_>, room: &mut [u8]) -> Result<usize, Error> {
    call.needs(Style::OneToMany)?;
    let names = call.engine.associations_of(call.endpoint)?;
    let count = u32::try_from(names.len()).unwrap_or(u32::MAX);
    let mut words = core::iter::once(count).chain(names.map(|name| name.0));
    words.try_fold(0, |used: usize, word| {
        let room = room.get_mut(used..).ok_or(Error::Invalid)?;
        Ok(used.saturating_add(word.write(room)?))
    })
}

fn get_timeouts(call: &mut Call<'_>, room: &mut [u8]) -> Result<usize, Error> {
    let asked = contract::sctp_timeouts::read(room)?.stimo_assoc_id;
    let status = call.engine.status(call.endpoint, Scope::from(asked))?;
    contract::sctp_timeouts {
        stimo_assoc_id: status.association.0,
        stimo_init: status.timeouts.init,
        stimo_data: status.timeouts.data,
        stimo_sack: status.timeouts.sack,
        stimo_shutdown: status.timeouts.shutdown,
        stimo_heartbeat: status.timeouts.heartbeat,
        stimo_cookie: status.timeouts.cookie,
        stimo_shutdownack: status.timeouts.shutdown_ack,
    }
    .write(room)
}

fn get_buffers(call: &mut Call<'_>, room: &mut [u8]) -> Result<usize, Error> {
    let asked = contract::sctp_sockstat::read(room)?.ss_assoc_id;
    let status = call.engine.status(call.endpoint, Scope::from(asked))?;
    contract::sctp_sockstat {
        ss_assoc_id: status.association.0,
        ss_total_sndbuf: status.send_buffered,
        ss_total_recv_buf: status.receive_held,
    }
    .write(room)
}

fn get_totals(call: &mut Call<'_>, room: &mut [u8]) -> Result<usize, Error> {
    let totals = call.engine.totals();
    contract::sctp_pcbinfo {
        ep_count: totals.endpoints,
        asoc_count: totals.associations,
        laddr_count: totals.local_addresses,
        raddr_count: totals.paths,
        chk_count: totals.chunks,
        readq_count: totals.readable,
        // Nothing that is free is kept.
        free_chunks: 0,
        stream_oque: totals.waiting,
    }
    .write(room)
}

/// The association is the one that `sstat_assoc_id` names on the way in.
fn get_status(call: &mut Call<'_>, room: &mut [u8]) -> Result<usize, Error> {
    let asked = contract::sctp_status::read(room)?.sstat_assoc_id;
    let status = call.engine.status(call.endpoint, Scope::from(asked))?;
    contract::sctp_status {
        sstat_assoc_id: status.association.0,
        sstat_state: association_state(status.state),
        sstat_rwnd: status.peer_window,
        sstat_unackdata: status.unacknowledged,
        sstat_penddata: status.pending,
        sstat_instrms: status.inbound_streams,
        sstat_outstrms: status.outbound_streams,
        sstat_fragmentation_point: status.fragmentation_point,
        sstat_primary: path_info(call, status.association, &status.primary)?,
    }
    .write(room)
}

pub(crate) fn association_state(state: ::sctp_engine::StateName) -> c_int {
    use ::sctp_engine::StateName as Name;
    let state = match state {
        Name::CookieWait => contract::SCTP_COOKIE_WAIT,
        Name::CookieEchoed => contract::SCTP_COOKIE_ECHOED,
        Name::Established => contract::SCTP_ESTABLISHED,
        Name::ShutdownPending => contract::SCTP_SHUTDOWN_PENDING,
        Name::ShutdownSent => contract::SCTP_SHUTDOWN_SENT,
        Name::ShutdownReceived => contract::SCTP_SHUTDOWN_RECEIVED,
        Name::ShutdownAckSent => contract::SCTP_SHUTDOWN_ACK_SENT,
    };
    c_int::try_from(state).unwrap_or_default()
}

/// The path is the one that `spinfo_address` names on the way in.
fn get_path(call: &mut Call<'_>, room: &mut [u8]) -> Result<usize, Error> {
    let asked = contract::sctp_paddrinfo::read(room)?;
    let address = crate::address::from_storage(&asked.spinfo_address).ok_or(Error::NoSuchAssociation)?;
    let scope = Scope::from(asked.spinfo_assoc_id);
    let (association, path) = call.engine.path_status(call.endpoint, scope, &address)?;
    path_info(call, association, &path)?.write(room)
}

fn path_info(
    call: &mut Call<'_>,
    association: AssociationId,
    path: &PathStatus,
) -> Result<contract::sctp_paddrinfo, Error> {
    Ok(contract::sctp_paddrinfo {
        spinfo_address: call.storage(&path.address)?,
        spinfo_assoc_id: association.0,
        spinfo_state: path_state(path),
        spinfo_cwnd: path.cwnd,
        spinfo_srtt: path.srtt.as_millis(),
        spinfo_rto: path.rto.as_millis(),
        spinfo_mtu: path.mtu,
    })
}

pub(crate) fn path_state(path: &PathStatus) -> c_int {
    let state = match (path.confirmed, path.active) {
        (false, _) => contract::SCTP_UNCONFIRMED,
        (true, true) => contract::SCTP_ACTIVE,
        (true, false) => contract::SCTP_INACTIVE,
    };
    c_int::try_from(state).unwrap_or_default()
}
