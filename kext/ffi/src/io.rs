//! Packets, time and updates.

use crate::contract::{
    self, sctp_address, sctp_engine, sctp_icmp, sctp_nanoseconds, sctp_transmit, sctp_update,
};
use crate::errno::ToErrno;
use crate::{address, errno, lent};
use ::sctp_engine::options::IpHeader;
use ::sctp_engine::time::Time;
use ::sctp_engine::{IcmpError, IcmpKind, Transmit};
use core::ffi::c_int;
use core::ptr;

/// Darwin's EMSGSIZE.
const EMSGSIZE: c_int = 40;

/// # Safety
/// As [`lent::engine`]; the addresses are valid and `packet` points to `length` bytes.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn sctp_engine_input(
    engine: *mut sctp_engine,
    now: sctp_nanoseconds,
    source: *const sctp_address,
    destination: *const sctp_address,
    ecn: u8,
    packet: *const u8,
    length: usize,
) {
    // SAFETY: the caller's promise.
    unsafe {
        let (source, destination) = (address::read(source), address::read(destination));
        lent::engine(engine).input(Time(now), source, destination, ecn, lent::bytes(packet, length));
    }
}

/// # Safety
/// As [`lent::engine`].
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn sctp_engine_input_refused(engine: *mut sctp_engine) {
    // SAFETY: the caller's promise.
    unsafe { lent::engine(engine) }.input_refused();
}

/// # Safety
/// As [`lent::engine`].
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn sctp_engine_timer(engine: *mut sctp_engine, now: sctp_nanoseconds) {
    // SAFETY: the caller's promise.
    unsafe { lent::engine(engine) }.on_timer(Time(now));
}

/// # Safety
/// As [`lent::engine`].
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn sctp_engine_deadline(engine: *const sctp_engine) -> sctp_nanoseconds {
    // SAFETY: the caller's promise.
    unsafe { lent::engine_ref(engine) }.deadline().0
}

/// # Safety
/// As [`lent::engine`].
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn sctp_engine_has_transmit(engine: *const sctp_engine) -> bool {
    // SAFETY: the caller's promise.
    unsafe { lent::engine_ref(engine) }.has_transmit()
}

/// # Safety
/// As [`lent::engine`]; `buffer` points to `capacity` bytes, `out` to a place for the result.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn sctp_engine_transmit(
    engine: *mut sctp_engine,
    now: sctp_nanoseconds,
    buffer: *mut u8,
    capacity: usize,
    out: *mut sctp_transmit,
) -> usize {
    // SAFETY: the caller's promise.
    let transmit = unsafe { lent::engine(engine).transmit(Time(now), lent::bytes_mut(buffer, capacity)) };
    let Some(transmit) = transmit else { return 0 };
    let source = address::to_c(&transmit.source);
    let destination = address::to_c(&transmit.destination);
    // SAFETY: the caller's promise.
    unsafe {
        lent::store(
            out,
            sctp_transmit {
                source,
                destination,
                flow_label: transmit.ip.flow_label,
                tos: transmit.ip.tos,
                hops: transmit.ip.hops,
                restricted: transmit.restricted,
                dont_fragment: transmit.dont_fragment,
            },
        )
    };
    transmit.length
}

/// # Safety
/// As [`lent::engine`]; `transmit` is what `sctp_engine_transmit` gave.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn sctp_engine_transmit_failed(
    engine: *mut sctp_engine,
    now: sctp_nanoseconds,
    transmit: *const sctp_transmit,
    error: c_int,
) {
    // SAFETY: the caller's promise.
    let (engine, transmit) = unsafe { (lent::engine(engine), &*transmit) };
    engine.transmit_failed();
    // Any other error is a lost packet, as any packet may be.
    if error != EMSGSIZE {
        return;
    }
    engine.transmit_refused(Time(now), &transmit_from_c(transmit));
}

fn transmit_from_c(transmit: &sctp_transmit) -> Transmit {
    Transmit {
        length: 0,
        source: address::from_c(&transmit.source),
        restricted: transmit.restricted,
        destination: address::from_c(&transmit.destination),
        ip: IpHeader { tos: transmit.tos, hops: transmit.hops, flow_label: transmit.flow_label },
        dont_fragment: transmit.dont_fragment,
    }
}

/// # Safety
/// As [`lent::engine`]; `transmit` is what `sctp_engine_transmit` gave, `candidate` is valid.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn sctp_engine_may_send_from(
    engine: *const sctp_engine,
    transmit: *const sctp_transmit,
    candidate: *const sctp_address,
) -> bool {
    // SAFETY: the caller's promise.
    let (engine, transmit, candidate) =
        unsafe { (lent::engine_ref(engine), &*transmit, address::read(candidate)) };
    engine.may_send_from(&transmit_from_c(transmit), &candidate)
}

/// Ignores kinds that it does not know.
///
/// # Safety
/// As [`lent::engine`]; `icmp` points to a message whose `quoted` points to `quoted_length` bytes.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn sctp_engine_icmp(
    engine: *mut sctp_engine,
    now: sctp_nanoseconds,
    icmp: *const sctp_icmp,
) {
    // SAFETY: the caller's promise.
    let (engine, icmp) = unsafe { (lent::engine(engine), &*icmp) };
    let kind = match u32::from(icmp.kind) {
        contract::SCTP_ICMP_TOO_BIG => IcmpKind::TooBig { mtu: icmp.mtu },
        contract::SCTP_ICMP_PROTOCOL_UNREACHABLE => IcmpKind::ProtocolUnreachable,
        contract::SCTP_ICMP_PORT_UNREACHABLE => IcmpKind::PortUnreachable,
        contract::SCTP_ICMP_UNREACHABLE => IcmpKind::Unreachable,
        _ => return,
    };
    // SAFETY: the caller's promise.
    let quoted = unsafe { lent::bytes(icmp.quoted, icmp.quoted_length) };
    let (local, peer) = (address::from_c(&icmp.local), address::from_c(&icmp.peer));
    engine.icmp(Time(now), &IcmpError { local, peer, kind, quoted });
}

/// # Safety
/// As [`lent::engine`]; `out` points to a place for the result.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn sctp_engine_next_update(
    engine: *mut sctp_engine,
    out: *mut sctp_update,
) -> bool {
    // SAFETY: the caller's promise.
    let Some(update) = unsafe { lent::engine(engine) }.next_update() else { return false };
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let update = sctp_update {
        context: ptr::with_exposed_provenance_mut(update.context),
        endpoint: update.endpoint.0,
        receive_bytes: count(update.receive_bytes),
        send_bytes: count(update.send_bytes),
        pending_accepts: count(update.pending_accepts),
        error: update.error.map_or(0, errno::errno),
        connecting: update.connecting,
        connected: update.connected,
        send_full: update.send_full,
        end_of_file: update.end_of_file,
        send_closed: update.send_closed,
    };
    // SAFETY: the caller's promise.
    unsafe { lent::store(out, update) };
    true
}

/// # Safety
/// As [`lent::engine`]; `addresses` points to `count` addresses.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn sctp_engine_set_addresses(
    engine: *mut sctp_engine,
    addresses: *const sctp_address,
    count: usize,
) -> c_int {
    // SAFETY: the caller's promise.
    let (engine, list) = unsafe { (lent::engine(engine), address::read_all(addresses, count)) };
    list.and_then(|list| engine.set_addresses(&list)).to_errno()
}
