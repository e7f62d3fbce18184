//! Packets, time and updates.

use crate::contract::{sctp_address, sctp_engine, sctp_nanoseconds, sctp_transmit, sctp_update};
use crate::{address, errno, lent};
use ::sctp_engine::memory;
use ::sctp_engine::time::Time;
use alloc::vec::Vec;
use core::ffi::c_int;
use core::ptr;

/// # Safety
/// As [`lent::engine`]; the addresses are valid and `packet` points to `length` bytes.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn sctp_engine_input(
    engine: *mut sctp_engine,
    now: sctp_nanoseconds,
    source: *const sctp_address,
    destination: *const sctp_address,
    _ecn: u8,
    packet: *const u8,
    length: usize,
) {
    // SAFETY: the caller's promise.
    unsafe {
        let (source, destination) = (address::read(source), address::read(destination));
        lent::engine(engine).input(Time(now), source, destination, lent::bytes(packet, length));
    }
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
    unsafe { lent::store(out, sctp_transmit { source, destination, tos: 0, dont_fragment: false }) };
    transmit.length
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
    let (engine, lent) = unsafe { (lent::engine(engine), lent::addresses(addresses, count)) };
    let mut list = Vec::new();
    for address in lent {
        if let Err(error) = memory::push(&mut list, address::from_c(address)) {
            return errno::errno(error.into());
        }
    }
    engine.set_addresses(&list).map_or_else(|error| errno::errno(error.into()), |()| 0)
}
