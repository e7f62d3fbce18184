//! Calls on endpoints that move no data.

use crate::contract::{
    SCTP_CLOSE_ABORT, SCTP_ONE_TO_MANY, SCTP_ONE_TO_ONE, sctp_address, sctp_endpoint, sctp_engine,
    sctp_nanoseconds,
};
use crate::errno::{ToErrno, errno};
use crate::{address, lent};
use ::sctp_engine::address::{Address, Family};
use ::sctp_engine::time::Time;
use ::sctp_engine::{AssociationId, Begin, Close, EndpointId, Error, Style};
use core::ffi::{c_int, c_void};

fn is(value: c_int, constant: impl TryInto<c_int>) -> bool {
    constant.try_into().is_ok_and(|constant| constant == value)
}

/// # Safety
/// As [`lent::engine`]; `out` points to a place for the result.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn sctp_engine_open(
    engine: *mut sctp_engine,
    style: c_int,
    family: u8,
    context: *mut c_void,
    out: *mut sctp_endpoint,
) -> c_int {
    let style = match style {
        _ if is(style, SCTP_ONE_TO_ONE) => Style::OneToOne,
        _ if is(style, SCTP_ONE_TO_MANY) => Style::OneToMany,
        _ => return errno(Error::Invalid),
    };
    let Some(family @ (Family::V4 | Family::V6)) = address::family(family) else {
        return errno(Error::Invalid);
    };
    // SAFETY: the caller's promise.
    match unsafe { lent::engine(engine) }.open(style, family, context.expose_provenance()) {
        Ok(endpoint) => {
            // SAFETY: the caller's promise.
            unsafe { lent::store(out, endpoint.0) };
            0
        }
        Err(error) => errno(error),
    }
}

/// # Safety
/// As [`lent::engine`].
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn sctp_engine_close(
    engine: *mut sctp_engine,
    now: sctp_nanoseconds,
    endpoint: sctp_endpoint,
    how: c_int,
) {
    let how = if is(how, SCTP_CLOSE_ABORT) { Close::Abort } else { Close::Graceful };
    // SAFETY: the caller's promise.
    unsafe { lent::engine(engine) }.close(Time(now), EndpointId(endpoint), how);
}

/// # Safety
/// As [`lent::engine`]; `address` is valid.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn sctp_engine_bind(
    engine: *mut sctp_engine,
    endpoint: sctp_endpoint,
    address: *const sctp_address,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { lent::engine(engine).bind(EndpointId(endpoint), address::read(address)) }.to_errno()
}

/// # Safety
/// As [`lent::engine`]; `addresses` points to `count` addresses.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn sctp_engine_bind_more(
    engine: *mut sctp_engine,
    endpoint: sctp_endpoint,
    addresses: *const sctp_address,
    count: usize,
) -> c_int {
    // SAFETY: the caller's promise.
    let (engine, list) = unsafe { (lent::engine(engine), address::read_all(addresses, count)) };
    list.map_err(Error::from).and_then(|list| engine.bind_more(EndpointId(endpoint), &list)).to_errno()
}

/// # Safety
/// As [`sctp_engine_bind_more`].
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn sctp_engine_bind_less(
    engine: *mut sctp_engine,
    endpoint: sctp_endpoint,
    addresses: *const sctp_address,
    count: usize,
) -> c_int {
    // SAFETY: the caller's promise.
    let (engine, list) = unsafe { (lent::engine(engine), address::read_all(addresses, count)) };
    list.map_err(Error::from).and_then(|list| engine.bind_less(EndpointId(endpoint), &list)).to_errno()
}

/// # Safety
/// As [`lent::engine`].
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn sctp_engine_listen(
    engine: *mut sctp_engine,
    endpoint: sctp_endpoint,
    backlog: u32,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { lent::engine(engine) }.listen(EndpointId(endpoint), backlog).to_errno()
}

/// # Safety
/// As [`lent::engine`]; `addresses` points to `count` addresses, `assoc_id` is null or a place for the result.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn sctp_engine_connect(
    engine: *mut sctp_engine,
    now: sctp_nanoseconds,
    endpoint: sctp_endpoint,
    addresses: *const sctp_address,
    count: usize,
    delayed: bool,
    assoc_id: *mut u32,
) -> c_int {
    // SAFETY: the caller's promise.
    let (engine, list) = unsafe { (lent::engine(engine), address::read_all(addresses, count)) };
    let begin = if delayed { Begin::Later } else { Begin::Now };
    let made = list
        .map_err(Error::from)
        .and_then(|list| engine.connect_to_any(Time(now), EndpointId(endpoint), &list, begin));
    match made {
        Ok(association) => {
            // SAFETY: the caller's promise.
            unsafe { lent::store(assoc_id, association.0) };
            0
        }
        Err(error) => errno(error),
    }
}

/// # Safety
/// As [`lent::engine`]; `address` is valid.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn sctp_engine_begin(
    engine: *mut sctp_engine,
    now: sctp_nanoseconds,
    endpoint: sctp_endpoint,
    address: *const sctp_address,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { lent::engine(engine).begin(Time(now), EndpointId(endpoint), address::read(address)) }.to_errno()
}

/// # Safety
/// As [`lent::engine`].
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn sctp_engine_accept(
    engine: *mut sctp_engine,
    now: sctp_nanoseconds,
    listener: sctp_endpoint,
    child: sctp_endpoint,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { lent::engine(engine) }.accept(Time(now), EndpointId(listener), EndpointId(child)).to_errno()
}

/// # Safety
/// As [`lent::engine`].
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn sctp_engine_peel_off(
    engine: *mut sctp_engine,
    now: sctp_nanoseconds,
    parent: sctp_endpoint,
    assoc_id: u32,
    child: sctp_endpoint,
) -> c_int {
    let (parent, association, child) = (EndpointId(parent), AssociationId(assoc_id), EndpointId(child));
    // SAFETY: the caller's promise.
    unsafe { lent::engine(engine) }.peel_off(Time(now), parent, association, child).to_errno()
}

/// # Safety
/// As [`lent::engine`].
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn sctp_engine_taken(engine: *mut sctp_engine, listener: sctp_endpoint) {
    // SAFETY: the caller's promise.
    unsafe { lent::engine(engine) }.taken(EndpointId(listener));
}

/// # Safety
/// As [`lent::engine`].
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn sctp_engine_refuse(
    engine: *mut sctp_engine,
    _now: sctp_nanoseconds,
    listener: sctp_endpoint,
) {
    // SAFETY: the caller's promise.
    unsafe { lent::engine(engine) }.refuse(EndpointId(listener));
}

/// # Safety
/// As [`lent::engine`].
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn sctp_engine_shutdown(
    engine: *mut sctp_engine,
    now: sctp_nanoseconds,
    endpoint: sctp_endpoint,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { lent::engine(engine) }.shutdown(Time(now), EndpointId(endpoint)).to_errno()
}

/// # Safety
/// As [`lent::engine`].
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn sctp_engine_flush(
    engine: *mut sctp_engine,
    now: sctp_nanoseconds,
    endpoint: sctp_endpoint,
) {
    // SAFETY: the caller's promise.
    unsafe { lent::engine(engine) }.flush(Time(now), EndpointId(endpoint));
}

/// # Safety
/// As [`lent::engine`].
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn sctp_engine_set_send_buffer(
    engine: *mut sctp_engine,
    now: sctp_nanoseconds,
    endpoint: sctp_endpoint,
    bytes: u32,
) {
    // An endpoint that is gone has no buffer to set.
    // SAFETY: the caller's promise.
    let _ = unsafe { lent::engine(engine) }.set_send_buffer(Time(now), EndpointId(endpoint), bytes);
}

/// # Safety
/// As [`lent::engine`].
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn sctp_engine_set_receive_buffer(
    engine: *mut sctp_engine,
    now: sctp_nanoseconds,
    endpoint: sctp_endpoint,
    bytes: u32,
) {
    // An endpoint that is gone has no buffer to set.
    // SAFETY: the caller's promise.
    let _ = unsafe { lent::engine(engine) }.set_receive_buffer(Time(now), EndpointId(endpoint), bytes);
}

/// # Safety
/// As [`lent::engine`]; `out` points to a place for the result.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn sctp_engine_local_address(
    engine: *const sctp_engine,
    endpoint: sctp_endpoint,
    out: *mut sctp_address,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { give(lent::engine_ref(engine).local_address(EndpointId(endpoint)), out) }
}

/// # Safety
/// As [`lent::engine`]; `out` points to a place for the result.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn sctp_engine_peer_address(
    engine: *const sctp_engine,
    endpoint: sctp_endpoint,
    out: *mut sctp_address,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { give(lent::engine_ref(engine).peer_address(EndpointId(endpoint)), out) }
}

/// # Safety
/// `out` points to a place for the result.
unsafe fn give(result: Result<Address, Error>, out: *mut sctp_address) -> c_int {
    match result {
        Ok(address) => {
            // SAFETY: the caller's promise.
            unsafe { lent::store(out, address::to_c(&address)) };
            0
        }
        Err(error) => errno(error),
    }
}
