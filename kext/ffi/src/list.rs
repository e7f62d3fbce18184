//! The list of associations as FreeBSD lays it out.

use crate::address::storage_bytes;
use crate::contract::{
    self, sctp_engine, sctp_list, sctp_sockstore, xsctp_inpcb, xsctp_laddr, xsctp_raddr, xsctp_tcb,
};
use crate::lent;
use crate::options::plain::Plain;
use crate::options::status::{association_state, path_state};
use crate::statistics::timeval;
use ::sctp_engine::address::Address;
use ::sctp_engine::time::{Span, Time};
use ::sctp_engine::{AssociationRecord, Cursor, EndpointRecord, Error, PathRecord, Record, Style};
use core::ffi::{c_int, c_void};

/// The most steps of one call, which may find nothing.
const STEPS: usize = 64;

const _: () = assert!(
    size_of::<Cursor>() <= size_of::<sctp_list>() && align_of::<Cursor>() <= align_of::<sctp_list>(),
    "a cursor fits where the shim keeps it"
);

/// Zeros: numbers that are not known.
fn zeros<T: Plain>() -> T {
    // SAFETY: a structure of numbers only.
    unsafe { core::mem::zeroed() }
}

fn store(address: &Address) -> sctp_sockstore {
    let bytes = storage_bytes(address);
    let mut name = [0; size_of::<sctp_sockstore>()];
    for (byte, from) in name.iter_mut().zip(bytes) {
        *byte = from;
    }
    // SAFETY: numbers only, and of this size.
    unsafe { core::mem::transmute::<[u8; size_of::<sctp_sockstore>()], sctp_sockstore>(name) }
}

fn half(number: u32) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}

fn state(number: c_int) -> u32 {
    u32::try_from(number).unwrap_or_default()
}

fn endpoint(record: &EndpointRecord) -> xsctp_inpcb {
    let flags = [
        (record.style == Some(Style::OneToMany), contract::SCTP_PCB_FLAGS_UDPTYPE),
        (record.style == Some(Style::OneToOne), contract::SCTP_PCB_FLAGS_TCPTYPE),
        (record.style.is_none(), contract::SCTP_PCB_FLAGS_SOCKET_GONE),
        (record.all_addresses, contract::SCTP_PCB_FLAGS_BOUNDALL),
        (record.backlog > 0, contract::SCTP_PCB_FLAGS_ACCEPTING),
        (record.style.is_some() && record.port == 0, contract::SCTP_PCB_FLAGS_UNBOUND),
        (record.v6, contract::SCTP_PCB_FLAGS_BOUND_V6),
    ];
    xsctp_inpcb {
        flags: flags.iter().filter(|(set, _)| *set).fold(0, |all, (_, flag)| all | flag),
        fragmentation_point: record.max_segment,
        local_port: record.port,
        qlen_old: half(record.waiting),
        maxqlen_old: half(record.backlog),
        qlen: record.waiting,
        maxqlen: record.backlog,
        ..zeros()
    }
}

fn association(record: &AssociationRecord, secrets: bool) -> xsctp_tcb {
    let status = &record.status;
    let secret = |number: u32| if secrets { number } else { 0 };
    let (first, highest, acknowledged) = record.sent;
    xsctp_tcb {
        primary_addr: store(&status.primary.address),
        heartbeat_interval: record.heartbeat_interval.as_millis(),
        state: state(association_state(status.state)),
        in_streams: status.inbound_streams.into(),
        out_streams: status.outbound_streams.into(),
        max_nr_retrans: record.errors.into(),
        T1_expireries: status.timeouts.init.wrapping_add(status.timeouts.cookie),
        T2_expireries: status.timeouts.shutdown.wrapping_add(status.timeouts.shutdown_ack),
        retransmitted_tsns: record.retransmitted,
        local_tag: secret(record.tags.0),
        remote_tag: secret(record.tags.1),
        initial_tsn: secret(first.0),
        highest_tsn: secret(highest.0),
        cumulative_tsn: secret(acknowledged.0),
        cumulative_tsn_ack: secret(record.received.0),
        mtu: record.mtu,
        local_port: record.local_port,
        remote_port: record.peer_port,
        start_time: timeval(if record.started == Time::NEVER { Time(0) } else { record.started }),
        peers_rwnd: status.peer_window,
        assoc_id: status.association.0,
        ..zeros()
    }
}

fn path(record: &PathRecord) -> xsctp_raddr {
    let status = &record.status;
    xsctp_raddr {
        address: store(&status.address),
        rto: status.rto.as_millis(),
        max_path_rtx: record.max_retransmits.into(),
        rtx: record.retransmitted,
        error_counter: record.errors.into(),
        cwnd: status.cwnd,
        flight_size: record.flight,
        mtu: record.mtu,
        active: status.active.into(),
        confirmed: status.confirmed.into(),
        heartbeat_enabled: record.heartbeat_interval.is_some().into(),
        potentially_failed: record.potentially_failed.into(),
        rtt: status.srtt.as_millis(),
        heartbeat_interval: record.heartbeat_interval.unwrap_or(Span::ZERO).as_millis(),
        ssthresh: record.ssthresh,
        state: half(state(path_state(status))),
        ..zeros()
    }
}

fn write(record: &Record, secrets: bool, room: &mut [u8]) -> Result<usize, Error> {
    match record {
        Record::Endpoint(record) => endpoint(record).write(room),
        Record::Local(address) => xsctp_laddr { address: store(address), ..zeros() }.write(room),
        Record::LocalEnd => xsctp_laddr { last: 1, ..zeros() }.write(room),
        Record::Association(record) => association(record, secrets).write(room),
        Record::Path(record) => path(record).write(room),
        Record::PathEnd => xsctp_raddr { last: 1, ..zeros() }.write(room),
        Record::AssociationEnd => xsctp_tcb { last: 1, ..zeros() }.write(room),
        Record::EndpointEnd => xsctp_inpcb { last: 1, ..zeros() }.write(room),
        Record::Nothing => Ok(0),
    }
}

/// # Safety
/// As [`lent::engine`]; `at` is all zero or was left so by the last call; `buffer` as [`lent::bytes_mut`]; `used` is a place
/// for the result.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn sctp_engine_list(
    engine: *const sctp_engine,
    at: *mut sctp_list,
    secrets: bool,
    buffer: *mut c_void,
    room: usize,
    used: *mut usize,
) -> bool {
    // SAFETY: the caller's promise; zeros are a cursor, and it fits.
    let (engine, at, buffer) = unsafe {
        (lent::engine_ref(engine), &mut *at.cast::<Cursor>(), lent::bytes_mut(buffer.cast::<u8>(), room))
    };
    let (mut length, mut more) = (0_usize, true);
    for _ in 0..STEPS {
        let before = *at;
        let Some(record) = engine.next_record(at) else {
            more = false;
            break;
        };
        let written =
            buffer.get_mut(length..).map_or(Err(Error::Invalid), |room| write(&record, secrets, room));
        let Ok(written) = written else {
            // It goes first into the next buffer.
            *at = before;
            break;
        };
        length = length.saturating_add(written);
    }
    // SAFETY: the caller's promise.
    unsafe { lent::store(used, length) };
    more
}
