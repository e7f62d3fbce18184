//! Raw memory becomes Rust references here and nowhere else.

use crate::contract;
use sctp_engine::Engine;

/// The engine behind the shim's pointer.
///
/// # Safety
/// `engine` came from `sctp_engine_create`, was not destroyed, and the domain mutex is held until the reference is
/// gone, so that it is the only one.
pub(crate) unsafe fn engine<'a>(engine: *mut contract::sctp_engine) -> &'a mut Engine {
    // SAFETY: the caller's promise; the shim never sees anything of it but the pointer.
    unsafe { &mut *engine.cast::<Engine>() }
}

/// As [`engine`], for calls that only look.
///
/// # Safety
/// As [`engine`].
pub(crate) unsafe fn engine_ref<'a>(engine: *const contract::sctp_engine) -> &'a Engine {
    // SAFETY: the caller's promise.
    unsafe { &*engine.cast::<Engine>() }
}

/// `length` bytes that the caller lends for reading; none when the pointer is null.
///
/// # Safety
/// `bytes` is null or points to `length` initialised bytes that nobody writes while the slice lives.
#[expect(clippy::disallowed_methods, reason = "the one door for raw memory")]
pub(crate) unsafe fn bytes<'a>(bytes: *const u8, length: usize) -> &'a [u8] {
    if bytes.is_null() {
        return &[];
    }
    // SAFETY: the caller's promise, and not null.
    unsafe { core::slice::from_raw_parts(bytes, length) }
}

/// `count` addresses that the caller lends for reading; none when the pointer is null.
///
/// # Safety
/// `addresses` is null or points to `count` addresses that nobody writes while the slice lives.
#[expect(clippy::disallowed_methods, reason = "the one door for raw memory")]
pub(crate) unsafe fn addresses<'a>(
    addresses: *const contract::sctp_address,
    count: usize,
) -> &'a [contract::sctp_address] {
    if addresses.is_null() {
        return &[];
    }
    // SAFETY: the caller's promise, and not null.
    unsafe { core::slice::from_raw_parts(addresses, count) }
}

/// `length` bytes that the caller lends for writing; none when the pointer is null.
///
/// # Safety
/// `bytes` is null or points to `length` bytes that nobody else uses while the slice lives.
#[expect(clippy::disallowed_methods, reason = "the one door for raw memory")]
pub(crate) unsafe fn bytes_mut<'a>(bytes: *mut u8, length: usize) -> &'a mut [u8] {
    if bytes.is_null() {
        return &mut [];
    }
    // SAFETY: the caller's promise, and not null.
    unsafe { core::slice::from_raw_parts_mut(bytes, length) }
}

/// Stores a result where the caller wants it, or nowhere when the pointer is null.
///
/// # Safety
/// `place` is null or points to memory for a `T`.
pub(crate) unsafe fn store<T>(place: *mut T, value: T) {
    if !place.is_null() {
        // SAFETY: the caller's promise, and not null.
        unsafe { place.write(value) };
    }
}
